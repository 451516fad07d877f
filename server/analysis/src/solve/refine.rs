//! What a test says about the variable it looks at: `if f then`, `if not f then`, `if mode == "a" then`, `if type(x) == "table" then`.

use halion_api::api;

use super::Solver;
use super::frame::Frame;
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, VarIdx};
use crate::value::Value;

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

    fn refine_equal(&mut self, frame: &mut Frame, tested: ExprId, constant: ExprId, equal: bool) {
        let program = self.program;
        let constant = match &program.expr(constant).kind {
            ExprKind::Str(name) => Value::Str(*name),
            ExprKind::Nil => Value::Nil,
            ExprKind::Bool(true) => Value::True,
            ExprKind::Bool(false) => Value::False,
            _ => return,
        };
        match &program.expr(tested).kind {
            ExprKind::Local(_) | ExprKind::Upvalue(..) => {
                self.keep(frame, tested, |value| match value {
                    Value::Unknown | Value::Truthy => true,
                    Value::Absent => (constant == Value::Nil) == equal,
                    _ => (value == constant) == equal,
                });
            }
            ExprKind::Call { callee, args } => {
                if let (Value::Str(name), &[arg]) = (constant, args.as_slice())
                    && self.is_type_function(frame, *callee)
                {
                    let name = self.names.text(name).to_owned();
                    self.keep(frame, arg, |value| {
                        is_of_type(value, &name).is_none_or(|is| is == equal)
                    });
                }
            }
            _ => {}
        }
    }

    fn is_type_function(&mut self, frame: &mut Frame, callee: ExprId) -> bool {
        let is_type = matches!(self.program.expr(callee).kind, ExprKind::Global(name) if self.names.text(name) == "type");
        if !is_type {
            return false;
        }
        let set = self.expr(frame, callee);
        matches!(self.values.single(set), Some(Value::Builtin(id)) if self.builtins.get(id).special == Special::Type)
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
        Value::Fun(..) | Value::Builtin(_) => "function",
        Value::Table(_) | Value::Hosts(_) => "table",
        Value::Nil | Value::Absent => "nil",
        Value::True | Value::False => "boolean",
        Value::Num(_) | Value::Index => "number",
        Value::Str(_) => "string",
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
