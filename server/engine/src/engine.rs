//! The engine: start-up, then Controller steps and audio blocks in turn until nothing is left to do.
//!
//! Invariant: `block * block_size` is the sample of the Controller step before a block and of the block's start
//! (HALion semantics 12.2, 12.3).

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use halion_api::Thread;
use halion_lua::Interpreter;
use mlua::{Lua, LuaOptions, MultiValue, StdLib};

use crate::{
    bindings,
    builtins::parameters,
    clock::Samples,
    debug::DebugHooks,
    dispatch,
    event::Event,
    meter::{self, Meter},
    parameter, proposed,
    record::{ParameterChange, Record, RecordKind, TaskId},
    runtime::{self, Host, Runtime, Start},
    scenario::{InputKind, Scenario, Value},
    start,
    task::Purpose,
    world::World,
};

/// One text of Lua.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name in messages and breakpoints.
    pub path: String,
    /// The text itself.
    pub text: String,
}

/// Finds the source of a `require`d name; the error says where it looked.
pub type ModuleLoader = Box<dyn FnMut(&str) -> Result<Source, String>>;

/// Who hears what happens.
pub trait Observer {
    /// Something happened.
    fn record(&mut self, record: &Record);
}

impl<F: FnMut(&Record)> Observer for F {
    fn record(&mut self, record: &Record) {
        self(record);
    }
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Why it ended.
    pub end: End,
    /// Where virtual time stands, in samples.
    pub sample: Samples,
    /// Script errors so far.
    pub n_errors: u32,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// No input, no task and no event is left.
    NothingLeft,
    /// The end that was asked for, or the limit of 10 s of virtual time.
    TimeReached,
}

/// An event on its way in.
struct Incoming {
    at: Samples,
    event: IncomingEvent,
}

enum IncomingEvent {
    /// Ids are given when the event arrives.
    Plain(Event),
    /// The end of the note with this number in the list of `pairs`.
    EndOf(usize),
    /// A note whose id goes into `pairs`.
    StartOf(usize, Event),
}

/// A UI edit on its way in.
struct Edit {
    at: Samples,
    name: String,
    value: Value,
}

/// One script module and everything around it. It stays on the OS thread it was made on.
pub struct Engine {
    lua: Lua,
    host: Host,
    script: Source,
    started: bool,
    incoming: VecDeque<Incoming>,
    edits: VecDeque<Edit>,
    /// Ids of the notes of `note` inputs.
    pairs: Vec<Option<i64>>,
    last_tick: Samples,
    /// Holds the memory of `lua`; last, because everything above may refer to it.
    _interpreter: Interpreter,
}

impl Engine {
    /// Loads nothing yet: the script starts with the first block. Fails only when Lua cannot be set up.
    pub fn new(
        script: Source,
        modules: ModuleLoader,
        scenario: Scenario,
        observer: Box<dyn Observer>,
    ) -> Result<Engine, String> {
        let libraries = StdLib::ALL_SAFE | StdLib::DEBUG;
        // SAFETY: the debug library is cut down to what cannot break the state before any script runs.
        let lua = unsafe { Lua::unsafe_new_with(libraries, LuaOptions::new()) };
        let failed = |error: mlua::Error| format!("cannot set up the script engine: {error}");
        let interpreter = Interpreter::new(lua.clone(), proposed::MEMORY_LIMIT).map_err(failed)?;
        let host = Rc::new(Runtime {
            world: RefCell::new(World::new(&scenario, observer)),
            meter: Box::new(Meter::default()),
            debug: RefCell::new(None),
            lines: Cell::new(false),
            sources: RefCell::new(BTreeMap::new()),
            names: RefCell::new(BTreeMap::new()),
            modules: RefCell::new(modules),
        });
        // Collections during set-up would come at moments that differ from run to run: mlua's registry is hashed by the
        // addresses of its own statics.
        lua.gc_stop();
        meter::install(&lua, &host.meter);
        bindings::install(&lua, &host).map_err(failed)?;
        lua.gc_collect().map_err(failed)?;
        lua.gc_restart();
        let (incoming, edits, pairs) = sort_inputs(&host, &scenario);
        Ok(Engine {
            lua,
            host,
            script,
            started: false,
            incoming,
            edits,
            pairs,
            last_tick: 0,
            _interpreter: interpreter,
        })
    }

    /// Attaches a debugger. `lines` asks for a hook at every line of the tasks that start from now on.
    pub fn set_debug(&mut self, hooks: Box<dyn DebugHooks>) {
        *self.host.debug.borrow_mut() = Some(hooks);
    }

    /// Runs until nothing is left to do, or until a sample; without one for at most 10 s of virtual time.
    pub fn run(&mut self, until: Option<Samples>) -> Outcome {
        let limit = until.unwrap_or_else(|| {
            self.host
                .world
                .borrow()
                .clock
                .sample_at_ms(proposed::RUN_LIMIT_MS)
        });
        let mut end = End::NothingLeft;
        while self.step_block() {
            if self.next_block_start() >= limit {
                end = End::TimeReached;
                break;
            }
        }
        let sample = self.next_block_start();
        Outcome {
            end,
            sample,
            n_errors: self.host.world.borrow().errors,
        }
    }

    /// One Controller step and one audio block; the first one starts the script. False if nothing is left to do.
    pub fn step_block(&mut self) -> bool {
        if self.started {
            self.advance_to_next_block();
            self.controller_step();
        } else {
            self.started = true;
            start::controller(&self.lua, &self.host, &self.script);
            self.edit_in_controller();
        }
        self.processor_block();
        self.is_busy()
    }

    /// Virtual time in samples.
    pub fn now(&self) -> Samples {
        self.host.world.borrow().clock.now
    }

    /// Samples in one second.
    pub fn sample_rate(&self) -> f64 {
        self.host.world.borrow().clock.sample_rate
    }

    fn next_block_start(&self) -> Samples {
        self.host.world.borrow().clock.next_block()
    }

    fn advance_to_next_block(&mut self) {
        let mut world = self.host.world.borrow_mut();
        world.clock.block += 1;
        world.clock.now = world.clock.block_start();
        world.steps_in_block = 0;
    }

    /// Is anything left that time alone would bring about? `onIdle` is not: it would run for ever.
    fn is_busy(&self) -> bool {
        let world = self.host.world.borrow();
        !(self.incoming.is_empty()
            && self.edits.is_empty()
            && world.outgoing.is_empty()
            && world.processor_timers.is_empty()
            && world.controller_timers.is_empty()
            && world.async_jobs.is_empty()
            && world.async_done.is_empty()
            && world.sync_jobs.is_empty()
            && world.change_jobs.is_empty())
    }

    /// HALion semantics 12.3.
    fn controller_step(&mut self) {
        self.host.world.borrow_mut().thread = Thread::Controller;
        let first_task = self.host.world.borrow().next_task_id();
        let mut active = self.start_async_job();
        self.edit_in_controller();
        active |= self.run_change_jobs();
        active |= self.resume_controller_tasks();
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
    fn edit_in_controller(&mut self) {
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

    /// HALion semantics 12.2.
    fn processor_block(&mut self) {
        let block_end = {
            let mut world = self.host.world.borrow_mut();
            world.thread = Thread::Processor;
            world.clock.next_block()
        };
        if self.host.world.borrow().clock.block == 0 {
            start::processor(&self.lua, &self.host);
        }
        self.run_sync_jobs();
        self.resume_async_callers();
        while let Some(at) = self.next_instant(block_end) {
            self.host.world.borrow_mut().clock.now = at;
            self.deliver_inputs(at);
            self.resume_processor_tasks(at);
            self.send_scheduled(at);
        }
    }

    /// (a) Functions from `runSync`, first in, first out, before the block's events (HALion semantics 4.15).
    fn run_sync_jobs(&mut self) {
        let jobs = std::mem::take(&mut self.host.world.borrow_mut().sync_jobs);
        for job in jobs {
            let task = Start::function(
                &self.host,
                Thread::Processor,
                job.function,
                MultiValue::new(),
                job.parent,
            );
            runtime::start(&self.lua, &self.host, task);
        }
    }

    /// (b) Callers whose `runAsync` function is done.
    fn resume_async_callers(&mut self) {
        let callers: Vec<TaskId> = self.host.world.borrow_mut().async_done.drain(..).collect();
        for id in callers {
            runtime::resume(&self.lua, &self.host, id);
        }
    }

    /// (c) The next sample of the block at which something happens.
    fn next_instant(&self, block_end: Samples) -> Option<Samples> {
        let world = self.host.world.borrow();
        let edit = self
            .edits
            .iter()
            .find(|edit| thread_of(&world, &edit.name) == Thread::Processor)
            .map(|edit| edit.at);
        let instants = [
            self.incoming.front().map(|incoming| incoming.at),
            edit,
            world.processor_timers.first().map(|&(sample, _)| sample),
            world
                .outgoing
                .first_key_value()
                .map(|(&(sample, _), _)| sample),
        ];
        let next = instants.into_iter().flatten().min()?;
        (next < block_end).then_some(next.max(world.clock.now))
    }

    fn deliver_inputs(&mut self, at: Samples) {
        while self
            .incoming
            .front()
            .is_some_and(|incoming| incoming.at <= at)
        {
            let Some(incoming) = self.incoming.pop_front() else {
                return;
            };
            let event = self.arrive(incoming.event);
            dispatch::event_in(&self.lua, &self.host, event);
        }
        while let Some(edit) = self.next_edit(Thread::Processor, |edit_at, _| edit_at <= at) {
            self.apply(edit);
        }
    }

    /// Gives notes their ids: a note-off has that of its note-on, the oldest held one of its key.
    fn arrive(&mut self, event: IncomingEvent) -> Event {
        let mut world = self.host.world.borrow_mut();
        match event {
            IncomingEvent::StartOf(pair, mut event) => {
                let new_id = world.keys.new_id();
                self.pairs[pair] = Some(new_id);
                if let Event::NoteOn { id, .. } = &mut event {
                    *id = new_id;
                }
                event
            }
            IncomingEvent::EndOf(pair) => {
                let id = self.pairs[pair].unwrap_or(0);
                let note = world.keys.key_of(id).unwrap_or(0) as f64;
                Event::NoteOff {
                    id,
                    note,
                    velocity: 0.0,
                }
            }
            IncomingEvent::Plain(mut event) => {
                match &mut event {
                    Event::NoteOn { id, .. } => *id = world.keys.new_id(),
                    Event::NoteOff { id, note, .. } => {
                        *id = match world.keys.held_note(*note as i64) {
                            Some(held) => held,
                            None => world.keys.new_id(),
                        };
                    }
                    _ => {}
                }
                event
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
            let event = entry.remove();
            world.send_scheduled(event);
        }
    }

    /// Takes the next UI edit for a thread whose time has come.
    fn next_edit(
        &mut self,
        thread: Thread,
        due: impl Fn(Samples, Samples) -> bool,
    ) -> Option<Edit> {
        let at = {
            let world = self.host.world.borrow();
            self.edits.iter().position(|edit| {
                due(edit.at, world.clock.now) && thread_of(&world, &edit.name) == thread
            })?
        };
        self.edits.remove(at)
    }

    fn apply(&mut self, edit: Edit) {
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
            self.host
                .world
                .borrow_mut()
                .record(RecordKind::Print { text });
        }
    }
}

impl Drop for Engine {
    /// What the world holds of the Lua state goes before the state.
    fn drop(&mut self) {
        self.host.world.borrow_mut().clear();
    }
}

/// Where an edit of a parameter is handled (HALion semantics 6.6).
fn thread_of(world: &World, name: &str) -> Thread {
    let parameter = world.parameters.get(name);
    if parameter.is_some_and(|parameter| parameter.processor_callback) {
        Thread::Processor
    } else {
        Thread::Controller
    }
}

/// Inputs by sample, then in the order of the scenario (HALion semantics 3.2.8).
fn sort_inputs(
    host: &Host,
    scenario: &Scenario,
) -> (VecDeque<Incoming>, VecDeque<Edit>, Vec<Option<i64>>) {
    let world = host.world.borrow();
    let (mut incoming, mut edits, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for input in &scenario.inputs {
        let at = world.clock.sample_at_ms(input.at_ms);
        let plain = |event| Incoming {
            at,
            event: IncomingEvent::Plain(event),
        };
        match input.kind.clone() {
            InputKind::Note {
                note,
                velocity,
                length_ms,
            } => {
                let pair = pairs.len();
                pairs.push(None);
                incoming.push(Incoming {
                    at,
                    event: IncomingEvent::StartOf(pair, note_on(note, velocity)),
                });
                let end = world.clock.sample_at_ms(input.at_ms + length_ms);
                incoming.push(Incoming {
                    at: end,
                    event: IncomingEvent::EndOf(pair),
                });
            }
            InputKind::NoteOn { note, velocity } => incoming.push(plain(note_on(note, velocity))),
            InputKind::NoteOff { note, velocity } => {
                incoming.push(plain(Event::NoteOff {
                    id: 0,
                    note: note.into(),
                    velocity: velocity.into(),
                }));
            }
            InputKind::Controller { number, value } => incoming.push(plain(Event::Controller {
                number: number.into(),
                value: value.into(),
            })),
            InputKind::PitchBend { bend } => incoming.push(plain(Event::PitchBend { bend })),
            InputKind::AfterTouch { value } => incoming.push(plain(Event::AfterTouch {
                value: value.into(),
            })),
            InputKind::TriggerPad { pad } => {
                incoming.push(plain(Event::TriggerPad { pad: pad.into() }))
            }
            InputKind::Tempo { bpm } => incoming.push(plain(Event::Tempo { bpm })),
            InputKind::Transport { playing } => incoming.push(plain(Event::Transport { playing })),
            InputKind::Parameter { name, value } => edits.push(Edit { at, name, value }),
        }
    }
    incoming.sort_by_key(|incoming| incoming.at);
    edits.sort_by_key(|edit| edit.at);
    (incoming.into(), edits.into(), pairs)
}

fn note_on(note: u8, velocity: u8) -> Event {
    Event::NoteOn {
        id: 0,
        note: note.into(),
        velocity: velocity.into(),
        tuning: 0.0,
        volume: 1.0,
        pan: 0.0,
    }
}
