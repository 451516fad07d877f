//! What an element's parameters are: definitions, and what a value becomes when it is set (HALion semantics 6.13, 6.14).
//!
//! Invariant: a set is shared by all elements that have it and never changes; elements keep only values that differ.

use std::collections::BTreeMap;

use crate::{
    event::short,
    tree::{Value, table},
};

/// One parameter of an element.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Number for access by id.
    pub id: i64,
    /// Name in the engine, with its section in front: `LFO 1.Shape`.
    pub name: String,
    /// Name to show.
    pub long_name: String,
    /// What values it takes.
    pub kind: Kind,
    /// Its value in a new element.
    pub default: Value,
    /// Lowest value of a number.
    pub min: f64,
    /// Highest value of a number.
    pub max: f64,
    /// Unit of the value, such as `dB`; may be empty.
    pub unit: String,
    /// Do scripts only read it?
    pub read_only: bool,
    /// Does it tell of a change even if the value stays the same?
    pub write_always: bool,
    /// May the host automate it?
    pub automatable: bool,
    /// Is it saved with presets?
    pub persistent: bool,
}

/// What values a parameter takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A number.
    Float,
    /// A whole number.
    Integer,
    /// A whole number that stands for a text; the first one stands for `min`.
    Choice(Vec<String>),
    /// A switch.
    Boolean,
    /// A text.
    Text,
    /// Points of an envelope.
    Envelope,
    /// A table of another kind.
    Variant,
}

impl Kind {
    /// The word for it in definitions: those of `defineParameter`, because the manual lists no others.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Float => "float",
            Kind::Integer | Kind::Choice(_) => "integer",
            Kind::Boolean => "boolean",
            Kind::Text => "string",
            Kind::Envelope => "envelope",
            Kind::Variant => "variant",
        }
    }
}

impl Definition {
    /// A parameter that is known by its value only, as a scenario names it.
    pub fn of_value(id: i64, name: &str, value: Value) -> Definition {
        let kind = match &value {
            Value::Number(_) => Kind::Float,
            Value::Boolean(_) => Kind::Boolean,
            Value::Text(_) => Kind::Text,
            Value::Table(_) if name.ends_with("EnvelopePoints") => Kind::Envelope,
            Value::Table(_) | Value::Element(_) => Kind::Variant,
        };
        let (min, max) = match &value {
            Value::Number(number) => (number.min(0.0), number.max(100.0)),
            _ => (0.0, 1.0),
        };
        Definition {
            id,
            name: name.to_owned(),
            long_name: name.to_owned(),
            kind,
            default: value,
            min,
            max,
            unit: String::new(),
            read_only: false,
            write_always: false,
            automatable: true,
            persistent: true,
        }
    }

    /// What a value becomes that is set: numbers go into the range, whole numbers are rounded, numbers and booleans convert
    /// into each other; tables must have the structure that the manual lists (HALion semantics 6.10, 9.16).
    pub fn fit(&self, value: Value, old: &Value) -> Result<Value, String> {
        let refuse = |value: &Value| {
            format!(
                "{} expected for \"{}\", got {}",
                self.kind.name(),
                self.name,
                value.type_name()
            )
        };
        match &self.kind {
            Kind::Float | Kind::Integer | Kind::Choice(_) => as_number(&value)
                .map(|number| Value::Number(self.in_range(number)))
                .ok_or_else(|| refuse(&value)),
            Kind::Boolean => as_number(&value)
                .map(|number| Value::Boolean(number != 0.0))
                .ok_or_else(|| refuse(&value)),
            Kind::Text => match value {
                Value::Text(_) => Ok(value),
                Value::Number(number) => Ok(Value::Text(short(number))),
                _ => Err(refuse(&value)),
            },
            Kind::Envelope | Kind::Variant => {
                table::check(self, &value, old)?;
                Ok(value)
            }
        }
    }

    fn in_range(&self, number: f64) -> f64 {
        let number = match self.kind {
            Kind::Float => number,
            _ => number.round(),
        };
        if number.is_nan() {
            return self.min;
        }
        number.min(self.max).max(self.min)
    }

    /// The value as a fraction of the range; other than numbers and switches pass through (HALion semantics 6.13).
    pub fn normalized(&self, value: &Value) -> Value {
        match value {
            Value::Number(number) if self.max > self.min => {
                Value::Number(((number - self.min) / (self.max - self.min)).clamp(0.0, 1.0))
            }
            Value::Number(_) => Value::Number(0.0),
            Value::Boolean(boolean) => Value::Number(f64::from(u8::from(*boolean))),
            other => other.clone(),
        }
    }

    /// The value for a fraction of the range; `None` if the parameter has no range.
    pub fn denormalized(&self, fraction: f64) -> Option<Value> {
        match self.kind {
            Kind::Float | Kind::Integer | Kind::Choice(_) => Some(Value::Number(
                self.in_range(self.min + fraction.clamp(0.0, 1.0) * (self.max - self.min)),
            )),
            Kind::Boolean => Some(Value::Boolean(fraction >= 0.5)),
            Kind::Text | Kind::Envelope | Kind::Variant => None,
        }
    }

    /// The value as the user interface shows it, with its unit.
    pub fn display(&self, value: &Value) -> String {
        let text = match (&self.kind, value) {
            (Kind::Choice(texts), Value::Number(number)) => {
                let index = (number - self.min).round();
                return (index >= 0.0)
                    .then(|| texts.get(index as usize).cloned())
                    .flatten()
                    .unwrap_or_default();
            }
            (Kind::Integer, Value::Number(number)) => short(number.round()),
            (_, Value::Number(number)) => format!("{number:.2}"),
            (_, Value::Boolean(boolean)) => {
                return if *boolean { "On" } else { "Off" }.to_owned();
            }
            (_, Value::Text(text)) => return text.clone(),
            (_, Value::Table(_) | Value::Element(_)) => {
                return "no display".to_owned();
            }
        };
        if self.unit.is_empty() {
            text
        } else {
            format!("{text} {}", self.unit)
        }
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Boolean(boolean) => Some(f64::from(u8::from(*boolean))),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The parameters of one sort of elements. Sets with the same definitions are equal, whatever their names.
#[derive(Debug, Clone, Default)]
pub struct ParameterSet {
    /// Name in files.
    pub name: String,
    definitions: Vec<Definition>,
    by_name: BTreeMap<String, usize>,
    by_id: BTreeMap<i64, usize>,
}

impl PartialEq for ParameterSet {
    fn eq(&self, other: &ParameterSet) -> bool {
        self.definitions == other.definitions
    }
}

impl ParameterSet {
    /// An empty set.
    pub fn new(name: &str) -> ParameterSet {
        ParameterSet {
            name: name.to_owned(),
            ..ParameterSet::default()
        }
    }

    /// Adds a parameter. False if its name or id is taken.
    pub fn add(&mut self, definition: Definition) -> bool {
        if self.by_name.contains_key(&definition.name) || self.by_id.contains_key(&definition.id) {
            return false;
        }
        let at = self.definitions.len();
        self.by_name.insert(definition.name.clone(), at);
        self.by_id.insert(definition.id, at);
        self.definitions.push(definition);
        true
    }

    /// A parameter by its exact name.
    pub fn named(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(*self.by_name.get(name)?)
    }

    /// A parameter by its id.
    pub fn with_id(&self, id: i64) -> Option<&Definition> {
        self.definitions.get(*self.by_id.get(&id)?)
    }

    /// All parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }

    /// An id that is not taken.
    pub fn free_id(&self) -> i64 {
        self.by_id.keys().next_back().map_or(1, |id| id + 1)
    }
}
