//! Events that the script sends, and the questions about keys (HALion semantics 5.1 to 5.9, 5.13 to 5.15).

use mlua::Value;

use crate::{
    builtins::{elements, event_object, event_object::LAST_CONTROLLER, types},
    event::Event,
    native::{self, Body, Call, Raise},
    slot::Slot,
    tree::NodeId,
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "postEvent" => post_event,
        "playNote" => play_note,
        "releaseVoice" => release_voice,
        "setBypassNoteOff" => set_bypass_note_off,
        "controlChange" => control_change,
        "pitchBend" => pitch_bend,
        "afterTouch" => after_touch,
        "playTriggerPad" => play_trigger_pad,
        "isKeyDown" => is_key_down,
        "isOctaveKeyDown" => is_octave_key_down,
        "isNoteHeld" => is_note_held,
        "getNoteDuration" => note_duration,
        "getCC" => controller_value,
        _ => return None,
    })
}

/// The event is copied when posted (HALion semantics 5.4); a note-on gives its id (HALion semantics 5.1).
fn post_event(call: &Call<'_>) -> native::Result {
    let mut event = event_object::read(call, 1)?;
    let delay_ms = call.number_or(2, 0.0)?;
    let mut id = None;
    call.world(|world| {
        let at = world.clock.after_ms(delay_ms).unwrap_or(world.clock.now);
        if let Event::NoteOn { id: own, .. } = &mut event {
            *own = world.slot.keys.id_for_posting(*own);
            id = Some(*own);
        }
        world.send(event, at);
    });
    native::value(id.map_or(Value::Nil, |id| Value::Number(id as f64)))
}

/// The note ends with the key that caused it, after a duration, or when the script says so (HALion semantics 5.5, 5.6).
fn play_note(call: &Call<'_>) -> native::Result {
    let note = call.number_in(1, 0.0, 127.0)?;
    let velocity = call.number_in(2, 0.0, 127.0)?;
    let duration_ms = call.number_or(3, -1.0)?;
    let within = receiver(call, 4)?;
    let volume = call.number_in_or(5, 0.0, 1.0, 1.0)?;
    let pan = call.number_in_or(6, -1.0, 1.0, 0.0)?;
    let tuning = call.number_in_or(7, -120.0, 120.0, 0.0)?;
    let id = call.world(|world| {
        let id = world.slot.keys.new_id();
        let n_voices = world.tree.receivers(note, velocity, within);
        let event = Event::NoteOn {
            id,
            note,
            velocity,
            tuning,
            volume,
            pan,
        };
        world.start_note(event, n_voices);
        if duration_ms != 0.0
            && let Some(key) = world.current_task().and_then(|task| task.note)
        {
            let Slot { keys, voices, .. } = &mut world.slot;
            keys.depend(key, id, |id| voices.held_key(id).is_some());
        }
        if let Some(end) = world.clock.after_ms(duration_ms) {
            world.end_note_at(id, end);
        }
        id
    });
    native::number(id as f64)
}

/// The layer or zone that alone is to play, if there is one (HALion semantics 5.5).
fn receiver(call: &Call<'_>, at: usize) -> Result<Option<NodeId>, Raise> {
    let value = call.value(at);
    match types::class_of(&value).as_deref() {
        Some("Layer" | "Program" | "Zone") => Ok(elements::node_of(&value)),
        None if value.is_nil() => Ok(None),
        _ => Err(call.expected(at, "Layer or Zone")),
    }
}

/// Unknown and finished ids have no effect (HALion semantics 5.8).
fn release_voice(call: &Call<'_>) -> native::Result {
    let id = call.note_id(1)?;
    call.world(|world| world.end_note(id));
    native::nothing()
}

/// The note of this key ends when the module is switched off or removed (HALion semantics 5.9).
fn set_bypass_note_off(call: &Call<'_>) -> native::Result {
    let key = call.key(1)?;
    let enable = !call.has(2) || call.flag(2);
    call.world(|world| {
        let keys = &mut world.slot.bypass_note_offs;
        match enable {
            true => keys.insert(key),
            false => keys.remove(&key),
        }
    });
    native::nothing()
}

/// Goes to what follows the script, not back into it (HALion semantics 5.13).
fn control_change(call: &Call<'_>) -> native::Result {
    let number = call.whole_in(1, 0, LAST_CONTROLLER)?;
    let (low, high) = event_object::controller_range(number);
    let value = call.number_in(2, low, high)?;
    send(call, event_object::controller(number, value))
}

fn pitch_bend(call: &Call<'_>) -> native::Result {
    let bend = call.number_in(1, -1.0, 1.0)?;
    send(call, Event::PitchBend { bend })
}

fn after_touch(call: &Call<'_>) -> native::Result {
    let value = call.number_in(1, 0.0, 127.0)?;
    send(call, Event::AfterTouch { value })
}

fn play_trigger_pad(call: &Call<'_>) -> native::Result {
    let pad = call.whole_in(1, 1, 8)?;
    send(call, Event::TriggerPad { pad })
}

fn send(call: &Call<'_>, event: Event) -> native::Result {
    call.world(|world| {
        let now = world.clock.now;
        world.send(event, now);
    });
    native::nothing()
}

fn is_key_down(call: &Call<'_>) -> native::Result {
    let key = call.key(1)?;
    native::boolean(call.world(|world| world.slot.keys.is_key_down(key)))
}

fn is_octave_key_down(call: &Call<'_>) -> native::Result {
    let key = call.key(1)?;
    native::boolean(call.world(|world| world.slot.keys.is_octave_key_down(key)))
}

/// Allowed in `onNote` itself (HALion semantics 5.14).
fn is_note_held(call: &Call<'_>) -> native::Result {
    let held = call.world(|world| {
        let note = world
            .current_task()
            .filter(|task| task.in_on_note)
            .and_then(|task| task.note)?;
        Some(world.slot.keys.is_held(note))
    });
    match held {
        Some(held) => native::boolean(held),
        None => Err(Raise::Script(
            "isNoteHeld can only be called in onNote".to_owned(),
        )),
    }
}

/// Milliseconds since the last note-on of a key; 0 if it was never played (HALion semantics 5.15).
fn note_duration(call: &Call<'_>) -> native::Result {
    let key = call.key(1)?;
    native::number(call.world(|world| {
        let on = world.slot.keys.last_on(key).unwrap_or(world.clock.now);
        world.clock.samples_to_ms((world.clock.now - on) as f64)
    }))
}

/// The last value that reached the script; 0 before (HALion semantics 5.14).
fn controller_value(call: &Call<'_>) -> native::Result {
    let number = call.whole_in(1, 0, LAST_CONTROLLER)?;
    native::number(call.world(|world| world.slot.controllers.get(&number).copied().unwrap_or(0.0)))
}
