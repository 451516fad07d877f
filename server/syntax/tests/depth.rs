//! Deep, long and wide programs: no stack overflow on a small stack, in parsing, walking and dropping, and a bounded tree.
#![allow(clippy::unwrap_used)]

use std::thread;

use halion_syntax::{MAX_DEPTH, SyntaxNode, WalkEvent, parse};

const STACK_BYTES: usize = 1024 * 1024;

/// Parses on a small stack, walks the tree both ways, drops it; returns the number of errors.
fn n_errors(source: String) -> usize {
    let run = move || {
        let parse = parse(&source);
        let root = parse.syntax();
        assert!(root.text() == source.as_str(), "text is lost");
        let mut depth = 0;
        for event in root.preorder() {
            match event {
                WalkEvent::Enter(_) => depth += 1,
                WalkEvent::Leave(_) => depth -= 1,
            }
            assert!(depth <= MAX_DEPTH, "the tree is too deep");
        }
        assert!(walk(&root) > 0);
        parse.errors().len()
    };
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

fn walk(node: &SyntaxNode) -> usize {
    1 + node.children().map(|child| walk(&child)).sum::<usize>()
}

#[test]
fn nesting_past_the_limit_is_one_error() {
    let nested = |open: &str, middle: &str, close: &str| {
        format!(
            "{}{middle}{}\nlocal after = 1\n",
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    for source in [
        format!("x = {}", nested("{", "", "}")),
        format!("x = {}", nested("{\n", "", "}\n")),
        format!("x = {}", nested("(", "1", ")")),
        format!("x = {}", nested("f(", "1", ")")),
        nested("f(", "1", ")"),
        format!("x = {}", nested("a[", "1", "]")),
        format!("x = {}", nested("{a={", "", "}}")),
        format!("x = {}", nested("function() return ", "1", " end")),
        format!("x = {}", nested("- ", "1", "")),
        format!("x = {}", nested("not ", "1", "")),
        format!("x = {}", nested("a..", "1", "")),
        format!("x = {}", nested("2^", "1", "")),
        nested("do ", "", "end "),
        nested("do\n", "", "end\n"),
        nested("if x then ", "", "end "),
        nested("while x do ", "", "end "),
        nested("for i = 1, 2 do ", "", "end "),
        nested("repeat ", "", "until x "),
        nested("function f() ", "", "end "),
        nested("f(function() ", "", "end) "),
        nested("if x then else ", "", "end "),
        format!("{}a = 1\n", "a, ".repeat(10_000)),
        format!(
            "::a0::{}\n",
            (1..10_000).map(|i| format!("::a{i}::")).collect::<String>()
        ),
    ] {
        let shown: String = source.chars().take(30).collect();
        assert_eq!(n_errors(source), 1, "{shown}");
    }
}

#[test]
fn open_nesting_is_survived() {
    for open in [
        "{",
        "(",
        "f(",
        "a[",
        "{[",
        "function() ",
        "do ",
        "if x then ",
        "while ",
        "repeat ",
        "x = {",
        "[[",
        "--[[",
        "[=[",
        "if ",
        "for i = ",
    ] {
        assert!(n_errors(format!("x = {}", open.repeat(10_000))) > 0);
        assert!(n_errors(format!("x = {}", format!("{open}\n").repeat(10_000))) > 0);
    }
    for close in [")", "}", "]", "end ", "until x ", "else ", "elseif x then "] {
        assert!(n_errors(close.repeat(10_000)) > 0);
        assert!(n_errors(format!("{close}\n").repeat(10_000)) > 0);
    }
}

#[test]
fn long_chains_are_right() {
    for (head, link, n_links) in [
        ("x = a", ".b", 100_000),
        ("x = 1", "+1", 100_000),
        ("x = a", "[1]", 10_000),
        ("x = a", ":b()", 10_000),
        ("x = a", "()", 10_000),
        ("x = a", "{}", 10_000),
        ("x = a", "''", 10_000),
        ("a", "()", 10_000),
        ("a.b = a", ".b(1)[2]", 10_000),
        ("x = a", " and b", 10_000),
        ("x = a", " or b * c + d", 10_000),
        ("x = 1", " == 1", 10_000),
    ] {
        let source = format!("{head}{}\n", link.repeat(n_links));
        assert_eq!(n_errors(source), 0, "{head}{link}...");
    }
    let many_links = format!("({}){}", "x", ".a(1)".repeat(190));
    let deep_and_long = (0..150).fold(many_links, |inner, _| {
        format!("({inner}){}", ".a(1)".repeat(190))
    });
    assert_eq!(n_errors(deep_and_long), 0);
}

#[test]
fn wide_and_long_files_are_right() {
    assert_eq!(n_errors(format!("t = {{{}}}", "1, ".repeat(100_000))), 0);
    assert_eq!(n_errors(format!("x = '{}'", "a".repeat(1_000_000))), 0);
    assert_eq!(n_errors(format!("x = 1 --{}", "a".repeat(1_000_000))), 0);
    assert_eq!(n_errors(" ".repeat(1_000_000)), 0);
    assert_eq!(
        n_errors(format!("-- {}\n", "a".repeat(100)).repeat(50_000)),
        0,
        "5 MB"
    );
    assert_eq!(n_errors("x = 1 ".repeat(50_000)), 0);
    assert_eq!(n_errors("f(1) ; ".repeat(50_000)), 0);
    assert_eq!(
        n_errors("if x then y() elseif z then a.b = 1 else return end ".repeat(20_000)),
        0
    );
}

#[test]
fn broken_files_take_linear_time() {
    let n_lines = 20_000;
    let long_line = "x = 1 ".repeat(n_lines);
    for source in [
        format!("{}{}", "  do\n".repeat(n_lines), "end\n".repeat(n_lines)),
        format!("{}{}", "  do\n".repeat(n_lines), " end\n".repeat(n_lines)),
        format!("{}{}", "repeat\n".repeat(n_lines), "end\n".repeat(n_lines)),
        format!("{long_line} t = {{\n{}", " a\n".repeat(n_lines)),
        "[==[ [=[ [[ \n".repeat(n_lines),
        (0..2000)
            .map(|level| format!("[{}[\nlocal x", "=".repeat(level)))
            .collect(),
        "goto a ::b:: ".repeat(n_lines),
        format!(
            "{}{}",
            "goto a ".repeat(n_lines),
            "::b:: ; x() ".repeat(n_lines)
        ),
        "local a ".repeat(n_lines),
        "x = = 1\n".repeat(n_lines),
        "x = 1 = ".repeat(n_lines),
        "// \n".repeat(n_lines),
        "f(".repeat(n_lines),
        "f(\nlocal x\n".repeat(n_lines),
        "\"\n".repeat(n_lines),
        "\\".repeat(n_lines),
    ] {
        assert!(n_errors(source) > 0);
    }
}
