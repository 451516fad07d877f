//! What a script says in its calls of `defineParameter`, as far as it is constant (HALion semantics 6.2, 6.3).

use super::facts::Facts;
use crate::ir::{ExprId, ExprKind, FunId, Item, Name};

/// One call of `defineParameter`.
pub(crate) struct Definition {
    /// The call.
    pub call: ExprId,
    /// The name `defineParameter` in it.
    pub callee: ExprId,
    /// The function it stands in.
    pub fun: FunId,
    /// Whether it is a global statement that runs once, under no condition.
    pub straight: bool,
    /// The constant name, and where it stands.
    pub name: Option<(Name, ExprId)>,
    /// The constant default, and where it stands.
    pub default: Option<(f64, ExprId)>,
    /// The constant lowest value; the first place of a list of strings.
    pub min: Option<f64>,
    /// The constant highest value; the last place of a list of strings.
    pub max: Option<f64>,
    /// Arguments that may be the change callback.
    pub callbacks: Vec<ExprId>,
}

/// All calls, also by a local that is another name for it, in the order of the text; none if the script defines a function of that name
/// itself.
pub(crate) fn definitions(facts: &Facts) -> Vec<Definition> {
    let names = &facts.solver.names;
    let Some(define) = names.find("defineParameter") else {
        return Vec::new();
    };
    if facts.uses.is_assigned(define) {
        return Vec::new();
    }
    let program = facts.solver.program;
    let mut definitions = Vec::new();
    for call in &facts.uses.calls {
        let ExprKind::Call { callee, args } = &program.expr(call.expr).kind else {
            continue;
        };
        let (function, _) = facts.resolve(*callee, call.fun);
        if facts.global(function) != Some(define) {
            continue;
        }
        let mut definition = Definition {
            call: call.expr,
            callee: *callee,
            fun: call.fun,
            straight: call.straight,
            name: None,
            default: None,
            min: None,
            max: None,
            callbacks: Vec::new(),
        };
        match args.first().map(|&first| &program.expr(first).kind) {
            Some(ExprKind::Table(items)) => named(facts, items, &mut definition),
            Some(_) => positional(facts, args, &mut definition),
            None => {}
        }
        definitions.push(definition);
    }
    definitions
}

fn positional(facts: &Facts, args: &[ExprId], definition: &mut Definition) {
    let number = |position: usize| {
        let &expr = args.get(position)?;
        Some((facts.number(expr, definition.fun)?, expr))
    };
    definition.name = args
        .first()
        .and_then(|&expr| Some((facts.string(facts.resolve(expr, definition.fun).0)?, expr)));
    definition.default = number(2);
    definition.min = number(3).map(|(value, _)| value);
    definition.max = number(4).map(|(value, _)| value);
    if let Some((first, last)) = args
        .get(3)
        .and_then(|&list| places(facts, list, definition.fun))
    {
        (definition.min, definition.max) = (Some(first), Some(last));
    }
    definition.callbacks = args.iter().skip(1).copied().collect();
}

/// The first and the last place of a list of strings that begins at 0 or 1, if it is written out.
fn places(facts: &Facts, list: ExprId, fun: FunId) -> Option<(f64, f64)> {
    let program = facts.solver.program;
    let ExprKind::Table(items) = &program.expr(list).kind else {
        return None;
    };
    let (mut first, mut last) = (1.0, 0.0);
    for item in items {
        match item {
            Item::Positional(value) if is_single(&program.expr(*value).kind) => last += 1.0,
            Item::Keyed(key, _) if facts.number(*key, fun) == Some(0.0) => first = 0.0,
            _ => return None,
        }
    }
    (first <= last).then_some((first, last))
}

/// A value that is there and is one.
fn is_single(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Str(_) | ExprKind::Num(_))
}

fn named(facts: &Facts, items: &[Item], definition: &mut Definition) {
    let mut list = None;
    for item in items {
        let Item::Keyed(key, value) = item else {
            continue;
        };
        let Some(key) = facts.string(*key) else {
            continue;
        };
        let number = || facts.number(*value, definition.fun);
        match facts.text(key) {
            "name" => {
                let text = facts.resolve(*value, definition.fun).0;
                definition.name = facts.string(text).map(|name| (name, *value));
            }
            "default" => definition.default = number().map(|number| (number, *value)),
            "min" => definition.min = number(),
            "max" => definition.max = number(),
            "strings" => list = Some(*value),
            "onChanged" => definition.callbacks.push(*value),
            _ => {}
        }
    }
    if let Some((first, last)) = list.and_then(|list| places(facts, list, definition.fun)) {
        (definition.min, definition.max) = (Some(first), Some(last));
    }
}
