//! The `debug` library, cut down to what looks at Lua functions.
//!
//! Invariant: a script reaches neither the hook of the time-out meter nor values inside the engine's own functions, with
//! which it could break the process. Raw C functions without Rust destructors.

use std::ffi::c_int;

use mlua::{Function, Lua, Table, Value, ffi};

/// Removes what changes things; guards what looks.
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let debug: Table = lua.globals().raw_get("debug")?;
    for name in [
        "debug",
        "gethook",
        "getmetatable",
        "getregistry",
        "getuservalue",
        "sethook",
        "setlocal",
        "setmetatable",
        "setupvalue",
        "setuservalue",
        "upvaluejoin",
    ] {
        debug.raw_set(name, Value::Nil)?;
    }
    for (name, guard) in [
        ("getupvalue", get_upvalue as ffi::lua_CFunction),
        ("upvalueid", get_upvalue),
        ("getlocal", get_local),
    ] {
        let stock: Function = debug.raw_get(name)?;
        // SAFETY: the stock function is on top of the stack and becomes the upvalue.
        let guarded: Function =
            unsafe { lua.exec_raw(stock, |l| ffi::lua_pushcclosure(l, guard, 1))? };
        debug.raw_set(name, guarded)?;
    }
    Ok(())
}

/// Nothing for C functions.
unsafe extern "C-unwind" fn get_upvalue(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        if ffi::lua_iscfunction(l, 1) != 0 {
            return 0;
        }
        stock(l)
    }
}

/// Nothing for the frames of C functions, nor for other coroutines.
unsafe extern "C-unwind" fn get_local(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; the record is plain data.
    unsafe {
        if ffi::lua_type(l, 1) == ffi::LUA_TTHREAD {
            return 0;
        }
        if ffi::lua_isnumber(l, 1) != 0 {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            let level = ffi::lua_tointeger(l, 1).clamp(-1, 1 << 30) as c_int;
            if level >= 0 && ffi::lua_getstack(l, level, &mut ar) != 0 {
                ffi::lua_getinfo(l, c"l".as_ptr(), &mut ar);
                if ar.currentline < 0 {
                    return 0;
                }
            }
        }
        stock(l)
    }
}

/// Goes on with the stock function in the same frame.
unsafe fn stock(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: the upvalue is the stock C function; see `install`.
    unsafe { ffi::lua_tocfunction(l, ffi::lua_upvalueindex(1)).map_or(0, |stock| stock(l)) }
}
