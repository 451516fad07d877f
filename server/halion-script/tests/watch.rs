//! `run --watch` plays again once per save, however the editor saves, and goes on after errors.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use common::{command, folder};

/// A program under `--watch` with the lines that it writes to either output.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, args: &[&str]) -> Self {
        // One pipe for both outputs keeps their lines in order.
        let (reader, writer) = std::io::pipe().unwrap();
        let child = command(folder, args)
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(reader)
                .lines()
                .for_each(|line| send.send(line.unwrap()).unwrap_or(()))
        });
        Self { child, lines }
    }

    /// The lines up to the one that says that the program waits.
    fn until_it_waits(&self) -> String {
        let mut text = String::new();
        loop {
            let line = self
                .lines
                .recv_timeout(Duration::from_secs(30))
                .expect(&text);
            if line.starts_with("Waiting for a save") {
                return text;
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn each_save_is_one_run_with_the_same_inputs() {
    let folder = folder(&[
        (
            "a.lua",
            "local m = require \"m\"\nfunction onNote(event) print(m, event.note) end\n",
        ),
        ("m.lua", "return \"first\"\n"),
        (
            "s.toml",
            "[[input]]\nat_ms = 0\nkind = \"note\"\nnote = 61\nvelocity = 1\nlength_ms = 1\n",
        ),
    ]);
    let at = |path: &str| folder.path().join(path);
    let watching = Watching::start(
        folder.path(),
        &[
            "run",
            "a.lua",
            "--no-check",
            "--watch",
            "--scenario",
            "s.toml",
        ],
    );
    let check = |expected: &str| {
        let text = watching.until_it_waits();
        assert_eq!(
            text.matches("Playing a.lua").count(),
            usize::from(!expected.starts_with("error")),
            "{text}"
        );
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    };
    check("prints first 61");
    std::fs::write(at("m.lua"), "return \"second\"\n").unwrap();
    check("prints second 61");
    // As an editor replaces a file.
    std::fs::write(at("m.lua.tmp"), "return \"third\"\n").unwrap();
    std::fs::rename(at("m.lua.tmp"), at("m.lua")).unwrap();
    check("prints third 61");
    // A module that is required only now is followed from now on.
    std::fs::write(at("n.lua"), "return \"new\"\n").unwrap();
    std::fs::write(
        at("a.lua"),
        "local n = require \"n\"\nfunction onNote(event) print(n, event.note) end\n",
    )
    .unwrap();
    check("prints new 61");
    std::fs::write(at("n.lua"), "return \"newer\"\n").unwrap();
    check("prints newer 61");
    // A scenario in the middle of being written is said, and the next save plays.
    std::fs::write(at("s.toml"), "[[input]\n").unwrap();
    check("error: the scenario `s.toml` cannot be played");
    std::fs::write(
        at("s.toml"),
        "[[input]]\nat_ms = 0\nkind = \"note\"\nnote = 62\nvelocity = 1\nlength_ms = 1\n",
    )
    .unwrap();
    check("prints newer 62");
}
