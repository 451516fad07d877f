//! What a parameter, a result or an entry of a table holds: types, range, default, unit. Defaults and special values are Lua source text.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A parameter of a function or callback.
pub type Param = Value;
/// A result of a function or callback.
pub type Return = Value;

/// A named value that passes between script and HALion: a parameter, a result, or a key of a table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The name in the signature; `...` for the open end of an argument list; `wave[n]` for an array of numbered keys.
    pub name: String,
    /// Lua types (`number`, `integer`, `string`, `boolean`, `table`, `function`, `any`) or class names, at least one.
    #[serde(deserialize_with = "types")]
    pub types: Vec<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// Whether it may be nil (a parameter: nil is accepted in its place; a result: nil may come back).
    #[serde(default)]
    pub nilable: bool,
    /// Whether it stands for any number of values.
    #[serde(default)]
    pub variadic: bool,
    /// What holds if it is left out, as Lua source text.
    #[serde(default)]
    pub default: Option<String>,
    /// The smallest and largest value.
    #[serde(default)]
    pub range: Option<Range>,
    /// The unit of a number.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// The [`Enumeration`](crate::Enumeration) its numbers come from, or `ControllerNumber` (see [`Api::controller_numbers`](crate::Api::controller_numbers)).
    #[serde(default, rename = "enum")]
    pub enumeration: Option<String>,
    /// The [`Table`](crate::Table) that describes the keys of a table value.
    #[serde(default)]
    pub table: Option<String>,
    /// What every element of an array is: a Lua type, a class or a [`Table`](crate::Table).
    #[serde(default)]
    pub element_type: Option<String>,
    /// Whether it is one table for good, which HALion and the script share (HALion semantics 9.15).
    #[serde(default)]
    pub live: bool,
    /// What the first element or position is counted from, 0 or 1, where it matters.
    #[serde(default)]
    pub first_index: Option<u32>,
    /// Values with a meaning of their own.
    #[serde(default)]
    pub special: Vec<Special>,
    /// The only values allowed, as Lua source text; empty if not limited this way.
    #[serde(default)]
    pub values: Vec<String>,
    /// The keys of a table argument that belongs to this function alone.
    #[serde(default)]
    pub keys: Vec<Value>,
    /// The HALion version that brought it, if later than its owner.
    #[serde(default)]
    pub since: Option<String>,
    /// One sentence for the script author; may be empty where the name, type and unit say it all.
    #[serde(default)]
    pub description: String,
}

impl Value {
    /// The types joined for reading: `string or number`, `Layer or nil`.
    #[must_use]
    pub fn type_text(&self) -> String {
        let types = self.types.join(" or ");
        if self.nilable && types != "any" {
            format!("{types} or nil")
        } else {
            types
        }
    }
}

/// A value with a meaning of its own, such as a duration of -1.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// The value as Lua source text, or a comparison such as `> 0`.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// The smallest and largest value of a number, both included. Data files write `[0, 127]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "(f64, f64)")]
pub struct Range {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Range {
    /// Whether `value` lies inside.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }
}

impl From<(f64, f64)> for Range {
    fn from((min, max): (f64, f64)) -> Range {
        Range { min, max }
    }
}

/// `0 to 127`.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    Seconds,
    /// Samples at the current sample rate, or frames of an audio file.
    Samples,
    /// Quarter notes; a beat is always a quarter note in HALion (HALion semantics 8.2).
    Beats,
    /// Beats per minute.
    Bpm,
    /// Semitones.
    Semitones,
    /// Cents, a hundredth of a semitone.
    Cents,
    /// Decibels.
    Db,
    /// A factor; 1 leaves the level as it is.
    Gain,
    /// Hertz.
    Hz,
    /// Bytes.
    Bytes,
    /// Bits.
    Bits,
    /// Percent.
    Percent,
    /// Radians.
    Radians,
    /// A MIDI note number; 60 is middle C.
    Note,
}

impl Unit {
    /// The unit as text beside a number: `ms`, `dB`, `quarter notes`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Ms => "ms",
            Unit::Seconds => "s",
            Unit::Samples => "samples",
            Unit::Beats => "quarter notes",
            Unit::Bpm => "BPM",
            Unit::Semitones => "semitones",
            Unit::Cents => "cents",
            Unit::Db => "dB",
            Unit::Gain => "linear gain",
            Unit::Hz => "Hz",
            Unit::Bytes => "bytes",
            Unit::Bits => "bits",
            Unit::Percent => "%",
            Unit::Radians => "radians",
            Unit::Note => "MIDI note",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Data files write a choice of types as one string: `"string|number"`.
pub(crate) fn types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split('|').map(str::to_owned).collect())
}
