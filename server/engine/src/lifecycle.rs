//! What a scenario asks for besides events: saving and loading, slots, reloading, undo, callbacks of the user interface.
//!
//! Invariant: each happens in a Controller step.

use halion_api::{Callback, Thread, api};
use mlua::MultiValue;

use crate::{
    archive::Request,
    builtins::{element_parameters, parameters},
    data::Data,
    dispatch,
    engine::Engine,
    outside,
    record::{ParameterChange, RecordKind},
    scenario::{Lifecycle, ScriptKind},
    tree::{Class, NodeId, Search},
    undo::{Change, Direction},
};

impl Engine {
    /// Does what a scenario asks for.
    pub(crate) fn live(&mut self, lifecycle: Lifecycle, slot: Option<u32>) {
        match lifecycle {
            Lifecycle::Save { name } => {
                self.request("onSave", MultiValue::new(), Request::Save { name });
            }
            Lifecycle::Load { name } => self.load(name),
            Lifecycle::SaveSubPreset { section, name } => {
                let arguments = self.arguments([Data::text(&section)]);
                let request = Request::SaveSubPreset { section, name };
                self.request("onSaveSubPreset", arguments, request);
            }
            Lifecycle::LoadSubPreset { section, from } => self.load_sub_preset(section, from),
            Lifecycle::Reload => self.reset(),
            Lifecycle::LoadIntoSlot => self.enter_slot(slot),
            Lifecycle::RemoveFromSlot => self.leave_slot(slot),
            // An edit of a parameter; see `inputs`.
            Lifecycle::Automation { .. } => {}
            Lifecycle::AutomationParameter { index, value } => {
                let moved = outside::automate(&self.lua, &self.host, index, value);
                self.say_why_not(moved);
            }
            Lifecycle::QuickControl {
                layer,
                number,
                value,
            } => {
                let moved = self
                    .layer(&layer)
                    .and_then(|layer| outside::turn(&self.lua, &self.host, layer, number, value));
                self.say_why_not(moved);
            }
            Lifecycle::Undo => self.undo(Direction::Undo),
            Lifecycle::Redo => self.undo(Direction::Redo),
            Lifecycle::UiCallback {
                callback,
                arguments,
            } => self.ui_callback(callback, arguments),
        }
    }

    pub(crate) fn say(&self, text: &str) {
        let text = format!("[scenario] {text}");
        self.host.world.borrow_mut().print(text);
    }

    fn say_why_not(&self, moved: Result<(), String>) {
        if let Err(why) = moved {
            self.say(&format!("{why}; the edit is ignored"));
        }
    }

    /// The layer of a name, or the program.
    fn layer(&self, name: &str) -> Result<NodeId, String> {
        let world = self.host.world.borrow();
        let tree = &world.tree;
        let program = tree.script_module().and_then(|module| tree.program(module));
        let program = program.ok_or("there is no program")?;
        if name.is_empty() {
            return Ok(program);
        }
        let search = Search {
            class: Class::Layer.name(),
            recursive: true,
            passwords: &world.passwords,
        };
        let named = |&layer: &NodeId| tree.get(layer).is_some_and(|layer| layer.name == name);
        let layers = tree.find(program, &search).into_iter();
        layers
            .into_iter()
            .find(named)
            .ok_or_else(|| format!("there is no layer \"{name}\""))
    }

    /// Data as arguments. Without memory for them there are none.
    pub(crate) fn arguments(&self, data: impl IntoIterator<Item = Data>) -> MultiValue {
        let values = data.into_iter().map(|data| data.to_lua(&self.lua));
        values.collect::<mlua::Result<_>>().unwrap_or_default()
    }

    pub(crate) fn call(&self, name: &str, arguments: MultiValue) {
        dispatch::call(&self.lua, &self.host, name, Thread::Controller, arguments);
    }

    fn enter_slot(&mut self, slot: Option<u32>) {
        if self.host.world.borrow().script_kind == ScriptKind::Ui {
            return self.say("a UI script sits in no slot");
        }
        let slot = slot.unwrap_or(0);
        if !self.host.world.borrow_mut().enter_slot(slot) {
            return self.say(&format!("the program sits in slot {slot} already"));
        }
        self.call("onLoadIntoSlot", MultiValue::new());
    }

    /// First the slot's tasks end, then the callback runs (HALion semantics 2.10).
    fn leave_slot(&mut self, slot: Option<u32>) {
        let slot = slot.or(self.host.world.borrow().slot_set.first().copied());
        let is_there = slot.is_some_and(|slot| self.host.world.borrow_mut().leave_slot(slot));
        if !is_there {
            return self.say("the program does not sit in that slot");
        }
        self.call("onRemoveFromSlot", MultiValue::new());
    }

    fn undo(&mut self, direction: Direction) {
        let again = direction == Direction::Redo;
        let block = {
            let mut world = self.host.world.borrow_mut();
            if again {
                world.undo.undone.pop()
            } else {
                world.undo.done.pop()
            }
        };
        let Some(block) = block else {
            return self.say(if again {
                "there is nothing to redo"
            } else {
                "there is nothing to undo"
            });
        };
        {
            let mut world = self.host.world.borrow_mut();
            let name = block.name.clone();
            world.record(RecordKind::Undone { name, again });
            world.undo.at_work = Some(direction);
        }
        if again {
            for change in &block.changes {
                self.put_back(change, ParameterChange::Redo);
            }
        } else {
            for change in block.changes.iter().rev() {
                self.put_back(change, ParameterChange::Undo);
            }
        }
        let mut world = self.host.world.borrow_mut();
        world.undo.at_work = None;
        if again {
            world.undo.done.push(block);
        } else {
            world.undo.undone.push(block);
        }
    }

    fn put_back(&self, change: &Change, by: ParameterChange) {
        let again = by == ParameterChange::Redo;
        match change {
            Change::Script {
                parameter,
                before,
                after,
            } => {
                let value = if again { after } else { before };
                let value = value.to_lua(&self.lua).map_err(|error| error.to_string());
                let changed = value.and_then(|value| {
                    parameters::change(&self.lua, &self.host, parameter, value, by)
                });
                if let Err(why) = changed {
                    self.say(&format!("parameter \"{parameter}\": {why}"));
                }
            }
            Change::Element {
                element,
                definition,
                before,
                after,
            } => {
                let value = if again { after } else { before };
                let mut world = self.host.world.borrow_mut();
                element_parameters::put(&mut world, *element, definition, value.clone(), by);
            }
        }
    }

    /// Template lists and drag groups call UI scripts only (HALion semantics 3.4).
    fn ui_callback(&mut self, name: &'static str, arguments: Vec<Data>) {
        if self.host.world.borrow().script_kind != ScriptKind::Ui {
            return self.say(&format!(
                "nobody calls {name} in the script of a MIDI module; write `script_kind = \"ui\"` for a UI script"
            ));
        }
        let Some(callback) = api().ui_callback(name) else {
            return;
        };
        if let Some(other) = self.excluded_by(name) {
            return self.say(&format!(
                "{name} is not called, because the script defines {other}"
            ));
        }
        let arguments = self.arguments(arguments);
        if dispatch::callback(&self.lua, &self.host, name).is_some() {
            self.request(name, arguments, Request::Ui(callback));
        }
    }

    /// The simple callback for drops cannot be combined with the three for drop, feedback and done.
    fn excluded_by(&self, name: &str) -> Option<&'static str> {
        const SIMPLE: &str = "onTemplateListViewDrop";
        const FULL: [&str; 3] = [
            "onTemplateListDrop",
            "onTemplateListDropFeedback",
            "onTemplateListDropDone",
        ];
        if name != SIMPLE {
            return None;
        }
        FULL.into_iter()
            .find(|full| dispatch::callback(&self.lua, &self.host, full).is_some())
    }

    /// Keys that HALion does not know and values of wrong types would be ignored in silence.
    pub(crate) fn check_answer(&self, callback: &Callback, data: &Data) {
        let Data::Table(pairs) = data else { return };
        for (key, value) in pairs {
            let known = callback.result_keys.iter();
            let Some(known) = known
                .into_iter()
                .find(|known| *key == Data::text(&known.name))
            else {
                self.say(&format!(
                    "{} returns {key}, which means nothing",
                    callback.name
                ));
                continue;
            };
            if !known.types.iter().any(|known| known == value.type_name()) {
                self.say(&format!(
                    "{} returns a {} as {}; it must be a {}",
                    callback.name,
                    value.type_name(),
                    known.name,
                    known.types.join(" or a ")
                ));
            }
        }
    }
}
