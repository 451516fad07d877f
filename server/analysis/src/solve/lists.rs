//! Lists in the course of loading: `#list`, `table.insert` and `table.remove` at the positions they have then.

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use crate::heap::Key;
use crate::ir::ExprId;
use crate::value::{Multi, SetId, TableId, Value};

impl Solver<'_> {
    /// The only table of a set, if its keys are known.
    fn known_list(&mut self, frame: &Frame, list: SetId) -> Option<TableId> {
        if !self.in_order(frame) {
            return None;
        }
        match self.values.single(list)? {
            Value::Table(table) if self.has_known_keys(frame, table) => Some(table),
            _ => None,
        }
    }

    /// An item: empty if it is missing for certain; `None` if it may be.
    fn item_in_order(&mut self, frame: &Frame, table: TableId, position: usize) -> Option<SetId> {
        self.steps += 1;
        let key = self.values.id(Value::Num(as_number(position).to_bits()));
        let loc = self.heap.field(table, key);
        let set = self.read_loc(frame, loc);
        let there = self.values.not_nil(set);
        (there.is_empty() || there == set).then_some(there)
    }

    /// A position behind which there is nothing, found like Lua does: by halving.
    fn border(&mut self, frame: &Frame, table: TableId) -> Option<usize> {
        let (mut there, mut missing) = (0, 1);
        while !self.item_in_order(frame, table, missing)?.is_empty() {
            there = missing;
            missing *= 2;
        }
        while missing - there > 1 {
            let middle = there.midpoint(missing);
            if self.item_in_order(frame, table, middle)?.is_empty() {
                missing = middle;
            } else {
                there = middle;
            }
        }
        Some(there)
    }

    /// The items of a list, if they are known.
    pub(super) fn items_in_order(&mut self, frame: &Frame, table: TableId) -> Option<Vec<SetId>> {
        if !self.has_known_keys(frame, table) {
            return None;
        }
        let length = self.border(frame, table)?;
        (1..=length)
            .map(|position| self.item_in_order(frame, table, position))
            .collect()
    }

    /// `#list`.
    pub(super) fn length_in_order(&mut self, frame: &Frame, list: SetId) -> Option<SetId> {
        let table = self.known_list(frame, list)?;
        let length = self.border(frame, table)?;
        Some(self.number(as_number(length)))
    }

    /// `table.insert(list, item)`, `table.insert(list, position, item)`; whether it was done.
    pub(super) fn insert_in_order(
        &mut self,
        frame: &mut Frame,
        args: &Multi,
        from: Option<ExprId>,
    ) -> bool {
        let list = args.get(0, &mut self.values);
        let Some(table) = self.known_list(frame, list) else {
            return false;
        };
        match (args.count(), args.items.as_slice()) {
            (Some(2), &[_, item]) => {
                let Some(length) = self.border(frame, table) else {
                    return false;
                };
                self.put(frame, table, &[item], length, from);
                true
            }
            (Some(3), &[_, position, item]) => {
                let Some(mut items) = self.items_in_order(frame, table) else {
                    return false;
                };
                let Some(position) = self.place(position, items.len() + 1) else {
                    return false;
                };
                items.insert(position, item);
                self.put(frame, table, &items[position..], position, from);
                true
            }
            _ => false,
        }
    }

    /// `table.remove(list)`, `table.remove(list, position)`: what was taken out.
    pub(super) fn remove_in_order(&mut self, frame: &mut Frame, args: &Multi) -> Option<SetId> {
        let list = args.get(0, &mut self.values);
        let table = self.known_list(frame, list)?;
        let mut items = self.items_in_order(frame, table)?;
        if items.is_empty() {
            return Some(self.sets.nil);
        }
        let position = match (args.count()?, args.items.as_slice()) {
            (1, _) => items.len() - 1,
            (2, &[_, position]) => self.place(position, items.len())?,
            _ => return None,
        };
        let removed = items.remove(position);
        items.push(self.sets.nil);
        self.put(frame, table, &items[position..], position, None);
        Some(removed)
    }

    /// `table.sort(list)`: each item may be at each position.
    pub(super) fn sort_in_order(&mut self, frame: &mut Frame, list: SetId) -> bool {
        let Some(table) = self.known_list(frame, list) else {
            return false;
        };
        let Some(items) = self.items_in_order(frame, table) else {
            return false;
        };
        let any = self.values.union_all(&items);
        self.put(frame, table, &vec![any; items.len()], 0, None);
        true
    }

    /// Items move to other positions of their lists; with `ends`, the last position has none then.
    pub(super) fn move_items(&mut self, frame: &mut Frame, lists: SetId, ends: bool) {
        for (value, _) in self.values.list(lists) {
            if let Value::Table(table) = value {
                // What stands at no position of its own may be at any of them already; it is moved once there is something that does.
                self.listen_shape(table, frame);
                if !self.has_positions(table) {
                    continue;
                }
                let list = self.values.one(value);
                let items = self.raw_read(frame, list, self.sets.index);
                let mut items = self.values.not_nil(items);
                if ends {
                    items = self.values.with(items, Value::Nil);
                }
                self.write_field(frame, table, Key::Array, items, false, None);
            }
        }
    }

    /// Whether something is stored at a constant position, as far as is known.
    pub(super) fn has_positions(&self, table: TableId) -> bool {
        let mut fields = self.heap.get(table).fields.iter();
        fields.any(|&(key, _)| matches!(self.values.kind(key), Value::Num(_)))
    }

    /// A constant position as an index from 0.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the length"
    )]
    fn place(&self, position: SetId, last: usize) -> Option<usize> {
        match self.values.single(position)? {
            Value::Num(bits) => {
                let position = f64::from_bits(bits);
                let fits = position >= 1.0 && position <= as_number(last);
                fits.then(|| position as usize - 1)
            }
            _ => None,
        }
    }

    /// Stores items from an index on; the first of them was written as `from`.
    fn put(
        &mut self,
        frame: &mut Frame,
        table: TableId,
        items: &[SetId],
        index: usize,
        from: Option<ExprId>,
    ) {
        for (offset, &item) in items.iter().enumerate() {
            let position = Value::Num(as_number(index + offset + 1).to_bits());
            let key = self.values.id(position);
            let from = from.filter(|_| offset == 0);
            self.write_field(frame, table, Key::Const(key), item, true, from);
        }
    }
}
