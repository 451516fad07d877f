//! What stands under the cursor, place by place.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use halion_analysis::ScriptKind;

use super::*;
use crate::File;

fn at_cursor(text: &str) -> Option<Hover> {
    let offset = text.find("$0").unwrap();
    let file = File::new("a.lua".into(), text.replace("$0", "").into());
    let snapshot = Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto);
    hover(&snapshot, FileId(0), offset)
}

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(
        &at_cursor(text)
            .map(|hover| hover.markdown)
            .unwrap_or_default(),
    );
}

/// The hover holds each of these.
fn holds(text: &str, expected: &[&str]) {
    let hover = at_cursor(text)
        .map(|hover| hover.markdown)
        .unwrap_or_default();
    for expected in expected {
        assert!(
            hover.contains(expected),
            "no {expected:?} in the hover of {text}:\n{hover}"
        );
    }
}

#[test]
fn a_function_where_it_cannot_be_called() {
    check(
        "function onNote(event)\n  open$0URL(\"x\")\nend",
        &expect![[r#"
        ```lua
        openURL(address)
        ```
        **Controller only**

        ✗ This function runs in Processor (onNote): openURL cannot be called here; wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it.

        Opens an address in the standard browser of the system.

        Parameters:
        - `address` string: Full address with its protocol, such as https.

        [Reference: openURL](https://steinbergmedia.github.io/halion-script-api/HALion-Script/pages/openURL.html)"#]],
    );
}

#[test]
fn a_function_where_it_can_be_called() {
    holds(
        "function onLoad()\n  open$0URL(\"x\")\nend",
        &["✓ This function runs in Controller (onLoad)."],
    );
    holds(
        "open$0URL(\"x\")",
        &["✓ Global statements run in Controller."],
    );
    holds(
        "function onNote(e) play$0Note(60, 100) end",
        &[
            "**Processor only**",
            "✓ This function runs in Processor (onNote)",
        ],
    );
}

#[test]
fn a_function_that_nobody_calls_decides_nothing() {
    holds(
        "local function f() open$0URL(\"x\") end",
        &["Nobody calls the function round this place"],
    );
}

#[test]
fn a_disputed_function_is_only_doubted() {
    holds(
        "get$0Time()",
        &["⚠ Global statements run in Controller: getTime may fail here"],
    );
}

#[test]
fn a_function_that_is_handed_over_is_judged_by_the_thread_it_will_run_in() {
    holds(
        "function onNote(e)\n  runAsync(open$0URL, \"x\")\nend",
        &["✓ Handed to runAsync, which runs it in Controller."],
    );
}

#[test]
fn a_call_behind_a_guard_is_no_mistake() {
    holds(
        "function go()\n  if getContext() == \"Controller\" then open$0URL(1) end\nend\nfunction onNote() go() end\nfunction onLoad() go() end",
        &["but only Controller was found to reach this call"],
    );
}

#[test]
fn a_function_of_both_threads_needs_no_verdict() {
    let hover = at_cursor("function onNote() wa$0it(1) end")
        .unwrap()
        .markdown;
    assert!(
        hover.contains("**Controller and Processor**") && !hover.contains("✓"),
        "{hover}"
    );
}

#[test]
fn parameters_have_types_ranges_and_units() {
    holds(
        "play$0Note()",
        &[
            "- `note` number, 0 to 127",
            "`-1`: until the causing key is released",
            "Returns:\n- `noteID` number",
        ],
    );
}

#[test]
fn methods_constructors_static_functions_and_objects_are_known() {
    holds(
        "local l = Layer()\nl:set$0Name(\"x\")",
        &["setName", "**Controller only**"],
    );
    holds(
        "local l = La$0yer()",
        &["class Layer", "✓ Global statements"],
    );
    holds(
        "AudioFile.op$0en(\"x\")",
        &["AudioFile.open", "[Reference: AudioFile.open]"],
    );
    holds(
        "print(th$0is)",
        &["this: MidiModule", "**MIDI module scripts only**"],
    );
    holds("print(this.na$0me)", &["name"]);
}

#[test]
fn constants_and_enumerations_are_known() {
    holds(
        "print(EventType.note$0On)",
        &["EventType.noteOn = ", "**Controller and Processor**"],
    );
    holds("print(Event$0Type.noteOn)", &["EventType.noteOff"]);
}

#[test]
fn the_library_of_lua_is_known() {
    holds("pr$0int(1)", &["print", "Lua standard function", "lua.org"]);
    holds("math.fl$0oor(1)", &["math.floor"]);
    holds("corou$0tine.create(f)", &["coroutine"]);
    holds("coroutine.cre$0ate(f)", &["**Not available in HALion**"]);
}

#[test]
fn a_callback_says_where_it_runs_and_what_it_gets() {
    holds(
        "function on$0Note(event) end",
        &[
            "**Runs in Processor**",
            "Here it runs in Processor (onNote).",
            "[Reference: onNote]",
        ],
    );
}

#[test]
fn a_function_of_the_script_shows_its_comment_and_its_threads() {
    check(
        "-- Plays a chord.\n-- `root` is a note.\nlocal function chord(root, size) end\nfunction onNote(e) cho$0rd(e.note, 3) end",
        &expect![[r#"
            ```lua
            function chord(root, size)
            ```
            **Runs in Processor (onNote)**

            Plays a chord.
            `root` is a note."#]],
    );
    holds(
        "local m = {}\nfunction m.go(a) end\nfunction onIdle() m.g$0o(1) end",
        &["function m.go(a)", "Runs in Controller (onIdle)"],
    );
}

#[test]
fn a_function_of_the_script_hides_the_one_of_halion() {
    holds(
        "function fade(a) end\nfunction onLoad() fa$0de(1) end",
        &["function fade(a)", "Runs in Controller (onLoad)"],
    );
    holds(
        "local function openURL(u) end\nfunction onNote() open$0URL(1) end",
        &["function openURL(u)"],
    );
}

#[test]
fn locals_and_globals_are_named() {
    holds("local a$0bc = 1", &["local abc"]);
    holds("function f(a$0bc) end", &["(parameter) abc"]);
    holds("a$0bc = 1", &["global abc"]);
    assert_eq!(at_cursor("local x = $0 1"), None);
}

#[test]
fn plain_text_has_no_marks() {
    let plain = at_cursor("open$0URL(1)").unwrap().plain_text();
    assert!(
        !plain.contains("**") && !plain.contains("```") && !plain.contains("]("),
        "{plain}"
    );
    assert!(plain.contains("Reference: openURL https://"), "{plain}");
}
