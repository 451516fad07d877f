//! What a test looks for among the events that a script sent: a kind, values of fields, a time.
//!
//! Units: milliseconds; the fields are those of the trace.

use halion_engine::{Event, Field};
use mlua::{Lua, Result, Table, Value};

use crate::{kinds, show};

/// How far from its time an event may be unless the test says otherwise: well above a sample, well below what can be heard.
const TOLERANCE_MS: f64 = 1.0;

/// How far two numbers may be apart that were computed in two ways.
const ROUNDING: f64 = 1e-6;

/// Fields that an event does not show while they have these values.
const DEFAULTS: [(&str, f64); 4] = [
    ("tuning", 0.0),
    ("volume", 1.0),
    ("pan", 0.0),
    ("ramp_ms", 0.0),
];

/// An event that is looked for.
pub(crate) struct Wanted {
    /// As in traces, such as `note_on`.
    pub kind: String,
    /// A value, or a function that is asked whether the value will do.
    fields: Vec<(String, Value)>,
    at_ms: Option<f64>,
    tolerance_ms: f64,
    length_ms: Option<f64>,
}

impl Wanted {
    /// Reads `{ note = 60, at = 250, tolerance = 5 }`.
    pub fn read(kind: &str, table: &Table) -> std::result::Result<Wanted, String> {
        let known = kinds::fields_of(kind)?;
        let mut wanted = Wanted {
            kind: kind.to_owned(),
            fields: Vec::new(),
            at_ms: None,
            tolerance_ms: TOLERANCE_MS,
            length_ms: None,
        };
        for pair in table.pairs::<String, Value>() {
            let (name, value) =
                pair.map_err(|_| "fields have names, such as { note = 60 }".to_owned())?;
            let number = || {
                show::as_number(&value).ok_or_else(|| {
                    let value = show::value(&value);
                    format!("`{name}` is {value}; it must be a number of milliseconds")
                })
            };
            match name.as_str() {
                "at" => wanted.at_ms = Some(number()?),
                "tolerance" => wanted.tolerance_ms = number()?,
                "length" if kind == "note_on" => wanted.length_ms = Some(number()?),
                field if known.contains(&field) => wanted.fields.push((name, value)),
                _ => {
                    return Err(format!(
                        "{kind} has no field `{name}`; it has {}",
                        known.join(", ")
                    ));
                }
            }
        }
        wanted
            .fields
            .sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(wanted)
    }

    /// `note_on note=60 at 250 ms`.
    pub fn text(&self) -> String {
        let mut text = self.kind.clone();
        for (name, value) in &self.fields {
            text.push_str(&format!(" {name}={}", show::value(value)));
        }
        if let Some(length_ms) = self.length_ms {
            text.push_str(&format!(" length={}", show::ms(length_ms)));
        }
        if let Some(at_ms) = self.at_ms {
            text.push_str(&format!(" at {} ms", show::ms(at_ms)));
        }
        text
    }

    /// Is it this one? `end_ms` is where the note ends, if it is a note and has ended.
    pub fn fits(&self, lua: &Lua, ms: f64, event: &Event, end_ms: Option<f64>) -> Result<bool> {
        if event.name() != self.kind || !self.is_near(self.at_ms, Some(ms)) {
            return Ok(false);
        }
        if !self.is_near(self.length_ms, end_ms.map(|end_ms| end_ms - ms)) {
            return Ok(false);
        }
        let fields = event.fields();
        for (name, wanted) in &self.fields {
            let field = fields.iter().find(|(field, _)| field == name);
            let field = field.map(|(_, field)| field);
            let value = match field {
                Some(field) => plain(lua, field)?,
                None => match default(name) {
                    Some(value) => value,
                    None => return Ok(false),
                },
            };
            let fits = match wanted {
                Value::Function(function) => function.call::<bool>(value)?,
                wanted => near(wanted, &value),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_near(&self, wanted_ms: Option<f64>, ms: Option<f64>) -> bool {
        wanted_ms.is_none_or(|wanted| ms.is_some_and(|ms| (ms - wanted).abs() <= self.tolerance_ms))
    }
}

/// A field as a test reads it; bytes are an array.
fn plain(lua: &Lua, field: &Field<'_>) -> Result<Value> {
    Ok(match field {
        Field::Number(number) => Value::Number(*number),
        Field::Boolean(boolean) => Value::Boolean(*boolean),
        Field::Bytes(bytes) => Value::Table(lua.create_sequence_from(bytes.iter().copied())?),
    })
}

fn default(name: &str) -> Option<Value> {
    if name == "kill" {
        return Some(Value::Boolean(false));
    }
    let default = DEFAULTS.iter().find(|(field, _)| *field == name);
    default.map(|&(_, value)| Value::Number(value))
}

fn near(wanted: &Value, value: &Value) -> bool {
    match (show::as_number(wanted), show::as_number(value)) {
        (Some(wanted), Some(value)) => (wanted - value).abs() <= ROUNDING,
        _ => show::alike(wanted, value),
    }
}

/// An event as a test reads it: `{ type = "note_on", at = 250, note = 60, .. }`.
pub(crate) fn table(lua: &Lua, ms: f64, event: &Event) -> Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("type", event.name())?;
    table.raw_set("at", ms)?;
    for (name, field) in event.fields() {
        table.raw_set(name, plain(lua, &field)?)?;
    }
    Ok(table)
}
