//! Chapters 3.1, 5.3, 5.17, 5.18 and 11.5: events as objects, kind by kind.

use crate::support::*;

const EVERY_KIND: &str = "0 ms note_on note=60 velocity=100 tuning=0.5
    1 ms note_retrigger note=60 velocity=99
    2 ms controller number=7 value=64
    3 ms after_touch value=10
    4 ms pitch_bend bend=-0.5
    5 ms note_expression note=60 expression=2 value=0.75
    6 ms data bytes=[0xF0,0x7E,0xF7]
    7 ms poly_after_touch note=60 value=3
    8 ms program_change program=5
    9 ms trigger_pad pad=8
    10 ms note_off note=60 velocity=12";

/// HALion semantics 3.1, 11.5: every kind of event printed, with the fields of its type in the order of the manual.
#[test]
fn every_kind_prints_its_fields() {
    check_prints(
        "onNote, onRelease, onRetrigger, onController, onAfterTouch, onPitchBend, onNoteExpression, onData, onTriggerPad, onUnhandledEvent = print, print, print, print, print, print, print, print, print, print",
        EVERY_KIND,
        "0 ms processor #2 print noteOn id=1 note=60 velocity=100 tuning=0.5 ppqPosition=0
        1.02 ms processor #3 print noteRetrigger id=2 note=60 velocity=99 tuning=0 ppqPosition=0
        2.018 ms processor #4 print controller controller=7 value=64 ppqPosition=0
        3.016 ms processor #5 print controller controller=128 value=10 ppqPosition=0
        4.014 ms processor #6 print controller controller=129 value=-4096 bend=-0.5 ppqPosition=0
        5.011 ms processor #7 print noteExpression id=1 value=0.75 noteExpressionType=2 ppqPosition=0
        6.009 ms processor #8 print data data=F0 7E F7 dataType=0 ppqPosition=0
        9.002 ms processor #9 print 8
        10 ms processor #10 print noteOff id=1 note=60 velocity=12 tuning=0 ppqPosition=0",
    );
}

/// HALion semantics 3.2.2, 5.18: with `onUnhandledEvent` alone it gets every event but those that no callback is for: trigger pads,
/// aftertouch of keys, and program changes, which occur in files only.
#[test]
fn what_no_callback_is_for_passes() {
    let ran = run("function onUnhandledEvent(e) print(e.type) end", EVERY_KIND);
    let types: Vec<String> = ran
        .prints()
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(types, ["1", "6", "3", "3", "3", "4", "7", "2"]);
    compare(
        &ran.events_out(),
        "5.011 ms processor event_out note_expression id=1 expression=2 value=0.75
        7.007 ms processor event_out poly_after_touch note=60 value=3
        8.005 ms processor event_out program_change program=5
        9.002 ms processor event_out trigger_pad pad=8",
    );
}

/// HALion semantics 5.4, 5.13: what is posted leaves as it was posted, kind by kind, and so does what the short functions make.
#[test]
fn every_kind_can_be_posted() {
    check_events(
        "local function pass(e) if e.type ~= EventType.noteExpression then postEvent(e, 0) end end
        onNote, onRelease, onRetrigger, onController, onAfterTouch, onPitchBend, onNoteExpression, onData = pass, pass, pass, pass, pass, pass, pass, pass
        function onTriggerPad(n) playTriggerPad(n) pitchBend(0.5) afterTouch(3) controlChange(129, 8191) controlChange(128, 4) controlChange(148, -8191) end",
        EVERY_KIND,
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100 tuning=0.5
        1.02 ms processor #3 event_out note_retrigger id=2 note=60 velocity=99
        2.018 ms processor #4 event_out controller number=7 value=64
        3.016 ms processor #5 event_out after_touch value=10
        4.014 ms processor #6 event_out pitch_bend bend=-0.5
        5.011 ms processor event_out note_expression id=1 expression=2 value=0.75
        6.009 ms processor #8 event_out data bytes=f07ef7
        7.007 ms processor event_out poly_after_touch note=60 value=3
        8.005 ms processor event_out program_change program=5
        9.002 ms processor #9 event_out trigger_pad pad=8
        9.002 ms processor #9 event_out pitch_bend bend=0.5
        9.002 ms processor #9 event_out after_touch value=3
        9.002 ms processor #9 event_out pitch_bend bend=1
        9.002 ms processor #9 event_out after_touch value=4
        9.002 ms processor #9 event_out controller number=148 value=-8191
        10 ms processor #10 event_out note_off id=1 note=60 velocity=12",
    );
}

/// HALion semantics 3.1: `value` and `bend` of a pitch bend are one thing, the finer one `bend`.
#[test]
fn value_and_bend_follow_each_other() {
    check_events(
        "function onPitchBend(e) print(e.value, e.bend) e.value = 8191 print(e.value, e.bend) postEvent(e) e.bend = -0.25 print(e.value) postEvent(e) local c = clone(e) c.value = 0 postEvent(c) postEvent(e) end",
        "0 ms pitch_bend bend=0.5",
        "0 ms processor #2 event_out pitch_bend bend=1
        0 ms processor #2 event_out pitch_bend bend=-0.25
        0 ms processor #2 event_out pitch_bend bend=0
        0 ms processor #2 event_out pitch_bend bend=-0.25",
    );
}

/// HALion semantics 5.3, 5.17: an event that is built field by field; its kind decides which of them leave.
#[test]
fn events_are_built_field_by_field() {
    check_events(
        "function onNote() local e = Event(EventType.noteOn) e.note = 60 e.velocity = 1 e.tuning = -1 e.value = 5 e.data = { 1 } local id = postEvent(e)
          e.type = EventType.noteOff e.id = id postEvent(e)
          local d = Event(EventType.data) d.data = { 0xF0, 0xF7 } postEvent(d) local p = Event(EventType.programChange) p.value = 7 postEvent(p) end
        function onRelease() end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=2 note=60 velocity=1 tuning=-1
        0 ms processor #2 event_out note_off id=2 note=60 velocity=1 tuning=-1
        0 ms processor #2 event_out data bytes=f0f7
        0 ms processor #2 event_out program_change program=7",
    );
}

/// HALion semantics 5.17: what does not fit is an error when the event is posted, and says which field.
#[test]
fn wrong_fields_are_errors_when_posted() {
    let cases = [
        (
            "noteOn",
            "note = 128",
            "field 'note' is 128, expected 0 to 127",
        ),
        (
            "noteOn",
            "velocity = -1",
            "field 'velocity' is -1, expected 0 to 127",
        ),
        (
            "noteOn",
            "id = 0/0",
            "field 'id' is NaN, expected -1 to 1000000000000000",
        ),
        (
            "noteOff",
            "id = 1.5",
            "field 'id' is 1.5, expected a whole number",
        ),
        (
            "noteOff",
            "tuning = 1e9",
            "field 'tuning' is 1000000000, expected -120 to 120",
        ),
        (
            "noteOn",
            "note = 'C3'",
            "field 'note' is a string, expected a number",
        ),
        (
            "controller",
            "controller = 153",
            "field 'controller' is 153, expected 0 to 152",
        ),
        (
            "controller",
            "value = 1/0",
            "field 'value' is inf, expected 0 to 127",
        ),
        (
            "noteExpression",
            "value = 0.5",
            "field 'noteExpressionType' is 0, expected 1 to 11",
        ),
        ("data", "id = 1", "field 'data' must be an array of bytes"),
        (
            "data",
            "data = { 256 }",
            "field 'data' must be an array of bytes",
        ),
        (
            "data",
            "data = { 'x' }",
            "field 'data' must be an array of bytes",
        ),
        (
            "noteOn",
            "type = 8",
            "field 'type' is 8, expected a constant of EventType",
        ),
        (
            "noteOn",
            "type = 1.5",
            "field 'type' is 1.5, expected a constant of EventType",
        ),
    ];
    for (kind, field, expected) in cases {
        let script = format!(
            "function onInit() local e = Event(EventType.{kind}) e.{field} print(select(2, pcall(postEvent, e))) end"
        );
        check_prints(
            &script,
            "",
            &format!("0 ms processor #2 print bad argument #1 to 'postEvent' ({expected})"),
        );
    }
}

/// HALion semantics 3.1: an event knows the song position while the host plays.
#[test]
fn events_carry_the_song_position() {
    check_prints(
        "function onNote(e) print(e.ppqPosition) end function onRelease(e) print(e.ppqPosition) end",
        "0 ms note 60 500\n1000 ms transport playing=true at_beats=8\n1500 ms note 60 500",
        "0 ms processor #2 print 0
        500 ms processor #3 print 0
        1500 ms processor #4 print 9
        2000 ms processor #5 print 10",
    );
}

/// HALion semantics 5.2: a note that the script kept back keeps its id until it is posted, however late.
#[test]
fn a_note_can_be_posted_after_its_release() {
    check_prints(
        "local kept function onNote(e) kept = kept or e end function onRelease(e) wait(100) print(postEvent(kept), postEvent(kept)) end",
        "0 ms note 60 10\n1 ms note 61 500",
        "110 ms processor #4 print 1 3
        601.02 ms processor #5 print 4 5",
    );
}
