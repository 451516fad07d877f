//! The debugger's seat in the engine: how it is asked what it wants, when it is called, and how it ends a script.
//!
//! Invariant: while nobody debugs, nothing here runs. While somebody does, a line costs one bitmap test unless it has a
//! breakpoint or a step may end there. One engine of an OS thread can be debugged at a time.

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

use mlua::{Lua, ffi};

use crate::{
    debug::{DebugHooks, Go, Here, Stopped, TaskChange, TaskView, TaskWatch, Watch},
    error::ScriptError,
    inspect, meter,
    runtime::{Host, Runtime},
    task::Task,
    world::World,
};

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

/// Moves the debugger's seat to a fresh state. Fails to stop there only for want of memory.
pub(crate) fn reattach(lua: &Lua, host: &Host) {
    inspect::expire_frames();
    let hooks = host.debug.borrow_mut().take();
    if let Some(hooks) = hooks {
        host.lines.set(false);
        let _ = attach(lua, host, hooks);
    }
}

fn seat(runtime: &Runtime) -> Option<Rc<Seat>> {
    let seat = SEAT.with_borrow(Clone::clone)?;
    std::ptr::eq(seat.runtime.as_ptr(), runtime).then_some(seat)
}

/// Has the debugger ended the script? Then its tasks die without a word.
pub(crate) fn is_terminated(runtime: &Runtime) -> bool {
    seat(runtime).is_some_and(|seat| seat.terminated.get())
}

/// What a debugger is told about a task; `None` while nobody debugs.
pub(crate) fn view(runtime: &Runtime, world: &World, task: &Task) -> Option<TaskView> {
    let debug = runtime.debug.try_borrow();
    let is_seated = debug.map_or(true, |hooks| hooks.is_some());
    is_seated.then(|| TaskView::of(world, task))
}

/// Tells the debugger about a task, if there is one.
pub(crate) fn notify(runtime: &Runtime, change: TaskChange, task: Option<TaskView>) {
    let Some(task) = task else { return };
    // While the debugger is busy with a stop, an evaluation can start and end tasks; it sees them at the next stop.
    if let Ok(mut hooks) = runtime.debug.try_borrow_mut()
        && let Some(hooks) = hooks.as_mut()
    {
        hooks.task(change, &task);
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
