//! `string.find` and its like, which no time-out can reach inside: the meter is charged with their work before they start.
//!
//! Invariant: raw C functions without Rust destructors; the work itself is the stock function's.

use std::ffi::c_int;

use mlua::{Function, Lua, Result, Table, ffi};

use crate::meter::meter_of;
use crate::pattern::{self, Search};

/// A search that cannot take more steps than this is not looked at.
const SMALL: f64 = 20_000.0;

/// Puts the meter in front of the stock functions.
pub(crate) fn install(lua: &Lua) -> Result<()> {
    let string: Table = lua.globals().raw_get("string")?;
    for (name, guard) in [
        ("find", find as ffi::lua_CFunction),
        ("match", match_),
        ("gmatch", gmatch),
        ("gsub", gsub),
        ("rep", rep),
    ] {
        let stock: Function = string.raw_get(name)?;
        // SAFETY: the function is on top of the stack and becomes the upvalue.
        let guarded: Function =
            unsafe { lua.exec_raw(stock, |l| ffi::lua_pushcclosure(l, guard, 1)) }?;
        string.raw_set(name, guarded)?;
    }
    Ok(())
}

unsafe extern "C-unwind" fn find(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        let (subject, text) = (bytes(l, 1), bytes(l, 2));
        let is_plain = ffi::lua_toboolean(l, 4) != 0;
        if is_plain || text.iter().all(|byte| !b"^$*+?.([%-".contains(byte)) {
            let work = subject.len() as f64 * text.len() as f64;
            if work > SMALL {
                let start = start(l, subject.len());
                charge(l, |limit| pattern::plain_steps(start, subject, text, limit));
            }
            return stock(l);
        }
        guarded(l, Search::First(start(l, subject.len())))
    }
}

unsafe extern "C-unwind" fn match_(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe { guarded(l, Search::First(start(l, bytes(l, 1).len()))) }
}

/// The iterator is charged for all matches at once.
unsafe extern "C-unwind" fn gmatch(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe { guarded(l, Search::Each) }
}

unsafe extern "C-unwind" fn gsub(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        let most = match ffi::lua_isnumber(l, 4) {
            0 => usize::MAX,
            _ => ffi::lua_tonumber(l, 4).max(0.0) as usize,
        };
        guarded(l, Search::Replace(most))
    }
}

/// `("").rep(n)` goes round `n` times for nothing.
unsafe extern "C-unwind" fn rep(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        // Where there is something to repeat, memory is the limit.
        let is_nothing = bytes(l, 1).is_empty() && bytes(l, 3).is_empty();
        let n = ffi::lua_tonumber(l, 2).min(f64::from(i32::MAX));
        if is_nothing && n > SMALL {
            charge(l, |limit| (n as u64 / 4).min(limit.saturating_add(1)));
        }
        stock(l)
    }
}

unsafe fn guarded(l: *mut ffi::lua_State, search: Search) -> c_int {
    // SAFETY: the caller passes a live state; the texts stay on the stack while they are read.
    unsafe {
        let (subject, text) = (bytes(l, 1), bytes(l, 2));
        if pattern::may_exceed(subject, text, SMALL) {
            charge(l, |limit| pattern::steps(search, subject, text, limit));
        }
        stock(l)
    }
}

/// Raises the time-out if the work is more than what is left.
unsafe fn charge(l: *mut ffi::lua_State, steps: impl FnOnce(u64) -> u64) {
    // SAFETY: the caller passes a live state and holds no value with a destructor.
    unsafe {
        if let Some(meter) = meter_of(l)
            && let Some(limit) = meter.left()
        {
            meter.charge_steps(steps(limit));
            meter.check(l);
        }
    }
}

unsafe fn stock(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: the upvalue is the stock function, which gets its own arguments.
    unsafe { ffi::lua_tocfunction(l, ffi::lua_upvalueindex(1)).map_or(0, |stock| stock(l)) }
}

/// The bytes of a string or number argument; none for what the stock function refuses.
unsafe fn bytes<'a>(l: *mut ffi::lua_State, at: c_int) -> &'a [u8] {
    // SAFETY: a string on the stack is alive, and stays where it is, while the function runs.
    unsafe {
        if ffi::lua_isstring(l, at) == 0 {
            return &[];
        }
        let mut len = 0;
        let start = ffi::lua_tolstring(l, at, &mut len).cast::<u8>();
        std::slice::from_raw_parts(start, len)
    }
}

/// The offset where argument 3 says to start; behind the end for one that finds nothing.
unsafe fn start(l: *mut ffi::lua_State, len: usize) -> usize {
    // SAFETY: the caller passes a live state.
    let at = unsafe {
        match ffi::lua_isnumber(l, 3) {
            0 => 1.0,
            _ => ffi::lua_tonumber(l, 3).trunc(),
        }
    };
    let at = if at < 0.0 { len as f64 + at + 1.0 } else { at };
    (at.max(1.0) - 1.0) as usize
}
