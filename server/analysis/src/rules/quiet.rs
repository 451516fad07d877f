//! Which code neither waits nor ends a loop around it, by an error or in a way that cannot be known.

use halion_api::{Availability, api};
use halion_syntax::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Facts;
use super::wrong_thread;
use crate::graph::Grade;
use crate::ir::{Block, ExprId, ExprKind, FunId, Item, Name, Program, Stat, VarIdx};
use crate::value::InstId;

/// Functions of the Lua library that may end a loop or run what cannot be seen.
const MAY_LEAVE: [&str; 11] = [
    "error",
    "assert",
    "pcall",
    "xpcall",
    "load",
    "loadstring",
    "loadfile",
    "dofile",
    "require",
    "module",
    "debug.sethook",
];
/// Functions that take nil.
const TAKE_NIL: [&str; 5] = ["print", "printRaw", "tostring", "type", "select"];
/// Variables that may become nil are sought so many times; what is left then may.
const MAX_ROUNDS: usize = 8;

/// Answers, kept for the functions that were looked at.
pub(super) struct Quiet<'a> {
    facts: &'a Facts<'a>,
    known: FxHashMap<InstId, bool>,
    /// Calls of each instance whose callee is known.
    resolved: FxHashMap<InstId, FxHashSet<ExprId>>,
}

impl<'a> Quiet<'a> {
    pub(super) fn new(facts: &'a Facts<'a>) -> Self {
        Quiet {
            facts,
            known: FxHashMap::default(),
            resolved: FxHashMap::default(),
        }
    }

    fn function(&mut self, inst: InstId) -> bool {
        if let Some(&known) = self.known.get(&inst) {
            return known;
        }
        // A function that calls itself overflows the stack in the end.
        self.known.insert(inst, false);
        let fun: FunId = self.facts.solver.insts[inst.idx()].fun;
        let body = &self.facts.solver.program.fun(fun).body.0;
        let quiet = self.statements(inst, body, &[]);
        self.known.insert(inst, quiet);
        quiet
    }

    /// Statements of an instance, with the conditions of the loop that they are in.
    pub(super) fn statements(
        &mut self,
        inst: InstId,
        body: &[Stat],
        conditions: &[ExprId],
    ) -> bool {
        let solver = self.facts.solver;
        let mut exprs = conditions.to_vec();
        collect(body, &mut exprs);
        // What is called implicitly stands among the edges too.
        let ranges = exprs.iter().map(|&expr| solver.program.expr(expr).range);
        let Some(range) = ranges.reduce(TextRange::cover) else {
            return true;
        };
        let mut all = Vec::new();
        for &expr in &exprs {
            with_parts(solver.program, expr, &mut all);
        }
        let is_call = |expr: &&ExprId| {
            let kind = &solver.program.expr(**expr).kind;
            matches!(kind, ExprKind::Call { .. } | ExprKind::Method { .. })
        };
        let mut calls = all.iter().filter(is_call);
        if !calls.all(|&call| self.call_is_known(inst, call)) || self.may_fail(inst, body, &all) {
            return false;
        }
        let instance = &solver.insts[inst.idx()];
        let inside = |site: ExprId| range.contains_range(solver.program.expr(site).range);
        let mut builtins = instance.calls.iter().filter(|call| inside(call.how.site));
        let waits = builtins.any(|call| {
            let builtin = solver.builtins.get(call.builtin);
            let fails = wrong_thread::severity(solver, call, Grade::Certain).is_some();
            let may_wait = match builtin.api {
                Some(function) => function.suspends && !call.how.deferred,
                None => builtin.field.is_none(),
            };
            fails || may_wait
        });
        let edges: Vec<InstId> = instance
            .edges
            .iter()
            .filter(|edge| inside(edge.how.site) && !edge.how.deferred)
            .map(|edge| edge.to)
            .collect();
        !waits && edges.into_iter().all(|to| self.function(to))
    }

    /// Whether the analysis knows what a call leads to.
    fn call_is_known(&mut self, inst: InstId, call: ExprId) -> bool {
        let solver = self.facts.solver;
        let resolved = self.resolved.entry(inst).or_insert_with(|| {
            let instance = &solver.insts[inst.idx()];
            let edges = instance.edges.iter().map(|edge| &edge.how);
            let builtins = instance.calls.iter().map(|call| &call.how);
            let certain = edges.chain(builtins).filter(|how| !how.unsure);
            certain.map(|how| how.site).collect()
        });
        resolved.contains(&call) || self.is_harmless(call)
    }

    /// A function of the Lua library under its own name that does nothing but its work.
    fn is_harmless(&self, call: ExprId) -> bool {
        let Some(name) = builtin_name(self.facts, call) else {
            return false;
        };
        let entry = api().lua().entry(&name);
        !self.facts.uses.hidden_globals
            && !MAY_LEAVE.contains(&name.as_str())
            && entry.is_some_and(|entry| entry.availability == Availability::Available)
    }

    /// Whether an error may end the statements in a later round: where something is nil that was not in the first one.
    fn may_fail(&self, inst: InstId, body: &[Stat], all: &[ExprId]) -> bool {
        let fun = self.facts.solver.insts[inst.idx()].fun;
        let nils = Nils::new(self.facts, fun, body);
        all.iter().any(|&expr| nils.may_fail(expr))
    }
}

/// The name of the function that a call names, if the script leaves it as it is: `print`, `string.rep`.
fn builtin_name(facts: &Facts, call: ExprId) -> Option<String> {
    let ExprKind::Call { callee, .. } = facts.solver.program.expr(call).kind else {
        return None;
    };
    if let Some(name) = facts.global(callee) {
        return (!facts.uses.is_assigned(name)).then(|| facts.text(name).to_owned());
    }
    let (base, key) = facts.index(callee)?;
    let library = facts.global(base)?;
    let is_own = facts.uses.is_assigned(library);
    (!is_own).then(|| format!("{}.{}", facts.text(library), facts.text(key)))
}

/// A variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Var {
    Local(FunId, VarIdx),
    Global(Name),
}

/// Which variables may become nil while statements run again and again.
struct Nils<'a> {
    facts: &'a Facts<'a>,
    fun: FunId,
    /// Assigned in the statements, and not known to stay something.
    moving: FxHashSet<Var>,
    /// Assigned in the statements, with the values.
    values: Vec<(Var, Option<ExprId>)>,
}

impl<'a> Nils<'a> {
    fn new(facts: &'a Facts<'a>, fun: FunId, body: &[Stat]) -> Self {
        let mut nils = Nils {
            facts,
            fun,
            moving: FxHashSet::default(),
            values: Vec::new(),
        };
        nils.assignments(body);
        nils.moving = nils.values.iter().map(|&(var, _)| var).collect();
        for _ in 0..MAX_ROUNDS {
            let values = nils.values.iter();
            let moving: FxHashSet<Var> = values
                .filter(|(_, value)| value.is_none_or(|value| nils.may_be_nil(value)))
                .map(|&(var, _)| var)
                .collect();
            let is_done = moving.len() == nils.moving.len();
            nils.moving = moving;
            if is_done {
                break;
            }
        }
        nils
    }

    fn assignments(&mut self, body: &[Stat]) {
        for stat in body {
            match stat {
                Stat::Local(vars, exprs) => {
                    for (position, &var) in vars.iter().enumerate() {
                        let value = exprs.get(position).copied();
                        self.values.push((Var::Local(self.fun, var), value));
                    }
                }
                Stat::Assign(targets, exprs) => {
                    for (position, &target) in targets.iter().enumerate() {
                        if let Some(var) = self.variable(target) {
                            self.values.push((var, exprs.get(position).copied()));
                        }
                    }
                }
                _ => {}
            }
            for block in blocks(stat) {
                self.assignments(&block.0);
            }
        }
    }

    fn variable(&self, expr: ExprId) -> Option<Var> {
        let program = self.facts.solver.program;
        match program.expr(expr).kind {
            ExprKind::Local(var) => Some(Var::Local(self.fun, var)),
            ExprKind::Upvalue(levels, var) => {
                let outer = |fun, _| program.fun(fun).parent;
                let owner = (0..levels).try_fold(self.fun, outer)?;
                Some(Var::Local(owner, var))
            }
            ExprKind::Global(name) => Some(Var::Global(name)),
            _ => None,
        }
    }

    fn is_moving(&self, expr: ExprId) -> bool {
        self.variable(expr)
            .is_some_and(|var| self.moving.contains(&var))
    }

    /// Whether an expression may be nil in a later round although it was not in the first one.
    fn may_be_nil(&self, expr: ExprId) -> bool {
        match &self.facts.solver.program.expr(expr).kind {
            ExprKind::Local(_) | ExprKind::Upvalue(..) | ExprKind::Global(_) => {
                self.is_moving(expr)
            }
            ExprKind::Paren(inner) => self.may_be_nil(*inner),
            ExprKind::Or(terms) => terms.last().is_none_or(|&last| self.may_be_nil(last)),
            ExprKind::And(terms) => terms.iter().any(|&term| self.may_be_nil(term)),
            ExprKind::Index { base, key, .. } => self.may_be_nil(*base) || !self.is_bounded(*key),
            ExprKind::Call { .. } => builtin_name(self.facts, expr).is_none_or(|name| {
                let is_number = name.starts_with("math.") || name.starts_with("bit32.");
                let is_text = name.starts_with("string.")
                    && !["string.match", "string.find", "string.byte"].contains(&name.as_str());
                let is_halion = api().function(&name).is_some();
                !(is_number
                    || is_text
                    || is_halion
                    || ["tostring", "type"].contains(&name.as_str()))
            }),
            ExprKind::Nil | ExprKind::Vararg | ExprKind::Method { .. } | ExprKind::Unknown => true,
            _ => false,
        }
    }

    /// Whether a key stays among the keys of the first rounds: a constant, or a number that begins again.
    fn is_bounded(&self, key: ExprId) -> bool {
        let program = self.facts.solver.program;
        match &program.expr(key).kind {
            ExprKind::Operation(operator, operands) => {
                operator.event == "__mod"
                    || operands.iter().all(|&operand| self.is_bounded(operand))
            }
            ExprKind::Paren(inner) => self.is_bounded(*inner),
            ExprKind::Call { .. } => {
                builtin_name(self.facts, key).is_some_and(|name| name == "math.random")
            }
            ExprKind::Local(_) | ExprKind::Upvalue(..) | ExprKind::Global(_) => {
                let var = self.variable(key);
                let own = |&&(target, _): &&(Var, Option<ExprId>)| Some(target) == var;
                self.values.iter().filter(own).all(|&(_, value)| {
                    value.is_some_and(|value| match &program.expr(value).kind {
                        ExprKind::Num(_) | ExprKind::Str(_) => true,
                        ExprKind::Operation(operator, operands) => {
                            operator.event == "__mod" || {
                                let mut operands = operands.iter();
                                operands.any(|&operand| has_modulo(program, operand))
                            }
                        }
                        ExprKind::Call { .. } => builtin_name(self.facts, value)
                            .is_some_and(|name| name == "math.random"),
                        _ => false,
                    })
                })
            }
            ExprKind::Index { base, key, .. } => self.is_bounded(*base) && self.is_bounded(*key),
            ExprKind::Num(_) | ExprKind::Str(_) | ExprKind::Bool(_) => true,
            _ => false,
        }
    }

    /// Whether an expression raises an error if something in it becomes nil, and something may.
    fn may_fail(&self, expr: ExprId) -> bool {
        match &self.facts.solver.program.expr(expr).kind {
            ExprKind::Index { base, .. } => self.may_be_nil(*base),
            ExprKind::Method { receiver, args, .. } => {
                self.may_be_nil(*receiver) || args.iter().any(|&arg| self.is_item_or_moving(arg))
            }
            ExprKind::Operation(_, operands) => {
                operands.iter().any(|&operand| self.may_be_nil(operand))
            }
            ExprKind::Call { callee, args } => {
                let takes_nil = || {
                    let name = builtin_name(self.facts, expr);
                    name.is_some_and(|name| TAKE_NIL.contains(&name.as_str()))
                };
                self.may_be_nil(*callee)
                    || args.iter().any(|&arg| self.is_item_or_moving(arg)) && !takes_nil()
            }
            _ => false,
        }
    }

    fn is_item_or_moving(&self, arg: ExprId) -> bool {
        let kind = &self.facts.solver.program.expr(arg).kind;
        let is_item = matches!(kind, ExprKind::Index { .. }) && self.may_be_nil(arg);
        is_item || self.is_moving(arg)
    }
}

/// Whether `%` keeps a number small, further in.
fn has_modulo(program: &Program, expr: ExprId) -> bool {
    match &program.expr(expr).kind {
        ExprKind::Operation(operator, operands) => {
            operator.event == "__mod" || operands.iter().any(|&inner| has_modulo(program, inner))
        }
        ExprKind::Paren(inner) => has_modulo(program, *inner),
        _ => false,
    }
}

/// The blocks of a statement.
pub(super) fn blocks(stat: &Stat) -> Vec<&Block> {
    match stat {
        Stat::Do(block) => vec![block],
        Stat::While(_, body)
        | Stat::Repeat(body, _)
        | Stat::NumericFor(_, _, body)
        | Stat::GenericFor(_, _, _, body) => vec![&body.body],
        Stat::If(arms, otherwise) => {
            let arms = arms.iter().map(|(_, block)| block);
            arms.chain(otherwise).collect()
        }
        _ => Vec::new(),
    }
}

/// The expressions that stand in statements.
fn collect(body: &[Stat], out: &mut Vec<ExprId>) {
    for stat in body {
        match stat {
            Stat::Local(_, exprs) | Stat::Return(exprs) | Stat::NumericFor(_, exprs, _) => {
                out.extend(exprs);
            }
            Stat::LocalFunction(_, expr)
            | Stat::Call(expr)
            | Stat::While(expr, _)
            | Stat::Repeat(_, expr) => out.push(*expr),
            Stat::Assign(targets, exprs) => out.extend(targets.iter().chain(exprs)),
            Stat::If(arms, _) => out.extend(arms.iter().map(|(condition, _)| condition)),
            Stat::GenericFor(_, exprs, site, _) => {
                out.extend(exprs);
                out.push(*site);
            }
            Stat::Do(_) | Stat::Break | Stat::Goto(..) | Stat::Label(_) => {}
        }
        for block in blocks(stat) {
            collect(&block.0, out);
        }
    }
}

/// An expression with all its parts; what a function that is made there does is not among them.
fn with_parts(program: &Program, expr: ExprId, out: &mut Vec<ExprId>) {
    out.push(expr);
    let mut each = |exprs: &[ExprId]| {
        for &expr in exprs {
            with_parts(program, expr, out);
        }
    };
    match &program.expr(expr).kind {
        ExprKind::Index { base, key, .. } => each(&[*base, *key]),
        ExprKind::Call { callee, args } => {
            each(&[*callee]);
            each(args);
        }
        ExprKind::Method { receiver, args, .. } => {
            each(&[*receiver]);
            each(args);
        }
        ExprKind::Table(items) => {
            for item in items {
                match item {
                    Item::Positional(value) => each(&[*value]),
                    Item::Keyed(key, value) => each(&[*key, *value]),
                }
            }
        }
        ExprKind::And(exprs) | ExprKind::Or(exprs) | ExprKind::Operation(_, exprs) => each(exprs),
        ExprKind::Equal(a, b, _) => each(&[*a, *b]),
        ExprKind::Not(inner) | ExprKind::Paren(inner) => each(&[*inner]),
        _ => {}
    }
}
