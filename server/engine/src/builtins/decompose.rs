//! `AudioFile:decompose` and the settings around it (HALion semantics 9.13). HALion's method is not published; this one is a
//! documented substitute.
//!
//! The tonal part is what a first-order low-pass at `cutoff` lets through, the noise part is the rest, so both together are the
//! original; `sensitivity` and `duration` are checked and change nothing.

use halion_api::api;
use mlua::{Table, Value};

use crate::{
    audio::{self, Audio},
    background::WorkId,
    builtins::audio_files::{self, AudioFile},
    event::short,
    files::{self, Reach},
    native::{self, Body, Call, Raise},
    proposed,
};

/// Where a decompose of a file stands.
#[derive(Default)]
pub(super) struct State {
    work: Option<WorkId>,
    is_done: bool,
    error: Option<String>,
}

pub(super) fn method_body(name: &str) -> Option<Body> {
    Some(match name {
        "decompose" => decompose,
        "cancelDecompose" => cancel,
        "getDecomposeProgress" => progress,
        _ => return None,
    })
}

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getDecomposeOutputPath" => output_path,
        "getDecomposeSettings" => settings,
        _ => return None,
    })
}

/// The named arguments.
struct Settings {
    start: f64,
    length: f64,
    cutoff: f64,
    tonal_gain: f32,
    noise_gain: f32,
    mode: i64,
    folder: String,
}

/// `decompose{...}`: writes new files; with a callback it takes virtual time.
fn decompose(call: &Call<'_>) -> native::Result {
    let object = call.args.front().cloned().unwrap_or(Value::Nil);
    let data = audio_files::this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let (settings, callback) = read_settings(call, &file.path)?;
    let written = match &file.audio {
        Some(audio) => write_parts(call, audio, &file.path, &settings),
        None => Err(format!("{}: not a valid audio file", file.path)),
    };
    let mut state = file.decompose.borrow_mut();
    let paths = match written {
        Ok(paths) => {
            state.error = None;
            paths
        }
        Err(why) => {
            state.error = Some(why);
            Vec::new()
        }
    };
    state.is_done = true;
    state.work = None;
    if let Some(callback) = callback {
        let mut arguments = vec![object];
        for path in &paths {
            arguments.push(Value::String(call.lua.create_string(path)?));
        }
        let arguments = arguments.into_iter().collect();
        state.work = Some(audio_files::begin(call, &file, callback, arguments)?);
    }
    native::nothing()
}

/// Reads the table of arguments; what is left out has the manual's default.
fn read_settings(call: &Call<'_>, path: &str) -> Result<(Settings, Option<mlua::Function>), Raise> {
    let table = match call.value(1) {
        Value::Table(table) => table,
        _ => call.lua.create_table()?,
    };
    let keys = api()
        .method("AudioFile", "decompose")
        .and_then(|method| method.params.first())
        .map(|param| param.keys.as_slice())
        .unwrap_or_default();
    for pair in table.pairs::<Value, Value>() {
        let Value::String(key) = pair?.0 else {
            continue;
        };
        let key = key.to_string_lossy();
        if !keys.iter().any(|known| known.name == key) {
            return Err(call.bad(1, &format!("there is no argument '{key}'")));
        }
    }
    let number = |name: &str, default: f64| -> Result<f64, Raise> {
        let number = match table.raw_get::<Value>(name)? {
            Value::Nil => default,
            Value::Integer(number) => number as f64,
            Value::Number(number) => number,
            _ => return Err(call.bad(1, &format!("field '{name}' must be a number"))),
        };
        let range = keys
            .iter()
            .find(|key| key.name == name)
            .and_then(|key| key.range);
        match range {
            Some(range) if !range.contains(number) => Err(call.bad(
                1,
                &format!("field '{name}': {range} expected, got {}", short(number)),
            )),
            _ if number.is_nan() => Err(call.bad(1, &format!("field '{name}' is not a number"))),
            _ => Ok(number),
        }
    };
    let gain = |db: f64| 10f64.powf(db / 20.0) as f32;
    number("sensitivity", -24.0)?;
    number("duration", 80.0)?;
    let mode = number("outputMode", 3.0)?;
    let modes = api().enumeration("DecomposeOutputMode");
    if mode.fract() != 0.0 || modes.is_some_and(|modes| modes.constant_of(mode as i64).is_none()) {
        let why = format!(
            "field 'outputMode': a constant of DecomposeOutputMode expected, got {}",
            short(mode)
        );
        return Err(call.bad(1, &why));
    }
    let folder = match table.raw_get::<Value>("outputPath")? {
        Value::Nil => folder_of(path),
        Value::String(folder) => folder
            .to_string_lossy()
            .trim_end_matches(['/', '\\'])
            .to_owned(),
        _ => return Err(call.bad(1, "field 'outputPath' must be a string")),
    };
    let callback = match table.raw_get::<Value>("callback")? {
        Value::Nil => None,
        Value::Function(callback) => Some(callback),
        _ => return Err(call.bad(1, "field 'callback' must be a function")),
    };
    let settings = Settings {
        start: number("start", 0.0)?,
        length: number("length", 0.0)?,
        cutoff: number("cutoff", 20_000.0)?,
        tonal_gain: gain(number("tonalLevel", 0.0)?),
        noise_gain: gain(number("noiseLevel", 0.0)?),
        mode: mode as i64,
        folder,
    };
    Ok((settings, callback))
}

/// Writes what the mode asks for and gives the paths.
fn write_parts(
    call: &Call<'_>,
    audio: &Audio,
    path: &str,
    settings: &Settings,
) -> Result<Vec<String>, String> {
    let samples = audio.samples(audio.part(settings.start, settings.length));
    call.host
        .meter
        .charge_memory(samples.len() * size_of::<f32>() * 3);
    let (tonal, noise) = split(audio, &samples, settings);
    let mix = || {
        tonal
            .iter()
            .zip(&noise)
            .map(|(tonal, noise)| tonal + noise)
            .collect()
    };
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let parts: Vec<(&str, Vec<f32>)> = match settings.mode {
        1 => vec![("tonal", tonal)],
        2 => vec![("noise", noise)],
        4 => vec![("mix", mix())],
        _ => vec![("tonal", tonal), ("noise", noise)],
    };
    let mut paths = Vec::new();
    for (part, samples) in parts {
        let path = format!("{}/{stem} {part}.wav", settings.folder);
        let bytes = audio::write(audio.rate, audio.channels, &samples)?;
        files::locate(call.host, path.as_bytes(), Reach::Halion)
            .and_then(|place| call.host.files.borrow_mut().write(&place, &bytes))
            .map_err(|error| format!("{path}: {}", error.text()))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Low-pass and what is left, channel by channel.
fn split(audio: &Audio, samples: &[f32], settings: &Settings) -> (Vec<f32>, Vec<f32>) {
    let decay = (-std::f64::consts::TAU * settings.cutoff / f64::from(audio.rate)).exp() as f32;
    let mut states = vec![0.0f32; usize::from(audio.channels)];
    let mut tonal = Vec::with_capacity(samples.len());
    let mut noise = Vec::with_capacity(samples.len());
    for frame in samples.chunks(states.len()) {
        for (&sample, state) in frame.iter().zip(&mut states) {
            *state = sample + (*state - sample) * decay;
            tonal.push(*state * settings.tonal_gain);
            noise.push((sample - *state) * settings.noise_gain);
        }
    }
    (tonal, noise)
}

/// `cancelDecompose()`: the callback does not come any more.
fn cancel(call: &Call<'_>) -> native::Result {
    let data = audio_files::this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let mut state = file.decompose.borrow_mut();
    if let Some(work) = state.work.take() {
        let is_running = call.world(|world| {
            let is_running = world.background.progress(work, world.clock.now).is_some();
            world.background.cancel(work);
            is_running
        });
        state.is_done &= !is_running;
    }
    native::nothing()
}

/// `getDecomposeProgress()`: progress and what went wrong.
fn progress(call: &Call<'_>) -> native::Result {
    let data = audio_files::this(call)?;
    let file = data.borrow::<AudioFile>()?;
    let state = file.decompose.borrow();
    let running = state
        .work
        .and_then(|work| call.world(|world| world.background.progress(work, world.clock.now)));
    let progress = running.unwrap_or(f64::from(u8::from(state.is_done)));
    let error = match &state.error {
        Some(error) if running.is_none() => Value::String(call.lua.create_string(error)?),
        _ => Value::Nil,
    };
    Ok(native::Reply::Values(
        [Value::Number(progress), error].into_iter().collect(),
    ))
}

/// Beside a sample from disk, in the user's folder for one of the script's own.
fn folder_of(path: &str) -> String {
    let folder = files::folder_of(path);
    let is_absolute = path.starts_with(['/', '\\']) || path.get(1..2) == Some(":");
    if is_absolute && !folder.is_empty() {
        folder.to_owned()
    } else {
        format!(
            "{}/{}/Decomposed",
            proposed::STEINBERG_FOLDER,
            proposed::PRODUCT_NAME
        )
    }
}

/// `getDecomposeOutputPath(filePath)`
fn output_path(call: &Call<'_>) -> native::Result {
    let path = folder_of(&call.string(1)?);
    native::value(Value::String(call.lua.create_string(path)?))
}

/// `getDecomposeSettings()`: what `getDecomposeOutputPath` follows.
fn settings(call: &Call<'_>) -> native::Result {
    let settings: Table = call.lua.create_table()?;
    let folder = format!(
        "{}/{}/Decomposed",
        proposed::STEINBERG_FOLDER,
        proposed::PRODUCT_NAME
    );
    for (name, value) in [
        ("OriginalFolder", true),
        ("FileProjectFolderCustom", false),
        ("FileProjectFolderLibrary", false),
        ("SubFolder", false),
    ] {
        settings.raw_set(name, value)?;
    }
    for (name, value) in [
        ("ProjectFolder", ""),
        ("FileFolderNameCustom", folder.as_str()),
        ("FileProjectSubFolderCustom", ""),
        ("FileFolderNameLibrary", folder.as_str()),
        ("FileProjectSubFolderLibrary", ""),
    ] {
        settings.raw_set(name, value)?;
    }
    native::value(Value::Table(settings))
}
