//! How a script starts: global statements, parameters, `onLoadIntoSlot`, `onInit` (HALion semantics 2.1).

use halion_api::Thread;
use mlua::{Lua, MultiValue, Value};

use crate::{
    builtins::{modules, variables},
    data::Data,
    dispatch,
    engine::Source,
    parameter::{self, Kept},
    record::{ParameterChange, RecordKind},
    runtime::{self, Runtime, Start},
    scenario::{Preset, Scenario, ScriptKind},
    traceback,
};

/// What a script starts with.
pub(crate) struct Beginning {
    /// Values of parameters, which are there after the global statements (HALion semantics 2.2).
    pub values: Vec<Kept>,
    /// What `onLoad` gets; without it the module comes from nowhere, and `onLoad` is not called (HALion semantics 2.5).
    pub data: Option<Data>,
    /// Does the program enter its slots? In a reset it is there already.
    pub enters_slots: bool,
}

impl Beginning {
    /// The start of a run.
    pub fn of(scenario: &Scenario) -> Beginning {
        match scenario.preset.clone() {
            Some(preset) => Beginning::from_preset(preset),
            None => Beginning {
                values: Vec::new(),
                data: None,
                enters_slots: true,
            },
        }
    }

    /// The module comes from a preset or project.
    pub fn from_preset(preset: Preset) -> Beginning {
        let kept = |(name, value)| Kept {
            name,
            value,
            type_name: None,
        };
        Beginning {
            values: preset.parameters.into_iter().map(kept).collect(),
            data: Some(preset.data),
            enters_slots: true,
        }
    }
}

/// Runs the Controller's part. If the global statements fail, no callback is defined and events pass (HALion semantics 2.9).
/// Of all this a UI script has global statements and values only (HALion semantics 10.1, 10.3).
pub(crate) fn controller(lua: &Lua, runtime: &Runtime, script: &Source, beginning: &Beginning) {
    global_statements(lua, runtime, script);
    for kept in &beginning.values {
        restore(lua, runtime, kept);
    }
    if runtime.world.borrow().script_kind == ScriptKind::Ui {
        return;
    }
    let call = |name: &str, arguments: MultiValue| {
        dispatch::call(lua, runtime, name, Thread::Controller, arguments);
    };
    if let Some(data) = &beginning.data {
        let data = data.to_lua(lua).unwrap_or(Value::Nil);
        call("onLoad", MultiValue::from_iter([data]));
    }
    if beginning.enters_slots {
        let n_slots = runtime.world.borrow().slot_set.len();
        for _ in 0..n_slots {
            call("onLoadIntoSlot", MultiValue::new());
        }
    }
}

/// Gives a parameter the value it had. No change callback runs (HALion semantics 2.6).
fn restore(lua: &Lua, runtime: &Runtime, kept: &Kept) {
    let Ok(value) = kept.value.to_lua(lua) else {
        return;
    };
    let mut world = runtime.world.borrow_mut();
    let Some(parameter) = world.parameters.get_mut(&kept.name) else {
        return;
    };
    if !kept.belongs_to(parameter) {
        return;
    }
    let Ok(value) = parameter.kind.coerce(lua, value) else {
        return;
    };
    if parameter.value == value {
        return;
    }
    parameter.value = value.clone();
    let value = parameter::plain(lua, &value);
    world.record(RecordKind::Parameter {
        name: kept.name.clone(),
        value,
        by: ParameterChange::Restored,
    });
}

fn global_statements(lua: &Lua, runtime: &Runtime, script: &Source) {
    runtime.world.borrow_mut().thread = Thread::Controller;
    match modules::compile(lua, runtime, &script.path, &script.text) {
        Ok(main) => {
            let mut start = Start::callback("<main>", Thread::Controller, main, MultiValue::new());
            start.error_name = script.path.clone();
            start.may_suspend = false;
            if !runtime::start(lua, runtime, start) {
                runtime.world.borrow_mut().end_script();
            }
        }
        Err(message) => {
            let error = traceback::syntax_error(runtime, &script.path, &message);
            let mut world = runtime.world.borrow_mut();
            world.errors += 1;
            world.record(RecordKind::Error(Box::new(error)));
            world.end_script();
        }
    }
}

/// Runs the Processor's part in each slot that has just got the program, at the start of its first block: `onInit` is its
/// first callback, and never runs in a program without a zone (HALion semantics 2.3, 2.4).
pub(crate) fn processor(lua: &Lua, runtime: &Runtime) {
    let slots = runtime.world.borrow().slot_indices();
    for index in slots {
        {
            let mut world = runtime.world.borrow_mut();
            world.turn_to(index);
            if std::mem::replace(&mut world.slot.started, true) {
                continue;
            }
            world.slot.modulation.next = world.clock.now;
        }
        // Fails only without memory; then every callback fails and says so.
        let _ = variables::start_slot(lua, runtime);
        if runtime.world.borrow().has_zone() {
            dispatch::call(lua, runtime, "onInit", Thread::Processor, MultiValue::new());
        }
    }
}
