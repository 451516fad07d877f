//! Where the tokens of a text have gone in a later version of it that has the same ones.
//!
//! Trees share what an edit left alone, so comparing two of them costs about as much as they differ.

use rowan::{GreenNodeData, GreenTokenData, NodeOrToken, TextRange, TextSize};

use crate::Parse;
use crate::kind::SyntaxKind;

/// What counts as the same.
pub struct Sameness<'a> {
    /// Whether a comment is compared like a token, by its text.
    pub is_code: &'a dyn Fn(&str) -> bool,
    /// Whether the number or string at this place of the old text, written thus before and now, may be another one now.
    pub is_free: &'a dyn Fn(TextRange, &str, &str) -> bool,
    /// Whether tokens must lie as many lines apart as before, or only on the same or on different lines.
    pub exact_lines: bool,
}

/// Places of the old text that lie elsewhere in the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    /// In order, none empty; tokens and what lies between them, moved by the same distance.
    runs: Vec<Run>,
    /// In order, the ends of nodes that are not closed and go on to the next token.
    ends: Vec<(TextSize, TextSize)>,
    old_len: TextSize,
    new_len: TextSize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    old: TextRange,
    new: TextRange,
}

impl Moves {
    /// From one version of a file to another; `None` if their trees differ in more than blanks, comments and free literals.
    #[must_use]
    pub fn between(old: &Parse, new: &Parse, sameness: &Sameness) -> Option<Moves> {
        let mut walk = Walk {
            sameness,
            runs: Vec::new(),
            ends: Vec::new(),
            old: Side::default(),
            new: Side::default(),
        };
        // Without a token nothing tells the start of a text from what was typed there; a statement and the text may be the same place, too.
        let is_unclear = !old.is_shared_with(new)
            && (!has_token(old) || is_one_statement(old) && !is_one_statement(new));
        (!is_unclear && walk.children(&old.green, &new.green)).then_some(Moves {
            runs: walk.runs,
            ends: walk.ends,
            old_len: walk.old.offset,
            new_len: walk.new.offset,
        })
    }

    /// Whether every place is where it was.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.old_len == self.new_len && self.runs.iter().all(|run| run.old == run.new)
    }

    /// The same tokens in the new text; all of it for all of the old one.
    #[must_use]
    pub fn range(&self, old: TextRange) -> TextRange {
        if old == TextRange::up_to(self.old_len) {
            return TextRange::up_to(self.new_len);
        }
        let start = self.start(old.start());
        TextRange::new(start, self.end(old.end()).max(start))
    }

    fn start(&self, old: TextSize) -> TextSize {
        let next = self.runs.partition_point(|run| run.old.end() <= old);
        match self.runs.get(next) {
            Some(run) if run.old.start() <= old => run.at(old - run.old.start()),
            // A place that belongs to no token.
            Some(_) if next == 0 => 0.into(),
            Some(run) => run.new.start(),
            None if next == 0 => 0.into(),
            None => self.new_len,
        }
    }

    fn end(&self, old: TextSize) -> TextSize {
        if let Ok(end) = self.ends.binary_search_by_key(&old, |end| end.0) {
            return self.ends[end].1;
        }
        let behind = self.runs.partition_point(|run| run.old.start() < old);
        match behind.checked_sub(1).map(|last| self.runs[last]) {
            Some(run) if old < run.old.end() => run.at(old - run.old.start()),
            Some(run) => run.new.end(),
            None => 0.into(),
        }
    }
}

impl Run {
    fn at(&self, distance: TextSize) -> TextSize {
        self.new.start() + distance.min(self.new.len())
    }
}

#[derive(Default)]
struct Side {
    offset: TextSize,
    /// Line breaks since the last token.
    n_breaks: usize,
}

impl Side {
    fn skip(&mut self, trivia: &GreenTokenData) {
        self.offset += trivia.text_len();
        self.n_breaks += line_breaks(trivia.text());
    }
}

struct Walk<'a> {
    sameness: &'a Sameness<'a>,
    runs: Vec<Run>,
    ends: Vec<(TextSize, TextSize)>,
    old: Side,
    new: Side,
}

type Child<'g> = NodeOrToken<&'g GreenNodeData, &'g GreenTokenData>;

impl Walk<'_> {
    fn nodes(&mut self, old: &GreenNodeData, new: &GreenNodeData) -> bool {
        if std::ptr::eq(old, new) {
            return self.pair(old.text_len(), new.text_len());
        }
        // Where a block ends, nobody asks.
        let is_block = old.kind().0 == SyntaxKind::Block as u16;
        old.kind() == new.kind() && self.children(old, new) && (is_block || self.ends_alike())
    }

    /// Whether both nodes end with a token, or neither does.
    fn ends_alike(&mut self) -> bool {
        let Some(last) = self.runs.last() else {
            return true;
        };
        let (old, new) = (self.old.offset, self.new.offset);
        if old > last.old.end() && self.ends.last().is_none_or(|end| end.0 < old) {
            self.ends.push((old, new));
        }
        (old > last.old.end()) == (new > last.new.end())
    }

    fn children(&mut self, old: &GreenNodeData, new: &GreenNodeData) -> bool {
        let (mut olds, mut news) = (old.children(), new.children());
        loop {
            let old = next(&mut olds, &mut self.old, self.sameness);
            let new = next(&mut news, &mut self.new, self.sameness);
            let is_same = match (old, new) {
                (None, None) => return true,
                (Some(NodeOrToken::Node(old)), Some(NodeOrToken::Node(new))) => {
                    self.nodes(old, new)
                }
                (Some(NodeOrToken::Token(old)), Some(NodeOrToken::Token(new))) => {
                    self.tokens(old, new)
                }
                _ => false,
            };
            if !is_same {
                return false;
            }
        }
    }

    fn tokens(&mut self, old: &GreenTokenData, new: &GreenTokenData) -> bool {
        let is_same = std::ptr::eq(old, new)
            || old.kind() == new.kind() && (old.text() == new.text() || self.is_free(old, new));
        is_same && self.pair(old.text_len(), new.text_len())
    }

    fn is_free(&self, old: &GreenTokenData, new: &GreenTokenData) -> bool {
        let kind = old.kind().0;
        (kind == SyntaxKind::Number as u16 || kind == SyntaxKind::Str as u16)
            && line_breaks(old.text()) == line_breaks(new.text())
            && (self.sameness.is_free)(
                TextRange::at(self.old.offset, old.text_len()),
                old.text(),
                new.text(),
            )
    }

    /// Takes what corresponds, unless the lines before it differ.
    fn pair(&mut self, old: TextSize, new: TextSize) -> bool {
        if !self.is_gap_same() {
            return false;
        }
        let run = Run {
            old: TextRange::at(self.old.offset, old),
            new: TextRange::at(self.new.offset, new),
        };
        self.old = Side {
            offset: run.old.end(),
            n_breaks: 0,
        };
        self.new = Side {
            offset: run.new.end(),
            n_breaks: 0,
        };
        if old == 0.into() {
            return true;
        }
        match self.runs.last_mut() {
            Some(last) if last.goes_on_with(run) => {
                last.old = last.old.cover(run.old);
                last.new = last.new.cover(run.new);
            }
            _ => self.runs.push(run),
        }
        true
    }

    fn is_gap_same(&self) -> bool {
        let (old, new) = (self.old.n_breaks, self.new.n_breaks);
        // What stands above the first token moves all lines.
        self.runs.is_empty() || old == new || !self.sameness.exact_lines && (old > 0) == (new > 0)
    }
}

impl Run {
    /// Whether the next run is moved by the same distance.
    fn goes_on_with(&self, next: Run) -> bool {
        let is_rigid = |run: &Run| run.old.len() == run.new.len();
        is_rigid(self)
            && is_rigid(&next)
            && next.old.start() - self.old.end() == next.new.start() - self.new.end()
    }
}

/// The next child that is compared.
fn next<'g>(
    children: &mut impl Iterator<Item = Child<'g>>,
    side: &mut Side,
    sameness: &Sameness,
) -> Option<Child<'g>> {
    for child in children {
        match child {
            NodeOrToken::Token(token) if is_trivia(token, sameness) => side.skip(token),
            _ => return Some(child),
        }
    }
    None
}

fn has_token(parse: &Parse) -> bool {
    let root = parse.syntax();
    let mut tokens = root.descendants_with_tokens();
    tokens.any(|child| {
        child
            .as_token()
            .is_some_and(|token| !token.kind().is_trivia())
    })
}

/// Whether a statement goes from the start of the text to its end.
fn is_one_statement(parse: &Parse) -> bool {
    let blocks = parse.green.children().filter_map(NodeOrToken::into_node);
    let mut statements = blocks.flat_map(GreenNodeData::children);
    statements.any(|child| child.as_node().is_some() && child.text_len() == parse.green.text_len())
}

fn is_trivia(token: &GreenTokenData, sameness: &Sameness) -> bool {
    let kind = token.kind().0;
    if kind == SyntaxKind::Comment as u16 {
        return !(sameness.is_code)(token.text());
    }
    SyntaxKind::ALL
        .get(usize::from(kind))
        .is_some_and(|kind| kind.is_trivia())
}

fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends_line = |&idx: &usize| match bytes[idx] {
        b'\n' => true,
        b'\r' => bytes.get(idx + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(ends_line).count()
}

#[cfg(test)]
mod tests {
    use super::{Moves, Sameness};
    use crate::parse;

    const STRICT: Sameness = Sameness {
        is_code: &|comment| comment.contains('@'),
        is_free: &|_, _, _| false,
        exact_lines: false,
    };

    /// Every token of the old text is found in the new one.
    fn check(old: &str, new: &str, sameness: &Sameness) -> bool {
        let (before, after) = (parse(old), parse(new));
        let Some(moves) = Moves::between(&before, &after, sameness) else {
            return false;
        };
        let tokens = |parse: &crate::Parse| {
            let all = parse.syntax().descendants_with_tokens();
            let tokens = all.filter_map(|element| element.into_token());
            tokens
                .filter(|token| !token.kind().is_trivia())
                .map(|token| token.text_range())
                .collect::<Vec<_>>()
        };
        let moved: Vec<_> = tokens(&before)
            .iter()
            .map(|&range| moves.range(range))
            .collect();
        assert_eq!(moved, tokens(&after), "{old:?} > {new:?}");
        assert_eq!(
            moves.range(before.syntax().text_range()),
            after.syntax().text_range()
        );
        true
    }

    #[test]
    fn blanks_and_comments_only_move_tokens() {
        let old = "local a=f(1)\nif a then g(a..'x') end";
        assert!(check(old, old, &STRICT));
        assert!(check(
            old,
            "-- top\n local  a = f( 1 )\n\n--[[ x\n]]if a then g(a..'x')end\n",
            &STRICT
        ));
        assert!(!check(old, "local a=f(1) if a then g(a..'x') end", &STRICT));
        assert!(!check(
            old,
            "local a=f(2)\nif a then g(a..'x') end",
            &STRICT
        ));
        // Here the statement was all of the text.
        assert!(!check("f()", "-- x\nf()", &STRICT));
        assert!(!check("f()", "f()\n", &STRICT));
        assert!(check("f()\n", "-- x\nf()", &STRICT));
        assert!(!check("-- x\n", "\n-- x\n", &STRICT));
        assert!(!check(
            old,
            "---@thread x\nlocal a=f(1)\nif a then g(a..'x') end",
            &STRICT
        ));
    }

    #[test]
    fn lines_can_count() {
        let sameness = Sameness {
            exact_lines: true,
            ..STRICT
        };
        assert!(check("a()\n\nb()", "a() -- x\n \nb()", &sameness));
        assert!(!check("a()\n\nb()", "a()\nb()", &sameness));
    }

    #[test]
    fn free_literals_may_change() {
        let old = "f(1, 'a', [[\n]])";
        let sameness = Sameness {
            is_free: &|_, literal, _| literal != "'a'",
            ..STRICT
        };
        assert!(check(old, "f(1000, 'a', [[ x\n]])", &sameness));
        assert!(!check(old, "f(1, 'b', [[\n]])", &sameness));
        assert!(!check(old, "f(1, 'a', [[x]])", &sameness));
        assert!(!check(old, "f(n, 'a', [[\n]])", &sameness));
    }
}
