//! The debugger's seat in the engine: which lines it is called for, what it can see there, and how it ends a script.
//!
//! Invariant: the engine knows no debugger, only [`DebugHooks`]. While nobody debugs, nothing here runs. While somebody
//! does, a line costs one bitmap test unless it has a breakpoint or a step ends there. A stop blocks inside the hook:
//! virtual time stands still until the hooks return. One engine of an OS thread can be debugged at a time.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ffi::{CStr, c_int},
    ptr::{addr_of, null},
    rc::{Rc, Weak},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use halion_api::Thread;
use mlua::{Lua, Value, ffi};

use crate::{
    builtins::modules,
    error::ScriptError,
    inspect::{self, Call, CallPlace, CodeLines, Frame, Named},
    meter,
    record::TaskId,
    runtime::{Host, Runtime},
    task::{Purpose, Task, Wait},
    traceback,
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
    /// Callback or declared function, `<main>`, `<anonymous>`.
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
    pub(crate) fn of(task: &Task) -> TaskView {
        TaskView {
            id: task.id,
            name: task.name.clone(),
            thread: task.thread,
            parent: task.parent,
            waited_for_by: match task.purpose {
                Purpose::Async(caller) => Some(caller),
                Purpose::Plain | Purpose::Idle => None,
            },
            waiting: task.waiting.as_ref().map(Wait::reason),
        }
    }
}

impl Watch {
    fn needs_lines(&self) -> bool {
        self.every_line || !self.lines.is_empty() || !self.tasks.is_empty()
    }
}

/// A script that stands still.
pub struct Stopped<'a> {
    lua: &'a Lua,
    runtime: &'a Runtime,
    here: Option<Here>,
}

/// The task in whose name we stopped.
#[derive(Clone, Copy)]
struct Here {
    task: TaskId,
    /// The innermost level that is the script's: 1 inside a hook, whose closure is level 0.
    level: i32,
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
        self.runtime
            .world
            .borrow()
            .tasks
            .values()
            .map(TaskView::of)
            .collect()
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
        let result = inspect::evaluate(self.lua, frame, source);
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
        let before = Before {
            task,
            waiting,
            thread: world.thread,
            current: world.current,
        };
        world.thread = thread;
        world.current = Some(task);
        Some(before)
    }

    /// Undoes `enter`, and what a `wait` inside the evaluation left behind.
    fn leave(&self, before: Before) {
        let mut world = self.runtime.world.borrow_mut();
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

/// The debugger's seat; its hooks are in [`Runtime::debug`].
struct Seat {
    runtime: Weak<Runtime>,
    attention: Arc<AtomicBool>,
    filter: RefCell<Filter>,
    terminated: Cell<bool>,
}

/// What the line hook tests, in the order of cost.
#[derive(Default)]
struct Filter {
    watch: Watch,
    /// One bit a line.
    bitmap: Vec<u64>,
    /// The tasks of `watch`.
    states: Vec<(*mut ffi::lua_State, Option<u32>)>,
}

thread_local! {
    /// The debugged engine of this OS thread. The hook has no other way to it that costs as little.
    static SEAT: RefCell<Option<Rc<Seat>>> = const { RefCell::new(None) };
}

/// The address is the registry key of the closure that the hook calls to stop.
static SLOW: u8 = 0;

/// Seats a debugger, before the first task runs.
pub(crate) fn attach(lua: &Lua, host: &Host, hooks: Box<dyn DebugHooks>) -> mlua::Result<()> {
    let slow =
        lua.create_function(|lua, is_line: bool| Ok(stop_in_hook(lua, is_line) == Go::Terminate))?;
    // SAFETY: pushes one value and stores it under an address of ours.
    lua.exec_raw_lua(|raw| unsafe {
        raw.push(slow)?;
        ffi::lua_rawsetp(raw.state(), ffi::LUA_REGISTRYINDEX, addr_of!(SLOW).cast());
        mlua::Result::Ok(())
    })?;
    let attention = hooks.attention();
    *host.debug.borrow_mut() = Some(hooks);
    SEAT.set(Some(Rc::new(Seat {
        runtime: Rc::downgrade(host),
        attention,
        filter: RefCell::default(),
        terminated: Cell::new(false),
    })));
    rewatch(host);
    Ok(())
}

fn seat(runtime: &Runtime) -> Option<Rc<Seat>> {
    let seat = SEAT.with_borrow(Clone::clone)?;
    std::ptr::eq(seat.runtime.as_ptr(), runtime).then_some(seat)
}

/// Has the debugger ended the script? Then its tasks die without a word.
pub(crate) fn is_terminated(runtime: &Runtime) -> bool {
    seat(runtime).is_some_and(|seat| seat.terminated.get())
}

/// Tells the debugger about a task.
pub(crate) fn notify(runtime: &Runtime, change: TaskChange, task: &TaskView) {
    // While the debugger is busy with a stop, an evaluation can start and end tasks; it sees them at the next stop.
    if let Ok(mut hooks) = runtime.debug.try_borrow_mut()
        && let Some(hooks) = hooks.as_mut()
    {
        hooks.task(change, task);
    }
    rewatch(runtime);
}

/// Tells the debugger about a task that died on `_state` of an error that nothing caught.
pub(crate) fn notify_error(lua: &Lua, runtime: &Runtime, error: &ScriptError) -> Go {
    let here = Some(Here {
        task: error.task,
        level: 0,
    });
    stop(lua, runtime, here, |hooks, stop| hooks.error(stop, error))
}

/// Lets the debugger see to its messages between two tasks.
pub(crate) fn between_tasks(lua: &Lua, runtime: &Runtime) {
    if seat(runtime).is_some_and(|seat| seat.attention.load(Ordering::Acquire)) {
        stop(lua, runtime, None, |hooks, stop| hooks.attend(stop));
    }
}

/// Inside a hook the closure is level 0 and the script's innermost call level 1.
fn stop_in_hook(lua: &Lua, is_line: bool) -> Go {
    let runtime = SEAT.with_borrow(|seat| seat.as_ref().and_then(|seat| seat.runtime.upgrade()));
    let Some(runtime) = runtime else {
        return Go::Continue;
    };
    let here = runtime
        .world
        .borrow()
        .current
        .map(|task| Here { task, level: 1 });
    stop(lua, &runtime, here, |hooks, stop| {
        if is_line {
            hooks.line(stop)
        } else {
            hooks.attend(stop)
        }
    })
}

fn stop(
    lua: &Lua,
    runtime: &Runtime,
    here: Option<Here>,
    call: impl FnOnce(&mut dyn DebugHooks, &mut Stopped<'_>) -> Go,
) -> Go {
    let go = {
        // Busy means: a hook inside an evaluation of this same stop.
        let Ok(mut hooks) = runtime.debug.try_borrow_mut() else {
            return Go::Continue;
        };
        let Some(hooks) = hooks.as_mut() else {
            return Go::Continue;
        };
        call(&mut **hooks, &mut Stopped { lua, runtime, here })
    };
    inspect::expire_frames();
    if go == Go::Terminate {
        if let Some(seat) = seat(runtime) {
            seat.terminated.set(true);
        }
        runtime.meter.stop();
    }
    rewatch(runtime);
    go
}

/// Brings the filter and the hooks of all tasks to what the debugger wants.
fn rewatch(runtime: &Runtime) {
    let Some(seat) = seat(runtime) else { return };
    let Ok(hooks) = runtime.debug.try_borrow() else {
        return;
    };
    let Some(hooks) = hooks.as_ref() else { return };
    let watch = hooks.watch();
    let mut filter = seat.filter.borrow_mut();
    let world = runtime.world.borrow();
    let state =
        |task: &TaskWatch| Some((world.tasks.get(&task.task)?.coroutine.state(), task.depth));
    let states = watch.tasks.iter().filter_map(state).collect();
    if filter.watch == watch && filter.states == states {
        return;
    }
    *filter = Filter {
        bitmap: bitmap(&watch.lines),
        states,
        watch,
    };
    let lines = filter.watch.needs_lines();
    if runtime.lines.replace(lines) != lines {
        for task in world.tasks.values() {
            meter::hook_thread(task.coroutine.state(), lines);
        }
    }
}

fn bitmap(lines: &BTreeSet<u32>) -> Vec<u64> {
    let mut bitmap = vec![0; lines.last().map_or(0, |&last| last as usize / 64 + 1)];
    for &line in lines {
        bitmap[line as usize / 64] |= 1 << (line % 64);
    }
    bitmap
}

impl Filter {
    fn wants(&self, state: *mut ffi::lua_State, line: c_int) -> bool {
        let line = usize::try_from(line).unwrap_or(0);
        let is_within =
            |depth: Option<u32>| depth.is_none_or(|depth| inspect::is_within(state, depth));
        self.watch.every_line
            || self
                .bitmap
                .get(line / 64)
                .is_some_and(|bits| bits & (1 << (line % 64)) != 0)
            || self
                .states
                .iter()
                .any(|&(watched, depth)| watched == state && is_within(depth))
    }
}

/// The line half of the one Lua hook; see `meter`.
///
/// # Safety
/// Called by Lua with a live state and activation record; no Rust value with a destructor may be alive where it raises.
pub(crate) unsafe fn line_hook(l: *mut ffi::lua_State, ar: *mut ffi::lua_Debug) {
    // SAFETY: the caller's promise.
    let line = unsafe { (*ar).currentline };
    let wants = |seat: &Option<Rc<Seat>>| {
        seat.as_ref()
            .is_some_and(|seat| seat.filter.borrow().wants(l, line))
    };
    if SEAT.with_borrow(wants) {
        // SAFETY: the caller's promise.
        unsafe { call_slow(l, true) }
    }
}

/// What the count half of the hook does for the debugger; see `meter`.
///
/// # Safety
/// As for [`line_hook`].
pub(crate) unsafe fn count_hook(l: *mut ffi::lua_State) {
    let wants = |seat: &Option<Rc<Seat>>| {
        seat.as_ref()
            .is_some_and(|seat| seat.attention.load(Ordering::Acquire))
    };
    if SEAT.with_borrow(wants) {
        // SAFETY: the caller's promise.
        unsafe { call_slow(l, false) }
    }
}

/// Calls the closure on the stopped coroutine itself, so that mlua knows which one runs.
unsafe fn call_slow(l: *mut ffi::lua_State, is_line: bool) {
    // SAFETY: room is made for the closure, its argument and what comes back.
    unsafe {
        ffi::luaL_checkstack(l, 4, null());
        ffi::lua_rawgetp(l, ffi::LUA_REGISTRYINDEX, addr_of!(SLOW).cast());
        ffi::lua_pushboolean(l, c_int::from(is_line));
        ffi::lua_call(l, 1, 1);
        let terminate = ffi::lua_toboolean(l, -1) != 0;
        ffi::lua_pop(l, 1);
        if terminate {
            ffi::lua_pushstring(l, TERMINATED.as_ptr());
            ffi::lua_error(l);
        }
    }
}

/// What a script that the debugger ends dies of; nobody gets to see it.
const TERMINATED: &CStr = c"the debugger ended the script";

/// What a text's lines hold, once compiled. The error names the line.
pub fn code_lines(text: &str) -> Result<CodeLines, String> {
    let lua = Lua::new();
    let chunk = lua
        .load(modules::chunk_text(text))
        .set_name("=line")
        .set_mode(mlua::chunk::ChunkMode::Text);
    let function = chunk.into_function();
    let function =
        function.map_err(|error| inspect::message(&error).replacen("line:", "line ", 1))?;
    Ok(inspect::lines_of_dump(&function.dump(false)))
}
