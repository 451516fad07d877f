//! A client that types: it opens scripts, makes edits, and says how long the findings took.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use cpu_time::ProcessTime;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinHandle;
use tower_lsp::lsp_types::Url;

use crate::support::{Edit, Files};

/// A folder on the disk with every file open.
pub struct Session<'f> {
    files: &'f Files,
    uris: Vec<Url>,
    version: i32,
    client: Client,
    _folder: TempDir,
}

impl<'f> Session<'f> {
    /// Opens the files in a server of their own; the time until the first findings of the script.
    pub async fn open(files: &'f Files) -> (Session<'f>, Duration) {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("is in the folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let address =
            |path: &str| Url::from_file_path(folder.path().join(path)).expect("an address");
        let uris: Vec<Url> = files.iter().map(|(path, _)| address(path)).collect();
        let mut client = Client::start(folder.path()).await;
        let start = ProcessTime::now();
        for (uri, (_, text)) in uris.iter().zip(files) {
            let document = json!({ "uri": uri, "languageId": "lua", "version": 0, "text": text });
            let params = json!({ "textDocument": document });
            client.notify("textDocument/didOpen", params).await;
        }
        client.findings(&uris[0], 0).await;
        let cold = start.elapsed();
        let session = Session {
            files,
            uris,
            version: 0,
            client,
            _folder: folder,
        };
        (session, cold)
    }

    /// The time of an edit.
    pub async fn make(&mut self, edit: &Edit) -> Duration {
        let text = &self.files[edit.file].1;
        let range = range(text, edit.bytes.clone());
        self.change(edit.file, range, &edit.piece).await
    }

    /// The time of making the files as they were.
    pub async fn take_back(&mut self, edit: &Edit) -> Duration {
        let Edit { file, bytes, piece } = edit;
        let files = self.files;
        let text = &files[*file].1;
        let edited = format!("{}{piece}{}", &text[..bytes.start], &text[bytes.end..]);
        let range = range(&edited, bytes.start..bytes.start + piece.len());
        self.change(*file, range, &text[bytes.clone()]).await
    }

    async fn change(&mut self, file: usize, range: Value, piece: &str) -> Duration {
        self.version += 1;
        let uri = &self.uris[file];
        let params = json!({
            "textDocument": { "uri": uri, "version": self.version },
            "contentChanges": [{ "range": range, "text": piece }],
        });
        let start = ProcessTime::now();
        self.client.notify("textDocument/didChange", params).await;
        self.client.findings(uri, self.version).await;
        start.elapsed()
    }

    pub async fn close(mut self) {
        self.client.notify("exit", Value::Null).await;
        self.client.server.await.expect("the server ends");
    }
}

/// A range of the protocol, in lines and UTF-16 units.
fn range(text: &str, bytes: Range<usize>) -> Value {
    let position = |offset: usize| {
        let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
        let line = text[..start].matches('\n').count();
        json!({ "line": line, "character": text[start..offset].encode_utf16().count() })
    };
    json!({ "start": position(bytes.start), "end": position(bytes.end) })
}

struct Client {
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
    server: JoinHandle<halion_lsp::Ended>,
}

impl Client {
    /// A server that knows the folder.
    async fn start(folder: &Path) -> Client {
        let (to_server, reader) = tokio::io::duplex(1 << 24);
        let (writer, from_server) = tokio::io::duplex(1 << 24);
        let server = tokio::spawn(halion_lsp::serve(reader, writer));
        let mut client = Client {
            to_server,
            from_server: BufReader::new(from_server),
            server,
        };
        let uri = Url::from_file_path(folder).expect("an address");
        let params =
            json!({ "capabilities": {}, "workspaceFolders": [{ "uri": uri, "name": "folder" }] });
        client
            .send(json!({ "id": 1, "method": "initialize", "params": params }))
            .await;
        client.wait(|message| message["id"] == 1).await;
        client.notify("initialized", json!({})).await;
        client
    }

    async fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.to_server
            .write_all(framed.as_bytes())
            .await
            .expect("the server reads");
    }

    async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }))
            .await;
    }

    /// Waits for the findings of this version of a document.
    async fn findings(&mut self, uri: &Url, version: i32) {
        let uri = uri.as_str();
        self.wait(|message| {
            message["params"]["uri"] == uri && message["params"]["version"] == version
        })
        .await;
    }

    async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                self.from_server
                    .read_line(&mut line)
                    .await
                    .expect("the server writes");
                match line.trim().strip_prefix("Content-Length: ") {
                    Some(number) => length = number.parse().expect("a length"),
                    None if line.trim().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            self.from_server
                .read_exact(&mut body)
                .await
                .expect("a whole message");
            if wanted(&serde_json::from_slice(&body).expect("JSON")) {
                return;
            }
        }
    }
}
