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
    let fields: &[(&str, f64)] = match event {
        Event::NoteOn {
            id,
            note,
            velocity,
            tuning,
            ..
        } => &note_fields(1.0, *id, *note, *velocity, *tuning),
        Event::NoteOff {
            id,
            note,
            velocity,
            tuning,
        } => &note_fields(2.0, *id, *note, *velocity, *tuning),
        Event::Retrigger {
            id,
            note,
            velocity,
            tuning,
        } => &note_fields(6.0, *id, *note, *velocity, *tuning),
        Event::Controller { number, value } => &[
            ("type", 3.0),
            ("controller", *number as f64),
            ("value", *value),
        ],
        Event::AfterTouch { value } => &[
            ("type", 3.0),
            ("controller", AFTER_TOUCH as f64),
            ("value", *value),
        ],
        // `value` is read from and written to `bend`; see `read_unset`.
        Event::PitchBend { bend } => &[
            ("type", 3.0),
            ("controller", PITCH_BEND as f64),
            ("bend", *bend),
        ],
        Event::NoteExpression {
            id,
            expression,
            value,
        } => &[
            ("type", 4.0),
            ("id", *id as f64),
            ("noteExpressionType", *expression as f64),
            ("value", *value),
        ],
        Event::ProgramChange { program } => &[("type", 5.0), ("value", *program)],
        Event::Data { .. } => &[("type", 7.0), ("dataType", 0.0)],
        _ => &[],
    };
    let object = lua.create_table_with_capacity(0, fields.len() + 1)?;
    for (name, value) in fields {
        object.raw_set(*name, *value)?;
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

fn note_fields(
    kind: f64,
    id: i64,
    key: f64,
    velocity: f64,
    tuning: f64,
) -> [(&'static str, f64); 5] {
    [
        ("type", kind),
        ("id", id as f64),
        ("note", key),
        ("velocity", velocity),
        ("tuning", tuning),
    ]
}

/// Controller number of channel aftertouch (the manual, Controller Numbers).
pub(crate) const AFTER_TOUCH: i64 = 128;
/// Controller number of pitch bend (the manual, Controller Numbers).
pub(crate) const PITCH_BEND: i64 = 129;
/// The last controller number of the manual.
pub(crate) const LAST_CONTROLLER: i64 = 152;

/// Pitch bend as the value of a controller, -8191 to 8191 (HALion semantics 3.1).
pub(crate) fn bend_value(bend: f64) -> f64 {
    (bend * 8191.0).round()
}

/// What a controller's value can be (the manual, Controller Numbers).
pub(crate) fn controller_range(number: i64) -> (f64, f64) {
    match number {
        PITCH_BEND | 148 => (-8191.0, 8191.0),
        149 => (-64.0, 63.0),
        _ => (0.0, 127.0),
    }
}

/// A controller, which may be aftertouch or pitch bend under its number.
pub(crate) fn controller(number: i64, value: f64) -> Event {
    match number {
        AFTER_TOUCH => Event::AfterTouch { value },
        PITCH_BEND => Event::PitchBend {
            bend: value / 8191.0,
        },
        _ => Event::Controller { number, value },
    }
}

/// The event in argument `at`, checked.
pub(crate) fn read(call: &Call<'_>, at: usize) -> Result<Event, Raise> {
    read_value(call, at, &call.value(at))
}

/// The event that a value in argument `at` is, checked.
pub(crate) fn read_value(call: &Call<'_>, at: usize, value: &Value) -> Result<Event, Raise> {
    let (Some("Event"), Value::Table(table)) = (types::class_of(value).as_deref(), value) else {
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
    let whole = |field: &str, low: f64, high: f64| -> Result<i64, Raise> {
        let number = number(field, low, high)?;
        if number.fract() == 0.0 {
            return Ok(number as i64);
        }
        let why = format!("field '{field}' is {number}, expected a whole number");
        Err(call.bad(at, &why))
    };
    let id = || whole("id", -1.0, 1e15);
    let key = || number("note", 0.0, 127.0);
    let velocity = || number("velocity", 0.0, 127.0);
    let tuning = || number("tuning", -120.0, 120.0);
    let kind = number("type", -1e15, 1e15)?;
    Ok(match kind {
        1.0 => Event::NoteOn {
            id: id()?,
            note: key()?,
            velocity: velocity()?,
            tuning: tuning()?,
            volume: 1.0,
            pan: 0.0,
        },
        2.0 => Event::NoteOff {
            id: id()?,
            note: key()?,
            velocity: velocity()?,
            tuning: tuning()?,
        },
        3.0 => {
            let controller_number = whole("controller", 0.0, LAST_CONTROLLER as f64)?;
            if controller_number == PITCH_BEND && !table.raw_get::<Value>("bend")?.is_nil() {
                let bend = number("bend", -1.0, 1.0)?;
                return Ok(Event::PitchBend { bend });
            }
            let (low, high) = controller_range(controller_number);
            controller(controller_number, number("value", low, high)?)
        }
        4.0 => Event::NoteExpression {
            id: id()?,
            expression: whole("noteExpressionType", 1.0, 11.0)?,
            value: number("value", 0.0, 1.0)?,
        },
        5.0 => Event::ProgramChange {
            program: number("value", 0.0, 127.0)?,
        },
        6.0 => Event::Retrigger {
            id: id()?,
            note: key()?,
            velocity: velocity()?,
            tuning: tuning()?,
        },
        7.0 => Event::Data {
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
    let kind = call.whole_in(1, 1, 7)?;
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

/// Is this a pitch bend with its finer value set? Then `value` follows `bend`, and is no field of its own.
fn is_bend(object: &Table) -> mlua::Result<bool> {
    let controller: Option<f64> = number_field(object, "controller")?;
    Ok(controller == Some(PITCH_BEND as f64) && number_field(object, "bend")?.is_some())
}

fn number_field(object: &Table, name: &str) -> mlua::Result<Option<f64>> {
    Ok(match object.raw_get::<Value>(name)? {
        Value::Integer(number) => Some(number as f64),
        Value::Number(number) => Some(number),
        _ => None,
    })
}

/// A field that was never set (HALion semantics 5.17).
fn read_unset(call: &Call<'_>) -> native::Result {
    let (object, Value::String(name)) = (call.table(1)?, call.value(2)) else {
        return native::nothing();
    };
    match name.to_string_lossy().as_str() {
        "data" => native::nothing(),
        "value" if is_bend(&object)? => {
            native::number(bend_value(number_field(&object, "bend")?.unwrap_or(0.0)))
        }
        name if api().field("Event", name).is_some() => native::number(0.0),
        _ => native::nothing(),
    }
}

fn write_unset(call: &Call<'_>) -> native::Result {
    let object = call.table(1)?;
    let name = match call.value(2) {
        Value::String(name) => name.to_string_lossy(),
        other => types::text(call.lua, &other)?,
    };
    if api().field("Event", &name).is_none() {
        return Err(Raise::Script(format!("Event has no field '{name}'")));
    }
    if name == "value" && is_bend(&object)? {
        let value = call.number(3)?;
        object.raw_set("bend", value / 8191.0)?;
    } else {
        object.raw_set(name, call.value(3))?;
    }
    native::nothing()
}

/// Type name, then `name=value` in the order of the manual's Event page: what the type has, and what the script has set besides
/// (HALion semantics 11.5).
fn show(call: &Call<'_>) -> native::Result {
    let object = call.table(1)?;
    let kind = number_field(&object, "type")?;
    let kind = kind.and_then(|kind| api().enumeration("EventType")?.constant_of(kind as i64));
    let kind = kind.map_or("Event", |kind| kind.name.as_str());
    let mut text = kind.to_owned();
    let class = api().class("Event");
    for field in class.iter().flat_map(|class| &class.fields) {
        let value = match field.name.as_str() {
            "type" => continue,
            "value" if is_bend(&object)? => {
                Value::Number(bend_value(number_field(&object, "bend")?.unwrap_or(0.0)))
            }
            name => object.raw_get::<Value>(name)?,
        };
        let value = match value {
            Value::Nil => continue,
            Value::Table(data) if field.name == "data" => shown_bytes(call, &data)?,
            value => types::text(call.lua, &value)?,
        };
        text.push_str(&format!(" {}={value}", field.name));
    }
    native::value(Value::String(call.lua.create_string(text)?))
}

/// `F0 7E F7`; what is no byte shows as it is.
fn shown_bytes(call: &Call<'_>, data: &Table) -> Result<String, Raise> {
    let mut shown = Vec::new();
    for value in data.sequence_values::<Value>() {
        shown.push(match value? {
            Value::Integer(byte @ 0..=255) => format!("{byte:02X}"),
            Value::Number(byte) if (0.0..=255.0).contains(&byte) && byte.fract() == 0.0 => {
                format!("{:02X}", byte as u8)
            }
            other => types::text(call.lua, &other)?,
        });
    }
    Ok(shown.join(" "))
}
