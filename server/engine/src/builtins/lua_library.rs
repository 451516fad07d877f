//! The Lua standard library as HALion has it (HALion semantics 11.1 to 11.4), without a disk, a clock or memory addresses.
//!
//! Invariant: whatever would differ from run to run comes from the scenario's seed and from virtual time.

use halion_api::{Availability, Threads, api};
use mlua::{Function, Lua, Table, Value, ffi};

use crate::{
    builtins::{debug_library, finalizers, io, modules, output, types},
    charges,
    files::{self, FileError, Reach},
    native::{self, Body, Call, Raise},
    proposed,
    runtime::Host,
};

/// Removes, replaces and limits what `mlua` has opened.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    remove(lua)?;
    make_objects(lua)?;
    let globals = lua.globals();
    for (name, body) in [
        ("print", output::print as Body),
        ("type", type_of),
        ("tostring", to_string),
        ("load", modules::load),
        ("loadstring", modules::load),
        ("loadfile", modules::load_file),
        ("dofile", modules::do_file),
        ("require", modules::require),
        ("collectgarbage", collect_garbage),
    ] {
        globals.raw_set(
            name,
            native::function(lua, host, name, Threads::BOTH, body)?,
        )?;
    }
    fill(
        lua,
        host,
        "math",
        &[("random", random as Body), ("randomseed", random_seed)],
    )?;
    fill(
        lua,
        host,
        "os",
        &[
            ("time", os_time as Body),
            ("clock", os_clock),
            ("date", os_date),
            ("remove", os_remove),
            ("rename", os_rename),
        ],
    )?;
    io::install(lua, host)?;
    format_without_addresses(lua, host)?;
    charges::install(lua)?;
    finalizers::install(lua, host)?;
    debug_library::install(lua)?;
    modules::install(lua, host)
}

fn fill(lua: &Lua, host: &Host, table: &str, functions: &[(&str, Body)]) -> mlua::Result<()> {
    let library: Table = lua.globals().raw_get(table)?;
    for (name, body) in functions {
        library.raw_set(
            *name,
            native::function(lua, host, name, Threads::BOTH, *body)?,
        )?;
    }
    Ok(())
}

/// Stock functions become closures: as bare C functions, a table with such keys would be ordered by where the program lies
/// in memory.
fn make_objects(lua: &Lua) -> mlua::Result<()> {
    let globals = lua.globals();
    let mut tables = vec![globals.clone()];
    for pair in globals.pairs::<Value, Value>() {
        if let (_, Value::Table(table)) = pair?
            && table != globals
        {
            tables.push(table);
        }
    }
    for table in tables {
        let pairs: Vec<_> = table
            .pairs::<Value, Function>()
            .filter_map(Result::ok)
            .collect();
        for (key, function) in pairs {
            // SAFETY: a C function without upvalues looks at none, so one more does not matter.
            let closure: Function = unsafe {
                lua.exec_raw(function, |l| {
                    let bare = ffi::lua_tocfunction(l, -1);
                    if let (Some(bare), true) = (bare, ffi::lua_getupvalue(l, -1, 1).is_null()) {
                        ffi::lua_pushnil(l);
                        ffi::lua_pushcclosure(l, bare, 1);
                        ffi::lua_remove(l, -2);
                    } else if bare.is_some() {
                        ffi::lua_pop(l, 1);
                    }
                })?
            };
            table.raw_set(key, closure)?;
        }
    }
    Ok(())
}

/// What HALion does not have is nil, so that using it gives Lua's usual message (HALion semantics 11.1).
fn remove(lua: &Lua) -> mlua::Result<()> {
    let globals = lua.globals();
    for entry in api()
        .lua()
        .entries()
        .filter(|entry| entry.availability == Availability::Removed)
    {
        match globals.raw_get::<Value>(entry.library.as_str())? {
            Value::Table(library) => library.raw_set(entry.name.as_str(), Value::Nil)?,
            _ => globals.raw_set(entry.name.as_str(), Value::Nil)?,
        }
    }
    for library in api()
        .lua()
        .libraries()
        .iter()
        .filter(|library| library.availability == Availability::Removed)
    {
        globals.raw_set(library.name.as_str(), Value::Nil)?;
        let package: Table = globals.raw_get("package")?;
        let loaded: Table = package.raw_get("loaded")?;
        loaded.raw_set(library.name.as_str(), Value::Nil)?;
    }
    Ok(())
}

/// The class name for HALion's objects (HALion semantics 9.3).
fn type_of(call: &Call<'_>) -> native::Result {
    if !call.has(1) {
        return Err(call.bad(1, "value expected"));
    }
    native::value(Value::String(
        call.lua
            .create_string(types::type_name(call.lua, &call.value(1)))?,
    ))
}

fn to_string(call: &Call<'_>) -> native::Result {
    if !call.has(1) {
        return Err(call.bad(1, "value expected"));
    }
    native::value(types::shown(call.lua, call.value(1))?)
}

/// `string.format`, with objects shown like `tostring` shows them.
fn format_without_addresses(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let string: Table = lua.globals().raw_get("string")?;
    let stock: Function = string.raw_get("format")?;
    let shown = native::function(lua, host, "format", Threads::BOTH, |call| {
        native::value(match call.value(1) {
            value @ (Value::Nil | Value::Boolean(_) | Value::Integer(_) | Value::Number(_)) => {
                value
            }
            value => types::shown(call.lua, value)?,
        })
    })?;
    string.raw_set("format", crate::format::wrap(lua, stock, shown)?)
}

/// SplitMix64 over the scenario's seed.
fn next_random(call: &Call<'_>) -> f64 {
    call.world(|world| {
        world.random = world.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = world.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// As in Lua 5.2: nothing, an upper end, or both ends.
fn random(call: &Call<'_>) -> native::Result {
    let (low, high, at) = match call.args.len() {
        0 => return native::number(next_random(call)),
        1 => (1.0, call.number(1)?, 1),
        2 => (call.number(1)?, call.number(2)?, 2),
        _ => return Err(Raise::Script("wrong number of arguments".to_owned())),
    };
    if low > high || low.is_nan() || high.is_nan() {
        return Err(call.bad(at, "interval is empty"));
    }
    native::number((next_random(call) * (high - low + 1.0)).floor() + low)
}

fn random_seed(call: &Call<'_>) -> native::Result {
    let seed = call.number(1)?;
    call.world(|world| world.random = seed.to_bits());
    native::nothing()
}

/// Seconds since 1970, in virtual time; with a table the time it describes, as UTC.
fn os_time(call: &Call<'_>) -> native::Result {
    let Value::Table(date) = call.value(1) else {
        return native::number(
            (proposed::EPOCH_SECONDS + call.world(|world| world.clock.now_ms()) / 1000.0).floor(),
        );
    };
    // Far beyond every calendar, and far from where the days would overflow.
    const FARTHEST: f64 = 1e9;
    let field = |name: &str, default: Option<f64>| match date.raw_get::<Option<f64>>(name) {
        Ok(Some(value)) if (-FARTHEST..=FARTHEST).contains(&value) => Ok(value),
        Ok(Some(_)) => Err(Raise::Script(format!("field '{name}' is out of range"))),
        _ => default.ok_or_else(|| Raise::Script(format!("field '{name}' missing in date table"))),
    };
    let (year, month, day) = (
        field("year", None)?,
        field("month", None)?,
        field("day", None)?,
    );
    let seconds = field("hour", Some(12.0))? * 3600.0
        + field("min", Some(0.0))? * 60.0
        + field("sec", Some(0.0))?;
    native::number(
        crate::calendar::days(year as i64, month as i64, day as i64) as f64 * 86_400.0 + seconds,
    )
}

/// Seconds of virtual time.
fn os_clock(call: &Call<'_>) -> native::Result {
    native::number(call.world(|world| world.clock.now_ms()) / 1000.0)
}

/// `os.date(format, time)` in UTC.
fn os_date(call: &Call<'_>) -> native::Result {
    let format = if call.value(1).is_nil() {
        "%c".to_owned()
    } else {
        call.string(1)?
    };
    let now = (proposed::EPOCH_SECONDS + call.world(|world| world.clock.now_ms()) / 1000.0).floor();
    let time = call.number_or(2, now)?;
    if !(-1e14..=1e14).contains(&time) {
        return Err(call.bad(2, "time out of range"));
    }
    let date = crate::calendar::Date::at(time as i64);
    let format = format.strip_prefix('!').unwrap_or(&format);
    if format.starts_with("*t") {
        let table = call.lua.create_table()?;
        for (name, value) in date.fields() {
            table.raw_set(name, value as f64)?;
        }
        table.raw_set("isdst", false)?;
        return native::value(Value::Table(table));
    }
    let text = date
        .format(format)
        .map_err(|bad| call.bad(1, &format!("invalid conversion specifier '{bad}'")))?;
    native::value(Value::String(call.lua.create_string(text)?))
}

/// `os.remove(path)`
fn os_remove(call: &Call<'_>) -> native::Result {
    call.host.meter.charge_call();
    let path = call.bytes(1)?;
    let removed =
        files::locate(call.host, &path, Reach::Lua).and_then(|place| match place.is_given() {
            true => Err(FileError::Denied),
            false => call.host.files.borrow_mut().remove(&place),
        });
    match removed {
        Ok(()) => native::boolean(true),
        Err(error) => io::failure(call, Some(&String::from_utf8_lossy(&path)), &error),
    }
}

/// `os.rename(from, to)`
fn os_rename(call: &Call<'_>) -> native::Result {
    call.host.meter.charge_call();
    let (from, to) = (call.bytes(1)?, call.bytes(2)?);
    let locate = |path: &[u8]| files::locate(call.host, path, Reach::Lua);
    let renamed = locate(&from)
        .and_then(|from| Ok((from, locate(&to)?)))
        .and_then(|(from, to)| match from.is_given() || to.is_given() {
            true => Err(FileError::Denied),
            false => Ok((from, to)),
        })
        .and_then(|(from, to)| call.host.files.borrow_mut().rename(&from, &to));
    match renamed {
        Ok(()) => native::boolean(true),
        Err(error) => io::failure(call, Some(&String::from_utf8_lossy(&from)), &error),
    }
}

/// Collecting is allowed; the numbers it gives would differ between machines, except that they exist.
fn collect_garbage(call: &Call<'_>) -> native::Result {
    let option = if call.value(1).is_nil() {
        "collect".to_owned()
    } else {
        call.string(1)?
    };
    match option.as_str() {
        "collect" => {
            call.host.meter.charge_memory(call.lua.used_memory());
            call.lua.gc_collect()?;
            native::number(0.0)
        }
        "count" => native::number((call.lua.used_memory() as f64 / 1024.0).floor()),
        "step" => native::boolean(call.lua.gc_step()?),
        "stop" | "restart" | "setpause" | "setstepmul" | "generational" | "incremental" => {
            native::number(0.0)
        }
        "isrunning" => native::boolean(true),
        other => Err(call.bad(1, &format!("invalid option '{other}'"))),
    }
}
