//! A Lua state that has run no script yet, with HALion's API in it.

use halion_lua::Interpreter;
use mlua::{Lua, LuaOptions, StdLib};

use crate::{bindings, meter, proposed, runtime::Host};

/// Makes a state; the interpreter holds its memory and must go last. Fails only when Lua cannot be set up.
pub(crate) fn fresh(host: &Host) -> Result<(Lua, Interpreter), String> {
    let failed = |error: mlua::Error| format!("cannot set up the script engine: {error}");
    let libraries = StdLib::ALL_SAFE | StdLib::DEBUG;
    // SAFETY: the debug library is cut down to what cannot break the state before any script runs.
    let lua = unsafe { Lua::unsafe_new_with(libraries, LuaOptions::new()) };
    let mut interpreter = Interpreter::new(lua, proposed::MEMORY_LIMIT).map_err(failed)?;
    // Declared after the interpreter, so that on failure it goes first.
    let lua = interpreter.lua().clone();
    let meter = host.meter.clone();
    interpreter.report_large_blocks(Box::new(move |bytes| meter.charge_memory(bytes)));
    // Collections during set-up would come at moments that differ from run to run: mlua's registry is hashed by the
    // addresses of its own statics.
    lua.gc_stop();
    meter::install(&lua, &host.meter);
    bindings::install(&lua, host).map_err(failed)?;
    lua.gc_collect().map_err(failed)?;
    lua.gc_restart();
    Ok((lua, interpreter))
}
