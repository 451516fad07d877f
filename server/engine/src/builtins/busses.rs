//! Where zones and busses send their sound: `getOutputBus`, `setOutputBus`.

use mlua::Value;

use crate::{
    builtins::elements,
    native::{self, Body, Call},
    tree::{NodeId, Tree},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "getOutputBus" => get_output,
        "setOutputBus" => set_output,
        _ => return None,
    })
}

fn output(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let node = tree.get(node)?;
    let of_zone = node.zone().and_then(|zone| zone.output);
    of_zone.or_else(|| node.bus().and_then(|bus| bus.output))
}

/// nil for the default routing, also if the bus is gone.
fn get_output(call: &Call<'_>) -> native::Result {
    let node = elements::receiver(call)?;
    let bus =
        call.world(|world| output(&world.tree, node).filter(|&bus| world.tree.get(bus).is_some()));
    elements::reply(call, bus)
}

/// A bus inside one layer must send to one further down the signal path, and none to itself.
fn set_output(call: &Call<'_>) -> native::Result {
    let node = elements::receiver(call)?;
    let bus = match call.value(1) {
        Value::Nil => None,
        _ => Some(elements::argument(call, 1)?),
    };
    call.world(|world| {
        if let Some(bus) = bus {
            allowed(&world.tree, node, bus)?;
        }
        let Some(element) = world.tree.get_mut(node) else {
            return Ok(());
        };
        if let Some(zone) = element.zone_mut() {
            zone.output = bus;
        } else if let Some(own) = element.bus_mut() {
            own.output = bus;
        }
        let change = match bus {
            Some(bus) => format!("plays into {}", world.tree.title(bus)),
            None => "plays into the default bus".to_owned(),
        };
        world.tell_tree(node, change);
        Ok(())
    })
    .map_err(|why: String| call.bad(1, &why))?;
    native::nothing()
}

fn allowed(tree: &Tree, node: NodeId, bus: NodeId) -> Result<(), String> {
    let place = |node: NodeId| {
        let parent = tree.get(node)?.parent?;
        let at = tree
            .get(parent)?
            .children
            .iter()
            .position(|&child| child == node)?;
        Some((parent, at))
    };
    let is_bus = tree.get(node).is_some_and(|node| node.bus().is_some());
    if node == bus {
        return Err(format!("{} cannot play into itself", tree.title(bus)));
    }
    if is_bus
        && let (Some((parent, at)), Some((other, receives_at))) = (place(node), place(bus))
        && parent == other
        && receives_at < at
    {
        return Err(format!(
            "{} comes before {}",
            tree.title(bus),
            tree.title(node)
        ));
    }
    Ok(())
}
