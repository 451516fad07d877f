//! `defineParameter` in all its forms, and what happens when a parameter changes (HALion semantics 6.1 to 6.11).

use halion_api::Thread;
use mlua::{Function, Lua, MultiValue, Table, Value};

use crate::{
    builtins::{parameter_definitions, types},
    data::Data,
    native::{self, Body, Call, Raise},
    parameter::{self, Kind, Parameter},
    printf::Format,
    record::{ParameterChange, RecordKind},
    runtime::{self, Runtime, Start},
    scenario::ScriptKind,
    undo,
    world::{ChangeJob, SyncJob},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "defineParameter" => define_parameter,
        _ => return None,
    })
}

/// Range of a numeric parameter that names none (HALion semantics 6.4).
const DEFAULT_MAX: f64 = 100.0;

fn define_parameter(call: &Call<'_>) -> native::Result {
    let mut parameter = match call.value(1) {
        Value::Table(named) if !call.has(2) => from_names(call, &named)?,
        _ => from_positions(call)?,
    };
    let name = parameter.name.clone();
    call.world(|world| {
        // HALion semantics 6.12: those of UI scripts never are.
        parameter.automatable &= world.script_kind == ScriptKind::Midi;
        world.parameters.define(parameter);
    });
    // The name must not stay in the raw globals, where it would hide the parameter (HALion semantics 6.9).
    call.lua.globals().raw_set(name, Value::Nil)?;
    native::nothing()
}

/// `defineParameter(name, longName, ..., changeCallback)`: the callback is the first function (HALion semantics 6.3).
fn from_positions(call: &Call<'_>) -> Result<Parameter, Raise> {
    let name = call.string(1)?;
    let callback_at =
        (2..=call.args.len()).find(|&at| matches!(call.value(at), Value::Function(_)));
    let n_values = callback_at.map_or(call.args.len(), |at| at - 1);
    let value = |at: usize| {
        if at <= n_values {
            call.value(at)
        } else {
            Value::Nil
        }
    };
    let long_name = match value(2) {
        Value::Nil => name.clone(),
        _ => call.string(2)?,
    };
    let mut definition = match (value(3), value(4)) {
        (Value::Nil | Value::Integer(_) | Value::Number(_), Value::Table(strings)) => {
            choice(call, value(3), &strings)?
        }
        (default @ (Value::Nil | Value::Integer(_) | Value::Number(_)), _) => {
            let number = |at: usize, default: f64| {
                if matches!(value(at), Value::Nil) {
                    Ok(default)
                } else {
                    call.number(at)
                }
            };
            numeric(
                call,
                default,
                number(4, 0.0)?,
                number(5, DEFAULT_MAX)?,
                number(6, 0.0)?,
                None,
            )?
        }
        (default @ Value::Boolean(_), _) => bare(Kind::Boolean, default),
        (default @ Value::String(_), _) => bare(Kind::Text, default),
        (Value::Table(table), _) => match parameter_definitions::as_parameter(call, &table)? {
            Some(definition) => definition,
            None => bare(Kind::Variant, Value::Table(table)),
        },
        _ => return Err(call.expected(3, "number, boolean, string or table")),
    };
    definition.name = name;
    definition.long_name = long_name;
    definition.on_changed = callback_at.map(|at| call.function(at)).transpose()?;
    Ok(definition)
}

/// `defineParameter{ name = ..., default = ..., onChanged = ... }`.
fn from_names(call: &Call<'_>, named: &Table) -> Result<Parameter, Raise> {
    check_keys(call, named)?;
    let get = |key: &str| named.raw_get::<Value>(key);
    let wrong = |key: &str, what: &str, value: &Value| {
        call.bad(
            1,
            &format!(
                "field '{key}': {what} expected, got {}",
                types::type_name(call.lua, value)
            ),
        )
    };
    let number = |key: &str, default: f64| match get(key)? {
        Value::Nil => Ok(default),
        value => call
            .lua
            .coerce_number(value.clone())?
            .ok_or_else(|| wrong(key, "number", &value)),
    };
    let flag = |key: &str, default: bool| match get(key)? {
        Value::Nil => Ok(default),
        Value::Boolean(flag) => Ok(flag),
        value => Err(wrong(key, "boolean", &value)),
    };
    let name = match get("name")? {
        Value::String(name) => name.to_string_lossy(),
        value => return Err(wrong("name", "string", &value)),
    };
    let kind = get("type")?;
    let kind = match &kind {
        Value::Nil => None,
        Value::String(kind) => Some(kind.to_string_lossy()),
        value => return Err(wrong("type", "string", value)),
    };
    let default = get("default")?;
    let mut definition = match (kind.as_deref(), get("strings")?) {
        (_, Value::Table(strings)) => choice(call, default, &strings)?,
        (Some("integer"), _) => numeric(
            call,
            default,
            number("min", 0.0)?,
            number("max", DEFAULT_MAX)?,
            number("increment", 1.0)?,
            Some(true),
        )?,
        (Some("float"), _) => numeric(
            call,
            default,
            number("min", 0.0)?,
            number("max", DEFAULT_MAX)?,
            number("increment", 0.0)?,
            Some(false),
        )?,
        (Some("boolean"), _) => bare(
            Kind::Boolean,
            if default.is_nil() {
                Value::Boolean(false)
            } else {
                default
            },
        ),
        (Some("string"), _) => bare(
            Kind::Text,
            if default.is_nil() {
                Value::String(call.lua.create_string("")?)
            } else {
                default
            },
        ),
        (Some("variant"), _) => bare(Kind::Variant, default),
        (Some("envelope"), _) => bare(
            Kind::Envelope,
            if default.is_nil() {
                Value::Table(call.lua.create_table()?)
            } else {
                default
            },
        ),
        (Some(other), _) => {
            return Err(call.bad(1, &format!("field 'type' is \"{other}\"; known types are integer, float, boolean, string, variant, envelope")));
        }
        (None, _) => match default {
            Value::Boolean(_) => bare(Kind::Boolean, default),
            Value::String(_) => bare(Kind::Text, default),
            Value::Table(_) => bare(Kind::Variant, default),
            _ => numeric(
                call,
                default,
                number("min", 0.0)?,
                number("max", DEFAULT_MAX)?,
                number("increment", 0.0)?,
                None,
            )?,
        },
    };
    definition.value = definition
        .kind
        .coerce(call.lua, definition.value)
        .map_err(|why| call.bad(1, &format!("field 'default': {why}")))?;
    definition.default = definition.value.clone();
    definition.long_name = match get("longName")? {
        Value::String(long_name) => long_name.to_string_lossy(),
        _ => name.clone(),
    };
    definition.name = name;
    definition.on_changed = match get("onChanged")? {
        Value::Nil => None,
        Value::Function(function) => Some(function),
        value => return Err(wrong("onChanged", "function", &value)),
    };
    definition.format = match get("format")? {
        Value::Nil => None,
        Value::String(text) => {
            let format = Format::parse(&text.to_string_lossy()).ok_or_else(|| {
                call.bad(
                    1,
                    "field 'format' must hold one of e, E, f, g, G, as in '%.2f dB'",
                )
            })?;
            Some(format)
        }
        value => return Err(wrong("format", "string", &value)),
    };
    definition.processor_callback = flag("processorCallback", false)?;
    definition.read_only = flag("readOnly", false)?;
    definition.write_always = flag("writeAlways", false)?;
    definition.automatable = flag("automatable", true)?;
    definition.persistent = flag("persistent", true)?;
    Ok(definition)
}

/// A misspelt key would otherwise be ignored in silence: the output says so.
fn check_keys(call: &Call<'_>, named: &Table) -> Result<(), Raise> {
    const KNOWN: [&str; 15] = [
        "name",
        "longName",
        "default",
        "min",
        "max",
        "increment",
        "strings",
        "onChanged",
        "type",
        "format",
        "readOnly",
        "writeAlways",
        "automatable",
        "processorCallback",
        "persistent",
    ];
    for pair in named.pairs::<Value, Value>() {
        if let (Value::String(key), _) = pair? {
            let key = key.to_string_lossy();
            if !KNOWN.contains(&key.as_str()) {
                let text = format!("defineParameter has no option '{key}'; it does nothing");
                call.world(|world| world.say_once(&text));
            }
        }
    }
    Ok(())
}

fn bare(kind: Kind, default: Value) -> Parameter {
    Parameter {
        name: String::new(),
        long_name: String::new(),
        id: 0,
        kind,
        default: default.clone(),
        value: default,
        on_changed: None,
        processor_callback: false,
        read_only: false,
        write_always: false,
        automatable: true,
        persistent: true,
        format: None,
    }
}

/// The default is argument 3, or a field of the only one.
fn bad_default(call: &Call<'_>, why: &str) -> Raise {
    if call.has(2) {
        call.bad(3, why)
    } else {
        call.bad(1, &format!("field 'default': {why}"))
    }
}

/// An increment of 1 makes an integer (HALion semantics 6.4).
fn numeric(
    call: &Call<'_>,
    default: Value,
    min: f64,
    max: f64,
    increment: f64,
    integer: Option<bool>,
) -> Result<Parameter, Raise> {
    if !(min.is_finite() && max.is_finite() && increment.is_finite()) {
        return Err(Raise::Script(format!(
            "bad argument to '{}' (range and increment must be finite)",
            call.name
        )));
    }
    let (min, max) = (min.min(max), max.max(min));
    let kind = Kind::Number {
        min,
        max,
        increment,
        integer: integer.unwrap_or(increment == 1.0),
    };
    let default = if default.is_nil() {
        Value::Number(0.0)
    } else {
        default
    };
    let default = kind
        .coerce(call.lua, default)
        .map_err(|why| bad_default(call, &why))?;
    Ok(bare(kind, default))
}

fn choice(call: &Call<'_>, default: Value, strings: &Table) -> Result<Parameter, Raise> {
    let (texts, first) = parameter::texts(call.lua, strings)?;
    let kind = Kind::Choice { texts, first };
    let default = if default.is_nil() {
        Value::Number(first as f64)
    } else {
        default
    };
    let default = kind
        .coerce(call.lua, default)
        .map_err(|why| bad_default(call, &why))?;
    Ok(bare(kind, default))
}

/// An edit that can be undone if the Controller makes it (HALion semantics 6.15); else like [`change`].
pub(crate) fn edit(
    lua: &Lua,
    runtime: &Runtime,
    name: &str,
    value: Value,
    by: ParameterChange,
) -> Result<(), String> {
    let Some(set) = set(lua, runtime, name, value, by)? else {
        return Ok(());
    };
    let undoable = by != ParameterChange::Automation;
    if undoable && runtime.world.borrow().thread == Thread::Controller {
        // What cannot be kept cannot come back.
        if let (Ok(before), Ok(after)) = (Data::of(lua, &set.before), Data::of(lua, &set.after)) {
            let parameter = name.to_owned();
            runtime.world.borrow_mut().note_edit(undo::Change::Script {
                parameter,
                before,
                after,
            });
        }
    }
    run_callback(lua, runtime, set);
    Ok(())
}

/// Gives a parameter another value; runs or queues its change callback (HALion semantics 6.5 to 6.7).
pub(crate) fn change(
    lua: &Lua,
    runtime: &Runtime,
    name: &str,
    value: Value,
    by: ParameterChange,
) -> Result<(), String> {
    if let Some(set) = set(lua, runtime, name, value, by)? {
        run_callback(lua, runtime, set);
    }
    Ok(())
}

/// A value that was set.
struct Set {
    before: Value,
    after: Value,
    /// The change callback and its thread, if it has to run.
    callback: Option<(Function, Thread)>,
}

/// A callback on the Processor runs in the slot of the task that set the value, in every slot after an edit from outside.
fn run_callback(lua: &Lua, runtime: &Runtime, set: Set) {
    let Some((function, on)) = set.callback else {
        return;
    };
    let (thread, parent, slots) = {
        let world = runtime.world.borrow();
        let slots = if on == Thread::Processor && world.current.is_none() {
            world.slot_indices()
        } else {
            vec![world.slot.index]
        };
        (world.thread, world.current, slots)
    };
    if thread == on {
        for slot in slots {
            runtime.world.borrow_mut().turn_to(slot);
            let arguments = MultiValue::new();
            let start = Start::function(runtime, on, function.clone(), arguments, parent);
            runtime::start(lua, runtime, start);
        }
        return;
    }
    let mut world = runtime.world.borrow_mut();
    match on {
        Thread::Processor => world.sync_jobs.push(SyncJob {
            id: None,
            function,
            parent,
        }),
        Thread::Controller => world.change_jobs.push_back(ChangeJob { function, parent }),
    }
}

/// Sets the value; `None` if nothing changed.
fn set(
    lua: &Lua,
    runtime: &Runtime,
    name: &str,
    value: Value,
    by: ParameterChange,
) -> Result<Option<Set>, String> {
    let mut world = runtime.world.borrow_mut();
    let Some(thread) = (world.parameters.get(name)).map(|known| world.thread_of_callback(known))
    else {
        return Ok(None);
    };
    let Some(parameter) = world.parameters.get_mut(name) else {
        return Ok(None);
    };
    let after = parameter.kind.coerce(lua, value)?;
    let same = parameter.value == after;
    if same && !(parameter.write_always && by != ParameterChange::Assignment) {
        return Ok(None);
    }
    let before = std::mem::replace(&mut parameter.value, after.clone());
    let callback = match by {
        ParameterChange::Assignment => None,
        _ => parameter.on_changed.clone(),
    };
    world.record(RecordKind::Parameter {
        name: name.to_owned(),
        value: parameter::plain(lua, &after),
        by,
    });
    Ok(Some(Set {
        before,
        after,
        callback: callback.map(|function| (function, thread)),
    }))
}
