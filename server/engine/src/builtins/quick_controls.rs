//! Assignments of quick controls: 1 to 8, Sphere H and V, and the modulation wheel of a layer or program.

use mlua::Value;

use crate::{
    builtins::{
        element_parameters::{self, Found},
        elements,
    },
    native::{self, Body, Call, Raise},
    parameter,
    tree::{Assignment, NodeId},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "addQCAssignment" => add,
        "removeQCAssignment" => remove,
        "getNumQCAssignments" => |call| {
            let (layer, qc) = (elements::receiver(call)?, quick_control(call)?);
            let n_assignments = call.world(|world| {
                let layer = world.tree.get(layer).and_then(|node| node.layer());
                layer
                    .and_then(|layer| layer.quick_controls.get(&qc))
                    .map_or(0, Vec::len)
            });
            native::number(n_assignments as f64)
        },
        "getQCAssignmentParamId" => |call| get(call, |one| Value::Number(one.parameter as f64)),
        "getQCAssignmentMin" => |call| get(call, |one| Value::Number(one.min)),
        "getQCAssignmentMax" => |call| get(call, |one| Value::Number(one.max)),
        "getQCAssignmentCurve" => |call| get(call, |one| Value::Number(one.curve)),
        "getQCAssignmentMode" => |call| get(call, |one| Value::Number(one.mode as f64)),
        "getQCAssignmentBypass" => |call| get(call, |one| Value::Boolean(one.bypass)),
        "getQCAssignmentScope" => |call| {
            let scope = one(call)?.2.scope;
            let exists = call.world(|world| world.tree.get(scope).is_some());
            elements::reply(call, exists.then_some(scope))
        },
        "setQCAssignmentParamId" => set_parameter,
        "setQCAssignmentScope" => |call| {
            let scope = elements::argument(call, 3)?;
            set(call, move |one| one.scope = scope)
        },
        "setQCAssignmentMin" => |call| set_number(call, |one, number| one.min = number),
        "setQCAssignmentMax" => |call| set_number(call, |one, number| one.max = number),
        "setQCAssignmentCurve" => |call| set_number(call, |one, number| one.curve = number),
        "setQCAssignmentMode" => |call| set_number(call, |one, number| one.mode = number as i64),
        "setQCAssignmentBypass" => |call| {
            let bypass = call.flag(3);
            set(call, move |one| one.bypass = bypass)
        },
        _ => return None,
    })
}

/// The number of a quick control, whose range was checked.
fn quick_control(call: &Call<'_>) -> Result<u32, Raise> {
    whole(call, 1)
}

fn whole(call: &Call<'_>, at: usize) -> Result<u32, Raise> {
    let number = call.number(at)?;
    if number >= 1.0 && number.fract() == 0.0 && number < 1e9 {
        return Ok(number as u32);
    }
    let got = crate::event::short(number);
    Err(call.bad(at, &format!("whole number from 1 expected, got {got}")))
}

/// `addQCAssignment(qc, element, nameOrID, scope)`.
fn add(call: &Call<'_>) -> native::Result {
    let (layer, qc) = (elements::receiver(call)?, quick_control(call)?);
    let (element, scope) = (elements::argument(call, 2)?, elements::argument(call, 4)?);
    let id = parameter_id(call, element, 3)?;
    call.world(|world| {
        let title = format!("{} {id}", world.tree.title(element));
        if let Some(layer) = world.tree.get_mut(layer).and_then(|node| node.layer_mut()) {
            layer
                .quick_controls
                .entry(qc)
                .or_default()
                .push(Assignment {
                    element: Some(element),
                    parameter: id,
                    scope,
                    min: 0.0,
                    max: 100.0,
                    curve: 0.0,
                    mode: 1,
                    bypass: false,
                });
        }
        world.tell_tree(layer, format!("quick control {qc} moves {title}"));
    });
    native::nothing()
}

/// The id of a parameter that must exist.
pub(super) fn parameter_id(call: &Call<'_>, element: NodeId, at: usize) -> Result<i64, Raise> {
    match element_parameters::named(call, element, at)? {
        Some(Found::Element(_, id)) => Ok(id),
        Some(Found::Script(name)) => Ok(call
            .world(|world| world.parameters.get(&name).map(|parameter| parameter.id))
            .unwrap_or(parameter::FIRST_ID)),
        None => {
            let title = call.world(|world| world.tree.title(element));
            Err(call.bad(at, &format!("{title} has no such parameter")))
        }
    }
}

/// The assignment that arguments 1 and 2 name: layer, where it stands, and a copy.
fn one(call: &Call<'_>) -> Result<(NodeId, (u32, usize), Assignment), Raise> {
    let (layer, qc) = (elements::receiver(call)?, quick_control(call)?);
    let number = whole(call, 2)? as usize;
    let found = call.world(|world| {
        let layer = world.tree.get(layer)?.layer()?;
        let list = layer.quick_controls.get(&qc);
        let one = list.and_then(|list| list.get(number - 1)).cloned();
        Some((one, list.map_or(0, Vec::len)))
    });
    match found {
        Some((Some(assignment), _)) => Ok((layer, (qc, number - 1), assignment)),
        other => {
            let n_assignments = other.map_or(0, |(_, n_assignments)| n_assignments);
            let why = format!(
                "quick control {qc} has {n_assignments} assignments, there is no number {number}"
            );
            Err(call.bad(2, &why))
        }
    }
}

fn get(call: &Call<'_>, read: fn(&Assignment) -> Value) -> native::Result {
    native::value(read(&one(call)?.2))
}

fn set(call: &Call<'_>, change: impl Fn(&mut Assignment)) -> native::Result {
    let (layer, (qc, at), _) = one(call)?;
    call.world(|world| {
        let layer_details = world.tree.get_mut(layer).and_then(|node| node.layer_mut());
        let list = layer_details.and_then(|layer| layer.quick_controls.get_mut(&qc));
        if let Some(assignment) = list.and_then(|list| list.get_mut(at)) {
            change(assignment);
        }
        let change = format!("quick control {qc}, assignment {} changed", at + 1);
        world.tell_tree(layer, change);
    });
    native::nothing()
}

fn set_number(call: &Call<'_>, change: fn(&mut Assignment, f64)) -> native::Result {
    one(call)?;
    let number = call.number(3)?;
    set(call, move |one| change(one, number))
}

/// The id must be one of the element that the assignment is for, if that is known.
fn set_parameter(call: &Call<'_>) -> native::Result {
    let (_, _, assignment) = one(call)?;
    let id = match assignment.element {
        Some(element) => parameter_id(call, element, 3)?,
        None => call.number(3)? as i64,
    };
    set(call, move |one| one.parameter = id)
}

/// `removeQCAssignment(qc, assignment)`: those behind move up.
fn remove(call: &Call<'_>) -> native::Result {
    let (layer, (qc, at), _) = one(call)?;
    call.world(|world| {
        let details = world.tree.get_mut(layer).and_then(|node| node.layer_mut());
        if let Some(list) = details.and_then(|layer| layer.quick_controls.get_mut(&qc)) {
            list.remove(at);
        }
        let change = format!("quick control {qc}, assignment {} removed", at + 1);
        world.tell_tree(layer, change);
    });
    native::nothing()
}
