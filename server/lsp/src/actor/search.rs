//! How the actor learns which scripts there are: searching the workspace, reading single files, and merging what comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use halion_workspace::Options;
use tokio::sync::oneshot;

use super::{Actor, Job};
use crate::collect::{self, Found, collect};
use crate::documents::Text;
use crate::scripts::{Script, Version};
use crate::worker;

/// A document opened while the workspace is searched is checked on its own after this long: it may turn out to be a
/// module, but a big folder must not keep the user waiting.
const PATIENCE: Duration = Duration::from_millis(300);

/// Which scripts were asked for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// All of the workspace, and the open documents.
    All,
    /// Those with these main files.
    Some(Vec<PathBuf>),
}

/// At most one search of the workspace runs, and at most one more is due after it.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) is_running: bool,
    is_due: bool,
    pub(super) is_slow: bool,
}

impl Actor {
    /// Open documents that are in no script yet.
    pub(super) fn uncovered(&self) -> Vec<PathBuf> {
        let paths = self.documents.keys();
        paths
            .filter(|path| self.scripts.with_file(path).next().is_none())
            .cloned()
            .collect()
    }

    /// Searches the workspace folders for scripts, and reads the open documents that are in none.
    pub(super) fn search(&mut self) {
        if self.search.is_running {
            self.search.is_due = true;
            return;
        }
        self.search = Search {
            is_running: true,
            is_due: false,
            is_slow: false,
        };
        let documents = self.documents.keys().cloned().collect();
        self.collect(Asked::All, self.folders.clone(), documents);
    }

    /// Reads these files as scripts of their own.
    pub(super) fn load(&mut self, documents: Vec<PathBuf>) {
        if !documents.is_empty() {
            self.collect(Asked::Some(documents.clone()), Vec::new(), documents);
        }
    }

    /// Reads again the scripts that have `path`, because its text is no longer what it was.
    pub(super) fn reload(&mut self, path: &Path) {
        self.load(self.scripts.mains_with(path));
    }

    fn collect(&self, asked: Asked, folders: Vec<PathBuf>, documents: Vec<PathBuf>) {
        let Some(jobs) = self.jobs.upgrade() else {
            return;
        };
        let options = Options {
            workspace_dirs: self.folders.clone(),
            library_dirs: self.settings.library_dirs(&self.folders),
        };
        let open = self
            .documents
            .iter()
            .map(|(path, text)| (path.clone(), text.file.text().clone()))
            .collect();
        let request = collect::Request {
            folders,
            documents,
            options,
            open,
        };
        let (done, is_done) = oneshot::channel::<()>();
        if matches!(asked, Asked::All) {
            let slow = jobs.clone();
            tokio::spawn(async move {
                if tokio::time::timeout(PATIENCE, is_done).await.is_err() {
                    slow.send(Job::SearchIsSlow).ok();
                }
            });
        }
        worker::run("reading scripts", move || {
            let scripts = worker::guard("reading scripts", || collect(&request)).ok();
            jobs.send(Job::Collected(asked, scripts)).ok();
            done.send(()).ok();
        });
    }

    pub(super) fn collected(&mut self, asked: &Asked, found: Option<Vec<Found>>) {
        if let Some(found) = found {
            self.merge(asked, found);
        }
        if matches!(asked, Asked::All) {
            self.search.is_running = false;
            if self.search.is_due {
                self.search();
            }
            // What was opened while the search was under way.
            let uncovered = self.uncovered();
            self.load(uncovered);
        }
    }

    /// Takes over what was found, keeping the trees of texts and the findings of scripts that did not change.
    fn merge(&mut self, asked: &Asked, found: Vec<Found>) {
        let known = self
            .scripts
            .0
            .values()
            .flat_map(|script| &script.version.texts)
            .chain(self.documents.values());
        let known: BTreeMap<PathBuf, Arc<Text>> = known
            .map(|text| (text.path.clone(), text.clone()))
            .collect();
        let mut old = match asked {
            Asked::All => std::mem::take(&mut self.scripts.0),
            Asked::Some(mains) => mains
                .iter()
                .filter_map(|main| self.scripts.0.remove_entry(main))
                .collect(),
        };
        let mut changed = BTreeSet::new();
        let mut modules = BTreeSet::new();
        for found in found {
            let Some(script) = self.script(found, &known) else {
                continue;
            };
            let main = script.main().to_path_buf();
            let before = old.remove(&main);
            // A search that ended meanwhile may have found out that this is a module.
            if before.is_none() && self.scripts.with_file(&main).next().is_some() {
                continue;
            }
            let script = match before {
                Some(before) if before.is_same(&script) => before,
                Some(before) => {
                    changed.extend(before.findings.into_keys());
                    Script {
                        is_running: before.is_running,
                        ..script
                    }
                }
                None => script,
            };
            modules.extend(
                script
                    .modules()
                    .map(|path| (path.to_path_buf(), main.clone())),
            );
            self.scripts.0.insert(main, script);
        }
        for (module, main) in modules {
            // What was taken for a script is a module, unless both require each other.
            if self
                .scripts
                .0
                .get(&module)
                .is_some_and(|script| !script.has(&main))
            {
                old.extend(self.scripts.0.remove_entry(&module));
            }
        }
        changed.extend(
            old.into_values()
                .flat_map(|script| script.findings.into_keys()),
        );
        self.publish(changed);
        let mains: Vec<PathBuf> = self.scripts.0.keys().cloned().collect();
        for main in mains {
            self.check(&main);
        }
    }

    fn script(&mut self, found: Found, known: &BTreeMap<PathBuf, Arc<Text>>) -> Option<Script> {
        let texts = found
            .files
            .into_iter()
            .map(|file| match known.get(&file.path) {
                Some(text)
                    if self.documents.contains_key(&file.path) || is_on_disk(text, &file.text) =>
                {
                    Some(text.clone())
                }
                _ => Text::on_disk(file.path, &file.shown, &file.text, self.can.encoding)
                    .map(Arc::new),
            });
        let texts: Vec<Arc<Text>> = texts.collect::<Option<_>>()?;
        self.last_revision += 1;
        Some(Script {
            version: Arc::new(Version::new(texts, &found.modules, self.settings.kind)),
            old_version: None,
            names: found.modules,
            required: found.required,
            revision: self.last_revision,
            diagnosed: None,
            is_running: false,
            findings: BTreeMap::new(),
            lens_state: None,
        })
    }
}

/// Whether `text` is what was just read from the disk.
fn is_on_disk(text: &Text, read: &str) -> bool {
    !text.is_open() && **text.file.text() == *read
}
