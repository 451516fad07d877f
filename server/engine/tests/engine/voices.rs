//! Chapter 5: voices, their values over time, and how many there are.

use crate::support::*;

const KEEP: &str = "function onRelease() end\n";

#[track_caller]
fn check_voices(script: &str, inputs: &str, expected: &str) {
    compare(&run(&format!("{KEEP}{script}"), inputs).voices(), expected);
}

/// HALion semantics 5.10: volume, pan and tuning leave with start, target and ramp, and arrive.
#[test]
fn values_move_and_arrive() {
    check_voices(
        "function onNote(e) local id = postEvent(e) changeVolume(id, 0.5) changePan(id, -1, false, true) changeTune(id, 12, false, 100) changeVolume(99, 1) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 event_out change_volume id=1 from=1 to=0.5 ramp_ms=10
        0 ms processor #2 event_out change_pan id=1 from=0 to=-1
        0 ms processor #2 event_out change_tune id=1 from=0 to=12 ramp_ms=100
        10 ms processor ramp_end volume id=1 value=0.5
        100 ms processor ramp_end tune id=1 value=12",
    );
}

/// HALion semantics 5.10: relative values add to where the value is going, decibels multiply, and all stay in their range.
#[test]
fn relative_values_add() {
    check_voices(
        "function onNote(e) local id = postEvent(e)
          changeVolume(id, 0.25, true, 100) changeVolume(id, 0.25, true, true) changeVolumedB(id, -20, true, true) changeVolumedB(id, 0, false, true)
          changePan(id, 0.75, true, true) changePan(id, 0.75, true, true) changeTune(id, -100, true, true) changeTune(id, -100, true, true) changeVolume(id, -9, true, true) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 event_out change_volume id=1 from=1 to=1.25 ramp_ms=100
        0 ms processor #2 event_out change_volume id=1 from=1 to=1.5
        0 ms processor #2 event_out change_volume id=1 from=1.5 to=0.15000000000000002
        0 ms processor #2 event_out change_volume id=1 from=0.15000000000000002 to=1
        0 ms processor #2 event_out change_pan id=1 from=0 to=0.75
        0 ms processor #2 event_out change_pan id=1 from=0.75 to=1
        0 ms processor #2 event_out change_tune id=1 from=0 to=-100
        0 ms processor #2 event_out change_tune id=1 from=-100 to=-120
        0 ms processor #2 event_out change_volume id=1 from=1 to=0",
    );
}

/// HALion semantics 5.10: a note starts with what `playNote` gave it; a value on its way goes on from where it stands.
#[test]
fn a_ramp_goes_on_from_where_the_value_stands() {
    check_voices(
        "function onNote() local id = playNote(60, 1, 0, nil, 0.5, -0.5, 7) changeVolume(id, 1, false, 100) wait(50) changeVolume(id, 0, false, 10) changePan(id, 0, false, true) changeTune(id, 0, false, true) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=2 note=60 velocity=1 tuning=7 volume=0.5 pan=-0.5
        0 ms processor #2 event_out change_volume id=2 from=0.5 to=1 ramp_ms=100
        50 ms processor #2 event_out change_volume id=2 from=0.75 to=0 ramp_ms=10
        50 ms processor #2 event_out change_pan id=2 from=-0.5 to=0
        50 ms processor #2 event_out change_tune id=2 from=7 to=0
        60 ms processor ramp_end volume id=2 value=0",
    );
}

/// HALion semantics 5.11: note expression is -1 until it is set, moves as the other values do, and comes in from outside.
#[test]
fn note_expression_can_be_set_and_asked() {
    check_prints(
        "function onNote(e) local id = postEvent(e) local pan = NoteExpressionType.pan
          print(getNoteExpression(id, pan)) changeNoteExpression(id, pan, 1, false, 100) wait(50) print(getNoteExpression(id, pan)) wait(60) print(getNoteExpression(id, pan))
          changeNoteExpression(id, pan, 0.5, true, true) print(getNoteExpression(id, pan), getNoteExpression(99, pan), getNoteExpression(id, NoteExpressionType.custom8)) end
        function onRelease() end
        function onNoteExpression(e) print(e.id, e.noteExpressionType, e.value, getNoteExpression(e.id, e.noteExpressionType)) end",
        "0 ms note 60 500\n200 ms note_expression note=60 expression=4 value=0.25\n201 ms note_expression note=61 expression=4 value=0.25",
        "0 ms processor #2 print -1
        50 ms processor #2 print 0.5
        110 ms processor #2 print 1
        110 ms processor #2 print 1 -1 -1
        200 ms processor #3 print 1 4 0.25 0.25
        201.02 ms processor #4 print -1 4 0.25 -1",
    );
}

/// HALion semantics 3.2.5: note expression reaches the engine, posted or not, once.
#[test]
fn note_expression_always_passes() {
    check_events(
        "function onNoteExpression(e) if e.value == 0.5 then e.value = 1 postEvent(e) end end",
        "0 ms note_on note=60 velocity=1\n1 ms note_expression note=60 expression=1 value=0.25\n2 ms note_expression note=60 expression=1 value=0.5",
        "0 ms processor event_out note_on id=1 note=60 velocity=1
        1.02 ms processor event_out note_expression id=1 expression=1 value=0.25
        2.018 ms processor event_out note_expression id=1 expression=1 value=0.5
        2.018 ms processor #3 event_out note_expression id=1 expression=1 value=1",
    );
}

/// HALion semantics 5.12: a fade that kills ends the voices at its target; without voices nothing has an effect.
#[test]
fn a_fade_that_kills_ends_the_voices() {
    check_voices(
        "function onNote(e) local id = postEvent(e) fade(id, nil, 0, 100, true) wait(101) fade(id, 0, 1, 10) releaseVoice(id) changePan(id, 1) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 event_out fade id=1 from=1 to=0 ramp_ms=100 kill=true
        100 ms processor ramp_end fade id=1 value=0
        100 ms processor voices_cut id=1 (fade)",
    );
}

/// HALion semantics 5.12: without a start the time shrinks with the distance that is left; the fade before it is over, also one
/// that would have killed.
#[test]
fn a_fade_goes_on_from_the_running_one() {
    check_voices(
        "function onNote(e) local id = postEvent(e) fade(id, 0, 1, 100) wait(30) fade(id, nil, 0, 100, true) wait(10) fade(id, nil, 1, 100) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 event_out fade id=1 from=0 to=1 ramp_ms=100
        30 ms processor #2 event_out fade id=1 from=0.3 to=0 ramp_ms=30 kill=true
        40 ms processor #2 event_out fade id=1 from=0.2 to=1 ramp_ms=80
        120 ms processor ramp_end fade id=1 value=1",
    );
}

/// HALion semantics 5.12: no time or less is at once; a fade that is over leaves its value.
#[test]
fn a_fade_of_no_time_is_at_once() {
    check_voices(
        "function onNote(e) local id = postEvent(e) fade(id, 0, 0.5, 0) fade(id, nil, 0.25, -5) fade(id, nil, 0.25, 0/0) fade(id, nil, 0, 0, true) fade(id, nil, 1, 0) end",
        "0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 event_out fade id=1 from=0 to=0.5
        0 ms processor #2 event_out fade id=1 from=0.5 to=0.25
        0 ms processor #2 event_out fade id=1 from=0.25 to=0.25
        0 ms processor #2 event_out fade id=1 from=0.25 to=0 kill=true
        0 ms processor #2 voices_cut id=1 (fade)",
    );
}

/// HALion semantics 5.16: counts are those of the end of the last block.
#[test]
fn voices_are_counted_at_the_end_of_a_block() {
    check_prints(
        "local function count() print(getUsedVoices(), getUsedVoicesOfSlot(), getFreeVoices(), getVoices()) end
        function onNote() local id = playNote(60, 1, 0) playNote(61, 1, 0) count() wait(12) count() releaseVoice(id) wait(12) count() wait(110) count() end",
        "0 ms note 60 1",
        "0 ms processor #2 print 0 0 128 128
        12.018 ms processor #2 print 2 2 126 128
        24.036 ms processor #2 print 2 2 126 128
        134.036 ms processor #2 print 1 1 127 128",
    );
}

/// The oldest note makes room when there are no more voices; one that is released goes first.
#[test]
fn the_oldest_note_makes_room() {
    check_voices(
        "function onNote() local a, b = playNote(60, 1, 0), playNote(61, 1, 0) releaseVoice(b) playNote(62, 1, 0) playNote(63, 1, 0) end",
        "voices = 2\n0 ms note 60 1",
        "0 ms processor #2 event_out note_on id=2 note=60 velocity=1
        0 ms processor #2 event_out note_on id=3 note=61 velocity=1
        0 ms processor #2 event_out note_off id=3 note=61 velocity=0
        0 ms processor #2 voices_cut id=3 (stolen)
        0 ms processor #2 event_out note_on id=4 note=62 velocity=1
        0 ms processor #2 voices_cut id=2 (stolen)
        0 ms processor #2 event_out note_on id=5 note=63 velocity=1",
    );
}

/// HALion semantics 5.7: a note-off that is passed ends the note of its id; the voices decay, or wait for the pedal.
#[test]
fn the_pedal_holds_the_voices() {
    check_prints(
        "local function count(when) wait(12) print(when, getUsedVoices()) end
        function onNote(e) postEvent(e) count('held') end
        function onRelease(e) postEvent(e) wait(120) count('pedal') end
        function onController(e) postEvent(e) if e.value == 0 then wait(120) count('gone') end end",
        "0 ms controller number=64 value=127\n0 ms note 60 20\n200 ms controller number=64 value=0",
        "12.018 ms processor #3 print held 1
        152.018 ms processor #4 print pedal 1
        332.018 ms processor #5 print gone 0",
    );
}

/// HALion semantics 5.5: a layer or a zone can be named; others are refused.
#[test]
fn a_note_can_be_for_one_layer_or_zone() {
    check_prints(
        "function onNote() playNote(60, 1, 0, this.parent:getZone()) playNote(60, 1, 0, this.parent) playNote(60, 1, 0, nil)
          print(pcall(playNote, 60, 1, 0, this)) print(pcall(playNote, 60, 1, 0, 1)) wait(12) print(getUsedVoices()) end",
        "0 ms note 60 1",
        "0 ms processor #2 print false bad argument #4 to 'playNote' (Layer or Zone expected, got MidiModule)
        0 ms processor #2 print false bad argument #4 to 'playNote' (Layer or Zone expected, got number)
        12.018 ms processor #2 print 3",
    );
}

/// HALion semantics 5.9: switched off, the module ends the notes it was asked to, and lets all events pass.
#[test]
fn a_bypassed_module_owes_no_note_off() {
    check_events(
        "function onRelease(e) setBypassNoteOff(e.note) end function onController() end",
        "0 ms note 60 10\n1 ms note 61 10\n5 ms controller number=1 value=1\n100 ms bypass bypassed=true\n110 ms controller number=1 value=2\n120 ms bypass bypassed=false\n130 ms controller number=1 value=3",
        "0 ms processor event_out note_on id=1 note=60 velocity=100
        1.02 ms processor event_out note_on id=2 note=61 velocity=100
        100 ms processor event_out note_off id=1 note=60 velocity=0
        100 ms processor event_out note_off id=2 note=61 velocity=0
        110 ms processor event_out controller number=1 value=2",
    );
    check_events(
        "function onRelease(e) setBypassNoteOff(60) setBypassNoteOff(60, false) end",
        "0 ms note 60 10\n100 ms bypass bypassed=true",
        "0 ms processor event_out note_on id=1 note=60 velocity=100",
    );
}

/// HALion semantics 5.9: what the module owes is paid when it is removed, by the script or with the program.
#[test]
fn a_removed_module_owes_no_note_off() {
    let script = "function onRelease(e) setBypassNoteOff(e.note) runAsync(function() if e.note == 60 then this:removeFromParent() end end) end";
    check_events(
        script,
        "0 ms note 60 10",
        "0 ms processor event_out note_on id=1 note=60 velocity=100
        11.61 ms controller #3 event_out note_off id=1 note=60 velocity=0",
    );
    check_events(
        script,
        "0 ms note 61 10\n50 ms remove_from_slot slot=0",
        "0 ms processor event_out note_on id=1 note=61 velocity=100
        58.05 ms controller event_out note_off id=1 note=61 velocity=0",
    );
}

/// HALion semantics 3.1: with Mono and Retrigger a held key sounds again when a later one comes up.
#[test]
fn a_held_key_is_retriggered() {
    let inputs = "voice_mode = 'mono_retrigger'\n0 ms note 60 300\n100 ms note 64 100";
    check_voices(
        "function onRetrigger(e) print(e.type == EventType.noteRetrigger, e.id, e.note, e.velocity, getNoteDuration(60)) postEvent(e) wait(10) print(getNoteDuration(60)) releaseVoice(e.id) end
        function onRelease(e) postEvent(e) end",
        inputs,
        "0 ms processor event_out note_on id=1 note=60 velocity=100
        100 ms processor voices_cut id=1 (mono)
        100 ms processor event_out note_on id=2 note=64 velocity=100
        200 ms processor #2 event_out note_off id=2 note=64 velocity=0
        200 ms processor #3 print true 3 60 100 0
        200 ms processor #3 voices_cut id=2 (mono)
        200 ms processor #3 event_out note_retrigger id=3 note=60 velocity=100
        210 ms processor #3 print 10
        300 ms processor #4 event_out note_off id=1 note=60 velocity=0",
    );
    check_events(
        "function onUnhandledEvent() end",
        "voice_mode = 'mono'\n0 ms note 60 300\n100 ms note 64 100",
        "",
    );
}

/// HALion semantics 5.8, 5.10, 5.12: ids that no note has are without effect; values outside their range, NaN and infinities are
/// script errors that name the argument.
#[test]
fn strange_ids_and_values_are_survived() {
    let script = "local ids = { 0/0, 1/0, -1/0, -1, 0, 99, 1.5, 1e300, 2^53, -2^63 }
        local function try(...) local ok, why = pcall(...) if not ok then print(why) end end
        function onNote(e)
          postEvent(e)
          for _, id in ipairs(ids) do
            releaseVoice(id) fade(id, nil, 0, 10, true) changeVolume(id, 1) changeVolumedB(id, 1) changePan(id, 1) changeTune(id, 1)
            changeNoteExpression(id, 1, 1) assert(getNoteExpression(id, 1) == -1)
          end
          for _, value in ipairs{ 0/0, 1/0 } do
            try(fade, 1, value, 1, 1) try(changeVolume, 1, value) try(changePan, 1, value) try(changeNoteExpression, 1, value, 1) try(isKeyDown, value)
            try(playNote, value, 1) try(postEvent, e, value) try(getCC, value) try(playTriggerPad, value) try(setBypassNoteOff, value)
          end
          fade(1, nil, 1, 1/0) fade(1, nil, 1, 0/0) changePan(1, 0, false, 0/0) changePan(1, 0, false, -1/0) playNote(60, 1, 0/0) playNote(60, 1, -1/0)
        end
        function onRelease() end";
    let ran = run(script, "0 ms note 60 1");
    assert_eq!(ran.outcome.n_errors, 0, "{}", ran.prints());
    let refused = [
        "bad argument #2 to 'fade' (0 to 1 expected, got NaN)",
        "bad argument #2 to 'changeVolume' (finite number expected, got NaN)",
        "bad argument #2 to 'changePan' (-1 to 1 expected, got NaN)",
        "bad argument #2 to 'changeNoteExpression' (1 to 11 expected, got NaN)",
        "bad argument #1 to 'isKeyDown' (0 to 127 expected, got NaN)",
        "bad argument #1 to 'playNote' (0 to 127 expected, got NaN)",
        "bad argument #1 to 'getCC' (0 to 152 expected, got NaN)",
        "bad argument #1 to 'playTriggerPad' (1 to 8 expected, got NaN)",
        "bad argument #1 to 'setBypassNoteOff' (0 to 127 expected, got NaN)",
        "bad argument #2 to 'fade' (0 to 1 expected, got inf)",
        "bad argument #2 to 'changeVolume' (finite number expected, got inf)",
    ];
    let prints = ran.prints();
    for message in refused {
        assert!(prints.contains(message), "{message}\n{prints}");
    }
}

/// HALion semantics 5.5: a key held for long keeps no list of all the notes it has played, and each of them ends in its time.
#[test]
fn a_long_note_plays_many() {
    let ran = run(
        "function onNote() while isNoteHeld() do playNote(70, 1, 5) wait(6) end end function onRelease() end",
        "0 ms note 60 3000",
    );
    let lines = ran.events_out();
    let count = |what: &str| lines.lines().filter(|line| line.contains(what)).count();
    assert_eq!(count("note_on"), 500);
    assert_eq!(count("note_off"), 500);
}
