//! What `pairs`, `ipairs` and `next` go through: one row for each known key, so that a loop body sees keys with their own values.

use super::Solver;
use super::frame::Frame;
use crate::builtins::Special;
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
