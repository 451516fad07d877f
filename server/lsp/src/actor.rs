//! The one owner of the state: takes messages in the order in which they came, and never waits.
//!
//! What takes time goes to a worker with an immutable version and comes back as a message; a result for a version that
//! is no longer the newest is dropped. Per script at most one worker looks for findings: edits that arrive meanwhile
//! are covered by the run that follows, which starts at once, without any delay.

mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use halion_workspace::identity;
use search::{Asked, Search};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::lsp_types::*;

use crate::capabilities::{self, watch_registration};
use crate::collect::Found;
use crate::diagnostics::{Diagnosed, diagnose};
use crate::documents::{Text, file_path};
use crate::outbox::Outbox;
use crate::scripts::{Scripts, Version, View};
use crate::settings::{SECTION, Settings};
use crate::worker;

/// What the actor is told.
pub(crate) enum Job {
    Initialize(Box<InitializeParams>, oneshot::Sender<InitializeResult>),
    Initialized,
    Open(TextDocumentItem),
    Change(DidChangeTextDocumentParams),
    Close(Url),
    Save(Url),
    /// The settings, or something else in their place when the client wants to be asked for them.
    Settings(Value),
    Folders(WorkspaceFoldersChangeEvent),
    Watched(Vec<FileEvent>),
    /// A question about an open document, called with the current version; dropped when there is none.
    Ask(Url, Box<dyn FnOnce(View) + Send>),
    /// The search of the workspace takes long.
    SearchIsSlow,
    /// Scripts were read, `None` after a panic.
    Collected(Asked, Option<Vec<Found>>),
    /// Findings for a revision of the script with this main file. `None` after a panic.
    Diagnosed {
        main: PathBuf,
        revision: u64,
        diagnosed: Option<Diagnosed>,
    },
}

/// The state. Started as one task by the backend; ends when the backend and the last worker have dropped their senders.
pub(crate) struct Actor {
    client: tower_lsp::Client,
    outbox: Outbox,
    /// Lent to workers for their results.
    jobs: mpsc::WeakUnboundedSender<Job>,
    can: capabilities::Client,
    settings: Settings,
    folders: Vec<PathBuf>,
    /// By the file's identity.
    documents: BTreeMap<PathBuf, Arc<Text>>,
    scripts: Scripts,
    last_revision: u64,
    search: Search,
}

impl Actor {
    pub(crate) fn start(client: tower_lsp::Client) -> mpsc::UnboundedSender<Job> {
        let (sender, mut jobs) = mpsc::unbounded_channel();
        let mut actor = Self {
            outbox: Outbox::start(client.clone()),
            client,
            jobs: sender.downgrade(),
            can: capabilities::Client::default(),
            settings: Settings::default(),
            folders: Vec::new(),
            documents: BTreeMap::new(),
            scripts: Scripts::default(),
            last_revision: 0,
            search: Search::default(),
        };
        tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                worker::guard("a message", || actor.handle(job)).ok();
            }
        });
        sender
    }

    fn handle(&mut self, job: Job) {
        match job {
            Job::Initialize(params, answer) => self.initialize(&params, answer),
            Job::Initialized => self.initialized(),
            Job::Open(document) => self.open(document),
            Job::Change(params) => self.change(&params),
            Job::Close(uri) => self.close(&uri),
            Job::Save(uri) => self.save(&uri),
            Job::Settings(value) => self.change_settings(&value),
            Job::Folders(event) => self.change_folders(&event),
            Job::Watched(events) => self.changed_on_disk(&events),
            Job::Ask(uri, question) => {
                if let Some(view) = self.view(&uri) {
                    question(view);
                }
            }
            Job::SearchIsSlow => {
                self.search.is_slow = self.search.is_running;
                let waiting = self.uncovered();
                self.load(waiting);
            }
            Job::Collected(asked, scripts) => self.collected(&asked, scripts),
            Job::Diagnosed {
                main,
                revision,
                diagnosed,
            } => self.diagnosed(&main, revision, diagnosed),
        }
    }

    fn initialize(&mut self, params: &InitializeParams, answer: oneshot::Sender<InitializeResult>) {
        self.can = capabilities::Client::new(&params.capabilities);
        self.folders = capabilities::workspace_dirs(params);
        if let Some(options) = &params.initialization_options {
            self.take_settings(options);
        }
        // A client that has gone needs no answer.
        answer.send(capabilities::server(self.can)).ok();
        self.search();
    }

    fn initialized(&self) {
        self.watch(None);
    }

    /// Asks the client to watch the files that matter now, in place of what it was asked before.
    fn watch(&self, before: Option<Unregistration>) {
        if !self.can.watches_files {
            return;
        }
        let registration = watch_registration(&self.settings.library_dirs(&self.folders));
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Some(before) = before
                && let Err(error) = client.unregister_capability(vec![before]).await
            {
                tracing::warn!("the client goes on watching what it watched: {error}");
            }
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::warn!("the client does not watch files for us: {error}");
            }
        });
    }

    fn open(&mut self, document: TextDocumentItem) {
        let text = Text::opened(
            document.uri,
            document.version,
            &document.text,
            self.can.encoding,
        );
        let path = text.path.clone();
        self.documents.insert(path.clone(), Arc::new(text));
        if self.scripts.with_file(&path).next().is_some() {
            self.refresh(&path);
        } else if !self.search.is_running || self.search.is_slow {
            self.load(vec![path]);
        }
    }

    fn change(&mut self, params: &DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = &params.text_document;
        let Some(text) = self.document(uri) else {
            tracing::warn!("a change of {uri}, which is not open");
            return;
        };
        let text = Arc::new(text.changed(*version, &params.content_changes));
        let path = text.path.clone();
        self.documents.insert(path.clone(), text);
        self.refresh(&path);
    }

    fn close(&mut self, uri: &Url) {
        let Some(path) = self.document(uri).map(|text| text.path.clone()) else {
            return;
        };
        self.documents.remove(&path);
        self.outbox.publish(uri.clone(), None, Vec::new());
        self.reload(&path);
    }

    fn change_settings(&mut self, value: &Value) {
        if Settings::are_in(value) {
            if self.take_settings(value) {
                self.refresh_lenses();
                self.watch(Some(capabilities::watch_unregistration()));
                self.search();
            }
        } else if self.can.configuration {
            let (client, jobs) = (self.client.clone(), self.jobs.clone());
            let item = ConfigurationItem {
                scope_uri: None,
                section: Some(SECTION.into()),
            };
            tokio::spawn(async move {
                let answer = client.configuration(vec![item]).await.unwrap_or_default();
                if let (Some(section), Some(jobs)) = (answer.into_iter().next(), jobs.upgrade())
                    && section.is_object()
                {
                    jobs.send(Job::Settings(serde_json::json!({ SECTION: section })))
                        .ok();
                }
            });
        }
    }

    /// Whether they differ from those before.
    fn take_settings(&mut self, value: &Value) -> bool {
        let (settings, problems) = Settings::read(value);
        for problem in problems {
            let client = self.client.clone();
            tokio::spawn(async move { client.show_message(MessageType::WARNING, problem).await });
        }
        let old = std::mem::replace(&mut self.settings, settings);
        old != self.settings
    }

    fn change_folders(&mut self, event: &WorkspaceFoldersChangeEvent) {
        let removed: Vec<_> = event
            .removed
            .iter()
            .filter_map(|folder| file_path(&folder.uri))
            .collect();
        self.folders.retain(|folder| !removed.contains(folder));
        let added = event
            .added
            .iter()
            .filter_map(|folder| file_path(&folder.uri));
        self.folders.extend(added);
        self.search();
    }

    /// A file whose text is open is what the editor says it is; of the others, known ones are read again, and for new
    /// or removed ones everything is looked at again, because modules may be found elsewhere now.
    fn changed_on_disk(&mut self, events: &[FileEvent]) {
        let mut must_search = false;
        for event in events {
            let Some(path) = file_path(&event.uri) else {
                continue;
            };
            let path = identity(&path);
            if self.documents.contains_key(&path) {
                continue;
            }
            if event.typ == FileChangeType::CHANGED
                && self.scripts.with_file(&path).next().is_some()
            {
                self.reload(&path);
            } else {
                must_search = true;
            }
        }
        if must_search {
            self.search();
        }
    }

    /// The newest version that has an open document; a script of its own while nothing is known about it yet.
    fn view(&self, uri: &Url) -> Option<View> {
        let text = self.document(uri)?;
        let version = match self.scripts.for_file(&text.path) {
            Some(script) => script.version.clone(),
            None => Arc::new(Version::new(
                vec![text.clone()],
                &BTreeMap::new(),
                self.settings.kind,
            )),
        };
        let others = self.scripts.with_file(&text.path);
        let others = others
            .map(|script| script.version.clone())
            .filter(|other| !Arc::ptr_eq(other, &version));
        let others = others.collect();
        let mut view = View::new(version, &text.path, self.can)?;
        view.others = others;
        view.wants_lenses = self.settings.code_lens;
        Some(view)
    }

    /// The open document with this address.
    fn document(&self, uri: &Url) -> Option<&Arc<Text>> {
        self.documents.values().find(|text| text.uri == *uri)
    }

    /// Gives every script that has the open document `path` its newest text.
    fn refresh(&mut self, path: &Path) {
        let Some(newest) = self.documents.get(path).cloned() else {
            return;
        };
        for main in self.scripts.mains_with(path) {
            let Some(script) = self.scripts.0.get_mut(&main) else {
                continue;
            };
            let mut texts = script.version.texts.clone();
            for text in &mut texts {
                if text.path == *path {
                    *text = newest.clone();
                }
            }
            let version = Version::new(texts, &script.names, self.settings.kind);
            let version = version.after(&script.version);
            self.put(&main, version);
        }
    }

    /// Puts a version of a script in place of the one before.
    fn put(&mut self, main: &Path, version: Version) {
        let Some(script) = self.scripts.0.get_mut(main) else {
            return;
        };
        let old = std::mem::replace(&mut script.version, Arc::new(version));
        old.snapshot.outdate();
        if script.is_fresh() {
            script.old_version = Some(old);
        }
        self.last_revision += 1;
        script.revision = self.last_revision;
        self.check(main);
    }

    /// While somebody types in a script that takes too much work to be analysed exactly, it is not tried again; here it is.
    fn save(&mut self, uri: &Url) {
        let Some(text) = self.document(uri).cloned() else {
            return;
        };
        for main in self.scripts.mains_with(&text.path) {
            let script = self.scripts.0.get(&main);
            let Some(script) = script.filter(|script| script.version.snapshot.begins_coarsely())
            else {
                continue;
            };
            let texts = script.version.texts.clone();
            let version = Version::new(texts, &script.names, self.settings.kind);
            let version = version.after(&script.version).afresh();
            self.put(&main, version);
        }
    }

    /// Looks for findings in the newest version of a script that has an open file, unless a worker is at it.
    fn check(&mut self, main: &Path) {
        let Some(script) = self.scripts.0.get_mut(main) else {
            return;
        };
        let Some(jobs) = self.jobs.upgrade() else {
            return;
        };
        if script.is_running || script.is_fresh() || !script.is_open() {
            return;
        }
        script.is_running = true;
        let old_version = script.old_version.take();
        let (main, revision, version, can) = (
            main.to_path_buf(),
            script.revision,
            script.version.clone(),
            self.can,
        );
        worker::run("analysis", move || {
            let diagnosed = worker::guard("analysis", || diagnose(&version, can)).ok();
            jobs.send(Job::Diagnosed {
                main,
                revision,
                diagnosed,
            })
            .ok();
            let size = match version.snapshot.is_moved() {
                true => 0,
                false => version.snapshot.size(),
            };
            drop((version, old_version));
            worker::return_memory(size);
        });
    }

    fn diagnosed(&mut self, main: &Path, revision: u64, diagnosed: Option<Diagnosed>) {
        let Some(script) = self.scripts.0.get_mut(main) else {
            return;
        };
        script.is_running = false;
        if script.revision != revision {
            self.check(main);
            return;
        }
        script.diagnosed = Some(revision);
        // After a panic the findings before it stay, as the best there is.
        let Some(diagnosed) = diagnosed else { return };
        let old = std::mem::replace(&mut script.findings, diagnosed.findings);
        let must_search = script.required != diagnosed.required;
        script.required = diagnosed.required;
        let lens_state = Some(diagnosed.lens_state);
        let must_refresh = std::mem::replace(&mut script.lens_state, lens_state) != lens_state;
        let uris: BTreeSet<Url> = old
            .into_keys()
            .chain(script.findings.keys().cloned())
            .collect();
        self.publish(uris);
        // The client may have asked before it opened the document, or while the script was not known; later on, what one file says can
        // change the threads of functions in another one.
        if must_refresh {
            self.refresh_lenses();
        }
        if must_search {
            self.search();
            self.load(vec![main.to_path_buf()]);
        }
    }

    /// Lets the client ask again for the lines above functions.
    fn refresh_lenses(&self) {
        if self.can.refreshes_lenses && self.settings.code_lens {
            let client = self.client.clone();
            tokio::spawn(async move { client.code_lens_refresh().await.ok() });
        }
    }

    fn publish(&mut self, uris: impl IntoIterator<Item = Url>) {
        for uri in uris {
            if let Some(findings) = self.scripts.findings(&uri) {
                let version = self.document(&uri).and_then(|text| text.version);
                self.outbox.publish(uri, version, findings);
            }
        }
    }
}
