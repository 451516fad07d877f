//! Saving and loading: what callbacks return is kept by name, and a fresh script gets it back (HALion semantics 2.5, 2.7, 3.3).
//!
//! Invariant: what a callback returns is taken when the callback ends, also when it waits. What is kept outlives the Lua state.

use std::collections::BTreeMap;

use halion_api::{Callback, Thread};
use mlua::{MultiValue, Value};

use crate::{
    data::Data,
    debug, dispatch,
    engine::Engine,
    error::ScriptError,
    outside::Outside,
    record::{RecordKind, TaskId},
    runtime::{self, Start},
    scenario::{Preset, ScriptKind, SubPreset},
    start::{self, Beginning},
    state,
    task::Purpose,
    tree::Tree,
    undo::Undo,
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
pub(crate) enum Request {
    Save { name: String },
    SaveSubPreset { section: String, name: String },
    Ui(&'static Callback),
}

impl Engine {
    /// Calls a callback whose result is wanted; without that callback the result is nil.
    pub(crate) fn request(&mut self, name: &str, arguments: MultiValue, request: Request) {
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
    pub(crate) fn load(&mut self, name: String) {
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

    pub(crate) fn load_sub_preset(&mut self, section: String, from: SubPreset) {
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

    /// The script starts afresh, and parameters keep their values (HALion semantics 2.7).
    pub(crate) fn reset(&mut self) {
        let values = self.host.world.borrow().parameters.kept(&self.lua);
        let how = Beginning {
            values,
            data: None,
            enters_slots: false,
        };
        self.restart(RecordKind::Reloaded, &how);
    }
}
