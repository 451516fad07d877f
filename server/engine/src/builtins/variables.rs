//! The globals that are more than variables: parameters (HALion semantics 6.9) and slot locals (HALion semantics 7.2, 7.3).
//!
//! Invariant: their names are never in the raw global table, so `__index` and `__newindex` of `_G` see every access.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::c_void,
};

use halion_api::{Thread, Threads};
use mlua::{Lua, Table, Value};

use crate::{
    builtins::parameters,
    native::{self, Body, Call, Raise},
    record::ParameterChange,
    runtime::{Host, Runtime},
};

/// The Controller's values of the globals that have one for each slot, too: [`crate::slot::Slot::locals`].
#[derive(Default)]
pub(crate) struct SlotLocals(BTreeMap<Vec<u8>, Value>);

impl SlotLocals {
    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.0
            .keys()
            .map(|name| String::from_utf8_lossy(name).into_owned())
    }
}

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "defineSlotLocal" => define_slot_local,
        _ => return None,
    })
}

/// Puts the metatable on `_G`; it must be the last thing that is installed.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let metatable = lua.create_table()?;
    let index_host = host.clone();
    let index =
        lua.create_function(move |_, (_, key): (Value, Value)| Ok(read(&index_host, &key)))?;
    metatable.raw_set("__index", index)?;
    metatable.raw_set(
        "__newindex",
        native::function(lua, host, "_G", Threads::BOTH, write)?,
    )?;
    lua.globals().set_metatable(Some(metatable))
}

fn read(runtime: &Runtime, key: &Value) -> Value {
    let Value::String(name) = key else {
        return Value::Nil;
    };
    let world = runtime.world.borrow();
    let name = name.as_bytes();
    if let Some(controller) = world.slot_locals.0.get(&*name) {
        return match world.thread {
            Thread::Controller => controller.clone(),
            Thread::Processor => world.slot.locals.get(&*name).cloned().unwrap_or(Value::Nil),
        };
    }
    let name = std::str::from_utf8(&name).ok();
    name.and_then(|name| world.parameters.get(name))
        .map_or(Value::Nil, |parameter| parameter.value.clone())
}

/// `_G`, key, value.
fn write(call: &Call<'_>) -> native::Result {
    let (key, value) = (call.value(2), call.value(3));
    if let Value::String(name) = &key {
        let bytes = name.as_bytes();
        let is_local = call.world(|world| {
            let Some(controller) = world.slot_locals.0.get_mut(&*bytes) else {
                return false;
            };
            match world.thread {
                Thread::Controller => *controller = value.clone(),
                Thread::Processor => {
                    world.slot.locals.insert(bytes.to_vec(), value.clone());
                }
            }
            true
        });
        if is_local {
            return native::nothing();
        }
        let name = name.to_string_lossy();
        if call.world(|world| world.parameters.get(&name).is_some()) {
            parameters::change(
                call.lua,
                call.host,
                &name,
                value,
                ParameterChange::Assignment,
            )
            .map_err(|why| Raise::Script(format!("parameter '{name}': {why}")))?;
            return native::nothing();
        }
    }
    call.lua.globals().raw_set(key, value)?;
    native::nothing()
}

/// Before or after the first assignment, on either thread (HALion semantics 7.2). Whoever calls keeps the value itself, all
/// others get copies.
fn define_slot_local(call: &Call<'_>) -> native::Result {
    let name = call.string(1)?;
    let key = name.clone().into_bytes();
    if call.world(|world| world.slot_locals.0.contains_key(&key)) {
        return native::nothing();
    }
    let globals = call.lua.globals();
    let value = globals.raw_get::<Value>(name.as_str())?;
    globals.raw_set(name, Value::Nil)?;
    let thread = call.thread();
    let caller = call.world(|world| world.slot.index);
    let controller = match thread {
        Thread::Controller => value.clone(),
        Thread::Processor => deep_copy(call.lua, &value)?,
    };
    for index in call.world(|world| world.slot_indices()) {
        let local = if thread == Thread::Processor && index == caller {
            value.clone()
        } else {
            deep_copy(call.lua, &value)?
        };
        call.world(|world| world.set_local(index, key.clone(), local));
    }
    call.world(|world| world.slot_locals.0.insert(key, controller));
    native::nothing()
}

/// The Processor of the slot whose turn it is starts with a copy of what the Controller has (HALion semantics 7.3).
pub(crate) fn start_slot(lua: &Lua, runtime: &Runtime) -> mlua::Result<()> {
    let locals: Vec<_> = {
        let world = runtime.world.borrow();
        let locals = world.slot_locals.0.iter();
        locals
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    for (name, value) in locals {
        let copy = deep_copy(lua, &value)?;
        runtime.world.borrow_mut().slot.locals.insert(name, copy);
    }
    Ok(())
}

/// Plain tables are copied with what is in them, each once, so that what was one table is one in the copy, too; objects with a
/// metatable and everything below 50 levels are shared.
fn deep_copy(lua: &Lua, value: &Value) -> mlua::Result<Value> {
    copy_below(lua, value, 0, &mut HashMap::new())
}

/// `copies` are those made so far, by the address of what they are copies of.
fn copy_below(
    lua: &Lua,
    value: &Value,
    depth: u32,
    copies: &mut HashMap<*const c_void, Table>,
) -> mlua::Result<Value> {
    let Value::Table(table) = value else {
        return Ok(value.clone());
    };
    if let Some(copy) = copies.get(&table.to_pointer()) {
        return Ok(Value::Table(copy.clone()));
    }
    if depth > 50 || table.metatable().is_some() {
        return Ok(value.clone());
    }
    let copy: Table = lua.create_table()?;
    copies.insert(table.to_pointer(), copy.clone());
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        copy.raw_set(key, copy_below(lua, &value, depth + 1, copies)?)?;
    }
    Ok(Value::Table(copy))
}
