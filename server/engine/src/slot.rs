//! What each slot of the Slot Rack has of its own when one program sits in several (HALion semantics 2.4, 7.1).
//!
//! Invariant: parameters, globals and the Controller are shared by all slots; playback is not. [`World::slot`] is the slot
//! whose turn it is, the others are parked, and ids of notes are never given twice.

use std::collections::{BTreeMap, BTreeSet};

use halion_api::Thread;
use mlua::Value;

use crate::{
    keys::Keys,
    modulation::Modulation,
    record::RecordKind,
    scenario::ScriptKind,
    tree::{Class, NodeId},
    voices::Voices,
    world::World,
};

/// The playback of one slot.
#[derive(Default)]
pub(crate) struct Slot {
    /// As `getSlotIndex` tells it (HALion semantics 7.5).
    pub index: u32,
    /// Has its Processor started?
    pub started: bool,
    pub keys: Keys,
    pub voices: Voices,
    /// Keys whose notes end when the module is switched off (HALion semantics 5.9).
    pub bypass_note_offs: BTreeSet<i64>,
    /// Last value of each controller that reached the script (HALion semantics 5.14).
    pub controllers: BTreeMap<i64, f64>,
    pub modulation: Modulation,
    /// This slot's values of the slot locals (HALion semantics 7.2).
    pub locals: BTreeMap<Vec<u8>, Value>,
}

impl Slot {
    /// A slot that has not started.
    pub fn new(index: u32) -> Slot {
        Slot {
            index,
            ..Slot::default()
        }
    }
}

impl World {
    /// The indices of all slots the program sits in, in order; none means that there is no Processor.
    pub fn slot_indices(&self) -> Vec<u32> {
        self.slot_set.iter().copied().collect()
    }

    /// Is there a Processor?
    pub fn has_processor(&self) -> bool {
        !self.slot_set.is_empty()
    }

    /// Has the program a zone?
    pub fn has_zone(&self) -> bool {
        let program = self
            .tree
            .script_module()
            .and_then(|module| self.tree.program(module));
        let inside = program.map(|program| self.tree.subtree(program));
        let is_zone = |&node: &NodeId| {
            self.tree
                .get(node)
                .is_some_and(|node| node.class == Class::Zone)
        };
        inside.unwrap_or_default().iter().any(is_zone)
    }

    /// The slot to name in records and to debuggers: only where one alone is not meant anyway.
    pub fn slot_to_name(&self) -> Option<u32> {
        (self.slot_set.len() > 1).then_some(self.slot.index)
    }

    /// Makes it a slot's turn. A slot that the program has left keeps its name for what still refers to it.
    pub fn turn_to(&mut self, index: u32) {
        if self.slot.index == index {
            return;
        }
        let last_id = self.slot.keys.last_id();
        let mut slot = self.parked.remove(&index).unwrap_or(Slot::new(index));
        slot.keys.continue_ids(last_id);
        let left = std::mem::replace(&mut self.slot, slot);
        self.parked.insert(left.index, left);
    }

    /// The program enters a slot, whose Processor starts with the next block. False if it sits there already.
    pub fn enter_slot(&mut self, index: u32) -> bool {
        let is_new = self.slot_set.insert(index);
        if is_new {
            self.parked.remove(&index);
            if self.slot.index == index {
                let last_id = self.slot.keys.last_id();
                self.slot = Slot::new(index);
                self.slot.keys.continue_ids(last_id);
            }
            if let Some(program) = self.program() {
                self.tree.seat(program, index);
            }
            self.record(RecordKind::EntersSlot { slot: index });
        }
        is_new
    }

    /// The program leaves a slot. False if it does not sit there.
    pub fn leave_slot(&mut self, index: u32) -> bool {
        let was_there = self.slot_set.contains(&index);
        if was_there {
            self.end_slot_tasks(index);
            self.send_bypass_note_offs(index);
            self.outgoing.retain(|_, (slot, _)| *slot != index);
            self.slot_set.remove(&index);
            if let Some(program) = self.program() {
                self.tree.unseat(program, index);
            }
            self.record(RecordKind::LeavesSlot { slot: index });
        }
        was_there
    }

    /// Ends the Processor tasks of a slot; what they wait for finds nobody.
    pub fn end_slot_tasks(&mut self, index: u32) {
        self.tasks
            .retain(|_, task| task.thread == Thread::Controller || task.slot != index);
        let tasks = &self.tasks;
        self.processor_timers
            .retain(|(_, id)| tasks.contains_key(id));
        self.async_done.retain(|id| tasks.contains_key(id));
    }

    /// Makes it the turn of the slot that an input goes to, the first one if it names none. False if the program is not there,
    /// which is said once for each slot.
    pub fn turn_to_addressed(&mut self, slot: Option<u32>) -> bool {
        let Some(index) = slot.or(self.slot_set.first().copied()) else {
            self.say_once(match self.script_kind {
                ScriptKind::Midi => "[scenario] the program sits in no slot; events are lost",
                ScriptKind::Ui => "[scenario] a UI script gets no events; they are lost",
            });
            return false;
        };
        if !self.slot_set.contains(&index) {
            self.say_once(&format!(
                "[scenario] the program does not sit in slot {index}; events for it are lost"
            ));
            return false;
        }
        self.turn_to(index);
        true
    }

    /// Gives a slot its value of a slot local.
    pub fn set_local(&mut self, index: u32, name: Vec<u8>, value: Value) {
        if let Some(slot) = self.slots_mut().find(|slot| slot.index == index) {
            slot.locals.insert(name, value);
        }
    }

    /// All slots, also the one whose turn it is.
    pub fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        let slots = std::iter::once(&mut self.slot).chain(self.parked.values_mut());
        let set = &self.slot_set;
        slots.filter(move |slot| set.contains(&slot.index))
    }

    /// The same to look at, in the order of their indices.
    pub fn slots(&self) -> Vec<&Slot> {
        let mut slots: Vec<&Slot> = std::iter::once(&self.slot)
            .chain(self.parked.values())
            .filter(|slot| self.slot_set.contains(&slot.index))
            .collect();
        slots.sort_by_key(|slot| slot.index);
        slots
    }
}
