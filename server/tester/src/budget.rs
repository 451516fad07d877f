//! How long the Lua code of one test may compute: a budget of instructions, so that the answer is the same on every machine.
//!
//! Invariant: once it is used up, the hook comes at every instruction, so no `pcall` inside a loop can go on.

use std::cell::Cell;
use std::ffi::c_int;

use mlua::{Lua, ffi};

/// Instructions of one test with what stands before and after it: about a second.
const INSTRUCTIONS: i64 = 50_000_000;

/// Instructions between two looks.
const STEP: c_int = 10_000;

thread_local! {
    /// One test runs on an OS thread at a time.
    static LEFT: Cell<i64> = const { Cell::new(0) };
}

/// A fresh budget, for the main Lua thread and every coroutine made from now on.
pub(crate) fn refill(lua: &Lua) {
    LEFT.set(INSTRUCTIONS);
    lua.exec_raw_lua(|raw| {
        // SAFETY: storing a hook raises nothing and needs no memory.
        unsafe { ffi::lua_sethook(raw.state(), Some(hook), ffi::LUA_MASKCOUNT, STEP) }
    });
}

unsafe extern "C-unwind" fn hook(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    // SAFETY: called by Lua on a live state; no Rust value with a destructor is alive when luaL_error leaves.
    unsafe {
        LEFT.set(LEFT.get() - i64::from(ffi::lua_gethookcount(state)));
        if LEFT.get() < 0 {
            ffi::lua_sethook(state, Some(hook), ffi::LUA_MASKCOUNT, 1);
            ffi::luaL_error(
                state,
                c"the test computes for too long; is there a loop that never ends?".as_ptr(),
            );
        }
    }
}
