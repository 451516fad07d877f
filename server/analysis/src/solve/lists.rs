//! Lists in the course of loading: `#list`, `table.insert` and `table.remove` at the positions they have then.

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use super::iterate::items;
use crate::heap::Key;
use crate::ir::ExprId;
use crate::value::{Multi, SetId, TableId, Value};

impl Solver<'_> {
    /// The items of the only list of a set, if they are known.
    fn list_in_order(&mut self, frame: &Frame, list: SetId) -> Option<(TableId, Vec<SetId>)> {
        if !self.in_order(frame) {
            return None;
        }
        let Value::Table(table) = self.values.single(list)? else {
            return None;
        };
        let fields = self.fields_in_order(frame, table)?;
        let items = items(&fields).into_iter().map(|(_, set)| set);
        Some((table, items.collect()))
    }

    /// `#list`.
    pub(super) fn length_in_order(&mut self, frame: &Frame, list: SetId) -> Option<SetId> {
        let (_, items) = self.list_in_order(frame, list)?;
        Some(self.number(as_number(items.len())))
    }

    /// `table.insert(list, item)`, `table.insert(list, position, item)`; whether it was done.
    pub(super) fn insert_in_order(
        &mut self,
        frame: &mut Frame,
        args: &Multi,
        from: Option<ExprId>,
    ) -> bool {
        let list = args.get(0, &mut self.values);
        let Some((table, mut items)) = self.list_in_order(frame, list) else {
            return false;
        };
        let (position, item) = match (args.count(), args.items.as_slice()) {
            (Some(2), &[_, item]) => (items.len(), item),
            (Some(3), &[_, position, item]) => match self.place(position, items.len() + 1) {
                Some(position) => (position, item),
                None => return false,
            },
            _ => return false,
        };
        items.insert(position, item);
        self.put(frame, table, &items, position, from);
        true
    }

    /// `table.remove(list)`, `table.remove(list, position)`: what was taken out.
    pub(super) fn remove_in_order(&mut self, frame: &mut Frame, args: &Multi) -> Option<SetId> {
        let list = args.get(0, &mut self.values);
        let (table, mut items) = self.list_in_order(frame, list)?;
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
        self.put(frame, table, &items, position, None);
        Some(removed)
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

    /// Stores the items from an index on.
    fn put(
        &mut self,
        frame: &mut Frame,
        table: TableId,
        items: &[SetId],
        from_index: usize,
        from: Option<ExprId>,
    ) {
        for (index, &item) in items.iter().enumerate().skip(from_index) {
            let key = self.values.id(Value::Num(as_number(index + 1).to_bits()));
            let from = from.filter(|_| index == from_index);
            self.write_field(frame, table, Key::Const(key), item, true, from);
        }
    }
}
