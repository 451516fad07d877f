//! Conversations with the server over in-memory pipes. Every wait has a deadline; nothing sleeps.

#![allow(clippy::unwrap_used)]

mod code_lens;
mod conversation;
pub(crate) mod faults;
mod modules;
mod order;
mod queries;
mod quick_fixes;
mod robustness;

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use tower_lsp::lsp_types::Url;

use crate::Ended;
use crate::transport::{FrameReader, framed};

/// Generous, because the machines that run this share their cores.
const DEADLINE: Duration = Duration::from_secs(20);

/// The client's end of a conversation.
struct Editor {
    to_server: DuplexStream,
    from_server: FrameReader<DuplexStream>,
    server: JoinHandle<Ended>,
    last_id: i64,
    /// Messages that came while another one was awaited.
    early: VecDeque<Value>,
}

impl Editor {
    /// A server that has just been started.
    fn start() -> Self {
        let (to_server, reader) = tokio::io::duplex(1 << 20);
        let (writer, from_server) = tokio::io::duplex(1 << 20);
        let server = tokio::spawn(crate::serve(reader, writer));
        Self {
            to_server,
            from_server: FrameReader::new(from_server),
            server,
            last_id: 0,
            early: VecDeque::new(),
        }
    }

    /// A server that knows what VS Code can, and the folder.
    async fn open_folder(folder: Option<&Path>, options: Value) -> Self {
        let folders = folder.map(|folder| json!([{ "uri": uri(folder), "name": "folder" }]));
        Self::initialize(json!({
            "processId": null,
            "rootUri": null,
            "workspaceFolders": folders,
            "initializationOptions": options,
            "capabilities": {
                "textDocument": {
                    "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true },
                    "hover": { "contentFormat": ["markdown", "plaintext"] },
                },
            },
        }))
        .await
        .0
    }

    async fn initialize(params: Value) -> (Self, Value) {
        let mut editor = Self::start();
        let answer = editor.request("initialize", params).await;
        editor.notify("initialized", json!({})).await;
        (editor, answer["result"].clone())
    }

    async fn send_bytes(&mut self, bytes: &[u8]) {
        within("the server to read", self.to_server.write_all(bytes))
            .await
            .unwrap();
    }

    async fn send(&mut self, message: Value) {
        self.send_bytes(&framed(message.to_string().as_bytes()))
            .await;
    }

    async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    /// Sends a request and gives its id.
    async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        self.send(
            json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }),
        )
        .await;
        self.last_id
    }

    /// The whole response to the request with this id.
    async fn answer(&mut self, id: i64) -> Value {
        self.wait_for(&format!("the answer to {id}"), |message| {
            message["id"] == id && message.get("method").is_none()
        })
        .await
    }

    async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        self.answer(id).await
    }

    /// The first message that has not been taken and that `wanted` accepts.
    async fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(idx) = self.early.iter().position(&wanted) {
            return self.early.remove(idx).unwrap();
        }
        loop {
            let frame = within(what, self.from_server.next()).await;
            let body = frame
                .unwrap_or_else(|| panic!("the server ended before {what}"))
                .unwrap();
            let message: Value = serde_json::from_slice(&body).unwrap();
            if wanted(&message) {
                return message;
            }
            self.early.push_back(message);
        }
    }

    /// The findings published for this version of a document.
    async fn diagnostics(&mut self, uri: &Url, version: i32) -> Vec<Value> {
        let published = self
            .wait_for(&format!("diagnostics of version {version}"), |message| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == uri.as_str()
                    && message["params"]["version"] == version
            })
            .await;
        published["params"]["diagnostics"]
            .as_array()
            .unwrap()
            .clone()
    }

    async fn open(&mut self, uri: &Url, text: &str) {
        let document = json!({ "uri": uri, "languageId": "lua", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
            .await;
    }

    /// Replaces the whole text.
    async fn replace(&mut self, uri: &Url, version: i32, text: &str) {
        self.change(uri, version, json!([{ "text": text }])).await;
    }

    async fn change(&mut self, uri: &Url, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        )
        .await;
    }

    async fn ask_hover(&mut self, uri: &Url, line: u32, character: u32) -> i64 {
        self.ask("textDocument/hover", at(uri, line, character))
            .await
    }

    /// The Markdown of a hover; empty if there is none.
    async fn hover(&mut self, uri: &Url, line: u32, character: u32) -> String {
        let id = self.ask_hover(uri, line, character).await;
        let answer = self.answer(id).await;
        answer["result"]["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Shuts down as the protocol wants it.
    async fn close(mut self) {
        let answer = self.request("shutdown", Value::Null).await;
        assert_eq!(answer.get("error"), None, "{answer}");
        self.notify("exit", Value::Null).await;
        assert_eq!(self.ended().await, Ended::Orderly);
    }

    async fn ended(self) -> Ended {
        within("the server to end", self.server).await.unwrap()
    }
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

fn at(uri: &Url, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn uri(path: &Path) -> Url {
    Url::from_file_path(path).unwrap()
}

fn untitled() -> Url {
    Url::parse("untitled:Untitled-1").unwrap()
}
