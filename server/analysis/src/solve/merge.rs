//! Tables that flood: where one expression may work on very many tables, one of them stands for all from there on (THREAD-ANALYSIS 2.9).
//!
//! First tables of the same constructor are merged, then all of them; tables of the language never. What is found in a merged table is
//! unsure as soon as there is a choice.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::Solver;
use super::wake::News;
use crate::heap::{Kin, Reader, Table};
use crate::value::{Elem, LocId, SetId, TableId, Traits, Value};

/// Values with their unsure bits.
pub(super) type Bases = SmallVec<[(Value, bool); 4]>;

impl Solver<'_> {
    /// The values that an expression works on, each merged table once; merges tables if there are too many.
    pub(super) fn bases(&mut self, set: SetId) -> Bases {
        let set = self.narrowed(set);
        let list = self.values.list(set);
        self.with_choice(set, list)
    }

    /// The same, of which only the kind may be used ([`Values::kind`](crate::value::Values::kind)).
    pub(super) fn base_kinds(&mut self, set: SetId) -> Bases {
        let set = self.narrowed(set);
        let list = self.values.list_kinds(set);
        self.with_choice(set, list)
    }

    /// The keys, or any key if there are too many.
    pub(super) fn few_keys(&self, keys: SetId) -> SetId {
        match self.values.count(keys) > self.max_keys() {
            true => self.sets.truthy,
            false => keys,
        }
    }

    fn with_choice(&self, set: SetId, mut list: Bases) -> Bases {
        if self.is_coarse() && self.values.has(set, Traits::CHOICE) {
            for base in &mut list {
                base.1 = true;
            }
        }
        list
    }

    fn narrowed(&mut self, set: SetId) -> SetId {
        let set = self.presented(set);
        let most = self.max_bases();
        if self.values.elems(set).len() <= most {
            return set;
        }
        let tables = self.values.kinds(set).filter_map(|value| match value {
            Value::Table(table) => Some(table),
            _ => None,
        });
        let tables: Vec<TableId> = tables.collect();
        match self.merge_tables(&tables, most) {
            true => self.presented(set),
            false => set,
        }
    }

    /// The set with the tables that stand for those in it.
    pub(super) fn presented(&mut self, set: SetId) -> SetId {
        if self.heap.n_merges == 0 {
            return set;
        }
        match self.presented.get(&set) {
            Some(&(n_merges, known)) if n_merges == self.heap.n_merges => return known,
            _ => {}
        }
        let mut elems = Vec::with_capacity(self.values.elems(set).len());
        for elem in self.values.elems(set).to_vec() {
            elems.push(match self.values.kind(elem.value()) {
                Value::Table(table) => {
                    let value = self.values.id(Value::Table(self.heap.present(table)));
                    Elem::new(value, elem.unsure())
                }
                _ => elem,
            });
        }
        self.steps += elems.len() as u64 / 8;
        let present = self.values.intern(elems);
        let n_merges = self.heap.n_merges;
        self.presented.insert(set, (n_merges, present));
        self.presented.insert(present, (n_merges, present));
        present
    }

    /// What is found in a merged table is unsure as soon as there is a choice.
    pub(super) fn chosen(&mut self, table: TableId, found: SetId) -> SetId {
        if self.heap.get(table).kin == Kin::One {
            return found;
        }
        let found = self.presented(found);
        if self.values.has(found, Traits::CHOICE) {
            self.values.unsure(found)
        } else {
            found
        }
    }

    /// Merges tables if they are more than `most`; whether anything changed.
    pub(super) fn merge_tables(&mut self, tables: &[TableId], most: usize) -> bool {
        let mut own: Vec<TableId> = tables
            .iter()
            .map(|&table| self.heap.present(table))
            .filter(|&table| self.heap.get(table).lib.is_none())
            .collect();
        own.sort_unstable();
        own.dedup();
        if own.len() <= most {
            return false;
        }
        let mut firsts = FxHashMap::default();
        let mut kept = Vec::new();
        // All are merged before any of them gives away what it holds, which is then looked at once.
        let mut merged = Vec::new();
        for table in own {
            let facts = self.heap.get(table);
            let first = match (facts.kin, facts.site) {
                (Kin::One | Kin::OfSite, Some(site)) => *firsts.entry(site).or_insert(table),
                _ => table,
            };
            self.share(table);
            if first == table {
                kept.push(table);
            } else {
                merged.push((self.heap.merge(table, first), first, Kin::OfSite));
            }
        }
        if kept.len() > most {
            let first = kept.iter().copied();
            let first =
                first.max_by_key(|&table| (self.heap.get(table).kin, std::cmp::Reverse(table)));
            let first = first.unwrap_or(kept[0]);
            for &table in kept.iter().filter(|&&table| table != first) {
                merged.push((self.heap.merge(table, first), first, Kin::Mixed));
            }
        }
        for (left, into, kin) in merged {
            self.give(&left, into, kin);
        }
        true
    }

    /// Gives everything that a table held to another one, which stands for both.
    fn give(&mut self, left: &Table, into: TableId, kin: Kin) {
        let facts = self.heap.get_mut(into);
        let was_private = facts.singleton || !facts.stored;
        facts.kin = facts.kin.max(left.kin).max(kin);
        facts.singleton = false;
        facts.stored = true;
        facts.open |= left.open;
        let is_mixed = facts.kin == Kin::Mixed;
        let (array, star, meta) = (facts.array, facts.star, facts.meta);
        let summary = facts.summary;
        self.steps += (facts.fields.len() + left.fields.len()) as u64;
        let defined: FxHashSet<_> = left
            .fields
            .iter()
            .filter(|&&(_, loc)| self.heap.locs[loc.idx()].definite)
            .map(|&(key, _)| key)
            .collect();
        for (key, loc) in self.heap.get(into).fields.clone() {
            if is_mixed && !defined.contains(&key) {
                self.heap.at(loc).definite = false;
            }
        }
        for &(key, loc) in &left.fields {
            let is_new = self.heap.find_field(into, key).is_none();
            let to = self.heap.field(into, key);
            self.pour(loc, to);
            if let Some(summary) = summary {
                self.pour(loc, summary);
            }
            if is_new {
                self.heap.at(to).definite = !is_mixed && self.heap.at(loc).definite;
            }
        }
        for (loc, to) in [(left.array, array), (left.star, star), (left.meta, meta)] {
            self.pour(loc, to);
        }
        if let Some(summary) = summary {
            self.pour(left.array, summary);
        }
        if let Some(summary) = left.summary {
            self.wake(summary, News::Fact);
        }
        self.wake_shape(into, News::Fact);
        let mut next = 0;
        while let Some(Reader { inst: reader, .. }) = left.readers.get(next) {
            next += 1;
            self.enqueue(reader);
        }
        if was_private {
            self.wake_fields(into);
        }
    }

    /// The place of everything that was ever stored in the fields of a table, if there are too many to read each.
    pub(super) fn summary(&mut self, table: TableId) -> Option<LocId> {
        let facts = self.heap.get(table);
        if facts.summary.is_some() {
            return facts.summary;
        }
        if facts.lib.is_some() || !(facts.kin == Kin::Mixed || self.is_big(facts.fields.len())) {
            return None;
        }
        let fields = facts.fields.clone();
        let (array, creator) = (facts.array, facts.creator);
        let summary = self.heap.loc();
        self.heap.at(summary).owner = creator;
        self.steps += fields.len() as u64;
        let mut all = Vec::with_capacity(fields.len() + 1);
        for loc in fields.into_iter().map(|(_, loc)| loc).chain([array]) {
            all.push(self.content(loc));
            let host = self.heap.at(loc).host;
            let summary = self.heap.at(summary);
            summary.host = summary.host.or(host);
        }
        let all = self.values.union_all(&all);
        self.write_weak(summary, all);
        self.heap.get_mut(table).summary = Some(summary);
        Some(summary)
    }

    /// What one place may hold, another one may hold from here on; who read the first one reads on there.
    fn pour(&mut self, from: LocId, to: LocId) {
        let set = self.content(from);
        let host = self.heap.at(from).host;
        let place = self.heap.at(to);
        place.host = place.host.or(host);
        self.write_weak(to, set);
        self.wake(from, News::Fact);
    }

    /// Everything that a place may hold.
    fn content(&mut self, loc: LocId) -> SetId {
        let place = &self.heap.locs[loc.idx()];
        let (load, weak, last) = (place.load, place.weak, place.last);
        let set = self.values.union(load, weak);
        let set = self.values.union(set, last.unwrap_or_default());
        match self.flow.get(&loc) {
            Some(&now) => {
                let now = self.values.there(now);
                self.values.union(set, now)
            }
            None => set,
        }
    }
}
