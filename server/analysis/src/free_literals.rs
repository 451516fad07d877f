//! Literals that no finding depends on (THREAD-ANALYSIS 2.9): operands of arithmetic, and arguments of HALion's plain functions.
//!
//! A number beside something that is not a constant gives some number whatever it is, and rules do not look at it, so that another one
//! in its place changes nothing.

use halion_api::api;
use halion_syntax::TextRange;
use rustc_hash::FxHashSet;

use crate::builtins::{Builtins, Special};
use crate::ir::{Expr, ExprId, ExprKind, Name, Program};
use crate::uses::Uses;
use crate::value::Names;

/// Whether this operator does the same with any number.
fn is_arithmetic(event: &str) -> bool {
    !matches!(event, "__concat" | "__unm" | "__len")
}

/// Whether a string cannot be a name, or a number is meant: a name may be a key somewhere else.
pub(crate) fn is_plain_text(literal: &str) -> bool {
    let bytes = literal.as_bytes();
    match bytes {
        [b'"' | b'\'', inner @ .., _] => !inner.is_empty() && !inner.iter().all(is_name_byte),
        [b'0'..=b'9' | b'.', ..] => true,
        _ => false,
    }
}

fn is_name_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'\\')
}

/// For each file, in the order of the text; `used` are the operands that the solver has computed with.
pub(crate) fn free_literals(
    program: &Program,
    names: &Names,
    uses: &Uses,
    used: &FxHashSet<ExprId>,
    n_files: usize,
) -> Vec<Vec<TextRange>> {
    let mut free = vec![Vec::new(); n_files];
    let mut add = |exprs: &[ExprId]| {
        for &expr in exprs {
            let Expr { kind, file, range } = program.expr(expr);
            if matches!(kind, ExprKind::Num(_) | ExprKind::Str(_)) {
                free[file.idx()].push(*range);
            }
        }
    };
    let mut builtins = Builtins::default();
    let mut plain: FxHashSet<Name> = FxHashSet::default();
    let mut other: FxHashSet<Name> = FxHashSet::default();
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Operation(operator, operands) if is_arithmetic(operator.event) => {
                let numbers = operands.iter().copied();
                let numbers = numbers.filter(|operand| !used.contains(operand));
                let numbers = numbers.filter(|&operand| is_number(program, operand));
                add(&numbers.collect::<Vec<_>>());
            }
            ExprKind::Call { callee, args } if !uses.hidden_globals => {
                let ExprKind::Global(name) = program.expr(*callee).kind else {
                    continue;
                };
                if !plain.contains(&name) && !other.contains(&name) {
                    let is_plain =
                        !uses.is_assigned(name) && is_plain(names.text(name), &mut builtins);
                    if is_plain { &mut plain } else { &mut other }.insert(name);
                }
                if plain.contains(&name) {
                    add(args);
                }
            }
            _ => {}
        }
    }
    for ranges in &mut free {
        ranges.sort_unstable_by_key(|range| range.start());
        ranges.dedup();
    }
    free
}

/// Whether it is a number as such.
fn is_number(program: &Program, expr: ExprId) -> bool {
    matches!(program.expr(expr).kind, ExprKind::Num(_))
}

/// Whether a function of HALion does nothing with numbers and strings that the analysis looks at.
fn is_plain(name: &str, builtins: &mut Builtins) -> bool {
    if name == "print" {
        return true;
    }
    let Some(function) = api().function(name) else {
        return false;
    };
    let id = builtins.api(function);
    builtins.get(id).special == Special::Plain
}
