//! The engine: start-up, then Controller steps and audio blocks in turn until nothing is left to do.
//!
//! Invariant: `block * block_size` is the sample of the Controller step before a block and of the block's start
//! (HALion semantics 12.2, 12.3).

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use halion_lua::Interpreter;
use mlua::Lua;

use crate::{
    archive::Archive,
    clock::Samples,
    debug::{self, DebugHooks},
    files::{self, Files, MemoryFiles},
    inputs::Inputs,
    meter::Meter,
    proposed,
    record::Record,
    runtime::{Host, Runtime},
    scenario::Scenario,
    start::{self, Beginning},
    state,
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

/// What the engine is given of the world outside.
pub struct Surroundings {
    /// Finds what the script `require`s.
    pub modules: ModuleLoader,
    /// Where its files are.
    pub files: Box<dyn Files>,
}

impl Surroundings {
    /// No modules, and files in memory.
    pub fn none() -> Surroundings {
        Surroundings {
            modules: Box::new(|_| Err("there are no modules here".to_owned())),
            files: Box::new(MemoryFiles::default()),
        }
    }
}

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

/// One script module and everything around it. It stays on the OS thread it was made on.
pub struct Engine {
    pub(crate) lua: Lua,
    pub(crate) host: Host,
    pub(crate) script: Source,
    started: bool,
    /// The present block has begun and not ended: time stands within it.
    pub(crate) in_block: bool,
    pub(crate) inputs: Inputs,
    pub(crate) last_tick: Samples,
    pub(crate) archive: Archive,
    /// How the script starts when it starts first.
    beginning: Beginning,
    /// Holds the memory of `lua`; last, because everything above may refer to it.
    pub(crate) interpreter: Interpreter,
}

impl Engine {
    /// Loads nothing yet: the script starts with the first block. Fails only when Lua cannot be set up.
    pub fn new(
        script: Source,
        surroundings: Surroundings,
        scenario: Scenario,
        observer: Box<dyn Observer>,
    ) -> Result<Engine, String> {
        if let Some(file) = scenario.program.file() {
            return Err(format!(
                "the program tree of the scenario was not read from `{file}`"
            ));
        }
        let host = Rc::new(Runtime {
            world: RefCell::new(World::new(&scenario, observer)),
            meter: Rc::new(Meter::default()),
            debug: RefCell::new(None),
            lines: Cell::new(false),
            sources: RefCell::new(BTreeMap::new()),
            names: RefCell::new(BTreeMap::new()),
            modules: RefCell::new(surroundings.modules),
            files: RefCell::new(surroundings.files),
            open_files: Cell::default(),
            script_dir: files::folder_of(&script.path).to_owned(),
        });
        let (lua, interpreter) = state::fresh(&host)?;
        let inputs = Inputs::new(&host.world.borrow().clock, &scenario);
        Ok(Engine {
            lua,
            host,
            script,
            started: false,
            in_block: false,
            inputs,
            archive: Archive::default(),
            beginning: Beginning::of(&scenario),
            last_tick: 0,
            interpreter,
        })
    }

    /// Seats a debugger, before the script starts. Fails only when Lua is out of memory.
    pub fn set_debug(&mut self, hooks: Box<dyn DebugHooks>) -> Result<(), String> {
        debug::attach(&self.lua, &self.host, hooks)
            .map_err(|error| format!("cannot seat the debugger: {error}"))
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
            debug::between_tasks(&self.lua, &self.host);
            if debug::is_terminated(&self.host) {
                break;
            }
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

    /// One Controller step and one audio block, or the rest of a block in which time stands; the first one starts the script.
    /// False if nothing is left to do.
    pub fn step_block(&mut self) -> bool {
        self.begin_block();
        self.run_instants(self.next_block_start());
        self.end_block();
        self.is_busy()
    }

    /// A Controller step and the start of the block after it, unless a block has begun already.
    pub(crate) fn begin_block(&mut self) {
        if self.in_block {
            return;
        }
        if self.started {
            self.advance_to_next_block();
            self.controller_step();
        } else {
            self.started = true;
            start::controller(&self.lua, &self.host, &self.script, &self.beginning);
            self.act_in_controller();
        }
        self.begin_processor_block();
        self.in_block = true;
    }

    /// Virtual time in samples: the present instant, or the start of the next block when the present one is over.
    pub fn now(&self) -> Samples {
        if self.started && !self.in_block {
            self.next_block_start()
        } else {
            self.host.world.borrow().clock.now
        }
    }

    /// Samples in one second.
    pub fn sample_rate(&self) -> f64 {
        self.host.world.borrow().clock.sample_rate
    }

    pub(crate) fn next_block_start(&self) -> Samples {
        self.host.world.borrow().clock.next_block()
    }

    fn advance_to_next_block(&mut self) {
        let mut world = self.host.world.borrow_mut();
        world.clock.block += 1;
        world.clock.now = world.clock.block_start();
        world.steps_in_block = 0;
    }

    /// Is anything left that time alone would bring about? `onIdle` is not: it would run for ever.
    pub fn is_busy(&self) -> bool {
        let world = self.host.world.borrow();
        !(self.inputs.is_empty()
            && world.outgoing.is_empty()
            && world.processor_timers.is_empty()
            && world.controller_timers.is_empty()
            && world.async_jobs.is_empty()
            && world.async_done.is_empty()
            && world.sync_jobs.is_empty()
            && world.change_jobs.is_empty()
            && world.loads.is_empty()
            && world.background.is_empty())
    }
}

impl Drop for Engine {
    /// What the world holds of the Lua state goes before the state.
    fn drop(&mut self) {
        self.host.world.borrow_mut().clear();
    }
}
