//! Chapter 12: what happens in which order within one audio block and one Controller step.

use crate::support::*;

/// HALion semantics 12.2: runSync, callers of runAsync, then by sample events, due tasks, modulation, note-offs and fades; the
/// voices are counted last.
#[test]
fn one_block_in_its_order() {
    // Sample 544 is in block 1 (512 to 1023) and a multiple of 32.
    let script = "function onInit() defineModulation('m', true) end
        function calcModulation() if getProcessedSamples() == 544 then print('c modulation') end return 0 end
        function onNote()
          local id = playNote(70, 1, 0) fade(id, nil, 0, 12.33, true) playNote(71, 1, 12.33)
          spawn(function() wait(12.33) print('c task') end)
          runAsync(function() runSync(function() print('a runSync') end) print('controller') end)
          print('b runAsync') wait(12) print('next block', getUsedVoices())
        end
        function onController() print('c event', getUsedVoices()) end
        function onRelease() end";
    let ran = run(
        script,
        "0 ms note_on note=60 velocity=1\n12.33 ms controller number=1 value=1",
    );
    compare(
        &ran.voices(),
        "0 ms processor #3 event_out note_on id=2 note=70 velocity=1
        0 ms processor #3 event_out fade id=2 from=1 to=0 ramp_ms=12.33 kill=true
        0 ms processor #3 event_out note_on id=3 note=71 velocity=1
        11.61 ms controller #6 print controller
        11.61 ms processor #7 print a runSync
        11.61 ms processor #3 print b runAsync
        12.336 ms processor #8 print c event 2
        12.336 ms processor #4 print c task
        12.336 ms processor #5 print c modulation
        12.336 ms processor ramp_end fade id=2 value=0
        12.336 ms processor voices_cut id=2 (fade)
        12.336 ms processor event_out note_off id=3 note=71 velocity=0
        23.628 ms processor #3 print next block 1",
    );
}

/// HALion semantics 12.3: runAsync bodies, change callbacks, due tasks, background work; `onIdle` in a step without them.
#[test]
fn one_controller_step_in_its_order() {
    let script = "defineParameter('p', nil, 0, function() print('b change callback') end)
        function onLoadIntoSlot()
          loadPresetAsync('missing.vstpreset', function() print('d background') end)
          spawn(function() wait(1) print('c task') end)
        end
        function onIdle() print('e idle') end
        function onNote()
          this:setParameter('p', 1)
          runAsync(function() print('a runAsync') end)
        end";
    check_prints(
        script,
        "15 ms note 60 45",
        "23.22 ms controller #5 print a runAsync
        23.22 ms controller #6 print b change callback
        23.22 ms controller #3 print c task
        23.22 ms controller #7 print d background
        46.44 ms controller #8 print e idle",
    );
}

/// HALion semantics 12.1, 4.1: samples, blocks and ticks have the lengths that the scenario gives them.
#[test]
fn the_scenario_sets_the_clock() {
    check_prints(
        "function onNote() print(getSamplingRate()) runAsync(print, 'controller') print('next block') runAsync(wait, 1) print('after a tick') end",
        "sample_rate = 48000\nblock_size = 100\n0 ms note 60 1",
        "0 ms processor #2 print 48000
        2.083 ms controller #3 print controller
        2.083 ms processor #2 print next block
        20.833 ms processor #2 print after a tick",
    );
}

/// HALion semantics 3.2.8, 12.2: at one sample events come in the order of the scenario, then tasks by the time they were to wake
/// and by their creation.
#[test]
fn one_sample_in_its_order() {
    check_prints(
        "function onNote(e) print('note', e.note) wait(10) print('task', e.note) end function onRelease(e) print('release', e.note) end",
        "0 ms note 60 10\n0 ms note 61 20\n10 ms note 62 10",
        "0 ms processor #2 print note 60
        0 ms processor #3 print note 61
        10 ms processor #4 print release 60
        10 ms processor #5 print note 62
        10 ms processor #2 print task 60
        10 ms processor #3 print task 61
        20 ms processor #6 print release 61
        20 ms processor #7 print release 62
        20 ms processor #5 print task 62",
    );
}
