//! Calls that pass tables of one run ([`own`](super::own)): what is given to a function, and what comes back.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Solver;
use super::frame::{Delta, Frame, Mark};
use super::own::Own;
use crate::instance::{How, Phase};
use crate::value::{InstId, LocId, Multi, SetId, TableId, Value};

/// Tables with more fields than this are shared when they are passed.
const MAX_FIELDS: usize = 48;

/// The flow of the function that runs on behind.
pub(super) type Outer = Option<(FxHashMap<LocId, SetId>, Vec<(LocId, Option<SetId>)>)>;

/// Tables that a call passes.
pub(super) type Given = SmallVec<[TableId; 2]>;

impl Solver<'_> {
    /// The tables of this run among the arguments of a call that is made once, now, and comes to its end.
    pub(super) fn given(
        &mut self,
        frame: &Frame,
        how: &How,
        callees: SetId,
        args: &Multi,
    ) -> Given {
        let mut given = Given::new();
        if frame.own.is_empty() {
            return given;
        }
        for &set in args.items.iter().chain([&args.rest]) {
            for table in self.tables_of(set) {
                let is_long = self.heap.get(table).fields.len() > MAX_FIELDS;
                if is_long || !self.is_own(frame, table) {
                    self.share(table);
                } else if !given.contains(&table) {
                    given.push(table);
                }
            }
        }
        let through_all = |name: &str| name.starts_with("__");
        let is_builtin = |kind| matches!(kind, Value::Builtin(_));
        let is_followed = frame.phase != Phase::LoadC || self.values.kinds(callees).all(is_builtin);
        let is_once = is_followed && how.via.iter().all(|via| through_all(&via.name));
        if how.deferred || how.protected || !is_once {
            for table in std::mem::take(&mut given) {
                self.share(table);
            }
        }
        given
    }

    /// Those of them that a function takes; of further arguments than it has parameters it sees nothing.
    pub(super) fn received(&self, inst: InstId, given: &[TableId]) -> Given {
        let instance = &self.insts[inst.idx()];
        let further = &instance.varargs;
        let passed = (instance.params.iter()).chain(further.items.iter().chain([&further.rest]));
        let is_taken = |&table: &TableId| passed.clone().any(|&set| self.holds(set, table));
        given.iter().copied().filter(is_taken).collect()
    }

    /// A function is called with such tables.
    pub(super) fn give_own(&mut self, inst: InstId, given: &[TableId]) {
        if given.is_empty() {
            return;
        }
        let mut contents = std::mem::take(&mut self.insts[inst.idx()].given);
        let before = contents.growth;
        for &table in given {
            self.add_contents(&mut contents, table, false);
        }
        let instance = &mut self.insts[inst.idx()];
        instance.dirty |= contents.growth != before;
        instance.given = contents;
    }

    /// A function starts: it has a flow of its own, with the tables that it was given.
    pub(super) fn receive(&mut self, frame: &mut Frame) -> Outer {
        if frame.phase == Phase::LoadC {
            return None;
        }
        let flow = std::mem::take(&mut self.flow);
        let trail = std::mem::take(&mut self.flow_trail);
        let instance = &self.insts[frame.inst.idx()];
        let mut tables = Given::new();
        let varargs = instance
            .varargs
            .items
            .iter()
            .chain([&instance.varargs.rest]);
        for &set in instance.params.iter().chain(varargs) {
            tables.extend(self.tables_of(set));
        }
        let contents = std::mem::take(&mut self.insts[frame.inst.idx()].given);
        for table in tables {
            if contents.tables.iter().all(|&(given, _)| given != table) {
                // It came in a way that is not followed.
                self.share(table);
            } else if frame.own.iter().all(|own| own.table != table) {
                frame.own.push(Own::given(table));
                self.fill(table, &contents.sets);
            }
        }
        self.insts[frame.inst.idx()].given = contents;
        frame.n_made = 1;
        Some((flow, trail))
    }

    /// And ends.
    pub(super) fn end_own(&mut self, outer: Outer) {
        if let Some((flow, trail)) = outer {
            self.flow = flow;
            self.flow_trail = trail;
        }
    }

    /// A function returns these values: what its callers then find in tables that they know or get to know.
    pub(super) fn leave(&mut self, frame: &Frame, values: &Multi) {
        if frame.own.is_empty() {
            return;
        }
        let mut contents = std::mem::take(&mut self.insts[frame.inst.idx()].left);
        for own in &frame.own {
            let mut sets = values.items.iter().chain([&values.rest]);
            let table = own.table;
            if !self.heap.get(table).own || !own.given && !sets.any(|&set| self.holds(set, table)) {
                continue;
            }
            match self.heap.get(table).fields.len() > MAX_FIELDS {
                true => self.share(table),
                false => self.add_contents(&mut contents, table, !own.given),
            }
        }
        self.insts[frame.inst.idx()].left = contents;
    }

    /// A function that was called with such tables has returned.
    pub(super) fn take_back(
        &mut self,
        frame: &mut Frame,
        inst: InstId,
        given: &[TableId],
        results: Option<Multi>,
    ) -> Option<Multi> {
        let results = results?;
        if frame.phase == Phase::LoadC {
            return Some(results);
        }
        let mut returned = Given::new();
        for &set in results.items.iter().chain([&results.rest]) {
            let tables = self.tables_of(set).into_iter();
            let new: Given = tables.filter(|table| !returned.contains(table)).collect();
            returned.extend(new);
        }
        if given.is_empty() && returned.is_empty() {
            return Some(results);
        }
        let left = std::mem::take(&mut self.insts[inst.idx()].left);
        let mut is_back = true;
        for &table in given {
            if !self.heap.get(table).own {
                continue;
            }
            match left.tables.iter().any(|&(known, _)| known == table) {
                true => self.fill(table, &left.sets),
                false if self.probing => self.share(table),
                false => {
                    // No run that was given it has come to its end so far.
                    self.listen_shape(table, frame);
                    is_back = false;
                }
            }
        }
        for table in returned {
            match left.tables.iter().find(|known| known.0 == table) {
                _ if given.contains(&table) => {}
                Some((_, true)) => self.come(frame, table, &left.sets),
                _ => self.share(table),
            }
        }
        self.insts[inst.idx()].left = left;
        is_back.then_some(results)
    }
}

/// Several functions of which one call calls one.
pub(super) struct Arms {
    start: Option<Mark>,
    arms: Vec<Delta>,
}

impl Arms {
    /// Before the first one.
    pub(super) fn new(solver: &Solver, frame: &Frame, are_several: bool) -> Arms {
        Arms {
            start: are_several.then(|| solver.mark(frame)),
            arms: Vec::new(),
        }
    }

    /// Behind one of them.
    pub(super) fn end(&mut self, solver: &mut Solver, frame: &mut Frame, returns: bool) {
        if let Some(start) = self.start {
            let arm = solver.take(frame, start);
            self.arms.extend(returns.then_some(arm));
        }
    }

    /// Behind all of them.
    pub(super) fn join(self, solver: &mut Solver, frame: &mut Frame) {
        if self.start.is_some() {
            solver.join(frame, &self.arms, u32::MAX);
        }
    }
}
