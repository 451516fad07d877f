//! The state of the simulation outside Lua: time, tasks, queues, notes, parameters.
//!
//! Invariant: the world is never borrowed while Lua runs; a builtin borrows it, looks or changes, and lets go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use halion_api::Thread;
use mlua::{Function, MultiValue, Value};

use crate::{
    background::Background,
    builtins::{output::OutputFile, presets::Load, variables::SlotLocals},
    clock::{Clock, Samples},
    engine::Observer,
    modulation::{Modulation, Output},
    outgoing::Scheduled,
    outside::Outside,
    parameter::{Parameter, Parameters},
    proposed,
    record::{ParameterChange, Record, RecordKind, TaskId},
    scenario::{self, Scenario, ScriptKind, VoiceMode},
    slot::Slot,
    task::Task,
    transport::Transport,
    tree::{NodeId, Tree},
    undo::Undo,
};

/// A function on its way to the Controller by `runAsync`.
pub(crate) struct AsyncJob {
    pub function: Function,
    pub arguments: MultiValue,
    pub caller: TaskId,
}

/// A function on its way to the Processor by `runSync`, or a change callback with `processorCallback`.
pub(crate) struct SyncJob {
    /// A pending job of the same id is replaced (HALion semantics 4.14).
    pub id: Option<Value>,
    pub function: Function,
    pub parent: Option<TaskId>,
}

/// A change callback on its way to the Controller (HALion semantics 6.7).
pub(crate) struct ChangeJob {
    pub function: Function,
    pub parent: Option<TaskId>,
}

pub(crate) struct World {
    pub clock: Clock,
    /// The thread of the running task; between tasks the one whose turn it is.
    pub thread: Thread,
    pub current: Option<TaskId>,
    pub tasks: BTreeMap<TaskId, Task>,
    next_task: u32,
    /// Processor tasks by wake-up sample, then creation (HALion semantics 3.2.8).
    pub processor_timers: BTreeSet<(Samples, TaskId)>,
    pub controller_timers: BTreeSet<(Samples, TaskId)>,
    pub async_jobs: VecDeque<AsyncJob>,
    /// Callers of `runAsync` whose function is done; they go on at the start of the next block.
    pub async_done: VecDeque<TaskId>,
    pub sync_jobs: Vec<SyncJob>,
    pub change_jobs: VecDeque<ChangeJob>,
    /// Spawned tasks with their arguments, until the spawner suspends or ends (HALion semantics 4.9).
    pub spawned: VecDeque<(TaskId, MultiValue)>,
    pub starting_spawned: bool,
    /// Events to send later, in the order of their sample, then of their creation, with their slot.
    pub outgoing: BTreeMap<(Samples, u64), (u32, Scheduled)>,
    pub next_outgoing: u64,
    /// The slot whose turn it is, and the others by index; see `slot`.
    pub slot: Slot,
    pub parked: BTreeMap<u32, Slot>,
    /// The slots the program sits in; none in a UI script.
    pub slot_set: BTreeSet<u32>,
    pub transport: Transport,
    /// How many notes sound at a time.
    pub voice_mode: VoiceMode,
    /// The most voices of the plug-in.
    pub max_voices: u32,
    /// Is the script module switched off?
    pub bypassed: bool,
    pub parameters: Parameters,
    pub slot_locals: SlotLocals,
    pub tree: Tree,
    /// The script module.
    pub module: Option<NodeId>,
    /// Passwords of protected layers that the script has named (HALion semantics 9.14).
    pub passwords: BTreeSet<String>,
    /// What loads in the background (HALion semantics 9.12).
    pub loads: VecDeque<Load>,
    /// What closes the next boxes of `messageBox`.
    pub box_answers: VecDeque<String>,
    pub output_file: Option<OutputFile>,
    /// What else works beside the script.
    pub background: Background,
    /// The task that took the script module out of the plug-in (HALion semantics 2.11).
    removed_by: Option<TaskId>,
    pub controller_time_out_ms: f64,
    pub processor_time_out_ms: f64,
    /// A time-out ended the script, or its global statements failed: events pass through.
    pub ended: bool,
    pub idle_running: bool,
    /// Task steps in the present block; bounds what can happen in no time at all.
    pub steps_in_block: u32,
    pub errors: u32,
    pub random: u64,
    seed: u64,
    /// When the script started, or started afresh.
    script_start: Samples,
    pub script_kind: ScriptKind,
    /// What the script modulates, in the order of `defineModulation`.
    pub modulation_outputs: Vec<Output>,
    /// What callbacks have returned whose result is wanted; `None` after an error.
    pub answers: Vec<(TaskId, Option<MultiValue>)>,
    pub undo: Undo,
    pub outside: Outside,
    not_simulated: BTreeSet<String>,
    said: BTreeSet<String>,
    observer: Box<dyn Observer>,
}

impl World {
    pub fn new(scenario: &Scenario, observer: Box<dyn Observer>) -> World {
        let slot_set = match scenario.script_kind {
            ScriptKind::Midi => scenario.slots.clone(),
            ScriptKind::Ui => BTreeSet::new(),
        };
        let first = slot_set.first().copied().unwrap_or(proposed::SLOT_INDEX);
        let mut tree = scenario.program.tree();
        let module = tree.script_module();
        if let (ScriptKind::Midi, Some(program)) = (
            scenario.script_kind,
            module.and_then(|module| tree.program(module)),
        ) {
            tree.empty_slots(program);
            scenario
                .slots
                .iter()
                .for_each(|&slot| tree.seat(program, slot));
        }
        World {
            clock: Clock::new(scenario.sample_rate, scenario.block_size),
            thread: Thread::Controller,
            current: None,
            tasks: BTreeMap::new(),
            next_task: 1,
            processor_timers: BTreeSet::new(),
            controller_timers: BTreeSet::new(),
            async_jobs: VecDeque::new(),
            async_done: VecDeque::new(),
            sync_jobs: Vec::new(),
            change_jobs: VecDeque::new(),
            spawned: VecDeque::new(),
            starting_spawned: false,
            outgoing: BTreeMap::new(),
            next_outgoing: 0,
            slot: Slot::new(first),
            parked: BTreeMap::new(),
            slot_set,
            transport: Transport::new(scenario),
            voice_mode: scenario.voice_mode,
            max_voices: scenario.voices,
            bypassed: false,
            parameters: Parameters::default(),
            slot_locals: SlotLocals::default(),
            module,
            tree,
            passwords: BTreeSet::new(),
            loads: VecDeque::new(),
            box_answers: scenario.box_answers.iter().cloned().collect(),
            output_file: None,
            background: Background::default(),
            removed_by: None,
            controller_time_out_ms: proposed::CONTROLLER_TIME_OUT_MS,
            processor_time_out_ms: proposed::PROCESSOR_TIME_OUT_MS,
            ended: false,
            idle_running: false,
            steps_in_block: 0,
            errors: 0,
            random: scenario.seed,
            seed: scenario.seed,
            script_start: 0,
            script_kind: scenario.script_kind,
            modulation_outputs: Vec::new(),
            answers: Vec::new(),
            undo: Undo::default(),
            outside: Outside::default(),
            not_simulated: BTreeSet::new(),
            said: BTreeSet::new(),
            observer,
        }
    }

    /// Writes a record in the name of the running task.
    pub fn record(&mut self, kind: RecordKind) {
        let task = self.current.unwrap_or(TaskId(0));
        self.record_for(task, kind);
    }

    pub fn record_for(&mut self, task: TaskId, kind: RecordKind) {
        let slot = match self.thread {
            Thread::Controller => None,
            Thread::Processor => self.slot_to_name(),
        };
        let record = Record {
            sample: self.clock.now,
            block: self.clock.block,
            thread: self.thread,
            slot,
            task,
            kind,
        };
        self.observer.record(&record);
    }

    pub fn new_task_id(&mut self) -> TaskId {
        let id = TaskId(self.next_task);
        self.next_task += 1;
        id
    }

    /// The id that the next task will get.
    pub fn next_task_id(&self) -> TaskId {
        TaskId(self.next_task)
    }

    /// The running task; `None` between tasks.
    pub fn current_task(&self) -> Option<&Task> {
        self.tasks.get(&self.current?)
    }

    /// Says once that something of the API is known but not simulated yet.
    pub fn not_simulated(&mut self, name: &str) {
        if self.not_simulated.insert(name.to_owned()) {
            self.record(RecordKind::NotSimulated {
                name: name.to_owned(),
            });
        }
    }

    /// Writes to the output pane what need not be said twice.
    pub fn say_once(&mut self, text: &str) {
        if self.said.insert(text.to_owned()) {
            self.print(text.to_owned());
        }
    }

    /// The time-out of the thread whose turn it is, in milliseconds.
    pub fn time_out_ms(&mut self) -> &mut f64 {
        match self.thread {
            Thread::Controller => &mut self.controller_time_out_ms,
            Thread::Processor => &mut self.processor_time_out_ms,
        }
    }

    /// Where a parameter's change callback runs (HALion semantics 6.6).
    pub fn thread_of_callback(&self, parameter: &Parameter) -> Thread {
        if parameter.processor_callback && self.has_processor() {
            Thread::Processor
        } else {
            Thread::Controller
        }
    }

    /// Ends every task of the script (HALion semantics 4.19); events pass through from now on.
    pub fn end_script(&mut self) {
        self.ended = true;
        self.tasks.clear();
        self.processor_timers.clear();
        self.controller_timers.clear();
        self.async_jobs.clear();
        self.async_done.clear();
        self.sync_jobs.clear();
        self.change_jobs.clear();
        self.loads.clear();
        self.background = Background::default();
        self.spawned.clear();
    }

    /// Forgets the script before it starts afresh: its time begins now (HALion semantics 2.7). Keys stay down, and what it has
    /// sent on still comes to its end.
    pub fn restart(&mut self) {
        self.clear();
        self.ended = false;
        self.idle_running = false;
        self.controller_time_out_ms = proposed::CONTROLLER_TIME_OUT_MS;
        self.processor_time_out_ms = proposed::PROCESSOR_TIME_OUT_MS;
        self.random = self.seed;
        self.script_start = self.clock.now;
        self.passwords.clear();
        self.removed_by = None;
        self.modulation_outputs.clear();
        for slot in self.slots_mut() {
            slot.started = false;
            slot.modulation = Modulation::default();
        }
    }

    /// Milliseconds since the script started (HALion semantics 8.1).
    pub fn script_ms(&self) -> f64 {
        let samples = self.clock.now - self.script_start;
        self.clock.samples_to_ms(samples as f64)
    }

    /// Drops everything that belongs to the Lua state, before the state itself goes.
    pub fn clear(&mut self) {
        self.end_script();
        self.answers.clear();
        self.output_file = None;
        self.undo.close_all();
        self.parameters = Parameters::default();
        self.slot_locals = SlotLocals::default();
        for slot in self.slots_mut() {
            slot.locals.clear();
        }
    }
}

impl World {
    /// Puts an element below a parent and tells it; says why it cannot.
    pub fn put(
        &mut self,
        parent: NodeId,
        element: NodeId,
        position: Option<usize>,
    ) -> Result<(), String> {
        self.tree.insert(parent, element, position)?;
        let parent = self.tree.title(parent);
        let change = match position {
            Some(position) => format!("put into {parent} at position {position}"),
            None => format!("appended to {parent}"),
        };
        self.tell_tree(element, change);
        Ok(())
    }

    /// Records a change of the program tree.
    pub fn tell_tree(&mut self, element: NodeId, change: String) {
        let element = self.tree.title(element);
        self.record(RecordKind::Element { element, change });
    }

    /// Records a change of a parameter or a field of an element.
    pub fn tell_parameter(
        &mut self,
        element: NodeId,
        name: &str,
        value: scenario::Value,
        by: ParameterChange,
    ) {
        let element = self.tree.title(element);
        self.record(RecordKind::ElementParameter {
            element,
            name: name.to_owned(),
            value,
            by,
        });
    }

    /// Something was taken out of the plug-in: if the script module was in it, the script ends with the present task, unless
    /// it is back by then (HALion semantics 2.11).
    pub fn note_removal(&mut self) {
        if self.is_script_removed() && self.removed_by.is_none() {
            self.removed_by = self.current;
        }
    }

    /// The program that the script module is in.
    pub fn program(&self) -> Option<NodeId> {
        self.module.and_then(|module| self.tree.program(module))
    }

    /// Is the script module outside of the plug-in?
    fn is_script_removed(&self) -> bool {
        self.module
            .is_none_or(|module| self.tree.instance(module).is_none())
    }

    /// A task is over; ends the script if that task has removed it.
    pub fn end_removed_script(&mut self, task: TaskId) {
        if self.removed_by != Some(task) {
            return;
        }
        self.removed_by = None;
        if self.is_script_removed() {
            for slot in self.slot_indices() {
                self.send_bypass_note_offs(slot);
            }
            self.end_script();
        }
    }

    /// Writes to the output pane.
    pub fn print(&mut self, text: String) {
        self.record(RecordKind::Print { text });
    }
}
