//! Who runs again: what an instance reads, and whose results it uses, wake it when they grow.
//!
//! What it used in earlier runs only is nothing to it, and what it is still to use in the present run it will see as it is then.

use super::Solver;
use super::frame::Frame;
use crate::heap::Reader;
use crate::instance::Phase;
use crate::value::{InstId, LocId, TableId};

/// What is new about something that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// A fact, which holds whenever it was read.
    Fact,
    /// It holds more from now on: nothing to who read it earlier in the course of loading in order.
    More,
    /// Straight-line loading stored it, and knows.
    Flow,
}

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

    fn reader(&self, frame: &Frame) -> Reader {
        let inst = frame.inst;
        Reader {
            inst,
            run: self.run_of(inst),
            in_order: frame.flow && frame.loops == 0 && self.any_order == 0,
        }
    }

    /// A run reads a place.
    pub(super) fn listen(&mut self, loc: LocId, frame: &Frame) {
        let reader = self.reader(frame);
        self.heap.at(loc).readers.note(reader);
    }

    /// A run reads which fields a table has.
    pub(super) fn listen_shape(&mut self, table: TableId, frame: &Frame) {
        let reader = self.reader(frame);
        self.heap.get_mut(table).readers.note(reader);
    }

    /// A run uses the results of an instance.
    pub(super) fn listen_results(&mut self, inst: InstId, frame: &Frame) {
        let reader = self.reader(frame);
        self.insts[inst.idx()].callers.note(reader);
    }

    /// There is news of a place.
    pub(super) fn wake(&mut self, loc: LocId, news: News) {
        let mut next = 0;
        while let Some(reader) = self.heap.at(loc).readers.get(next) {
            next += 1;
            if news != News::Flow || !self.is_flow(reader.inst) {
                self.wake_one(reader, news);
            }
        }
    }

    /// There is news of which fields a table has.
    pub(super) fn wake_shape(&mut self, table: TableId, news: News) {
        let mut next = 0;
        while let Some(reader) = self.heap.get(table).readers.get(next) {
            next += 1;
            self.wake_one(reader, news);
        }
    }

    /// There is news of the results of an instance.
    pub(super) fn wake_callers(&mut self, inst: InstId, news: News) {
        let mut next = 0;
        while let Some(reader) = self.insts[inst.idx()].callers.get(next) {
            next += 1;
            self.wake_one(reader, news);
        }
    }

    fn wake_one(&mut self, reader: Reader, news: News) {
        let inst = reader.inst;
        let is_live = inst.idx() < self.n_live;
        if reader.run != self.run_of(inst) || is_live || self.is_settled(inst) {
            return;
        }
        let is_loading = self.loading && self.insts[0].running && self.is_flow(inst);
        if !is_loading || news != News::More || self.any_order > 0 && !reader.in_order {
            self.enqueue(inst);
        } else if !reader.in_order {
            // If the loop in which it was read is not over yet, it has one more round.
            self.n_news += 1;
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
