//! Fields of elements, definitions and load progresses.

use halion_api::api;
use mlua::Value;

use crate::{
    builtins::{audio_files, element_parameters, elements, parameter_definitions, presets},
    event::short,
    native::{self, Call, Raise},
    record::ParameterChange,
    tree::{Class, Details, Node, NodeId},
};

/// Reads a field; an unknown one is nil.
pub(super) fn read(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    match call.name {
        "ParameterDefinition" => return parameter_definitions::field(call, object, key),
        "AudioFile" => return audio_files::field(call, object, key),
        "LoadProgress" => return presets::progress_field(object, key),
        _ => {}
    }
    let Some(node) = elements::node_of(object) else {
        return unknown(call, key);
    };
    let text = |text: Option<String>| -> native::Result {
        native::value(Value::String(
            call.lua.create_string(text.unwrap_or_default())?,
        ))
    };
    match key {
        "name" => text(call.world(|world| Some(world.tree.get(node)?.name.clone()))),
        "type" => text(call.world(|world| Some(world.tree.get(node)?.class.name().to_owned()))),
        "id" => text(Some((node.0 + 1).to_string())),
        "level" => native::number(call.world(|world| world.tree.level(node)) as f64),
        "parameterDefinitions" => element_parameters::definitions(call, node),
        "numParams" => native::number(element_parameters::count(call, node) as f64),
        "parent" => elements::reply(call, call.world(|world| world.tree.get(node)?.parent)),
        "program" => elements::reply(call, call.world(|world| world.tree.program(node))),
        _ => own_field(call, node, key),
    }
}

/// Fields of one class.
fn own_field(call: &Call<'_>, node: NodeId, key: &str) -> native::Result {
    if call.name == Class::Program.name() {
        match key {
            "instance" => {
                return elements::reply(call, call.world(|world| world.tree.instance(node)));
            }
            "assignedSlots" => {
                let slots = call.world(|world| world.tree.slots_of(node));
                return native::value(Value::Table(elements::array(call, slots)?));
            }
            _ => {}
        }
    }
    if let ("zone", Some(parent)) = (key, call.world(|world| world.tree.get(node)?.parent))
        && call.name == Class::ModulationMatrixRow.name()
    {
        return elements::reply(call, Some(parent));
    }
    if key == "moduleType" {
        let text = call.world(|world| Some(world.tree.get(node)?.module_type().to_owned()));
        return native::value(Value::String(
            call.lua.create_string(text.unwrap_or_default())?,
        ));
    }
    match call.world(|world| world.tree.get(node).and_then(|node| plain(node, key))) {
        Some(value) => native::value(value),
        None => unknown(call, key),
    }
}

/// Numbers and booleans.
fn plain(node: &Node, key: &str) -> Option<Value> {
    let number = |number: f64| Some(Value::Number(number));
    match (&node.details, key) {
        (Details::Zone(zone), "keyLow") => number(zone.keys[0]),
        (Details::Zone(zone), "keyHigh") => number(zone.keys[1]),
        (Details::Zone(zone), "velLow") => number(zone.velocities[0]),
        (Details::Zone(zone), "velHigh") => number(zone.velocities[1]),
        (Details::Bus(bus), "isAuxBus") => Some(Value::Boolean(bus.aux_number.is_some())),
        (Details::Bus(bus), "auxNumber") => number(bus.aux_number.unwrap_or(0).into()),
        (Details::Bus(bus), "numChannels") => number(bus.n_channels.into()),
        (Details::Bus(bus), "active") => Some(Value::Boolean(bus.active)),
        (Details::Bus(bus), "bypassMask") => number(bus.bypass_mask.into()),
        (Details::Effect { bypass_mask, .. }, "bypassMask") => number((*bypass_mask).into()),
        (Details::Row { number: row, .. }, "rowNumber") => number((*row).into()),
        _ => None,
    }
}

/// A field of the API without a value says so; any other is nil.
fn unknown(call: &Call<'_>, key: &str) -> native::Result {
    if api().field(call.name, key).is_some() {
        call.world(|world| world.not_simulated(&format!("{}.{key}", call.name)));
    }
    native::nothing()
}

/// Assigns argument 3 to a field that can be assigned.
pub(super) fn write(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    if call.name == "LoadProgress" {
        return presets::set_progress_field(call, object, key);
    }
    let Some(node) = elements::node_of(object) else {
        return Err(Raise::Script(format!("{} has no field '{key}'", call.name)));
    };
    let number = match call.value(3) {
        Value::Integer(number) => number as f64,
        Value::Number(number) => number,
        other => {
            let got = crate::builtins::types::type_name(call.lua, &other);
            return Err(Raise::Script(format!(
                "field '{key}': number expected, got {got}"
            )));
        }
    };
    let refuse = |expected: &str| {
        let got = short(number);
        Err(Raise::Script(format!(
            "field '{key}': {expected} expected, got {got}"
        )))
    };
    let value = crate::scenario::Value::Number(number);
    let parameter = match key {
        "keyLow" => "LowKey",
        "keyHigh" => "HighKey",
        "velLow" => "LowVel",
        "velHigh" => "HighVel",
        _ => {
            if ![0.0, 2.0, 4.0, 6.0].contains(&number) {
                return refuse("a sum of BypassMask constants, 0, 2, 4 or 6,");
            }
            call.world(|world| {
                match world.tree.get_mut(node).map(|node| &mut node.details) {
                    Some(Details::Bus(bus)) => bus.bypass_mask = number as u32,
                    Some(Details::Effect { bypass_mask, .. }) => *bypass_mask = number as u32,
                    _ => {}
                }
                world.tell_parameter(node, key, value.clone(), ParameterChange::Assignment);
            });
            return native::nothing();
        }
    };
    if !(0.0..=127.0).contains(&number) || number.fract() != 0.0 {
        return refuse("a whole number from 0 to 127");
    }
    call.world(|world| {
        let changed =
            (world.tree.get_mut(node)).is_some_and(|zone| zone.set_range(parameter, number));
        if changed {
            world.tell_parameter(node, key, value, ParameterChange::Assignment);
        }
    });
    native::nothing()
}
