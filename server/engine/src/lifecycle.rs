//! Saving and loading, slots, reloading, undo, and callbacks of the user interface, as a scenario asks for them.
//!
//! Invariant: each happens in a Controller step. What a callback returns is taken when the callback ends, also when it waits.

use std::collections::BTreeMap;

use halion_api::{Callback, Thread, api};
use mlua::{MultiValue, Value};

use crate::{
    builtins::{element_parameters, parameters},
    data::Data,
    debug, dispatch,
    engine::Engine,
    error::ScriptError,
    outside::{self, Outside},
    record::{ParameterChange, RecordKind, TaskId},
    runtime::{self, Start},
    scenario::{Lifecycle, Preset, ScriptKind, SubPreset},
    start::{self, Beginning},
    state,
    task::Purpose,
    tree::{Class, NodeId, Search, Tree},
    undo::{Change, Direction, Undo},
};

/// What is saved, by name, and who waits for what a callback returns.
#[derive(Default)]
pub(crate) struct Archive {
    /// With the program trees around them.
    programs: BTreeMap<String, (Preset, Tree)>,
    sections: BTreeMap<String, Data>,
    requests: BTreeMap<TaskId, Request>,
}

/// What happens to the result of a callback.
enum Request {
    Save { name: String },
    SaveSubPreset { section: String, name: String },
    Ui(&'static Callback),
}

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
            Lifecycle::Reload => {
                let values = self.host.world.borrow().parameters.kept(&self.lua);
                let how = Beginning {
                    values,
                    data: None,
                    enters_slots: false,
                };
                self.restart(RecordKind::Reloaded, &how);
            }
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

    fn say(&self, text: &str) {
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
    fn arguments(&self, data: impl IntoIterator<Item = Data>) -> MultiValue {
        let values = data.into_iter().map(|data| data.to_lua(&self.lua));
        values.collect::<mlua::Result<_>>().unwrap_or_default()
    }

    /// Calls a callback whose result is wanted; without that callback the result is nil.
    fn request(&mut self, name: &str, arguments: MultiValue, request: Request) {
        // A UI script has its own callbacks and `onIdle` only (HALion semantics 10.3).
        let kind = self.host.world.borrow().script_kind;
        let is_called = kind == ScriptKind::Midi || matches!(request, Request::Ui(_));
        let function = dispatch::callback(&self.lua, &self.host, name).filter(|_| is_called);
        let Some(function) = function else {
            return self.answer(TaskId(0), request, Some(Data::Nil));
        };
        let mut task = Start::callback(name, Thread::Controller, function, arguments);
        task.purpose = Purpose::Answer;
        if let Ok((id, arguments)) = runtime::create(&self.lua, &self.host, task) {
            self.archive.requests.insert(id, request);
            runtime::run_new(&self.lua, &self.host, id, arguments);
            self.take_answers();
        }
    }

    /// Sees to the callbacks that have ended.
    pub(crate) fn take_answers(&mut self) {
        let answers = std::mem::take(&mut self.host.world.borrow_mut().answers);
        for (id, results) in answers {
            let Some(request) = self.archive.requests.remove(&id) else {
                continue;
            };
            let value = results.map(|results| results.front().cloned().unwrap_or(Value::Nil));
            let data = value.and_then(|value| match Data::of(&self.lua, &value) {
                Ok(data) => Some(data),
                Err(why) => {
                    self.refuse(id, &request, why);
                    None
                }
            });
            self.answer(id, request, data);
        }
    }

    /// What was returned cannot be used: a script error in the name of the callback.
    fn refuse(&mut self, task: TaskId, request: &Request, message: String) {
        let callback = match request {
            Request::Save { .. } => "onSave",
            Request::SaveSubPreset { .. } => "onSaveSubPreset",
            Request::Ui(callback) => &callback.name,
        };
        let path = &self.script.path;
        let error = ScriptError::in_result(callback, path, message, Thread::Controller, task);
        let mut world = self.host.world.borrow_mut();
        world.errors += 1;
        world.record_for(task, RecordKind::Error(Box::new(error)));
    }

    /// A callback has answered; after an error in it there is nothing.
    fn answer(&mut self, task: TaskId, request: Request, data: Option<Data>) {
        let data = data.unwrap_or(Data::Nil);
        let shown = data.to_string();
        let kind = match request {
            Request::Save { name } => {
                let world = self.host.world.borrow();
                let parameters = world.parameters.persistent(&self.lua);
                let program = (Preset { data, parameters }, world.tree.clone());
                drop(world);
                self.archive.programs.insert(name.clone(), program);
                RecordKind::Saved {
                    name,
                    section: None,
                    data: shown,
                }
            }
            Request::SaveSubPreset { section, name } => {
                self.archive.sections.insert(name.clone(), data);
                RecordKind::Saved {
                    name,
                    section: Some(section),
                    data: shown,
                }
            }
            Request::Ui(callback) => {
                self.check_answer(callback, &data);
                if callback.result_keys.is_empty() {
                    return;
                }
                RecordKind::Answer {
                    callback: callback.name.clone(),
                    data: shown,
                }
            }
        };
        self.host.world.borrow_mut().record_for(task, kind);
    }

    /// The program is replaced by one that was saved: it leaves its slots, and a fresh script starts.
    fn load(&mut self, name: String) {
        let Some((preset, tree)) = self.archive.programs.get(&name).cloned() else {
            return self.say(&format!(
                "nothing was saved as \"{name}\"; it is not loaded"
            ));
        };
        let slots = self.host.world.borrow().slot_indices();
        for slot in slots {
            self.host.world.borrow_mut().end_slot_tasks(slot);
            self.call("onRemoveFromSlot", MultiValue::new());
        }
        {
            let mut world = self.host.world.borrow_mut();
            world.tree = tree;
            world.undo = Undo::default();
            world.outside = Outside::default();
        }
        let loaded = RecordKind::Loaded {
            name: Some(name),
            section: None,
        };
        self.restart(loaded, &Beginning::from_preset(preset));
    }

    fn load_sub_preset(&mut self, section: String, from: SubPreset) {
        let (name, data) = match from {
            SubPreset::Given(data) => (None, data),
            SubPreset::Saved(name) => match self.archive.sections.get(&name).cloned() {
                Some(data) => (Some(name), data),
                None => {
                    return self.say(&format!(
                        "nothing was saved as \"{name}\"; it is not loaded"
                    ));
                }
            },
        };
        if self.host.world.borrow().script_kind == ScriptKind::Ui {
            return self.say("sub-presets belong to the script of a MIDI module");
        }
        let arguments = self.arguments([Data::text(&section), data]);
        self.host.world.borrow_mut().record(RecordKind::Loaded {
            name,
            section: Some(section),
        });
        self.call("onLoadSubPreset", arguments);
    }

    fn call(&self, name: &str, arguments: MultiValue) {
        dispatch::call(&self.lua, &self.host, name, Thread::Controller, arguments);
    }

    /// A fresh state in place of the old one (HALion semantics 2.7).
    fn restart(&mut self, kind: RecordKind, how: &Beginning) {
        self.host.world.borrow_mut().restart();
        self.archive.requests.clear();
        self.host.meter.reset();
        match state::fresh(&self.host) {
            Ok((lua, interpreter)) => {
                // The old state goes before its memory.
                self.lua = lua;
                self.interpreter = interpreter;
            }
            Err(why) => return self.say(&why),
        }
        debug::reattach(&self.lua, &self.host);
        self.host.world.borrow_mut().record(kind);
        start::controller(&self.lua, &self.host, &self.script, how);
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
    fn check_answer(&self, callback: &Callback, data: &Data) {
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
