//! `string.format` without memory addresses: `%s` shows objects as our `tostring` does.
//!
//! Invariant: raw C function without Rust destructors; the work itself is the stock function's.

use std::ffi::c_int;

use mlua::{Function, Lua, Result, ffi};

/// Wraps the stock function; `shown` turns an object into its text and leaves other values alone.
pub(crate) fn wrap(lua: &Lua, stock: Function, shown: Function) -> Result<Function> {
    // SAFETY: the two functions are on top of the stack and become the upvalues.
    unsafe { lua.exec_raw((stock, shown), |l| ffi::lua_pushcclosure(l, format, 2)) }
}

unsafe extern "C-unwind" fn format(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; the format string stays on the stack while it is read.
    unsafe {
        let Some(stock) = ffi::lua_tocfunction(l, ffi::lua_upvalueindex(1)) else {
            return 0;
        };
        if ffi::lua_isstring(l, 1) == 0 {
            return stock(l);
        }
        ffi::luaL_checkstack(l, 4, std::ptr::null());
        let mut len = 0;
        let chars = ffi::lua_tolstring(l, 1, &mut len).cast::<u8>();
        let n_args = ffi::lua_gettop(l);
        let (mut at, mut arg) = (0, 1);
        while at < len {
            let percent = *chars.add(at) == b'%';
            at += 1;
            if !percent || at >= len {
                continue;
            }
            if *chars.add(at) == b'%' {
                at += 1;
                continue;
            }
            while at < len && !(*chars.add(at)).is_ascii_alphabetic() {
                at += 1;
            }
            arg += 1;
            if at < len && *chars.add(at) == b's' && arg <= n_args {
                ffi::lua_pushvalue(l, ffi::lua_upvalueindex(2));
                ffi::lua_pushvalue(l, arg);
                ffi::lua_call(l, 1, 1);
                ffi::lua_replace(l, arg);
            }
        }
        stock(l)
    }
}
