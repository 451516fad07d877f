//! `pcall` and `xpcall`: an error inside is silent (THREAD-ANALYSIS 2.5), so the call always returns, and its first result says whether
//! there was an error as far as that is certain: `pcall(getContext)` succeeds, `pcall(getTempo)` tells the thread.

use super::Solver;
use super::frame::Frame;
use crate::builtins::Special;
use crate::diagnostic::Why;
use crate::instance::How;
use crate::ir::{Block, ExprId, ExprKind, FunId, Stat};
use crate::value::{BuiltinId, InstId, Multi, SetId, Value};

impl Solver<'_> {
    /// An error with these values leaves the function.
    pub(super) fn throw(&mut self, frame: &mut Frame, values: SetId) {
        let thrown = self.values.filter(values, |value| {
            matches!(value, Value::Fun(..) | Value::Builtin(_) | Value::Table(_))
        });
        self.share_all(thrown);
        frame.thrown = self.values.union(frame.thrown, thrown);
    }

    /// What a function that was called may throw, its caller may throw too.
    pub(super) fn pass_thrown(&mut self, frame: &mut Frame, inst: InstId) {
        let thrown = self.insts[inst.idx()].thrown;
        frame.thrown = self.values.union(frame.thrown, thrown);
    }

    /// `pcall(f, ...)`, or `xpcall` with all its arguments, of which the second one is told of errors.
    pub(super) fn protected_call(
        &mut self,
        frame: &mut Frame,
        how: &How,
        short: &str,
        args: &Multi,
        of_xpcall: Option<&Multi>,
    ) -> Option<Multi> {
        let outer = std::mem::take(&mut frame.thrown);
        let at = args.written(0).unwrap_or(how.callee);
        let given = args.get(0, &mut self.values);
        let callee = self.callable(given);
        let further = args.skip(1);
        let mut results = Multi::one(self.sets.boolean);
        if !callee.is_empty() {
            let mut inner_how = how.through(short, Why::Callback, at);
            inner_how.protected = true;
            let inner = self.invoke(frame, &inner_how, callee, &further);
            let fails = self.fails(how, given, &further);
            results.items[0] = match (inner.is_some(), fails) {
                (false, _) | (_, Some(true)) => self.sets.no,
                (true, Some(false)) => self.sets.yes,
                (true, None) => self.sets.boolean,
            };
            if let Some(inner) = inner {
                results.items.extend(inner.items.iter().copied());
                results.rest = inner.rest;
            }
        }
        let thrown = std::mem::replace(&mut frame.thrown, outer);
        let mut problem = self.values.union(thrown, self.sets.truthy);
        if let Some(all) = of_xpcall {
            let at = all.written(1).unwrap_or(how.callee);
            let handler = all.get(1, &mut self.values);
            let handler = self.callable(handler);
            if !handler.is_empty() {
                let how = how.through(short, Why::Callback, at);
                let told = self.invoke(frame, &how, handler, &Self::args(&[problem]));
                problem = told.map_or(problem, |told| told.get(0, &mut self.values));
            }
        }
        if results.items[0] == self.sets.yes {
            return Some(results);
        }
        match results.items.get_mut(1) {
            Some(item) => *item = self.values.union(*item, problem),
            None => results.items.push(problem),
        }
        results.rest = self.values.union(results.rest, self.sets.truthy);
        Some(results)
    }

    /// Whether calling one function fails for certain, or succeeds for certain; `None` if that is not known.
    fn fails(&self, how: &How, callee: SetId, args: &Multi) -> Option<bool> {
        match self.values.single_kind(callee)? {
            Value::Fun(fun, _) => self.is_harmless(fun).then_some(false),
            Value::Builtin(builtin) => self.builtin_fails(how, builtin, args),
            _ => None,
        }
    }

    fn builtin_fails(&self, how: &How, builtin: BuiltinId, args: &Multi) -> Option<bool> {
        let builtin = self.builtins.get(builtin);
        let Some(function) = builtin.api else {
            let takes_anything = match builtin.special {
                Special::Type => true,
                Special::Print => self.names.find("__tostring").is_none(),
                _ => false,
            };
            return (takes_anything && !args.items.is_empty()).then_some(false);
        };
        if function.dispute.is_some() || function.ui_only || self.kind_is_unsure {
            return None;
        }
        if !function.threads.contains(how.phase.thread()) && function.argument_threads.is_empty() {
            return Some(true);
        }
        let is_plain = function.params.is_empty() && function.class.is_none();
        is_plain.then_some(false)
    }

    /// Whether a function only looks at variables and at the thread, so that it cannot fail.
    fn is_harmless(&self, fun: FunId) -> bool {
        self.block_is_harmless(&self.program.fun(fun).body)
    }

    fn block_is_harmless(&self, block: &Block) -> bool {
        block.0.iter().all(|stat| match stat {
            Stat::Return(exprs) | Stat::Local(_, exprs) => self.are_harmless(exprs),
            Stat::If(arms, otherwise) => {
                let arm = |(cond, block): &(ExprId, Block)| {
                    self.are_harmless(&[*cond]) && self.block_is_harmless(block)
                };
                arms.iter().all(arm)
                    && otherwise
                        .as_ref()
                        .is_none_or(|block| self.block_is_harmless(block))
            }
            _ => false,
        })
    }

    fn are_harmless(&self, exprs: &[ExprId]) -> bool {
        let harmless = |&expr: &ExprId| match &self.program.expr(expr).kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Num(_)
            | ExprKind::Str(_)
            | ExprKind::Fun(_)
            | ExprKind::Local(_)
            | ExprKind::Upvalue(..) => true,
            ExprKind::And(terms) | ExprKind::Or(terms) => self.are_harmless(terms),
            ExprKind::Not(inner) | ExprKind::Paren(inner) => self.are_harmless(&[*inner]),
            ExprKind::Equal(left, right, _) => {
                self.names.find("__eq").is_none() && self.are_harmless(&[*left, *right])
            }
            ExprKind::Call { callee, args } => args.is_empty() && self.is_get_context(*callee),
            _ => false,
        };
        exprs.iter().all(harmless)
    }

    fn is_get_context(&self, callee: ExprId) -> bool {
        let ExprKind::Global(name) = self.program.expr(callee).kind else {
            return false;
        };
        let stored = self
            .values
            .find(Value::Str(name))
            .and_then(|key| self.heap.find_field(self.globals, key))
            .is_some_and(|loc| {
                let place = &self.heap.locs[loc.idx()];
                !place.load.is_empty() || !place.weak.is_empty()
            });
        self.names.text(name) == "getContext" && !stored
    }
}
