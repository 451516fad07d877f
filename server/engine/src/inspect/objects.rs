//! HALion's own objects as a debugger shows them: class, name, fields, and what an element contains.

use halion_api::api;
use mlua::{Table, Value};

use super::Named;
use crate::builtins::{elements, types};

/// One of HALion's own objects: an event, a layer, a parameter definition.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its class.
    pub class: String,
    /// What distinguishes it from others of its class, if it has a name.
    pub title: Option<String>,
    /// Its fields that have a value, in the order of the manual.
    pub fields: Vec<Named>,
    /// What an element contains, and the values of its parameters; no fields of the script.
    pub contents: Vec<Named>,
}

/// The class of one of HALion's objects; `None` for every other value.
pub fn class_name(value: &Value) -> Option<String> {
    types::class_of(value)
}

/// The class of one of HALion's objects, and its name if it has one; `None` for every other value.
pub fn title(value: &Value) -> Option<(String, Option<String>)> {
    let class = types::class_of(value)?;
    let Value::Table(table) = value else {
        return None;
    };
    let name = match api().field(&class, "name") {
        Some(_) => table.get::<Option<String>>("name").ok().flatten(),
        None => None,
    };
    Some((class, name))
}

/// How many fields an object shows at most, without reading any.
pub fn n_fields(value: &Value) -> usize {
    let Some(class) = types::class_of(value) else {
        return 0;
    };
    let n_fields = api().ancestry(&class).map(|class| class.fields.len()).sum();
    if elements::node_of(value).is_some() {
        n_fields + 1
    } else {
        n_fields
    }
}

/// One of HALion's objects with its fields; `None` for every other value. An element shows what it contains, and values of
/// parameters rather than their definitions.
pub fn object(value: &Value) -> Option<Object> {
    let class = types::class_of(value)?;
    let Value::Table(table) = value else {
        return None;
    };
    let is_event = class == "Event";
    // An event's object holds what was set; an element's fields are all behind its class.
    let get = |name: &str| {
        if is_event {
            table.raw_get::<Value>(name)
        } else {
            table.get::<Value>(name)
        }
    };
    let fields = api().ancestry(&class).flat_map(|class| &class.fields);
    let named = |name: &String| {
        Some(Named {
            name: name.clone(),
            value: get(name).ok().filter(|value| !value.is_nil())?,
        })
    };
    let is_element = elements::node_of(value).is_some();
    let fields = fields.filter(|field| !is_element || field.name != "parameterDefinitions");
    let fields: Vec<Named> = fields.filter_map(|field| named(&field.name)).collect();
    let mut contents = Vec::new();
    if let (true, Some(metatable)) = (is_element, table.metatable()) {
        for name in [elements::CHILDREN, elements::PARAMETERS] {
            let reader = metatable
                .raw_get::<Option<mlua::Function>>(name)
                .ok()
                .flatten();
            let inside = reader.and_then(|reader| reader.call::<Table>(value.clone()).ok());
            if let Some(inside) = inside.filter(|inside| !inside.is_empty()) {
                contents.push(Named {
                    name: name.to_owned(),
                    value: Value::Table(inside),
                });
            }
        }
    }
    let title = fields
        .iter()
        .find(|field| field.name == "name")
        .and_then(|field| field.value.to_string().ok());
    Some(Object {
        class,
        title,
        fields,
        contents,
    })
}
