//! What this server offers, and what it needs to know of what the client can.

use std::path::PathBuf;

use tower_lsp::lsp_types::*;

use crate::code_lens::{RULE_PAGE, SHOW_CALLERS};
use crate::convert::Encoding;
use crate::documents::file_path;
use crate::quick_fixes::FIX_ALL;
use crate::settings::SECTION;

/// The scheme of the addresses of rule pages, as `halion-script-rule:/wrong-thread.md`; the client gets the text by
/// [`RULE_PAGE`](crate::code_lens::RULE_PAGE).
pub(crate) const RULE_SCHEME: &str = "halion-script-rule";

const WATCH_ID: &str = "halion-script.watch";
const WATCH_METHOD: &str = "workspace/didChangeWatchedFiles";

/// What matters to us of the client's capabilities.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// Shows places beside a diagnostic; without it the chain goes into the message.
    pub(crate) related_information: bool,
    pub(crate) code_description: bool,
    /// Renders Markdown in a hover.
    pub(crate) markdown: bool,
    /// Lets us say which files to watch.
    pub(crate) watches_files: bool,
    /// Answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// Wants a tree of symbols and not a list.
    pub(crate) symbol_tree: bool,
    /// Asks again for the lines above functions when it is told to.
    pub(crate) refreshes_lenses: bool,
    /// Shows the answer of [`SHOW_CALLERS`](crate::code_lens::SHOW_CALLERS) itself.
    pub(crate) shows_callers: bool,
    /// Opens addresses of [`RULE_SCHEME`].
    pub(crate) rule_pages: bool,
}

impl Client {
    pub(crate) fn new(capabilities: &ClientCapabilities) -> Self {
        let document = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let diagnostics = document.and_then(|document| document.publish_diagnostics.as_ref());
        let formats =
            document.and_then(|document| document.hover.as_ref()?.content_format.as_ref());
        let symbols = document.and_then(|document| document.document_symbol.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let offered = capabilities
            .general
            .as_ref()
            .and_then(|general| general.position_encodings.as_deref());
        let ours = capabilities.experimental.as_ref();
        let ours = ours.and_then(|experimental| experimental.get(SECTION));
        let can = |what: &str| ours.and_then(|ours| ours.get(what)?.as_bool()) == Some(true);
        Self {
            encoding: Encoding::negotiate(offered),
            related_information: diagnostics
                .and_then(|known| known.related_information)
                .unwrap_or(false),
            code_description: diagnostics
                .and_then(|known| known.code_description_support)
                .unwrap_or(false),
            markdown: formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown)),
            watches_files: watched
                .and_then(|watched| watched.dynamic_registration)
                .unwrap_or(false),
            configuration: workspace
                .and_then(|workspace| workspace.configuration)
                .unwrap_or(false),
            symbol_tree: symbols
                .and_then(|symbols| symbols.hierarchical_document_symbol_support)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support)
                .unwrap_or(false),
            shows_callers: can("callers"),
            rule_pages: can("rulePages"),
        }
    }
}

/// What is advertised; the tests hold each entry against a handler.
pub(crate) fn server(client: Client) -> InitializeResult {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::Supported(true)),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(OneOf::Left(true)),
    };
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(client.encoding.kind()),
            text_document_sync: Some(sync.into()),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(vec![".".into(), ":".into()]),
                resolve_provider: Some(true),
                ..CompletionOptions::default()
            }),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: Some(vec!["(".into(), ",".into()]),
                retrigger_characters: None,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
                ..CodeActionOptions::default()
            })),
            code_lens_provider: Some(CodeLensOptions {
                resolve_provider: Some(false),
            }),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![SHOW_CALLERS.into(), RULE_PAGE.into()],
                ..ExecuteCommandOptions::default()
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(folders),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "halion-script".into(),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
    }
}

/// The folders that are open at the start, from whichever of three fields the client knows.
pub(crate) fn workspace_dirs(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = params
        .workspace_folders
        .as_ref()
        .filter(|folders| !folders.is_empty())
    {
        return folders
            .iter()
            .filter_map(|folder| file_path(&folder.uri))
            .collect();
    }
    #[allow(deprecated, reason = "older clients send nothing else")]
    let root = params
        .root_uri
        .as_ref()
        .and_then(file_path)
        .or_else(|| params.root_path.as_ref().map(PathBuf::from));
    root.into_iter().collect()
}

/// Asks the client to tell when a script changes on disk, in the workspace and in library folders outside it.
pub(crate) fn watch_registration(library_dirs: &[PathBuf]) -> Registration {
    let outside = library_dirs
        .iter()
        .map(|dir| format!("{}/**/*.lua", dir.display()));
    let patterns = std::iter::once("**/*.lua".to_owned()).chain(outside);
    let watchers = patterns.map(|pattern| FileSystemWatcher {
        glob_pattern: GlobPattern::String(pattern),
        kind: None,
    });
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: watchers.collect(),
    };
    Registration {
        id: WATCH_ID.into(),
        method: WATCH_METHOD.into(),
        register_options: serde_json::to_value(options).ok(),
    }
}

/// Takes [`watch_registration`] back.
pub(crate) fn watch_unregistration() -> Unregistration {
    Unregistration {
        id: WATCH_ID.into(),
        method: WATCH_METHOD.into(),
    }
}
