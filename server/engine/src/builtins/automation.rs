//! Automation parameters of the plug-in: `assignAutomation`, `forgetAutomation`, `getAutomationIndex`.

use mlua::Value;

use crate::{
    builtins::{elements, quick_controls},
    native::{self, Body, Call, Raise},
    outside::Place,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "assignAutomation" => assign,
        "forgetAutomation" => forget,
        "getAutomationIndex" => index,
        _ => return None,
    })
}

/// The parameter that arguments 1 and 2 name.
fn place(call: &Call<'_>) -> Result<Place, Raise> {
    let element = elements::argument(call, 1)?;
    let parameter = quick_controls::parameter_id(call, element, 2)?;
    Ok(Place { element, parameter })
}

/// A parameter has one automation parameter at most, and the other way round; nil takes the next free one.
fn assign(call: &Call<'_>) -> native::Result {
    let place = place(call)?;
    let asked = match call.value(3) {
        Value::Nil => None,
        _ => Some(call.number_in(3, 1.0, 1e9)? as i64),
    };
    if !matches!(call.value(4), Value::Nil) {
        elements::argument(call, 4)?;
    }
    let index = call.world(|world| {
        let automation = &mut world.outside.automation;
        automation.retain(|_, known| *known != place);
        let index = asked.unwrap_or_else(|| {
            let mut free = 1;
            while automation.contains_key(&free) {
                free += 1;
            }
            free
        });
        automation.insert(index, place);
        index
    });
    native::number(index as f64)
}

fn forget(call: &Call<'_>) -> native::Result {
    let place = place(call)?;
    call.world(|world| world.outside.automation.retain(|_, known| *known != place));
    native::nothing()
}

/// nil for a parameter that has none.
fn index(call: &Call<'_>) -> native::Result {
    let place = place(call)?;
    let index = call.world(|world| {
        let mut automation = world.outside.automation.iter();
        automation
            .find(|(_, known)| **known == place)
            .map(|(&index, _)| index)
    });
    native::value(index.map_or(Value::Nil, |index| Value::Number(index as f64)))
}
