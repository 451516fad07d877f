//! `messageBox`: modal in HALion, answered at once here, by the scenario or with the first button (HALion semantics 11.7).

use halion_api::api;
use mlua::{Table, Value};

use crate::{
    builtins::{elements, types},
    event::short,
    native::{self, Body, Call, Raise},
    proposed,
};

/// The buttons of a box from the left.
const BUTTONS: [&str; 3] = ["button1", "button2", "button3"];

pub(super) fn body(name: &str) -> Option<Body> {
    (name == "messageBox").then_some(message_box as Body)
}

/// Shows text and answer in the trace.
fn message_box(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let (text, buttons) = match call.value(1) {
        Value::Table(config) => read_config(call, &config)?,
        _ => (call.string(1)?, vec![BUTTONS[0]]),
    };
    let scripted = call.world(|world| world.box_answers.pop_front());
    let answer = match scripted.as_deref() {
        Some(answer) if answer == "escape" || buttons.contains(&answer) => answer.to_owned(),
        Some(missing) => {
            let text = format!("[scenario] the box has no {missing}; its first button is taken");
            call.world(|world| world.print(text));
            BUTTONS[0].to_owned()
        }
        None => proposed::MESSAGE_BOX_ANSWER.to_owned(),
    };
    call.world(|world| world.print(format!("[messageBox] {text} -> {answer}")));
    let results = api().enumeration("MessageBoxResult");
    let result = results.and_then(|results| {
        let constant = results.constants.iter().find(|known| known.name == answer);
        Some(constant?.value as f64)
    });
    native::number(result.unwrap_or_default())
}

/// Text and buttons of a box; only the first button is always there.
fn read_config(call: &Call<'_>, config: &Table) -> Result<(String, Vec<&'static str>), Raise> {
    let text = |name: &str| -> Result<Option<String>, Raise> {
        match config.raw_get::<Value>(name)? {
            Value::Nil => Ok(None),
            value @ (Value::String(_) | Value::Integer(_) | Value::Number(_)) => {
                Ok(Some(types::text(call.lua, &value)?))
            }
            other => {
                let got = types::type_name(call.lua, &other);
                Err(call.bad(1, &format!("field '{name}': string expected, got {got}")))
            }
        }
    };
    check_type(call, config)?;
    let mut buttons = vec![BUTTONS[0]];
    for name in BUTTONS {
        let label = text(name)?;
        if name != BUTTONS[0] && label.is_some_and(|label| !label.is_empty()) {
            buttons.push(name);
        }
    }
    let shown = text("text")?.ok_or_else(|| call.bad(1, "field 'text' is missing"))?;
    Ok((shown, buttons))
}

/// The icon must be one of `MessageBoxType`.
fn check_type(call: &Call<'_>, config: &Table) -> Result<(), Raise> {
    let kind = match config.raw_get::<Value>("type")? {
        Value::Nil => return Ok(()),
        Value::Integer(kind) => kind as f64,
        Value::Number(kind) => kind,
        _ => return Err(call.bad(1, "field 'type' must be a number")),
    };
    let types = api().enumeration("MessageBoxType");
    if kind.fract() == 0.0 && types.is_none_or(|types| types.constant_of(kind as i64).is_some()) {
        return Ok(());
    }
    let kind = short(kind);
    Err(call.bad(
        1,
        &format!("field 'type': a constant of MessageBoxType expected, got {kind}"),
    ))
}
