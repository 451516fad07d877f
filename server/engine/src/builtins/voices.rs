//! What the script does to sounding voices (HALion semantics 5.9 to 5.12, 5.16). The changes are sent on as events; no sound
//! is made here.

use mlua::Value;

use crate::{
    event::{Change, Event},
    native::{self, Body, Call, Raise},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "fade" => fade,
        "changeVolume" => change_volume,
        "changeVolumedB" => change_volume_db,
        "changePan" => change_pan,
        "changeTune" => change_tune,
        "getVoices" | "getUsedVoices" | "getUsedVoicesOfSlot" => used_voices,
        _ => return None,
    })
}

/// `nil` as start goes on from the running fade (HALion semantics 5.12).
fn fade(call: &Call<'_>) -> native::Result {
    let id = call.number(1)? as i64;
    let from = if matches!(call.value(2), Value::Nil) {
        None
    } else {
        Some(call.number_in(2, 0.0, 1.0)?)
    };
    let to = call.number_in(3, 0.0, 1.0)?;
    let duration_ms = call.number(4)?.max(0.0);
    let kill = call.flag(5);
    call.world(|world| {
        if !world.slot.keys.is_sounding(id) {
            return;
        }
        let now = world.clock.now;
        world.send(
            Event::Fade {
                id,
                from,
                to,
                duration_ms,
                kill,
            },
            now,
        );
        if kill {
            world.slot.keys.ends(id);
        }
    });
    native::nothing()
}

fn change_volume(call: &Call<'_>) -> native::Result {
    let gain = call.number(2)?;
    change(call, Change::Volume, gain)
}

fn change_volume_db(call: &Call<'_>) -> native::Result {
    let gain = 10f64.powf(call.number(2)? / 20.0);
    change(call, Change::Volume, gain)
}

fn change_pan(call: &Call<'_>) -> native::Result {
    let pan = call.number_in(2, -1.0, 1.0)?;
    change(call, Change::Pan, pan)
}

fn change_tune(call: &Call<'_>) -> native::Result {
    let tune = call.number_in(2, -120.0, 120.0)?;
    change(call, Change::Tune, tune)
}

/// The last argument: true is at once, a number a ramp in ms, false or nothing the plug-in's smoothing (HALion semantics 5.10).
fn change(call: &Call<'_>, what: Change, value: f64) -> native::Result {
    let id = call.number(1)? as i64;
    let relative = call.flag(3);
    let ramp_ms = match call.value(4) {
        Value::Nil | Value::Boolean(false) => None,
        Value::Boolean(true) => Some(0.0),
        _ => Some(call.number(4)?),
    };
    if !value.is_finite() {
        return Err(Raise::Script(format!(
            "bad argument #2 to '{}' (finite number expected)",
            call.name
        )));
    }
    call.world(|world| {
        if world.slot.keys.is_sounding(id) {
            let now = world.clock.now;
            world.send(
                Event::Change {
                    id,
                    what,
                    value,
                    relative,
                    ramp_ms,
                },
                now,
            );
        }
    });
    native::nothing()
}

/// One voice for each sounding note, because there is one zone.
fn used_voices(call: &Call<'_>) -> native::Result {
    native::number(call.world(|world| world.slot.keys.n_sounding()) as f64)
}
