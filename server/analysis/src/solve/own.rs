//! Tables of one run: what a function stores in a table that only it knows, and the functions that it passes the table to or gets it
//! from, replaces what was there.
//!
//! A table of a constructor in an instance ([`Table::own`](crate::heap::Table::own)) is one as long as no place ever holds it: then it
//! travels only through variables that no closure sees, arguments and results, so that nothing else changes it, whatever runs in
//! between. In one run, all that is called by this name is the same table: where that is not certain, it is shared from there on, for
//! good, and its places are read like all others. They hold everything that was ever stored in any case.
//!
//! The fields are versions in the flow of the run, which starts with what the caller gave ([`Instance::given`]) and is given back with
//! the results ([`Instance::left`]).
//!
//! [`Instance::given`]: crate::instance::Instance::given
//! [`Instance::left`]: crate::instance::Instance::left

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Solver;
use super::frame::{Delta, Frame};
use super::given::Given;
use crate::heap::Key;
use crate::instance::{Contents, Phase};
use crate::ir::{ExprId, ExprKind};
use crate::value::{LocId, SetId, TableId, Traits, Value};

/// A table of this run.
#[derive(Clone, Copy)]
pub(super) struct Own {
    pub table: TableId,
    /// Whether it came with the arguments.
    pub given: bool,
    /// The statement in which it was made or came back.
    stat: u32,
    /// By how many such tables before it.
    made: u32,
}

impl Own {
    /// One that came with the arguments.
    pub fn given(table: TableId) -> Own {
        Own {
            table,
            given: true,
            stat: 0,
            made: 0,
        }
    }
}

/// A point of a run.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    flow: usize,
    n_made: u32,
}

impl Solver<'_> {
    /// A constructor made a table.
    pub(super) fn make_own(&mut self, frame: &mut Frame, table: TableId, is_new: bool) {
        if is_new {
            // Of what is made outside of loops, the course of loading knows the order already.
            let runs = match frame.flow {
                true => frame.loops > 0,
                false => frame.phase != Phase::LoadC && !frame.chunk,
            };
            let has_goto = self.program.fun(frame.fun).has_goto;
            if runs && !has_goto && !self.is_coarse() && !self.probing {
                self.heap.set_own(table);
            }
        }
        if self.heap.get(table).own {
            self.come(frame, table, &FxHashMap::default());
        }
    }

    /// A table is there from now on that was not there before, with these fields.
    pub(super) fn come(
        &mut self,
        frame: &mut Frame,
        table: TableId,
        sets: &FxHashMap<LocId, SetId>,
    ) {
        let made = frame.n_made;
        frame.n_made += 1;
        let new = Own {
            table,
            given: false,
            stat: frame.n_stats,
            made,
        };
        match frame.own.iter().position(|own| own.table == table) {
            Some(known) => {
                // The one of this name that was there before must be out of reach.
                let old = frame.own[known];
                if old.given || old.stat == frame.n_stats || self.is_held(frame, table) {
                    self.share(table);
                    return;
                }
                frame.own[known] = new;
            }
            None => frame.own.push(new),
        }
        self.fill(table, sets);
    }

    pub(super) fn fill(&mut self, table: TableId, sets: &FxHashMap<LocId, SetId>) {
        for loc in self.versions_of(table) {
            let set = sets.get(&loc).copied().unwrap_or(self.sets.absent);
            self.set_flow(loc, set);
        }
    }

    /// The places of a table that are told apart by time: its fields, and what its metatable is.
    fn versions_of(&self, table: TableId) -> SmallVec<[LocId; 8]> {
        let facts = self.heap.get(table);
        let fields = facts.fields.iter().map(|&(_, loc)| loc);
        fields.chain([facts.meta]).collect()
    }

    fn is_held(&self, frame: &Frame, table: TableId) -> bool {
        frame.vars.iter().any(|&set| self.holds(set, table))
    }

    pub(super) fn holds(&self, set: SetId, table: TableId) -> bool {
        self.values.has(set, Traits::TABLE)
            && self
                .values
                .kinds(set)
                .any(|kind| kind == Value::Table(table))
    }

    /// Whether it is one of this run.
    pub(super) fn is_own(&self, frame: &Frame, table: TableId) -> bool {
        self.heap.get(table).own && frame.own.iter().any(|own| own.table == table)
    }

    /// From here on, more than one run or more than one table of this name may be meant.
    pub(super) fn share(&mut self, table: TableId) {
        if self.heap.share(table) {
            self.wake_fields(table);
        }
    }

    /// The same for all tables of a set.
    pub(super) fn share_all(&mut self, set: SetId) {
        for table in self.tables_of(set) {
            self.share(table);
        }
    }

    /// The tables of a set that may be somebody's own.
    pub(super) fn tables_of(&self, set: SetId) -> Given {
        if !self.values.has(set, Traits::TABLE) {
            return Given::new();
        }
        let tables = self.values.kinds(set).filter_map(|kind| match kind {
            Value::Table(table) if self.heap.get(table).own => Some(table),
            _ => None,
        });
        tables.collect()
    }

    /// What a field of a table of this run holds now.
    pub(super) fn own_set(&mut self, frame: &Frame, loc: LocId) -> Option<SetId> {
        if frame.own.is_empty() || self.heap.at(loc).own.is_none() {
            return None;
        }
        let set = *self.flow.get(&loc)?;
        match self.heap.at(loc).definite {
            true => Some(self.values.there(set)),
            false => Some(set),
        }
    }

    /// Fields of a table of this run in which nothing was stored hold nothing: one of them, or all.
    pub(super) fn know_own(&mut self, frame: &Frame, table: TableId, field: Option<LocId>) {
        if frame.own.is_empty() || !self.is_own(frame, table) {
            return;
        }
        let fields: SmallVec<[LocId; 8]> = match field {
            Some(field) => smallvec::smallvec![field],
            None => self.versions_of(table),
        };
        for loc in fields {
            if !self.flow.contains_key(&loc) {
                self.set_flow(loc, self.sets.absent);
            }
        }
    }

    /// A store in a field; of this table and at this key for certain, if it is the `only` one.
    pub(super) fn write_own(
        &mut self,
        frame: &Frame,
        table: TableId,
        key: Key,
        (loc, set): (LocId, SetId),
        only: bool,
    ) {
        let Key::Const(key) = key else {
            if self.heap.get(table).own && !self.is_own(frame, table) {
                self.share(table);
            }
            return;
        };
        // `pairs` finds it there.
        if let Value::Table(key) = self.values.kind(key) {
            self.share(key);
        }
        self.replace_own(frame, table, (loc, set), only);
    }

    /// The same for what a place of the table holds.
    pub(super) fn replace_own(
        &mut self,
        frame: &Frame,
        table: TableId,
        (loc, set): (LocId, SetId),
        only: bool,
    ) {
        if !self.heap.get(table).own {
            return;
        }
        if !self.is_own(frame, table) {
            self.share(table);
            return;
        }
        let before = self.flow.get(&loc).copied().unwrap_or(self.sets.absent);
        let set = match only {
            true => set,
            false => self.values.union(before, set),
        };
        self.set_flow(loc, set);
    }

    /// This point of the run.
    pub(super) fn moment(&self, frame: &Frame) -> Moment {
        Moment {
            flow: self.flow_trail.len(),
            n_made: frame.n_made,
        }
    }

    /// What was done since then may not have been done, or not yet.
    pub(super) fn perhaps(&mut self, frame: &Frame, since: Moment) {
        if frame.own.is_empty() && !frame.flow {
            return;
        }
        let mut first: SmallVec<[(LocId, Option<SetId>); 8]> = SmallVec::new();
        for &(loc, old) in &self.flow_trail[since.flow..] {
            if first.iter().all(|known| known.0 != loc) {
                first.push((loc, old));
            }
        }
        for (loc, old) in first {
            let table = self.heap.at(loc).own;
            let mut own = frame.own.iter();
            let is_new = match frame.flow {
                true => old.is_none(),
                false => own.any(|own| Some(own.table) == table && own.made >= since.n_made),
            };
            // Of what was made since then, nothing was known before.
            if is_new {
                continue;
            }
            let now = self.flow.get(&loc).copied().unwrap_or(self.sets.absent);
            let set = self.values.union(now, old.unwrap_or(self.sets.absent));
            if set != now {
                self.set_flow(loc, set);
            }
        }
    }

    /// Variables of a round are not there in the next one, nor tables that only they held.
    pub(super) fn end_of_round(&self, frame: &Frame, delta: &mut Delta, first_var: u32) {
        let fun = self.program.fun(frame.fun);
        if frame.own.is_empty() || fun.has_goto {
            return;
        }
        let inside = first_var as usize..fun.vars.len();
        delta
            .vars
            .retain(|&mut (var, _)| !inside.contains(&var.idx()));
        let held = |table| {
            let mut left = delta.vars.iter().map(|&(_, set)| set);
            self.is_held(frame, table) || left.any(|set| self.holds(set, table))
        };
        let own = frame.own.iter().filter(|own| !own.given);
        let gone: Given = (own.map(|own| own.table))
            .filter(|&table| !held(table))
            .collect();
        let is_there = |loc: LocId| match self.heap.locs[loc.idx()].own {
            Some(table) => !gone.contains(&table),
            None => frame.flow,
        };
        delta.flow.retain(|&(loc, _)| is_there(loc));
    }

    /// The list of `list[i]`, which a loop looks at before its body changes it.
    pub(super) fn share_base(&mut self, frame: &mut Frame, item: ExprId) {
        if let (ExprKind::Index { base, .. }, false) =
            (&self.program.expr(item).kind, frame.own.is_empty())
        {
            let base = self.expr(frame, *base);
            self.share_all(base);
        }
    }

    /// What tables of this run hold now.
    pub(super) fn own_contents(&mut self, frame: &Frame, set: SetId) -> Contents {
        let mut contents = Contents::default();
        if !frame.own.is_empty() {
            for table in self.tables_of(set) {
                self.add_contents(&mut contents, table, false);
            }
        }
        contents
    }

    /// Tables that hold something else now are shared.
    pub(super) fn share_changed(&mut self, frame: &Frame, before: Contents) {
        for &(table, _) in &before.tables {
            let now = Value::Table(table);
            let now = self.values.one(now);
            let now = self.own_contents(frame, now);
            let is_same = now.sets.iter().all(|(loc, set)| {
                before.sets.get(loc).copied().unwrap_or(self.sets.absent) == *set
            });
            if !is_same {
                self.share(table);
            }
        }
    }

    /// Adds what a table holds now; whether that is more.
    pub(super) fn add_contents(&mut self, to: &mut Contents, table: TableId, made: bool) {
        let is_known = to.tables.iter().any(|&(known, _)| known == table);
        let mut grew = !is_known;
        if !is_known {
            to.tables.push((table, made));
        }
        let absent = self.sets.absent;
        for loc in self.versions_of(table) {
            let now = self.flow.get(&loc).copied().unwrap_or(absent);
            let set = match is_known {
                true => {
                    let old = to.sets.get(&loc).copied().unwrap_or(absent);
                    self.values.union(old, now)
                }
                false => now,
            };
            let old = to.sets.insert(loc, set);
            grew |= is_known && old.unwrap_or(absent) != set;
        }
        to.growth += u32::from(grew);
    }
}
