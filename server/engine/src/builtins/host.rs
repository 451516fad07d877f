//! The surroundings of the script: context, slot, host, product (HALion semantics 1.3, 7.5, 8.6), and calls that need a person.

use mlua::Value;

use crate::{
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
        "openURL" => open_url,
        "messageBox" => message_box,
        _ => return None,
    })
}

fn text(call: &Call<'_>, text: &str) -> native::Result {
    native::value(Value::String(call.lua.create_string(text)?))
}

/// No browser opens here: the trace says what would have been opened.
fn open_url(call: &Call<'_>) -> native::Result {
    let address = call.string(1)?;
    call.world(|world| world.print(format!("[openURL] {address}")));
    native::nothing()
}

/// Modal in HALion; answered at once here (HALion semantics 11.7).
fn message_box(call: &Call<'_>) -> native::Result {
    let text = match call.value(1) {
        Value::Table(config) => config
            .raw_get::<Option<String>>("text")
            .unwrap_or_default()
            .unwrap_or_default(),
        _ => call.string(1)?,
    };
    call.world(|world| world.print(format!("[messageBox] {text}")));
    native::number(proposed::MESSAGE_BOX_ANSWER)
}
