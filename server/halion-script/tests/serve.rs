//! `lsp` and `dap` speak their protocols on standard input and output, started with one word as editors start them.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use common::{command, halion_script, root};

const PATIENCE: Duration = Duration::from_secs(30);

/// A server and the messages that it sends.
struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<String>,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut command = command(root(), args);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read_message(&mut output) {
                // The test may have seen enough.
                let _ = send.send(message);
            }
        });
        Self {
            child,
            input,
            messages,
        }
    }

    fn send(&mut self, message: &str) {
        write!(
            self.input,
            "Content-Length: {}\r\n\r\n{message}",
            message.len()
        )
        .unwrap();
    }

    /// The next message that holds `part`; those before it are let go.
    fn wait_for(&self, part: &str) -> String {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect(part);
            if message.contains(part) {
                return message;
            }
        }
    }

    /// Closes the input and gives the exit code.
    fn end(self) -> i32 {
        let Self {
            mut child, input, ..
        } = self;
        drop(input);
        child.wait().unwrap().code().unwrap()
    }
}

/// `None` at the end of the output.
fn read_message(output: &mut impl BufRead) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output
            .read_line(&mut line)
            .ok()
            .filter(|n_bytes| *n_bytes > 0)?;
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().unwrap(),
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut message = vec![0; length];
    output.read_exact(&mut message).ok()?;
    Some(String::from_utf8(message).unwrap())
}

#[test]
fn lsp_answers_and_ends_as_the_protocol_says() {
    let initialize =
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    let mut server = Server::start(&["lsp"]);
    server.send(initialize);
    assert!(server.wait_for("\"id\":1").contains("\"hoverProvider\""));
    server.send(r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#);
    server.wait_for("\"id\":2");
    server.send(exit);
    assert_eq!(server.end(), 0);

    let mut server = Server::start(&["lsp"]);
    server.send(initialize);
    server.wait_for("\"id\":1");
    server.send(exit);
    assert_eq!(
        server.end(),
        1,
        "an exit without shutdown is told by the exit code"
    );
}

#[test]
fn dap_answers_and_ends_with_its_session() {
    let mut server = Server::start(&["dap"]);
    server.send(r#"{"seq":1,"type":"request","command":"initialize","arguments":{"adapterID":"halion-script"}}"#);
    assert!(
        server
            .wait_for("\"command\":\"initialize\"")
            .contains("\"success\":true")
    );
    server.send(r#"{"seq":2,"type":"request","command":"disconnect"}"#);
    server.wait_for("\"command\":\"disconnect\"");
    assert_eq!(server.end(), 0);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = halion_script(root(), &["dap", "--port", &port]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.starts_with("error: ") && said.err.contains(&port),
        "{}",
        said.err
    );
}
