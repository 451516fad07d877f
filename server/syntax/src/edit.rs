//! A tree after an edit. Only the statements around the edit are read again, if nothing else can depend on them; otherwise the whole file
//! is. Invariant: tree and errors are those that [`parse`](crate::parse) gives for the new text.

use rowan::{NodeOrToken, TextRange, TextSize};

use crate::kind::{SyntaxKind, SyntaxNode};
use crate::parser::{self, Extent, MAX_ENTRIES, MAX_LOCALS, MAX_NODES, Surroundings};
use crate::{Parse, parse};

/// Levels of nesting that are safe in any case; Lua allows 200.
const SAFE_LEVELS: u32 = 190;

impl Parse {
    /// The tree of `text`, which is this tree's text with `inserted` bytes in place of the bytes `replaced`.
    #[must_use]
    pub fn edited(&self, text: &str, replaced: TextRange, inserted: TextSize) -> Parse {
        self.spliced(text, replaced, inserted)
            .unwrap_or_else(|| parse(text))
    }

    /// `None` if the whole file has to be read.
    fn spliced(&self, text: &str, replaced: TextRange, inserted: TextSize) -> Option<Parse> {
        let extent = self.extent?;
        let root = self.syntax();
        let new_len = TextSize::try_from(text.len()).ok()?;
        if !root.text_range().contains_range(replaced)
            || root.text_range().len() - replaced.len() + inserted != new_len
        {
            return None;
        }
        let edit = Edit {
            text,
            replaced,
            inserted,
        };
        let touched = match root.covering_element(replaced) {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(token) => token.parent(),
        };
        let blocks = touched?.ancestors().collect::<Vec<_>>().into_iter();
        blocks
            .filter(|node| node.kind() == SyntaxKind::Block)
            .find_map(|block| in_block(&block, extent, &edit))
    }
}

struct Edit<'t> {
    text: &'t str,
    replaced: TextRange,
    inserted: TextSize,
}

impl Edit<'_> {
    /// Where a place behind the edit lies in the new text.
    fn moved(&self, old: TextSize) -> TextSize {
        old - self.replaced.len() + self.inserted
    }
}

/// Children of a block.
struct Run {
    first: usize,
    /// The one behind the last.
    end: usize,
    range: TextRange,
    /// The first token of the next statement.
    next: Option<SyntaxKind>,
}

/// The smallest run of statements of a block that holds the edit, with a byte to spare on both sides: what stands there and what stands
/// around it then cannot become one token.
fn run_around(block: &SyntaxNode, replaced: TextRange) -> Option<Run> {
    let whole = block.text_range();
    let root_end = block.ancestors().last()?.text_range().end();
    let mut run = Run {
        first: 0,
        end: 0,
        range: whole,
        next: None,
    };
    let mut offset = whole.start();
    let mut is_closed = false;
    let green = block.green();
    for (index, child) in green.children().enumerate() {
        let range = TextRange::at(offset, child.text_len());
        offset = range.end();
        let NodeOrToken::Node(node) = child else {
            continue;
        };
        if is_closed {
            run.next = first_token(node);
            break;
        }
        if range.start() < replaced.start() {
            run.first = index;
            run.range = TextRange::new(range.start(), whole.end());
        }
        if range.end() > replaced.end() {
            run.end = index + 1;
            run.range = TextRange::new(run.range.start(), range.end());
            is_closed = true;
        }
    }
    if !is_closed {
        run.end = green.children().len();
    }
    let starts_before = run.range.start() < replaced.start() || run.range.start() == 0.into();
    let ends_behind = run.range.end() > replaced.end() || run.range.end() == root_end;
    (starts_before && ends_behind).then_some(run)
}

fn first_token(node: &rowan::GreenNodeData) -> Option<SyntaxKind> {
    let mut node = node;
    loop {
        match node.children().next()? {
            NodeOrToken::Node(inner) => node = inner,
            NodeOrToken::Token(token) => {
                return SyntaxKind::ALL.get(usize::from(token.kind().0)).copied();
            }
        }
    }
}

/// The file with a run of statements of this block read again.
fn in_block(block: &SyntaxNode, extent: Extent, edit: &Edit) -> Option<Parse> {
    let run = run_around(block, edit.replaced)?;
    let range = TextRange::new(run.range.start(), edit.moved(run.range.end()));
    let around = surroundings(block, range.start());
    let new = edit
        .text
        .get(usize::from(range.start())..usize::from(range.end()))?;
    if !may_end_there(new, edit.text.get(usize::from(range.end())..)?) {
        return None;
    }
    // Parentheses in the next line would be arguments.
    if run.next == Some(SyntaxKind::LParen) {
        return None;
    }
    let (children, part) = parser::parse_statements(new, around)?;
    let returns = children.iter().any(|child| {
        matches!(child, NodeOrToken::Node(node) if node.kind().0 == SyntaxKind::ReturnStat as u16)
    });
    if returns && run.next.is_some() {
        return None;
    }
    let depth = u32::try_from(block.ancestors().count()).ok()?;
    let is_shallow = depth + part.n_levels < SAFE_LEVELS && depth + 2 * part.n_nodes < MAX_NODES;
    if !is_shallow {
        return None;
    }
    let old: String = block
        .green()
        .children()
        .skip(run.first)
        .take(run.end - run.first)
        .map(|child| child.to_string())
        .collect();
    let (_, old) = parser::parse_statements(&old, around)?;
    let extent = grown(extent, old, part)?;
    let green = block
        .green()
        .into_owned()
        .splice_children(run.first..run.end, children);
    Some(Parse {
        green: block.replace_with(green),
        errors: Vec::new().into(),
        extent: Some(extent),
    })
}

/// Whether the last token of the run ends where the run ends, whatever stands behind it.
fn may_end_there(run: &str, rest: &str) -> bool {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let next = rest.bytes().next();
    let last_line = run.rsplit(['\n', '\r']).next().unwrap_or_default();
    // A comment, or a first line that is for the shell, goes on to the end of the line.
    let goes_on = last_line.contains("--") || last_line.starts_with('#');
    next.is_none()
        || !goes_on && (run.bytes().next_back().is_some_and(is_blank) || next.is_some_and(is_blank))
}

fn surroundings(block: &SyntaxNode, start: TextSize) -> Surroundings {
    let mut around = Surroundings {
        is_file_start: start == 0.into(),
        is_vararg: true,
        is_in_loop: false,
    };
    for node in block.ancestors().skip(1) {
        match node.kind() {
            SyntaxKind::WhileStat
            | SyntaxKind::RepeatStat
            | SyntaxKind::NumericForStat
            | SyntaxKind::GenericForStat => around.is_in_loop = true,
            SyntaxKind::FunctionExpr | SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat => {
                let mut parameters = node
                    .children()
                    .filter(|child| child.kind() == SyntaxKind::ParamList)
                    .flat_map(|list| list.children_with_tokens());
                around.is_vararg = parameters.any(|token| token.kind() == SyntaxKind::Dots);
                return around;
            }
            _ => {}
        }
    }
    around
}

/// The file's extent with the new part in place of the old one, so that many edits in a row do not add up; `None` if a limit may be passed.
fn grown(file: Extent, old: Extent, new: Extent) -> Option<Extent> {
    let n_here = new.n_locals.saturating_sub(old.n_locals);
    let n_behind = new.n_left.saturating_sub(old.n_left);
    let n_locals = file.n_locals + n_here.max(n_behind);
    // These may be of one function or of several.
    let n_entries = file.n_entries + new.n_entries;
    let has_more = n_locals > file.n_locals || new.n_entries > old.n_entries;
    match n_locals < MAX_LOCALS && n_entries < MAX_ENTRIES {
        true => Some(Extent {
            n_locals,
            n_entries,
            ..file
        }),
        false => (!has_more).then_some(file),
    }
}

#[cfg(test)]
mod tests {
    use rowan::{TextRange, TextSize};

    use crate::parse;

    /// Whether this edit is made without reading the whole file.
    fn is_spliced(text: &str, find: &str, insert: &str) -> bool {
        let start = text.find(find).expect("is there");
        let new = text.replacen(find, insert, 1);
        let size = |n: usize| TextSize::try_from(n).expect("short");
        let replaced = TextRange::at(size(start), size(find.len()));
        let spliced = parse(text).spliced(&new, replaced, size(insert.len()));
        if let Some(spliced) = &spliced {
            assert_eq!(*spliced, parse(&new), "{new}");
        }
        spliced.is_some()
    }

    const TEXT: &str = "-- first\nlocal a = 1\nfunction f(x, ...)\n  while x do\n    g(x, 2)\n    break\n  end\n  return h(...)\nend\nb = { c = function() return 3 end }\n(f or b)()\n";

    #[test]
    fn typing_in_a_statement_reads_that_statement() {
        for (find, insert) in [
            ("2", "20"),
            ("g(x, 2)", "g(x, 2)\n    -- why\n    go()"),
            ("break", "if x then break end"),
            ("-- first", "-- the first line\n"),
            ("3", "3 * 4"),
            ("h(...)", "h(1, ...)"),
            ("a = 1\n", "a = 1\n\n\n"),
        ] {
            assert!(is_spliced(TEXT, find, insert), "{find} > {insert}");
        }
    }

    #[test]
    fn many_edits_add_up_to_no_more_than_they_change() {
        let new = TEXT.replacen("a = 1", "a, c = 1", 1);
        let start = TextSize::try_from(TEXT.find(" = 1").expect("is there")).expect("short");
        let typed = TextRange::at(start, 3.into());
        let mut tree = parse(TEXT);
        for n in 0..150 {
            let edited = tree.spliced(&new, TextRange::empty(start), typed.len());
            let back = edited.and_then(|edited| edited.spliced(TEXT, typed, 0.into()));
            tree = back.unwrap_or_else(|| panic!("the whole file after {n} edits"));
        }
        assert_eq!(tree, parse(TEXT));
    }

    #[test]
    fn what_reaches_further_is_read_with_the_whole_file() {
        for (find, insert) in [
            ("g(x, 2)", "g(x, 2"),
            ("break", "goto done"),
            ("  end", "  -- end"),
            ("g(x, 2)", "g(x, 2) --[["),
            ("c =", "cc ="),
        ] {
            assert!(!is_spliced(TEXT, find, insert), "{find} > {insert}");
        }
    }
}
