//! The handlers: each converts, asks the actor, converts back. None does anything else, and none awaits before it has asked.

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::*;
use tower_lsp::{Client, LanguageServer, async_trait};

use crate::actor::{Actor, Job};
use crate::code_lens::{RULE_PAGE, SHOW_CALLERS, page_in, place_in};
use crate::queries;
use crate::scripts::View;
use crate::worker::{self, Failed};

/// What tower-lsp calls.
///
/// The channel to the actor has no bound; a message in it holds at most what the client sent, and the actor takes
/// microseconds for each.
#[derive(Debug)]
pub(crate) struct Backend {
    actor: mpsc::UnboundedSender<Job>,
    client: Client,
}

impl Backend {
    pub(crate) fn start(client: Client) -> Self {
        Self {
            actor: Actor::start(client.clone()),
            client,
        }
    }

    /// Leaves a message for the actor, in the order of the calls.
    fn tell(&self, job: Job) {
        if self.actor.send(job).is_err() {
            tracing::error!("the analysis actor has ended");
        }
    }

    /// Asks about an open document. `compute` runs on a worker over the version that was current when the question
    /// came, unless the client has cancelled it by then.
    async fn ask<T: Send + 'static>(
        &self,
        uri: Url,
        name: &'static str,
        compute: impl FnOnce(&View) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let (sender, receiver) = oneshot::channel();
        self.tell(Job::Ask(
            uri,
            Box::new(move |view| {
                worker::run(name, move || {
                    if !sender.is_closed() {
                        sender.send(worker::guard(name, || compute(&view))).ok();
                    }
                });
            }),
        ));
        match receiver.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(failure)) => Err(failed(failure)),
            // The actor dropped the question: the document is not open.
            Err(_) => Ok(None),
        }
    }
}

/// Work without a result, as an answer.
fn failed(failure: Failed) -> Error {
    let said = match failure {
        Failed::Panicked(said) => said,
        Failed::Outdated => return Error::content_modified(),
    };
    let message = format!("the server made a mistake here and goes on: {said}");
    Error {
        message: message.into(),
        ..Error::internal_error()
    }
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (sender, receiver) = oneshot::channel();
        self.tell(Job::Initialize(Box::new(params), sender));
        receiver.await.map_err(|_| Error::internal_error())
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Job::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Job::Open(params.text_document));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Job::Change(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Job::Close(params.text_document.uri));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Job::Save(params.text_document.uri));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.tell(Job::Settings(params.settings));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Job::Folders(params.event));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Job::Watched(params.changes));
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams {
            text_document,
            position,
        } = params.text_document_position_params;
        self.ask(text_document.uri, "hover", move |view| view.hover(position))
            .await
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let TextDocumentPositionParams {
            text_document,
            position,
        } = params.text_document_position_params;
        self.ask(text_document.uri, "definition", move |view| {
            view.definition(position)
        })
        .await
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(params.text_document.uri, "document symbols", |view| {
            Some(view.symbols())
        })
        .await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let TextDocumentPositionParams {
            text_document,
            position,
        } = params.text_document_position;
        self.ask(text_document.uri, "completion", move |view| {
            Some(view.completion(position))
        })
        .await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        worker::guard("completion item", || queries::resolve(item)).map_err(failed)
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let TextDocumentPositionParams {
            text_document,
            position,
        } = params.text_document_position_params;
        self.ask(text_document.uri, "signature help", move |view| {
            view.signature_help(position)
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let CodeActionParams {
            text_document,
            range,
            context,
            ..
        } = params;
        self.ask(text_document.uri, "quick fixes", move |view| {
            Some(view.code_actions(range, &context))
        })
        .await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(params.text_document.uri, "code lenses", |view| {
            Some(view.code_lenses())
        })
        .await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let wrong = || Error::invalid_params(format!("{} with these arguments", params.command));
        match params.command.as_str() {
            SHOW_CALLERS => {
                let (uri, position) = place_in(&params.arguments).ok_or_else(wrong)?;
                let found = self.ask(uri, "callers", move |view| {
                    Some((view.callers(position), view.client.shows_callers))
                });
                let Some((found, is_shown)) = found.await? else {
                    return Ok(None);
                };
                if !is_shown {
                    let paths = found["paths"].as_array().into_iter().flatten();
                    let lines: Vec<&str> = paths.filter_map(Value::as_str).collect();
                    self.client
                        .show_message(MessageType::INFO, lines.join("\n"))
                        .await;
                }
                Ok(Some(found))
            }
            RULE_PAGE => {
                let page = page_in(&params.arguments).ok_or_else(wrong)?;
                Ok(Some(page.into()))
            }
            _ => Err(wrong()),
        }
    }
}
