//! Conditions of loops: constant ones, and those that stay as they are until the script waits.

use super::facts::Facts;
use super::quiet::blocks;
use crate::diagnostic::Severity;
use crate::ir::{ExprId, ExprKind, FunId, Name, Stat};
use crate::uses::LoopUse;

/// What stays as it is while a script in the Processor computes: nothing comes in.
const HELD: [&str; 3] = ["isNoteHeld", "isKeyDown", "isOctaveKeyDown"];
/// What most likely does: the clock and the host (HALion semantics 8.5).
const CLOCKS: [&str; 8] = [
    "getTime",
    "getMsTime",
    "getBeatTime",
    "getBeatTimeInBar",
    "getProcessedSamples",
    "getNoteDuration",
    "getCC",
    "isPlaying",
];
/// Conditions with more parts than this are not understood.
const MAX_TERMS: usize = 64;

/// Whether a constant condition holds.
pub(super) fn truth(facts: &Facts, condition: ExprId, fun: FunId) -> Option<bool> {
    truth_within(facts, condition, fun, &mut MAX_TERMS.clone())
}

fn truth_within(facts: &Facts, condition: ExprId, fun: FunId, left: &mut usize) -> Option<bool> {
    *left = left.checked_sub(1)?;
    let program = facts.solver.program;
    let (condition, fun) = facts.resolve(condition, fun);
    match &program.expr(condition).kind {
        ExprKind::Bool(yes) => Some(*yes),
        ExprKind::Num(_) | ExprKind::Str(_) | ExprKind::Table(_) | ExprKind::Fun(_) => Some(true),
        ExprKind::Nil => Some(false),
        ExprKind::Not(inner) => truth_within(facts, *inner, fun, left).map(|yes| !yes),
        ExprKind::And(terms) => {
            let mut all = terms
                .iter()
                .map(|&term| truth_within(facts, term, fun, left));
            all.try_fold(true, |so_far, term| Some(so_far && term?))
        }
        ExprKind::Or(terms) => {
            let mut all = terms
                .iter()
                .map(|&term| truth_within(facts, term, fun, left));
            all.try_fold(false, |so_far, term| Some(so_far || term?))
        }
        ExprKind::Equal(a, b, is_unequal) => {
            let (a, b) = (constant(facts, *a, fun)?, constant(facts, *b, fun)?);
            Some((a == b) != *is_unequal)
        }
        ExprKind::Operation(operator, operands) => {
            let is_less = match operator.event {
                "__lt" => |a: f64, b: f64| a < b,
                "__le" => |a: f64, b: f64| a <= b,
                _ => return facts.number(condition, fun).map(|_| true),
            };
            let [a, b] = operands[..] else { return None };
            let (a, b) = (facts.number(a, fun)?, facts.number(b, fun)?);
            Some(if operator.is_greater {
                is_less(b, a)
            } else {
                is_less(a, b)
            })
        }
        ExprKind::Index { .. } => facts.number(condition, fun).map(|_| true),
        _ => None,
    }
}

#[derive(PartialEq)]
enum Constant {
    Nil,
    Bool(bool),
    Number(f64),
    Text(Name),
}

fn constant(facts: &Facts, expr: ExprId, fun: FunId) -> Option<Constant> {
    let (at, _) = facts.resolve(expr, fun);
    match facts.solver.program.expr(at).kind {
        ExprKind::Nil => Some(Constant::Nil),
        ExprKind::Bool(yes) => Some(Constant::Bool(yes)),
        ExprKind::Str(_) => facts.string(at).map(Constant::Text),
        _ => facts.number(expr, fun).map(Constant::Number),
    }
}

/// Whether a condition gives the same in each round; `asked` is the function it asks, the least certain one of several.
pub(super) fn is_frozen(
    facts: &Facts,
    expr: ExprId,
    one: &LoopUse,
    asked: &mut Option<(&'static str, Severity)>,
) -> bool {
    let program = facts.solver.program;
    let all = |exprs: &[ExprId], asked: &mut _| {
        exprs.iter().all(|&expr| is_frozen(facts, expr, one, asked))
    };
    match &program.expr(expr).kind {
        ExprKind::Nil | ExprKind::Bool(_) | ExprKind::Num(_) | ExprKind::Str(_) => true,
        ExprKind::Local(var) => !facts.uses.assigned_locals.contains(&(one.fun, *var)),
        ExprKind::Paren(inner) | ExprKind::Not(inner) => is_frozen(facts, *inner, one, asked),
        ExprKind::And(terms) | ExprKind::Or(terms) => all(terms, asked),
        ExprKind::Equal(a, b, _) => all(&[*a, *b], asked),
        ExprKind::Operation(_, operands) => all(operands, asked),
        // A field of the event.
        ExprKind::Index { .. } => facts.index(expr).is_some_and(|(base, key)| {
            matches!(program.expr(base).kind, ExprKind::Local(_))
                && is_frozen(facts, base, one, asked)
                && !assigns_field(facts, one.body, key)
        }),
        ExprKind::Call { callee, args } => {
            let Some(name) = facts.global(*callee) else {
                return false;
            };
            let find = |names: &[&'static str]| {
                let mut names = names.iter().copied();
                names.find(|text| *text == facts.text(name))
            };
            let held = find(&HELD).map(|text| (text, Severity::Warning));
            let clock = || find(&CLOCKS).map(|text| (text, Severity::Information));
            let Some(found) = held.or_else(clock) else {
                return false;
            };
            if asked.is_none_or(|(_, severity)| severity < found.1) {
                *asked = Some(found);
            }
            !facts.uses.is_assigned(name) && !facts.uses.hidden_globals && all(args, asked)
        }
        _ => false,
    }
}

/// Whether a field of this name is assigned among the statements.
fn assigns_field(facts: &Facts, body: &[Stat], key: Name) -> bool {
    body.iter().any(|stat| match stat {
        Stat::Assign(targets, _) => targets
            .iter()
            .any(|&target| facts.index(target).is_some_and(|(_, name)| name == key)),
        stat => blocks(stat)
            .into_iter()
            .any(|block| assigns_field(facts, &block.0, key)),
    })
}
