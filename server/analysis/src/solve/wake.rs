//! Who runs again: what an instance reads, and whose results it uses, wake it when they grow.
//!
//! What it used in earlier runs only is nothing to it, and what it is still to use in the present run it will see as it is then. In the
//! course of loading, where order is exact, neither is what is stored later ([`Course`]).

use std::collections::VecDeque;

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
    /// It holds more from now on: nothing to who read it in an earlier stretch of loading.
    More,
    /// Straight-line loading stored it, and knows.
    Flow,
}

/// How far straight-line loading has come.
///
/// It is cut into stretches, so that what is new in one of them is nothing to what was read in an earlier one. As long as nobody knows what
/// comes first it is one stretch: a loop in any number of rounds, a call that is not run in order. What such a stretch makes run again is
/// run before it is over.
#[derive(Default)]
pub(super) struct Course {
    /// The present stretch.
    stretch: u32,
    /// Such loops and calls around.
    depth: u32,
    /// Whose loop the outermost of them is, if it has one more round as long as there is something new.
    looping: InstId,
    /// How often something became more that this loop has read.
    pub n_news: u32,
    /// What is to run before the stretch is over.
    again: VecDeque<InstId>,
    /// Whether something runs now whose callers went on without it.
    is_late: bool,
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
            stretch: self.course.stretch,
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
        let is_exact = self.is_cut_into_stretches() && !self.course.is_late;
        let is_stretch = self.course.depth > 0;
        match self.is_flow(inst) {
            true if is_exact && news == News::More => {
                if is_stretch && reader.stretch == self.course.stretch {
                    self.run_stretch_again(inst);
                }
            }
            false if is_exact && (news == News::Flow || !is_stretch) => self.outdate(inst),
            _ => self.enqueue(inst),
        }
    }

    fn is_cut_into_stretches(&self) -> bool {
        self.loading && self.insts[0].running && !self.is_coarse()
    }

    /// Something that was read in this stretch is more now. If the loop that has read it is not over yet, it has one more round.
    fn run_stretch_again(&mut self, inst: InstId) {
        match inst == self.course.looping {
            true => self.course.n_news += 1,
            false => self.enqueue(inst),
        }
    }

    /// Calls of an instance from now on are to see something new, and so are those of its callers.
    fn outdate(&mut self, inst: InstId) {
        let mut outdated = vec![inst];
        while let Some(inst) = outdated.pop() {
            if self.insts[inst.idx()].dirty {
                continue;
            }
            self.queue_for_later(inst);
            let mut next = 0;
            while let Some(caller) = self.insts[inst.idx()].callers.get(next) {
                next += 1;
                if caller.run == self.run_of(caller.inst) && !self.is_flow(caller.inst) {
                    outdated.push(caller.inst);
                }
            }
        }
    }

    /// What stands here may run again and again.
    pub(super) fn start_repeating(&mut self, frame: &mut Frame) {
        frame.loops += 1;
        if frame.flow {
            self.enter_stretch(frame.inst);
        }
    }

    /// It does not any more.
    pub(super) fn stop_repeating(&mut self, frame: &mut Frame) {
        frame.loops -= 1;
        if frame.flow {
            self.leave_stretch();
        }
    }

    /// Whether a loop that is part of loading has read something in this round that became more since the news were `before` so many. If
    /// it has no further round, loading starts again.
    pub(super) fn is_behind(&mut self, frame: &Frame, before: u32, is_last: bool) -> bool {
        if !frame.flow {
            return false;
        }
        self.catch_up();
        let is_behind = self.course.n_news != before;
        if is_behind && is_last {
            self.enqueue(frame.inst);
        }
        is_behind
    }

    /// Begins a loop of an instance, or something else in which order is not known.
    pub(super) fn enter_stretch(&mut self, looping: InstId) {
        let course = &mut self.course;
        if course.depth == 0 {
            course.stretch += 1;
            course.looping = looping;
        }
        course.depth += 1;
    }

    /// Ends it.
    pub(super) fn leave_stretch(&mut self) {
        if self.course.depth == 1 {
            self.course.looping = InstId::NONE;
            self.catch_up();
        }
        self.course.depth -= 1;
    }

    /// Runs what is to run again before the present stretch is over.
    pub(super) fn catch_up(&mut self) {
        while let Some(inst) = self.course.again.pop_front() {
            let instance = &mut self.insts[inst.idx()];
            instance.runs_again = false;
            if instance.running {
                self.queue_for_later(inst);
            } else if instance.dirty {
                self.run(inst);
            }
        }
    }

    /// Callers of an instance go on without what it is still to give, as it is too deep or has run too often. If that is straight-line
    /// loading, no stretch waits for it.
    pub(super) fn go_on_without(&mut self, inst: InstId) {
        if self.is_cut_into_stretches() && self.course.depth == 0 {
            self.insts[inst.idx()].is_missed = true;
        }
        self.enqueue(inst);
    }

    /// Begins a run of an instance: what it does was to be known earlier if callers went on without it. Whether that is so around it.
    pub(super) fn start_late(&mut self, inst: InstId) -> bool {
        let is_missed = std::mem::take(&mut self.insts[inst.idx()].is_missed);
        let is_late = self.course.is_late || is_missed;
        std::mem::replace(&mut self.course.is_late, is_late)
    }

    /// Ends it.
    pub(super) fn end_late(&mut self, outer: bool) {
        self.course.is_late = outer;
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
        let is_stretch = self.is_cut_into_stretches() && self.course.depth > 0;
        let instance = &mut self.insts[inst.idx()];
        if is_stretch && inst != InstId(0) && instance.phase == Phase::LoadC {
            instance.dirty = true;
            if !std::mem::replace(&mut instance.runs_again, true) {
                self.course.again.push_back(inst);
            }
            return;
        }
        self.queue_for_later(inst);
    }

    fn queue_for_later(&mut self, inst: InstId) {
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
