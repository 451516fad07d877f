//! Bad input gets one clear message that names the thing and says what to do, the right exit code, and no panic.

#![allow(clippy::unwrap_used)]

mod common;

use common::{folder, halion_script, write};
use expect_test::{Expect, expect};

const NOTE: &str = "function onNote(event) postEvent(event) end\n";

fn check(files: &[(&str, &str)], args: &[&str], expected: Expect) {
    let folder = folder(files);
    expected.assert_eq(&halion_script(folder.path(), args).all());
}

#[test]
fn missing_files_and_folders() {
    check(
        &[],
        &["check", "gone.lua"],
        expect![[r#"
        --- stderr
        error: there is no file or folder `gone.lua`; check the spelling and the current folder
        --- exit 2
    "#]],
    );
    check(
        &[],
        &["run", "gone.lua"],
        expect![[r#"
        --- stderr
        error: there is no file or folder `gone.lua`; check the spelling and the current folder
        --- exit 2
    "#]],
    );
    check(
        &[],
        &["check", "."],
        expect![[r#"
        --- stderr
        error: there is no .lua file in `.` (hidden and git-ignored files are left out)
        --- exit 2
    "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["check", "a.lua", "--library", "gone"],
        expect![[r#"
            no findings in 1 file, 1 ms
            --- stderr
            error: there is no file or folder `gone`; check the spelling and the current folder
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["run", "a.lua", "--library", "gone"],
        expect![[r#"
            --- stderr
            error: there is no file or folder `gone`; check the spelling and the current folder
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["check", "a.lua", "--library", "a.lua"],
        expect![[r#"
            no findings in 1 file, 1 ms
            --- stderr
            error: `a.lua` is a file, but a folder is expected here
            --- exit 2
        "#]],
    );
    check(
        &[("s/one.lua", ""), ("s/two.lua", "")],
        &["run", "s"],
        expect![[r#"
            --- stderr
            error: the folder `s` has no script.lua; name the script: `s/one.lua` or `s/two.lua`
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["run", "a.lua", "--scenario", "gone.toml"],
        expect![[r#"
            --- stderr
            error: there is no file or folder `gone.toml`; check the spelling and the current folder
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE), ("s/x", "")],
        &["run", "a.lua", "--scenario", "s"],
        expect![[r#"
            --- stderr
            error: `s` is a folder, but a file is expected here; name a file inside it
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["run", "a.lua", "--midi", "gone.mid"],
        expect![[r#"
            --- stderr
            error: there is no file or folder `gone.mid`; check the spelling and the current folder
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE)],
        &["run", "a.lua", "--trace", "gone/trace.jsonl"],
        expect![[r#"
            --- stderr
            error: cannot write the trace to `gone/trace.jsonl`: no such file or directory
            --- exit 2
        "#]],
    );
}

#[test]
fn files_that_are_no_text() {
    let folder = folder(&[("good.lua", NOTE), ("uses.lua", "require \"binary\"\n")]);
    write(folder.path(), "binary.lua", b"\x1bLuaR\0\x01");
    write(folder.path(), "latin1.lua", b"-- fine\n-- gr\xfcn\n");
    write(folder.path(), "utf16.lua", b"\xff\xfex\0=\0y\0");
    expect![[r#"
        no findings in 2 files, 1 ms
        --- stderr
        error: `binary.lua` is a binary file (zero byte at byte 5); only scripts in plain text can be read
        error: `latin1.lua` is not valid UTF-8 at byte 13 (line 2); save it with the encoding UTF-8
        error: `utf16.lua` has the encoding UTF-16; save it with the encoding UTF-8
        --- exit 2
    "#]].assert_eq(&halion_script(folder.path(), &["check", "."]).all());
    for file in ["binary.lua", "latin1.lua"] {
        assert_eq!(halion_script(folder.path(), &["run", file]).code, 2);
    }
    // A module that cannot be read is an error of the script that requires it.
    expect![[r#"
        Playing uses.lua with one middle C of 500 ms

             ms  block  thread      task       what
        ──────────────────────────────────────────────────────────────────────────────────────────────────
           0.00      0  Controller  <main> #1  starts
           0.00      0  Controller  <main> #1  error in uses.lua:1: module 'binary' not found:
                                               `binary.lua` is a binary file (zero byte at byte 5); only
                                               scripts in plain text can be read
           0.00      0  Processor              in  note_on id=1 note=60 velocity=100
           0.00      0  Processor              out note_on id=1 note=60 velocity=100
         500.00     43  Processor              in  note_off id=1 note=60 velocity=0
         500.00     43  Processor              out note_off id=1 note=60 velocity=0

        uses.lua: 1: module 'binary' not found: `binary.lua` is a binary file (zero byte at byte 5); only scripts in plain text can be read: require "binary"
          in <main> (uses.lua:1)

        1 script error in 511 ms of playing time, 2 events in, 2 out
        --- exit 1
    "#]]
        .assert_eq(&halion_script(folder.path(), &["run", "uses.lua", "--no-check"]).all());
}

#[test]
fn a_trace_never_overwrites_an_input() {
    check(
        &[("a.lua", NOTE)],
        &["run", "a.lua", "--trace", "./a.lua"],
        expect![[r#"
            --- stderr
            error: --trace would overwrite `./a.lua`; name another file behind it
            --- exit 2
        "#]],
    );
}

#[test]
fn flags_that_make_no_sense() {
    check(
        &[],
        &["chek"],
        expect![[r#"
        --- stderr
        error: unrecognized subcommand 'chek'

          tip: a similar subcommand exists: 'check'

        Usage: halion-script <COMMAND>

        For more information, try '--help'.
        --- exit 2
    "#]],
    );
    check(
        &[],
        &["check", "--format", "xml"],
        expect![[r#"
        --- stderr
        error: invalid value 'xml' for '--format <FORMAT>'
          [possible values: text, json, sarif, github]

        For more information, try '--help'.
        --- exit 2
    "#]],
    );
    check(
        &[],
        &["run", "a.lua", "--until", "-3"],
        expect![[r#"
        --- stderr
        error: invalid value '-3' for '--until <MS>': a number of milliseconds from 0 is expected, such as 2500

        For more information, try '--help'.
        --- exit 2
    "#]],
    );
    check(
        &[],
        &["run", "a.lua", "--midi", "a.mid", "--scenario", "a.toml"],
        expect![[r#"
            --- stderr
            error: the argument '--midi <FILE.mid>' cannot be used with '--scenario <FILE.toml>'

            Usage: halion-script run --midi <FILE.mid> <SCRIPT>

            For more information, try '--help'.
            --- exit 2
        "#]],
    );
    check(
        &[],
        &["dap", "--port", "70000"],
        expect![[r#"
        --- stderr
        error: invalid value '70000' for '--port <N>': 70000 is not in 0..=65535

        For more information, try '--help'.
        --- exit 2
    "#]],
    );
}

#[test]
fn scenarios_that_make_no_sense() {
    let run = &["run", "a.lua", "--no-check", "--scenario", "s.toml"];
    // The list of kinds grows; `docs/scenario.md` has it.
    let nose = "[[input]]\nat_ms = 0\nkind = \"nose\"\n";
    let folder = folder(&[("a.lua", NOTE), ("s.toml", nose)]);
    let said = halion_script(folder.path(), run).all();
    let start = "--- stderr\nerror: the scenario `s.toml` cannot be played: line 3: `kind` is \"nose\"; it must be one of note, note_on, ";
    assert!(said.starts_with(start), "{said}");
    assert!(said.ends_with("--- exit 2\n"), "{said}");
    check(
        &[
            ("a.lua", NOTE),
            (
                "s.toml",
                "[[input]]\nat_ms = -5\nkind = \"note\"\nnote = 60\n",
            ),
        ],
        run,
        expect![[r#"
            --- stderr
            error: the scenario `s.toml` cannot be played: line 2: `at_ms` is -5; it must be a number from 0 to 86400000
            --- exit 2
        "#]],
    );
    check(
        &[("a.lua", NOTE), ("s.toml", "sample_rate = \n")],
        run,
        expect![[r#"
            --- stderr
            error: the scenario `s.toml` cannot be played: line 1: string values must be quoted, expected literal string
            --- exit 2
        "#]],
    );
    let midi = &["run", "a.lua", "--no-check", "--midi", "s.mid"];
    check(
        &[("a.lua", NOTE), ("s.mid", "MThd is not enough")],
        midi,
        expect![[r#"
            --- stderr
            error: the MIDI file `s.mid` cannot be played: not a Standard MIDI File: invalid midi: invalid midi header
            --- exit 2
        "#]],
    );
}

#[test]
fn a_script_that_does_not_parse_or_never_ends() {
    let said = |text: &str| {
        let folder = folder(&[("a.lua", text)]);
        halion_script(folder.path(), &["run", "a.lua", "--no-check"]).all()
    };
    expect![[r#"
        Playing a.lua with one middle C of 500 ms

             ms  block  thread      task  what
        ──────────────────────────────────────────────────────────────────────────
           0.00      0  Controller        error in a.lua:2: ')' expected near 'x'
           0.00      0  Processor         in  note_on id=1 note=60 velocity=100
           0.00      0  Processor         out note_on id=1 note=60 velocity=100
         500.00     43  Processor         in  note_off id=1 note=60 velocity=0
         500.00     43  Processor         out note_off id=1 note=60 velocity=0

        a.lua: 2: ')' expected near 'x':   x = = 1

        1 script error in 511 ms of playing time, 2 events in, 2 out
        --- exit 1
    "#]]
    .assert_eq(&said("function onNote(event\n  x = = 1\nend\n"));
    expect![[r#"
        Playing a.lua with one middle C of 500 ms

             ms  block  thread      task       what
        ─────────────────────────────────────────────────────────────────────────────
           0.00      0  Controller  <main> #1  starts, ends
           0.00      0  Processor              in  note_on id=1 note=60 velocity=100
           0.00      0  Processor   onNote #2  starts
           0.00      0  Processor   onNote #2  error in a.lua:2: Script time out
         500.00     43  Processor              in  note_off id=1 note=60 velocity=0
         500.00     43  Processor              out note_off id=1 note=60 velocity=0

        onNote: 2: Script time out:   while true do end
          in onNote (a.lua:2)

        1 script error in 511 ms of playing time, 2 events in, 1 out
        --- exit 1
    "#]]
    .assert_eq(&said("function onNote(event)\n  while true do end\nend\n"));
    expect![[r#"
        Playing a.lua with one middle C of 500 ms

             ms  block  thread      task       what
        ─────────────────────────────────────────────────────────────────────────────
           0.00      0  Controller  <main> #1  starts
           0.00      0  Controller  <main> #1  error in a.lua:1: Script time out
           0.00      0  Processor              in  note_on id=1 note=60 velocity=100
           0.00      0  Processor              out note_on id=1 note=60 velocity=100
         500.00     43  Processor              in  note_off id=1 note=60 velocity=0
         500.00     43  Processor              out note_off id=1 note=60 velocity=0

        a.lua: 1: Script time out: while true do end
          in <main> (a.lua:1)

        1 script error in 511 ms of playing time, 2 events in, 2 out
        --- exit 1
    "#]]
    .assert_eq(&said("while true do end\n"));
}

#[test]
fn deep_and_long_scripts() {
    let nested = format!("x = {}{}\n", "{".repeat(10_000), "}".repeat(10_000));
    let chain = format!("x = 1{}\n", " + 1".repeat(10_000));
    let line = format!("x = \"{}\" y =\n", "a".repeat(1_000_000));
    let folder = folder(&[
        ("nested.lua", &nested),
        ("chain.lua", &chain),
        ("line.lua", &line),
    ]);
    for file in ["nested.lua", "chain.lua", "line.lua"] {
        let said = halion_script(folder.path(), &["check", file]);
        assert!(said.code < 2, "{file}: {}", said.all());
        assert!(
            said.out.len() < 4_000,
            "{file}: {} bytes are too much to read",
            said.out.len()
        );
    }
}

/// A script that takes too much work is checked with less precision, and the command says so.
#[test]
fn a_script_that_takes_too_much_work() {
    let mut text = "all = {}\n".to_owned();
    for n in 0..14 {
        text += &format!(
            "function all.f{n}(v) for k, f in pairs(all) do f({{ v }}, k) end return {{ v }} end\n"
        );
    }
    text += "function onNote(e) for k, f in pairs(all) do f(e) end openURL('u') end\n";
    check(
        &[("a.lua", &text)],
        &["check", "a.lua", "--format", "github"],
        expect![[r#"
            ::error file=a.lua,line=16,col=55,endLine=16,endColumn=62,title=wrong-thread::openURL only works in Controller, but this runs in Processor: onNote%0Ahelp: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it
            --- stderr
            warning: `a.lua` takes more work than a keystroke allows: only threads are told apart: what has a choice is unsure, and calls of one of very many functions are not followed
            --- exit 1
        "#]],
    );
}
