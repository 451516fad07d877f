//! Reading and writing variables and fields, with the versions of the load phase (THREAD-ANALYSIS 2.3).

use super::Solver;
use super::frame::Frame;
use super::wake::News;
use crate::heap::{HostWrites, Key};
use crate::instance::{How, Phase};
use crate::ir::{ExprId, VarIdx};
use crate::value::{InstId, LocId, Multi, SetId, TableId, Traits, Value, ValueId};

/// How far `__index` is followed.
const MAX_INDEX_CHAIN: u32 = 64;

impl Solver<'_> {
    /// What a place holds for this run; contains [`Value::Absent`] if it may hold nothing.
    pub(super) fn read_loc(&mut self, frame: &Frame, loc: LocId) -> SetId {
        let whole = self.read_whole(frame, loc);
        self.own_set(frame, loc).unwrap_or(whole)
    }

    /// The same of a place in all runs, whatever this run stored there.
    pub(super) fn read_whole(&mut self, frame: &Frame, loc: LocId) -> SetId {
        self.listen(loc, frame);
        let absent = self.sets.absent;
        let flow = if frame.flow {
            let was_own = self.heap.at(loc).was_own;
            Some(self.flow.get(&loc).copied().filter(|_| !was_own))
        } else {
            None
        };
        let version = if frame.flow {
            None
        } else {
            self.version(frame, loc)
        };
        let place = self.heap.at(loc);
        let (mut set, known) = match (flow, frame.phase) {
            (Some(Some(now)), _) => (self.values.union(now, place.weak), true),
            (Some(None), _) => (place.weak, place.definite),
            (None, Phase::LoadC) => match version {
                Some(version) => (self.values.union(version, place.weak), true),
                None => (place.load, place.definite),
            },
            (None, _) => match place.last {
                Some(last) => (self.values.union(last, place.weak), true),
                None => (place.weak, place.definite),
            },
        };
        let host = self.heap.at(loc).host;
        if host != HostWrites::Nothing {
            set = self.values.there(set);
            let written = match host {
                // While global statements run, it may not be defined yet.
                _ if frame.phase == Phase::LoadC => self.sets.unknown,
                HostWrites::Position => self.sets.index,
                HostWrites::Number => self.sets.number,
                HostWrites::Text => self.sets.text,
                HostWrites::Flag => self.sets.boolean,
                HostWrites::Nothing | HostWrites::Anything => self.sets.unknown,
            };
            return self.values.union(set, written);
        }
        if known {
            set
        } else {
            self.values.union(set, absent)
        }
    }

    /// What a field holds after loading, whoever asks; without builtins.
    pub(super) fn stored_field(&mut self, table: TableId, key: ValueId) -> SetId {
        let mut set = SetId::EMPTY;
        if let Some(loc) = self.heap.find_field(table, key) {
            let place = self.heap.at(loc);
            set = self
                .values
                .union(place.last.unwrap_or(SetId::EMPTY), place.weak);
        }
        let star = self.heap.get(table).star;
        let star = self.heap.at(star).weak;
        let star = self.values.unsure(star);
        self.values.union(set, star)
    }

    /// Stores in no particular order.
    pub(super) fn write_weak(&mut self, loc: LocId, set: SetId) {
        let set = self.presented(set);
        let loading = self.loading;
        let place = self.heap.at(loc);
        let weak = self.values.union(place.weak, set);
        let load = if loading {
            self.values.union(place.load, set)
        } else {
            place.load
        };
        if weak != place.weak || load != place.load {
            place.weak = weak;
            place.load = load;
            self.steps += self.values.elems(weak).len() as u64 / 16;
            self.mark_stored(set, loc);
            self.wake(loc, News::More);
        }
    }

    /// Stores in straight-line loading: replaces what was there.
    pub(super) fn write_flow(&mut self, loc: LocId, set: SetId) {
        self.set_flow(loc, set);
        let place = self.heap.at(loc);
        place.versioned |= !place.load.is_empty() && place.load != set;
        let load = self.values.union(place.load, set);
        if load != place.load {
            place.load = load;
            self.mark_stored(set, loc);
            self.wake(loc, News::Flow);
        }
    }

    /// A local variable of this function.
    pub(super) fn read_var(&mut self, frame: &Frame, var: VarIdx) -> SetId {
        let program = self.program;
        let info = &program.fun(frame.fun).vars[var.idx()];
        let now = frame.vars[var.idx()];
        if !info.assigned_inside {
            return now;
        }
        let loc = self.slot(frame.env, var);
        self.listen(loc, frame);
        let now = match self.flow.get(&loc) {
            Some(&stored) if frame.flow => stored,
            _ => now,
        };
        let weak = self.heap.at(loc).weak;
        self.values.union(now, weak)
    }

    /// Assigns or declares a local variable of this function.
    pub(super) fn write_var(&mut self, frame: &mut Frame, var: VarIdx, set: SetId) {
        let program = self.program;
        let info = &program.fun(frame.fun).vars[var.idx()];
        let old = frame.vars[var.idx()];
        if set != old {
            frame.trail.push((var, old));
            frame.vars[var.idx()] = set;
        }
        if info.captured {
            let loc = self.slot(frame.env, var);
            if frame.flow {
                self.heap.at(loc).is_summary |= frame.loops > 0;
                self.write_flow(loc, set);
            } else if frame.chunk {
                let place = self.heap.at(loc);
                place.versioned |= !place.load.is_empty() && place.load != set;
                let load = self.values.union(place.load, set);
                if load != place.load {
                    place.load = load;
                    self.mark_stored(set, loc);
                    self.wake(loc, News::Flow);
                }
            } else {
                self.write_weak(loc, set);
            }
        }
    }

    fn upvalue_loc(&mut self, frame: &Frame, levels: u32, var: VarIdx) -> Option<LocId> {
        let mut inst = frame.inst;
        for _ in 0..levels {
            inst = self.insts[inst.idx()].env;
            if inst == InstId::NONE {
                return None;
            }
        }
        Some(self.slot(inst, var))
    }

    /// A variable of an outer function.
    pub(super) fn read_upvalue(&mut self, frame: &Frame, levels: u32, var: VarIdx) -> SetId {
        let Some(loc) = self.upvalue_loc(frame, levels, var) else {
            return self.sets.unknown;
        };
        self.listen(loc, frame);
        let version = if frame.flow {
            self.flow.get(&loc).copied()
        } else {
            self.version(frame, loc)
        };
        let place = self.heap.at(loc);
        let set = match (frame.phase, place.last) {
            (Phase::LoadC, _) => match version {
                Some(version) => self.values.union(version, place.weak),
                None => place.load,
            },
            (_, Some(last)) => self.values.union(last, place.weak),
            (_, None) => self.values.union(place.weak, place.load),
        };
        if self.heap.at(loc).host != HostWrites::Nothing {
            self.values.union(set, self.sets.unknown)
        } else {
            set
        }
    }

    /// Assigns a variable of an outer function.
    pub(super) fn write_upvalue(&mut self, frame: &Frame, levels: u32, var: VarIdx, set: SetId) {
        let Some(loc) = self.upvalue_loc(frame, levels, var) else {
            return;
        };
        let is_one = frame.flow && !self.heap.at(loc).is_summary && self.flow.contains_key(&loc);
        if is_one {
            self.write_flow(loc, set);
        } else {
            self.write_weak(loc, set);
        }
    }

    /// `table[key]`, with `__index` and what the language put there.
    pub(super) fn read_field(
        &mut self,
        frame: &mut Frame,
        how: &How,
        table: TableId,
        key: Key,
        key_set: SetId,
        depth: u32,
    ) -> SetId {
        if depth > 0 && depth < u32::MAX {
            return self.look_up(frame, how, table, key, key_set, depth);
        }
        let outer = std::mem::replace(&mut self.lookup_start, self.looked_up.len());
        let found = self.look_up(frame, how, table, key, key_set, depth);
        self.looked_up.truncate(self.lookup_start);
        self.lookup_start = outer;
        found
    }

    /// One table of a lookup, which asks each once however many ways of `__index` lead to it.
    fn look_up(
        &mut self,
        frame: &mut Frame,
        how: &How,
        table: TableId,
        key: Key,
        key_set: SetId,
        depth: u32,
    ) -> SetId {
        let table = self.heap.present(table);
        if self.looked_up[self.lookup_start..].contains(&table) {
            return SetId::EMPTY;
        }
        self.looked_up.push(table);
        self.steps += 1;
        let found = match key {
            Key::Const(key) => self.read_const(frame, table, key),
            Key::Array => self.read_all(frame, table, false),
            Key::Star => self.read_all(frame, table, true),
        };
        let found = self.chosen(table, found);
        let may_be_absent = self.values.has(found, Traits::ABSENT);
        let has_value = !self.values.not_nil(found).is_empty();
        let may_be_nil = may_be_absent || self.values.has(found, Traits::NIL);
        let mut set = self.values.there(found);
        if may_be_absent
            && let Key::Const(key) = key
            && let Some(base) = self.base(table, key)
        {
            return self.values.union(set, base);
        }
        if may_be_nil {
            // Of an unknown key, only a function may be asked besides: what else a class has is no item of its objects.
            let only_functions = has_value && !matches!(key, Key::Const(_));
            let (behind, has_meta) = if depth > MAX_INDEX_CHAIN {
                (SetId::EMPTY, false)
            } else {
                self.read_behind(frame, how, (table, key), key_set, depth, only_functions)
            };
            if has_meta {
                set = self.values.not_nil(set);
                set = self.values.union(set, behind);
            } else if may_be_absent {
                // Absence is never proof: nothing known means anything but a function, nil included.
                let nothing = if has_value || self.is_private(frame, table) {
                    self.sets.nil
                } else {
                    self.sets.unknown
                };
                set = self.values.union(set, nothing);
            }
        }
        set
    }

    fn read_const(&mut self, frame: &mut Frame, table: TableId, key: ValueId) -> SetId {
        let loc = self.heap.field(table, key);
        self.ask(frame, table, Some(loc));
        self.know_own(frame, table, Some(loc));
        let mut set = self.read_loc(frame, loc);
        let (array, star) = (self.heap.get(table).array, self.heap.get(table).star);
        if matches!(self.values.get(key), Value::Num(_)) {
            let items = self.read_loc(frame, array);
            let items = self.values.there(items);
            set = self.values.union(set, items);
        }
        let others = self.read_loc(frame, star);
        let others = self.values.there(others);
        if others.is_empty() {
            return set;
        }
        let others = self.values.unsure(others);
        self.values.union(set, others)
    }

    /// All fields; with `unsure`, functions found this way are marked so, and tables if there are several.
    fn read_all(&mut self, frame: &mut Frame, table: TableId, unsure: bool) -> SetId {
        self.listen_shape(table, frame);
        self.ask(frame, table, None);
        self.know_own(frame, table, None);
        let (array, star) = (self.heap.get(table).array, self.heap.get(table).star);
        let mut set = self.read_loc(frame, array);
        if let Some(loc) = self.summary(table) {
            set = self.read_loc(frame, loc);
        } else {
            let fields = self.heap.get(table).fields.clone();
            self.steps += fields.len() as u64;
            for (key, loc) in fields {
                if unsure || matches!(self.values.get(key), Value::Num(_)) {
                    let field = self.read_loc(frame, loc);
                    set = self.values.union(set, field);
                }
            }
        }
        if self.heap.get(table).open {
            set = self.values.union(set, self.sets.unknown);
        }
        // What the script keeps under keys that only playing gives is what it finds there again. What it kept while it loaded is a choice.
        let others = self.read_loc(frame, star);
        let kept = match frame.phase {
            Phase::LoadC => SetId::EMPTY,
            _ => self.heap.at(star).load,
        };
        let fresh = self.values.without(others, kept);
        let chosen = self.values.without(others, fresh);
        let others = fresh;
        if !unsure {
            let chosen = self.values.unsure(chosen);
            set = self.values.union(set, chosen);
            return self.values.union(set, others);
        }
        set = self.values.union(set, chosen);
        set = self.values.with(set, Value::Absent);
        let n_tables = self
            .values
            .kinds(set)
            .filter(|value| matches!(value, Value::Table(_)))
            .count();
        let n_functions = self.values.has_function(set);
        if n_functions || n_tables > 1 {
            set = self.values.unsure(set);
        }
        self.values.union(set, others)
    }

    /// `table[key] = set`.
    pub(super) fn write_field(
        &mut self,
        frame: &mut Frame,
        table: TableId,
        key: Key,
        set: SetId,
        only: bool,
        from: Option<ExprId>,
    ) {
        if let Some(from) = from {
            self.note_store(set, from);
        }
        let loc = match key {
            Key::Const(key) => {
                let loc = self.heap.field(table, key);
                // Others may have asked for it before anything was there.
                if self.heap.at(loc).load.is_empty() && self.heap.at(loc).weak.is_empty() {
                    self.wake_shape(table, News::More);
                }
                loc
            }
            Key::Array => self.heap.get(table).array,
            Key::Star => self.heap.get(table).star,
        };
        if let (Key::Const(_), Some(summary)) = (key, self.heap.get(table).summary) {
            self.write_weak(summary, set);
        }
        if table == self.globals
            && let Some(from) = from
        {
            self.note_builtin_global(loc, set, from);
        }
        self.write_own(frame, table, key, (loc, set), only);
        let is_one = only && matches!(key, Key::Const(_));
        if frame.flow && is_one && self.heap.get(table).singleton {
            self.write_flow(loc, set);
        } else {
            let from_start = is_one && self.is_from_start(frame, table, loc);
            self.write_weak(loc, set);
            if from_start {
                self.set_definite(loc);
            }
        }
    }

    /// Remembers where functions were first stored.
    pub(super) fn note_store(&mut self, set: SetId, from: ExprId) {
        if !self.noted.insert(set) {
            return;
        }
        for idx in 0..self.values.elems(set).len() {
            let value = self.values.elems(set)[idx].value();
            if matches!(self.values.kind(value), Value::Fun(..) | Value::Builtin(_)) {
                self.stored_at.entry(value).or_insert(from);
            }
        }
    }

    fn note_builtin_global(&mut self, loc: LocId, set: SetId, from: ExprId) {
        for idx in 0..self.values.elems(set).len() {
            let value = self.values.elems(set)[idx].value();
            if matches!(self.values.kind(value), Value::Builtin(_)) {
                self.builtins_at.entry((loc, value)).or_insert(from);
            }
        }
    }

    /// A global variable by name: a field of `_G`.
    pub(super) fn read_global(
        &mut self,
        frame: &mut Frame,
        how: &How,
        name: crate::ir::Name,
    ) -> SetId {
        let key = self.values.id(Value::Str(name));
        let key_set = self.values.one(Value::Str(name));
        self.read_field(frame, how, self.globals, Key::Const(key), key_set, 0)
    }

    /// One argument list of one value.
    pub(super) fn args(sets: &[SetId]) -> Multi {
        Multi {
            items: sets.into(),
            ..Multi::default()
        }
    }
}
