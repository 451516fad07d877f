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
    /// The constant lowest value.
    pub min: Option<f64>,
    /// The constant highest value.
    pub max: Option<f64>,
    /// Arguments that may be the change callback.
    pub callbacks: Vec<ExprId>,
}

/// All calls, in the order of the text; none if the script defines a function of that name itself.
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
        if facts.global(*callee) != Some(define) {
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
        Some((facts.number(expr)?, expr))
    };
    definition.name = args
        .first()
        .and_then(|&expr| Some((facts.string(expr)?, expr)));
    definition.default = number(2);
    definition.min = number(3).map(|(value, _)| value);
    definition.max = number(4).map(|(value, _)| value);
    definition.callbacks = args.iter().skip(1).copied().collect();
}

fn named(facts: &Facts, items: &[Item], definition: &mut Definition) {
    for item in items {
        let Item::Keyed(key, value) = item else {
            continue;
        };
        let Some(key) = facts.string(*key) else {
            continue;
        };
        let number = || facts.number(*value);
        match facts.text(key) {
            "name" => definition.name = facts.string(*value).map(|name| (name, *value)),
            "default" => definition.default = number().map(|number| (number, *value)),
            "min" => definition.min = number(),
            "max" => definition.max = number(),
            "onChanged" => definition.callbacks.push(*value),
            _ => {}
        }
    }
}
