//! Rows of the modulation matrix of a zone, and their sources.

use halion_api::api;
use mlua::{MultiValue, Value as LuaValue};

use crate::{
    builtins::{element_values, elements},
    event::short,
    native::{self, Body, Call, Raise, Reply},
    tree::{Class, Details, Source, Value, default_set},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getModulationMatrixRow" => row,
        "getSource1" => |call| get_source(call, 0),
        "getSource2" => |call| get_source(call, 1),
        "setSource1" => |call| set_source(call, 0),
        "setSource2" => |call| set_source(call, 1),
        _ => return None,
    })
}

/// `zone:getModulationMatrixRow(rowNumber)`: each of the 32 rows is there.
fn row(call: &Call<'_>) -> native::Result {
    let zone = elements::receiver(call)?;
    let number = call.number(1)?;
    if number.fract() != 0.0 {
        return Err(call.bad(1, &format!("whole number expected, got {}", short(number))));
    }
    let number = number as u32;
    let known = call.world(|world| {
        let zone = world.tree.get(zone)?.zone()?;
        zone.rows.get(&number).copied()
    });
    if known.is_some() {
        return elements::reply(call, known);
    }
    elements::make_room(call, 1)?;
    let row = call.world(|world| {
        let class = Class::ModulationMatrixRow;
        let row = world.tree.add(class, "", default_set(class, ""));
        if let Some(node) = world.tree.get_mut(row) {
            node.parent = Some(zone);
            node.details = Details::Row {
                number,
                sources: [Source::default(), Source::default()],
            };
        }
        if let Some(zone) = world.tree.get_mut(zone).and_then(|node| node.zone_mut()) {
            zone.rows.insert(number, row);
        }
        row
    });
    elements::reply(call, Some(row))
}

/// Up to three results: the source and what it needs.
fn get_source(call: &Call<'_>, at: usize) -> native::Result {
    let row = elements::receiver(call)?;
    let source = call.world(|world| match world.tree.get(row).map(|row| &row.details) {
        Some(Details::Row { sources, .. }) => sources[at].clone(),
        _ => Source::default(),
    });
    let mut results = vec![LuaValue::Number(source.source as f64)];
    if let Some(info) = &source.info1 {
        results.push(element_values::to_lua(call.lua, call.host, info)?);
    }
    if let Some(info) = source.info2 {
        results.push(LuaValue::Number(info));
    }
    Ok(Reply::Values(MultiValue::from_vec(results)))
}

/// `setSource1(source, sourceInfo1, sourceInfo2)`.
fn set_source(call: &Call<'_>, at: usize) -> native::Result {
    let row = elements::receiver(call)?;
    let number = call.number(1)? as i64;
    let name = api()
        .enumeration("ModulationSource")
        .and_then(|sources| sources.constant_of(number))
        .map(|constant| constant.name.clone())
        .unwrap_or_default();
    let source = Source {
        source: number,
        info1: info1(call, &name, at)?,
        info2: info2(call, &name)?,
    };
    call.world(|world| {
        if let Some(Details::Row { sources, .. }) =
            world.tree.get_mut(row).map(|row| &mut row.details)
        {
            sources[at] = source;
        }
        let zone = world.tree.get(row).and_then(|row| row.parent);
        let number = match world.tree.get(row).map(|row| &row.details) {
            Some(Details::Row { number, .. }) => *number,
            _ => 0,
        };
        if let Some(zone) = zone {
            let change = format!("modulation row {number}, source {} is {name}", at + 1);
            world.tell_tree(zone, change);
        }
    });
    native::nothing()
}

/// What the source needs first: a number in a range, or an element of a class.
fn info1(call: &Call<'_>, source: &str, at: usize) -> Result<Option<Value>, Raise> {
    let number = |low: f64, high: f64| -> Result<Option<Value>, Raise> {
        let number = call.number_in(2, low, high)?;
        if number.fract() != 0.0 {
            return Err(call.bad(2, &format!("whole number expected, got {}", short(number))));
        }
        Ok(Some(Value::Number(number)))
    };
    let element = |class: &str| -> Result<Option<Value>, Raise> {
        let value = call.value(2);
        let fits = elements::class_of(call, &value).is_some_and(|own| own.is(class));
        match elements::node_of(&value).filter(|_| fits) {
            Some(node) => Ok(Some(Value::Element(node))),
            None => Err(call.expected(2, class)),
        }
    };
    match source {
        "midiControl" => number(0.0, 127.0),
        "quickControl" => element("Layer"),
        "modulationModule" => element("MidiModule"),
        "noteExpression" => number(1.0, 8.0),
        "sampleAndHold" if at == 0 => {
            Err(call.bad(1, "sampleAndHold is a source for setSource2 only"))
        }
        "sampleAndHold" => number(0.0, 5.0),
        _ => Ok(None),
    }
}

/// What the source needs second: the number of a quick control or of an output.
fn info2(call: &Call<'_>, source: &str) -> Result<Option<f64>, Raise> {
    let high = match source {
        "quickControl" => 11.0,
        "modulationModule" => 128.0,
        _ => return Ok(None),
    };
    let number = call.number_in(3, 1.0, high)?;
    if number.fract() != 0.0 {
        return Err(call.bad(3, &format!("whole number expected, got {}", short(number))));
    }
    Ok(Some(number))
}
