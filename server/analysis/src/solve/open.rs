//! Tables that others may change: absence of a field is proof only in a table that nothing else can get at (THREAD-ANALYSIS 2.3).

use super::Solver;
use super::frame::Frame;
use super::wake::News;
use crate::heap::Lib;
use crate::value::{InstId, LocId, Multi, SetId, TableId, Value};

impl Solver<'_> {
    /// Whether a field that no store was seen for is nil: where all code can be seen, in a table that only travels through variables
    /// and arguments, and in the course of loading in order, where nothing else runs.
    pub(super) fn is_private(&self, frame: &Frame, table: TableId) -> bool {
        let table = self.heap.get(table);
        let in_order = frame.flow && table.singleton && table.lib.is_none();
        // Nobody but the script puts anything into the metatable of strings.
        let is_of_script = matches!(table.lib, None | Some(Lib::Lua("string metatable")));
        let is_seen = !self.has_unseen && is_of_script;
        (in_order || is_seen || !table.stored) && !table.open
    }

    /// There is code that cannot be seen: from here on it may have put more into tables that were stored than was seen.
    pub(super) fn lose_sight(&mut self) {
        if std::mem::replace(&mut self.has_unseen, true) {
            return;
        }
        for idx in self.n_live..self.insts.len() {
            let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
            // A round of a loop is run by its function only.
            let is_round = self.insts[idx].round_of.is_some();
            if !is_round && !self.is_settled(inst) {
                self.enqueue(inst);
            }
        }
    }

    /// Tables of a set become reachable for whoever reads the place they are stored in.
    pub(super) fn mark_stored(&mut self, set: SetId, loc: LocId) {
        self.let_out(set, self.heap.locs[loc.idx()].owner);
        if !self.stored.insert(set) {
            return;
        }
        for idx in 0..self.values.elems(set).len() {
            let value = self.values.elems(set)[idx].value();
            if let Value::Table(table) = self.values.kind(value)
                && !self.heap.get(table).stored
            {
                self.heap.get_mut(table).stored = true;
                self.heap.share(table);
                self.wake_fields(table);
            }
        }
    }

    /// Code that cannot be seen gets these values: it may put anything into tables, and into tables that it finds in them.
    pub(super) fn escape(&mut self, args: &Multi) {
        if !self.has_unseen {
            return;
        }
        let mut sets: Vec<SetId> = args.items.to_vec();
        sets.push(args.rest);
        while let Some(set) = sets.pop() {
            for (value, _) in self.values.list_kinds(set) {
                let Value::Table(table) = value else { continue };
                if self.heap.get(table).lib.is_none() && self.open_table(table) {
                    sets.extend(self.held(table));
                }
            }
        }
    }

    /// HALion or code that cannot be seen may put anything into a table; whether that is news.
    pub(super) fn open_table(&mut self, table: TableId) -> bool {
        if self.heap.get(table).open {
            return false;
        }
        self.heap.get_mut(table).open = true;
        self.heap.share(table);
        self.wake_fields(table);
        true
    }

    /// Everything that was ever stored in a table.
    fn held(&self, table: TableId) -> Vec<SetId> {
        let mut sets = Vec::new();
        for loc in self.locs_of(table) {
            let place = &self.heap.locs[loc.idx()];
            sets.extend([place.load, place.weak]);
            sets.extend(place.last);
        }
        sets
    }

    fn locs_of(&self, table: TableId) -> Vec<LocId> {
        let table = self.heap.get(table);
        let fields = table.fields.iter().map(|&(_, loc)| loc);
        fields.chain([table.array, table.star]).collect()
    }

    pub(super) fn wake_fields(&mut self, table: TableId) {
        for loc in self.locs_of(table) {
            self.wake(loc, News::Fact);
        }
        self.wake_shape(table, News::Fact);
    }
}
