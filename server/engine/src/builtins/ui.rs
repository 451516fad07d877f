//! What is different in the script of a macro page or template: no `this`, but `getElement` (HALion semantics 10.2).

use mlua::{Lua, Table, Value};

use crate::native::{self, Body, Call};

/// Registry name of the element that carries the macro page.
const ELEMENT: &str = "halion.ui_element";

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getElement" => element,
        _ => return None,
    })
}

/// Takes `this` away. The macro page is the program's.
pub(crate) fn install(lua: &Lua) -> mlua::Result<()> {
    let globals = lua.globals();
    let this = globals.raw_get::<Table>("this")?;
    globals.raw_set("this", Value::Nil)?;
    lua.set_named_registry_value(ELEMENT, this.get::<Value>("program")?)
}

fn element(call: &Call<'_>) -> native::Result {
    native::value(call.lua.named_registry_value(ELEMENT)?)
}
