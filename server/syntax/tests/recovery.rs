//! Half-typed programs: one error per hole, nothing lost, and the function after the hole keeps its name.
#![allow(clippy::unwrap_used)]

use halion_syntax::ast::{AstNode, Stat};
use halion_syntax::{SyntaxNode, parse};

/// What a hand leaves behind before the statement is done, between two functions.
const HALF_TYPED: &[&str] = &[
    "local x =",
    "local",
    "local x,",
    "local x = 1,",
    "local x = 1 +",
    "local x = foo(",
    "local x = {",
    "local x = function(",
    "local x = function(a,",
    "local x = function()",
    "local function",
    "local function f",
    "local function f(",
    "local function f()",
    "function",
    "function f",
    "function f(",
    "function f(a,",
    "function f(a, ...",
    "function f()",
    "function a.",
    "function a.b:",
    "function a.b:c(x)",
    "foo(",
    "foo(1,",
    "foo(1, {",
    "foo(bar(baz(",
    "foo(function()",
    "foo(function() bar(",
    "foo{",
    "foo.bar(x):baz",
    "x",
    "x =",
    "x, y",
    "x, y =",
    "x = = 1",
    "x = 1 + * 2",
    "x = 1 2 3",
    "x +",
    "x[",
    "x[1",
    "x[1].",
    "a.",
    "a:",
    "a:b",
    "a:b(",
    "a.b.",
    "a.b = c.",
    "t = {",
    "t = { a",
    "t = { a =",
    "t = { a = 1,",
    "t = { [",
    "t = { [1",
    "t = { [1] =",
    "t = { { {",
    "t = {\n  a = 1\n  b = 2,\n}",
    "t = {\n  a = 1,\n  b = ",
    "x = (1 +",
    "x = (",
    "x = not",
    "x = -",
    "x = #",
    "x = a and",
    "x = a ..",
    "if",
    "if x",
    "if x ==",
    "if x then",
    "if x then y()",
    "if x then\n  y()",
    "if x then\n  y()\nelse",
    "if x then\n  y()\nelse\n  z(",
    "if x then\n  y()\nelseif",
    "if x then\n  y()\nelseif z",
    "if x then\n  y()\nelseif z then",
    "if x the y() end",
    "if x y() end",
    "while",
    "while x",
    "while x do",
    "while x do\n  y()",
    "for",
    "for i",
    "for i =",
    "for i = 1",
    "for i = 1,",
    "for i = 1, 2",
    "for i = 1, 2 do",
    "for i = 1, 2 do\n  foo()",
    "for k,",
    "for k, v in",
    "for k, v in pairs(",
    "for k, v in pairs(t)",
    "for k, v in pairs(t) do",
    "repeat",
    "repeat\n  x()",
    "repeat\n  x()\nuntil",
    "do",
    "do\n  x()",
    "return",
    "return foo(",
    "return 1,",
    "return 1 x",
    "goto",
    "::",
    "::a",
    "break",
    "goto nowhere",
    "end",
    "else",
    "elseif x then",
    "until x",
    "then",
    "in",
    "=",
    ")",
    "}",
    "]",
    "#",
    "...",
    "5",
    "\"text\"",
    "x = \"text",
    "x = 'text",
    "foo(\"text",
    "foo(\"text)",
    "x = \"a\\q\"",
    "x = 3a",
    "x = 0x",
    "x = [[",
    "x = [==[ text",
    "foo([[ text",
    "--[[ text",
    "--[==[ text\nmore text",
    "x = [=",
    "x = \u{e9}t\u{e9}",
    "x = @",
    "x != 1",
    "if x != 1 then y() end",
    "x = a && b",
    "x = !a",
    "// text",
    "foo(a b)",
    "foo(a = 1)",
    "f() = 1",
    "(a) = 1",
    "a.b:c = 1",
    "x = function f() end",
    "x = ...",
];

/// `local` before `function after` makes a local function, and a string behind an expression calls it: nothing is wrong there.
fn is_right(hole: &str, names: &[&str]) -> bool {
    match hole {
        "local" | "x = ..." => !names.contains(&"host"),
        "\"text\"" => names.contains(&"host"),
        _ => false,
    }
}

fn function_name(node: SyntaxNode) -> Option<String> {
    match Stat::cast(node)? {
        Stat::Function(function) => Some(function.name()?.path()),
        Stat::LocalFunction(function) => Some(function.name()?.text().to_owned()),
        _ => None,
    }
}

/// What is not as it should be; empty if all is well.
fn problems(hole: &str, source: &str, names: &[&str]) -> String {
    let parse = parse(source);
    assert_eq!(parse.syntax().text().to_string(), source, "text is lost");
    let found: Vec<_> = parse
        .syntax()
        .descendants()
        .filter_map(function_name)
        .collect();
    let has = |name: &str| found.iter().any(|found| found == name);
    let errors = parse.errors();
    let n_expected = usize::from(!is_right(hole, names));
    if names.iter().all(|name| has(name)) && errors.len() == n_expected {
        return String::new();
    }
    let lost: Vec<_> = names.iter().filter(|name| !has(name)).collect();
    format!(
        "{hole:?}: {} errors, lost {lost:?}\n{errors:?}\n",
        errors.len()
    )
}

fn check(sources: impl Iterator<Item = (&'static str, String)>, names: &[&str]) {
    let found: Vec<_> = sources
        .map(|(hole, source)| problems(hole, &source, names))
        .filter(|text| !text.is_empty())
        .collect();
    assert!(
        found.is_empty(),
        "{} of the holes:\n{}",
        found.len(),
        found.concat()
    );
}

#[test]
fn the_function_after_a_hole_survives() {
    let program = |hole| {
        format!(
            "function before(a)\n  return a\nend\n\n{hole}\n\nfunction after(b)\n  local c = b\n  return c\nend\n"
        )
    };
    check(
        HALF_TYPED.iter().map(|hole| (*hole, program(hole))),
        &["before", "after"],
    );
}

#[test]
fn the_functions_around_a_hole_in_a_function_survive() {
    let program = |hole: &str| {
        let hole = hole.replace('\n', "\n  ");
        let host = format!("function host(a)\n  local b = a\n  {hole}\nend\n");
        format!(
            "function before()\n  return 1\nend\n\n{host}\nfunction after(b)\n  local c = b\n  return c\nend\n"
        )
    };
    let holes = HALF_TYPED.iter().filter(|hole| **hole != "return");
    check(
        holes.map(|hole| (*hole, program(hole))),
        &["before", "host", "after"],
    );
}

/// A whole script, one line at a time typed up to one of its tokens: at most one error, and all other functions are there.
#[test]
fn a_line_cut_at_any_token_costs_one_error() {
    let script = include_str!("../../../tests/src/luac_corpus/midi.lua");
    let whole = parse(script).syntax();
    let names: Vec<_> = whole.descendants().filter_map(function_name).collect();
    let tokens = whole
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    for token in tokens.filter(|token| !token.kind().is_trivia()) {
        let start = usize::from(token.text_range().start());
        let line_start = script[..start].rfind('\n').map_or(0, |index| index + 1);
        let line_end = script[start..]
            .find('\n')
            .map_or(script.len(), |index| start + index);
        let source = format!("{}{}", &script[..start], &script[line_end..]);
        let parse = parse(&source);
        let cut = &script[line_start..start];
        assert!(parse.errors().len() <= 1, "{cut:?}: {:?}", parse.errors());
        let found: Vec<_> = parse
            .syntax()
            .descendants()
            .filter_map(function_name)
            .collect();
        let mut others = names
            .iter()
            .filter(|name| !script[line_start..line_end].contains(name.as_str()));
        assert!(
            others.all(|name| found.contains(name)),
            "{cut:?}: only {found:?} are left"
        );
    }
}
