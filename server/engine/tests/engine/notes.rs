//! Chapter 5: notes and events that the script sends.

use crate::support::*;

/// HALion semantics 5.1, 5.2: the unmodified incoming note keeps its id, once.
#[test]
fn posting_a_note_keeps_its_id_once() {
    check_prints(
        "function onNote(e) print(e.id, postEvent(e), postEvent(e), playNote(60, 1), postEvent(Event(EventType.noteOff))) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 1 1 2 3 nil",
    );
}

/// HALion semantics 5.3: `clone` gives id -1; `Event(type)` starts unset.
#[test]
fn clones_have_no_id_until_posted() {
    check_prints(
        "function onNote(e) local c = clone(e) print(c.id, c.note, type(c), postEvent(c)) local n = Event(EventType.noteOn) print(n.id, n.note, n.data) end",
        "0 ms note 60 1",
        "0 ms processor #2 print -1 60 Event 2
        0 ms processor #2 print -1 0 nil",
    );
}

/// HALion semantics 5.4: posted later, as a copy.
#[test]
fn post_event_copies_and_delays() {
    check_events(
        "function onNote(e) postEvent(e, 10) e.note = 72 e.velocity = 1 end function onRelease() end",
        "0 ms note 60 1",
        "10 ms processor event_out note_on id=1 note=60 velocity=100",
    );
}

/// HALion semantics 5.4: a note-off that is posted later leaves, with its velocity.
#[test]
fn a_delayed_note_off_leaves() {
    check_events(
        "function onNote(e) postEvent(e, 10) end function onRelease(e) e.velocity = 7 postEvent(e, 10) end",
        "0 ms note 60 100",
        "10 ms processor event_out note_on id=1 note=60 velocity=100
        110 ms processor event_out note_off id=1 note=60 velocity=7",
    );
}

/// HALion semantics 5.5: until the key comes up, a number of ms cut short by the key, or until the script says so.
#[test]
fn play_note_durations() {
    check_events(
        "function onNote() playNote(61, 90) playNote(62, 90, 5) playNote(63, 90, 500) playNote(64, 90, 0, nil, 0.5, -1, 12) end function onRelease() end",
        "0 ms note 60 20",
        "0 ms processor #2 event_out note_on id=2 note=61 velocity=90
        0 ms processor #2 event_out note_on id=3 note=62 velocity=90
        0 ms processor #2 event_out note_on id=4 note=63 velocity=90
        0 ms processor #2 event_out note_on id=5 note=64 velocity=90 tuning=12 volume=0.5 pan=-1
        5.011 ms processor event_out note_off id=3 note=62 velocity=0
        20 ms processor event_out note_off id=2 note=61 velocity=0
        20 ms processor event_out note_off id=4 note=63 velocity=0",
    );
}

/// HALion semantics 5.6: without a key -1 is like 0, and a duration plays its full length.
#[test]
fn play_note_without_a_key() {
    check_events(
        "function onController() playNote(61, 90) playNote(62, 90, 5) end function onNote() wait(10) playNote(70, 1) playNote(71, 1, 5) end",
        "0 ms controller number=1 value=1\n0 ms note 60 2",
        "0 ms processor #2 event_out note_on id=1 note=61 velocity=90
        0 ms processor #2 event_out note_on id=2 note=62 velocity=90
        2.018 ms processor event_out note_off id=3 note=60 velocity=0
        5.011 ms processor event_out note_off id=2 note=62 velocity=0
        10 ms processor #3 event_out note_on id=4 note=70 velocity=1
        10 ms processor #3 event_out note_on id=5 note=71 velocity=1
        15.011 ms processor event_out note_off id=5 note=71 velocity=0",
    );
}

/// HALion semantics 5.8: unknown and finished ids have no effect.
#[test]
fn release_voice_ends_a_note_once() {
    check_events(
        "function onNote() local id = playNote(61, 90, 0) wait(1) releaseVoice(id) releaseVoice(id) releaseVoice(99) end function onRelease() end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=2 note=61 velocity=90
        1.02 ms processor #2 event_out note_off id=2 note=61 velocity=0",
    );
}

/// HALion semantics 5.13: generated events go downstream, not back into the script.
#[test]
fn generated_events_do_not_come_back() {
    check_events(
        "function onController(e) controlChange(e.controller, 127 - e.value) end function onNote() pitchBend(-1) afterTouch(5) playTriggerPad(2) end function onRelease() end",
        "0 ms controller number=1 value=27\n0 ms note 60 1",
        "0 ms processor #2 event_out controller number=1 value=100
        0 ms processor #3 event_out pitch_bend bend=-1
        0 ms processor #3 event_out after_touch value=5
        0 ms processor #3 event_out trigger_pad pad=2",
    );
}

/// HALion semantics 5.14: keys and controllers from outside.
#[test]
fn keys_and_controllers_can_be_asked() {
    check_prints(
        "function onNote(e) playNote(61, 1) print(isKeyDown(60), isKeyDown(61), isOctaveKeyDown(0), isOctaveKeyDown(1), isNoteHeld(), getCC(7), getCC(8)) waitForRelease() print(isKeyDown(60), isNoteHeld()) end
        function onRelease() print(pcall(isNoteHeld)) end",
        "0 ms controller number=7 value=99\n0 ms note 60 5",
        "0 ms processor #2 print true false true false true 99 0
        5.011 ms processor #3 print false isNoteHeld can only be called in onNote
        5.011 ms processor #2 print false false",
    );
}

/// HALion semantics 5.15.
#[test]
fn note_duration_counts_from_the_last_note_on() {
    check_prints(
        "function onNote() print(getNoteDuration(60), getNoteDuration(61)) wait(10) print(getNoteDuration(60)) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 0 0
        10 ms processor #2 print 10",
    );
}

/// HALion semantics 5.17: foreign fields read as 0 or nil; unknown fields cannot be written.
#[test]
fn event_fields_are_checked() {
    check_prints(
        "function onNote(e) print(e.controller, e.bend, e.data, e.nonsense) e.tuning = 1 print(pcall(function() e.nonsense = 1 end)) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 0 0 nil nil
        0 ms processor #2 print false script.lua:1: Event has no field 'nonsense'",
    );
}

/// HALion semantics 3.1: a pitch bend without the finer `bend` goes by its value.
#[test]
fn a_pitch_bend_without_bend_goes_by_its_value() {
    check_events(
        "function onNote() local e = Event(EventType.controller) e.controller = 129 e.value = -8191 postEvent(e) end function onRelease() end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out pitch_bend bend=-1",
    );
}
