//! The seam for a debugger: what the engine tells it, and what it may answer.
//!
//! Invariant: without hooks nothing here runs; lines cost nothing unless somebody asks for them.

use halion_api::Thread;
use mlua::{Lua, ffi};

use crate::{
    error::ScriptError,
    record::TaskId,
    runtime::Runtime,
    task::{Task, Wait},
};

/// What a debugger implements.
pub trait DebugHooks {
    /// The running task reaches a line.
    fn line(&mut self, stop: &mut Stopped<'_>) -> Go;
    /// A task has failed; its stack can still be read.
    fn error(&mut self, stop: &mut Stopped<'_>, error: &ScriptError) -> Go;
    /// A task starts, pauses, goes on or ends.
    fn task(&mut self, change: TaskChange, task: &TaskView);
}

/// How a run goes on after a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// Go on.
    Continue,
    /// End the script; no `pcall` may prevent it.
    Terminate,
}

/// What happened to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskChange {
    /// It is about to run for the first time.
    Start,
    /// It waits.
    Suspend,
    /// It is about to go on.
    Resume,
    /// It is done.
    End,
    /// It died of an error.
    Error,
}

/// What a debugger shows of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: TaskId,
    /// Callback or function.
    pub name: String,
    /// Its thread.
    pub thread: Thread,
    /// The task that caused it.
    pub parent: Option<TaskId>,
    /// What it waits for, such as `runAsync`; `None` while it runs.
    pub waiting: Option<String>,
}

impl TaskView {
    /// The view of a live task.
    pub(crate) fn of(task: &Task) -> TaskView {
        TaskView {
            id: task.id,
            name: task.name.clone(),
            thread: task.thread,
            parent: task.parent,
            waiting: task.waiting.as_ref().map(Wait::reason),
        }
    }
}

/// A stopped script: virtual time stands still until the hook returns.
pub struct Stopped<'a> {
    pub(crate) lua: &'a Lua,
    pub(crate) runtime: &'a Runtime,
    /// The Lua thread that stopped.
    pub(crate) state: *mut ffi::lua_State,
    /// The task that stopped.
    pub task: TaskView,
    /// File of the line, as the script was named.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
}

/// Tells the debugger, if there is one and it is not itself busy with an evaluation.
pub(crate) fn notify(runtime: &Runtime, change: TaskChange, task: &TaskView) {
    if let Ok(mut hooks) = runtime.debug.try_borrow_mut()
        && let Some(hooks) = hooks.as_mut()
    {
        hooks.task(change, task);
    }
}

/// A task has failed on `state`.
pub(crate) fn notify_error(
    lua: &Lua,
    runtime: &Runtime,
    state: *mut ffi::lua_State,
    task: TaskView,
    error: &ScriptError,
) -> Go {
    let Ok(mut hooks) = runtime.debug.try_borrow_mut() else {
        return Go::Continue;
    };
    let Some(hooks) = hooks.as_mut() else {
        return Go::Continue;
    };
    let mut stop = Stopped {
        lua,
        runtime,
        state,
        task,
        path: error.path.clone(),
        line: error.line,
    };
    hooks.error(&mut stop, error)
}

/// The line half of the one Lua hook; see `meter`.
///
/// # Safety
/// Called by Lua with a live state and activation record; no Rust value with a destructor may be alive where it raises.
pub(crate) unsafe fn line_hook(_l: *mut ffi::lua_State, _ar: *mut ffi::lua_Debug) {}
