//! The simulator: one HALion script on two logical threads, Controller and Processor, in virtual time.
//!
//! Invariant: the engine knows no disk, no clock, no debugger and no protocol. Script text, a module loader,
//! the files, the inputs and the hooks are handed in; time is an integer sample count. Same inputs, same trace, byte for byte.
//!
//! Reading order: [`scenario`] (what goes in), [`record`] (what comes out), [`engine`] (blocks and Controller steps),
//! `runtime` (how a task runs), `native` (how a script calls us), `builtins` (one file per topic), `start`, `archive` and
//! `lifecycle` (saving, loading, slots, undo), and `proposed` (every choice made where the manual is silent).

mod archive;
mod audio;
mod background;
mod bindings;
mod builtins;
mod calendar;
mod charges;
mod clock;
pub mod code_lines;
mod controller;
mod data;
pub mod debug;
mod dispatch;
mod drive;
mod engine;
mod error;
pub mod evaluate;
mod event;
pub mod files;
mod format;
mod inputs;
pub mod inspect;
mod keys;
mod lifecycle;
mod meter;
mod midi;
mod midi_file;
mod modulation;
mod native;
mod outgoing;
mod outside;
mod parameter;
mod printf;
mod processor;
pub mod proposed;
mod protected;
mod ramp;
mod receivers;
mod record;
mod runtime;
mod scenario;
mod seat;
mod slot;
mod start;
mod state;
mod task;
mod trace;
mod traceback;
mod transport;
pub mod tree;
mod undo;
mod voices;
mod world;

pub use clock::{Clock, Samples};
pub use data::Data;
pub use debug::{DebugHooks, Go, Stopped, TaskChange, TaskView, Watch};
pub use engine::{End, Engine, ModuleLoader, Observer, Outcome, Source, Surroundings};
pub use error::{ScriptError, StackFrame};
pub use event::{Event, Field, Signature, VoiceValue};
pub use halion_api::Thread;
pub use midi::midi_file;
pub use record::{CutReason, ParameterChange, Record, RecordKind, TaskId};
pub use scenario::{
    Input, InputKind, Lifecycle, Preset, Program, Scenario, ScenarioError, ScriptKind, SubPreset,
    Value, VoiceMode, parse_described, scenario_reference, write,
};
pub use trace::trace_line;
pub use transport::MapEntry;
