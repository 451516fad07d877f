//! Which callback gets an event, and what happens to events that none wants (HALion semantics 3).
//!
//! Invariant: callbacks are looked up at every event (HALion semantics 2.8); a defined callback swallows its event.

use halion_api::Thread;
use mlua::{Function, Lua, MultiValue, Value};

use crate::{
    builtins::event_object,
    event::Event,
    record::RecordKind,
    runtime::{self, Runtime, Start},
};

/// The script's function of this name.
pub(crate) fn callback(lua: &Lua, runtime: &Runtime, name: &str) -> Option<Function> {
    if runtime.world.borrow().ended {
        return None;
    }
    match lua.globals().raw_get::<Value>(name) {
        Ok(Value::Function(function)) => Some(function),
        _ => None,
    }
}

/// Calls a callback that takes no event, if the script defines it. False if it failed.
pub(crate) fn call(
    lua: &Lua,
    runtime: &Runtime,
    name: &str,
    thread: Thread,
    arguments: MultiValue,
) -> bool {
    match callback(lua, runtime, name) {
        Some(function) => runtime::start(
            lua,
            runtime,
            Start::callback(name, thread, function, arguments),
        ),
        None => true,
    }
}

/// An event reaches the module on the Processor.
pub(crate) fn event_in(lua: &Lua, runtime: &Runtime, event: Event) {
    let (released, dependents) = arrive(runtime, &event);
    deliver(lua, runtime, &event);
    // First `onRelease`, then who waits for the release (HALion semantics 4.8), then what ends with the key.
    for note in released {
        resume_waiting(lua, runtime, note);
    }
    let mut world = runtime.world.borrow_mut();
    for id in dependents {
        world.end_note(id);
    }
}

/// Keeps the books of keys, controllers and transport; gives released notes and the notes that end with the key.
fn arrive(runtime: &Runtime, event: &Event) -> (Vec<i64>, Vec<i64>) {
    let mut world = runtime.world.borrow_mut();
    world.record(RecordKind::EventIn(event.clone()));
    let now = world.clock.now;
    match *event {
        Event::NoteOn { id, note, .. } => world.slot.keys.note_on(id, note as i64, now),
        Event::NoteOff { id, .. } => {
            let (dependents, released) = world.slot.keys.note_off(id);
            return (if released { vec![id] } else { Vec::new() }, dependents);
        }
        Event::Controller { number, value } => {
            world.slot.controllers.insert(number, value);
            if number == SUSTAIN_PEDAL {
                return (world.slot.keys.pedal(value >= 64.0), Vec::new());
            }
        }
        Event::AfterTouch { value } => {
            world
                .slot
                .controllers
                .insert(event_object::AFTER_TOUCH as i64, value);
        }
        Event::PitchBend { bend } => {
            world
                .slot
                .controllers
                .insert(event_object::PITCH_BEND as i64, (bend * 8191.0).round());
        }
        Event::Tempo { bpm } => {
            let playing = world.transport.playing;
            world.set_transport(Some(bpm), playing);
        }
        Event::Transport { playing } => {
            let tempo = world.transport.tempo;
            world.set_transport(tempo, playing);
        }
        _ => {}
    }
    (Vec::new(), Vec::new())
}

/// The MIDI controller that holds notes.
const SUSTAIN_PEDAL: i64 = 64;

/// Controllers that `onController` never sees (the manual, Controller Numbers).
const RESERVED_CONTROLLERS: std::ops::RangeInclusive<i64> = 138..=146;

/// The callbacks an event goes to, the most specific first (HALion semantics 3.2).
fn callbacks(event: &Event) -> &'static [&'static str] {
    match event {
        Event::NoteOn { .. } => &["onNote", "onUnhandledEvent"],
        Event::NoteOff { .. } => &["onRelease", "onUnhandledEvent"],
        Event::Retrigger { .. } => &["onRetrigger", "onUnhandledEvent"],
        Event::Controller { number, .. } if RESERVED_CONTROLLERS.contains(number) => &[],
        Event::Controller { .. } => &["onController", "onUnhandledEvent"],
        Event::AfterTouch { .. } => &["onAfterTouch", "onController", "onUnhandledEvent"],
        Event::PitchBend { .. } => &["onPitchBend", "onController", "onUnhandledEvent"],
        Event::NoteExpression { .. } => &["onNoteExpression", "onUnhandledEvent"],
        Event::Data { .. } => &["onData", "onUnhandledEvent"],
        Event::TriggerPad { .. } => &["onTriggerPad"],
        _ => &[],
    }
}

/// Starts the callback, or passes the event on unchanged.
fn deliver(lua: &Lua, runtime: &Runtime, event: &Event) {
    if matches!(event, Event::Tempo { .. } | Event::Transport { .. }) {
        return;
    }
    let found = callbacks(event)
        .iter()
        .find_map(|&name| Some((name, callback(lua, runtime, name)?)));
    let Some((name, function)) = found else {
        return pass(runtime, event);
    };
    let argument = match event {
        Event::TriggerPad { pad } => Value::Number(*pad as f64),
        _ => {
            let ppq_position = runtime.world.borrow().beats().unwrap_or(0.0);
            match event_object::object(lua, event, ppq_position) {
                Ok(object) => Value::Table(object),
                Err(_) => return pass(runtime, event),
            }
        }
    };
    let mut start = Start::callback(
        name,
        Thread::Processor,
        function,
        MultiValue::from_iter([argument]),
    );
    if let (Event::NoteOn { id, .. }, "onNote") = (event, name) {
        (start.note, start.in_on_note) = (Some(*id), true);
    }
    runtime::start(lua, runtime, start);
    // Note expression always reaches the engine (HALion semantics 3.2.5).
    if matches!(event, Event::NoteExpression { .. }) {
        pass(runtime, event);
    }
}

/// The event goes on to the following modules (HALion semantics 3.2.3).
fn pass(runtime: &Runtime, event: &Event) {
    let mut world = runtime.world.borrow_mut();
    match *event {
        Event::NoteOn { id, note, .. } => world.slot.keys.sounds(id, note),
        Event::NoteOff { id, .. } => {
            world.slot.keys.ends(id);
        }
        _ => {}
    }
    world.record(RecordKind::EventOut(event.clone()));
}

/// Goes on with the tasks that wait for a note's release, in the order of their creation.
fn resume_waiting(lua: &Lua, runtime: &Runtime, note: i64) {
    let waiting: Vec<_> = {
        let world = runtime.world.borrow();
        let waits = |task: &crate::task::Task| matches!(task.waiting, Some(crate::task::Wait::Release(id)) if id == note);
        world
            .tasks
            .values()
            .filter(|task| waits(task))
            .map(|task| task.id)
            .collect()
    };
    for id in waiting {
        runtime::resume(lua, runtime, id);
    }
}
