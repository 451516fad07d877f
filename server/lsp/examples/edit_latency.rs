//! How long a keystroke takes, from the message with the edit to the message with the findings for it, in milliseconds.
//!
//! `cargo run --release -p halion-lsp --example edit_latency [lines...]` types into generated scripts, one character per
//! edit, and prints p50, p95 and the slowest, with the first findings after opening beside them.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

const N_EDITS: usize = 200;
const URI: &str = "untitled:script";

#[tokio::main]
async fn main() {
    let lines: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|lines| lines.parse().ok())
        .collect();
    let sizes = if lines.is_empty() {
        vec![500, 2000]
    } else {
        lines
    };
    println!(
        "{:>7}  {:>10}  {:>8}  {:>8}  {:>8}   (ms, {N_EDITS} edits)",
        "lines", "first", "p50", "p95", "max"
    );
    for n_lines in sizes {
        measure(n_lines).await;
    }
}

async fn measure(n_lines: usize) {
    let (to_server, reader) = tokio::io::duplex(1 << 20);
    let (writer, from_server) = tokio::io::duplex(1 << 20);
    let server = tokio::spawn(halion_lsp::serve(reader, writer));
    let mut client = Client {
        to_server,
        from_server: BufReader::new(from_server),
    };
    client
        .send(json!({ "id": 1, "method": "initialize", "params": { "capabilities": {} } }))
        .await;
    client.wait(|message| message["id"] == 1).await;
    client
        .send(json!({ "method": "initialized", "params": {} }))
        .await;

    let text = script(n_lines);
    let document = json!({ "uri": URI, "languageId": "lua", "version": 0, "text": text });
    let start = Instant::now();
    client
        .notify("didOpen", json!({ "textDocument": document }))
        .await;
    client.findings(0).await;
    let first_ms = ms(start);

    // Types a call, letter by letter, into the last function.
    let line = text.lines().count() - 2;
    let typed = "  openURL(address(1, 2, 3)) ";
    let mut times_ms = Vec::new();
    for version in 1..=N_EDITS {
        let column = (version - 1) % typed.len();
        let position = json!({ "line": line, "character": column });
        let letter = &typed[column..=column];
        let end = json!({ "line": line, "character": if column == 0 { 999 } else { column } });
        let change = json!({ "range": { "start": position, "end": end }, "text": letter });
        let document = json!({ "uri": URI, "version": version });
        let start = Instant::now();
        client
            .notify(
                "didChange",
                json!({ "textDocument": document, "contentChanges": [change] }),
            )
            .await;
        client.findings(version).await;
        times_ms.push(ms(start));
    }
    times_ms.sort_by(f64::total_cmp);
    let at = |part: f64| times_ms[((times_ms.len() - 1) as f64 * part) as usize];
    println!(
        "{:>7}  {first_ms:>10.2}  {:>8.2}  {:>8.2}  {:>8.2}",
        text.lines().count(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    client.send(json!({ "method": "exit" })).await;
    server.await.expect("the server ends");
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// A script in the manner of real ones: parameters, tables, classes, helpers that call each other, callbacks.
fn script(n_lines: usize) -> String {
    let mut text = String::from("local voices = {}\nlocal Voice = {}\nVoice.__index = Voice\n");
    let mut n = 0_usize;
    while text.lines().count() + 24 < n_lines {
        let before = if n == 0 {
            "print".to_owned()
        } else {
            format!("helper{}", n - 1)
        };
        text.push_str(&format!(
            "-- Keeps the notes of layer {n}.\n\
             defineParameter(\"Level{n}\", nil, {n}, 0, 127, 1, function() voices[{n}] = Level{n} end)\n\
             function Voice:start{n}(note, velocity)\n\
             \x20 local id = playNote(note, velocity, -1)\n\
             \x20 voices[id] = {{ note = note, velocity = velocity, layer = {n} }}\n\
             \x20 for key, voice in pairs(voices) do\n\
             \x20   if type(voice) == \"table\" and voice.note == note and key ~= id then\n\
             \x20     self:stop{n}(key)\n\
             \x20   end\n\
             \x20 end\n\
             \x20 return id\n\
             end\n\
             function Voice:stop{n}(id)\n\
             \x20 fade(id, nil, 0, 10 + {n})\n\
             \x20 wait(20)\n\
             \x20 releaseVoice(id)\n\
             \x20 voices[id] = nil\n\
             end\n\
             local function helper{n}(event, depth)\n\
             \x20 local voice = setmetatable({{}}, Voice)\n\
             \x20 if depth > 0 then {before}(event, depth - 1) end\n\
             \x20 return voice:start{n}(event.note + depth, event.velocity)\n\
             end\n\
             \n"
        ));
        n += 1;
    }
    let last = n.saturating_sub(1);
    text.push_str(&format!(
        "function onRelease(event)\n  postEvent(event)\nend\nfunction onNote(event)\n  helper{last}(event, 3)\n\nend\n"
    ));
    text
}

struct Client {
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
}

impl Client {
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

    async fn findings(&mut self, version: usize) {
        self.wait(|message| message["params"]["version"] == version)
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
