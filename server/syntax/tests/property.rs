//! What holds for every text: the tree is the text, parsing ends well, and the same text gives the same tree.
#![allow(clippy::unwrap_used)]

use halion_syntax::ast::{AstNode, Expr, LiteralExpr, Stat};
use halion_syntax::{LineCol, LineIndex, NodeOrToken, Parse, TextSize, TreeNode, TreeToken, parse};
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "false",
    "for",
    "function",
    "goto",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "true",
    "until",
    "while",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "#",
    "==",
    "~=",
    "<=",
    ">=",
    "<",
    ">",
    "=",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "::",
    ";",
    ":",
    ",",
    ".",
    "..",
    "...",
    "x",
    "yy",
    "1",
    "0x1p",
    "3.5",
    "'s'",
    "\"a\\x4\"",
    "\"",
    "'",
    "[[",
    "]]",
    "[==[",
    "--",
    "--[[",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    "\\",
    "~",
    "!",
    "!=",
    "&&",
    "//",
    "é",
    "\u{a0}",
    "\u{feff}",
    "😀",
    "\0",
    "#!lua",
    "function f()",
    "local function g(a)",
    "if x then",
    "for i = 1, 2 do",
    "t = {",
    "::a::",
    "goto a",
];

const SCRIPT: &str = "#!lua\nlocal t = { a = 1, [2] = 'b\\n', [[c]] }\n\nfunction onNote(event)\n  local id = playNote(event.note, event.velocity, -1)\n  while t[id] do\n    wait(10.5)\n    if t.a == 0x10 then break elseif not t.b then goto done else t:f(1, ...) end\n  end\n  ::done::\n  -- the end\n  return id, \"x\" .. #t\nend\n\nfor i = 1, 10 do repeat local y = i until y end\nfor k, v in pairs(t) do t[k], t.v = v, k end\nrunAsync(function() f { 1 } 'a' end)\n";

fn check(text: &str) -> Parse {
    let first = parse(text);
    let root = first.syntax();
    assert_eq!(root.text().to_string(), text, "text is lost");
    assert_eq!(parse(text), first, "the same text gives another tree");
    let length = TextSize::of(text);
    for error in first.errors() {
        assert!(error.range.end() <= length && !error.message.is_empty());
        assert!(
            text.is_char_boundary(error.range.start().into())
                && text.is_char_boundary(error.range.end().into())
        );
    }
    assert!(first.errors().is_sorted_by_key(|error| error.range.start()));
    for node in root.descendants() {
        if let Some(literal) = LiteralExpr::cast(node.clone()) {
            let _ = (
                literal.kind(),
                literal.string_value(),
                literal.number_value(),
            );
        }
        let _ = Stat::cast(node.clone()).map(|stat| stat.text_range());
        if let Some(Expr::Binary(binary)) = Expr::cast(node) {
            assert!(binary.operands().count() >= binary.rest().count());
        }
    }
    check_plain(&first);
    first
}

/// Both kinds of nodes are the same tree.
fn check_plain(parse: &Parse) {
    let (root, plain) = (parse.syntax(), *parse.plain_chunk().syntax());
    let nodes = root.descendants();
    let nodes: Vec<_> = nodes.map(|node| (node.kind(), node.text_range())).collect();
    let plain_nodes = plain.descendants();
    let plain_nodes: Vec<_> = plain_nodes
        .map(|node| (node.kind(), node.text_range()))
        .collect();
    assert_eq!(nodes, plain_nodes);
    let tokens = root.descendants_with_tokens();
    let tokens: Vec<_> = tokens.filter_map(NodeOrToken::into_token).collect();
    let plain_tokens = plain.descendants().flat_map(|node| node.elements());
    let mut plain_tokens: Vec<_> = plain_tokens.filter_map(NodeOrToken::into_token).collect();
    plain_tokens.sort_by_key(|token| (token.text_range().start(), token.text_range().end()));
    assert_eq!(tokens.len(), plain_tokens.len());
    for (token, plain) in tokens.iter().zip(&plain_tokens) {
        let both = (token.kind(), token.text(), token.text_range());
        assert_eq!(both, (plain.kind(), plain.text(), plain.text_range()));
    }
    let first = tokens.iter().find(|token| !token.kind().is_trivia());
    let first = first.map(|token| token.text_range());
    assert_eq!(first, plain.first_word().map(|token| token.text_range()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..80), blanks in any::<bool>()) {
        check(&words.join(if blanks { " " } else { "" }));
    }

    #[test]
    fn a_changed_script(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, prop::sample::select(WORDS)), 1..6)) {
        let mut text: Vec<char> = SCRIPT.chars().collect();
        for (index, n_removed, word) in cuts {
            let start = index.index(text.len() + 1);
            let end = (start + n_removed).min(text.len());
            text.splice(start..end, word.chars());
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn a_script_typed_up_to_any_place(index in any::<prop::sample::Index>()) {
        check(&SCRIPT[..index.index(SCRIPT.len())]);
    }

    #[test]
    fn lines_and_columns_lead_back(text in any::<String>(), index in any::<prop::sample::Index>()) {
        let lines = LineIndex::new(&text);
        let mut offset = index.index(text.len() + 1);
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let at = TextSize::new(offset as u32);
        let in_break = offset > 0 && &text.as_bytes()[offset - 1..(offset + 1).min(text.len())] == b"\r\n";
        let (line, col) = lines.utf16(at);
        let LineCol { line: same_line, col: n_bytes } = lines.line_col(at);
        prop_assert_eq!(line, same_line);
        let range = lines.line_range(line).unwrap();
        let start = usize::from(range.start());
        prop_assert_eq!(start + n_bytes as usize, offset);
        prop_assert_eq!(text[start..offset].encode_utf16().count(), col as usize);
        if !in_break {
            prop_assert_eq!(lines.offset_utf16(line, col), Some(at));
        }
    }
}

#[test]
fn a_right_script_has_no_errors() {
    assert_eq!(
        check(SCRIPT.replace("t:f(1, ...)", "t:f(1)").as_str()).errors(),
        []
    );
}

#[test]
fn a_parse_can_go_to_another_thread() {
    fn is_send<T: Send + Sync + Clone>() {}
    is_send::<Parse>();
}
