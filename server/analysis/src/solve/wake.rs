//! Who runs again: what an instance reads, and whose results it uses, wake it when they grow.
//!
//! What it used in earlier runs only is nothing to it, and what it is still to use in the present run it will see as it is then.

use super::Solver;
use crate::instance::Phase;
use crate::value::{InstId, LocId, TableId};

impl Solver<'_> {
    /// The present or last run of an instance; what is part of straight-line loading runs with the main chunk.
    fn run_of(&self, inst: InstId) -> u32 {
        match self.is_flow(inst) {
            true => self.loads,
            false => self.insts[inst.idx()].runs,
        }
    }

    /// Whether the instance is part of straight-line loading, where order is exact.
    pub(super) fn is_flow(&self, inst: InstId) -> bool {
        let instance = &self.insts[inst.idx()];
        self.loading && (instance.in_order || self.program.fun(instance.fun).is_chunk())
    }

    /// An instance reads a place.
    pub(super) fn listen(&mut self, loc: LocId, inst: InstId) {
        let run = self.run_of(inst);
        self.heap.at(loc).readers.note(inst, run);
    }

    /// An instance reads which fields a table has.
    pub(super) fn listen_shape(&mut self, table: TableId, inst: InstId) {
        let run = self.run_of(inst);
        self.heap.get_mut(table).readers.note(inst, run);
    }

    /// A caller uses the results of an instance.
    pub(super) fn listen_results(&mut self, inst: InstId, caller: InstId) {
        let run = self.run_of(caller);
        self.insts[inst.idx()].callers.note(caller, run);
    }

    /// A place grew; `spare_flow` if straight-line loading knows.
    pub(super) fn wake(&mut self, loc: LocId, spare_flow: bool) {
        let mut next = 0;
        while let Some((inst, run)) = self.heap.at(loc).readers.get(next) {
            next += 1;
            if !(spare_flow && self.is_flow(inst)) {
                self.wake_one(inst, run);
            }
        }
    }

    /// A table has one more field.
    pub(super) fn wake_shape(&mut self, table: TableId) {
        let mut next = 0;
        while let Some((inst, run)) = self.heap.get(table).readers.get(next) {
            next += 1;
            self.wake_one(inst, run);
        }
    }

    /// The results of an instance grew.
    pub(super) fn wake_callers(&mut self, inst: InstId) {
        let mut next = 0;
        while let Some((caller, run)) = self.insts[inst.idx()].callers.get(next) {
            next += 1;
            self.wake_one(caller, run);
        }
    }

    fn wake_one(&mut self, inst: InstId, run: u32) {
        let is_live = inst.idx() < self.n_live;
        if run == self.run_of(inst) && !is_live && !self.is_settled(inst) {
            self.enqueue(inst);
        }
    }

    /// Queues an instance, for after loading if that is when it runs.
    pub(super) fn enqueue(&mut self, inst: InstId) {
        if !self.loading && self.insts[inst.idx()].phase == Phase::LoadC {
            // Loading is over; it cannot see what happens later.
            return;
        }
        // A module's chunk and what is called in order run as part of the main one.
        let inst = if self.loading && self.is_flow(inst) {
            InstId(0)
        } else {
            inst
        };
        let instance = &mut self.insts[inst.idx()];
        instance.dirty = true;
        if instance.queued {
            return;
        }
        instance.queued = true;
        if self.loading && instance.phase != Phase::LoadC {
            self.later.push_back(inst);
        } else {
            self.queue.push_back(inst);
        }
    }

    /// Runs what is queued until nothing changes; the main chunk when there is nothing else, as it calls all of them.
    pub fn run_queue(&mut self) {
        while let Some(inst) = self.next_in_queue() {
            self.insts[inst.idx()].queued = false;
            if self.insts[inst.idx()].dirty {
                self.run(inst);
            }
        }
    }

    fn next_in_queue(&mut self) -> Option<InstId> {
        let first = self.queue.pop_front()?;
        if first != InstId(0) || self.queue.is_empty() {
            return Some(first);
        }
        self.queue.push_back(first);
        self.queue.pop_front()
    }
}
