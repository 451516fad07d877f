//! What `run` makes of a whole run: the picture and the MIDI file. And that equal runs are equal, in every process.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{folder, halion_script, root};

/// The samples that can be played.
fn samples() -> Vec<PathBuf> {
    let samples = fs::read_dir(root().join("samples")).unwrap();
    let mut samples: Vec<PathBuf> = samples
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("script.lua").is_file())
        .collect();
    samples.sort();
    samples
}

#[test]
fn each_sample_leaves_the_same_trace_in_twenty_processes() {
    for sample in samples() {
        let sample = sample.display().to_string();
        let run = || halion_script(root(), &["run", &sample, "--no-check", "--trace", "-"]);
        let first = run();
        assert!(
            first.out.contains("\"kind\":\"task_start\""),
            "{}",
            first.all()
        );
        for _ in 1..20 {
            assert_eq!(run().out, first.out, "{sample}");
        }
    }
}

#[test]
fn the_picture_is_one_page_and_the_same_every_time() {
    let outputs = tempfile::tempdir().unwrap();
    for sample in samples() {
        let page = || {
            let path = outputs.path().join("run.html");
            let args = [
                "run",
                &sample.display().to_string(),
                "--no-check",
                "--timeline",
            ];
            let said = halion_script(
                root(),
                &[&args[..], &[&path.display().to_string()]].concat(),
            );
            assert!(said.out.contains("wrote "), "{}", said.all());
            fs::read_to_string(path).unwrap()
        };
        let first = page();
        assert!(first.starts_with("<!doctype html>"));
        assert_eq!(first.matches("<script").count(), 2);
        assert!(!first.contains("{{"), "a placeholder is left");
        assert_eq!(page(), first);
    }
}

#[test]
fn what_the_script_sends_can_be_played_again() {
    let script = "function onNote(event) playNote(event.note + 12, 80, 250) end";
    let files = folder(&[("up.lua", script), ("through.lua", "")]);
    let run = |args: &[&str]| halion_script(files.path(), &[&["run", "--no-check"], args].concat());
    let said = run(&["up.lua", "--midi-out", "out.mid"]);
    assert!(said.out.contains("wrote out.mid"), "{}", said.all());
    let said = run(&["through.lua", "--midi", "out.mid", "--trace", "-"]);
    assert!(
        said.out
            .contains("\"type\":\"note_on\",\"id\":1,\"note\":72,\"velocity\":80"),
        "{}",
        said.all()
    );
    assert!(said.out.contains("\"ms\":250"), "{}", said.all());
}

#[test]
fn nothing_that_goes_in_is_overwritten() {
    let files = folder(&[("script.lua", ""), ("scenario.toml", "")]);
    for option in ["--trace", "--timeline", "--midi-out"] {
        for file in ["script.lua", "scenario.toml"] {
            let said = halion_script(files.path(), &["run", ".", option, file]);
            assert!(
                said.err
                    .contains(&format!("{option} would overwrite `{file}`")),
                "{}",
                said.all()
            );
            assert_eq!(said.code, 2);
        }
    }
    let said = halion_script(files.path(), &["run", ".", "--timeline", "gone/x.html"]);
    assert!(
        said.err.contains("cannot write `gone/x.html`"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 2);
}

#[test]
fn a_run_too_long_for_the_table_is_summed_up_by_function() {
    let script = "local function tick() wait(10) end
        function onInit() for i = 1, 30 do spawn(tick) wait(5) end error('done') end";
    let files = folder(&[("script.lua", script)]);
    let said = halion_script(files.path(), &["run", ".", "--no-check"]);
    let line = |name: &str| {
        let found = said
            .out
            .lines()
            .rev()
            .find(|line| line.trim_start().starts_with(name) && !line.contains("script.lua"));
        found
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        line("tick"),
        "tick Processor 30 30 0 10 ms",
        "{}",
        said.all()
    );
    assert!(
        line("onInit ").starts_with("onInit Processor 1 30 1 15"),
        "{}",
        said.all()
    );
    let short = folder(&[("script.lua", "")]);
    let said = halion_script(short.path(), &["run", ".", "--no-check"]);
    assert!(!said.out.contains("longest"), "{}", said.all());
}
