//! What loops go through: one row for each known key or count, so that a body sees each with its own values.

use super::Solver;
use super::frame::Frame;
use super::stat::MAX_UNROLLED;
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, Loop};
use crate::value::{SetId, TableId, Value};

impl Solver<'_> {
    /// The bindings of `for k, v in pairs(t)`; `None` if the iterator is not one we know.
    pub(super) fn iterations(
        &mut self,
        frame: &mut Frame,
        iterator: SetId,
        state: SetId,
    ) -> Option<Vec<Vec<SetId>>> {
        let Some(Value::Builtin(builtin)) = self.values.single(iterator) else {
            return None;
        };
        let special = self.builtins.get(builtin).special;
        let mut all = Vec::new();
        for (value, _) in self.values.list(state) {
            let one = self.values.one(value);
            match (special, value) {
                (Special::Next, _) => all.extend(self.rows(frame, one)?),
                (Special::Ipairs, Value::Table(_)) => {
                    let rows = self.rows(frame, one)?;
                    all.extend(rows.into_iter().filter(|row| {
                        self.values
                            .values(row[0])
                            .any(|key| matches!(key, Value::Num(_) | Value::Index | Value::Truthy))
                    }));
                }
                (Special::Ipairs, _) => all.extend(self.rows(frame, one)?),
                _ => return None,
            }
        }
        Some(all)
    }

    /// The values of a counting variable: each number of a short loop that makes functions or tables, any number of another one.
    /// `None` if control does not get past the bounds.
    pub(super) fn counted(
        &mut self,
        frame: &mut Frame,
        bounds: &[ExprId],
        body: &Loop,
    ) -> Option<Vec<SetId>> {
        let sets = self.list(frame, bounds)?;
        let any = vec![self.sets.index];
        if !body.allocates || frame.loops > 0 || sets.items.len() < 2 {
            return Some(any);
        }
        let number = |solver: &Self, position: usize| match solver
            .values
            .single(*sets.items.get(position)?)?
        {
            Value::Num(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        let Some(first) = number(self, 0) else {
            return Some(any);
        };
        let last = match number(self, 1) {
            Some(last) => last,
            None => match self.length(frame, bounds[1]) {
                Some(last) => last,
                None => return Some(any),
            },
        };
        let step = if sets.items.len() > 2 {
            number(self, 2).unwrap_or(0.0)
        } else {
            1.0
        };
        let mut rows = Vec::new();
        let mut at = first;
        while step != 0.0 && (last - at) * step >= 0.0 {
            if rows.len() == MAX_UNROLLED {
                return Some(any);
            }
            rows.push(self.values.one(Value::Num(at.to_bits())));
            at += step;
        }
        Some(if rows.is_empty() { any } else { rows })
    }

    /// `#t` of a list that was written out and that nothing is added to.
    fn length(&mut self, frame: &mut Frame, expr: ExprId) -> Option<f64> {
        let program = self.program;
        let ExprKind::Operation(operator, operands) = &program.expr(expr).kind else {
            return None;
        };
        if operator.event != "__len" {
            return None;
        }
        let list = self.expr(frame, *operands.first()?);
        let Value::Table(table) = self.values.single(list)? else {
            return None;
        };
        let rows = self.rows(frame, list)?;
        let mut count = 0.0;
        for row in &rows {
            match self.values.single(row[0])? {
                Value::Num(bits) if f64::from_bits(bits) >= 1.0 => count += 1.0,
                Value::Str(_) => {}
                _ => return None,
            }
        }
        let no_meta = self.metatables(frame, table).is_empty();
        no_meta.then_some(count)
    }

    /// Keys and values of a table, one row for each constant key.
    pub(super) fn rows(&mut self, frame: &mut Frame, tables: SetId) -> Option<Vec<Vec<SetId>>> {
        let mut rows = Vec::new();
        for (value, _) in self.values.list(tables) {
            match value {
                Value::Table(table) => self.rows_of(frame, table, &mut rows),
                Value::Hosts(class) => {
                    rows.push(vec![self.sets.index, self.values.one(Value::Host(class))])
                }
                Value::Nil | Value::Absent => {}
                _ => rows.push(vec![self.sets.truthy, self.sets.unknown]),
            }
        }
        Some(rows)
    }

    fn rows_of(&mut self, frame: &mut Frame, table: TableId, rows: &mut Vec<Vec<SetId>>) {
        self.listen_shape(table, frame.inst);
        let fields = self.heap.get(table).fields.clone();
        let (array, star) = (self.heap.get(table).array, self.heap.get(table).star);
        for (key, loc) in fields {
            let set = self.read_loc(frame, loc);
            let set = self
                .values
                .filter(set, |value| !matches!(value, Value::Absent | Value::Nil));
            if !set.is_empty() {
                let key = self.values.get(key);
                rows.push(vec![self.values.one(key), set]);
            }
        }
        if self.heap.get(table).open {
            rows.push(vec![self.sets.truthy, self.sets.unknown]);
        }
        for (loc, key) in [(array, self.sets.index), (star, self.sets.truthy)] {
            let set = self.read_loc(frame, loc);
            let set = self
                .values
                .filter(set, |value| !matches!(value, Value::Absent | Value::Nil));
            if !set.is_empty() {
                rows.push(vec![key, set]);
            }
        }
    }
}
