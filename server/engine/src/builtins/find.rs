//! Searching the program tree: `find*` and `get*` (HALion semantics 9.5, 9.6), and passwords of protected layers (HALion
//! semantics 9.14).

use std::ffi::c_int;

use mlua::{Value, ffi};

use crate::{
    builtins::elements,
    native::{self, Body, Call, Reply},
    tree::{NodeId, Search},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "findChildren" => |call| find(call, "Element"),
        "findBusses" => |call| find(call, "Bus"),
        "findEffects" => |call| find(call, "Effect"),
        "findLayers" => |call| find(call, "Layer"),
        "findMidiModules" => |call| find(call, "MidiModule"),
        "findZones" => |call| find(call, "Zone"),
        "findSlots" => |call| {
            let node = elements::receiver(call)?;
            filtered(call, below(call, node, "Slot", false), 1)
        },
        "getChild" => |call| get(call, "Element"),
        "getBus" => |call| get(call, "Bus"),
        "getEffect" => |call| get(call, "Effect"),
        "getLayer" => |call| get(call, "Layer"),
        "getMidiModule" => |call| get(call, "MidiModule"),
        "getSlot" => |call| get(call, "Slot"),
        "getZone" => |call| get(call, "Zone"),
        "addLayerPassword" => add_password,
        _ => return None,
    })
}

/// `find*(recursive, nameOrFilter)`: an array in tree order, empty if there is nothing.
fn find(call: &Call<'_>, class: &str) -> native::Result {
    let node = elements::receiver(call)?;
    filtered(call, below(call, node, class, call.flag(1)), 2)
}

/// What the script may see below an element.
fn below(call: &Call<'_>, node: NodeId, class: &str, recursive: bool) -> Vec<NodeId> {
    call.world(|world| {
        let search = Search {
            class,
            recursive,
            passwords: &world.passwords,
        };
        world.tree.find(node, &search)
    })
}

/// Those with a name, or those that a filter is true for.
fn filtered(call: &Call<'_>, mut found: Vec<NodeId>, at: usize) -> native::Result {
    let filter = match call.value(at) {
        Value::Nil => return native::value(Value::Table(elements::array(call, found)?)),
        filter @ Value::Function(_) => filter,
        _ => {
            let name = call.string(at)?;
            found.retain(|&node| is_named(call, node, &name));
            return native::value(Value::Table(elements::array(call, found)?));
        }
    };
    let objects = Value::Table(elements::array(call, found)?);
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

/// Names compare exactly (HALion semantics 9.5).
fn is_named(call: &Call<'_>, node: NodeId, name: &str) -> bool {
    call.world(|world| world.tree.get(node).is_some_and(|node| node.name == name))
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
    let node = elements::receiver(call)?;
    let found = below(call, node, class, false);
    let chosen = match call.value(1) {
        Value::Nil => found.first().copied(),
        Value::String(name) => {
            let name = name.to_string_lossy();
            found.into_iter().find(|&node| is_named(call, node, &name))
        }
        _ => {
            let position = call.number(1)?;
            (position >= 1.0)
                .then(|| found.get(position as usize - 1).copied())
                .flatten()
        }
    };
    elements::reply(call, chosen)
}

/// `addLayerPassword(pwd)`: unlocks every layer with this password for the rest of the run.
fn add_password(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let password = call.string(1)?;
    call.world(|world| world.passwords.insert(password));
    native::nothing()
}
