//! `check --fix` as a user sees it: what it says, what it writes, and its exit code.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{folder, halion_script};
use expect_test::{Expect, expect};

fn check(folder: &Path, args: &[&str], expected: Expect) {
    expected.assert_eq(&halion_script(folder, args).all());
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn safe_fixes_are_made_and_the_rest_is_shown() {
    let text = "\u{feff}function onNote(event)\r\n  openURL(\"a\")\r\nend\r\n\r\nfunction onLoadIntoSlot()\r\n  runAsync(openURL, \"b\")\r\nend\r\n\r\nfunction onRelease(event)\n  openURL(\"c\")\n  postEvent(event)\nend\n";
    let folder = folder(&[("a.lua", text)]);
    check(
        folder.path(),
        &["check", "--fix", "a.lua"],
        expect![[r#"
            remark[needs-both-threads]: onRelease needs Controller and Processor: split it (postEvent and openURL work in different threads)
             --> a.lua:9:10
              |
            9 | function onRelease(event)
              |          ^^^^^^^^^
              |
              = help: put the part for the other thread into a function of its own, and pass it to runAsync or runSync

            error[wrong-thread]: openURL only works in Controller, but this runs in Processor: onRelease
              --> a.lua:10:3
               |
             9 | function onRelease(event)
               |          --------- `onRelease` runs in the Processor
            10 |   openURL("c")
               |   ^^^^^^^ only works in the Controller
               |
               = note: HALion says: Function HALion::openURL is not available in the Processor context.
               = help: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it

            1 error and 1 remark in 1 file, 1 ms
            For why and examples: halion-script explain wrong-thread (or another code in brackets)
            --- stderr
            fixed a.lua:2: Wrap in runAsync: openURL runs in the Controller
            fixed a.lua:6: Remove runAsync: this runs in the Controller already
            2 fixes made

            --- exit 1
        "#]],
    );
    let fixed = text
        .replace("openURL(\"a\")", "runAsync(openURL, \"a\")")
        .replace("runAsync(openURL, \"b\")", "openURL(\"b\")");
    assert_eq!(read(folder.path(), "a.lua"), fixed);
    // There is nothing left to do.
    let said = halion_script(folder.path(), &["check", "--fix", "a.lua"]);
    assert_eq!((said.err.as_str(), said.code), ("0 fixes made\n\n", 1));
}

#[test]
fn when_all_is_fixed_the_exit_code_says_so() {
    let folder = folder(&[("a.lua", "function onNote(event)\n  openURL(\"a\")\nend\n")]);
    check(
        folder.path(),
        &["check", "--fix", "--format", "json", "a.lua"],
        expect![[r#"
            {
              "version": 1,
              "files": [
                {
                  "path": "a.lua",
                  "diagnostics": []
                }
              ]
            }
            --- stderr
            fixed a.lua:2: Wrap in runAsync: openURL runs in the Controller
            1 fix made

            --- exit 0
        "#]],
    );
}

#[test]
fn a_module_is_left_alone_when_another_script_needs_it_as_it_is() {
    let module = "function go()\n  runAsync(openURL, \"a\")\nend\n";
    let files = [
        ("go.lua", module),
        (
            "a.lua",
            "require \"go\"\nfunction onLoadIntoSlot() go() end\n",
        ),
        ("b.lua", "require \"go\"\nfunction onNote(event) go() end\n"),
    ];
    let both = folder(&files);
    let said = halion_script(both.path(), &["check", "--fix", "."]);
    assert_eq!(said.err, "0 fixes made\n\n", "{}", said.out);
    assert_eq!(said.code, 1, "{}", said.out);
    assert_eq!(read(both.path(), "go.lua"), module);
    let one = folder(&files[..2]);
    assert_eq!(halion_script(one.path(), &["check", "--fix", "."]).code, 0);
    assert!(read(one.path(), "go.lua").contains("  openURL(\"a\")"));
}
