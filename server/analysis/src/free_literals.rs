//! Literals that no finding depends on (THREAD-ANALYSIS 2.9): their seal is closed in the end ([`origin`](crate::origin)).

use std::sync::Arc;

use halion_syntax::TextRange;
use rustc_hash::FxHashSet;

use crate::ir::{ExprId, ExprKind, Item, Program};
use crate::origin::{Seal, Test};
use crate::solve::Solver;

/// A literal that may be another one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FreeLiteral {
    pub range: TextRange,
    /// Whether only a few of these may be other ones than those that were analysed.
    pub is_mixed: bool,
    /// The number that was compared, and how; of these literals only one may be another one than was analysed.
    pub compared: Option<Arc<Compared>>,
}

/// A number that was compared.
#[derive(Debug, PartialEq)]
pub(crate) struct Compared {
    pub number: f64,
    pub tests: Vec<Test>,
}

/// Whether a string cannot be a name, or a number is meant: a name may be a key somewhere else.
pub(crate) fn is_plain_text(literal: &str) -> bool {
    match literal.as_bytes() {
        // One that is not closed ends with anything.
        [first @ (b'"' | b'\''), .., last] if first == last => {
            is_text(&literal[1..literal.len() - 1])
        }
        [b'0'..=b'9' | b'.', ..] => true,
        _ => false,
    }
}

/// Whether the content of a string cannot be a name, nor a part of one.
pub(crate) fn is_text(content: &str) -> bool {
    let is_name_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'\\');
    !content.is_empty() && !content.bytes().all(is_name_byte)
}

/// For each file, in the order of the text.
pub(crate) fn free_literals(solver: &Solver, n_files: usize) -> Vec<Vec<FreeLiteral>> {
    let program = solver.program;
    let named = named(solver);
    let mut free = vec![Vec::new(); n_files];
    for (idx, expr) in program.exprs.iter().enumerate() {
        let is_literal = match expr.kind {
            ExprKind::Num(_) => true,
            ExprKind::Str(name) => is_text(solver.names.text(name)),
            _ => false,
        };
        let id = ExprId(u32::try_from(idx).expect("fewer than 2^32 expressions"));
        if !is_literal || named.contains(&id) {
            continue;
        }
        let Seal::Closed { mixed, tests } = solver.values.origins.seal(id) else {
            continue;
        };
        let compared = match expr.kind {
            ExprKind::Num(number) if !tests.is_empty() => {
                Some(Arc::new(Compared { number, tests }))
            }
            _ => None,
        };
        // Where work was cut short, so much as one more round may count.
        if !(mixed && solver.was_cut_short()) {
            free[expr.file.idx()].push(FreeLiteral {
                range: expr.range,
                is_mixed: mixed,
                compared,
            });
        }
    }
    for literals in &mut free {
        literals.sort_unstable_by_key(|literal| literal.range.start());
    }
    free
}

/// Literals that name something where they stand: keys and modules.
fn named(solver: &Solver) -> FxHashSet<ExprId> {
    let program: &Program = solver.program;
    let require = solver.names.find("require");
    let mut named = FxHashSet::default();
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Index { key, .. } => {
                named.insert(*key);
            }
            ExprKind::Table(items) => named.extend(items.iter().filter_map(|item| match item {
                Item::Keyed(key, _) => Some(*key),
                Item::Positional(_) => None,
            })),
            ExprKind::Call { callee, args } => {
                let callee = &program.expr(*callee).kind;
                if matches!(callee, ExprKind::Global(name) if Some(*name) == require) {
                    named.extend(args);
                }
            }
            _ => {}
        }
    }
    named
}
