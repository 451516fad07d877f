//! Reads a TOML table by the keys it may have.
//!
//! Invariant: what comes out has passed its key's form and range; errors name the key, the line (from 1) and what is allowed.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::{
    Value,
    error::ScenarioError,
    input,
    schema::{Form, Key, Need},
};
use crate::{
    data::Data,
    event::{Signature, short},
};
use halion_api::api;

/// Byte offsets as lines, by the offsets of all line ends.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a>(&'a [usize]);

impl Lines<'_> {
    pub fn at(self, offset: usize) -> u32 {
        self.0.partition_point(|&end| end < offset) as u32 + 1
    }
}

/// Parses a text and reads it.
pub(super) fn text<T>(
    text: &str,
    read: impl FnOnce(&DeTable<'_>, Lines<'_>) -> Result<T, ScenarioError>,
) -> Result<T, ScenarioError> {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let lines = Lines(&ends);
    let root = DeTable::parse(text).map_err(|error| ScenarioError {
        line: error.span().map(|span| lines.at(span.start)),
        message: error.message().to_owned(),
    })?;
    read(root.get_ref(), lines)
}

/// What a table says: a value for each key that is there or has a default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    values: BTreeMap<&'static str, (u32, Field)>,
    /// Line of the table itself.
    pub line: u32,
}

#[derive(Debug, Clone)]
enum Field {
    Number(f64),
    Boolean(bool),
    Text(String),
    Bytes(Vec<u8>),
    Value(Value),
    Data(Data),
    Numbers(Vec<f64>),
    Tables(Vec<Fields>),
    Inputs(Vec<input::Input>),
}

impl Fields {
    /// A number that is required or has a default.
    pub fn number(&self, name: &str) -> f64 {
        self.optional_number(name).unwrap_or_default()
    }

    /// A number from 0 to 255 that is required or has a default.
    pub fn byte(&self, name: &str) -> u8 {
        self.number(name) as u8
    }

    /// A number, if it is there.
    pub fn optional_number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Field::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A boolean; false if it is not there.
    pub fn boolean(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Field::Boolean(true)))
    }

    /// A text or a choice; empty if it is not there.
    pub fn text(&self, name: &str) -> String {
        match self.get(name) {
            Some(Field::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// A time signature; `None` if the host tells none.
    pub fn signature(&self, name: &str) -> Option<Signature> {
        Signature::parse(&self.text(name))
    }

    /// An array of bytes; empty if it is not there.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        match self.get(name) {
            Some(Field::Bytes(bytes)) => bytes.clone(),
            _ => Vec::new(),
        }
    }

    /// A value of any kind, if it is there.
    pub fn value(&self, name: &str) -> Option<Value> {
        match self.get(name)? {
            Field::Value(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// Data of any shape, if they are there.
    pub fn data(&self, name: &str) -> Option<Data> {
        match self.get(name)? {
            Field::Data(data) => Some(data.clone()),
            _ => None,
        }
    }

    /// The numbers of a list, if it is there.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.get(name)? {
            Field::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// The tables of a list, or the one table; empty if there is none.
    pub fn tables(&self, name: &str) -> &[Fields] {
        match self.get(name) {
            Some(Field::Tables(tables)) => tables,
            _ => &[],
        }
    }

    /// The inputs of a list.
    pub fn inputs(&self, name: &str) -> Vec<input::Input> {
        match self.get(name) {
            Some(Field::Inputs(inputs)) => inputs.clone(),
            _ => Vec::new(),
        }
    }

    /// A text or a choice with its line, if it is there.
    pub fn placed_text(&self, name: &str) -> Option<(u32, String)> {
        match self.values.get(name)? {
            (line, Field::Text(text)) => Some((*line, text.clone())),
            _ => None,
        }
    }

    /// Is the key there, or has it a default?
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// An error about the value of a key.
    pub fn error(&self, name: &str, message: String) -> ScenarioError {
        ScenarioError::at(self.line_of(name), message)
    }

    /// Line of the value of a key, or of the table if it is not there.
    pub fn line_of(&self, name: &str) -> u32 {
        self.values.get(name).map_or(self.line, |&(line, _)| line)
    }

    fn get(&self, name: &str) -> Option<&Field> {
        self.values.get(name).map(|(_, field)| field)
    }
}

/// Reads a table that may have these keys and no others.
pub(super) fn table<'k>(
    table: &DeTable<'_>,
    keys: impl IntoIterator<Item = &'k Key> + Clone,
    line: u32,
    lines: Lines<'_>,
) -> Result<Fields, ScenarioError> {
    let mut fields = Fields {
        values: BTreeMap::new(),
        line,
    };
    for key in keys.clone() {
        if let Some((line, field)) = field(table, key, line, lines)? {
            fields.values.insert(key.name, (line, field));
        }
    }
    for (name, _) in table.iter() {
        let written: &str = name.get_ref();
        if !keys.clone().into_iter().any(|key| key.name == written) {
            let known: Vec<&str> = keys.into_iter().map(|key| key.name).collect();
            return Err(ScenarioError::at(
                lines.at(name.span().start),
                format!(
                    "unknown key `{written}`; allowed here: {}",
                    known.join(", ")
                ),
            ));
        }
    }
    Ok(fields)
}

/// Reads one key of a table and leaves the others for later.
pub(super) fn key(
    table: &DeTable<'_>,
    key: &Key,
    line: u32,
    lines: Lines<'_>,
) -> Result<Fields, ScenarioError> {
    let field = field(table, key, line, lines)?;
    Ok(Fields {
        values: field.into_iter().map(|field| (key.name, field)).collect(),
        line,
    })
}

fn field(
    table: &DeTable<'_>,
    key: &Key,
    line: u32,
    lines: Lines<'_>,
) -> Result<Option<(u32, Field)>, ScenarioError> {
    let Some(value) = table.get(key.name) else {
        return match key.need {
            Need::Required => {
                let message = format!("`{}` is missing; it must be {}", key.name, key.form);
                Err(ScenarioError::at(line, message))
            }
            Need::Optional => Ok(None),
            Need::Or(default) => Ok(Some((line, Field::Number(default)))),
            Need::OrText(default) => Ok(Some((line, Field::Text(default.to_owned())))),
        };
    };
    let line = lines.at(value.span().start);
    if matches!(key.form, Form::Raw(_)) {
        return Ok(None);
    }
    Ok(Some((line, form(value.get_ref(), key, line, lines)?)))
}

fn form(
    value: &DeValue<'_>,
    key: &Key,
    line: u32,
    lines: Lines<'_>,
) -> Result<Field, ScenarioError> {
    let wrong = || {
        let message = format!("`{}` must be {}", key.name, key.form);
        ScenarioError::at(line, message)
    };
    match key.form {
        Form::Number(low, high) | Form::Whole(low, high) => {
            let number = number(value).ok_or_else(wrong)?;
            let whole = !matches!(key.form, Form::Whole(..)) || number.fract() == 0.0;
            if whole && (low..=high).contains(&number) {
                return Ok(Field::Number(number));
            }
            let message = format!(
                "`{}` is {}; it must be {}",
                key.name,
                short(number),
                key.form
            );
            Err(ScenarioError::at(line, message))
        }
        Form::Boolean => match value {
            DeValue::Boolean(boolean) => Ok(Field::Boolean(*boolean)),
            _ => Err(wrong()),
        },
        Form::Text => match value {
            DeValue::String(text) => Ok(Field::Text(text.to_string())),
            _ => Err(wrong()),
        },
        Form::Choice(_) | Form::Kind | Form::UiCallback | Form::Signature => match value {
            DeValue::String(text) if is_choice(key.form, text) => Ok(Field::Text(text.to_string())),
            DeValue::String(text) => {
                let message = format!("`{}` is \"{text}\"; it must be {}", key.name, key.form);
                Err(ScenarioError::at(line, message))
            }
            _ => Err(wrong()),
        },
        Form::Bytes => bytes(value).map(Field::Bytes).ok_or_else(wrong),
        Form::Value => any(value).map(Field::Value).ok_or_else(wrong),
        Form::Raw(_) => Err(wrong()),
        Form::Data => data(value).map(Field::Data).ok_or_else(wrong),
        Form::Wholes(low, high) => match value {
            DeValue::Array(items) => items
                .iter()
                .map(|item| number(item.get_ref()).filter(|number| is_whole(*number, low, high)))
                .collect::<Option<_>>()
                .map(Field::Numbers)
                .ok_or_else(wrong),
            _ => Err(wrong()),
        },
        Form::Table(keys) => match value {
            DeValue::Table(inner) => Ok(Field::Tables(vec![table(inner, keys, line, lines)?])),
            _ => Err(list_error(key.name, "[", "]", "", line)),
        },
        Form::Tables(keys) => {
            let read = |inner: &DeTable<'_>, line| table(inner, keys, line, lines);
            Ok(Field::Tables(list(value, key.name, line, lines, read)?))
        }
        Form::Inputs => {
            let read = |inner: &DeTable<'_>, line| input::read(inner, line, lines);
            Ok(Field::Inputs(list(value, key.name, line, lines, read)?))
        }
    }
}

fn is_choice(form: Form, text: &str) -> bool {
    match form {
        Form::Choice(choices) => choices.contains(&text),
        Form::UiCallback => api().ui_callback(text).is_some(),
        Form::Signature => text == "none" || Signature::parse(text).is_some(),
        _ => input::kinds().any(|kind| kind.name == text),
    }
}

fn is_whole(number: f64, low: f64, high: f64) -> bool {
    number.fract() == 0.0 && (low..=high).contains(&number)
}

/// The tables of `[[name]]`.
pub(super) fn list<T>(
    value: &DeValue<'_>,
    name: &str,
    line: u32,
    lines: Lines<'_>,
    mut read: impl FnMut(&DeTable<'_>, u32) -> Result<T, ScenarioError>,
) -> Result<Vec<T>, ScenarioError> {
    let wrong = |line| list_error(name, "[[", "]]", ", once for each one", line);
    let DeValue::Array(tables) = value else {
        return Err(wrong(line));
    };
    let read = |table: &toml::Spanned<DeValue<'_>>| {
        let line = lines.at(table.span().start);
        match table.get_ref() {
            DeValue::Table(table) => read(table, line),
            _ => Err(wrong(line)),
        }
    };
    tables.iter().map(read).collect()
}

fn list_error(name: &str, open: &str, close: &str, often: &str, line: u32) -> ScenarioError {
    let message = format!("`{name}` must be written as {open}{name}{close}{often}");
    ScenarioError::at(line, message)
}

pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let digits = |text: &str| text.replace('_', "");
    match value {
        DeValue::Integer(number) => i64::from_str_radix(&digits(number.as_str()), number.radix())
            .ok()
            .map(|number| number as f64),
        DeValue::Float(number) => digits(number.as_str()).parse().ok(),
        _ => None,
    }
}

/// Arrays count from 1, as in Lua.
fn data(value: &DeValue<'_>) -> Option<Data> {
    Some(match value {
        DeValue::Table(table) => Data::table(
            table
                .iter()
                .map(|(key, value)| Some((Data::text(key.get_ref()), data(value.get_ref())?)))
                .collect::<Option<_>>()?,
        ),
        DeValue::Array(items) => Data::table(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| Some((Data::Number(at as f64 + 1.0), data(item.get_ref())?)))
                .collect::<Option<_>>()?,
        ),
        value => match any(value)? {
            Value::Number(number) => Data::Number(number),
            Value::Boolean(boolean) => Data::Boolean(boolean),
            Value::Text(text) => Data::text(&text),
        },
    })
}

fn bytes(value: &DeValue<'_>) -> Option<Vec<u8>> {
    let DeValue::Array(values) = value else {
        return None;
    };
    let byte = |value: &toml::Spanned<DeValue<'_>>| {
        let byte = number(value.get_ref())?;
        ((0.0..=255.0).contains(&byte) && byte.fract() == 0.0).then_some(byte as u8)
    };
    values.iter().map(byte).collect()
}

fn any(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::Boolean(boolean) => Some(Value::Boolean(*boolean)),
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        _ => number(value)
            .filter(|number| number.is_finite())
            .map(Value::Number),
    }
}
