//! What is played into the script: sample rate, tempo, and inputs in virtual time, read from a TOML text.
//!
//! Where things go: a key of the whole file is a row of [`KEYS`]; a kind of input is a row of a `KINDS` list (`input.rs`, or
//! a file of its own that `input::kinds` chains) and a variant of [`InputKind`]. Reader, error messages and documentation
//! come from those rows.

mod answers;
mod error;
mod input;
mod lifecycle;
mod program;
#[allow(
    dead_code,
    reason = "tables within tables are for descriptions of the program"
)]
mod read;
mod reference;
#[allow(
    dead_code,
    reason = "tables within tables are for descriptions of the program"
)]
mod schema;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt};

pub use self::{
    error::ScenarioError,
    input::{Input, InputKind},
    lifecycle::{Lifecycle, Preset, SubPreset},
    program::{Program, parse_described, write},
    reference::scenario_reference,
};
pub(crate) use self::{
    input::LONGEST_MS,
    program::{parse_parameter_sets, write_as},
};
use self::{
    read::Fields,
    schema::{Form, Key},
};
use crate::{
    event::{Signature, short},
    midi, proposed,
    transport::MapEntry,
};

/// Everything that decides a run besides the script.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Hz.
    pub sample_rate: f64,
    /// Samples in one audio block.
    pub block_size: u32,
    /// Beats per minute at the start; 0 if the host tells none.
    pub tempo: f64,
    /// Time signature at the start; `None` if the host tells none.
    pub time_signature: Option<Signature>,
    /// Tempo changes of the song, in beats per minute.
    pub tempo_map: Vec<MapEntry<f64>>,
    /// Time signatures of the song.
    pub time_signature_map: Vec<MapEntry<Signature>>,
    /// How many notes sound at a time.
    pub voice_mode: VoiceMode,
    /// The most voices of the plug-in.
    pub voices: u32,
    /// Seed of `math.random`.
    pub seed: u64,
    /// What the script belongs to.
    pub script_kind: ScriptKind,
    /// The slots the program sits in at the start; in none there is no Processor.
    pub slots: BTreeSet<u32>,
    /// What the script module brings along if it comes from a preset or project (HALion semantics 2.1).
    pub preset: Option<Preset>,
    /// What comes in, in any order of time.
    pub inputs: Vec<Input>,
    /// What closes the boxes of `messageBox`, in their order: names of `MessageBoxResult`.
    pub box_answers: Vec<String>,
    /// The program tree the script finds.
    pub program: Program,
}

/// What a script belongs to (HALion semantics 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptKind {
    /// A MIDI module of a program.
    Midi,
    /// A macro page or a template: there is a Controller only.
    Ui,
}

/// How many notes of the program sound at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VoiceMode {
    /// As many as there are voices.
    #[default]
    Poly,
    /// One: a note ends all others.
    Mono,
    /// One, and a held note sounds again when a later one is released.
    MonoRetrigger,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A switch.
    Boolean(bool),
    /// A text; tables in traces are shown as text too.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => f.write_str(&short(*number)),
            Value::Boolean(boolean) => write!(f, "{boolean}"),
            Value::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl Default for Scenario {
    /// One middle C of 500 ms.
    fn default() -> Scenario {
        Scenario {
            inputs: vec![Input::new(0.0, InputKind::note(60, 100, 500.0))],
            ..Scenario::silent()
        }
    }
}

/// The kind of script that is not a MIDI module's.
const UI: &str = "ui";

const BPM_OR_NONE: Form = Form::Number(0.0, 1000.0);

const AT_BEATS: Key = Key::required(
    "at_beats",
    Form::Number(0.0, 1e6),
    "Song position in quarter notes.",
);

/// The keys of the whole file.
const KEYS: &[Key] = &[
    Key::or(
        "sample_rate",
        Form::Number(1000.0, 768_000.0),
        44100.0,
        "Hz.",
    ),
    Key::or(
        "block_size",
        Form::Whole(1.0, 65536.0),
        512.0,
        "Samples in one audio block.",
    ),
    Key::or(
        "tempo",
        BPM_OR_NONE,
        120.0,
        "Beats per minute at the start; 0 is a host that tells no tempo.",
    ),
    Key::or_text(
        "time_signature",
        Form::Signature,
        "4/4",
        "Time signature at the start; \"none\" is a host that tells none.",
    ),
    Key::optional(
        "tempo_map",
        Form::Tables(&[
            AT_BEATS,
            Key::required(
                "bpm",
                Form::Number(1.0, 1000.0),
                "Beats per minute from there on.",
            ),
        ]),
        "Tempo changes of the song; they happen while the transport runs.",
    ),
    Key::optional(
        "time_signature_map",
        Form::Tables(&[
            AT_BEATS,
            Key::required(
                "signature",
                Form::Signature,
                "Time signature from there on; a bar begins there.",
            ),
        ]),
        "Time signatures of the song; they change while the transport runs.",
    ),
    Key::or_text(
        "voice_mode",
        Form::Choice(&["poly", "mono", "mono_retrigger"]),
        "poly",
        "In \"mono\" a note ends all others; in \"mono_retrigger\" a held key sounds again, with `onRetrigger`, when a later one \
         comes up.",
    ),
    Key::or(
        "voices",
        Form::Whole(1.0, 65536.0),
        proposed::VOICES as f64,
        "The most voices of the plug-in, as `getVoices` tells; the oldest note makes room for a new one.",
    ),
    Key::or(
        "seed",
        Form::Whole(0.0, 9_007_199_254_740_992.0),
        1.0,
        "Seed of `math.random`.",
    ),
    Key::optional(
        "script_kind",
        Form::Choice(&["midi", UI]),
        "`midi` for the script of a MIDI module, also if missing; `ui` for one of a macro page or template.",
    ),
    Key::optional(
        "slots",
        Form::Wholes(0.0, proposed::LAST_SLOT as f64),
        "Slots the program sits in at the start, counted from 0; if missing, slot 0. In none there is no Processor.",
    ),
    Key::optional(
        "preset",
        Form::Table(lifecycle::PRESET),
        "What the script module brings along if it comes from a preset or project: `onLoad` is called at the start.",
    ),
    Key::optional(
        "input",
        Form::Inputs,
        "What comes in, in any order of time.",
    ),
    Key::optional(
        "message_box",
        Form::Tables(answers::KEYS),
        "Answers to the boxes of `messageBox`, one after the other; then the first button.",
    ),
    Key::optional(
        "program",
        Form::Raw("[program], or the name of a file in quotes"),
        "The program tree; without it a program, a layer, the script module and one zone.",
    ),
    Key::optional(
        "parameter_set",
        Form::Raw("[[parameter_set]]"),
        "Parameters that elements of the program tree have instead of the default ones.",
    ),
];

impl Scenario {
    /// No input at all, at 44100 Hz, 512 samples, 120 bpm (HALion semantics 12.1).
    pub fn silent() -> Scenario {
        Scenario {
            sample_rate: 44100.0,
            block_size: 512,
            tempo: 120.0,
            time_signature: Some(Signature::COMMON),
            tempo_map: Vec::new(),
            time_signature_map: Vec::new(),
            voice_mode: VoiceMode::Poly,
            voices: proposed::VOICES,
            seed: 1,
            script_kind: ScriptKind::Midi,
            slots: [proposed::SLOT_INDEX].into(),
            preset: None,
            inputs: Vec::new(),
            box_answers: Vec::new(),
            program: Program::Default,
        }
    }

    /// Reads a scenario file's text.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        read::text(text, |root, lines| {
            let fields = read::table(root, KEYS, 1, lines)?;
            Ok(Scenario {
                sample_rate: fields.number("sample_rate"),
                block_size: fields.number("block_size") as u32,
                tempo: fields.number("tempo"),
                time_signature: fields.signature("time_signature"),
                tempo_map: map(&fields, "tempo_map", |entry| Some(entry.number("bpm"))),
                time_signature_map: map(&fields, "time_signature_map", |entry| {
                    entry.signature("signature")
                }),
                voice_mode: match fields.text("voice_mode").as_str() {
                    "mono" => VoiceMode::Mono,
                    "mono_retrigger" => VoiceMode::MonoRetrigger,
                    _ => VoiceMode::Poly,
                },
                voices: fields.number("voices") as u32,
                seed: fields.number("seed") as u64,
                script_kind: if fields.text("script_kind") == UI {
                    ScriptKind::Ui
                } else {
                    ScriptKind::Midi
                },
                slots: match fields.numbers("slots") {
                    Some(slots) => slots.iter().map(|&slot| slot as u32).collect(),
                    None => [proposed::SLOT_INDEX].into(),
                },
                preset: (fields.tables("preset").first())
                    .map(lifecycle::preset)
                    .transpose()?,
                inputs: fields.inputs("input"),
                box_answers: answers::of(&fields),
                program: program::of_scenario(root, lines)?,
            })
        })
    }

    /// Reads a Standard MIDI File: all tracks merged, tempo map honoured.
    pub fn from_midi(bytes: &[u8]) -> Result<Scenario, ScenarioError> {
        midi::read(bytes).map_err(|message| ScenarioError {
            line: None,
            message,
        })
    }
}

/// The entries of a map of the song.
fn map<T>(fields: &Fields, name: &str, value: impl Fn(&Fields) -> Option<T>) -> Vec<MapEntry<T>> {
    let entry = |entry: &Fields| {
        Some(MapEntry {
            at_beats: entry.number("at_beats"),
            value: value(entry)?,
        })
    };
    fields.tables(name).iter().filter_map(entry).collect()
}
