//! `setmetatable` without finalizers: Lua runs `__gc` with its hooks off, where no time-out ends an endless loop, at moments
//! at which the engine is not ready to be called.
//!
//! Invariant: no object of a script is marked for finalization. Raw C function without Rust destructors.

use std::ffi::c_int;

use mlua::{Function, Lua, Value, ffi};

use crate::runtime::Host;

/// Wraps the stock function; a metatable with `__gc` is set all the same, and the trace says once what will not happen.
pub(super) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let globals = lua.globals();
    let stock: Function = globals.raw_get("setmetatable")?;
    let host = host.clone();
    let say = lua.create_function(move |_, ()| {
        host.world.borrow_mut().not_simulated("__gc");
        Ok(Value::Nil)
    })?;
    // SAFETY: the two functions are on top of the stack and become the upvalues.
    let wrapped: Function =
        unsafe { lua.exec_raw((stock, say), |l| ffi::lua_pushcclosure(l, set_metatable, 2))? };
    globals.raw_set("setmetatable", wrapped)
}

/// Takes `__gc` out while the stock function looks for it.
unsafe extern "C-unwind" fn set_metatable(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; arguments are checked before they are used as tables.
    unsafe {
        let Some(stock) = ffi::lua_tocfunction(l, ffi::lua_upvalueindex(1)) else {
            return 0;
        };
        if ffi::lua_type(l, 1) != ffi::LUA_TTABLE || ffi::lua_type(l, 2) != ffi::LUA_TTABLE {
            return stock(l);
        }
        ffi::lua_settop(l, 2);
        ffi::lua_pushstring(l, c"__gc".as_ptr());
        ffi::lua_rawget(l, 2);
        if ffi::lua_isnil(l, 3) != 0 {
            ffi::lua_settop(l, 2);
            return stock(l);
        }
        ffi::lua_pushvalue(l, ffi::lua_upvalueindex(2));
        ffi::lua_call(l, 0, 0);
        ffi::lua_pushstring(l, c"__gc".as_ptr());
        ffi::lua_pushnil(l);
        ffi::lua_rawset(l, 2);
        ffi::lua_pushvalue(l, ffi::lua_upvalueindex(1));
        ffi::lua_pushvalue(l, 1);
        ffi::lua_pushvalue(l, 2);
        let status = ffi::lua_pcall(l, 2, 1, 0);
        ffi::lua_pushstring(l, c"__gc".as_ptr());
        ffi::lua_pushvalue(l, 3);
        ffi::lua_rawset(l, 2);
        if status != ffi::LUA_OK {
            ffi::lua_error(l);
        }
        1
    }
}
