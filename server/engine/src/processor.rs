//! One audio block on the Processor (HALion semantics 12.2).
//!
//! Invariant: what happens within a block happens in the order of its sample; at one sample first events, then tasks, then
//! what was scheduled (HALion semantics 3.2.8).

use halion_api::Thread;
use mlua::MultiValue;

use crate::{
    clock::Samples,
    dispatch,
    engine::Engine,
    inputs::{ActionKind, thread_of},
    record::{RecordKind, TaskId},
    runtime::{self, Start},
    start,
    world::World,
};

impl Engine {
    /// What a block begins with.
    pub(crate) fn begin_processor_block(&mut self) {
        self.host.world.borrow_mut().thread = Thread::Processor;
        start::processor(&self.lua, &self.host);
        self.run_sync_jobs();
        self.resume_async_callers();
    }

    /// What happens from now until before `end`, a sample of the present block or its end.
    pub(crate) fn run_instants(&mut self, end: Samples) {
        while let Some(at) = self.next_instant(end) {
            self.host.world.borrow_mut().clock.now = at;
            self.change_song();
            self.deliver_inputs(at);
            self.resume_processor_tasks(at);
            self.modulate(at);
            self.send_scheduled(at);
        }
    }

    /// (e) What a block ends with.
    pub(crate) fn end_block(&mut self) {
        let block_end = self.next_block_start();
        self.host.world.borrow_mut().count_voices(block_end);
        self.in_block = false;
    }

    /// (a) Functions from `runSync`, first in, first out, before the block's events, once in each slot (HALion semantics 4.15).
    fn run_sync_jobs(&mut self) {
        let (jobs, slots) = {
            let mut world = self.host.world.borrow_mut();
            (std::mem::take(&mut world.sync_jobs), world.slot_indices())
        };
        for &slot in &slots {
            for job in &jobs {
                self.host.world.borrow_mut().turn_to(slot);
                let task = Start::function(
                    &self.host,
                    Thread::Processor,
                    job.function.clone(),
                    MultiValue::new(),
                    job.parent,
                );
                runtime::start(&self.lua, &self.host, task);
            }
        }
    }

    /// (b) Callers whose `runAsync` function is done.
    fn resume_async_callers(&mut self) {
        let callers: Vec<TaskId> = self.host.world.borrow_mut().async_done.drain(..).collect();
        for id in callers {
            runtime::resume(&self.lua, &self.host, id);
        }
    }

    /// (c) The next sample before `end` at which something happens.
    fn next_instant(&self, end: Samples) -> Option<Samples> {
        let world = self.host.world.borrow();
        let edit = self
            .inputs
            .actions
            .iter()
            .find(|action| thread_of(&world, action) == Thread::Processor)
            .map(|action| action.at);
        let instants = [
            self.inputs.next_at(),
            world.transport.next_change(&world.clock),
            edit,
            world.processor_timers.first().map(|&(sample, _)| sample),
            world.next_modulation(),
            world
                .outgoing
                .first_key_value()
                .map(|(&(sample, _), _)| sample),
        ];
        let next = instants.into_iter().flatten().min()?;
        (next < end).then_some(next.max(world.clock.now))
    }

    /// What the song's maps change comes before the events of the same sample.
    fn change_song(&mut self) {
        let mut world = self.host.world.borrow_mut();
        let World {
            transport, clock, ..
        } = &mut *world;
        for event in transport.changes_due(clock) {
            world.record(RecordKind::EventIn(event));
        }
    }

    fn deliver_inputs(&mut self, at: Samples) {
        while let Some(slot) = self.inputs.next_slot(at) {
            let event = {
                let mut world = self.host.world.borrow_mut();
                let is_there = world.turn_to_addressed(slot);
                self.inputs.next_event(&mut world).filter(|_| is_there)
            };
            if let Some(event) = event {
                dispatch::event_in(&self.lua, &self.host, event);
            }
        }
        while let Some(action) = self.next_action(Thread::Processor) {
            if let ActionKind::Edit(edit) = action.kind {
                self.host.world.borrow_mut().turn_to_addressed(None);
                self.apply(&edit);
            }
        }
    }

    fn resume_processor_tasks(&mut self, at: Samples) {
        loop {
            let due = {
                let mut world = self.host.world.borrow_mut();
                match world.processor_timers.first().copied() {
                    Some((sample, id)) if sample <= at => {
                        world.processor_timers.pop_first();
                        id
                    }
                    _ => return,
                }
            };
            runtime::resume(&self.lua, &self.host, due);
        }
    }

    /// (d) Delayed events and note-offs that are due.
    fn send_scheduled(&mut self, at: Samples) {
        let mut world = self.host.world.borrow_mut();
        while let Some(entry) = world.outgoing.first_entry() {
            if entry.key().0 > at {
                return;
            }
            let (slot, scheduled) = entry.remove();
            world.turn_to(slot);
            world.send_scheduled(scheduled);
        }
    }
}
