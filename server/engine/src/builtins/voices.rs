//! What the script does to sounding voices, and how many there are (HALion semantics 5.10 to 5.12, 5.16).

use mlua::Value;

use crate::{
    event::VoiceValue,
    native::{self, Body, Call, Raise},
    outgoing::Change,
    proposed,
    world::World,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "fade" => fade,
        "changeVolume" => change_volume,
        "changeVolumedB" => change_volume_db,
        "changePan" => change_pan,
        "changeTune" => change_tune,
        "changeNoteExpression" => change_note_expression,
        "getNoteExpression" => note_expression,
        "getVoices" => |call| native::number(call.world(|world| world.max_voices).into()),
        "getUsedVoices" => |call| native::number(call.world(|world| used(world)).into()),
        "getFreeVoices" => free_voices,
        "getUsedVoicesOfSlot" => {
            |call| native::number(call.world(|world| world.slot.voices.counted).into())
        }
        _ => return None,
    })
}

/// `nil` as start goes on from the running fade (HALion semantics 5.12).
fn fade(call: &Call<'_>) -> native::Result {
    let change = Change {
        id: call.note_id(1)?,
        what: VoiceValue::Fade,
        from: match call.value(2) {
            Value::Nil => None,
            _ => Some(call.number_in(2, 0.0, 1.0)?),
        },
        to: call.number_in(3, 0.0, 1.0)?,
        ramp_ms: call.number(4)?.max(0.0),
        kill: call.flag(5),
    };
    call.world(|world| world.change(change));
    native::nothing()
}

fn change_volume(call: &Call<'_>) -> native::Result {
    let gain = call.finite(2)?;
    change(call, 1, VoiceValue::Volume, |present| present + gain, gain)
}

/// Relative decibels multiply.
fn change_volume_db(call: &Call<'_>) -> native::Result {
    let gain = 10f64.powf(call.finite(2)? / 20.0);
    change(call, 1, VoiceValue::Volume, |present| present * gain, gain)
}

fn change_pan(call: &Call<'_>) -> native::Result {
    let pan = call.number_in(2, -1.0, 1.0)?;
    change(call, 1, VoiceValue::Pan, |present| present + pan, pan)
}

fn change_tune(call: &Call<'_>) -> native::Result {
    let tune = call.number_in(2, -120.0, 120.0)?;
    change(call, 1, VoiceValue::Tune, |present| present + tune, tune)
}

fn change_note_expression(call: &Call<'_>) -> native::Result {
    let what = VoiceValue::NoteExpression(call.whole_in(2, 1, LAST_EXPRESSION)?);
    let value = call.number_in(3, 0.0, 1.0)?;
    change(call, 2, what, |present| present + value, value)
}

/// The last constant of `NoteExpressionType`.
const LAST_EXPRESSION: i64 = 11;

/// The value stands in argument `at` + 1. Behind it: is it relative to the present target? And true is at once, a number a ramp
/// in ms, false or nothing the plug-in's smoothing (HALion semantics 5.10).
fn change(
    call: &Call<'_>,
    at: usize,
    what: VoiceValue,
    relative_to: impl Fn(f64) -> f64,
    value: f64,
) -> native::Result {
    let id = call.note_id(1)?;
    let relative = call.flag(at + 2);
    let ramp_ms = match call.value(at + 3) {
        Value::Nil | Value::Boolean(false) => proposed::SMOOTHING_MS,
        Value::Boolean(true) => 0.0,
        _ => call.number(at + 3)?.max(0.0),
    };
    call.world(|world| {
        let Some(note) = world.slot.voices.get(id) else {
            return;
        };
        let present = note.value(what).map_or(0.0, |ramp| ramp.to);
        let to = if relative {
            relative_to(present)
        } else {
            value
        };
        let (low, high) = range(what);
        world.change(Change {
            id,
            what,
            from: None,
            to: to.clamp(low, high),
            ramp_ms,
            kill: false,
        });
    });
    native::nothing()
}

/// What a value can be, also after relative changes.
fn range(what: VoiceValue) -> (f64, f64) {
    match what {
        VoiceValue::Volume => (0.0, f64::MAX),
        VoiceValue::Pan => (-1.0, 1.0),
        VoiceValue::Tune => (-120.0, 120.0),
        VoiceValue::Fade | VoiceValue::NoteExpression(_) => (0.0, 1.0),
    }
}

/// Where a note expression stands at this sample; -1 if it was never set (HALion semantics 5.11).
fn note_expression(call: &Call<'_>) -> native::Result {
    let id = call.note_id(1)?;
    let what = VoiceValue::NoteExpression(call.whole_in(2, 1, LAST_EXPRESSION)?);
    native::number(call.world(|world| {
        let ramp = world.slot.voices.get(id).and_then(|note| note.value(what));
        ramp.map_or(-1.0, |ramp| ramp.at(world.clock.now))
    }))
}

fn free_voices(call: &Call<'_>) -> native::Result {
    let free = call.world(|world| world.max_voices.saturating_sub(used(world)));
    native::number(free.into())
}

/// Voices of all slots, as they were counted at the end of the last block (HALion semantics 5.16).
fn used(world: &World) -> u32 {
    let slots = world.slots();
    slots.iter().map(|slot| slot.voices.counted).sum()
}

impl Call<'_> {
    /// A number that is neither infinite nor NaN.
    fn finite(&self, at: usize) -> Result<f64, Raise> {
        let number = self.number(at)?;
        if number.is_finite() {
            Ok(number)
        } else {
            Err(self.bad(at, &format!("finite number expected, got {number}")))
        }
    }
}
