//! What a test says about the variable it looks at: `if f then`, `if not f then`, `if mode == "a" then`, `if type(x) == "table" then`,
//! and about a variable that holds one of several tables: `if job.async then` leaves those that can have the field.

use halion_api::api;
use smallvec::SmallVec;

use super::Solver;
use super::frame::Frame;
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, VarIdx};
use crate::value::{SetId, Value};

impl Solver<'_> {
    /// Leaves of the tested variables what can get past the test.
    pub(super) fn refine(&mut self, frame: &mut Frame, cond: ExprId, holds: bool) {
        let program = self.program;
        match &program.expr(cond).kind {
            ExprKind::Paren(inner) => self.refine(frame, *inner, holds),
            ExprKind::Not(inner) => self.refine(frame, *inner, !holds),
            ExprKind::Local(_) | ExprKind::Upvalue(..) => {
                self.keep(frame, cond, |value| match value {
                    Value::Nil | Value::False | Value::Absent => !holds,
                    Value::Unknown => true,
                    _ => holds,
                });
            }
            ExprKind::Index { .. } => {
                self.keep_tables(frame, cond, |solver, set| match holds {
                    true => solver.values.can_be_true(set),
                    false => solver.values.can_be_false(set),
                });
            }
            ExprKind::And(terms) if holds => {
                for &term in terms {
                    self.refine(frame, term, true);
                }
            }
            ExprKind::Or(terms) if !holds => {
                for &term in terms {
                    self.refine(frame, term, false);
                }
            }
            ExprKind::Equal(left, right, negated) => {
                let equal = holds != *negated;
                for (tested, constant) in [(*left, *right), (*right, *left)] {
                    self.refine_equal(frame, tested, constant, equal);
                }
            }
            _ => {}
        }
    }

    fn refine_equal(&mut self, frame: &mut Frame, tested: ExprId, other: ExprId, equal: bool) {
        let program = self.program;
        match &program.expr(tested).kind {
            ExprKind::Local(_) | ExprKind::Upvalue(..) if self.is_plain(frame, other) => {
                let other = self.expr(frame, other);
                let Some(set) = self.tested_set(frame, tested) else {
                    return;
                };
                let mut kept: SmallVec<[Value; 4]> = SmallVec::new();
                for &elem in self.values.elems(set) {
                    let one = self.values.alone(elem.value());
                    let (same, differ) = self.compare(one, other);
                    if if equal { same } else { differ } {
                        kept.push(self.values.kind(elem.value()));
                    }
                }
                self.keep(frame, tested, |value| kept.contains(&value));
            }
            ExprKind::Index { .. } if self.is_plain(frame, other) => {
                let other = self.expr(frame, other);
                self.keep_tables(frame, tested, |solver, set| {
                    let (same, differ) = solver.compare(set, other);
                    if equal { same } else { differ }
                });
            }
            ExprKind::Call { callee, args } => {
                if let (&ExprKind::Str(name), &[arg]) = (&program.expr(other).kind, args.as_slice())
                    && self.is_builtin(frame, *callee, "type", Special::Type)
                {
                    let name = self.names.text(name).to_owned();
                    let fits = |value| is_of_type(value, &name).is_none_or(|is| is == equal);
                    self.keep(frame, arg, fits);
                    self.keep_tables(frame, arg, |solver, set| {
                        solver.values.values(set).any(fits)
                    });
                }
            }
            _ => {}
        }
    }

    /// Whether an expression can be looked at once more: it calls nothing but `getContext`.
    fn is_plain(&mut self, frame: &mut Frame, expr: ExprId) -> bool {
        match &self.program.expr(expr).kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Num(_)
            | ExprKind::Str(_)
            | ExprKind::Local(_)
            | ExprKind::Upvalue(..)
            | ExprKind::Global(_) => true,
            ExprKind::Call { callee, args } => {
                args.is_empty()
                    && self.is_builtin(frame, *callee, "getContext", Special::GetContext)
            }
            _ => false,
        }
    }

    fn is_builtin(
        &mut self,
        frame: &mut Frame,
        callee: ExprId,
        name: &str,
        special: Special,
    ) -> bool {
        let ExprKind::Global(called) = self.program.expr(callee).kind else {
            return false;
        };
        if self.names.text(called) != name {
            return false;
        }
        let set = self.expr(frame, callee);
        matches!(self.values.single(set), Some(Value::Builtin(id)) if self.builtins.get(id).special == special)
    }

    /// Of a variable at the root of `variable.field.field`, keeps the tables whose field passes.
    fn keep_tables(
        &mut self,
        frame: &mut Frame,
        tested: ExprId,
        passes: impl Fn(&mut Self, SetId) -> bool,
    ) {
        let program = self.program;
        let mut keys: SmallVec<[Value; 4]> = SmallVec::new();
        let mut root = tested;
        while let ExprKind::Index { base, key, .. } = &program.expr(root).kind {
            keys.push(match program.expr(*key).kind {
                ExprKind::Str(name) => Value::Str(name),
                ExprKind::Num(number) => Value::Num(number.to_bits()),
                _ => return,
            });
            root = *base;
        }
        let Some(set) = self.tested_set(frame, root).filter(|_| !keys.is_empty()) else {
            return;
        };
        let is_table = |value: &Value| matches!(value, Value::Table(_));
        let tables: Vec<Value> = self.values.kinds(set).filter(is_table).collect();
        if tables.len() < 2 || tables.len() > self.max_bases() {
            return;
        }
        let how = self.how(frame, tested, tested);
        let mut dropped = Vec::new();
        for table in tables {
            let mut set = self.values.one(table);
            for &key in keys.iter().rev() {
                let key = self.values.one(key);
                set = self.read_index(frame, &how, set, key);
            }
            if !passes(self, set) {
                dropped.push(table);
            }
        }
        self.keep(frame, root, |value| !dropped.contains(&value));
    }

    /// What a variable holds that a test can say something about.
    fn tested_set(&mut self, frame: &mut Frame, tested: ExprId) -> Option<SetId> {
        match self.program.expr(tested).kind {
            ExprKind::Local(var) => Some(frame.vars[var.idx()]),
            ExprKind::Upvalue(levels, var) => {
                let own = self.narrowable(frame, levels, var)?;
                Some(frame.vars[own.idx()])
            }
            _ => None,
        }
    }

    /// Keeps of a variable the values for which `keep` holds, unless an inner function may assign it in between.
    fn keep(&mut self, frame: &mut Frame, tested: ExprId, keep: impl Fn(Value) -> bool) {
        let var = match self.program.expr(tested).kind {
            ExprKind::Local(var) => var,
            ExprKind::Upvalue(levels, var) => match self.narrowable(frame, levels, var) {
                Some(var) => var,
                None => return,
            },
            _ => return,
        };
        let vars = &self.program.fun(frame.fun).vars;
        if vars.get(var.idx()).is_some_and(|var| var.assigned_inside) {
            return;
        }
        let old = frame.vars[var.idx()];
        let kept = self.values.filter(old, keep);
        if kept != old && !kept.is_empty() {
            frame.trail.push((var, old));
            frame.vars[var.idx()] = kept;
        }
    }

    /// A variable of an outer function that only that one assigns, as an additional variable of this run.
    fn narrowable(&mut self, frame: &mut Frame, levels: u32, var: VarIdx) -> Option<VarIdx> {
        if let Some(known) = frame.narrowed(levels, var) {
            return Some(known);
        }
        let mut owner = frame.inst;
        for _ in 0..levels {
            owner = self.insts.get(owner.idx())?.env;
        }
        let fun = self.program.fun(self.insts.get(owner.idx())?.fun);
        if fun.vars[var.idx()].assigned_inside {
            return None;
        }
        let set = self.read_upvalue(frame, levels, var);
        let own = VarIdx(u32::try_from(frame.vars.len()).expect("few variables"));
        frame.vars.push(set);
        frame.narrowed.push((levels, var, own));
        Some(own)
    }
}

impl Frame {
    /// Where what a test left of an outer variable stands.
    pub(super) fn narrowed(&self, levels: u32, var: VarIdx) -> Option<VarIdx> {
        let mut narrowed = self.narrowed.iter();
        narrowed
            .find(|known| (known.0, known.1) == (levels, var))
            .map(|known| known.2)
    }
}

/// Whether `type` gives this name for a value; `None` if it may.
fn is_of_type(value: Value, name: &str) -> Option<bool> {
    let own = match value {
        Value::Fun(..) | Value::Builtin(_) | Value::AnyFunction => "function",
        Value::Table(_) | Value::Hosts(_) => "table",
        Value::Nil | Value::Absent => "nil",
        Value::True | Value::False => "boolean",
        Value::Num(_) | Value::Number | Value::Index => "number",
        Value::Str(_) | Value::Text => "string",
        Value::Truthy if matches!(name, "number" | "string") => return None,
        Value::Truthy => return Some(false),
        Value::Host(_) => {
            let is_class = api().classes().iter().any(|class| class.name == name);
            return (!is_class).then_some(false);
        }
        Value::Unknown => return None,
    };
    Some(own == name)
}
