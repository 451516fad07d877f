//! What only zones have: wavetables, the FM-X algorithm; and the points of envelopes (HALion semantics 9.16).

use mlua::{Table, Value as LuaValue};

use crate::{
    builtins::{element_values, elements},
    event::short,
    native::{self, Body, Call, Raise},
    tree::{Value, table},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getWavetable" => get_wavetable,
        "setWavetable" => set_wavetable,
        "setZoneFMXAlgo" => set_algorithm,
        "insertEnvelopePoint" => insert_point,
        "removeEnvelopePoint" => remove_point,
        _ => return None,
    })
}

/// Wavetable oscillator 1 or 2, as an index from 0.
fn oscillator(call: &Call<'_>) -> Result<usize, Raise> {
    match call.number(1)? {
        1.0 => Ok(0),
        2.0 => Ok(1),
        other => Err(call.bad(1, &format!("1 or 2 expected, got {}", short(other)))),
    }
}

/// A copy; nil if the zone has no such wavetable.
fn get_wavetable(call: &Call<'_>) -> native::Result {
    let (zone, index) = (elements::receiver(call)?, oscillator(call)?);
    let wavetable = call.world(|world| world.tree.get(zone)?.zone()?.wavetables[index].clone());
    native::value(match wavetable {
        Some(wavetable) => element_values::to_lua(call.lua, call.host, &wavetable)?,
        None => LuaValue::Nil,
    })
}

/// Its structure must stay.
fn set_wavetable(call: &Call<'_>) -> native::Result {
    let (zone, index) = (elements::receiver(call)?, oscillator(call)?);
    let value = element_values::from_lua(call, 2)?;
    let Value::Table(wavetable) = &value else {
        return Err(call.expected(2, "table"));
    };
    table::check_wavetable(wavetable).map_err(|why| call.bad(2, &format!("wavetable{why}")))?;
    let n_waves = wavetable.items.len();
    call.world(|world| {
        if let Some(zone) = world.tree.get_mut(zone).and_then(|node| node.zone_mut()) {
            zone.wavetables[index] = Some(value);
        }
        let change = format!("wavetable {} has {n_waves} waves", index + 1);
        world.tell_tree(zone, change);
    });
    native::nothing()
}

/// `setZoneFMXAlgo(zone, algo)`.
fn set_algorithm(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let (zone, number) = (elements::argument(call, 1)?, call.number(2)?);
    if number.fract() != 0.0 {
        return Err(call.bad(2, &format!("whole number expected, got {}", short(number))));
    }
    call.world(|world| {
        if let Some(zone) = world.tree.get_mut(zone).and_then(|node| node.zone_mut()) {
            zone.fmx_algorithm = Some(number as u32);
        }
        world.tell_tree(zone, format!("FM-X algorithm {}", short(number)));
    });
    native::nothing()
}

/// A position in an array of points.
fn point(call: &Call<'_>, points: &Table, n_more: usize) -> Result<usize, Raise> {
    let (number, n_points) = (call.number(2)?, points.raw_len() + n_more);
    if number.fract() == 0.0 && (1.0..=n_points as f64).contains(&number) {
        return Ok(number as usize);
    }
    if n_points == 0 {
        return Err(call.bad(2, "there are no points"));
    }
    let got = short(number);
    Err(call.bad(2, &format!("1 to {n_points} expected, got {got}")))
}

/// `insertEnvelopePoint(envelopeArray, index, level, duration, curve)`: before the given point, or at the end.
fn insert_point(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let points = call.table(1)?;
    let at = point(call, &points, 1)?;
    let fields = [
        ("level", call.number(3)?),
        ("duration", call.number(4)?),
        ("curve", call.number(5)?),
    ];
    let new = call.lua.create_table()?;
    for (name, number) in fields {
        new.raw_set(name, number)?;
    }
    points.raw_insert(at as i64, new)?;
    native::nothing()
}

/// `removeEnvelopePoint(envelopeArray, index)`.
fn remove_point(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let points = call.table(1)?;
    let at = point(call, &points, 0)?;
    points.raw_remove(at as i64)?;
    native::nothing()
}
