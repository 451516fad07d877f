//! How a task runs: start, resume, and what follows when it suspends, ends or fails.
//!
//! Invariant: a task runs until it suspends, ends or times out; nothing pre-empts it (HALion semantics 1.5), and virtual
//! time stands still meanwhile (HALion semantics 8.5).

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use halion_api::Thread;
use mlua::{
    FromLuaMulti as _, Function, IntoLuaMulti as _, Lua, MultiValue, Thread as Coroutine, Value,
    ffi,
};

use crate::{
    builtins::io::OpenFiles,
    debug::{self, DebugHooks, TaskChange},
    engine::ModuleLoader,
    files::Files,
    meter::{self, Meter},
    proposed,
    record::{RecordKind, TaskId},
    task::{Purpose, Task, Wait},
    traceback,
    world::{AsyncJob, World},
};

/// What every builtin reaches: the world, the meter, the debugger, the sources.
pub(crate) struct Runtime {
    pub world: RefCell<World>,
    pub meter: Rc<Meter>,
    pub debug: RefCell<Option<Box<dyn DebugHooks>>>,
    /// Do new tasks get a line hook?
    pub lines: Cell<bool>,
    /// Text by path, for the source line of errors and the names of functions.
    pub sources: RefCell<BTreeMap<String, Rc<str>>>,
    /// Names of functions by path, then by line, because looking for them reads the source.
    pub names: RefCell<BTreeMap<String, BTreeMap<usize, Option<String>>>>,
    pub modules: RefCell<ModuleLoader>,
    pub files: RefCell<Box<dyn Files>>,
    pub open_files: Cell<OpenFiles>,
    /// Folder of the script, as its path is written; empty for the current one.
    pub script_dir: String,
}

/// Shared by the engine and every builtin of its Lua state.
pub(crate) type Host = Rc<Runtime>;

/// What a task is made of.
pub(crate) struct Start {
    pub name: String,
    pub error_name: String,
    pub thread: Thread,
    pub function: Function,
    pub arguments: MultiValue,
    pub parent: Option<TaskId>,
    pub note: Option<i64>,
    pub in_on_note: bool,
    pub may_suspend: bool,
    pub purpose: Purpose,
    /// Gives the task the number of an earlier one, which has ended, and keeps it out of the trace.
    pub id: Option<TaskId>,
}

impl Start {
    /// A callback that the script defined under its own name.
    pub fn callback(
        name: &str,
        thread: Thread,
        function: Function,
        arguments: MultiValue,
    ) -> Start {
        Start {
            name: name.to_owned(),
            error_name: name.to_owned(),
            thread,
            function,
            arguments,
            parent: None,
            note: None,
            in_on_note: false,
            may_suspend: true,
            purpose: Purpose::Plain,
            id: None,
        }
    }

    /// A function value; its name is the one it was declared with (HALion semantics 1.7).
    pub fn function(
        runtime: &Runtime,
        thread: Thread,
        function: Function,
        arguments: MultiValue,
        parent: Option<TaskId>,
    ) -> Start {
        let name = traceback::declared_name(runtime, &function);
        Start {
            error_name: name.clone().unwrap_or_else(|| "?".to_owned()),
            name: name.unwrap_or_else(|| "<anonymous>".to_owned()),
            parent,
            ..Start::callback("", thread, function, arguments)
        }
    }
}

/// Makes a task without running it. Fails only when Lua is out of memory.
pub(crate) fn create(
    lua: &Lua,
    runtime: &Runtime,
    start: Start,
) -> mlua::Result<(TaskId, MultiValue)> {
    let coroutine = lua.create_thread(start.function)?;
    meter::hook_thread(coroutine.state(), runtime.lines.get());
    let mut world = runtime.world.borrow_mut();
    let id = start.id.unwrap_or_else(|| world.new_task_id());
    let slot = world.slot.index;
    world.tasks.insert(
        id,
        Task {
            id,
            name: start.name,
            error_name: start.error_name,
            thread: start.thread,
            slot,
            parent: start.parent,
            coroutine,
            waiting: None,
            note: start.note,
            in_on_note: start.in_on_note,
            may_suspend: start.may_suspend,
            purpose: start.purpose,
            is_quiet: start.id.is_some(),
        },
    );
    Ok((id, start.arguments))
}

/// Makes a task and runs it to its first suspension. False if it failed.
pub(crate) fn start(lua: &Lua, runtime: &Runtime, start: Start) -> bool {
    create_and_run(lua, runtime, start).unwrap_or(false)
}

/// The same; an error means that the task does not exist, for want of memory.
pub(crate) fn create_and_run(lua: &Lua, runtime: &Runtime, start: Start) -> mlua::Result<bool> {
    let (id, arguments) = create(lua, runtime, start)?;
    Ok(run_new(lua, runtime, id, arguments))
}

/// Runs a task for the first time. False if it failed.
pub(crate) fn run_new(lua: &Lua, runtime: &Runtime, id: TaskId, arguments: MultiValue) -> bool {
    step(lua, runtime, id, TaskChange::Start, arguments)
}

/// Goes on with a suspended task; a task that has died meanwhile is skipped.
pub(crate) fn resume(lua: &Lua, runtime: &Runtime, id: TaskId) {
    step(lua, runtime, id, TaskChange::Resume, MultiValue::new());
}

/// One stretch of a task. Gives whether it ended or suspended without error.
fn step(
    lua: &Lua,
    runtime: &Runtime,
    id: TaskId,
    change: TaskChange,
    arguments: MultiValue,
) -> bool {
    let Some((coroutine, outer)) = enter(runtime, id, change) else {
        return true;
    };
    let time_out_ms = *runtime.world.borrow_mut().time_out_ms();
    let left = runtime.meter.start(time_out_ms, coroutine.state());
    let outcome = if runtime.meter.is_stopped() {
        Err(Failure {
            message: proposed::TIME_OUT_MESSAGE.to_owned(),
        })
    } else {
        resume_coroutine(lua, &coroutine, arguments, wants_results(runtime, id))
    };
    runtime.meter.restore(left);
    let ok = match outcome {
        Ok(Resumed::Ended(results)) => {
            leave(runtime, id, TaskChange::End, results);
            true
        }
        Ok(Resumed::Suspended) => {
            suspend(runtime, id);
            true
        }
        Err(mut failure) => {
            // The error's own `__tostring` may be what ran out of time.
            if runtime.meter.is_stopped() {
                failure.message = proposed::TIME_OUT_MESSAGE.to_owned();
            }
            fail(lua, runtime, id, &coroutine, failure);
            false
        }
    };
    let mut world = runtime.world.borrow_mut();
    world.turn_to(outer.slot);
    (world.current, world.thread) = (outer.task, outer.thread);
    drop(world);
    start_spawned(lua, runtime);
    ok
}

/// What ran before a task.
struct Outer {
    task: Option<TaskId>,
    thread: Thread,
    slot: u32,
}

/// Makes the task the running one; gives its coroutine and what ran before.
fn enter(runtime: &Runtime, id: TaskId, change: TaskChange) -> Option<(Coroutine, Outer)> {
    let mut world = runtime.world.borrow_mut();
    let task = world.tasks.get_mut(&id)?;
    task.waiting = None;
    let (coroutine, thread, slot) = (task.coroutine.clone(), task.thread, task.slot);
    let is_quiet = task.is_quiet;
    let parent = task.parent;
    let view = debug::view(runtime, &world, world.tasks.get(&id)?);
    let outer = Outer {
        task: world.current.replace(id),
        thread: std::mem::replace(&mut world.thread, thread),
        slot: world.slot.index,
    };
    world.turn_to(slot);
    world.steps_in_block += 1;
    if world.steps_in_block > proposed::STEPS_PER_BLOCK {
        runtime.meter.stop();
    }
    match change {
        _ if is_quiet => {}
        TaskChange::Start => {
            let name = world.tasks.get(&id).map(|task| task.name.clone());
            world.record(RecordKind::TaskStart {
                name: name.unwrap_or_default(),
                parent,
            });
        }
        _ => world.record(RecordKind::Resume),
    }
    drop(world);
    debug::notify(runtime, change, view);
    Some((coroutine, outer))
}

enum Resumed {
    /// With its results, if they are wanted.
    Ended(MultiValue),
    Suspended,
}

fn wants_results(runtime: &Runtime, id: TaskId) -> bool {
    let world = runtime.world.borrow();
    let task = world.tasks.get(&id);
    task.is_some_and(|task| task.purpose == Purpose::Answer)
}

/// Why a coroutine failed.
pub(crate) struct Failure {
    pub message: String,
}

/// `lua_resume` itself: mlua's own would append a traceback to the message and clear the dead stack.
fn resume_coroutine(
    lua: &Lua,
    coroutine: &Coroutine,
    arguments: MultiValue,
    wants_results: bool,
) -> Result<Resumed, Failure> {
    lua.exec_raw_lua(|raw| {
        let (from, state) = (raw.state(), coroutine.state());
        // SAFETY: both states belong to this Lua; arguments move from one stack to the other after a check for room;
        // `lua_resume` catches every Lua error, so nothing jumps over this frame.
        unsafe {
            let n_arguments = arguments
                .push_into_stack_multi(raw)
                .map_err(|error| Failure {
                    message: error.to_string(),
                })?;
            if ffi::lua_checkstack(state, n_arguments + 4) == 0 {
                ffi::lua_pop(from, n_arguments);
                return Err(Failure {
                    message: "stack overflow".to_owned(),
                });
            }
            ffi::lua_xmove(from, state, n_arguments);
            let mut n_results = 0;
            match ffi::lua_resume(state, from, n_arguments, &mut n_results) {
                ffi::LUA_OK if wants_results => {
                    let n_results = ffi::lua_gettop(state);
                    if ffi::lua_checkstack(from, n_results) == 0 {
                        return Err(Failure {
                            message: "too many results".to_owned(),
                        });
                    }
                    ffi::lua_xmove(state, from, n_results);
                    MultiValue::from_stack_multi(n_results, raw)
                        .map(Resumed::Ended)
                        .map_err(|error| Failure {
                            message: error.to_string(),
                        })
                }
                ffi::LUA_OK => {
                    ffi::lua_settop(state, 0);
                    Ok(Resumed::Ended(MultiValue::new()))
                }
                ffi::LUA_YIELD => {
                    ffi::lua_pop(state, n_results);
                    Ok(Resumed::Suspended)
                }
                _ => {
                    ffi::lua_xmove(state, from, 1);
                    let message = match raw.pop::<Value>() {
                        Ok(value) => error_text(&value),
                        Err(error) => error.to_string(),
                    };
                    Err(Failure { message })
                }
            }
        }
    })
}

/// The text of an error value.
fn error_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string_lossy(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Nil => "nil".to_owned(),
        Value::Error(error) => plain_error(error),
        other => match other.to_string() {
            Ok(text)
                if matches!(other, Value::Table(_) | Value::UserData(_))
                    && !text.starts_with("table: 0x") =>
            {
                text
            }
            _ => format!("(error object is a {} value)", other.type_name()),
        },
    }
}

/// An mlua error without its layers and tracebacks.
pub(crate) fn plain_error(error: &mlua::Error) -> String {
    match error {
        mlua::Error::CallbackError { cause, .. } | mlua::Error::WithContext { cause, .. } => {
            plain_error(cause)
        }
        mlua::Error::RuntimeError(message)
        | mlua::Error::MemoryError(message)
        | mlua::Error::SyntaxError { message, .. } => {
            let traceback = message.find("\nstack traceback:");
            message[..traceback.unwrap_or(message.len())].to_owned()
        }
        other => other.to_string(),
    }
}

/// The task waits: files it under what it waits for.
fn suspend(runtime: &Runtime, id: TaskId) {
    let mut world = runtime.world.borrow_mut();
    let Some(task) = world.tasks.get_mut(&id) else {
        return;
    };
    let thread = task.thread;
    let (mut timer, mut job) = (None, None);
    let wait = task.waiting.get_or_insert_with(|| Wait::Until {
        sample: 0,
        reason: "yield".to_owned(),
    });
    match wait {
        Wait::Until { sample, .. } => timer = Some(*sample),
        Wait::Async { job: queued } => job = queued.take(),
        Wait::Release(_) => {}
    }
    let reason = wait.reason();
    if let Some(sample) = timer {
        match thread {
            Thread::Controller => world.controller_timers.insert((sample, id)),
            Thread::Processor => world.processor_timers.insert((sample, id)),
        };
    }
    if let Some((function, arguments)) = job {
        world.async_jobs.push_back(AsyncJob {
            function,
            arguments,
            caller: id,
        });
    }
    world.record(RecordKind::Suspend { reason });
    let task = world.tasks.get(&id);
    let view = task.and_then(|task| debug::view(runtime, &world, task));
    drop(world);
    debug::notify(runtime, TaskChange::Suspend, view);
}

/// The task is over: wakes whoever waits for it.
fn leave(runtime: &Runtime, id: TaskId, change: TaskChange, results: MultiValue) {
    let mut world = runtime.world.borrow_mut();
    let Some(task) = world.tasks.remove(&id) else {
        return;
    };
    if change == TaskChange::End && !task.is_quiet {
        world.record(RecordKind::TaskEnd);
    }
    world.undo.end(id);
    match task.purpose {
        Purpose::Plain => {}
        Purpose::Async(caller) => world.async_done.push_back(caller),
        Purpose::Idle => world.idle_running = false,
        Purpose::Answer => {
            let results = (change == TaskChange::End).then_some(results);
            world.answers.push((id, results));
        }
    }
    let view = debug::view(runtime, &world, &task);
    world.end_removed_script(id);
    drop(world);
    debug::notify(runtime, change, view);
}

/// The task failed: reports the error; the module lives on unless it ran out of time.
fn fail(lua: &Lua, runtime: &Runtime, id: TaskId, coroutine: &Coroutine, failure: Failure) {
    let state = coroutine.state();
    if debug::is_terminated(runtime) {
        runtime.world.borrow_mut().end_script();
        return;
    }
    let error = traceback::script_error(lua, runtime, id, state, failure.message);
    {
        let mut world = runtime.world.borrow_mut();
        world.errors += 1;
        world.record(RecordKind::Error(Box::new(error.clone())));
    }
    debug::notify_error(lua, runtime, &error);
    leave(runtime, id, TaskChange::Error, MultiValue::new());
    if runtime.meter.is_stopped() {
        runtime.world.borrow_mut().end_script();
    }
}

/// Starts what has been spawned, first in, first out, once no task runs any more (HALion semantics 4.9). What a spawned task
/// spawns joins the end of the queue.
fn start_spawned(lua: &Lua, runtime: &Runtime) {
    {
        let mut world = runtime.world.borrow_mut();
        if world.current.is_some() || std::mem::replace(&mut world.starting_spawned, true) {
            return;
        }
    }
    loop {
        let next = runtime.world.borrow_mut().spawned.pop_front();
        let Some((id, arguments)) = next else { break };
        run_new(lua, runtime, id, arguments);
    }
    runtime.world.borrow_mut().starting_spawned = false;
}
