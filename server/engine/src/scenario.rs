//! What is played into the script: sample rate, tempo, and inputs in virtual time, read from a TOML text.
//!
//! Invariant: errors name the key, the line (from 1) and what is allowed. Times are in milliseconds.

use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::{event::short, midi};

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
    /// What comes in, in any order of time.
    pub inputs: Vec<Input>,
}

/// One thing that comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Milliseconds from the start of the script.
    pub at_ms: f64,
    /// What comes in.
    pub kind: InputKind,
}

/// What can come in.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// A note of a certain length.
    Note {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
        /// Milliseconds.
        length_ms: f64,
    },
    /// A key goes down.
    NoteOn {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
    },
    /// A key comes up.
    NoteOff {
        /// Key, 0 to 127.
        note: u8,
        /// Release velocity, 0 to 127.
        velocity: u8,
    },
    /// A MIDI controller.
    Controller {
        /// 0 to 127, and HALion's own from 128 to 255.
        number: u8,
        /// 0 to 127.
        value: u8,
    },
    /// Pitch bend.
    PitchBend {
        /// -1.0 to 1.0.
        bend: f64,
    },
    /// Channel aftertouch.
    AfterTouch {
        /// 0 to 127.
        value: u8,
    },
    /// A trigger pad.
    TriggerPad {
        /// 1 to 8.
        pad: u8,
    },
    /// An edit on the user interface.
    Parameter {
        /// Name of the script's parameter.
        name: String,
        /// Its new value.
        value: Value,
    },
    /// The host's tempo.
    Tempo {
        /// Beats per minute.
        bpm: f64,
    },
    /// The host starts or stops.
    Transport {
        /// Runs from now on?
        playing: bool,
    },
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

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// Line of the text, from 1; `None` for MIDI files.
    pub line: Option<u32>,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl Default for Scenario {
    /// One middle C of 500 ms.
    fn default() -> Scenario {
        let middle_c = InputKind::Note {
            note: 60,
            velocity: 100,
            length_ms: 500.0,
        };
        Scenario {
            inputs: vec![Input {
                at_ms: 0.0,
                kind: middle_c,
            }],
            ..Scenario::silent()
        }
    }
}

/// A day; longer times in a scenario are mistakes.
const LONGEST_MS: f64 = 86_400_000.0;

const KINDS: [&str; 10] = [
    "note",
    "note_on",
    "note_off",
    "controller",
    "pitch_bend",
    "after_touch",
    "trigger_pad",
    "parameter",
    "tempo",
    "transport",
];

impl Scenario {
    /// No input at all, at 44100 Hz, 512 samples, 120 bpm (HALion semantics 12.1).
    pub fn silent() -> Scenario {
        Scenario {
            sample_rate: 44100.0,
            block_size: 512,
            tempo: 120.0,
            seed: 1,
            inputs: Vec::new(),
        }
    }

    /// Reads a scenario file's text.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        let lines = Lines(text);
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| lines.line(span.start));
            ScenarioError {
                line,
                message: error.message().to_owned(),
            }
        })?;
        let root = root.get_ref();
        let top = Keys {
            table: root,
            lines,
            line: 1,
        };
        top.only(&["sample_rate", "block_size", "tempo", "seed", "input"])?;
        let silent = Scenario::silent();
        let mut scenario = Scenario {
            sample_rate: top.number_or("sample_rate", silent.sample_rate, 1000.0, 768_000.0)?,
            block_size: top.whole_or("block_size", f64::from(silent.block_size), 1.0, 65536.0)?
                as u32,
            tempo: top.number_or("tempo", silent.tempo, 1.0, 1000.0)?,
            seed: top.whole_or("seed", silent.seed as f64, 0.0, 9_007_199_254_740_992.0)? as u64,
            inputs: Vec::new(),
        };
        let Some(inputs) = root.get("input") else {
            return Ok(scenario);
        };
        let line = lines.line(inputs.span().start);
        let DeValue::Array(inputs) = inputs.get_ref() else {
            return Err(error(
                line,
                "`input` must be written as [[input]], once for each input".to_owned(),
            ));
        };
        for input in inputs.iter() {
            let line = lines.line(input.span().start);
            let DeValue::Table(table) = input.get_ref() else {
                return Err(error(
                    line,
                    "`input` must be written as [[input]], once for each input".to_owned(),
                ));
            };
            scenario
                .inputs
                .push(read_input(&Keys { table, lines, line })?);
        }
        Ok(scenario)
    }

    /// Reads a Standard MIDI File: all tracks merged, tempo map honoured.
    pub fn from_midi(bytes: &[u8]) -> Result<Scenario, ScenarioError> {
        midi::read(bytes).map_err(|message| ScenarioError {
            line: None,
            message,
        })
    }
}

fn read_input(keys: &Keys<'_>) -> Result<Input, ScenarioError> {
    let at_ms = keys.number("at_ms", 0.0, LONGEST_MS)?;
    let (line, kind) = keys.text("kind")?;
    let byte = |name: &str, high: f64| keys.whole(name, 0.0, high).map(|number| number as u8);
    let (kind, own): (InputKind, &[&str]) = match kind.as_str() {
        "note" => {
            let length_ms = keys.number("length_ms", 0.0, LONGEST_MS)?;
            (
                InputKind::Note {
                    note: byte("note", 127.0)?,
                    velocity: byte("velocity", 127.0)?,
                    length_ms,
                },
                &["note", "velocity", "length_ms"],
            )
        }
        "note_on" => (
            InputKind::NoteOn {
                note: byte("note", 127.0)?,
                velocity: byte("velocity", 127.0)?,
            },
            &["note", "velocity"],
        ),
        "note_off" => {
            let velocity = keys.whole_or("velocity", 0.0, 0.0, 127.0)? as u8;
            (
                InputKind::NoteOff {
                    note: byte("note", 127.0)?,
                    velocity,
                },
                &["note", "velocity"],
            )
        }
        "controller" => (
            InputKind::Controller {
                number: byte("number", 255.0)?,
                value: byte("value", 127.0)?,
            },
            &["number", "value"],
        ),
        "pitch_bend" => (
            InputKind::PitchBend {
                bend: keys.number("bend", -1.0, 1.0)?,
            },
            &["bend"],
        ),
        "after_touch" => (
            InputKind::AfterTouch {
                value: byte("value", 127.0)?,
            },
            &["value"],
        ),
        "trigger_pad" => (
            InputKind::TriggerPad {
                pad: keys.whole("pad", 1.0, 8.0)? as u8,
            },
            &["pad"],
        ),
        "parameter" => (
            InputKind::Parameter {
                name: keys.text("name")?.1,
                value: keys.value("value")?,
            },
            &["name", "value"],
        ),
        "tempo" => (
            InputKind::Tempo {
                bpm: keys.number("bpm", 1.0, 1000.0)?,
            },
            &["bpm"],
        ),
        "transport" => (
            InputKind::Transport {
                playing: keys.boolean("playing")?,
            },
            &["playing"],
        ),
        other => {
            return Err(error(
                line,
                format!(
                    "`kind` is \"{other}\"; known kinds are {}",
                    KINDS.join(", ")
                ),
            ));
        }
    };
    keys.only(&[&["at_ms", "kind"], own].concat())?;
    Ok(Input { at_ms, kind })
}

fn error(line: u32, message: String) -> ScenarioError {
    ScenarioError {
        line: Some(line),
        message,
    }
}

/// Byte offsets as lines.
#[derive(Clone, Copy)]
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn line(self, offset: usize) -> u32 {
        let newlines = self
            .0
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count();
        newlines as u32 + 1
    }
}

/// A table of the file, asked key by key.
struct Keys<'a> {
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    /// Line of the table itself, for keys that are missing.
    line: u32,
}

impl Keys<'_> {
    /// Refuses keys that mean nothing here.
    fn only(&self, known: &[&str]) -> Result<(), ScenarioError> {
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let line = self.lines.line(key.span().start);
                return Err(error(
                    line,
                    format!("unknown key `{name}`; allowed here: {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<(u32, &DeValue<'_>)> {
        let value = self.table.get(name)?;
        Some((self.lines.line(value.span().start), value.get_ref()))
    }

    fn missing(&self, name: &str, what: &str) -> ScenarioError {
        error(self.line, format!("`{name}` is missing; it must be {what}"))
    }

    fn number(&self, name: &str, low: f64, high: f64) -> Result<f64, ScenarioError> {
        let what = format!("a number from {} to {}", short(low), short(high));
        let (line, value) = self.get(name).ok_or_else(|| self.missing(name, &what))?;
        let number = match value {
            DeValue::Integer(number) => {
                i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                    .ok()
                    .map(|number| number as f64)
            }
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if (low..=high).contains(&number) => Ok(number),
            Some(number) => Err(error(
                line,
                format!("`{name}` is {}; it must be {what}", short(number)),
            )),
            None => Err(error(line, format!("`{name}` must be {what}"))),
        }
    }

    fn number_or(
        &self,
        name: &str,
        default: f64,
        low: f64,
        high: f64,
    ) -> Result<f64, ScenarioError> {
        if self.table.get(name).is_none() {
            Ok(default)
        } else {
            self.number(name, low, high)
        }
    }

    /// A number without a fraction.
    fn whole(&self, name: &str, low: f64, high: f64) -> Result<f64, ScenarioError> {
        let number = self.number(name, low, high)?;
        if number.fract() == 0.0 {
            return Ok(number);
        }
        let line = self.get(name).map_or(self.line, |(line, _)| line);
        let range = format!("a whole number from {} to {}", short(low), short(high));
        Err(error(
            line,
            format!("`{name}` is {}; it must be {range}", short(number)),
        ))
    }

    fn whole_or(
        &self,
        name: &str,
        default: f64,
        low: f64,
        high: f64,
    ) -> Result<f64, ScenarioError> {
        if self.table.get(name).is_none() {
            Ok(default)
        } else {
            self.whole(name, low, high)
        }
    }

    fn text(&self, name: &str) -> Result<(u32, String), ScenarioError> {
        let what = if name == "kind" {
            format!("one of {}", KINDS.join(", "))
        } else {
            "a text in quotes".to_owned()
        };
        match self.get(name) {
            Some((line, DeValue::String(text))) => Ok((line, text.to_string())),
            Some((line, _)) => Err(error(line, format!("`{name}` must be {what}"))),
            None => Err(self.missing(name, &what)),
        }
    }

    fn boolean(&self, name: &str) -> Result<bool, ScenarioError> {
        match self.get(name) {
            Some((_, DeValue::Boolean(boolean))) => Ok(*boolean),
            Some((line, _)) => Err(error(line, format!("`{name}` must be true or false"))),
            None => Err(self.missing(name, "true or false")),
        }
    }

    fn value(&self, name: &str) -> Result<Value, ScenarioError> {
        const WHAT: &str = "a number, true, false or a text in quotes";
        match self.get(name) {
            Some((_, DeValue::Boolean(boolean))) => Ok(Value::Boolean(*boolean)),
            Some((_, DeValue::String(text))) => Ok(Value::Text(text.to_string())),
            Some((line, DeValue::Integer(_) | DeValue::Float(_))) => {
                let number = self.number(name, f64::MIN, f64::MAX);
                let number = number.map_err(|_| error(line, format!("`{name}` must be {WHAT}")))?;
                Ok(Value::Number(number))
            }
            Some((line, _)) => Err(error(line, format!("`{name}` must be {WHAT}"))),
            None => Err(self.missing(name, WHAT)),
        }
    }
}
