//! Which blocks lack their `end`, told by indentation. Only used for files that are wrong, so odd indentation never hurts a right one.

use rustc_hash::FxHashMap;

use crate::kind::SyntaxKind;
use crate::lexer::Token;

/// An opener (`function`, `if`, `do`, `while`, `for`, `repeat`) without its `end` or `until`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unclosed {
    /// The indentation of the opener's line, in columns.
    pub(super) indent: u32,
}

/// How many openers an `end` looks at; Lua nests 200 blocks at most.
const N_SEARCHED: usize = 250;

struct Opener {
    token: usize,
    indent: u32,
    is_repeat: bool,
    /// A `while` or `for` whose `do` is still to come.
    waits_for_do: bool,
}

/// The openers without an end, by token.
pub(super) fn find_unclosed(text: &str, tokens: &[Token]) -> FxHashMap<usize, Unclosed> {
    let mut unclosed = FxHashMap::default();
    let mut open: Vec<Opener> = Vec::new();
    let mut indent = 0;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind.is_trivia() {
            continue;
        }
        if token.first_on_line {
            indent = indent_of(text, token.start);
        }
        let line = token.first_on_line.then_some(indent);
        let mut push = |is_repeat, waits_for_do| {
            open.push(Opener {
                token: index,
                indent,
                is_repeat,
                waits_for_do,
            })
        };
        match token.kind {
            SyntaxKind::Function | SyntaxKind::If => push(false, false),
            SyntaxKind::Repeat => push(true, false),
            SyntaxKind::While | SyntaxKind::For => push(false, true),
            SyntaxKind::Do => match open.last_mut() {
                Some(opener) if opener.waits_for_do => opener.waits_for_do = false,
                _ => open.push(Opener {
                    token: index,
                    indent,
                    is_repeat: false,
                    waits_for_do: false,
                }),
            },
            SyntaxKind::End => close(&mut open, &mut unclosed, line, false),
            SyntaxKind::Until => close(&mut open, &mut unclosed, line, true),
            _ => {}
        }
    }
    unclosed.extend(open.iter().map(|opener| {
        (
            opener.token,
            Unclosed {
                indent: opener.indent,
            },
        )
    }));
    unclosed
}

/// Closes the innermost opener of the kind; one further out if that one starts in the column of an `end` that starts a line. What lies
/// between is unclosed.
fn close(
    open: &mut Vec<Opener>,
    unclosed: &mut FxHashMap<usize, Unclosed>,
    line: Option<u32>,
    is_repeat: bool,
) {
    let nearest = || open.iter().enumerate().rev().take(N_SEARCHED);
    let fits = |opener: &Opener| opener.is_repeat == is_repeat;
    let aligned = line.and_then(|column| {
        let mut inner = nearest().take_while(|(_, opener)| opener.indent >= column);
        inner.find(|(_, opener)| fits(opener) && opener.indent == column)
    });
    let Some((index, _)) = aligned.or_else(|| nearest().find(|(_, opener)| fits(opener))) else {
        return;
    };
    let between = open.drain(index + 1..);
    unclosed.extend(between.map(|opener| {
        (
            opener.token,
            Unclosed {
                indent: opener.indent,
            },
        )
    }));
    open.pop();
}

/// The column of a token that is the first on its line; a tab counts 4.
pub(super) fn indent_of(text: &str, start: u32) -> u32 {
    let before = text.as_bytes()[..start as usize].iter().rev();
    let line = before.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    line.map(|&byte| if byte == b'\t' { 4 } else { 1 }).sum()
}
