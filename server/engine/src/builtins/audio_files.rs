//! `AudioFile`: opening WAV files, their fields, levels, onsets, pitch (the manual, Audio-File; HALion semantics 9.13, 11.8).
//!
//! Invariant: an object's file is read once, when it is opened; results of an analysis live as long as the object.

use std::{cell::RefCell, collections::BTreeMap};

use halion_api::api;
use mlua::{AnyUserData, Function, MultiValue, Table, UserData, Value};

use crate::{
    audio::{self, Audio, Onsets, Part, Pitch},
    background::WorkId,
    builtins::{arguments, decompose, types},
    files::{self, Reach},
    native::{self, Body, Call, Raise},
    proposed,
};

/// Raw key of an object that holds its file.
const FILE: &str = "__file";

/// What an object stands for.
pub(super) struct AudioFile {
    pub path: String,
    /// `None` if the file is not valid.
    pub audio: Option<Audio>,
    pitches: RefCell<BTreeMap<u16, Analysis>>,
    pub decompose: RefCell<decompose::State>,
}

impl UserData for AudioFile {}

/// The analysis of one channel.
enum Analysis {
    Running(WorkId, Pitch),
    Done(Pitch),
}

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "open" => open,
        _ => return None,
    })
}

pub(super) fn method_body(name: &str) -> Option<Body> {
    Some(match name {
        "getPeak" => get_peak,
        "getOnsets" => get_onsets,
        "analyzePitch" => analyze_pitch,
        "getPitch" => get_pitch,
        "getPitchAnalysisProgress" => pitch_progress,
        "cancelPitchAnalysis" => cancel_pitch,
        _ => return decompose::method_body(name),
    })
}

/// `AudioFile.open(path)`: an object in any case; the trace says why it is not valid.
fn open(call: &Call<'_>) -> native::Result {
    let path = call.bytes(1)?;
    let shown = String::from_utf8_lossy(&path).into_owned();
    let audio = files::read(call.host, &path, Reach::Halion)
        .map_err(|error| error.text().to_owned())
        .and_then(|bytes| {
            call.host.meter.charge_memory(bytes.len());
            audio::read(bytes).map_err(|why| format!("not a WAV file that can be read: {why}"))
        });
    if let Err(why) = &audio {
        let text = format!("[AudioFile.open] {shown}: {why}");
        call.world(|world| world.print(text));
    }
    let file = call.lua.create_userdata(AudioFile {
        path: shown,
        audio: audio.ok(),
        pitches: RefCell::default(),
        decompose: RefCell::default(),
    })?;
    let object = call.lua.create_table()?;
    object.raw_set(FILE, file)?;
    object.set_metatable(Some(call.lua.named_registry_value("halion.AudioFile")?))?;
    native::value(Value::Table(object))
}

/// The file of an object.
fn file_of(value: Option<&Value>) -> Option<AnyUserData> {
    let value = value.filter(|value| types::class_of(value).as_deref() == Some("AudioFile"))?;
    match value {
        Value::Table(object) => object.raw_get(FILE).ok(),
        _ => None,
    }
}

/// The file a method was called on, with the arguments checked.
pub(super) fn this(call: &Call<'_>) -> Result<AnyUserData, Raise> {
    let file = file_of(call.args.front()).ok_or_else(|| {
        let got = call.args.front().map_or_else(
            || "no value".to_owned(),
            |value| types::type_name(call.lua, value),
        );
        Raise::Script(format!(
            "calling '{}' on bad self (AudioFile expected, got {got}); write file:{}(...)",
            call.name, call.name
        ))
    })?;
    if let Some(method) = api().method("AudioFile", call.name) {
        arguments::check(call, method)?;
    }
    Ok(file)
}

/// Reads a field; all but two are nil if the file is not valid.
pub(super) fn field(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    let Some(file) = file_of(Some(object)) else {
        return native::nothing();
    };
    let file = file.borrow::<AudioFile>()?;
    match key {
        "valid" => return native::boolean(file.audio.is_some()),
        "fileName" => return native::value(Value::String(call.lua.create_string(&file.path)?)),
        _ => {}
    }
    let Some(audio) = &file.audio else {
        return native::value(Value::Nil);
    };
    let stored = &audio.stored;
    let number = match key {
        "rate" => Some(f64::from(audio.rate)),
        "bits" => Some(f64::from(audio.bits)),
        "channels" => Some(f64::from(audio.channels)),
        "length" => Some(audio.length as f64),
        "rootKey" => stored.root_key,
        "keyLow" => stored.keys.map(|keys| keys.0),
        "keyHigh" => stored.keys.map(|keys| keys.1),
        "velLow" => stored.velocities.map(|velocities| velocities.0),
        "velHigh" => stored.velocities.map(|velocities| velocities.1),
        "detune" => stored.detune,
        "level" => stored.level,
        "tempo" => stored.tempo,
        "beats" => stored.beats,
        // Two values to the manual, of which reading a field can give the first.
        "signature" => stored.signature.map(|signature| signature.0),
        "loops" if !stored.loops.is_empty() => {
            return native::value(Value::Table(loops(call, &stored.loops)?));
        }
        // No chunk of a WAV file stores sampleStart and sampleEnd.
        _ => None,
    };
    native::value(number.map_or(Value::Nil, Value::Number))
}

fn loops(call: &Call<'_>, loops: &[(f64, f64)]) -> mlua::Result<Table> {
    let table = call.lua.create_table()?;
    for (idx, (start, end)) in loops.iter().enumerate() {
        let entry = call.lua.create_table()?;
        entry.raw_set("loopStart", *start)?;
        entry.raw_set("loopEnd", *end)?;
        table.raw_set(idx + 1, entry)?;
    }
    Ok(table)
}

/// The part in arguments 1 and 2.
fn part(call: &Call<'_>, audio: &Audio) -> Result<Part, Raise> {
    let (start, length) = (call.number(1)?, call.number(2)?);
    if start < 0.0 {
        return Err(call.bad(1, &format!("0 or more expected, got {start}")));
    }
    let part = audio.part(start, length);
    let n_samples = part.length * usize::from(audio.channels);
    call.host.meter.charge_memory(n_samples * size_of::<f32>());
    Ok(part)
}

/// `getPeak(start, length, rms)`; a file that is not valid is silent.
fn get_peak(call: &Call<'_>) -> native::Result {
    let file = this(call)?;
    let rms = call.number(3)?;
    if rms < 0.0 {
        return Err(call.bad(3, &format!("0 or more expected, got {rms}")));
    }
    let file = file.borrow::<AudioFile>()?;
    let Some(audio) = &file.audio else {
        return native::number(0.0);
    };
    native::number(audio.level(part(call, audio)?, rms > 0.0))
}

/// `getOnsets(start, length, peakThreshold, sensThreshold, minLength)`
fn get_onsets(call: &Call<'_>) -> native::Result {
    let file = this(call)?;
    let options = Onsets {
        peak_db: call.number(3)?,
        sensitivity: call.number(4)?,
        distance_ms: call.number(5)?,
    };
    let file = file.borrow::<AudioFile>()?;
    let onsets = match &file.audio {
        Some(audio) => audio::onsets(audio, part(call, audio)?, &options),
        None => Vec::new(),
    };
    let positions = onsets.into_iter().map(|position| position as f64);
    native::value(Value::Table(call.lua.create_sequence_from(positions)?))
}

/// The channel in an argument: 0 or nothing is the sum of all.
fn channel(call: &Call<'_>, at: usize, file: &AudioFile) -> Result<u16, Raise> {
    let channel = call.number_or(at, 0.0)?;
    let most = file.audio.as_ref().map_or(u16::MAX, |audio| audio.channels);
    if channel.fract() == 0.0 && (0.0..=f64::from(most)).contains(&channel) {
        return Ok(channel as u16);
    }
    Err(call.bad(at, &format!("channel 0 to {most} expected, got {channel}")))
}

/// `analyzePitch(callback, channel)`: with a callback it takes virtual time.
fn analyze_pitch(call: &Call<'_>) -> native::Result {
    let object = call.args.front().cloned().unwrap_or(Value::Nil);
    let data = this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let channel = channel(call, 2, &file)?;
    let pitch = match &file.audio {
        Some(audio) => audio::pitch_track(audio, channel),
        None => Pitch::default(),
    };
    let analysis = if call.value(1).is_nil() {
        if let Some(audio) = &file.audio {
            call.host
                .meter
                .charge_memory(audio.length * size_of::<f64>());
        }
        Analysis::Done(pitch)
    } else {
        let callback = call.function(1)?;
        let arguments = [object, Value::Number(f64::from(channel))];
        let work = begin(call, &file, callback, arguments.into_iter().collect())?;
        Analysis::Running(work, pitch)
    };
    file.pitches.borrow_mut().insert(channel, analysis);
    native::nothing()
}

/// Begins work on the whole file.
pub(super) fn begin(
    call: &Call<'_>,
    file: &AudioFile,
    callback: Function,
    arguments: MultiValue,
) -> Result<WorkId, Raise> {
    let seconds = file
        .audio
        .as_ref()
        .map_or(0.0, |audio| audio.length as f64 / f64::from(audio.rate));
    Ok(call.world(|world| {
        let now = world.clock.now;
        let ms = seconds * 1000.0 / proposed::ANALYSIS_SPEED;
        let until = now + world.clock.sample_at_ms(ms).max(1);
        let parent = world.current;
        world
            .background
            .begin([now, until], callback, arguments, parent)
    }))
}

/// How far an analysis has come, and its result when it is over; a cancelled one is as if it had never been.
fn state(call: &Call<'_>, file: &AudioFile, channel: u16) -> Option<(f64, Option<Pitch>)> {
    match file.pitches.borrow().get(&channel)? {
        Analysis::Done(pitch) => Some((1.0, Some(pitch.clone()))),
        Analysis::Running(work, pitch) => Some(
            match call.world(|world| world.background.progress(*work, world.clock.now)) {
                Some(progress) => (progress, None),
                None => (1.0, Some(pitch.clone())),
            },
        ),
    }
}

/// `getPitch(start, length, channel)`: note number and whether there is a pitch; without a pitch the number is 0.
fn get_pitch(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let channel = channel(call, 3, &file)?;
    let part = match &file.audio {
        Some(audio) => part(call, audio)?,
        None => Part {
            start: 0,
            length: 0,
        },
    };
    let values = match state(call, &file, channel) {
        Some((_, Some(pitch))) => {
            let note = pitch.of(part.start, part.length);
            [
                Value::Number(note.unwrap_or(0.0)),
                Value::Boolean(note.is_some()),
            ]
        }
        _ => [Value::Nil, Value::Boolean(false)],
    };
    Ok(native::Reply::Values(values.into_iter().collect()))
}

/// `getPitchAnalysisProgress(channel)`
fn pitch_progress(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let channel = channel(call, 1, &file)?;
    native::number(state(call, &file, channel).map_or(0.0, |(progress, _)| progress))
}

/// `cancelPitchAnalysis(channel)`: what is done already stays.
fn cancel_pitch(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let channel = channel(call, 1, &file)?;
    if let Some((_, None)) = state(call, &file, channel)
        && let Some(Analysis::Running(work, _)) = file.pitches.borrow_mut().remove(&channel)
    {
        call.world(|world| world.background.cancel(work));
    }
    native::nothing()
}
