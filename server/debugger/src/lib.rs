//! Debugs HALion scripts that run in the simulator: breakpoints, steps that follow a task, stacks, variables.
//!
//! Invariant: no protocol types, no sockets, no files. Lines count from 1, as Lua reports them. Ids of frames and
//! variables die when the script goes on.
//!
//! In reading order: [`vocabulary`] the words, [`breakpoints`] the table both sides share, [`session`] the front end's
//! handle, `debuggee` the engine's end of it, `stepping` where a step ends, `stacks`, `questions`, `values`, `handles`.

pub mod breakpoints;
mod debuggee;
mod handles;
mod questions;
pub mod session;
mod stacks;
mod stepping;
mod values;
pub mod vocabulary;

pub use breakpoints::{Breakpoint, Breakpoints};
pub use halion_engine::{Samples, Scenario, ScenarioError, Source, Thread, files};
pub use session::{Launch, Reply, Session};
pub use vocabulary::Problem;
