//! Parameters that are moved from outside of the script by a fraction of their range: by automation parameters of the plug-in
//! and by quick controls (HALion semantics 6.8).
//!
//! Invariant: each counts like an edit on the user interface, but none is an entry of the undo history.

use std::collections::BTreeMap;

use halion_api::api;
use mlua::{Lua, Value};

use crate::{
    builtins::{element_parameters, parameters},
    proposed,
    record::ParameterChange,
    runtime::Runtime,
    tree::{self, Assignment, NodeId},
    world::World,
};

/// A parameter by its element and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub element: NodeId,
    pub parameter: i64,
}

/// What is connected.
#[derive(Default)]
pub(crate) struct Outside {
    /// Automation parameters of the plug-in, from 1.
    pub automation: BTreeMap<i64, Place>,
    /// What a quick control in a relative mode has added so far.
    added: BTreeMap<(NodeId, u32, Place), f64>,
}

impl World {
    /// Does the element have the parameters that this script defines? A UI script reaches the program's modules, but its
    /// parameters are its own (HALion semantics 10.2).
    pub fn is_own_module(&self, element: NodeId) -> bool {
        self.script_kind == crate::ScriptKind::Midi && self.tree.script_module() == Some(element)
    }

    /// The present value as a fraction of its range.
    fn fraction(&self, place: Place) -> Option<f64> {
        if self.is_own_module(place.element)
            && let Some(parameter) = self.parameters.by_id(place.parameter)
        {
            return match parameter.normalized() {
                Value::Number(fraction) => Some(fraction),
                _ => None,
            };
        }
        let node = self.tree.get(place.element)?;
        let definition = node.parameters.with_id(place.parameter)?;
        match definition.normalized(&node.value(definition)) {
            tree::Value::Number(fraction) => Some(fraction),
            _ => None,
        }
    }
}

/// The host moves an automation parameter.
pub(crate) fn automate(
    lua: &Lua,
    runtime: &Runtime,
    index: i64,
    fraction: f64,
) -> Result<(), String> {
    let place = runtime
        .world
        .borrow()
        .outside
        .automation
        .get(&index)
        .copied();
    let place =
        place.ok_or_else(|| format!("nothing is assigned to automation parameter {index}"))?;
    move_to(lua, runtime, place, fraction, ParameterChange::Automation)
}

/// A quick control of a layer moves: so does all that is assigned to it.
pub(crate) fn turn(
    lua: &Lua,
    runtime: &Runtime,
    layer: NodeId,
    number: u32,
    position: f64,
) -> Result<(), String> {
    let assignments: Vec<Assignment> = {
        let world = runtime.world.borrow();
        let layer = world.tree.get(layer).and_then(|node| node.layer());
        let assigned = layer.and_then(|layer| layer.quick_controls.get(&number));
        assigned.cloned().unwrap_or_default()
    };
    if assignments.is_empty() {
        return Err(format!("nothing is assigned to quick control {number}"));
    }
    for assignment in assignments.iter().filter(|assignment| !assignment.bypass) {
        let place = Place {
            // A dump of HALion tells no element; then the scope is the one that has the parameter.
            element: assignment.element.unwrap_or(assignment.scope),
            parameter: assignment.parameter,
        };
        let fraction = {
            let mut world = runtime.world.borrow_mut();
            let Some(now) = world.fraction(place) else {
                continue;
            };
            let asked = asked(assignment, position);
            let added = world
                .outside
                .added
                .entry((layer, number, place))
                .or_default();
            if is_mode(assignment, &["relative", "switchRelative"]) {
                now + asked - std::mem::replace(added, asked)
            } else {
                asked
            }
        };
        move_to(lua, runtime, place, fraction, ParameterChange::QuickControl)?;
    }
    Ok(())
}

/// What an assignment makes of a position from 0 to 1: its curve bends the way from its minimum to its maximum.
fn asked(assignment: &Assignment, position: f64) -> f64 {
    let position = if is_mode(assignment, &["switch", "switchRelative"]) {
        f64::from(u8::from(position >= 0.5))
    } else {
        position.powf(2f64.powf(-assignment.curve / proposed::CURVE_DOUBLING))
    };
    (assignment.min + (assignment.max - assignment.min) * position) / 100.0
}

fn is_mode(assignment: &Assignment, modes: &[&str]) -> bool {
    modes.iter().any(|mode| {
        let constant = api().constant("QCAssignmentMode", mode);
        constant.is_some_and(|constant| constant.value == assignment.mode)
    })
}

fn move_to(
    lua: &Lua,
    runtime: &Runtime,
    place: Place,
    fraction: f64,
    by: ParameterChange,
) -> Result<(), String> {
    let own = {
        let world = runtime.world.borrow();
        let own = world.parameters.by_id(place.parameter);
        own.filter(|_| world.is_own_module(place.element))
            .map(|parameter| {
                parameter.accepts(by)?;
                Ok((parameter.name.clone(), parameter.denormalized(fraction)))
            })
    };
    if let Some(own) = own {
        let (name, value) = own.map_err(|why: String| why)?;
        if value.is_nil() {
            return Err(format!("parameter \"{name}\" has no range"));
        }
        return parameters::change(lua, runtime, &name, value, by);
    }
    let mut world = runtime.world.borrow_mut();
    let Some(node) = world.tree.get(place.element) else {
        return Err("the element is gone".to_owned());
    };
    let Some(definition) = node.parameters.with_id(place.parameter).cloned() else {
        return Err(format!(
            "{} has no such parameter",
            world.tree.title(place.element)
        ));
    };
    if definition.read_only {
        return Err(format!("parameter \"{}\" is read-only", definition.name));
    }
    if by == ParameterChange::Automation && !definition.automatable {
        return Err(format!(
            "parameter \"{}\" is not automatable",
            definition.name
        ));
    }
    if let Some(value) = definition.denormalized(fraction) {
        element_parameters::put(&mut world, place.element, &definition, value, by);
    }
    Ok(())
}
