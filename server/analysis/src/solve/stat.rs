//! Running statements: order, arms, loops.

use halion_syntax::TextRange;

use super::Solver;
use super::frame::{Delta, Frame, Go, Mark, Place};
use crate::instance::How;
use crate::ir::{Block, ExprId, ExprKind, Stat};
use crate::value::{Multi, SetId, Value};

impl Solver<'_> {
    /// Runs statements that have no label among them.
    pub(super) fn stats(&mut self, frame: &mut Frame, stats: &[Stat]) -> Go {
        for (idx, stat) in stats.iter().enumerate() {
            if self.gives_up() {
                return Go::Dead;
            }
            let rest = &stats[idx + 1..];
            if let Some(cases) = self.unpacked(frame, stat) {
                return self.rest_apart(frame, cases, rest);
            }
            if self.stat_or_next(frame, stat) == Go::Dead {
                return Go::Dead;
            }
            if let Stat::Local(vars, _) = stat
                && let Some(cases) = self.cases(frame, vars.iter().copied())
            {
                return self.rest_apart(frame, cases, rest);
            }
        }
        Go::On
    }

    /// Where our model of global statements sees no way on, the script as a whole would not run: it goes on, to report the rest.
    pub(super) fn stat_or_next(&mut self, frame: &mut Frame, stat: &Stat) -> Go {
        let go = self.stat(frame, stat);
        if go == Go::Dead && frame.chunk && frame.loops == 0 && !leaves(stat) {
            return Go::On;
        }
        go
    }

    fn stat(&mut self, frame: &mut Frame, stat: &Stat) -> Go {
        frame.n_stats += 1;
        match stat {
            Stat::Local(vars, exprs) => {
                let Some(values) = self.list(frame, exprs) else {
                    for &var in vars {
                        let unknown = self.sets.unknown;
                        self.write_var(frame, var, unknown);
                    }
                    return Go::Dead;
                };
                for (position, &var) in vars.iter().enumerate() {
                    let set = values.get(position, &mut self.values);
                    self.write_var(frame, var, set);
                    if let Some(&Some(from)) = values.exprs.get(position) {
                        self.note_alias(set, from);
                    }
                }
            }
            Stat::LocalFunction(var, expr) => {
                let set = self.expr(frame, *expr);
                self.write_var(frame, *var, set);
            }
            Stat::Assign(targets, exprs) => return self.assign(frame, targets, exprs),
            Stat::Call(expr) => {
                if self.multi(frame, *expr).is_none() {
                    return Go::Dead;
                }
            }
            Stat::Do(block) => return self.block(frame, block),
            Stat::While(cond, body) => return self.while_loop(frame, *cond, body),
            Stat::Repeat(body, cond) => return self.repeat_loop(frame, body, *cond),
            Stat::If(arms, otherwise) => return self.branches(frame, arms, otherwise.as_ref()),
            Stat::NumericFor(var, bounds, body) => {
                return self.numeric_for(frame, *var, bounds, body);
            }
            Stat::GenericFor(vars, exprs, site, body) => {
                return self.generic_for(frame, vars, exprs, *site, body);
            }
            Stat::Return(exprs) => {
                if let Some(values) = self.list(frame, exprs) {
                    self.show(frame, &values);
                    self.leave(frame, &values);
                    self.give_results(frame.inst, &values);
                }
                Self::note_exit(frame);
                let is_last = frame.depth == 1 && frame.loops == 0 && frame.splits == 0;
                if is_last && !self.program.fun(frame.fun).has_goto {
                    frame.returns_at_end = true;
                } else {
                    self.jump(frame, Place::Return);
                }
                return Go::Dead;
            }
            Stat::Break => {
                // What was made in this round may be looked at behind the loop.
                frame.fresh.clear();
                self.jump(frame, Place::LoopEnd);
                return Go::Dead;
            }
            Stat::Goto(label, _) => {
                self.jump(frame, Place::Label(*label));
                return Go::Dead;
            }
            Stat::Label(_) => {}
        }
        Go::On
    }

    /// A local that holds a function was given it here, unless it is its declaration.
    fn note_alias(&mut self, set: SetId, from: ExprId) {
        if !matches!(self.program.expr(from).kind, ExprKind::Fun(_)) {
            self.note_store(set, from);
        }
    }

    fn assign(&mut self, frame: &mut Frame, targets: &[ExprId], exprs: &[ExprId]) -> Go {
        let Some(values) = self.list(frame, exprs) else {
            return Go::Dead;
        };
        // Which places these are is asked before the first of them changes.
        let mut places = smallvec::SmallVec::<[_; 2]>::new();
        for &target in targets {
            places.push(self.place_of(frame, target));
        }
        // Lua assigns the last one first.
        for (position, &target) in targets.iter().enumerate().rev() {
            let set = values.get(position, &mut self.values);
            let from = values.written(position);
            if self.store(frame, target, places[position], set, from) == Go::Dead {
                return Go::Dead;
            }
        }
        Go::On
    }

    /// The table and the key of an indexed place.
    fn place_of(&mut self, frame: &mut Frame, target: ExprId) -> (SetId, SetId) {
        match self.program.expr(target).kind {
            ExprKind::Index { base, key, .. } => (self.expr(frame, base), self.expr(frame, key)),
            _ => (SetId::EMPTY, SetId::EMPTY),
        }
    }

    fn store(
        &mut self,
        frame: &mut Frame,
        target: ExprId,
        (base, key): (SetId, SetId),
        set: SetId,
        from: Option<ExprId>,
    ) -> Go {
        let program = self.program;
        match &program.expr(target).kind {
            ExprKind::Local(var) => {
                self.write_var(frame, *var, set);
                if let Some(from) = from {
                    self.note_alias(set, from);
                }
            }
            ExprKind::Upvalue(levels, var) => {
                self.write_upvalue(frame, *levels, *var, set);
                if let Some(from) = from {
                    self.note_store(set, from);
                }
            }
            ExprKind::Global(name) => {
                let base = self.values.one(Value::Table(self.globals));
                let key = self.values.one(Value::Str(*name));
                let how = self.how(frame, target, target);
                return self.store_index(frame, &how, base, key, set, from);
            }
            ExprKind::Index { .. } => {
                if base.is_empty() || key.is_empty() {
                    return Go::Dead;
                }
                let how = self.how(frame, target, target);
                return self.store_index(frame, &how, base, key, set, from);
            }
            _ => {}
        }
        Go::On
    }

    pub(super) fn how(&self, frame: &Frame, site: ExprId, callee: ExprId) -> How {
        How {
            site,
            callee,
            phase: frame.phase,
            via: smallvec::SmallVec::new(),
            unsure: frame.doubts > 0,
            protected: false,
            deferred: false,
        }
    }

    fn branches(
        &mut self,
        frame: &mut Frame,
        arms: &[(ExprId, Block)],
        otherwise: Option<&Block>,
    ) -> Go {
        let mut deltas = Vec::new();
        let start = self.mark(frame);
        let mut rest_is_live = true;
        let before = frame.doubts;
        for (cond, block) in arms {
            let set = self.expr(frame, *cond);
            frame.doubts += u32::from(self.is_doubtful(frame, *cond, set));
            if set.is_empty() {
                rest_is_live = false;
                break;
            }
            if self.values.can_be_true(set) {
                self.arm(frame, start, Some((*cond, true)), Some(block), &mut deltas);
            }
            if !self.values.can_be_false(set) {
                rest_is_live = false;
                break;
            }
            self.refine(frame, *cond, false);
        }
        if rest_is_live {
            self.arm(frame, start, None, otherwise, &mut deltas);
        }
        self.take(frame, start);
        if deltas.is_empty() {
            return Go::Dead;
        }
        let n_arms = arms.len() + 1;
        if deltas.len() == n_arms {
            frame.doubts = before;
        }
        self.join(frame, &deltas, u32::MAX);
        Go::On
    }

    /// Runs one arm and keeps what was changed since the start of the branches if control leaves it at its end.
    fn arm(
        &mut self,
        frame: &mut Frame,
        start: Mark,
        cond: Option<(ExprId, bool)>,
        block: Option<&Block>,
        deltas: &mut Vec<Delta>,
    ) {
        let mark = self.mark(frame);
        if let Some((cond, holds)) = cond {
            self.refine(frame, cond, holds);
        }
        let go = block.map_or(Go::On, |block| self.block(frame, block));
        if go == Go::On {
            deltas.push(self.changes(frame, start));
        }
        self.take(frame, mark);
    }

    /// The values of an expression list; `None` if control does not get past it.
    pub(super) fn list(&mut self, frame: &mut Frame, exprs: &[ExprId]) -> Option<Multi> {
        let mut values = Multi::default();
        for (position, &expr) in exprs.iter().enumerate() {
            if position + 1 == exprs.len() {
                let last = self.multi(frame, expr)?;
                let plain = last.items.len() == 1 && last.rest.is_empty();
                let own = &last.exprs;
                for (idx, item) in last.items.iter().enumerate() {
                    values.items.push(*item);
                    values.exprs.push(if plain {
                        Some(expr)
                    } else {
                        own.get(idx).copied().flatten()
                    });
                }
                values.rest = last.rest;
            } else {
                let set = self.expr(frame, expr);
                values.items.push(set);
                values.exprs.push(Some(expr));
            }
        }
        if values.is_dead() { None } else { Some(values) }
    }

    /// The range of an expression, for explanations.
    #[must_use]
    pub fn range(&self, expr: ExprId) -> TextRange {
        self.program.expr(expr).range
    }
}

/// Whether control leaves through `return`, `break` or `goto` somewhere in the statement.
fn leaves(stat: &Stat) -> bool {
    let block = |block: &Block| block.0.iter().any(leaves);
    match stat {
        Stat::Return(_) | Stat::Break | Stat::Goto(..) => true,
        Stat::Do(body) => block(body),
        Stat::While(_, body)
        | Stat::Repeat(body, _)
        | Stat::NumericFor(_, _, body)
        | Stat::GenericFor(_, _, _, body) => block(&body.body),
        Stat::If(arms, otherwise) => {
            arms.iter().any(|(_, body)| block(body)) || otherwise.as_ref().is_some_and(block)
        }
        _ => false,
    }
}
