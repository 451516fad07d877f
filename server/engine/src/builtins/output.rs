//! Writing to the output pane: `print` and `printRaw` (HALion semantics 11.4, 11.5).

use crate::{
    builtins::types,
    native::{self, Body, Call},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "printRaw" => print_raw,
        _ => return None,
    })
}

/// Separates its arguments with a space, where stock Lua writes a tab.
pub(crate) fn print(call: &Call<'_>) -> native::Result {
    write(call, " ")
}

/// Separates nothing. A record is a piece of output; here pieces do not end a line.
fn print_raw(call: &Call<'_>) -> native::Result {
    write(call, "")
}

fn write(call: &Call<'_>, separator: &str) -> native::Result {
    call.host.meter.charge_call();
    let mut text = String::new();
    for (at, value) in call.args.iter().enumerate() {
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(&types::text(call.lua, value)?);
    }
    call.world(|world| world.print(text));
    native::nothing()
}
