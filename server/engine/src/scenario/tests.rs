//! The tables of keys against the reader: every kind and every key can be written, and what lies outside is refused by name.

use super::{
    KEYS, Scenario, input,
    schema::{Form, Key, Need},
};

/// Values that a key takes, and values that it refuses.
fn values(form: Form) -> (Vec<String>, Vec<String>) {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    match form {
        Form::Number(low, high) => (
            vec![low.to_string(), high.to_string()],
            vec![
                (low - 1.0).to_string(),
                (high * 2.0 + 1.0).to_string(),
                "nan".to_owned(),
                "'text'".to_owned(),
            ],
        ),
        Form::Whole(low, high) => (
            vec![low.to_string(), high.to_string(), format!("{high:?}")],
            vec![
                (low - 1.0).to_string(),
                (low + 0.5).to_string(),
                "-inf".to_owned(),
                "true".to_owned(),
            ],
        ),
        Form::Boolean => (words(&["true", "false"]), words(&["1", "'yes'"])),
        Form::Text => (words(&["'a'", "''"]), words(&["1", "[]"])),
        Form::Choice(choices) => (
            choices.iter().map(|choice| format!("'{choice}'")).collect(),
            words(&["''", "'nonsense'", "1"]),
        ),
        Form::Signature => (
            words(&["'6/8'", "'4/4'", "'none'"]),
            words(&["'4'", "'4/3'", "'0/4'", "'1/128'", "4"]),
        ),
        Form::Bytes => (
            words(&["[]", "[0xF0, 1, 0xF7]"]),
            words(&["[256]", "[-1]", "[0.5]", "['a']", "1"]),
        ),
        Form::Value => (words(&["1", "1.5", "true", "'a'"]), words(&["[]", "nan"])),
        Form::Raw(_) => (Vec::new(), Vec::new()),
        Form::Data => (words(&["1", "[1, 'a', { b = true }]"]), words(&["nan"])),
        Form::UiCallback => (words(&["'onDropInsert'"]), words(&["'onNote'", "1"])),
        Form::Wholes(low, high) => (
            vec!["[]".to_owned(), format!("[{low}, {high}]")],
            vec![format!("[{}]", low - 1.0), "1".to_owned()],
        ),
        Form::Table(_) | Form::Tables(_) | Form::Kind | Form::Inputs => {
            (Vec::new(), words(&["1", "'nonsense'"]))
        }
    }
}

/// A table of one kind with its required keys, but not `without`.
fn kind_text(kind: &input::Kind, without: &str) -> String {
    let mut text = format!("[[input]]\nat_ms = 0\nkind = '{}'\n", kind.name);
    for key in kind.keys {
        if key.name != without && matches!(key.need, Need::Required) {
            text += &format!("{} = {}\n", key.name, values(key.form).0[0]);
        }
    }
    text
}

#[test]
fn every_key_of_every_kind_is_read_and_checked() {
    // Which arguments a UI callback needs is told by the API, not by the table.
    for kind in input::kinds().filter(|kind| kind.name != "ui_callback") {
        let minimal = kind_text(kind, "");
        assert!(Scenario::parse(&minimal).is_ok(), "{minimal}");
        for key in kind.keys {
            check(key, &kind_text(kind, key.name));
        }
    }
    for key in KEYS {
        check(key, "");
    }
}

#[track_caller]
fn check(key: &Key, rest: &str) {
    let parse = |value: &str| Scenario::parse(&format!("{rest}{} = {value}\n", key.name));
    let (taken, refused) = values(key.form);
    for value in taken {
        let parsed = parse(&value);
        assert!(parsed.is_ok(), "{} = {value}: {parsed:?}", key.name);
    }
    for value in refused {
        let error = parse(&value).expect_err(&value).to_string();
        assert!(error.contains(&format!("`{}`", key.name)), "{error}");
    }
    if matches!(key.need, Need::Required) {
        let error = Scenario::parse(rest).expect_err(key.name).to_string();
        assert!(error.contains(&format!("`{}` is missing", key.name)));
    }
}

#[test]
fn every_key_says_what_it_means() {
    let kinds = input::kinds().flat_map(|kind| kind.keys);
    for key in KEYS.iter().chain(input::COMMON).chain(kinds) {
        assert!(key.doc.ends_with(['.', '?']), "{}: {}", key.name, key.doc);
    }
    for kind in input::kinds() {
        assert!(kind.doc.ends_with('.'), "{}: {}", kind.name, kind.doc);
    }
}
