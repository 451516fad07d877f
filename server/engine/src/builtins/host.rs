//! The surroundings of the script: context, slot, host, product (HALion semantics 1.3, 7.5, 8.6), and the browser.

use mlua::Value;

use crate::{
    builtins::elements,
    native::{self, Body, Call},
    proposed,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getContext" => |call| text(call, call.thread().name()),
        "getSlotIndex" => |call| native::number(call.world(|world| world.slot.index).into()),
        "getProductName" => |call| text(call, proposed::PRODUCT_NAME),
        "getProductVersion" => |call| text(call, proposed::PRODUCT_VERSION),
        "getScriptVersion" => |call| text(call, proposed::SCRIPT_VERSION),
        "getHostName" => |call| text(call, proposed::HOST_NAME),
        "getHostVersion" => |call| text(call, proposed::HOST_VERSION),
        "getUsedMemory" => |call| native::number(call.lua.used_memory() as f64),
        "getAllocatedMemory" => allocated_memory,
        "openURL" => open_url,
        _ => return None,
    })
}

fn text(call: &Call<'_>, text: &str) -> native::Result {
    native::value(Value::String(call.lua.create_string(text)?))
}

/// Lua asks for memory in steps; the manual does not say how large HALion's are.
fn allocated_memory(call: &Call<'_>) -> native::Result {
    let used = call.lua.used_memory();
    native::number(used.next_multiple_of(proposed::MEMORY_STEP) as f64)
}

/// No browser opens here: the trace says what would have been opened.
fn open_url(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let address = call.string(1)?;
    call.world(|world| world.print(format!("[openURL] {address}")));
    native::nothing()
}
