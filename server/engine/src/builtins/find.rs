//! Searching the program tree: `find*` and `get*` (HALion semantics 9.5, 9.6).

use std::ffi::c_int;

use halion_api::api;
use mlua::{Value, ffi};

use crate::{
    builtins::tree::{self, Tree},
    native::{self, Body, Call, Reply},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "findChildren" => |call| find(call, "Element"),
        "findBusses" => |call| find(call, "Bus"),
        "findEffects" => |call| find(call, "Effect"),
        "findLayers" => |call| find(call, "Layer"),
        "findMidiModules" => |call| find(call, "MidiModule"),
        "findSlots" => |call| find(call, "Slot"),
        "findZones" => |call| find(call, "Zone"),
        "getChild" => |call| get(call, "Element"),
        "getBus" => |call| get(call, "Bus"),
        "getEffect" => |call| get(call, "Effect"),
        "getLayer" => |call| get(call, "Layer"),
        "getMidiModule" => |call| get(call, "MidiModule"),
        "getSlot" => |call| get(call, "Slot"),
        "getZone" => |call| get(call, "Zone"),
        _ => return None,
    })
}

/// `find*(recursive, nameOrFilter)`: an array in tree order, empty if there is nothing.
fn find(call: &Call<'_>, class: &str) -> native::Result {
    let node = tree::self_node(call)?;
    let recursive = call.flag(1);
    let mut found = Vec::new();
    call.world(|world| collect(&world.tree, node, class, recursive, &mut found));
    if let Value::String(name) = call.value(2) {
        let name = name.to_string_lossy();
        call.world(|world| {
            found.retain(|&node| world.tree.get(node).is_some_and(|node| node.name == name))
        });
    }
    let objects = call.lua.create_table()?;
    for (at, node) in found.into_iter().enumerate() {
        objects.raw_set(at + 1, tree::object(call.lua, call.host, node)?)?;
    }
    let objects = Value::Table(objects);
    match call.value(2) {
        Value::Nil | Value::String(_) => native::value(objects),
        filter @ Value::Function(_) => {
            // SAFETY: both functions keep no Rust value alive over a call into Lua.
            let (keep, same) = unsafe {
                (
                    call.lua.create_c_function(keep)?,
                    call.lua.create_c_function(same)?,
                )
            };
            Ok(Reply::Call {
                function: keep,
                arguments: vec![objects, filter],
                after: same,
                extra: Value::Nil,
            })
        }
        _ => Err(call.expected(2, "name or filter function")),
    }
}

/// Array, filter: a new array of what the filter is true for; it runs here and now (HALion semantics 9.6).
unsafe extern "C-unwind" fn keep(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua with a table and a function.
    unsafe {
        // A script can get hold of this function by `debug.getinfo` and call it with anything.
        ffi::luaL_checktype(l, 1, ffi::LUA_TTABLE);
        ffi::lua_settop(l, 2);
        ffi::lua_newtable(l);
        let mut n_kept = 0;
        for at in 1..=ffi::lua_rawlen(l, 1) as ffi::lua_Integer {
            ffi::lua_pushvalue(l, 2);
            ffi::lua_rawgeti(l, 1, at);
            ffi::lua_call(l, 1, 1);
            let kept = ffi::lua_toboolean(l, -1) != 0;
            ffi::lua_pop(l, 1);
            if kept {
                n_kept += 1;
                ffi::lua_rawgeti(l, 1, at);
                ffi::lua_rawseti(l, 3, n_kept);
            }
        }
        1
    }
}

/// Nil and a value: the value.
unsafe extern "C-unwind" fn same(_: *mut ffi::lua_State) -> c_int {
    1
}

/// `get*(nameOrPosition)`: one level, the first match or nil; positions count from 1.
fn get(call: &Call<'_>, class: &str) -> native::Result {
    let node = tree::self_node(call)?;
    let mut found = Vec::new();
    call.world(|world| collect(&world.tree, node, class, false, &mut found));
    let chosen = match call.value(1) {
        Value::Nil => found.first().copied(),
        Value::String(name) => {
            let name = name.to_string_lossy();
            call.world(|world| {
                found
                    .iter()
                    .copied()
                    .find(|&node| world.tree.get(node).is_some_and(|node| node.name == name))
            })
        }
        _ => {
            let position = call.number(1)?;
            if position >= 1.0 {
                found.get(position as usize - 1).copied()
            } else {
                None
            }
        }
    };
    native::value(match chosen {
        Some(node) => Value::Table(tree::object(call.lua, call.host, node)?),
        None => Value::Nil,
    })
}

/// Depth first, in tree order.
fn collect(tree: &Tree, node: usize, class: &str, recursive: bool, found: &mut Vec<usize>) {
    let Some(node) = tree.get(node) else { return };
    for &child in &node.children {
        let Some(element) = tree.get(child) else {
            continue;
        };
        if api()
            .ancestry(element.class)
            .any(|ancestor| ancestor.name == class)
        {
            found.push(child);
        }
        if recursive {
            collect(tree, child, class, recursive, found);
        }
    }
}
