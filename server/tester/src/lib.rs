//! Runs the tests of scripts: `*.test.lua` files, in a Lua state of their own, that play a script in the engine and say what
//! they expect of it.
//!
//! Invariant: whether a test passes is a function of the files alone; clocks only measure, and end what hangs. Test files
//! are independent of each other, so they run side by side; reports come in the order of the files.
//!
//! Reading order: [`report`] (what comes out), `run_file` (one file), `collect` (`describe` and `it`), `script` (the object
//! that a test plays on), `expect` (what it can expect), `assertions` (`assert.same` and the like), `sandbox` (the Lua state).

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::path::Path;
use std::time::Duration;

use halion_engine::Surroundings;

mod assertions;
mod bench;
mod budget;
mod collect;
#[cfg(test)]
mod documented;
mod expect;
mod failure;
mod golden;
mod kinds;
mod options;
mod playing;
mod pool;
pub mod report;
mod run_file;
mod sandbox;
mod script;
mod show;
mod wanted;

pub use pool::run;

/// How tests are run.
pub struct Plan {
    /// Only tests with this text in their full name.
    pub filter: Option<String>,
    /// Write golden files anew instead of comparing with them.
    pub bless: bool,
    /// The longest that one test may take, in real time.
    pub time_limit: Duration,
    /// The modules and files of a script at this path; each test starts with fresh ones.
    pub surroundings: Box<dyn Fn(&Path) -> Surroundings + Send + Sync>,
    /// A path as the user reads it.
    pub shown: fn(&Path) -> String,
}
