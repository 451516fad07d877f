//! ParameterDefinition objects: read-only descriptions of parameters (HALion semantics 6.14).

use halion_api::api;
use mlua::{Table, Value};

use crate::{
    builtins::{element_parameters::Found, element_values, types},
    native::{self, Body, Call, Raise},
    parameter::{Kind, Parameter},
    tree::{self, NodeId},
};

/// Raw key of a definition object that holds the name of a script parameter.
const NAME: &str = "__name";
/// Raw keys of a definition object of an element's parameter.
const ELEMENT: &str = "__element";
const ID: &str = "__id";

pub(super) fn body(name: &str) -> Option<Body> {
    (name == "getDisplayString").then_some(display_string as Body)
}

/// The object of a parameter's definition.
pub(super) fn object(call: &Call<'_>, found: &Found) -> Result<Table, Raise> {
    let object = call.lua.create_table()?;
    match found {
        Found::Script(name) => object.raw_set(NAME, name.as_str())?,
        Found::Element(node, id) => {
            object.raw_set(ELEMENT, node.0)?;
            object.raw_set(ID, *id as f64)?;
        }
    }
    let metatable: Table = call
        .lua
        .named_registry_value("halion.ParameterDefinition")?;
    object.set_metatable(Some(metatable))?;
    Ok(object)
}

/// The parameter that an object describes.
fn described(value: &Value) -> Option<Found> {
    let Value::Table(object) = value else {
        return None;
    };
    if types::class_of(value)? != "ParameterDefinition" {
        return None;
    }
    if let Some(name) = object.raw_get::<Option<String>>(NAME).ok()? {
        return Some(Found::Script(name));
    }
    let node = object.raw_get::<Option<u32>>(ELEMENT).ok()??;
    let id = object.raw_get::<Option<f64>>(ID).ok()??;
    Some(Found::Element(NodeId(node), id as i64))
}

fn of_element(call: &Call<'_>, node: NodeId, id: i64) -> Option<tree::Definition> {
    call.world(|world| world.tree.get(node)?.parameters.with_id(id).cloned())
}

/// A field as plain data, whoever has the parameter.
enum Field {
    Plain(Value),
    Text(String),
    Element(tree::Value),
}

/// Reads one field of a definition.
pub(super) fn field(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    let field = match described(object) {
        Some(Found::Script(name)) => {
            call.world(|world| script_field(world.parameters.get(&name)?, key))
        }
        Some(Found::Element(node, id)) => {
            of_element(call, node, id).and_then(|definition| element_field(&definition, key))
        }
        None => None,
    };
    native::value(match field {
        Some(Field::Plain(value)) => value,
        Some(Field::Text(text)) => Value::String(call.lua.create_string(text)?),
        Some(Field::Element(value)) => element_values::to_lua(call.lua, call.host, &value)?,
        None => Value::Nil,
    })
}

fn script_field(parameter: &Parameter, key: &str) -> Option<Field> {
    let (min, max) = parameter.kind.range();
    Some(match key {
        "name" => Field::Text(parameter.name.clone()),
        "longName" => Field::Text(parameter.long_name.clone()),
        "type" => Field::Text(parameter.kind.name().to_owned()),
        "unit" => Field::Text(String::new()),
        "id" => Field::Plain(Value::Number(parameter.id as f64)),
        "default" => Field::Plain(parameter.default.clone()),
        "min" => Field::Plain(Value::Number(min)),
        "max" => Field::Plain(Value::Number(max)),
        "readOnly" => Field::Plain(Value::Boolean(parameter.read_only)),
        "writeAlways" => Field::Plain(Value::Boolean(parameter.write_always)),
        "automatable" => Field::Plain(Value::Boolean(parameter.automatable)),
        "persistent" => Field::Plain(Value::Boolean(parameter.persistent)),
        _ => return none(key),
    })
}

fn element_field(definition: &tree::Definition, key: &str) -> Option<Field> {
    Some(match key {
        "name" => Field::Text(definition.name.clone()),
        "longName" => Field::Text(definition.long_name.clone()),
        "type" => Field::Text(definition.kind.name().to_owned()),
        "unit" => Field::Text(definition.unit.clone()),
        "id" => Field::Plain(Value::Number(definition.id as f64)),
        "default" => Field::Element(definition.default.clone()),
        "min" => Field::Plain(Value::Number(definition.min)),
        "max" => Field::Plain(Value::Number(definition.max)),
        "readOnly" => Field::Plain(Value::Boolean(definition.read_only)),
        "writeAlways" => Field::Plain(Value::Boolean(definition.write_always)),
        "automatable" => Field::Plain(Value::Boolean(definition.automatable)),
        "persistent" => Field::Plain(Value::Boolean(definition.persistent)),
        _ => return none(key),
    })
}

/// Every field of the manual has its line above.
fn none(key: &str) -> Option<Field> {
    debug_assert!(
        api().field("ParameterDefinition", key).is_none(),
        "{key} has no value"
    );
    None
}

/// `definition:getDisplayString(value)`: the text on the user interface.
fn display_string(call: &Call<'_>) -> native::Result {
    let Some(found) = call.args.front().and_then(described) else {
        let got = types::type_name(call.lua, call.args.front().unwrap_or(&Value::Nil));
        return Err(Raise::Script(format!(
            "calling '{}' on bad self (ParameterDefinition expected, got {got}); write object:{}(...)",
            call.name, call.name
        )));
    };
    let text = match found {
        Found::Script(name) => {
            let value = match call.value(1) {
                Value::Integer(number) => Value::Number(number as f64),
                value => value,
            };
            call.world(|world| Some(world.parameters.get(&name)?.display(&value)))
        }
        Found::Element(node, id) => {
            let value = element_values::from_lua(call, 1)?;
            of_element(call, node, id).map(|definition| definition.display(&value))
        }
    };
    native::value(Value::String(
        call.lua.create_string(text.unwrap_or_default())?,
    ))
}

/// The definition that an object stands for, to define a script parameter by it; `None` for other tables.
pub(super) fn as_parameter(call: &Call<'_>, table: &Table) -> Result<Option<Parameter>, Raise> {
    let parameter = match described(&Value::Table(table.clone())) {
        Some(Found::Script(name)) => call.world(|world| {
            let parameter = world.parameters.get(&name)?;
            Some(Parameter {
                name: String::new(),
                long_name: String::new(),
                id: 0,
                kind: parameter.kind.clone(),
                default: parameter.default.clone(),
                value: parameter.default.clone(),
                on_changed: None,
                format: parameter.format.clone(),
                ..*parameter
            })
        }),
        Some(Found::Element(node, id)) => match of_element(call, node, id) {
            Some(definition) => {
                let default = element_values::to_lua(call.lua, call.host, &definition.default)?;
                Some(like_element(&definition, default))
            }
            None => None,
        },
        None => None,
    };
    Ok(parameter)
}

fn like_element(definition: &tree::Definition, default: Value) -> Parameter {
    let kind = match &definition.kind {
        tree::Kind::Float | tree::Kind::Integer => Kind::Number {
            min: definition.min,
            max: definition.max,
            increment: 0.0,
            integer: definition.kind == tree::Kind::Integer,
        },
        tree::Kind::Choice(texts) => Kind::Choice {
            texts: texts.clone(),
            first: definition.min as i64,
        },
        tree::Kind::Boolean => Kind::Boolean,
        tree::Kind::Text => Kind::Text,
        tree::Kind::Envelope => Kind::Envelope,
        tree::Kind::Variant => Kind::Variant,
    };
    Parameter {
        name: String::new(),
        long_name: String::new(),
        id: 0,
        kind,
        default: default.clone(),
        value: default,
        on_changed: None,
        processor_callback: false,
        read_only: definition.read_only,
        write_always: definition.write_always,
        automatable: definition.automatable,
        persistent: definition.persistent,
        format: None,
    }
}
