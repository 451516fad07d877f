//! The Controller's step between two audio blocks (HALion semantics 12.3).
//!
//! Invariant: virtual time stands at the first sample of the block that follows.

use halion_api::Thread;
use mlua::MultiValue;

use crate::{
    builtins::{parameters, presets},
    clock::Samples,
    dispatch,
    engine::Engine,
    inputs::Edit,
    inputs::thread_of,
    parameter,
    record::ParameterChange,
    runtime::{self, Start},
    task::Purpose,
};

impl Engine {
    /// All that is due, in the order of the rule.
    pub(crate) fn controller_step(&mut self) {
        self.host.world.borrow_mut().thread = Thread::Controller;
        let first_task = self.host.world.borrow().next_task_id();
        let mut active = self.start_async_job();
        self.edit_in_controller();
        active |= self.run_change_jobs();
        active |= self.resume_controller_tasks();
        active |= presets::step(&self.lua, &self.host);
        active |= self.host.world.borrow().next_task_id() != first_task;
        self.idle(active);
    }

    /// (a) One `runAsync` body for each step (HALion semantics 4.13).
    fn start_async_job(&mut self) -> bool {
        let Some(job) = self.host.world.borrow_mut().async_jobs.pop_front() else {
            return false;
        };
        let mut task = Start::function(
            &self.host,
            Thread::Controller,
            job.function,
            job.arguments,
            Some(job.caller),
        );
        task.purpose = Purpose::Async(job.caller);
        if runtime::create_and_run(&self.lua, &self.host, task).is_err() {
            self.host
                .world
                .borrow_mut()
                .async_done
                .push_back(job.caller);
        }
        true
    }

    /// (b) UI edits of parameters whose callback belongs to the Controller, and queued change callbacks.
    pub(crate) fn edit_in_controller(&mut self) {
        while let Some(edit) = self.next_edit(Thread::Controller, |at, now| at <= now) {
            self.apply(edit);
        }
    }

    fn run_change_jobs(&mut self) -> bool {
        let jobs = std::mem::take(&mut self.host.world.borrow_mut().change_jobs);
        let any = !jobs.is_empty();
        for job in jobs {
            let task = Start::function(
                &self.host,
                Thread::Controller,
                job.function,
                MultiValue::new(),
                job.parent,
            );
            runtime::start(&self.lua, &self.host, task);
        }
        any
    }

    /// (c) Tasks whose Controller tick has come.
    fn resume_controller_tasks(&mut self) -> bool {
        let mut any = false;
        loop {
            let due = {
                let mut world = self.host.world.borrow_mut();
                match world.controller_timers.first().copied() {
                    Some((sample, id)) if sample <= world.clock.now => {
                        world.controller_timers.pop_first();
                        id
                    }
                    _ => return any,
                }
            };
            runtime::resume(&self.lua, &self.host, due);
            any = true;
        }
    }

    /// (e) `onIdle` at each tick in which no other Controller task ran, never re-entered (HALion semantics 3.3).
    fn idle(&mut self, active: bool) {
        let due = {
            let world = self.host.world.borrow();
            let next_tick = world.clock.tick_at(self.last_tick + 1);
            if world.clock.now < next_tick {
                return;
            }
            let last_tick = world.clock.tick_before(world.clock.now);
            let running = world.idle_running;
            self.last_tick = last_tick;
            !active && !running
        };
        if !due {
            return;
        }
        if let Some(function) = dispatch::callback(&self.lua, &self.host, "onIdle") {
            let mut task =
                Start::callback("onIdle", Thread::Controller, function, MultiValue::new());
            task.purpose = Purpose::Idle;
            self.host.world.borrow_mut().idle_running = true;
            runtime::start(&self.lua, &self.host, task);
        }
    }

    /// Takes the next UI edit for a thread whose time has come.
    pub(crate) fn next_edit(
        &mut self,
        thread: Thread,
        due: impl Fn(Samples, Samples) -> bool,
    ) -> Option<Edit> {
        let at = {
            let world = self.host.world.borrow();
            self.inputs.edits.iter().position(|edit| {
                due(edit.at, world.clock.now) && thread_of(&world, &edit.name) == thread
            })?
        };
        self.inputs.edits.remove(at)
    }

    /// An edit on the user interface; the trace tells why one has no effect.
    pub(crate) fn apply(&mut self, edit: Edit) {
        if self
            .host
            .world
            .borrow()
            .parameters
            .get(&edit.name)
            .is_none()
        {
            let text = format!(
                "[scenario] the script has no parameter \"{}\"; the edit is ignored",
                edit.name
            );
            self.host.world.borrow_mut().print(text);
            return;
        }
        let changed = parameter::lua_value(&self.lua, &edit.value)
            .map_err(|error| error.to_string())
            .and_then(|value| {
                parameters::change(
                    &self.lua,
                    &self.host,
                    &edit.name,
                    value,
                    ParameterChange::Ui,
                )
            });
        if let Err(why) = changed {
            let text = format!(
                "[scenario] parameter \"{}\": {why}; the edit is ignored",
                edit.name
            );
            self.host.world.borrow_mut().print(text);
        }
    }
}
