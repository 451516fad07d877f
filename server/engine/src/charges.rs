//! `string.find` and its like, and functions that go through lists, which no time-out can reach inside: the meter is charged with their
//! work before they start.
//!
//! Invariant: raw C functions without Rust destructors; the work itself is the stock function's.

use std::ffi::c_int;

use halion_pattern::{self as pattern, Search};
use mlua::{Function, Lua, Result, Table, ffi};

use crate::meter::meter_of;

/// A search that cannot take more steps than this is not looked at.
const SMALL: f64 = 20_000.0;
/// Steps through a list that are not worth counting.
const SMALL_LIST: u64 = 16;

/// Puts the meter in front of the stock functions.
pub(crate) fn install(lua: &Lua) -> Result<()> {
    guard(
        lua,
        "string",
        &[
            ("find", find),
            ("match", match_),
            ("gmatch", gmatch),
            ("gsub", gsub),
            ("rep", rep),
        ],
    )?;
    guard(
        lua,
        "table",
        &[
            ("insert", insert),
            ("remove", remove),
            ("concat", concat),
            ("sort", sort),
        ],
    )
}

fn guard(lua: &Lua, library: &str, guards: &[(&str, ffi::lua_CFunction)]) -> Result<()> {
    let library: Table = lua.globals().raw_get(library)?;
    for &(name, guard) in guards {
        let stock: Function = library.raw_get(name)?;
        // SAFETY: the function is on top of the stack and becomes the upvalue.
        let guarded: Function =
            unsafe { lua.exec_raw(stock, |l| ffi::lua_pushcclosure(l, guard, 1)) }?;
        library.raw_set(name, guarded)?;
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
        guarded(l, Search::First(start(l, subject.len())), 0)
    }
}

unsafe extern "C-unwind" fn match_(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe { guarded(l, Search::First(start(l, bytes(l, 1).len())), 0) }
}

/// Lua's iterator keeps the subject, the pattern and the offset; ours keeps Lua's behind them.
unsafe extern "C-unwind" fn gmatch(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; what the stock function has left is its iterator and two arguments, far below the 20 slots there are.
    unsafe {
        let n_results = stock(l);
        let iterator = ffi::lua_gettop(l);
        let Some(next) = ffi::lua_tocfunction(l, iterator) else {
            return n_results;
        };
        for upvalue in 1..=3 {
            ffi::lua_getupvalue(l, iterator, upvalue);
        }
        ffi::lua_pushcfunction(l, next);
        ffi::lua_pushcclosure(l, next_match, 4);
        1
    }
}

unsafe extern "C-unwind" fn next_match(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua; the upvalues are those that `gmatch` stores, where Lua's iterator looks for them.
    unsafe {
        let upvalue = ffi::lua_upvalueindex;
        let (subject, text) = (bytes(l, upvalue(1)), bytes(l, upvalue(2)));
        let at = ffi::lua_tonumber(l, upvalue(3)) as usize;
        charge_search(l, Search::Next(at), subject, text, 0);
        ffi::lua_tocfunction(l, upvalue(4)).map_or(0, |next| next(l))
    }
}

unsafe extern "C-unwind" fn gsub(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        // To Lua, a number below zero is a large one.
        let most = integer(l, 4).map_or(usize::MAX, |most| most as usize);
        // A capture may hold nothing, so that memory is no limit.
        let n_captures = bytes(l, 3).iter().filter(|&&byte| byte == b'%').count();
        guarded(l, Search::Replace(most), n_captures as u64)
    }
}

/// `("").rep(n)` goes round `n` times for nothing.
unsafe extern "C-unwind" fn rep(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        // Where there is something to repeat, memory is the limit.
        let is_nothing = bytes(l, 1).is_empty() && bytes(l, 3).is_empty();
        let n = integer(l, 2).map_or(0, |n| n as c_int);
        if is_nothing && f64::from(n) > SMALL {
            charge(l, |_| n as u64 / 4);
        }
        stock(l)
    }
}

/// `table.insert(list, position, item)` moves up what is behind.
unsafe extern "C-unwind" fn insert(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        if ffi::lua_gettop(l) == 3 {
            charge_moves(l);
        }
        stock(l)
    }
}

/// `table.remove(list, position)` moves down what is behind.
unsafe extern "C-unwind" fn remove(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        charge_moves(l);
        stock(l)
    }
}

/// A list of empty strings needs no memory.
unsafe extern "C-unwind" fn concat(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        let n_before = integer(l, 3).map_or(0, |first| first.max(1) as usize - 1);
        let last = integer(l, 4).map_or(usize::MAX, |last| last.max(0) as usize);
        let n_items = length(l).min(last).saturating_sub(n_before);
        charge_list(l, 2 * n_items as u64);
        stock(l)
    }
}

/// Without a function of the script's own, which the count of instructions sees.
unsafe extern "C-unwind" fn sort(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua.
    unsafe {
        if ffi::lua_isnoneornil(l, 2) != 0 {
            let n = length(l) as u64;
            charge_list(l, 2 * n * u64::from(n.max(1).ilog2()));
        }
        stock(l)
    }
}

unsafe fn charge_moves(l: *mut ffi::lua_State) {
    // SAFETY: the caller passes a live state.
    unsafe {
        if let Some(position) = integer(l, 2) {
            let n_before = usize::try_from(position).unwrap_or(0);
            charge_list(l, length(l).saturating_sub(n_before) as u64);
        }
    }
}

unsafe fn charge_list(l: *mut ffi::lua_State, steps: u64) {
    // SAFETY: the caller passes a live state.
    unsafe {
        if steps > SMALL_LIST {
            charge(l, |_| steps);
        }
    }
}

/// The length of the list that is argument 1, as it is stored.
unsafe fn length(l: *mut ffi::lua_State) -> usize {
    // SAFETY: the caller passes a live state.
    unsafe {
        match ffi::lua_istable(l, 1) {
            0 => 0,
            _ => ffi::lua_rawlen(l, 1) as usize,
        }
    }
}

unsafe fn guarded(l: *mut ffi::lua_State, search: Search, per_match: u64) -> c_int {
    // SAFETY: the caller passes a live state; the texts stay on the stack while they are read.
    unsafe {
        charge_search(l, search, bytes(l, 1), bytes(l, 2), per_match);
        stock(l)
    }
}

unsafe fn charge_search(
    l: *mut ffi::lua_State,
    search: Search,
    subject: &[u8],
    text: &[u8],
    per_match: u64,
) {
    // SAFETY: the caller passes a live state.
    unsafe {
        let most_for_matches = (subject.len() as f64 + 1.0) * per_match as f64;
        if most_for_matches > SMALL || pattern::may_exceed(subject, text, SMALL) {
            charge(l, |limit| {
                pattern::steps(search, subject, text, per_match, limit)
            });
        }
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

/// A number argument as Lua's functions take it: cut off like C does.
unsafe fn integer(l: *mut ffi::lua_State, at: c_int) -> Option<ffi::lua_Integer> {
    // SAFETY: the caller passes a live state.
    unsafe {
        let mut is_number = 0;
        let number = ffi::lua_tointegerx_(l, at, &mut is_number);
        (is_number != 0).then_some(number)
    }
}

/// The offset where argument 3 says to start; behind the end for one that finds nothing.
unsafe fn start(l: *mut ffi::lua_State, len: usize) -> usize {
    // SAFETY: the caller passes a live state.
    let at = unsafe { integer(l, 3) }.unwrap_or(1);
    match usize::try_from(at) {
        Ok(at) => at.saturating_sub(1),
        // Counted from the end.
        Err(_) => len.saturating_sub(at.unsigned_abs() as usize),
    }
}
