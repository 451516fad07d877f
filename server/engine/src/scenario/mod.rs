//! What is played into the script: sample rate, tempo, and inputs in virtual time, read from a TOML text.
//!
//! Where things go: a key of the whole file is a row of [`KEYS`]; a kind of input is a row of a `KINDS` list (`input.rs`, or
//! a file of its own that `input::kinds` chains) and a variant of [`InputKind`]. Reader, error messages and documentation
//! come from those rows.

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

use std::{collections::BTreeSet, fmt};

pub(crate) use self::program::{parse_parameter_sets, write_as};
use self::schema::{Form, Key};
pub use self::{
    error::ScenarioError,
    input::{Input, InputKind},
    lifecycle::{Lifecycle, Preset, SubPreset},
    program::{Program, parse_described, write},
    reference::scenario_reference,
};
use crate::{event::short, midi, proposed};

/// Everything that decides a run besides the script.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Hz.
    pub sample_rate: f64,
    /// Samples in one audio block.
    pub block_size: u32,
    /// Beats per minute at the start.
    pub tempo: f64,
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
        let middle_c = InputKind::Note {
            note: 60,
            velocity: 100,
            length_ms: 500.0,
        };
        Scenario {
            inputs: vec![Input::new(0.0, middle_c)],
            ..Scenario::silent()
        }
    }
}

/// The kind of script that is not a MIDI module's.
const UI: &str = "ui";

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
        Form::Number(1.0, 1000.0),
        120.0,
        "Beats per minute at the start.",
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
        Form::Wholes(0.0, input::LAST_SLOT),
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
            seed: 1,
            script_kind: ScriptKind::Midi,
            slots: [proposed::SLOT_INDEX].into(),
            preset: None,
            inputs: Vec::new(),
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
                preset: fields.tables("preset").first().map(lifecycle::preset),
                inputs: fields.inputs("input"),
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
