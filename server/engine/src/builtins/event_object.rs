//! Event objects: tables of class `Event` whose fields are plain values (HALion semantics 3.1, 5.3, 5.17).
//!
//! Invariant: a field that was never set reads as 0, `data` as nil; fields that no event has cannot be written.

use halion_api::{Threads, api};
use mlua::{Lua, Table, Value};

use crate::{
    builtins::{
        elements, tree_changes,
        types::{self, CLASS},
    },
    event::{Event, short},
    native::{self, Body, Call, Raise},
    runtime::Host,
};

/// Registry name of the metatable.
const METATABLE: &str = "halion.Event";

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "clone" => clone,
        _ => return None,
    })
}

/// Makes the metatable and the constructor.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let metatable = lua.create_table()?;
    metatable.raw_set(CLASS, "Event")?;
    metatable.raw_set("__metatable", false)?;
    metatable.raw_set(
        "__index",
        native::function(lua, host, "Event", Threads::BOTH, read_unset)?,
    )?;
    metatable.raw_set(
        "__newindex",
        native::function(lua, host, "Event", Threads::BOTH, write_unset)?,
    )?;
    metatable.raw_set(
        "__tostring",
        native::function(lua, host, "Event", Threads::BOTH, show)?,
    )?;
    lua.set_named_registry_value(METATABLE, metatable)?;
    if let Some(constructor) = api().constructor("Event") {
        let bound = native::api_function(lua, host, constructor, constructor.threads, construct)?;
        lua.globals().raw_set("Event", bound)?;
    }
    Ok(())
}

/// The object that a callback gets.
pub(crate) fn object(lua: &Lua, event: &Event, ppq_position: f64) -> mlua::Result<Table> {
    let fields = match event {
        Event::NoteOn {
            id,
            note,
            velocity,
            tuning,
            ..
        } => {
            vec![
                ("type", 1.0),
                ("id", *id as f64),
                ("note", *note),
                ("velocity", *velocity),
                ("tuning", *tuning),
            ]
        }
        Event::NoteOff { id, note, velocity } => {
            vec![
                ("type", 2.0),
                ("id", *id as f64),
                ("note", *note),
                ("velocity", *velocity),
                ("tuning", 0.0),
            ]
        }
        Event::Retrigger { id, note, velocity } => {
            vec![
                ("type", 6.0),
                ("id", *id as f64),
                ("note", *note),
                ("velocity", *velocity),
                ("tuning", 0.0),
            ]
        }
        Event::Controller { number, value } => vec![
            ("type", 3.0),
            ("controller", *number as f64),
            ("value", *value),
        ],
        Event::AfterTouch { value } => vec![
            ("type", 3.0),
            ("controller", AFTER_TOUCH),
            ("value", *value),
        ],
        Event::PitchBend { bend } => {
            vec![
                ("type", 3.0),
                ("controller", PITCH_BEND),
                ("value", (bend * 8191.0).round()),
                ("bend", *bend),
            ]
        }
        Event::NoteExpression {
            id,
            expression,
            value,
        } => {
            vec![
                ("type", 4.0),
                ("id", *id as f64),
                ("noteExpressionType", *expression as f64),
                ("value", *value),
            ]
        }
        Event::ProgramChange { program } => vec![("type", 5.0), ("value", *program)],
        Event::Data { .. } => vec![("type", 7.0), ("dataType", 0.0)],
        _ => Vec::new(),
    };
    let object = lua.create_table_with_capacity(0, fields.len() + 1)?;
    for (name, value) in fields {
        object.raw_set(name, value)?;
    }
    if let Event::Data { bytes } = event {
        object.raw_set(
            "data",
            lua.create_sequence_from(bytes.iter().map(|&byte| f64::from(byte)))?,
        )?;
    }
    object.raw_set("ppqPosition", ppq_position)?;
    object.set_metatable(Some(lua.named_registry_value(METATABLE)?))?;
    Ok(object)
}

/// Controller number of channel aftertouch (the manual, Controller Numbers).
pub(crate) const AFTER_TOUCH: f64 = 128.0;
/// Controller number of pitch bend (the manual, Controller Numbers).
pub(crate) const PITCH_BEND: f64 = 129.0;

/// The event in argument `at`, checked.
pub(crate) fn read(call: &Call<'_>, at: usize) -> Result<Event, Raise> {
    let value = call.value(at);
    let (Some("Event"), Value::Table(table)) = (types::class_of(&value).as_deref(), &value) else {
        return Err(call.expected(at, "Event"));
    };
    let number = |field: &str, low: f64, high: f64| -> Result<f64, Raise> {
        let number = match table.raw_get::<Value>(field)? {
            Value::Nil => 0.0,
            Value::Integer(number) => number as f64,
            Value::Number(number) => number,
            other => {
                return Err(call.bad(
                    at,
                    &format!(
                        "field '{field}' is a {}, expected a number",
                        types::type_name(call.lua, &other)
                    ),
                ));
            }
        };
        if (low..=high).contains(&number) {
            Ok(number)
        } else {
            Err(call.bad(
                at,
                &format!("field '{field}' is {number}, expected {low} to {high}"),
            ))
        }
    };
    let id = || number("id", -1.0, 1e15).map(|id| id as i64);
    let kind = number("type", -1e15, 1e15)?;
    Ok(match kind as i64 {
        1 => Event::NoteOn {
            id: id()?,
            note: number("note", 0.0, 127.0)?,
            velocity: number("velocity", 0.0, 127.0)?,
            tuning: number("tuning", -120.0, 120.0)?,
            volume: 1.0,
            pan: 0.0,
        },
        2 => Event::NoteOff {
            id: id()?,
            note: number("note", 0.0, 127.0)?,
            velocity: number("velocity", 0.0, 127.0)?,
        },
        3 => match number("controller", 0.0, 255.0)? {
            AFTER_TOUCH => Event::AfterTouch {
                value: number("value", 0.0, 127.0)?,
            },
            PITCH_BEND if table.raw_get::<Value>("bend")?.is_nil() => Event::PitchBend {
                bend: number("value", -8191.0, 8191.0)? / 8191.0,
            },
            PITCH_BEND => Event::PitchBend {
                bend: number("bend", -1.0, 1.0)?,
            },
            controller => Event::Controller {
                number: controller as i64,
                value: number("value", 0.0, 127.0)?,
            },
        },
        4 => Event::NoteExpression {
            id: id()?,
            expression: number("noteExpressionType", 1.0, 11.0)? as i64,
            value: number("value", 0.0, 1.0)?,
        },
        5 => Event::ProgramChange {
            program: number("value", 0.0, 127.0)?,
        },
        6 => Event::Retrigger {
            id: id()?,
            note: number("note", 0.0, 127.0)?,
            velocity: number("velocity", 0.0, 127.0)?,
        },
        7 => Event::Data {
            bytes: bytes(call, at, table)?,
        },
        _ => {
            return Err(call.bad(
                at,
                &format!(
                    "field 'type' is {}, expected a constant of EventType",
                    short(kind)
                ),
            ));
        }
    })
}

fn bytes(call: &Call<'_>, at: usize, table: &Table) -> Result<Vec<u8>, Raise> {
    let Value::Table(data) = table.raw_get::<Value>("data")? else {
        return Err(call.bad(at, "field 'data' must be an array of bytes"));
    };
    data.sequence_values::<u8>()
        .collect::<mlua::Result<_>>()
        .map_err(|_| call.bad(at, "field 'data' must be an array of bytes"))
}

/// `Event(type)`: unset fields, id -1 (HALion semantics 5.3).
fn construct(call: &Call<'_>) -> native::Result {
    let kind = call.number_in(1, 1.0, 7.0)?;
    let object = call.lua.create_table()?;
    object.raw_set("type", kind)?;
    object.raw_set("id", -1.0)?;
    object.set_metatable(Some(call.lua.named_registry_value(METATABLE)?))?;
    native::value(Value::Table(object))
}

/// `clone(event)`: a copy with id -1 (HALion semantics 5.3); or a copy of an element.
fn clone(call: &Call<'_>) -> native::Result {
    let value = call.value(1);
    match (types::class_of(&value).as_deref(), &value) {
        (Some("Event"), Value::Table(table)) => {
            let copy = call.lua.create_table()?;
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = pair?;
                copy.raw_set(key, value)?;
            }
            copy.raw_set("id", -1.0)?;
            copy.set_metatable(table.metatable())?;
            native::value(Value::Table(copy))
        }
        _ => match elements::node_of(&value) {
            Some(element) => tree_changes::clone(call, element),
            None => Err(call.expected(1, "Event or element")),
        },
    }
}

/// A field that was never set (HALion semantics 5.17).
fn read_unset(call: &Call<'_>) -> native::Result {
    let name = call.string(2)?;
    match name.as_str() {
        "data" => native::nothing(),
        _ if api().field("Event", &name).is_some() => native::number(0.0),
        _ => native::nothing(),
    }
}

fn write_unset(call: &Call<'_>) -> native::Result {
    let (object, name) = (call.table(1)?, call.string(2)?);
    if api().field("Event", &name).is_none() {
        return Err(Raise::Script(format!("Event has no field '{name}'")));
    }
    object.raw_set(name, call.value(3))?;
    native::nothing()
}

/// Type name, then `name=value` in the order of the manual's Event page (HALion semantics 11.5).
fn show(call: &Call<'_>) -> native::Result {
    let object = call.table(1)?;
    let mut text = match object.raw_get::<Option<f64>>("type")? {
        Some(kind) => api()
            .enumeration("EventType")
            .and_then(|kinds| kinds.constant_of(kind as i64))
            .map_or("Event", |kind| kind.name.as_str()),
        None => "Event",
    }
    .to_owned();
    let fields = api()
        .class("Event")
        .map(|class| class.fields.as_slice())
        .unwrap_or_default();
    for field in fields.iter().filter(|field| field.name != "type") {
        let value = object.raw_get::<Value>(field.name.as_str())?;
        if !matches!(value, Value::Nil) {
            text.push_str(&format!(
                " {}={}",
                field.name,
                types::text(call.lua, &value)?
            ));
        }
    }
    native::value(Value::String(call.lua.create_string(text)?))
}
