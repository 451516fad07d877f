//! Parameters of elements: `getParameter` and its relatives (HALion semantics 6.13). The script module has the script's own
//! parameters besides those of its class.

use halion_api::Thread;
use mlua::Value;

use crate::{
    builtins::{element_values, elements, parameter_definitions, parameters},
    native::{self, Body, Call, Raise},
    parameter::Parameter,
    record::ParameterChange,
    scenario,
    tree::{self, Definition, NodeId},
    undo::Change,
    world::World,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getParameter" => |call| match find(call)? {
            Some(found) => native::value(found.value(call)?),
            None => native::value(Value::Nil),
        },
        "getParameterNormalized" => |call| match find(call)? {
            Some(found) => native::value(found.normalized(call)?),
            None => native::value(Value::Nil),
        },
        "hasParameter" => |call| native::boolean(find(call)?.is_some()),
        "getParameterDefinition" => |call| match find(call)? {
            Some(found) => {
                native::value(Value::Table(parameter_definitions::object(call, &found)?))
            }
            None => native::value(Value::Nil),
        },
        "setParameter" => set,
        "setParameterNormalized" => set_normalized,
        _ => return None,
    })
}

/// A parameter that was found.
#[derive(Clone)]
pub(super) enum Found {
    /// One of the script, by name.
    Script(String),
    /// One of an element, by id.
    Element(NodeId, i64),
}

impl Found {
    fn value(&self, call: &Call<'_>) -> Result<Value, Raise> {
        match self {
            Found::Script(name) => Ok(call.world(|world| {
                let parameter = world.parameters.get(name);
                parameter.map_or(Value::Nil, |parameter| parameter.value.clone())
            })),
            Found::Element(..) => lua_or_nil(call, self.element(call).map(|(_, value)| value)),
        }
    }

    fn normalized(&self, call: &Call<'_>) -> Result<Value, Raise> {
        match self {
            Found::Script(name) => Ok(call.world(|world| {
                let parameter = world.parameters.get(name);
                parameter.map_or(Value::Nil, Parameter::normalized)
            })),
            Found::Element(..) => {
                let found = self.element(call);
                lua_or_nil(
                    call,
                    found.map(|(definition, value)| definition.normalized(&value)),
                )
            }
        }
    }

    /// Definition and value of a parameter of an element.
    fn element(&self, call: &Call<'_>) -> Option<(tree::Definition, tree::Value)> {
        let Found::Element(node, id) = self else {
            return None;
        };
        call.world(|world| {
            let node = world.tree.get(*node)?;
            let definition = node.parameters.with_id(*id)?;
            Some((definition.clone(), node.value(definition)))
        })
    }
}

fn lua_or_nil(call: &Call<'_>, value: Option<tree::Value>) -> Result<Value, Raise> {
    Ok(match value {
        Some(value) => element_values::to_lua(call.lua, call.host, &value)?,
        None => Value::Nil,
    })
}

/// The parameter that argument 1 names, by name or id.
fn find(call: &Call<'_>) -> Result<Option<Found>, Raise> {
    let node = elements::receiver(call)?;
    named(call, node, 1)
}

/// The parameter of an element that an argument names, by exact name or by id; none inside locked layers.
pub(super) fn named(call: &Call<'_>, node: NodeId, at: usize) -> Result<Option<Found>, Raise> {
    let name = match call.value(at) {
        Value::String(name) => Some(name.to_string_lossy()),
        _ => None,
    };
    let id = match &name {
        Some(_) => None,
        None => Some(call.number(at)?).filter(|id| id.fract() == 0.0),
    };
    Ok(call.world(|world| {
        if world.tree.is_locked(node, &world.passwords) {
            return None;
        }
        if world.is_own_module(node) {
            let own = match (&name, id) {
                (Some(name), _) => world.parameters.get(name),
                (None, Some(id)) => world.parameters.by_id(id as i64),
                (None, None) => None,
            };
            if let Some(own) = own {
                return Some(Found::Script(own.name.clone()));
            }
        }
        let set = &world.tree.get(node)?.parameters;
        let definition = match (&name, id) {
            (Some(name), _) => set.named(name),
            (None, Some(id)) => set.with_id(id as i64),
            (None, None) => None,
        };
        Some(Found::Element(node, definition?.id))
    }))
}

/// Every parameter of an element, the script's own ones last.
fn all(call: &Call<'_>, node: NodeId) -> Vec<Found> {
    call.world(|world| {
        if world.tree.is_locked(node, &world.passwords) {
            return Vec::new();
        }
        let set = world.tree.get(node).map(|node| node.parameters.clone());
        let mut all: Vec<Found> = set
            .iter()
            .flat_map(|set| {
                set.iter()
                    .map(|definition| Found::Element(node, definition.id))
            })
            .collect();
        if world.is_own_module(node) {
            let own = world.parameters.iter();
            all.extend(own.map(|parameter| Found::Script(parameter.name.clone())));
        }
        all
    })
}

/// Object: the values of an element's parameters by name.
pub(super) fn values(call: &Call<'_>) -> native::Result {
    let Some(node) = elements::node_of(&call.value(1)) else {
        return native::nothing();
    };
    let values = call.lua.create_table()?;
    for found in all(call, node) {
        let name = match &found {
            Found::Script(name) => Some(name.clone()),
            Found::Element(..) => found.element(call).map(|(definition, _)| definition.name),
        };
        if let Some(name) = name {
            values.raw_set(name, found.value(call)?)?;
        }
    }
    native::value(Value::Table(values))
}

/// How many parameters an element has.
pub(super) fn count(call: &Call<'_>, node: NodeId) -> usize {
    all(call, node).len()
}

/// `element.parameterDefinitions`: an array.
pub(super) fn definitions(call: &Call<'_>, node: NodeId) -> native::Result {
    let objects = call.lua.create_table()?;
    for (at, found) in (1..).zip(all(call, node)) {
        objects.raw_set(at, parameter_definitions::object(call, &found)?)?;
    }
    native::value(Value::Table(objects))
}

/// `setParameter(nameOrID, value, undo)`: a missing parameter has no effect.
fn set(call: &Call<'_>) -> native::Result {
    match find(call)? {
        Some(Found::Script(name)) => change_script(call, &name, call.value(2)),
        Some(found @ Found::Element(..)) => {
            let value = element_values::from_lua(call, 2)?;
            change_element(call, &found, value)
        }
        None => native::nothing(),
    }
}

/// Fractions of the range; texts are ignored.
fn set_normalized(call: &Call<'_>) -> native::Result {
    if matches!(call.value(2), Value::String(_)) {
        elements::receiver_alone(call)?;
        return native::nothing();
    }
    let found = find(call)?;
    let fraction = call.number(2)?;
    let value = match &found {
        None => return native::nothing(),
        Some(Found::Script(name)) => {
            let value = call.world(|world| {
                let parameter = world.parameters.get(name)?;
                Some(parameter.denormalized(fraction))
            });
            return match value {
                Some(value) if !matches!(value, Value::Nil) => change_script(call, name, value),
                _ => native::nothing(),
            };
        }
        Some(found) => {
            let definition = found.element(call).map(|(definition, _)| definition);
            definition.and_then(|definition| definition.denormalized(fraction))
        }
    };
    match (found, value) {
        (Some(found), Some(value)) => change_element(call, &found, value),
        _ => native::nothing(),
    }
}

/// Undoable unless the last argument is false (HALion semantics 6.15).
fn change_script(call: &Call<'_>, name: &str, value: Value) -> native::Result {
    let change = match call.value(3) {
        Value::Boolean(false) => parameters::change,
        _ => parameters::edit,
    };
    let by = ParameterChange::SetParameter;
    change(call.lua, call.host, name, value, by).map_err(|why| call.bad(2, &why))?;
    native::nothing()
}

/// Sets a parameter of an element and tells it; a read-only one stays as it is.
fn change_element(call: &Call<'_>, found: &Found, value: tree::Value) -> native::Result {
    let (Found::Element(node, _), Some((definition, old))) = (found, found.element(call)) else {
        return native::nothing();
    };
    if definition.read_only {
        return native::nothing();
    }
    let value = definition
        .fit(value, &old)
        .map_err(|why| call.bad(2, &why))?;
    let is_undoable =
        call.thread() == Thread::Controller && !matches!(call.value(3), Value::Boolean(false));
    call.world(|world| {
        let by = ParameterChange::SetParameter;
        if put(world, *node, &definition, value.clone(), by) && is_undoable {
            world.note_edit(Change::Element {
                element: *node,
                definition,
                before: old,
                after: value,
            });
        }
    });
    native::nothing()
}

/// Gives a parameter of an element a value that fits it, and tells it. True if the value is another one now.
pub(crate) fn put(
    world: &mut World,
    element: NodeId,
    definition: &Definition,
    value: tree::Value,
    by: ParameterChange,
) -> bool {
    let shown = shown(&value);
    let node = world.tree.get_mut(element);
    let changed = node.is_some_and(|node| node.set_value(definition, value));
    if changed || definition.write_always {
        world.tell_parameter(element, &definition.name, shown, by);
    }
    changed
}

/// A value for the trace.
fn shown(value: &tree::Value) -> scenario::Value {
    match value {
        tree::Value::Number(number) => scenario::Value::Number(*number),
        tree::Value::Boolean(boolean) => scenario::Value::Boolean(*boolean),
        tree::Value::Text(text) => scenario::Value::Text(text.clone()),
        other => scenario::Value::Text(other.to_string()),
    }
}
