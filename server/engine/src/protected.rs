//! `pcall` and `xpcall` for scripts: as in Lua 5.2, with tasks able to wait inside, but a script that must end cannot
//! catch the error that ends it (HALion semantics 4.18).
//!
//! Invariant: raw C functions without Rust destructors, because they are crossed by jumps.

use std::ffi::c_int;

use mlua::{Function, Lua, Result, ffi};

use crate::meter;

/// Replaces the two functions in the globals.
pub(crate) fn install(lua: &Lua) -> Result<()> {
    // SAFETY: both functions keep to the rules of Lua 5.2 continuations.
    let (pcall, xpcall): (Function, Function) = unsafe {
        (
            lua.create_c_function(pcall)?,
            lua.create_c_function(xpcall)?,
        )
    };
    lua.globals().raw_set("pcall", pcall)?;
    lua.globals().raw_set("xpcall", xpcall)
}

unsafe extern "C-unwind" fn pcall(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; the stack holds the arguments, slot 1 is reserved below for the status.
    unsafe {
        ffi::luaL_checkany(l, 1);
        ffi::lua_pushnil(l);
        ffi::lua_insert(l, 1);
        let status = ffi::lua_pcallk(
            l,
            ffi::lua_gettop(l) - 2,
            ffi::LUA_MULTRET,
            0,
            0,
            Some(resumed),
        );
        finish(l, status)
    }
}

unsafe extern "C-unwind" fn xpcall(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; the handler moves to slot 1, the function to slot 2.
    unsafe {
        let n = ffi::lua_gettop(l);
        if n < 2 {
            return ffi::luaL_argerror(l, 2, c"value expected".as_ptr());
        }
        ffi::lua_pushvalue(l, 1);
        ffi::lua_copy(l, 2, 1);
        ffi::lua_replace(l, 2);
        let status = ffi::lua_pcallk(l, n - 2, ffi::LUA_MULTRET, 1, 0, Some(resumed));
        finish(l, status)
    }
}

/// Goes on here when the protected function waited.
unsafe extern "C-unwind" fn resumed(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua as a continuation.
    unsafe {
        let status = ffi::lua_getctx(l, std::ptr::null_mut());
        finish(l, status)
    }
}

/// Slot 1 is the handler or nil and becomes the status; the results or the error value stand above.
unsafe fn finish(l: *mut ffi::lua_State, status: c_int) -> c_int {
    // SAFETY: see the callers.
    unsafe {
        let ok = status == ffi::LUA_OK || status == ffi::LUA_YIELD;
        if !ok && meter::meter_of(l).is_some_and(meter::Meter::is_stopped) {
            ffi::lua_error(l);
        }
        if ffi::lua_checkstack(l, 1) == 0 {
            ffi::lua_settop(l, 0);
            ffi::lua_pushboolean(l, 0);
            ffi::lua_pushstring(l, c"stack overflow".as_ptr());
            return 2;
        }
        ffi::lua_pushboolean(l, c_int::from(ok));
        ffi::lua_replace(l, 1);
        ffi::lua_gettop(l)
    }
}
