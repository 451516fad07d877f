//! What works beside the script and calls back when it is done (HALion semantics 9.13, 12.3).
//!
//! Invariant: work ends at a sample that was fixed when it began, so it takes the same virtual time in every run.

use halion_api::Thread;
use mlua::{Function, Lua, MultiValue};

use crate::{
    clock::Samples,
    record::TaskId,
    runtime::{self, Runtime, Start},
};

/// Stands for one piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkId(u64);

/// One piece of work with what it calls in the end, in the Controller.
pub(crate) struct Work {
    id: WorkId,
    since: Samples,
    until: Samples,
    callback: Function,
    arguments: MultiValue,
    parent: Option<TaskId>,
}

/// All that is under way.
#[derive(Default)]
pub(crate) struct Background {
    works: Vec<Work>,
    next: u64,
}

impl Background {
    /// Begins work that lasts from a sample to another.
    pub fn begin(
        &mut self,
        [since, until]: [Samples; 2],
        callback: Function,
        arguments: MultiValue,
        parent: Option<TaskId>,
    ) -> WorkId {
        let id = WorkId(self.next);
        self.next += 1;
        self.works.push(Work {
            id,
            since,
            until,
            callback,
            arguments,
            parent,
        });
        id
    }

    /// How far work has come, below 1; `None` if it is over or was cancelled.
    pub fn progress(&self, id: WorkId, now: Samples) -> Option<f64> {
        let work = self.works.iter().find(|work| work.id == id)?;
        let length = (work.until - work.since).max(1) as f64;
        Some(((now - work.since) as f64 / length).min(0.99))
    }

    /// Ends work without its call.
    pub fn cancel(&mut self, id: WorkId) {
        self.works.retain(|work| work.id != id);
    }

    /// Nothing under way?
    pub fn is_empty(&self) -> bool {
        self.works.is_empty()
    }

    fn take_due(&mut self, now: Samples) -> Option<Work> {
        let due = self.works.iter().filter(|work| work.until <= now);
        let first = due.min_by_key(|work| (work.until, work.id.0))?.id;
        let at = self.works.iter().position(|work| work.id == first)?;
        Some(self.works.remove(at))
    }
}

/// (d) of a Controller step: calls back what is done by now. True if anything was.
pub(crate) fn step(lua: &Lua, runtime: &Runtime) -> bool {
    let mut any = false;
    loop {
        let due = {
            let mut world = runtime.world.borrow_mut();
            let now = world.clock.now;
            world.background.take_due(now)
        };
        let Some(work) = due else { return any };
        let task = Start::function(
            runtime,
            Thread::Controller,
            work.callback,
            work.arguments,
            work.parent,
        );
        runtime::start(lua, runtime, task);
        any = true;
    }
}
