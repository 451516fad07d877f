//! Time, tempo and transport (HALion semantics 8.1 to 8.5). Nothing here changes within one stretch of a task.

use mlua::{MultiValue, Value};

use crate::{
    native::{self, Body, Call, Reply},
    transport::Transport,
    world::World,
};

/// What the functions give while the host tells nothing (HALion semantics 8.2, 8.3).
const UNKNOWN: f64 = -1.0;

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getTime" => |call| native::number(call.world(|world| world.script_ms())),
        "getProcessedSamples" => |call| native::number(call.world(|world| world.clock.now) as f64),
        "getSamplingRate" => |call| native::number(call.world(|world| world.clock.sample_rate)),
        "getTempo" => |call| known(call, |world| world.transport.tempo),
        "getBeatDuration" => |call| known(call, |world| world.transport.beat_ms()),
        "getBarDuration" => |call| known(call, |world| bar_ms(&world.transport)),
        "getTimeSignature" => time_signature,
        "getBeatTime" => |call| known(call, |world| world.beats()),
        "getMsTime" => |call| known(call, |world| world.transport.song_ms(&world.clock)),
        "getBeatTimeInBar" => {
            |call| known(call, |world| world.transport.beats_in_bar(&world.clock))
        }
        "isPlaying" => |call| native::boolean(call.world(|world| world.transport.playing)),
        "beat2ms" => |call| convert(call, |beats, beat_ms| beats * beat_ms),
        "ms2beat" => |call| convert(call, |ms, beat_ms| ms / beat_ms),
        "ms2samples" => |call| {
            let ms = call.number(1)?;
            native::number(call.world(|world| world.clock.ms_to_samples(ms)))
        },
        "samples2ms" => |call| {
            let samples = call.number(1)?;
            native::number(call.world(|world| world.clock.samples_to_ms(samples)))
        },
        _ => return None,
    })
}

/// What the host tells, or -1.
fn known(call: &Call<'_>, ask: fn(&World) -> Option<f64>) -> native::Result {
    native::number(call.world(|world| ask(world)).unwrap_or(UNKNOWN))
}

fn bar_ms(transport: &Transport) -> Option<f64> {
    Some(transport.beat_ms()? * transport.signature?.bar_beats())
}

fn time_signature(call: &Call<'_>) -> native::Result {
    let signature = call.world(|world| world.transport.signature);
    let (numerator, denominator) = signature.map_or((UNKNOWN, UNKNOWN), |signature| {
        (signature.numerator.into(), signature.denominator.into())
    });
    Ok(Reply::Values(MultiValue::from_iter([
        Value::Number(numerator),
        Value::Number(denominator),
    ])))
}

/// By the tempo of this instant; -1 without one (HALion semantics 8.4).
fn convert(call: &Call<'_>, by: fn(f64, f64) -> f64) -> native::Result {
    let amount = call.number(1)?;
    let beat_ms = call.world(|world| world.transport.beat_ms());
    native::number(beat_ms.map_or(UNKNOWN, |beat_ms| by(amount, beat_ms)))
}
