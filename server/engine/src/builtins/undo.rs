//! Undo blocks: `startUndoBlock`, `endUndoBlock`, `getUndoContext` (HALion semantics 6.15).

use halion_api::api;
use mlua::Value;

use crate::{
    native::{self, Body, Call},
    undo::Direction,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "startUndoBlock" => start,
        "endUndoBlock" => end,
        "getUndoContext" => context,
        _ => return None,
    })
}

fn start(call: &Call<'_>) -> native::Result {
    let name = call.string(1)?;
    let id = match call.value(2) {
        Value::Nil => None,
        _ => Some(call.number(2)? as i64),
    };
    let id = call.world(|world| match world.current {
        Some(task) => world.undo.start(task, name, id),
        None => 0,
    });
    native::number(id as f64)
}

/// Without an open block nothing happens.
fn end(call: &Call<'_>) -> native::Result {
    call.world(|world| {
        if let Some(task) = world.current {
            world.undo.end(task);
        }
    });
    native::nothing()
}

fn context(call: &Call<'_>) -> native::Result {
    let name = match call.world(|world| world.undo.at_work) {
        None => return native::value(Value::Nil),
        Some(Direction::Undo) => "inUndo",
        Some(Direction::Redo) => "inRedo",
    };
    let constant = api().constant("UndoContext", name);
    native::value(constant.map_or(Value::Nil, |constant| Value::Number(constant.value as f64)))
}
