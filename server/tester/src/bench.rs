//! What all functions of one test file share: its text, the tests it has declared, the scripts of the running test.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use mlua::Lua;

use crate::Plan;
use crate::collect::Collected;
use crate::playing::Playing;
use crate::report::Place;

/// The state of a test file, reached from every function that its Lua code can call.
pub(crate) struct Bench {
    /// The test file.
    pub path: PathBuf,
    /// As shown to the user.
    pub shown: String,
    /// Its text.
    pub text: String,
    pub plan: Arc<Plan>,
    pub collected: RefCell<Collected>,
    /// Does a test run, so that scripts can be loaded?
    pub in_test: Cell<bool>,
    /// The scripts that the running test has loaded.
    pub scripts: RefCell<Vec<Rc<RefCell<Playing>>>>,
    /// What the running test printed.
    pub prints: RefCell<Vec<String>>,
    /// The golden files that the running test has written anew.
    pub blessed: RefCell<Vec<String>>,
    /// When the running test must be over.
    pub deadline: Cell<Option<Instant>>,
}

/// The bench of a state made by `sandbox`.
pub(crate) fn bench(lua: &Lua) -> Rc<Bench> {
    let bench = lua.app_data_ref::<Rc<Bench>>();
    Rc::clone(&bench.expect("the sandbox sets it before any test code runs"))
}

impl Bench {
    /// The file name, so that Lua does not shorten it in its messages.
    pub fn file_name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The name of the file's chunk.
    pub fn chunk_name(&self) -> String {
        format!("@{}", self.file_name())
    }

    /// A line of the file.
    pub fn place(&self, line: u32) -> Place {
        let source_line = self.text.lines().nth((line as usize).saturating_sub(1));
        Place {
            path: self.shown.clone(),
            line,
            source_line: source_line.unwrap_or_default().to_owned(),
        }
    }

    /// The place that a message of Lua begins with, and the rest of the message.
    pub fn place_in<'a>(&self, message: &'a str) -> Option<(Place, &'a str)> {
        let rest = message.strip_prefix(&self.file_name())?.strip_prefix(':')?;
        let (line, rest) = rest.split_once(": ")?;
        Some((self.place(line.parse().ok()?), rest))
    }
}
