//! A tree after any edits is the tree of the text: byte for byte and error for error.
#![allow(clippy::unwrap_used)]

use halion_syntax::{TextRange, TextSize, parse};
use proptest::prelude::*;

const STATEMENTS: &[&str] = &[
    "local a = 1\n",
    "local function f(x, ...)\n  return g(x, ...)\nend\n",
    "function M.n:o(y)\n  while y do\n    y = y - 1\n    if y == 3 then break end\n  end\nend\n",
    "handlers = { note = function(e) play(e.note) end, [1] = 'x' }\n",
    "for i, v in ipairs(t) do\n  -- every one\n  use(v) -- why\nend\n",
    "for i = 1, 10 do print(i) end\n",
    "repeat\n  local z = read()\nuntil z\n",
    "if a then\n  b()\nelseif c then\n  d()\nelse\n  e()\nend\n",
    "do local q = (a or b)(1, 2).c:d 'x' end\n",
    "x = [[long\nstring]] .. --[[ long\ncomment ]] y\n",
    "(f or g)()\n",
    "goto done\n::done::\n",
    "return a, b\n",
    "local s = \"quoted \\\" text\"; local t = 0x1p4\n",
    "\n\n",
];

const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "x",
    "1",
    ".",
    ",",
    "(",
    ")",
    "{",
    "}",
    "[[",
    "]]",
    "--",
    "--[[",
    "'",
    "\"",
    "end",
    " end ",
    " do ",
    " then ",
    "function() end",
    "local b",
    " = ",
    "return",
    "break",
    "goto done",
    "a()\n",
    "-- note\n",
    "...",
    " or ",
    ":m()",
    ";",
    "\r\n",
    "#",
    "\u{e9}",
    "if x then y() end\n",
    "local c, d = 1, 2\n",
    "while true do\n",
    "else",
    "until x",
    "not ",
];

#[derive(Clone, Debug)]
struct Edit {
    at: usize,
    removed: usize,
    piece: usize,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let one = (any::<usize>(), 0_usize..6, 0..PIECES.len()).prop_map(|(at, removed, piece)| Edit {
        at,
        removed: removed.saturating_sub(2),
        piece,
    });
    prop::collection::vec(one, 1..40)
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn check(mut text: String, edits: &[Edit]) {
    let size = |n: usize| TextSize::try_from(n).unwrap();
    let mut tree = parse(&text);
    for edit in edits {
        let start = boundary(&text, edit.at % (text.len() + 1));
        let end = boundary(&text, start + edit.removed).max(start);
        let piece = PIECES[edit.piece];
        let before = (text.clone(), tree.clone());
        text.replace_range(start..end, piece);
        tree = tree.edited(
            &text,
            TextRange::new(size(start), size(end)),
            size(piece.len()),
        );
        let whole = parse(&text);
        assert_eq!(tree.syntax().text().to_string(), text);
        assert_eq!(tree, whole, "{start}..{end} {piece:?} in\n{}", before.0);
        // An edit that breaks the text is taken back, so that most trees are whole.
        if !whole.errors().is_empty() && edit.at % 4 != 0 {
            (text, tree) = before;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edits_give_the_tree_of_the_text(
        parts in prop::collection::vec(0..STATEMENTS.len(), 0..12),
        edits in edits(),
    ) {
        let text = parts.into_iter().map(|part| STATEMENTS[part]).collect();
        check(text, &edits);
    }
}

#[test]
fn limits_hold_across_edits() {
    let size = |n: usize| TextSize::try_from(n).unwrap();
    let mut text = "local a\n".repeat(150);
    let mut tree = parse(&text);
    for _ in 0..60 {
        let at = text.len() / 2;
        let at = text[..at].rfind('\n').unwrap() + 1;
        text.insert_str(at, "local b\n");
        tree = tree.edited(&text, TextRange::empty(size(at)), size(8));
        assert_eq!(tree, parse(&text));
    }
    assert!(!tree.errors().is_empty());
}

#[test]
fn a_first_line_that_becomes_a_shebang() {
    for text in ["local bnot ", "local bnot\nx = 1\n", "x()", ""] {
        let edited = parse(text).edited(
            &format!("#{text}"),
            TextRange::empty(0.into()),
            TextSize::from(1),
        );
        assert_eq!(
            format!("{:#?}", edited.syntax()),
            format!("{:#?}", parse(&format!("#{text}")).syntax()),
            "{text}"
        );
    }
}
