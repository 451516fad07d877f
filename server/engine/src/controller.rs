//! The Controller's step between two audio blocks (HALion semantics 12.3).
//!
//! Invariant: virtual time stands at the first sample of the block that follows.

use halion_api::Thread;
use mlua::MultiValue;

use crate::{
    background,
    builtins::{parameters, presets},
    dispatch,
    engine::Engine,
    inputs::{Action, ActionKind, Edit, thread_of},
    parameter,
    runtime::{self, Start},
    task::Purpose,
};

impl Engine {
    /// All that is due, in the order of the rule.
    pub(crate) fn controller_step(&mut self) {
        self.host.world.borrow_mut().thread = Thread::Controller;
        let first_task = self.host.world.borrow().next_task_id();
        let mut active = self.start_async_job();
        self.act_in_controller();
        active |= self.run_change_jobs();
        active |= self.resume_controller_tasks();
        active |= presets::step(&self.lua, &self.host);
        active |= background::step(&self.lua, &self.host);
        self.take_answers();
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

    /// (b) Edits of parameters whose callback belongs to the Controller, saving and loading, and queued change callbacks.
    pub(crate) fn act_in_controller(&mut self) {
        while let Some(action) = self.next_action(Thread::Controller) {
            match action.kind {
                ActionKind::Edit(edit) => self.apply(&edit),
                ActionKind::Lifecycle(lifecycle) => self.live(lifecycle, action.slot),
            }
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

    /// Takes the next action for a thread whose time has come.
    pub(crate) fn next_action(&mut self, thread: Thread) -> Option<Action> {
        let at = {
            let world = self.host.world.borrow();
            let now = world.clock.now;
            let is_due = |action: &Action| action.at <= now && thread_of(&world, action) == thread;
            self.inputs.actions.iter().position(is_due)?
        };
        self.inputs.actions.remove(at)
    }

    /// An edit from outside the script; the trace tells why one has no effect.
    pub(crate) fn apply(&mut self, edit: &Edit) {
        if let Err(why) = self.try_apply(edit) {
            let text = format!("[scenario] {why}; the edit is ignored");
            self.host.world.borrow_mut().print(text);
        }
    }

    fn try_apply(&mut self, edit: &Edit) -> Result<(), String> {
        let name = &edit.name;
        {
            let world = self.host.world.borrow();
            let Some(parameter) = world.parameters.get(name) else {
                return Err(format!("the script has no parameter \"{name}\""));
            };
            parameter.accepts(edit.by)?;
        }
        parameter::lua_value(&self.lua, &edit.value)
            .map_err(|error| error.to_string())
            .and_then(|value| parameters::edit(&self.lua, &self.host, name, value, edit.by))
            .map_err(|why| format!("parameter \"{name}\": {why}"))
    }
}
