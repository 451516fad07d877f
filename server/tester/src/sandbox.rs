//! The Lua state of a test file: Lua without files, clocks and chance, and the functions of this crate.
//!
//! Invariant: what test code can see is a function of the test file, its scripts and their inputs alone.

use std::cell::Cell;
use std::rc::Rc;

use halion_lua::Interpreter;
use mlua::{Lua, LuaOptions, MultiValue, Result, StdLib, Value};

use crate::bench::{Bench, bench};
use crate::{assertions, collect, script};

/// Memory of a test file without its scripts, in bytes.
const MEMORY_LIMIT: usize = 256 << 20;

/// A state for a test file.
pub(crate) fn new(bench: &Rc<Bench>) -> Result<Interpreter> {
    let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::BIT | StdLib::COROUTINE;
    let interpreter = Interpreter::new(Lua::new_with(libraries, LuaOptions::new())?, MEMORY_LIMIT)?;
    let lua = interpreter.lua();
    lua.set_app_data(Rc::clone(bench));
    let globals = lua.globals();
    for missing in ["dofile", "loadfile", "collectgarbage"] {
        globals.raw_set(missing, Value::Nil)?;
    }
    globals.raw_set("print", lua.create_function(print)?)?;
    seed_random(lua)?;
    collect::install(lua, &globals)?;
    assertions::install(lua, &globals)?;
    script::install(lua, &globals)?;
    Ok(interpreter)
}

/// `print` of the test itself: shown when the test fails.
fn print(lua: &Lua, values: MultiValue) -> Result<()> {
    let texts: Result<Vec<String>> = values.iter().map(Value::to_string).collect();
    bench(lua).prints.borrow_mut().push(texts?.join("\t"));
    Ok(())
}

/// `math.random` with one sequence for every run: Lua's own comes from the C library of the machine.
fn seed_random(lua: &Lua) -> Result<()> {
    let math: mlua::Table = lua.globals().raw_get("math")?;
    let state = Rc::new(Cell::new(1_u64));
    let seeded = Rc::clone(&state);
    math.raw_set(
        "randomseed",
        lua.create_function(move |_, seed: f64| {
            seeded.set(seed.to_bits());
            Ok(())
        })?,
    )?;
    let random = move |_: &Lua, (low, high): (Option<f64>, Option<f64>)| {
        let fraction = fraction(&state);
        let (low, high) = match (low, high) {
            (None, _) => return Ok(fraction),
            (Some(high), None) => (1.0, high),
            (Some(low), Some(high)) => (low, high),
        };
        if low > high {
            return Err(mlua::Error::runtime("interval is empty"));
        }
        Ok((low + (fraction * (high - low + 1.0)).floor()).min(high))
    };
    math.raw_set("random", lua.create_function(random)?)
}

/// The next number from 0 to below 1 (SplitMix64).
fn fraction(state: &Cell<u64>) -> f64 {
    state.set(state.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
    let mut z = state.get();
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
