//! Parameters of elements: `getParameter` and its relatives, and ParameterDefinition objects (HALion semantics 6.7, 6.13, 6.14).
//!
//! Only the script's own parameters are simulated, as parameters of `this`.

use halion_api::api;
use mlua::{Table, Value};

use crate::{
    builtins::{parameters, tree, types},
    native::{self, Body, Call, Raise},
    parameter::Parameter,
    record::ParameterChange,
};

/// Raw key of a definition object that holds the parameter's name.
const NAME: &str = "__name";

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getParameter" => |call| look(call, |parameter| parameter.value.clone()),
        "getParameterNormalized" => |call| look(call, Parameter::normalized),
        "hasParameter" => |call| native::boolean(named(call)?.is_some()),
        "setParameter" => set,
        "setParameterNormalized" => set_normalized,
        "getParameterDefinition" => definition,
        "getDisplayString" => display_string,
        _ => return None,
    })
}

/// The script parameter that argument 1 names, by name or id; none on elements other than `this`.
fn named(call: &Call<'_>) -> Result<Option<String>, Raise> {
    let node = tree::self_node(call)?;
    let key = call.value(1);
    if !matches!(key, Value::String(_) | Value::Integer(_) | Value::Number(_)) {
        return Err(call.expected(1, "name or id"));
    }
    let is_this = types::class_of(&call.args[0]).as_deref() == Some("MidiModule")
        && call.lua.globals().raw_get::<Value>("this")? == call.args[0];
    if !is_this {
        call.world(|world| {
            let class = world.tree.get(node).map_or("Element", |node| node.class);
            world.not_simulated(&format!("parameters of a {class}"));
        });
        return Ok(None);
    }
    Ok(match key {
        Value::String(name) => {
            let name = name.to_string_lossy();
            call.world(|world| world.parameters.get(&name).is_some())
                .then_some(name)
        }
        _ => {
            let id = call.number(1)? as i64;
            call.world(|world| {
                world
                    .parameters
                    .by_id(id)
                    .map(|parameter| parameter.name.clone())
            })
        }
    })
}

/// A missing parameter reads as nil.
fn look(call: &Call<'_>, read: fn(&Parameter) -> Value) -> native::Result {
    let name = named(call)?;
    native::value(call.world(|world| {
        name.and_then(|name| world.parameters.get(&name))
            .map_or(Value::Nil, read)
    }))
}

fn set(call: &Call<'_>) -> native::Result {
    match named(call)? {
        Some(name) => change(call, &name, call.value(2)),
        None => native::nothing(),
    }
}

/// Fractions of the range; texts are ignored.
fn set_normalized(call: &Call<'_>) -> native::Result {
    let Some(name) = named(call)? else {
        return native::nothing();
    };
    if matches!(call.value(2), Value::String(_)) {
        return native::nothing();
    }
    let fraction = call.number(2)?;
    match call.world(|world| {
        world
            .parameters
            .get(&name)
            .map(|parameter| parameter.denormalized(fraction))
    }) {
        Some(value) => change(call, &name, value),
        None => native::nothing(),
    }
}

fn change(call: &Call<'_>, name: &str, value: Value) -> native::Result {
    parameters::change(
        call.lua,
        call.host,
        name,
        value,
        ParameterChange::SetParameter,
    )
    .map_err(|why| call.bad(2, &why))?;
    native::nothing()
}

/// nil for a missing parameter.
fn definition(call: &Call<'_>) -> native::Result {
    match named(call)? {
        Some(name) => native::value(Value::Table(definition_object(call, &name)?)),
        None => native::value(Value::Nil),
    }
}

/// `element.parameterDefinitions`: an array.
pub(super) fn definitions(call: &Call<'_>, node: usize) -> native::Result {
    let is_this = tree::node_of(&call.lua.globals().raw_get::<Value>("this")?) == Some(node);
    let names: Vec<String> = call.world(|world| {
        if is_this {
            world
                .parameters
                .iter()
                .map(|parameter| parameter.name.clone())
                .collect()
        } else {
            Vec::new()
        }
    });
    let objects = call.lua.create_table()?;
    for (at, name) in names.iter().enumerate() {
        objects.raw_set(at + 1, definition_object(call, name)?)?;
    }
    native::value(Value::Table(objects))
}

fn definition_object(call: &Call<'_>, name: &str) -> Result<Table, Raise> {
    let object = call.lua.create_table()?;
    object.raw_set(NAME, name)?;
    object.set_metatable(Some(
        call.lua
            .named_registry_value("halion.ParameterDefinition")?,
    ))?;
    Ok(object)
}

/// The parameter's name if the value is a definition object.
fn name_of(value: &Value) -> Option<String> {
    let Value::Table(object) = value else {
        return None;
    };
    if types::class_of(value)? != "ParameterDefinition" {
        return None;
    }
    object.raw_get::<Option<String>>(NAME).ok()?
}

/// Reads one field of a definition.
pub(super) fn definition_field(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    let text = |text: &str| -> native::Result {
        native::value(Value::String(call.lua.create_string(text)?))
    };
    let Some(name) = name_of(object) else {
        return native::nothing();
    };
    let read = call.world(|world| {
        let parameter = world.parameters.get(&name)?;
        let (min, max) = parameter.kind.range();
        Some(match key {
            "id" => Value::Number(parameter.id as f64),
            "default" => parameter.default.clone(),
            "min" => Value::Number(min),
            "max" => Value::Number(max),
            "readOnly" => Value::Boolean(parameter.read_only),
            "writeAlways" => Value::Boolean(parameter.write_always),
            "automatable" => Value::Boolean(parameter.automatable),
            "persistent" => Value::Boolean(parameter.persistent),
            _ => return None,
        })
    });
    if let Some(value) = read {
        return native::value(value);
    }
    let texts = call.world(|world| {
        world
            .parameters
            .get(&name)
            .map(|parameter| (parameter.long_name.clone(), parameter.kind.name()))
    });
    match (key, texts) {
        ("name", Some(_)) => text(&name),
        ("longName", Some((long_name, _))) => text(&long_name),
        ("type", Some((_, kind))) => text(kind),
        ("unit", Some(_)) => text(""),
        _ => {
            debug_assert!(
                api().field("ParameterDefinition", key).is_none(),
                "field {key} has no value"
            );
            native::nothing()
        }
    }
}

/// `definition:getDisplayString(value)`.
fn display_string(call: &Call<'_>) -> native::Result {
    let Some(name) = call.args.front().and_then(name_of) else {
        return Err(Raise::Script(format!(
            "calling '{}' on bad self (ParameterDefinition expected)",
            call.name
        )));
    };
    let value = match call.value(1) {
        Value::Integer(number) => Value::Number(number as f64),
        value => value,
    };
    let text = call
        .world(|world| {
            world
                .parameters
                .get(&name)
                .map(|parameter| parameter.display(&value))
        })
        .unwrap_or_default();
    native::value(Value::String(call.lua.create_string(text)?))
}

/// A copy of the definition that an object stands for, to define another parameter by it.
pub(super) fn definition_of(call: &Call<'_>, table: &Table) -> Result<Option<Parameter>, Raise> {
    let Some(name) = name_of(&Value::Table(table.clone())) else {
        return Ok(None);
    };
    Ok(call.world(|world| {
        world.parameters.get(&name).map(|parameter| Parameter {
            name: String::new(),
            long_name: String::new(),
            id: 0,
            kind: parameter.kind.clone(),
            default: parameter.default.clone(),
            value: parameter.default.clone(),
            on_changed: None,
            ..*parameter
        })
    }))
}
