//! Time, tempo and transport (HALion semantics 8.1 to 8.5). Nothing here changes within one stretch of a task.

use mlua::{MultiValue, Value};

use crate::{
    native::{self, Body, Call, Reply},
    world::Transport,
};

/// What the functions give while the host tells nothing (HALion semantics 8.2, 8.3).
const UNKNOWN: f64 = -1.0;

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getTime" => |call| native::number(call.world(|world| world.script_ms())),
        "getProcessedSamples" => |call| native::number(call.world(|world| world.clock.now) as f64),
        "getSamplingRate" => |call| native::number(call.world(|world| world.clock.sample_rate)),
        "getTempo" => {
            |call| native::number(call.world(|world| world.transport.tempo).unwrap_or(UNKNOWN))
        }
        "getBeatDuration" => |call| {
            native::number(
                call.world(|world| world.transport.beat_ms())
                    .unwrap_or(UNKNOWN),
            )
        },
        "getBarDuration" => |call| {
            native::number(
                call.world(|world| bar_ms(&world.transport))
                    .unwrap_or(UNKNOWN),
            )
        },
        "getTimeSignature" => time_signature,
        "getBeatTime" => {
            |call| native::number(call.world(|world| world.beats().unwrap_or(UNKNOWN)))
        }
        "getMsTime" => {
            |call| native::number(call.world(|world| world.song_ms().unwrap_or(UNKNOWN)))
        }
        "getBeatTimeInBar" => beat_in_bar,
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

fn bar_ms(transport: &Transport) -> Option<f64> {
    Some(transport.beat_ms()? * transport.bar_beats()?)
}

fn time_signature(call: &Call<'_>) -> native::Result {
    let (numerator, denominator) = call
        .world(|world| world.transport.signature)
        .unwrap_or((UNKNOWN, UNKNOWN));
    Ok(Reply::Values(MultiValue::from_iter([
        Value::Number(numerator),
        Value::Number(denominator),
    ])))
}

fn beat_in_bar(call: &Call<'_>) -> native::Result {
    native::number(
        call.world(|world| match (world.beats(), world.transport.bar_beats()) {
            (Some(beats), Some(bar)) => beats.rem_euclid(bar),
            _ => UNKNOWN,
        }),
    )
}

/// By the tempo of this instant; -1 without one (HALion semantics 8.4).
fn convert(call: &Call<'_>, by: fn(f64, f64) -> f64) -> native::Result {
    let amount = call.number(1)?;
    let beat_ms = call.world(|world| world.transport.beat_ms());
    native::number(beat_ms.map_or(UNKNOWN, |beat_ms| by(amount, beat_ms)))
}
