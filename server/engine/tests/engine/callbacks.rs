//! Chapter 3: which callback gets an event.

use crate::support::*;

const ALL_KINDS: &str = "0 ms note 60 1
    2 ms controller number=7 value=64
    3 ms after_touch value=10
    4 ms pitch_bend bend=0.5
    5 ms trigger_pad pad=3";

/// HALion semantics 3.1: the fields of each event.
#[test]
fn callbacks_get_their_events() {
    check_prints(
        "function onNote(e) print('note', e.type, e.id, e.note, e.velocity, e.tuning, e.ppqPosition) end
        function onRelease(e) print('release', e.type, e.id, e.note, e.velocity) end
        function onController(e) print('cc', e.type, e.controller, e.value) end
        function onAfterTouch(e) print('at', e.type, e.value) end
        function onPitchBend(e) print('pb', e.type, e.value, e.bend) end
        function onTriggerPad(n) print('pad', n) end",
        ALL_KINDS,
        "0 ms processor #2 print note 1 1 60 100 0 0
        1.02 ms processor #3 print release 2 1 60 0
        2.018 ms processor #4 print cc 3 7 64
        3.016 ms processor #5 print at 3 10
        4.014 ms processor #6 print pb 3 4096 0.5
        5.011 ms processor #7 print pad 3",
    );
}

/// HALion semantics 3.2.1: aftertouch and pitch bend fall back to `onController` with their numbers.
#[test]
fn aftertouch_and_pitch_bend_fall_back_to_controllers() {
    check_prints(
        "function onController(e) print(e.controller, e.value) end",
        ALL_KINDS,
        "2.018 ms processor #2 print 7 64
        3.016 ms processor #3 print 128 10
        4.014 ms processor #4 print 129 4096",
    );
}

/// HALion semantics 3.2.2: what has no callback of its own goes to `onUnhandledEvent`.
#[test]
fn unhandled_events_have_a_callback() {
    check_prints(
        "function onNote() end function onUnhandledEvent(e) print(e.type) end",
        ALL_KINDS,
        "1.02 ms processor #3 print 2
        2.018 ms processor #4 print 3
        3.016 ms processor #5 print 3
        4.014 ms processor #6 print 3",
    );
}

/// HALion semantics 3.2.3, 3.2.6: without callbacks everything passes unchanged.
#[test]
fn events_without_callback_pass() {
    check_events(
        "",
        ALL_KINDS,
        "0 ms processor event_out note_on id=1 note=60 velocity=100
        1.02 ms processor event_out note_off id=1 note=60 velocity=0
        2.018 ms processor event_out controller number=7 value=64
        3.016 ms processor event_out after_touch value=10
        4.014 ms processor event_out pitch_bend bend=0.5
        5.011 ms processor event_out trigger_pad pad=3",
    );
}

/// HALion semantics 3.2.4: a defined callback swallows its event; `postEvent` passes it on.
#[test]
fn a_callback_swallows_its_event() {
    check_events(
        "function onRelease() end function onController(e) postEvent(e) end",
        ALL_KINDS,
        "0 ms processor event_out note_on id=1 note=60 velocity=100
        2.018 ms processor #3 event_out controller number=7 value=64
        3.016 ms processor #4 event_out after_touch value=10
        4.014 ms processor #5 event_out pitch_bend bend=0.5
        5.011 ms processor event_out trigger_pad pad=3",
    );
}

/// HALion semantics 3.1: `onController` never sees controllers 138 to 146.
#[test]
fn reserved_controllers_pass_by() {
    check_prints(
        "function onController(e) print(e.controller) end",
        "0 ms controller number=137 value=1\n0 ms controller number=138 value=1\n0 ms controller number=146 value=1\n0 ms controller number=147 value=1",
        "0 ms processor #2 print 137
        0 ms processor #3 print 147",
    );
}

/// HALion semantics 2.8: callbacks are looked up at every event.
#[test]
fn a_callback_can_be_redefined() {
    check_prints(
        "function onNote() print('a') function onNote() print('b') end end",
        "0 ms note 60 1\n5 ms note 60 1\n10 ms note 60 1",
        "0 ms processor #2 print a
        5.011 ms processor #3 print b
        10 ms processor #4 print b",
    );
}

/// HALion semantics 3.2.7: each invocation is its own task.
#[test]
fn callbacks_overlap() {
    check_prints(
        "function onNote(e) for i = 1, 2 do wait(10) print(e.note) end end",
        "0 ms note 60 1\n5 ms note 61 1",
        "10 ms processor #2 print 60
        15.011 ms processor #3 print 61
        20 ms processor #2 print 60
        25.011 ms processor #3 print 61",
    );
}

/// HALion semantics 3.2.8: at one instant events come first, then tasks by wake-up time and creation.
#[test]
fn events_come_before_due_tasks() {
    check_prints(
        "function onNote(e) if e.note == 60 then spawn(function() wait(10) print('spawned') end) wait(10) print('waited') else print('event') end end",
        "0 ms note 60 1\n10 ms note 61 1",
        "10 ms processor #4 print event
        10 ms processor #2 print waited
        10 ms processor #3 print spawned",
    );
}

/// HALion semantics 3.3: `onIdle` runs each tick in which no other Controller task ran, and is never re-entered.
#[test]
fn on_idle_runs_while_nothing_else_does() {
    check_prints(
        "local n = 0 function onIdle() n = n + 1 print(n) if n == 2 then wait(50) print('waited') end end",
        "0 ms note 60 150",
        "23.22 ms controller #2 print 1
        46.44 ms controller #3 print 2
        104.49 ms controller #3 print waited
        127.71 ms controller #4 print 3
        150.93 ms controller #5 print 4"
            .replace("150.93 ms controller #5 print 4", "")
            .as_str(),
    );
}
