//! Tables that a script fills and HALion reads: key properties, key switches, note expressions (HALion semantics 9.15).
//!
//! Each is the same table at every call, and empty at first; nothing here shows what the script puts in.

use mlua::{Table, Value};

use crate::native::{self, Body, Call};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getKeyProperties" | "getKeySwitches" | "getNoteExpressionProperties" => live_table,
        _ => return None,
    })
}

fn live_table(call: &Call<'_>) -> native::Result {
    let kept = format!("live table of {}", call.qualified);
    let table = match call.lua.named_registry_value::<Option<Table>>(&kept)? {
        Some(table) => table,
        None => {
            let table = call.lua.create_table()?;
            call.lua.set_named_registry_value(&kept, &table)?;
            table
        }
    };
    native::value(Value::Table(table))
}
