//! Which callback gets an event, and what happens to events that none wants (HALion semantics 3).
//!
//! Invariant: callbacks are looked up at every event (HALion semantics 2.8); a defined callback swallows its event.

use halion_api::Thread;
use mlua::{Function, Lua, MultiValue, Value};

use crate::{
    builtins::event_object,
    event::Event,
    outgoing::SUSTAIN_PEDAL,
    record::RecordKind,
    runtime::{self, Runtime, Start},
    scenario::VoiceMode,
    world::World,
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
    let released = arrive(&mut runtime.world.borrow_mut(), &event);
    deliver(lua, runtime, &event);
    // First `onRelease`, then who waits for the release (HALion semantics 4.8), then what ends with the key.
    for note in released.notes {
        resume_waiting(lua, runtime, note);
    }
    let retriggered = {
        let mut world = runtime.world.borrow_mut();
        for id in released.dependents {
            world.end_note(id);
        }
        retriggered(&mut world, &event)
    };
    if let Some(event) = retriggered {
        event_in(lua, runtime, event);
    }
}

/// What comes to its end when a key or the pedal comes up.
#[derive(Default)]
struct Released {
    /// Ids of incoming notes.
    notes: Vec<i64>,
    /// Ids of the script's notes that end with the key (HALion semantics 5.5).
    dependents: Vec<i64>,
}

/// Keeps the books of keys, controllers and transport.
fn arrive(world: &mut World, event: &Event) -> Released {
    world.record(RecordKind::EventIn(event.clone()));
    let now = world.clock.now;
    let World {
        slot,
        transport,
        clock,
        ..
    } = world;
    let mut released = Released::default();
    match *event {
        Event::NoteOn {
            id,
            note,
            velocity,
            tuning,
            ..
        } => slot.keys.note_on(id, note as i64, velocity, tuning, now),
        Event::NoteOff { id, .. } => {
            let (dependents, is_released) = slot.keys.note_off(id);
            released.dependents = dependents;
            released.notes.extend(is_released.then_some(id));
        }
        Event::Retrigger { note, .. } => slot.keys.sounds_again(note as i64, now),
        Event::Controller { number, value } => {
            slot.controllers.insert(number, value);
            if number == SUSTAIN_PEDAL {
                released.notes = slot.keys.pedal(value >= 64.0);
            }
        }
        Event::AfterTouch { value } => {
            slot.controllers.insert(event_object::AFTER_TOUCH, value);
        }
        Event::PitchBend { bend } => {
            let value = event_object::bend_value(bend);
            slot.controllers.insert(event_object::PITCH_BEND, value);
        }
        Event::Bypass { bypassed } => world.set_bypassed(bypassed),
        Event::Tempo { bpm } => {
            transport.set_tempo(clock, Some(bpm).filter(|&bpm| bpm > 0.0));
        }
        Event::TimeSignature { signature } => transport.set_signature(clock, signature),
        Event::Transport { playing, at_beats } => transport.set_playing(clock, playing, at_beats),
        _ => {}
    }
    released
}

/// In a program with Mono and Retrigger a held note sounds again when a later one is released (the manual, onRetrigger).
fn retriggered(world: &mut World, event: &Event) -> Option<Event> {
    let (VoiceMode::MonoRetrigger, &Event::NoteOff { id, .. }) = (world.voice_mode, event) else {
        return None;
    };
    let keys = &mut world.slot.keys;
    let (key, velocity, tuning) = keys.retriggered_by(id)?;
    Some(Event::Retrigger {
        id: keys.new_id(),
        note: key as f64,
        velocity,
        tuning,
    })
}

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
    match event {
        Event::Bypass { .. }
        | Event::Tempo { .. }
        | Event::TimeSignature { .. }
        | Event::Transport { .. } => return,
        // Note expression always reaches the engine (HALion semantics 3.2.5), and first: what the script makes of it comes on top.
        Event::NoteExpression { .. } => pass(runtime, event),
        _ => {}
    }
    let names = match runtime.world.borrow().bypassed {
        true => &[],
        false => callbacks(event),
    };
    let found = names
        .iter()
        .find_map(|&name| Some((name, callback(lua, runtime, name)?)));
    let Some((name, function)) = found else {
        return match event {
            Event::NoteExpression { .. } => {}
            _ => pass(runtime, event),
        };
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
}

/// The event goes on to the following modules (HALion semantics 3.2.3).
fn pass(runtime: &Runtime, event: &Event) {
    runtime.world.borrow_mut().emit(event.clone());
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
