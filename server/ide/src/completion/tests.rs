//! What is offered, place by place.

use std::collections::BTreeMap;

use halion_analysis::ScriptKind;

use super::*;
use crate::File;

fn at_cursor(text: &str) -> Completions {
    let offset = text.find("$0").unwrap();
    let file = File::new("a.lua".into(), text.replace("$0", "").into());
    let snapshot = Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto);
    completion(&snapshot, FileId(0), offset)
}

/// The ranks of the labels; `-` for one that is not offered.
fn check(text: &str, expected: &[(&str, &str)]) {
    let items = at_cursor(text).items;
    for (label, rank) in expected {
        let found = items.iter().find(|item| item.label == *label);
        let found = found.map_or("-".to_owned(), |item| format!("{:?}", item.rank));
        assert_eq!(found, *rank, "{label} in {text}");
    }
}

fn labels(text: &str) -> Vec<String> {
    at_cursor(text)
        .items
        .into_iter()
        .map(|item| item.label)
        .collect()
}

#[test]
fn what_fits_the_thread_comes_first() {
    check(
        "function onNote(e)\n  o$0\nend",
        &[
            ("openURL", "WrongThread"),
            ("playNote", "Fits"),
            ("wait", "Fits"),
            ("e", "Near"),
        ],
    );
    check(
        "function onLoad()\n  $0\nend",
        &[
            ("openURL", "Fits"),
            ("playNote", "WrongThread"),
            ("print", "Lua"),
            ("end", "Lua"),
        ],
    );
}

#[test]
fn what_is_handed_to_another_thread_fits_that_one() {
    check(
        "function onNote(e)\n  runAsync(o$0)\nend",
        &[("openURL", "Fits"), ("playNote", "WrongThread")],
    );
    check(
        "function onNote(e)\n  runAsync(f, o$0)\nend",
        &[("openURL", "WrongThread")],
    );
}

#[test]
fn members_are_those_of_the_class() {
    check("print(this.$0)", &[("name", "Fits"), ("openURL", "-")]);
    check(
        "local l = Layer()\nl:$0",
        &[
            ("setName", "Fits"),
            ("appendZone", "Fits"),
            ("openURL", "-"),
        ],
    );
    check(
        "function onNote(event)\n  print(event.n$0)\nend",
        &[("note", "Fits"), ("velocity", "Fits"), ("print", "-")],
    );
    check("EventType.$0", &[("noteOn", "Fits"), ("print", "-")]);
    check("math.$0", &[("floor", "Lua")]);
    check("AudioFile.$0", &[("open", "Fits")]);
}

#[test]
fn the_script_s_own_names_are_offered() {
    let text =
        "local a = 1\nlocal function b() end\nfunction c(d) $0 end\nm = {}\nfunction m.go() end";
    check(
        text,
        &[
            ("a", "Near"),
            ("b", "Near"),
            ("c", "Fits"),
            ("d", "Near"),
            ("m.go", "-"),
        ],
    );
    check("m = {}\nfunction m.go() end\nm.$0", &[("go", "Near")]);
    check(
        "local function f(a) local b end\nfor i = 1, 2 do end $0",
        &[("f", "Near"), ("a", "-"), ("b", "-"), ("i", "-")],
    );
}

#[test]
fn callbacks_come_after_function() {
    check("function on$0", &[("onNote", "Fits"), ("openURL", "-")]);
    let note = at_cursor("function $0")
        .items
        .into_iter()
        .find(|item| item.label == "onNote");
    assert_eq!(note.unwrap().insert.as_deref(), Some("onNote(event)"));
}

#[test]
fn keys_of_a_table_of_arguments_are_offered() {
    check(
        "defineParameter{ na$0 }",
        &[("name", "Near"), ("onChanged", "Near")],
    );
    check("defineParameter{ name = $0 }", &[("onChanged", "-")]);
}

#[test]
fn nothing_is_offered_where_names_are_made_up_or_text_is_free() {
    for text in [
        "local a$0",
        "local a, $0",
        "function f(a$0) end",
        "for i$0 = 1, 2 do end",
        "-- com$0ment",
        "x = \"str$0ing\"",
        "x = 12$0",
    ] {
        assert_eq!(labels(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_word_that_has_been_begun_is_replaced() {
    assert_eq!(at_cursor("x = op$0en").range, 4..6);
    assert_eq!(at_cursor("x = $0").range, 4..4);
}

#[test]
fn every_key_has_documentation() {
    for text in [
        "$0",
        "function $0",
        "EventType.$0",
        "math.$0",
        "this.$0",
        "local l = Layer()\nl:$0",
        "x:$0",
    ] {
        for item in at_cursor(text).items {
            if let Some(key) = item.key {
                assert!(
                    documentation(&key).is_some_and(|text| !text.is_empty()),
                    "{key}"
                );
            }
        }
    }
}
