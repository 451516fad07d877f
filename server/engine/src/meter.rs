//! The time-out meter: a budget of Lua instructions for one stretch from resume to suspend (HALion semantics 4.18, 4.19).
//!
//! Invariant: the meter counts in a hook that fires every [`STEP`] instructions, so it is the same in every run and costs
//! under 5 %. The hook of the debugger's lines shares the entry, because a Lua state has one hook.

use std::{
    cell::Cell,
    ffi::{c_int, c_void},
    ptr::addr_of,
};

use mlua::{Lua, ffi};

use crate::{debug, proposed};

/// Instructions between two looks at the meter.
const STEP: c_int = 10_000;

/// The address is the registry key of the meter.
static KEY: u8 = 0;

/// Budget of the running stretch.
pub(crate) struct Meter {
    left: Cell<i64>,
    /// What the stretch was given in all.
    budget: Cell<i64>,
    stopped: Cell<bool>,
    /// The coroutine of the stretch; null before the first one.
    running: Cell<*mut ffi::lua_State>,
}

impl Default for Meter {
    fn default() -> Meter {
        Meter {
            left: Cell::new(0),
            budget: Cell::new(0),
            stopped: Cell::new(false),
            running: Cell::new(std::ptr::null_mut()),
        }
    }
}

impl Meter {
    /// Starts a stretch of `ms` virtual milliseconds of work on a coroutine; gives the stretch it interrupts.
    pub fn start(&self, ms: f64, running: *mut ffi::lua_State) -> Stretch {
        let instructions = instructions(ms);
        Stretch {
            left: self.left.replace(instructions),
            budget: self.budget.replace(instructions),
            running: self.running.replace(running),
        }
    }

    /// Gives the running stretch another budget; what it has used stays used.
    pub fn set_budget(&self, ms: f64) {
        let used = self.budget.get() - self.left.get();
        self.budget.set(instructions(ms));
        self.left.set(self.budget.get() - used);
    }

    /// Goes on with the interrupted stretch.
    pub fn restore(&self, stretch: Stretch) {
        self.left.set(stretch.left);
        self.budget.set(stretch.budget);
        self.running.set(stretch.running);
    }

    /// Counts the work of filling memory.
    pub fn charge_memory(&self, bytes: usize) {
        self.charge((bytes / proposed::BYTES_PER_INSTRUCTION) as i64);
    }

    /// Counts the work of a call out of Lua.
    pub fn charge_call(&self) {
        self.charge(proposed::INSTRUCTIONS_PER_CALL);
    }

    /// Counts steps inside a call of Lua's library.
    pub fn charge_steps(&self, steps: u64) {
        self.charge(i64::try_from(steps).unwrap_or(i64::MAX));
    }

    /// Instructions that are left of the running stretch, if one runs.
    pub fn left(&self) -> Option<u64> {
        let is_running = !self.running.get().is_null();
        is_running.then(|| u64::try_from(self.left.get()).unwrap_or(0))
    }

    /// Raises the time-out in a running script that has nothing left.
    ///
    /// # Safety
    /// `l` is a live state, and no Rust value with a destructor is alive where this raises.
    pub unsafe fn check(&self, l: *mut ffi::lua_State) {
        if self.left.get() < 0 || self.stopped.get() {
            self.stopped.set(true);
            // SAFETY: the caller passes a live state.
            unsafe {
                ffi::lua_pushlstring(
                    l,
                    proposed::TIME_OUT_MESSAGE.as_ptr().cast(),
                    proposed::TIME_OUT_MESSAGE.len(),
                );
                ffi::lua_error(l);
            }
        }
    }

    /// When nothing is left, the hook comes at the next instruction.
    fn charge(&self, instructions: i64) {
        self.left.set(self.left.get() - instructions);
        let running = self.running.get();
        if self.left.get() < 0 && !running.is_null() {
            // SAFETY: whoever started the stretch keeps its coroutine until `restore`; `lua_sethook` may be called at any
            // moment, even from a signal.
            unsafe { ffi::lua_sethook(running, Some(hook), ffi::lua_gethookmask(running), 1) };
        }
    }

    /// Must the script end? Then no `pcall` may catch the error that says so.
    pub fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// A fresh script may run again.
    pub fn reset(&self) {
        self.stopped.set(false);
    }

    /// Ends the script at the next look at the meter, uncatchably.
    pub fn stop(&self) {
        self.stopped.set(true);
        self.left.set(0);
    }
}

/// The meter of a stretch that was interrupted.
pub(crate) struct Stretch {
    left: i64,
    budget: i64,
    running: *mut ffi::lua_State,
}

fn instructions(ms: f64) -> i64 {
    (ms * proposed::INSTRUCTIONS_PER_MS).clamp(0.0, 1e15) as i64
}

/// Puts the meter where the hook finds it, and sets the hook of the main Lua thread, where `__tostring` of an error runs. The state must not outlive `meter`.
pub(crate) fn install(lua: &Lua, meter: &Meter) {
    let meter: *const Meter = meter;
    lua.exec_raw_lua(|raw| {
        let l = raw.state();
        // SAFETY: two stack slots are there (the Lua minimum is 20), and a light userdata needs no memory.
        unsafe {
            ffi::lua_pushlightuserdata(l, meter.cast_mut().cast::<c_void>());
            ffi::lua_rawsetp(l, ffi::LUA_REGISTRYINDEX, addr_of!(KEY).cast());
        }
        hook_thread(l, false);
    });
}

/// Sets the hook of one Lua thread: the meter, and lines if a debugger asked for them.
pub(crate) fn hook_thread(l: *mut ffi::lua_State, lines: bool) {
    let mask = if lines {
        ffi::LUA_MASKCOUNT | ffi::LUA_MASKLINE
    } else {
        ffi::LUA_MASKCOUNT
    };
    // SAFETY: storing a hook raises nothing and needs no memory.
    unsafe { ffi::lua_sethook(l, Some(hook), mask, STEP) };
}

/// The meter of a state; null before `install`.
pub(crate) unsafe fn meter_of<'a>(l: *mut ffi::lua_State) -> Option<&'a Meter> {
    // SAFETY: the caller passes a live state; `install` stored a pointer that lives as long as the state.
    unsafe {
        ffi::lua_rawgetp(l, ffi::LUA_REGISTRYINDEX, addr_of!(KEY).cast());
        let meter = ffi::lua_touserdata(l, -1).cast::<Meter>();
        ffi::lua_pop(l, 1);
        meter.as_ref()
    }
}

/// No Rust value with a destructor is alive where this raises.
unsafe extern "C-unwind" fn hook(l: *mut ffi::lua_State, ar: *mut ffi::lua_Debug) {
    // SAFETY: Lua calls hooks with a live state and activation record.
    unsafe {
        if (*ar).event == ffi::LUA_HOOKLINE {
            debug::line_hook(l, ar);
            return;
        }
        debug::count_hook(l);
        let Some(meter) = meter_of(l) else { return };
        let left = meter.left.get() - i64::from(ffi::lua_gethookcount(l));
        meter.left.set(left);
        meter.check(l);
    }
}
