//! What tests can call, told in three places that must agree: the functions themselves, `docs/testing.md`, `docs/halion-test.lua`.

const PAGE: &str = include_str!("../../../docs/testing.md");
const STUB: &str = include_str!("../../../docs/halion-test.lua");

/// The names that follow `start` in a text.
fn names<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rests = text.split(start).skip(1);
    rests
        .map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn page_and_stub_name_every_method_of_a_script() {
    let sources = [include_str!("script.rs"), include_str!("expect.rs")];
    let joined = sources.concat().replace([' ', '\n'], "");
    let mut methods = names(&joined, "add_method(\"");
    methods.sort_unstable();
    let mut documented = names(STUB, "function Script:");
    documented.sort_unstable();
    assert_eq!(methods, documented);
    assert!(methods.len() > 35, "{methods:?}");
    for method in methods {
        let is_named = ["(", "`", " {"]
            .iter()
            .any(|end| PAGE.contains(&format!("`{method}{end}")));
        assert!(is_named, "the page does not name {method}");
    }
}

#[test]
fn page_and_stub_name_every_assertion() {
    for assertion in names(STUB, "function assert.") {
        let is_named = PAGE.contains(&format!("assert.{assertion}"))
            || PAGE.contains(&format!("`{assertion}`"));
        assert!(
            is_named || assertion == "error",
            "the page does not name {assertion}"
        );
    }
}
