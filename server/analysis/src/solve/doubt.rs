//! Tests where calls are not told apart: what one of them passes and another one does not proves nothing about either.

use super::Solver;
use super::frame::Frame;
use crate::ir::{ExprId, ExprKind};
use crate::value::{SetId, Value};

impl Solver<'_> {
    /// Whether a test may go either way only because several calls or tables were merged; `set` is what it gives.
    pub(super) fn is_doubtful(&mut self, frame: &mut Frame, cond: ExprId, set: SetId) -> bool {
        let is_merged = self.is_coarse() || self.insts[frame.inst.idx()].is_shared;
        if !is_merged || !self.values.can_be_true(set) || !self.values.can_be_false(set) {
            return false;
        }
        let program = self.program;
        match &program.expr(cond).kind {
            ExprKind::Paren(inner) | ExprKind::Not(inner) => self.is_unclear(frame, *inner),
            ExprKind::And(terms) | ExprKind::Or(terms) => {
                terms.iter().any(|&term| self.is_unclear(frame, term))
            }
            ExprKind::Equal(left, right, _) => [*left, *right].into_iter().any(|side| {
                let set = self.again(frame, side);
                set.is_none_or(|set| self.values.count(set) > 1 && !self.is_open_set(set))
            }),
            ExprKind::Operation(..) => false,
            _ => !self.is_open_set(set),
        }
    }

    fn is_unclear(&mut self, frame: &mut Frame, cond: ExprId) -> bool {
        match &self.program.expr(cond).kind {
            ExprKind::Local(_) | ExprKind::Upvalue(..) => {
                let set = self.expr(frame, cond);
                self.is_doubtful(frame, cond, set)
            }
            ExprKind::Not(_)
            | ExprKind::Paren(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Equal(..) => {
                let boolean = self.sets.boolean;
                self.is_doubtful(frame, cond, boolean)
            }
            ExprKind::Operation(..) | ExprKind::Nil | ExprKind::Bool(_) => false,
            _ => true,
        }
    }

    /// What a side of a comparison is, unless it runs something.
    fn again(&mut self, frame: &mut Frame, side: ExprId) -> Option<SetId> {
        match &self.program.expr(side).kind {
            ExprKind::Local(_)
            | ExprKind::Upvalue(..)
            | ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Num(_)
            | ExprKind::Str(_) => Some(self.expr(frame, side)),
            ExprKind::Operation(..) => Some(self.sets.truthy),
            _ => None,
        }
    }

    /// Whether anything at all may be there: then a test may go either way in each call.
    fn is_open_set(&self, set: SetId) -> bool {
        let mut kinds = self.values.kinds(set);
        kinds.any(|kind| {
            matches!(
                kind,
                Value::Unknown | Value::Truthy | Value::Number | Value::Text | Value::Index
            )
        })
    }
}
