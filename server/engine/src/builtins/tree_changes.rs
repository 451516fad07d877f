//! Changing the program tree: append, insert, remove, rename, clone, the Program Table and the Slot Rack (HALion semantics 9.7
//! to 9.10).

use halion_api::{Thread, wrong_thread_message};
use mlua::Value;

use crate::{
    builtins::elements,
    dispatch,
    event::short,
    native::{self, Body, Call, Raise},
    tree::{Class, Details, NodeId},
    world::ChangeJob,
};

/// Rows of the Program Table.
const MOST_PROGRAMS: f64 = 128.0;

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "appendBus" | "appendEffect" | "appendLayer" | "appendMidiModule" | "appendZone" => append,
        "insertBus" | "insertEffect" | "insertLayer" | "insertMidiModule" | "insertZone" => insert,
        "removeBus" => |call| remove(call, Class::Bus),
        "removeEffect" => |call| remove(call, Class::Effect),
        "removeLayer" => |call| remove(call, Class::Layer),
        "removeMidiModule" => |call| remove(call, Class::MidiModule),
        "removeZone" => |call| remove(call, Class::Zone),
        "removeFromParent" => remove_from_parent,
        "setName" => set_name,
        "setProgram" => set_program,
        "getProgram" => get_program,
        _ => return None,
    })
}

fn append(call: &Call<'_>) -> native::Result {
    let (parent, element) = (elements::receiver(call)?, elements::argument(call, 1)?);
    put(call, parent, element, None).map_err(|why| call.bad(1, &why))?;
    native::nothing()
}

fn insert(call: &Call<'_>) -> native::Result {
    let (parent, element) = (elements::receiver(call)?, elements::argument(call, 1)?);
    call.world(|world| world.tree.may_insert(parent, element, None))
        .map_err(|why| call.bad(1, &why))?;
    let position = position(call, 2)?;
    put(call, parent, element, Some(position)).map_err(|why| call.bad(2, &why))?;
    native::nothing()
}

/// A position, from 1.
pub(super) fn position(call: &Call<'_>, at: usize) -> Result<usize, Raise> {
    let number = call.number(at)?;
    if number >= 1.0 && number.fract() == 0.0 && number < 1e9 {
        return Ok(number as usize);
    }
    Err(call.bad(
        at,
        &format!("position from 1 expected, got {}", short(number)),
    ))
}

fn put(
    call: &Call<'_>,
    parent: NodeId,
    element: NodeId,
    position: Option<usize>,
) -> Result<(), String> {
    call.world(|world| world.put(parent, element, position))
}

/// `remove*(elementOrPosition)`.
fn remove(call: &Call<'_>, class: Class) -> native::Result {
    let parent = elements::receiver(call)?;
    let element = match elements::node_of(&call.value(1)) {
        Some(element) => {
            let is_child = call.world(|world| {
                world
                    .tree
                    .get(element)
                    .is_some_and(|node| node.parent == Some(parent))
            });
            if !is_child {
                let (element, parent) =
                    call.world(|world| (world.tree.title(element), world.tree.title(parent)));
                return Err(call.bad(1, &format!("{element} is not in {parent}")));
            }
            element
        }
        None => {
            let position = position(call, 1)?;
            let found = call.world(|world| {
                let mut children = world.tree.children_of_class(parent, class.name());
                children.nth(position - 1)
            });
            found.ok_or_else(|| {
                let parent = call.world(|world| world.tree.title(parent));
                let what = class.name();
                call.bad(1, &format!("{parent} has no {what} at position {position}"))
            })?
        }
    };
    take_out(call, element);
    native::nothing()
}

/// Removes an element; nothing happens if it is detached already. A script module that removes itself ends with its task
/// (HALion semantics 2.11).
fn remove_from_parent(call: &Call<'_>) -> native::Result {
    let element = elements::receiver(call)?;
    let class = call.world(|world| world.tree.get(element).map(|node| node.class));
    if matches!(
        class,
        Some(Class::Program | Class::Instance | Class::Slot | Class::ModulationMatrixRow)
    ) {
        let what = class.map_or("Element", Class::name);
        return Err(Raise::Script(format!(
            "'{}' works on layers, zones, MIDI modules, busses and effects, not on a {what}",
            call.name
        )));
    }
    take_out(call, element);
    native::nothing()
}

fn take_out(call: &Call<'_>, element: NodeId) {
    call.world(|world| {
        if let Some(parent) = world.tree.detach(element) {
            let change = format!("removed from {}", world.tree.title(parent));
            world.tell_tree(element, change);
            world.note_removal();
        }
    });
}

fn set_name(call: &Call<'_>) -> native::Result {
    let (element, name) = (elements::receiver(call)?, call.string(1)?);
    call.world(|world| {
        world.tell_tree(element, format!("renamed to {name:?}"));
        if let Some(node) = world.tree.get_mut(element) {
            node.name = name;
        }
    });
    native::nothing()
}

/// `clone(element)`: a detached copy with everything in it, on the Controller only (HALion semantics 9.7).
pub(super) fn clone(call: &Call<'_>, element: NodeId) -> native::Result {
    if call.thread() == Thread::Processor {
        let message = wrong_thread_message(call.name, Thread::Processor);
        return Err(Raise::Script(message));
    }
    let class = call.world(|world| world.tree.get(element).map(|node| node.class));
    if matches!(
        class,
        None | Some(Class::Instance | Class::Slot | Class::ModulationMatrixRow)
    ) {
        return Err(call.expected(1, "Bus, Effect, Event, Layer, MidiModule, Program or Zone"));
    }
    elements::make_room(call, call.world(|world| world.tree.subtree(element).len()))?;
    let copy = call.world(|world| world.tree.duplicate(element));
    elements::reply(call, copy)
}

/// `instance:setProgram(program, row)` and `slot:setProgram(programOrNil)`.
fn set_program(call: &Call<'_>) -> native::Result {
    let holder = elements::receiver(call)?;
    let program = elements::node_of(&call.value(1));
    let is_slot = elements::class_of(call, &call.args[0]) == Some(Class::Slot);
    if is_slot {
        return set_slot_program(call, holder, program);
    }
    let row = match call.value(2) {
        Value::Nil => None,
        _ => Some(row(call, 2)?),
    };
    call.world(|world| {
        if let Some(program) = program
            && let Some(why) = world.tree.in_use(program)
        {
            return Err(why);
        }
        let Some(Details::Instance { programs }) =
            world.tree.get_mut(holder).map(|node| &mut node.details)
        else {
            return Ok(());
        };
        let free = (1..).find(|row| !programs.contains_key(row)).unwrap_or(1);
        let row = row.unwrap_or(free);
        let old = match program {
            Some(program) => programs.insert(row, program),
            None => programs.remove(&row),
        };
        if let Some(old) = old {
            world.tree.empty_slots(old);
            world.tell_tree(old, format!("removed from row {row} of the Program Table"));
        }
        if let Some(program) = program {
            world.tell_tree(program, format!("put into row {row} of the Program Table"));
        }
        world.note_removal();
        Ok(())
    })
    .map_err(|why| call.bad(1, &why))?;
    native::nothing()
}

/// A program of the table can play in several slots; one that is in no table gets a row.
fn set_slot_program(call: &Call<'_>, slot: NodeId, program: Option<NodeId>) -> native::Result {
    call.world(|world| {
        let Some(instance) = world.tree.get(slot).and_then(|slot| slot.parent) else {
            return Err("the slot belongs to no instance".to_owned());
        };
        if let Some(program) = program
            && world.tree.instance(program) != Some(instance)
        {
            if let Some(why) = world.tree.in_use(program) {
                return Err(why);
            }
            if let Some(Details::Instance { programs }) =
                world.tree.get_mut(instance).map(|node| &mut node.details)
            {
                let free = (1..).find(|row| !programs.contains_key(row)).unwrap_or(1);
                programs.insert(free, program);
            }
        }
        let old = match world.tree.get_mut(slot).map(|node| &mut node.details) {
            Some(Details::Slot { program: old }) => std::mem::replace(old, program),
            _ => None,
        };
        let change = match program {
            Some(program) => format!("plays {}", world.tree.title(program)),
            None => "is empty".to_owned(),
        };
        world.tell_tree(slot, change);
        Ok(old)
    })
    .map_err(|why| call.bad(1, &why))
    .and_then(|old| move_script(call, slot, old, program))
}

/// If the script's program came into a slot of its plug-in or left one, its playback does as well, and the callback follows
/// in the next Controller step (HALion semantics 2.4, 2.10).
fn move_script(
    call: &Call<'_>,
    slot: NodeId,
    old: Option<NodeId>,
    new: Option<NodeId>,
) -> native::Result {
    let callback = call.world(|world| {
        let own = world.program();
        let instance = world.tree.get(slot)?.parent?;
        if own.is_none() || world.tree.instance(own?) != Some(instance) || old == new {
            return None;
        }
        let mut slots = world.tree.children_of_class(instance, Class::Slot.name());
        let index = slots.position(|other| other == slot)? as u32;
        drop(slots);
        if new == own {
            world.enter_slot(index).then_some("onLoadIntoSlot")
        } else if old == own {
            world.leave_slot(index).then_some("onRemoveFromSlot")
        } else {
            None
        }
    });
    if let Some(function) = callback.and_then(|name| dispatch::callback(call.lua, call.host, name))
    {
        call.world(|world| {
            let parent = world.current;
            world.change_jobs.push_back(ChangeJob { function, parent });
        });
    }
    native::nothing()
}

fn row(call: &Call<'_>, at: usize) -> Result<u32, Raise> {
    let row = call.number_in(at, 1.0, MOST_PROGRAMS)?;
    if row.fract() == 0.0 {
        return Ok(row as u32);
    }
    Err(call.bad(at, &format!("whole number expected, got {}", short(row))))
}

/// `instance:getProgram(row)`: nil if the row is empty.
fn get_program(call: &Call<'_>) -> native::Result {
    let instance = elements::receiver(call)?;
    let row = call.number(1)?;
    let program = call.world(
        |world| match world.tree.get(instance).map(|node| &node.details) {
            Some(Details::Instance { programs }) if row >= 1.0 && row.fract() == 0.0 => {
                programs.get(&(row as u32)).copied()
            }
            _ => None,
        },
    );
    elements::reply(call, program)
}
