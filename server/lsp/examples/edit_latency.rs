//! How long a keystroke takes in the language server, from the message with the edit to the message with the findings for it.
//!
//! `cargo run --release -p halion-lsp --example edit_latency [PATHS]` edits generated scripts, and the files and folders given, and prints
//! CPU time of the whole process: server and client, their JSON included, but not other work on the machine.

#[path = "../../analysis/benches/support/mod.rs"]
mod support;

use std::path::Path;

use cpu_time::ProcessTime;
use serde_json::{Value, json};
use support::generate::{self, Dice};
use support::{Edit, Files, Kind, edit, n_lines, percentiles};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tower_lsp::lsp_types::Url;

#[tokio::main]
async fn main() {
    println!(
        "CPU ms of the process; edits of blanks, comments and numbers keep the structure, others change it.\n"
    );
    println!(
        "| script | lines | files | cold | kept: p50 | p95 | p99 | changed: p50 | p95 | p99 |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for n_lines in [500, 2000, 10_000, 100_000] {
        row("generated", &generate::script(n_lines, 3000)).await;
    }
    row("one file", &generate::script(100_000, 200_000)).await;
    for path in std::env::args().skip(1) {
        match support::read(Path::new(&path)) {
            Ok(files) => row(path.rsplit('/').next().unwrap_or(&path), &files).await,
            Err(error) => eprintln!("failed to read {path}: {error}"),
        }
    }
}

/// Puts the files on the disk, as a workspace with every file open.
async fn row(name: &str, files: &Files) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("is in the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let address = |path: &str| Url::from_file_path(folder.path().join(path)).expect("an address");
    let uris: Vec<Url> = files.iter().map(|(path, _)| address(path)).collect();
    let mut client = Client::start(folder.path()).await;
    let start = ProcessTime::now();
    for (uri, (_, text)) in uris.iter().zip(files) {
        let document = json!({ "uri": uri, "languageId": "lua", "version": 0, "text": text });
        client
            .notify("didOpen", json!({ "textDocument": document }))
            .await;
    }
    client.findings(&uris[0], 0).await;
    let cold = ms(start);
    let mut dice = Dice(1);
    let n_changed = ((2000.0 / cold) as usize).clamp(10, 60);
    let mut version = 0;
    let mut cells = Vec::new();
    for (kind, n) in [(Kind::Kept, 100), (Kind::Changed, n_changed)] {
        let mut times = Vec::new();
        for _ in 0..n {
            let edit = edit(files, kind, &mut dice);
            times.push(
                client
                    .change(&uris, files, &edit, false, &mut version)
                    .await,
            );
            client.change(&uris, files, &edit, true, &mut version).await;
        }
        cells.extend(percentiles(times).map(|ms| format!("{ms:.2}")));
    }
    let cells = cells.join(" | ");
    println!(
        "| {name} | {} | {} | {cold:.1} | {cells} |",
        n_lines(files),
        files.len()
    );
    client.send(json!({ "method": "exit" })).await;
    client.server.await.expect("the server ends");
}

fn ms(start: ProcessTime) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// A place of a text in lines and UTF-16 units.
fn position(text: &str, offset: usize) -> Value {
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let line = text[..start].matches('\n').count();
    json!({ "line": line, "character": text[start..offset].encode_utf16().count() })
}

struct Client {
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
    server: tokio::task::JoinHandle<halion_lsp::Ended>,
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
        client
            .send(json!({ "method": "initialized", "params": {} }))
            .await;
        client
    }

    /// Makes an edit, or takes it back, and waits for the findings; CPU time in milliseconds.
    async fn change(
        &mut self,
        uris: &[Url],
        files: &Files,
        edit: &Edit,
        back: bool,
        version: &mut i32,
    ) -> f64 {
        let Edit { file, bytes, piece } = edit;
        let old = &files[*file].1;
        let new = format!("{}{piece}{}", &old[..bytes.start], &old[bytes.end..]);
        let (text, end, piece) = match back {
            false => (old, bytes.end, piece.as_str()),
            true => (&new, bytes.start + piece.len(), &old[bytes.clone()]),
        };
        let range = json!({ "start": position(text, bytes.start), "end": position(text, end) });
        *version += 1;
        let params = json!({
            "textDocument": { "uri": uris[*file], "version": *version },
            "contentChanges": [{ "range": range, "text": piece }],
        });
        let start = ProcessTime::now();
        self.notify("didChange", params).await;
        self.findings(&uris[*file], *version).await;
        ms(start)
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
        let method = format!("textDocument/{method}");
        self.send(json!({ "method": method, "params": params }))
            .await;
    }

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
