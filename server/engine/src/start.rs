//! How a script starts: global statements, parameters, `onLoadIntoSlot`, `onInit` (HALion semantics 2.1).

use halion_api::Thread;
use mlua::{Lua, MultiValue};

use crate::{
    builtins::{modules, variables},
    dispatch,
    engine::Source,
    record::RecordKind,
    runtime::{self, Runtime, Start},
    traceback,
};

/// Runs the Controller's part. If the global statements fail, no callback is defined and events pass (HALion semantics 2.9).
pub(crate) fn controller(lua: &Lua, runtime: &Runtime, script: &Source) {
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
    dispatch::call(
        lua,
        runtime,
        "onLoadIntoSlot",
        Thread::Controller,
        MultiValue::new(),
    );
}

/// Runs the Processor's part in each slot that has just got the program, at the start of its first block: `onInit` is its
/// first callback (HALion semantics 2.3, 2.4).
pub(crate) fn processor(lua: &Lua, runtime: &Runtime) {
    let slots = runtime.world.borrow().slot_indices();
    for index in slots {
        {
            let mut world = runtime.world.borrow_mut();
            world.turn_to(index);
            if std::mem::replace(&mut world.slot.started, true) {
                continue;
            }
        }
        // Fails only without memory; then every callback fails and says so.
        let _ = variables::start_slot(lua, runtime);
        dispatch::call(lua, runtime, "onInit", Thread::Processor, MultiValue::new());
    }
}
