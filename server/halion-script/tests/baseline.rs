//! `check --baseline` as a user sees it: what it hides, what it says about the rest, and its exit codes.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{folder, halion_script, write};
use expect_test::{Expect, expect};

const SCRIPT: &str = "function onNote(event)\n  openURL(\"a\")\n  openURL(\"b\")\nend\n";

fn check(folder: &Path, args: &[&str], expected: Expect) {
    expected.assert_eq(&halion_script(folder, args).all());
}

/// A folder with a baseline of `SCRIPT`.
fn with_baseline() -> tempfile::TempDir {
    let folder = folder(&[("lib/a.lua", SCRIPT)]);
    let said = halion_script(folder.path(), &["check", "--write-baseline", "known.toml"]);
    assert_eq!((said.out.as_str(), said.code), ("", 0), "{}", said.err);
    folder
}

#[test]
fn a_baseline_is_readable_and_has_no_line_numbers() {
    let folder = with_baseline();
    let text = std::fs::read_to_string(folder.path().join("known.toml")).unwrap();
    expect![[r##"
        # Findings that `halion-script check --baseline` does not show again.
        # Written by `halion-script check --write-baseline`; delete an entry to see its finding.

        version = 1

        [[finding]]
        rule = "wrong-thread"
        path = "lib/a.lua"
        source = 'openURL("a")'
        ends = "onNote > openURL"

        [[finding]]
        rule = "wrong-thread"
        path = "lib/a.lua"
        source = 'openURL("b")'
        ends = "onNote > openURL"
    "##]]
    .assert_eq(&text);
}

#[test]
fn known_findings_are_hidden_and_counted() {
    let folder = with_baseline();
    check(
        folder.path(),
        &["check", "--baseline", "known.toml"],
        expect![[r#"
            no new findings in 1 file (2 in the baseline), 1 ms
            --- exit 0
        "#]],
    );
    // A new one is shown, and counts.
    let more = SCRIPT.replace("end\n", "  savePreset(\"c\", this.parent)\nend\n");
    write(folder.path(), "lib/a.lua", more.as_bytes());
    check(
        folder.path(),
        &["check", "--baseline", "known.toml"],
        expect![[r#"
            error[wrong-thread]: savePreset only works in Controller, but this runs in Processor: onNote
             --> lib/a.lua:4:3
              |
            1 | function onNote(event)
              |          ------ `onNote` runs in the Processor
            ...
            4 |   savePreset("c", this.parent)
              |   ^^^^^^^^^^ only works in the Controller
              |
              = note: HALion says: Function HALion::savePreset is not available in the Processor context.
              = help: wrap the call in runAsync, as in runAsync(savePreset, ...); the callback is on hold until the Controller has done it
              = help: runAsync gives no result back: let the function store it in a variable

            1 error in 1 file (2 in the baseline), 1 ms
            For why and examples: halion-script explain wrong-thread
            --- exit 1
        "#]],
    );
}

#[test]
fn entries_stay_with_their_findings_when_the_text_around_changes() {
    let folder = with_baseline();
    let changed = [
        format!("-- A new line.\n\n{SCRIPT}"),
        SCRIPT.replace("  openURL", "\t\topenURL"),
        SCRIPT.replace('\n', "\r\n"),
        "function onNote(event)\n  openURL(\"b\")\n  openURL(\"a\")\nend\n".to_owned(),
    ];
    for text in changed {
        write(folder.path(), "lib/a.lua", text.as_bytes());
        let said = halion_script(folder.path(), &["check", "--baseline", "known.toml"]);
        assert_eq!(
            (said.code, said.err.as_str()),
            (0, ""),
            "{text}\n{}",
            said.out
        );
    }
    // From another folder, too.
    let said = halion_script(
        &folder.path().join("lib"),
        &["check", "--baseline", "../known.toml", "a.lua"],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

#[test]
fn the_same_line_twice_counts_twice() {
    let folder = with_baseline();
    let twice = SCRIPT.replace("end\n", "  openURL(\"b\")\nend\n");
    write(folder.path(), "lib/a.lua", twice.as_bytes());
    let said = halion_script(folder.path(), &["check", "--baseline", "known.toml"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("1 error in 1 file"), "{}", said.out);
}

#[test]
fn entries_that_match_nothing_are_named_and_cost_nothing() {
    let folder = with_baseline();
    let fixed = SCRIPT.replace("  openURL(\"a\")\n", "");
    write(folder.path(), "lib/a.lua", fixed.as_bytes());
    check(
        folder.path(),
        &["check", "--baseline", "known.toml"],
        expect![[r#"
            no new findings in 1 file (1 in the baseline), 1 ms
            --- stderr
            warning: the baseline hides nothing with lib/a.lua: wrong-thread: openURL("a")
            --- exit 0
        "#]],
    );
    // A file that was not checked says nothing about its entries.
    write(folder.path(), "b.lua", b"print(1)\n");
    let said = halion_script(
        folder.path(),
        &["check", "--baseline", "known.toml", "b.lua"],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

#[test]
fn a_syntax_error_is_never_hidden() {
    let folder = folder(&[("a.lua", "x = = 1\n")]);
    let args = ["check", "--write-baseline", "known.toml"];
    let said = halion_script(folder.path(), &args);
    assert_eq!(
        (said.err.as_str(), said.code),
        (
            "0 findings are in `known.toml` now; 1 syntax error not, and will be shown\n",
            0
        )
    );
    let said = halion_script(folder.path(), &["check", "--baseline", "known.toml"]);
    assert_eq!(said.code, 1, "{}", said.out);
}

#[test]
fn every_format_knows_the_baseline() {
    let folder = with_baseline();
    let more = SCRIPT.replace("end\n", "  savePreset(\"c\", this.parent)\nend\n");
    write(folder.path(), "lib/a.lua", more.as_bytes());
    let run = |format| {
        let args = ["check", "--baseline", "known.toml", "--format", format];
        let said = halion_script(folder.path(), &args);
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{}", said.out);
        said.out
    };
    let github = run("github");
    assert_eq!(github.lines().count(), 1, "{github}");
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["files"][0]["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(json["baseline"]["hidden"], 2);
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: Vec<(&str, bool)> = results
        .iter()
        .map(|result| {
            let state = result["baselineState"].as_str().unwrap();
            (state, result["suppressions"][0]["kind"] == "external")
        })
        .collect();
    assert_eq!(
        states,
        [("unchanged", true), ("unchanged", true), ("new", false)]
    );
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error_with_its_line() {
    let folder = folder(&[
        ("a.lua", "print(1)\n"),
        ("broken.toml", "version = 1\n\n[[finding]]\nrule = 7\n"),
    ]);
    check(
        folder.path(),
        &["check", "--baseline", "broken.toml"],
        expect![[r#"
            --- stderr
            error: the baseline `broken.toml` cannot be used, line 4: invalid type: integer `7`, expected a string; correct it, or write it anew with --write-baseline
            --- exit 2
        "#]],
    );
    write(
        folder.path(),
        "new.toml",
        b"# made by a later one\nversion = 2\n",
    );
    check(
        folder.path(),
        &["check", "--baseline", "new.toml"],
        expect![[r#"
            --- stderr
            error: the baseline `new.toml` cannot be used, line 2: its version is 2, and this program knows version 1; correct it, or write it anew with --write-baseline
            --- exit 2
        "#]],
    );
    check(
        folder.path(),
        &["check", "--baseline", "missing.toml"],
        expect![[r#"
            --- stderr
            error: there is no file or folder `missing.toml`; check the spelling and the current folder
            --- exit 2
        "#]],
    );
}
