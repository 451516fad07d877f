//! `check` as a user sees it: the exact text in all formats, and exit codes.

#![allow(clippy::unwrap_used)]

mod common;

use common::{command, folder, halion_script, root};
use expect_test::{Expect, expect};

fn check(args: &[&str], expected: Expect) {
    expected.assert_eq(&halion_script(root(), args).all());
}

#[test]
fn text_shows_the_source_the_path_and_the_way_out() {
    check(
        &["check", "samples/open_url"],
        expect![[r#"
            error[wrong-thread]: openURL only works in Controller, but this runs in Processor: onNote
             --> samples/open_url/script.lua:9:3
              |
            8 | function onNote(event)
              |          ------ `onNote` runs in the Processor
            9 |   openURL(helpPage)
              |   ^^^^^^^ only works in the Controller
              |
              = note: HALion says: Function HALion::openURL is not available in the Processor context.
              = help: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it

            1 error in 1 file, 1 ms
            For why and examples: halion-script explain wrong-thread
            --- exit 1
        "#]],
    );
}

#[test]
fn json_is_the_contract() {
    check(
        &["check", "--format", "json", "samples/open_url"],
        expect![[r#"
            {
              "version": 1,
              "files": [
                {
                  "path": "samples/open_url/script.lua",
                  "diagnostics": [
                    {
                      "code": "wrong-thread",
                      "severity": "error",
                      "line": 9,
                      "column": 3,
                      "end_line": 9,
                      "end_column": 10,
                      "message": "openURL only works in Controller, but this runs in Processor: onNote",
                      "function": "openURL",
                      "thread": "processor",
                      "chain": [
                        {
                          "name": "onNote",
                          "path": "samples/open_url/script.lua",
                          "line": 8,
                          "thread": "processor",
                          "why": "entry"
                        }
                      ]
                    }
                  ]
                }
              ]
            }
            --- exit 1
        "#]],
    );
}

#[test]
fn github_gets_annotations() {
    check(
        &["check", "--format", "github", "samples/open_url"],
        expect![[r#"
            ::error file=samples/open_url/script.lua,line=9,col=3,endLine=9,endColumn=10,title=wrong-thread::openURL only works in Controller, but this runs in Processor: onNote%0Ahelp: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it
            --- exit 1
        "#]],
    );
}

#[test]
fn every_sample_is_analysed_exactly() {
    let said = halion_script(root(), &["check", "samples"]).all();
    assert!(said.contains("2 errors in 2 files"), "{said}");
    assert!(!said.contains("more work than a keystroke"), "{said}");
}

#[test]
fn clean_samples_are_clean_in_every_format() {
    check(
        &["check", "samples/open_url_async", "samples/fade_parameter"],
        expect![[r#"
            no findings in 2 files, 1 ms
            --- exit 0
        "#]],
    );
    check(
        &["check", "--format", "github", "samples/fade_parameter"],
        expect![[r#"
            --- exit 0
        "#]],
    );
}

/// Files that require each other, and a chain that goes through them.
const TWO_FILES: &[(&str, &str)] = &[
    (
        "main.lua",
        "local web = require \"lib.web\"\n\nlocal function notify(event)\n  web.open(\"key \" .. event.note)\nend\n\nfunction onNote(event)\n  spawn(notify, event)\nend\n",
    ),
    (
        "lib/web.lua",
        "local web = {}\n\nfunction web.open(text)\n  openURL(\"https://www.example.org/?\" .. text)\nend\n\nreturn web\n",
    ),
];

#[test]
fn a_module_is_reported_with_the_script_that_loads_it() {
    let folder = folder(TWO_FILES);
    let by_folder = halion_script(folder.path(), &["check"]).all();
    let by_script = halion_script(folder.path(), &["check", "main.lua"]).all();
    assert_eq!(by_folder, by_script);
    expect![[r#"
        error[wrong-thread]: openURL only works in Controller, but this runs in Processor: onNote > spawn > notify > web.open
         --> lib/web.lua:4:3
          |
        4 |   openURL("https://www.example.org/?" .. text)
          |   ^^^^^^^ only works in the Controller
          |
         ::: main.lua:4:7
          |
        4 |   web.open("key " .. event.note)
          |       ---- 4. calls `web.open`
        ...
        7 | function onNote(event)
          |          ------ 1. `onNote` runs in the Processor
        8 |   spawn(notify, event)
          |   ----- ------ 3. spawn runs `notify` in the Processor
          |   |
          |   2. calls `spawn`
          |
          = note: HALion says: Function HALion::openURL is not available in the Processor context.
          = help: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it

        1 error in 1 file, 1 ms
        For why and examples: halion-script explain wrong-thread
        --- exit 1
    "#]].assert_eq(&by_folder);
}

#[test]
fn columns_count_utf16_units_and_end_behind_the_last_character() {
    let folder = folder(&[(
        "a.lua",
        "function onNote(event)\n  local s = \"ü😀\" openURL(s)\nend\n",
    )]);
    let json = halion_script(folder.path(), &["check", "--format", "json", "a.lua"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found = &json["files"][0]["diagnostics"][0];
    // `  local s = "` is 13 characters, then 1 + 2 units, a quote and a blank.
    assert_eq!(
        (
            found["line"].as_u64(),
            found["column"].as_u64(),
            found["end_column"].as_u64()
        ),
        (Some(2), Some(19), Some(26))
    );
}

#[test]
fn a_syntax_error_is_shown_and_the_rest_is_checked() {
    let folder = folder(&[(
        "a.lua",
        "local x = = 1\n\nfunction onNote(event)\n  openURL(\"x\")\nend\n",
    )]);
    let said = halion_script(folder.path(), &["check", "a.lua"]);
    expect![[r#"
        error[syntax-error]: a value expected, not `=`
         --> a.lua:1:11
          |
        1 | local x = = 1
          |           ^

        error[wrong-thread]: openURL only works in Controller, but this runs in Processor: onNote
         --> a.lua:4:3
          |
        3 | function onNote(event)
          |          ------ `onNote` runs in the Processor
        4 |   openURL("x")
          |   ^^^^^^^ only works in the Controller
          |
          = note: HALion says: Function HALion::openURL is not available in the Processor context.
          = help: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it

        2 errors in 1 file, 1 ms
        For why and examples: halion-script explain syntax-error (or another code in brackets)
        --- exit 1
    "#]].assert_eq(&said.all());
}

#[test]
fn hints_are_shown_when_asked_for_and_always_in_json() {
    let folder = folder(&[(
        "a.lua",
        "function openHelp()\n  openURL(\"https://www.example.org\")\nend\n",
    )]);
    expect![[r#"
        no findings in 1 file (1 hint with --hints), 1 ms
        --- exit 0
    "#]]
    .assert_eq(&halion_script(folder.path(), &["check", "a.lua"]).all());
    expect![[r#"
        hint[needs-controller]: openHelp needs the Controller, because of openURL; nobody calls it yet
         --> a.lua:1:10
          |
        1 | function openHelp()
          |          ^^^^^^^^
          |
          = help: call it from a Controller callback such as onLoad or a change callback, or with runAsync(openHelp) in the Processor

        1 hint in 1 file, 1 ms
        For why and examples: halion-script explain needs-controller
        --- exit 0
    "#]].assert_eq(&halion_script(folder.path(), &["check", "--hints", "a.lua"]).all());
    let json = halion_script(folder.path(), &["check", "--format", "json", "a.lua"]);
    assert!(json.out.contains("\"severity\": \"hint\""), "{}", json.out);
    assert_eq!(json.code, 0);
}

#[test]
fn colours_are_for_terminals_unless_they_are_forced() {
    let run = |variables: &[(&str, &str)]| {
        let mut command = command(root(), &["check", "samples/open_url"]);
        command.envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout)
            .unwrap()
            .contains('\x1b')
    };
    assert!(!run(&[]));
    assert!(run(&[("CLICOLOR_FORCE", "1")]));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn lines_that_end_in_carriage_return_and_newline_look_like_any_other() {
    let text = "function onNote(event)\n  openURL(\"x\")\nend\n";
    let folder = folder(&[("unix.lua", text), ("dos.lua", &text.replace('\n', "\r\n"))]);
    let unix = halion_script(folder.path(), &["check", "unix.lua"]).all();
    let dos = halion_script(folder.path(), &["check", "dos.lua"]).all();
    assert_eq!(dos.replace("dos.lua", "unix.lua"), unix);
}

/// The two names stand at the same bytes of their files, which are two places all the same.
#[test]
fn a_function_that_comes_from_the_same_place_of_another_file() {
    let main = "local M = require \"lib\"\nfunction onNote(e)\n  M.openURL(\"a\")\nend\n";
    let lib = "local M = {}\n---------------------\nM.openURL = openURL\nreturn M\n";
    let place = |text: &str, before: &str| text.find(before).unwrap() + before.len();
    assert_eq!(place(main, "M."), place(lib, "= openURL") - "openURL".len());
    let folder = folder(&[("main.lua", main), ("lib.lua", lib)]);
    let said = halion_script(folder.path(), &["check", "main.lua"]);
    assert!(
        said.out.contains("`openURL` comes from here"),
        "{}",
        said.all()
    );
}

#[test]
fn the_other_place_of_a_finding_is_shown() {
    let text = "defineParameter(\"A\", nil, 0, 0, 1, changed)\nfunction changed() end\ndefineParameter(\"A\", \"b\", 1, 1, 10)\nfunction onNote() x = 1 end\nfunction onSave() x = 2 end\n";
    let folder = folder(&[("a.lua", text)]);
    let said = halion_script(folder.path(), &["check", "a.lua"]);
    for place in [
        "------- `changed` is defined here",
        "--------------- defined here before",
        "- assigned here in the Controller",
    ] {
        assert!(said.out.contains(place), "{place}: {}", said.all());
    }
}

#[test]
fn of_very_many_findings_the_text_shows_the_worst_and_counts_the_rest() {
    let calls = "  openURL('a')\n".repeat(300);
    let script = format!("function onNote(e)\n{calls}end\n");
    let folder = folder(&[("many.lua", &script)]);
    let text = halion_script(folder.path(), &["check", "many.lua"]).all();
    assert_eq!(text.matches("error[wrong-thread]").count(), 200);
    let rest =
        "many.lua: 100 further findings not shown here (see --format json)\n\n300 errors in 1 file";
    assert!(text.contains(rest), "{text}");
    assert!(text.ends_with("--- exit 1\n"));
    let json = halion_script(folder.path(), &["check", "--format", "json", "many.lua"]);
    assert_eq!(json.all().matches("\"wrong-thread\"").count(), 300);
}
