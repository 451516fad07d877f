//! Script-defined parameters: their definitions, and what a value becomes when it is assigned (HALion semantics 6).
//!
//! Invariant: the value of a parameter always fits its definition.

use std::collections::BTreeMap;

use mlua::{Function, Lua, Table, Value};

use crate::{data::Data, event::short, printf::Format, record::ParameterChange, scenario};

/// What values a parameter takes.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A number from `min` to `max`, on a grid of `increment` if that is positive (HALion semantics 6.4).
    Number {
        min: f64,
        max: f64,
        increment: f64,
        integer: bool,
    },
    /// The index of one of several texts, counted from `first`.
    Choice {
        texts: Vec<String>,
        first: i64,
    },
    Boolean,
    Text,
    /// An array of points.
    Envelope,
    /// A table or anything else, kept as it is.
    Variant,
}

/// One parameter.
pub(crate) struct Parameter {
    pub name: String,
    pub long_name: String,
    /// Number for access by id, from [`FIRST_ID`].
    pub id: i64,
    pub kind: Kind,
    pub default: Value,
    pub value: Value,
    pub on_changed: Option<Function>,
    /// The callback runs on the Processor (HALion semantics 6.6).
    pub processor_callback: bool,
    /// Changes from outside the script are refused (HALion semantics 6.9).
    pub read_only: bool,
    /// The callback runs also when the value stays the same (HALion semantics 6.5).
    pub write_always: bool,
    pub automatable: bool,
    pub persistent: bool,
    /// How numbers are displayed (HALion semantics 6.11).
    pub format: Option<Format>,
}

/// The ids of script parameters start here.
pub(crate) const FIRST_ID: i64 = 0x10_0000;

/// All parameters of the script.
#[derive(Default)]
pub(crate) struct Parameters {
    list: Vec<Parameter>,
    by_name: BTreeMap<String, usize>,
}

impl Parameters {
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.list.get(*self.by_name.get(name)?)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Parameter> {
        self.list.get_mut(*self.by_name.get(name)?)
    }

    pub fn by_id(&self, id: i64) -> Option<&Parameter> {
        self.list.iter().find(|parameter| parameter.id == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.list.iter()
    }

    /// Adds a parameter, or replaces one of the same name and keeps its value if that still fits (HALion semantics 6.4).
    pub fn define(&mut self, mut parameter: Parameter) {
        if let Some(&at) = self.by_name.get(&parameter.name) {
            if parameter.kind.fits(&self.list[at].value) {
                parameter.value = self.list[at].value.clone();
            }
            parameter.id = self.list[at].id;
            self.list[at] = parameter;
        } else {
            parameter.id = FIRST_ID + self.list.len() as i64;
            self.by_name.insert(parameter.name.clone(), self.list.len());
            self.list.push(parameter);
        }
    }
}

/// A value that outlives the script.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub name: String,
    pub value: Data,
    /// The type the parameter has to have still; `None` for a saved value, which only a persistent parameter takes.
    pub type_name: Option<&'static str>,
}

impl Parameters {
    /// What a reset keeps: all values that can be kept (HALion semantics 2.7).
    pub fn kept(&self, lua: &Lua) -> Vec<Kept> {
        let kept = |parameter: &Parameter| {
            Some(Kept {
                name: parameter.name.clone(),
                value: Data::of(lua, &parameter.value).ok()?,
                type_name: Some(parameter.kind.name()),
            })
        };
        self.list.iter().filter_map(kept).collect()
    }

    /// What a preset keeps (HALion semantics 6.11, 6.12).
    pub fn persistent(&self, lua: &Lua) -> Vec<(String, Data)> {
        let persistent = self.list.iter().filter(|parameter| parameter.persistent);
        persistent
            .filter_map(|parameter| {
                Some((
                    parameter.name.clone(),
                    Data::of(lua, &parameter.value).ok()?,
                ))
            })
            .collect()
    }
}

impl Kept {
    /// Does a parameter take the value back?
    pub fn belongs_to(&self, parameter: &Parameter) -> bool {
        match self.type_name {
            Some(type_name) => type_name == parameter.kind.name(),
            None => parameter.persistent,
        }
    }
}

impl Kind {
    /// The word for it in definitions.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Number { integer: true, .. } | Kind::Choice { .. } => "integer",
            Kind::Number { .. } => "float",
            Kind::Boolean => "boolean",
            Kind::Text => "string",
            Kind::Envelope => "envelope",
            Kind::Variant => "variant",
        }
    }

    /// Lowest and highest value.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Kind::Number { min, max, .. } => (*min, *max),
            Kind::Choice { texts, first } => (
                *first as f64,
                (*first + texts.len() as i64 - 1).max(*first) as f64,
            ),
            _ => (0.0, 1.0),
        }
    }

    /// Would the value stay as it is?
    fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Variant | Kind::Envelope, Value::Table(_))
            | (Kind::Boolean, Value::Boolean(_))
            | (Kind::Text, Value::String(_)) => true,
            (Kind::Number { .. } | Kind::Choice { .. }, Value::Number(number)) => {
                self.number(*number) == *number
            }
            _ => false,
        }
    }

    /// Into the range and onto the grid (HALion semantics 6.4).
    fn number(&self, number: f64) -> f64 {
        let (min, max) = self.range();
        let grid = match self {
            Kind::Number { increment, .. } if *increment > 0.0 => *increment,
            Kind::Number { integer: true, .. } | Kind::Choice { .. } => 1.0,
            _ => 0.0,
        };
        let number = if number.is_nan() { min } else { number };
        let stepped = if grid > 0.0 {
            min + ((number - min) / grid).round() * grid
        } else {
            number
        };
        stepped.min(max).max(min)
    }

    /// What an assigned value becomes: numbers and numeric texts, booleans and 0 or 1 convert into each other; anything else
    /// of a wrong type is an error (HALion semantics 6.10).
    pub fn coerce(&self, lua: &Lua, value: Value) -> Result<Value, String> {
        let type_name = match &value {
            Value::Integer(_) => "number",
            other => other.type_name(),
        };
        let refuse = || format!("{} expected, got {type_name}", self.name());
        let as_number = |value: &Value| match value {
            Value::Boolean(boolean) => Some(f64::from(u8::from(*boolean))),
            other => lua.coerce_number(other.clone()).ok().flatten(),
        };
        match self {
            Kind::Number { .. } | Kind::Choice { .. } => as_number(&value)
                .map(|number| Value::Number(self.number(number)))
                .ok_or_else(refuse),
            Kind::Boolean => match as_number(&value) {
                Some(number) => Ok(Value::Boolean(number != 0.0)),
                None => Err(refuse()),
            },
            Kind::Text => match &value {
                Value::String(_) => Ok(value),
                Value::Integer(_) | Value::Number(_) => lua
                    .coerce_string(value.clone())
                    .ok()
                    .flatten()
                    .map(Value::String)
                    .ok_or_else(refuse),
                _ => Err(refuse()),
            },
            Kind::Envelope => match value {
                Value::Table(_) => Ok(value),
                _ => Err(refuse()),
            },
            Kind::Variant => Ok(value),
        }
    }
}

impl Parameter {
    /// May it be changed from outside of the script? Else why not (HALion semantics 6.9, 6.11).
    pub fn accepts(&self, by: ParameterChange) -> Result<(), String> {
        if self.read_only {
            return Err(format!("parameter \"{}\" is read-only", self.name));
        }
        if by == ParameterChange::Automation && !self.automatable {
            return Err(format!("parameter \"{}\" is not automatable", self.name));
        }
        Ok(())
    }

    /// The value as a fraction of its range; other than numbers pass through (HALion semantics 6.13).
    pub fn normalized(&self) -> Value {
        let (min, max) = self.kind.range();
        match &self.value {
            Value::Number(number) if max > min => Value::Number((number - min) / (max - min)),
            Value::Number(_) => Value::Number(0.0),
            Value::Boolean(boolean) => Value::Number(f64::from(u8::from(*boolean))),
            other => other.clone(),
        }
    }

    /// The value for a fraction of the range; nil for a parameter without a range.
    pub fn denormalized(&self, fraction: f64) -> Value {
        let (min, max) = self.kind.range();
        match self.kind {
            Kind::Boolean => Value::Boolean(fraction >= 0.5),
            Kind::Text | Kind::Envelope | Kind::Variant => Value::Nil,
            _ => Value::Number(min + fraction.clamp(0.0, 1.0) * (max - min)),
        }
    }

    /// The value as HALion shows it: a choice's text, otherwise the decimals of the increment (HALion semantics 6.4).
    pub fn display(&self, value: &Value) -> String {
        if let (Some(format), Kind::Number { .. }, Value::Number(number)) =
            (&self.format, &self.kind, value)
        {
            return format.show(*number);
        }
        match (&self.kind, value) {
            (Kind::Choice { texts, first }, Value::Number(index)) => texts
                .get((*index as i64 - first).max(0) as usize)
                .cloned()
                .unwrap_or_default(),
            (Kind::Number { integer: true, .. }, Value::Number(number)) => short(number.round()),
            (Kind::Number { increment, .. }, Value::Number(number)) => {
                format!("{number:.*}", decimals(*increment))
            }
            (_, Value::Boolean(boolean)) => if *boolean { "On" } else { "Off" }.to_owned(),
            (_, Value::String(text)) => text.to_string_lossy(),
            (_, Value::Number(number)) => short(*number),
            _ => String::new(),
        }
    }
}

/// Two decimals without an increment, otherwise as many as it has.
fn decimals(increment: f64) -> usize {
    if increment <= 0.0 {
        return 2;
    }
    short(increment)
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len())
}

/// The texts of an array that starts at 0 or 1, and where it starts (HALion semantics 6.2).
pub(crate) fn texts(lua: &Lua, table: &Table) -> mlua::Result<(Vec<String>, i64)> {
    let first = i64::from(table.raw_get::<Value>(0)?.is_nil());
    let mut texts = Vec::new();
    for index in first.. {
        match table.raw_get::<Value>(index)? {
            Value::Nil => break,
            value => texts.push(
                lua.coerce_string(value)?
                    .map(|text| text.to_string_lossy())
                    .unwrap_or_default(),
            ),
        }
    }
    Ok((texts, first))
}

/// A value for the trace.
pub(crate) fn plain(lua: &Lua, value: &Value) -> scenario::Value {
    match value {
        Value::Boolean(boolean) => scenario::Value::Boolean(*boolean),
        Value::Number(number) => scenario::Value::Number(*number),
        Value::Integer(number) => scenario::Value::Number(*number as f64),
        Value::String(text) => scenario::Value::Text(text.to_string_lossy()),
        other => scenario::Value::Text(crate::builtins::types::type_name(lua, other)),
    }
}

/// A value from the scenario.
pub(crate) fn lua_value(lua: &Lua, value: &scenario::Value) -> mlua::Result<Value> {
    Ok(match value {
        scenario::Value::Number(number) => Value::Number(*number),
        scenario::Value::Boolean(boolean) => Value::Boolean(*boolean),
        scenario::Value::Text(text) => Value::String(lua.create_string(text)?),
    })
}
