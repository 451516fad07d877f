//! A debug client for tests: talks to the adapter over in-memory pipes and checks every message against the protocol's
//! schema, both ways; only requests that are meant to be refused go out unchecked.

#![allow(clippy::unwrap_used, dead_code)]

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

/// How long a message may take; a test that waits longer fails.
const DEADLINE: Duration = Duration::from_secs(60);

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../tests/schema/dap.schema.json")).unwrap()
});

/// A session under test.
pub struct Client {
    writer: WriteHalf<DuplexStream>,
    reader: ReadHalf<DuplexStream>,
    buffer: Vec<u8>,
    last_seq: i64,
    last_received_seq: i64,
    /// Commands of requests without an answer, by number.
    open: BTreeMap<i64, String>,
    /// Events that no test has asked for yet.
    pub events: VecDeque<Value>,
    pub adapter: JoinHandle<anyhow::Result<()>>,
    validators: BTreeMap<String, Validator>,
    folder: TempDir,
}

impl Client {
    /// A session with a script in a folder of its own.
    pub fn new(script: &str) -> Client {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("script.lua"), script).unwrap();
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (reader, writer) = tokio::io::split(theirs);
        let adapter = tokio::spawn(halion_adapter::serve(reader, writer));
        let (reader, writer) = tokio::io::split(ours);
        Client {
            writer,
            reader,
            buffer: Vec::new(),
            last_seq: 0,
            last_received_seq: 0,
            open: BTreeMap::new(),
            events: VecDeque::new(),
            adapter,
            validators: BTreeMap::new(),
            folder,
        }
    }

    /// The script's path.
    pub fn script(&self) -> String {
        self.path("script.lua")
    }

    /// The path of a file beside the script.
    pub fn path(&self, name: &str) -> String {
        self.folder().join(name).to_string_lossy().into_owned()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder().join(name), text).unwrap();
    }

    /// `initialize`, and the `initialized` event.
    pub async fn initialize(&mut self) -> Value {
        let arguments = json!({ "adapterID": "halion-script", "supportsVariableType": true, "supportsVariablePaging": true });
        let capabilities = self.request("initialize", arguments).await;
        self.event("initialized").await;
        capabilities
    }

    /// From `initialize` to the running script, with breakpoints.
    pub async fn start(&mut self, lines: &[i64], launch: Value) {
        self.initialize().await;
        let mut arguments = json!({ "program": self.script() });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(launch.as_object().unwrap().clone());
        self.request("launch", arguments).await;
        self.set_breakpoints(lines).await;
        self.request(
            "setExceptionBreakpoints",
            json!({ "filters": ["uncaught"] }),
        )
        .await;
        self.request("configurationDone", json!({})).await;
    }

    /// Breakpoints of the script; gives `(line, verified)` for each.
    pub async fn set_breakpoints(&mut self, lines: &[i64]) -> Vec<(i64, bool)> {
        let breakpoints: Vec<_> = lines.iter().map(|line| json!({ "line": line })).collect();
        let arguments = json!({ "source": { "path": self.script() }, "breakpoints": breakpoints });
        let body = self.request("setBreakpoints", arguments).await;
        let set = body["breakpoints"].as_array().unwrap().iter();
        set.map(|set| {
            (
                set["line"].as_i64().unwrap(),
                set["verified"].as_bool().unwrap(),
            )
        })
        .collect()
    }

    /// Sends a request and gives the body of its answer, which must be a success.
    pub async fn request(&mut self, command: &str, arguments: Value) -> Value {
        let seq = self.last_seq + 1;
        self.check(
            &json!({ "seq": seq, "type": "request", "command": command, "arguments": arguments }),
        );
        let response = self.call(command, Some(arguments)).await;
        assert_eq!(response["success"], true, "{command}: {response}");
        response["body"].clone()
    }

    /// Sends a request that must fail and gives its error text.
    pub async fn refused(&mut self, command: &str, arguments: Value) -> String {
        let response = self.call(command, Some(arguments)).await;
        assert_eq!(response["success"], false, "{command}: {response}");
        response["body"]["error"]["format"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Sends a request and gives its answer.
    pub async fn call(&mut self, command: &str, arguments: Option<Value>) -> Value {
        let seq = self.send(command, arguments).await;
        self.answer(seq).await
    }

    /// Sends a request and gives its number.
    pub async fn send(&mut self, command: &str, arguments: Option<Value>) -> i64 {
        self.last_seq += 1;
        let mut message = json!({ "seq": self.last_seq, "type": "request", "command": command });
        if let Some(arguments) = arguments {
            message["arguments"] = arguments;
        }
        self.open.insert(self.last_seq, command.to_owned());
        let text = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes())
            .await;
        self.last_seq
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).await.unwrap();
    }

    /// Ends the client's side of the pipe.
    pub async fn hang_up(&mut self) {
        self.writer.shutdown().await.unwrap();
    }

    /// The answer to a request; events that come before are kept.
    pub async fn answer(&mut self, seq: i64) -> Value {
        loop {
            let message = self
                .receive()
                .await
                .expect("an answer before the adapter hangs up");
            if message["type"] == "response" && message["request_seq"] == seq {
                return message;
            }
            assert_eq!(message["type"], "event", "an answer to {seq} was expected");
            self.events.push_back(message);
        }
    }

    /// The body of the next event of this name; others are kept.
    pub async fn event(&mut self, name: &str) -> Value {
        if let Some(at) = self.events.iter().position(|event| event["event"] == name) {
            return self.events.remove(at).unwrap()["body"].clone();
        }
        loop {
            let message = self
                .receive()
                .await
                .unwrap_or_else(|| panic!("no event {name} before the adapter hung up"));
            assert_eq!(
                message["type"], "event",
                "an event {name} was expected: {message}"
            );
            if message["event"] == name {
                return message["body"].clone();
            }
            self.events.push_back(message);
        }
    }

    /// `stopped` as `reason thread name:line`, where name and line are those of the top frame.
    pub async fn stopped(&mut self) -> String {
        let body = self.event("stopped").await;
        assert_eq!(body["allThreadsStopped"], true);
        let thread = body["threadId"].as_i64().unwrap();
        let stack = self.stack(thread).await;
        format!(
            "{} {} {}",
            body["reason"].as_str().unwrap(),
            ["", "Controller", "Processor"][thread as usize],
            stack[0]
        )
    }

    /// The rows of a stack as `name:line`, labels by their text.
    pub async fn stack(&mut self, thread: i64) -> Vec<String> {
        let frames = self.frames(thread).await;
        let row = |frame: &Value| match frame["source"]["path"].as_str() {
            Some(_) => format!("{}:{}", frame["name"].as_str().unwrap(), frame["line"]),
            None => frame["name"].as_str().unwrap().to_owned(),
        };
        frames.iter().map(row).collect()
    }

    pub async fn frames(&mut self, thread: i64) -> Vec<Value> {
        let body = self
            .request("stackTrace", json!({ "threadId": thread }))
            .await;
        body["stackFrames"].as_array().unwrap().clone()
    }

    /// A step on a thread, and where it stops.
    pub async fn step(&mut self, command: &str, thread: i64) -> String {
        self.request(command, json!({ "threadId": thread })).await;
        self.stopped().await
    }

    /// The variables of a scope of the top frame of a thread, as `name = value`.
    pub async fn scope(&mut self, thread: i64, scope: &str) -> Vec<String> {
        let frame = self.frames(thread).await[0]["id"].clone();
        let scopes = self.request("scopes", json!({ "frameId": frame })).await;
        let found = scopes["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|found| found["name"] == scope);
        let Some(found) = found else {
            return Vec::new();
        };
        self.variables(found["variablesReference"].as_i64().unwrap(), json!({}))
            .await
    }

    /// Variables as `name = value`.
    pub async fn variables(&mut self, reference: i64, more: Value) -> Vec<String> {
        let mut arguments = json!({ "variablesReference": reference });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let body = self.request("variables", arguments).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let variables = body["variables"].as_array().unwrap().iter();
        variables
            .map(|variable| format!("{} = {}", text(&variable["name"]), text(&variable["value"])))
            .collect()
    }

    /// Evaluates in the top frame of a thread; an error in parentheses.
    pub async fn evaluate(&mut self, thread: i64, expression: &str) -> String {
        let frame = self.frames(thread).await[0]["id"].clone();
        let arguments = json!({ "expression": expression, "frameId": frame, "context": "repl" });
        let response = self.call("evaluate", Some(arguments)).await;
        match response["success"].as_bool() {
            Some(true) => response["body"]["result"].as_str().unwrap().to_owned(),
            _ => format!(
                "({})",
                response["body"]["error"]["format"].as_str().unwrap()
            ),
        }
    }

    /// Lets the script go on.
    pub async fn go_on(&mut self, thread: i64) {
        self.request("continue", json!({ "threadId": thread }))
            .await;
    }

    /// Waits for the end of the run; gives the exit code.
    pub async fn ended(&mut self) -> i64 {
        let code = self.event("exited").await["exitCode"].as_i64().unwrap();
        self.event("terminated").await;
        code
    }

    /// All output of a category that has come so far.
    pub fn output(&self, category: &str) -> String {
        let outputs = self
            .events
            .iter()
            .filter(|event| event["event"] == "output" && event["body"]["category"] == category);
        outputs
            .map(|event| event["body"]["output"].as_str().unwrap())
            .collect()
    }

    /// Says goodbye and waits for the adapter to end.
    pub async fn disconnect(mut self) {
        self.request("disconnect", json!({})).await;
        assert!(
            self.open.is_empty(),
            "requests without an answer: {:?}",
            self.open
        );
        tokio::time::timeout(DEADLINE, self.adapter)
            .await
            .expect("the adapter ends")
            .unwrap()
            .unwrap();
    }

    /// Requests without an answer.
    pub fn n_open(&self) -> usize {
        self.open.len()
    }

    /// The next message, checked; `None` when the adapter has hung up.
    pub async fn receive(&mut self) -> Option<Value> {
        let message = tokio::time::timeout(DEADLINE, self.read_message())
            .await
            .expect("a message before the deadline")?;
        let seq = message["seq"].as_i64().unwrap();
        assert_eq!(
            seq,
            self.last_received_seq + 1,
            "messages are numbered without gaps"
        );
        self.last_received_seq = seq;
        self.check(&message);
        Some(message)
    }

    async fn read_message(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self
                .buffer
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                let header = std::str::from_utf8(&self.buffer[..end]).unwrap();
                let length: usize = header
                    .strip_prefix("Content-Length: ")
                    .unwrap()
                    .parse()
                    .unwrap();
                let start = end + 4;
                if self.buffer.len() >= start + length {
                    let message =
                        serde_json::from_slice(&self.buffer[start..start + length]).unwrap();
                    self.buffer.drain(..start + length);
                    return Some(message);
                }
            }
            if self.reader.read_buf(&mut self.buffer).await.unwrap() == 0 {
                assert!(
                    self.buffer.is_empty(),
                    "the adapter hung up inside a message"
                );
                return None;
            }
        }
    }

    /// Validates a message against the definition of its own kind.
    fn check(&mut self, message: &Value) {
        let capital = |text: &str| format!("{}{}", text[..1].to_uppercase(), &text[1..]);
        let definition = match message["type"].as_str().unwrap() {
            "event" => format!("{}Event", capital(message["event"].as_str().unwrap())),
            "request" => format!("{}Request", capital(message["command"].as_str().unwrap())),
            "response" => {
                let seq = message["request_seq"].as_i64().unwrap();
                let command = self
                    .open
                    .remove(&seq)
                    .unwrap_or_else(|| panic!("a second or unasked answer: {message}"));
                assert_eq!(message["command"], command.as_str());
                let known = SCHEMA["definitions"]
                    .get(format!("{}Response", capital(&command)))
                    .is_some();
                match message["success"].as_bool().unwrap() {
                    true if known => format!("{}Response", capital(&command)),
                    true => "Response".to_owned(),
                    false => "ErrorResponse".to_owned(),
                }
            }
            other => panic!("a message of type {other}"),
        };
        let validator = self
            .validators
            .entry(definition.clone())
            .or_insert_with(|| {
                let mut schema = SCHEMA.clone();
                schema["$ref"] = json!(format!("#/definitions/{definition}"));
                jsonschema::validator_for(&schema).unwrap()
            });
        let problems: Vec<_> = validator
            .iter_errors(message)
            .map(|error| error.to_string())
            .collect();
        assert!(
            problems.is_empty(),
            "{message} is no {definition}: {problems:?}"
        );
    }
}

/// A sample of the repository.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name)
}
