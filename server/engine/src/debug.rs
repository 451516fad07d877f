//! The seam for a debugger: what it is told, what it can see of a script that stands still, what it may answer.
//!
//! Invariant: the engine knows no debugger, only [`DebugHooks`]. A stop blocks inside the hook: virtual time stands still
//! until the hooks return. `seat` calls them.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
};

use halion_api::Thread;
use mlua::{Lua, Value, ffi};

pub use crate::code_lines::{CodeLines, code_lines};
pub(crate) use crate::seat::*;

use crate::{
    error::ScriptError,
    evaluate,
    inspect::{self, Call, CallPlace, Frame, Named},
    record::TaskId,
    runtime::Runtime,
    task::{Purpose, Task, Wait},
    traceback,
    world::World,
};

/// What a debugger does; the engine calls it on the engine's own OS thread.
pub trait DebugHooks {
    /// Set by any OS thread to have [`DebugHooks::attend`] called soon.
    fn attention(&self) -> Arc<AtomicBool>;
    /// What [`DebugHooks::line`] is to be called for from now on. Asked after every other call.
    fn watch(&self) -> Watch;
    /// Somebody raised the attention flag. The script may be anywhere, also between two tasks.
    fn attend(&mut self, stop: &mut Stopped<'_>) -> Go;
    /// A task is about to execute a watched line. The script stands still until this returns.
    fn line(&mut self, stop: &mut Stopped<'_>) -> Go;
    /// A task died of an error that nothing caught; its calls can still be seen.
    fn error(&mut self, stop: &mut Stopped<'_>, error: &ScriptError) -> Go;
    /// A task starts, pauses, goes on or ends.
    fn task(&mut self, change: TaskChange, task: &TaskView);
}

/// What becomes of the script after a call to the debugger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// It goes on.
    Continue,
    /// It ends here; no `pcall` can catch that.
    Terminate,
}

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskChange {
    /// Its first line comes next.
    Start,
    /// It waits.
    Suspend,
    /// It goes on.
    Resume,
    /// It is done.
    End,
    /// It died of an error.
    Error,
}

/// A task as a debugger sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: TaskId,
    /// Callback or declared function, `<main>`, `<anonymous>`; with its slot if the program sits in several.
    pub name: String,
    /// The thread it runs on.
    pub thread: Thread,
    /// The task that caused it.
    pub parent: Option<TaskId>,
    /// The task that waits for the end of this one: the caller of `runAsync`.
    pub waited_for_by: Option<TaskId>,
    /// What it waits for, such as `wait 10 ms` or `runAsync`.
    pub waiting: Option<String>,
}

/// What the debugger wants to be called for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    /// These lines, from 1, in whatever file.
    pub lines: BTreeSet<u32>,
    /// Every line of these tasks.
    pub tasks: Vec<TaskWatch>,
    /// Every line there is.
    pub every_line: bool,
}

/// Every line of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskWatch {
    /// The task.
    pub task: TaskId,
    /// Only while it has at most this many calls on its stack; `None` means always.
    pub depth: Option<u32>,
}

impl TaskView {
    /// The view of a live task.
    pub(crate) fn of(world: &World, task: &Task) -> TaskView {
        let name = match task.thread {
            Thread::Processor if world.slot_set.len() > 1 => {
                format!("{} (slot {})", task.name, task.slot)
            }
            _ => task.name.clone(),
        };
        TaskView {
            id: task.id,
            name,
            thread: task.thread,
            parent: task.parent,
            waited_for_by: match task.purpose {
                Purpose::Async(caller) => Some(caller),
                Purpose::Plain | Purpose::Idle | Purpose::Answer => None,
            },
            waiting: task.waiting.as_ref().map(Wait::reason),
        }
    }
}

impl Watch {
    pub(crate) fn needs_lines(&self) -> bool {
        self.every_line || !self.lines.is_empty() || !self.tasks.is_empty()
    }
}

/// A script that stands still.
pub struct Stopped<'a> {
    pub(crate) lua: &'a Lua,
    pub(crate) runtime: &'a Runtime,
    pub(crate) here: Option<Here>,
}

/// The task in whose name we stopped.
#[derive(Clone, Copy)]
pub(crate) struct Here {
    pub(crate) task: TaskId,
    /// The innermost level that is the script's: 1 inside a hook, whose closure is level 0.
    pub(crate) level: i32,
}

impl Stopped<'_> {
    /// The Lua state.
    pub fn lua(&self) -> &Lua {
        self.lua
    }

    /// The task that stopped; `None` between tasks.
    pub fn task(&self) -> Option<TaskId> {
        self.here.map(|here| here.task)
    }

    /// The thread whose turn it is.
    pub fn thread(&self) -> Thread {
        self.runtime.world.borrow().thread
    }

    /// All live tasks by number. One that died of an error counts until the debugger has seen it.
    pub fn tasks(&self) -> Vec<TaskView> {
        let world = self.runtime.world.borrow();
        let view = |task| TaskView::of(&world, task);
        world.tasks.values().map(view).collect()
    }

    /// The calls of a task, innermost first; none if it has not started.
    pub fn calls(&self, task: TaskId) -> Vec<Call> {
        let Some(state) = self.state(task) else {
            return Vec::new();
        };
        let mut calls = inspect::calls(state, self.first_level(task));
        for call in calls.iter_mut().filter(|call| call.name.is_none()) {
            if let Some(place) = &call.place {
                call.name =
                    traceback::name_at(self.runtime, &place.path, place.function_line as i32);
            }
        }
        calls
    }

    /// How many calls a task has on its stack.
    pub fn depth(&self, task: TaskId) -> u32 {
        self.state(task)
            .map_or(0, |state| inspect::depth(state, self.first_level(task)))
    }

    /// Where the task that stopped is.
    pub fn place(&self) -> Option<CallPlace> {
        let here = self.here?;
        inspect::call_at(self.state(here.task)?, here.level)?.place
    }

    /// The innermost call of the task that stopped.
    pub fn top_call(&self) -> Option<Call> {
        let here = self.here?;
        inspect::call_at(self.state(here.task)?, here.level)
    }

    /// A call of a task, by [`Call::level`].
    pub fn frame(&self, task: TaskId, level: i32) -> Option<Frame> {
        Some(Frame::new(self.state(task)?, level))
    }

    /// The globals the script made, by name: variables, parameters and slot locals, as the thread whose turn it is sees
    /// them. What HALion and Lua put there is left out.
    pub fn script_globals(&self) -> Vec<Named> {
        let globals = self.lua.globals();
        let mut names = BTreeSet::new();
        for (key, _) in globals.pairs::<Value, Value>().flatten() {
            if let Value::String(name) = key
                && let Ok(name) = name.to_str()
                && !is_builtin(&name)
            {
                names.insert(name.to_owned());
            }
        }
        {
            let world = self.runtime.world.borrow();
            names.extend(world.slot_locals.names());
            names.extend(
                world
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.clone()),
            );
        }
        let value = |name: String| {
            Some(Named {
                value: globals.get(name.as_str()).ok()?,
                name,
            })
        };
        names.into_iter().filter_map(value).collect()
    }

    /// Evaluates an expression or runs statements with the names of a call, else with the globals, on the thread of
    /// that call's task.
    pub fn evaluate(
        &self,
        call: Option<(TaskId, i32)>,
        source: &str,
    ) -> Result<Vec<Value>, String> {
        let frame = call.and_then(|(task, level)| self.frame(task, level));
        let task = call.map(|(task, _)| task).or(self.task());
        let before = task.and_then(|task| self.enter(task));
        let result = evaluate::evaluate(self.lua, frame, source);
        if let Some(before) = before {
            self.leave(before);
        }
        result
    }

    /// Makes `task` the running one, for the natives that an evaluation calls.
    fn enter(&self, task: TaskId) -> Option<Before> {
        let mut world = self.runtime.world.borrow_mut();
        let live = world.tasks.get_mut(&task)?;
        let (thread, waiting) = (live.thread, live.waiting.take());
        let slot = live.slot;
        let before = Before {
            task,
            waiting,
            thread: world.thread,
            slot: world.slot.index,
            current: world.current,
        };
        world.turn_to(slot);
        world.thread = thread;
        world.current = Some(task);
        Some(before)
    }

    /// Undoes `enter`, and what a `wait` inside the evaluation left behind.
    fn leave(&self, before: Before) {
        let mut world = self.runtime.world.borrow_mut();
        world.turn_to(before.slot);
        world.thread = before.thread;
        world.current = before.current;
        if let Some(task) = world.tasks.get_mut(&before.task) {
            task.waiting = before.waiting;
        }
    }

    fn state(&self, task: TaskId) -> Option<*mut ffi::lua_State> {
        self.runtime
            .world
            .borrow()
            .tasks
            .get(&task)
            .map(|task| task.coroutine.state())
    }

    fn first_level(&self, task: TaskId) -> i32 {
        self.here
            .filter(|here| here.task == task)
            .map_or(0, |here| here.level)
    }
}

/// What an evaluation must leave as it was.
struct Before {
    task: TaskId,
    waiting: Option<Wait>,
    thread: Thread,
    slot: u32,
    current: Option<TaskId>,
}

fn is_builtin(name: &str) -> bool {
    let api = halion_api::api();
    api.function(name).is_some()
        || api.class(name).is_some()
        || api.enumeration(name).is_some()
        || api.table(name).is_some()
        || api.global(name).is_some()
        || api.lua().entry(name).is_some()
        || api.lua().library(name).is_some()
}
