//! Chapter 4: suspension and context transfer.

use crate::support::*;

/// HALion semantics 4.1: the Processor goes on at the first sample at or after the due time.
#[test]
fn wait_resumes_at_the_sample_in_the_processor() {
    check_prints(
        "function onNote() local t = getTime() wait(10) print(getTime() - t) wait(0.01) print(getProcessedSamples()) end",
        "0 ms note 60 1",
        "10 ms processor #2 print 10
        10.023 ms processor #2 print 442",
    );
}

/// HALion semantics 4.1: only the calling task pauses, and `wait` has no results.
#[test]
fn wait_pauses_only_its_task() {
    check_prints(
        "function onNote(e) print(e.note, 'on', (wait(5))) print(e.note, 'done') end",
        "0 ms note 60 1\n2 ms note 61 1",
        "5.011 ms processor #2 print 60 on nil
        5.011 ms processor #2 print 60 done
        7.029 ms processor #3 print 61 on nil
        7.029 ms processor #3 print 61 done",
    );
}

/// HALion semantics 4.1, 12.1: the Controller goes on at the next tick of 20 ms, between blocks.
#[test]
fn wait_in_the_controller_is_coarser() {
    check_prints(
        "function onLoadIntoSlot() wait(5) print('a') wait(20) print('b') end",
        "",
        "23.22 ms controller #2 print a
        60.952 ms controller #2 print b"
            .replace("60.952", "69.66")
            .as_str(),
    );
}

/// HALion semantics 4.2: durations that are not positive end with the next block or tick.
#[test]
fn wait_without_a_duration_ends_with_the_block() {
    check_prints(
        "function onNote() wait(0) print('a') wait(-1) print('b') wait(0/0) print('c') end",
        "0 ms note 60 1",
        "11.61 ms processor #2 print a
        23.22 ms processor #2 print b
        34.83 ms processor #2 print c",
    );
}

/// HALion semantics 4.3: the due time is fixed at the call.
#[test]
fn wait_beat_ignores_later_tempo_changes() {
    check_prints(
        "function onNote() waitBeat(0.5) print('a') waitBeat(0.5) print('b') end",
        "0 ms note 60 1\n100 ms tempo bpm=60",
        "250 ms processor #2 print a
        750 ms processor #2 print b",
    );
}

/// HALion semantics 4.4: global statements cannot wait.
#[test]
fn global_statements_cannot_wait() {
    check_prints(
        "wait(10)",
        "",
        "0 ms controller #1 error script.lua: 1: attempt to yield from outside a coroutine: wait(10)",
    );
}

/// HALion semantics 4.6: waiting works across `pcall`, `xpcall`, metamethods and iterators.
#[test]
fn wait_works_across_pcall_and_metamethods() {
    check_prints(
        "local object = setmetatable({}, { __index = function(_, k) wait(1) return k end, __add = function() wait(1) return 'sum' end })
        function onNote()
          print(pcall(function() wait(1) return 'p' end))
          print(xpcall(function(x) wait(1) error(x, 0) end, function(m) return m .. '!' end, 'x'))
          print(object.field, object + 1)
          for v in function(_, i) wait(1) if not i then return 'it' end end do print(v) end
        end",
        "0 ms note 60 1",
        "1.02 ms processor #2 print true p
        2.041 ms processor #2 print false x!
        4.082 ms processor #2 print field sum
        5.102 ms processor #2 print it",
    );
}

/// HALion semantics 4.6: across `table.sort`, `string.gsub`, find filters and the bodies of modules it does not.
#[test]
fn wait_fails_across_c_boundaries() {
    let script = "function onLoadIntoSlot()
          print(pcall(table.sort, { 2, 1 }, function() wait(1) end))
          print(pcall(string.gsub, 'a', 'a', function() wait(1) end))
          print(pcall(require, 'waits'))
          print(pcall(function() return this.parent:findZones(true, function() wait(1) end) end))
        end";
    let error = "attempt to yield across a C-call boundary";
    let expected = format!("0 ms controller #2 print false {error}\n").repeat(4);
    compare(
        &run_with(script, "", &[("waits", "wait(1)")]).prints(),
        &expected,
    );
}

/// HALion semantics 4.7: ends with the note-off of this very note.
#[test]
fn wait_for_release_waits_for_its_own_note() {
    check_prints(
        "function onNote(e) waitForRelease() print('released', e.id) waitForRelease() print('at once') end",
        "0 ms note 60 10\n5 ms note 60 20",
        "10 ms processor #2 print released 1
        10 ms processor #2 print at once
        25.011 ms processor #3 print released 2
        25.011 ms processor #3 print at once",
    );
}

/// HALion semantics 4.7: the sustain pedal holds the note.
#[test]
fn wait_for_release_waits_for_the_pedal() {
    check_prints(
        "function onNote(e) waitForRelease() print('released') end",
        "0 ms controller number=64 value=127
        1 ms note 60 10
        50 ms controller number=64 value=0",
        "50 ms processor #2 print released",
    );
}

/// HALion semantics 4.8: `onRelease` comes first; spawned tasks inherit the note; elsewhere it is an error.
#[test]
fn wait_for_release_elsewhere() {
    check_prints(
        "function onNote(e) spawn(function() waitForRelease() print('spawned') end) waitForRelease() print('waiter') end
        function onRelease() print('onRelease') end
        function onController() waitForRelease() end",
        "0 ms note 60 10\n20 ms controller number=1 value=1",
        "10 ms processor #4 print onRelease
        10 ms processor #2 print waiter
        10 ms processor #3 print spawned
        20 ms processor #5 error onController: 3: waitForRelease can only be called in onNote:         function onController() waitForRelease() end",
    );
}

/// HALion semantics 4.9: starts when the spawner suspends or ends, at the same instant, first in first out; no results.
#[test]
fn spawn_starts_when_the_spawner_pauses() {
    check_prints(
        "local function say(...) print(getContext(), ...) end
        function onNote() print(spawn(say, 'a', 1)) spawn(say, 'b') print('first') wait(1) print('last') end",
        "0 ms note 60 1",
        "0 ms processor #2 print
        0 ms processor #2 print first
        0 ms processor #3 print Processor a 1
        0 ms processor #4 print Processor b
        1.02 ms processor #2 print last",
    );
}

/// HALion semantics 4.9, 4.10: an error kills only the spawned task, which outlives its creator.
#[test]
fn a_spawned_task_stands_alone() {
    check_prints(
        "function onNote() spawn(function() wait(5) print('late') end) spawn(function() error('bad', 0) end) print('end') end",
        "0 ms note 60 1",
        "0 ms processor #2 print end
        0 ms processor #4 error ?: 1: bad: function onNote() spawn(function() wait(5) print('late') end) spawn(function() error('bad', 0) end) print('end') end
        5.011 ms processor #3 print late",
    );
}

/// HALion semantics 4.11, 4.13: the function runs at the next Controller step, the caller goes on in the block after it.
#[test]
fn run_async_holds_the_caller_until_the_next_block() {
    check(
        "function notify(note) print(getContext(), note) end
        function onNote(event)
          runAsync(notify, event.note)
          print(getContext())
        end",
        "0 ms note 60 5",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 task_end
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor #2 task_start onNote
        0 ms processor #2 suspend runAsync
        5.011 ms processor event_in note_off id=1 note=60 velocity=0
        5.011 ms processor event_out note_off id=1 note=60 velocity=0
        11.61 ms controller #3 task_start notify (from #2)
        11.61 ms controller #3 print Controller 60
        11.61 ms controller #3 task_end
        11.61 ms processor #2 resume
        11.61 ms processor #2 print Processor
        11.61 ms processor #2 task_end",
    );
}

/// HALion semantics 4.12: no results; an error is the Controller's, and the caller goes on; a wait keeps the caller on hold.
#[test]
fn run_async_gives_nothing_back() {
    check_prints(
        "function bad() error('bad', 0) end
        function slow() wait(30) return 1 end
        function onNote() print(runAsync(bad)) print(runAsync(slow)) end",
        "0 ms note 60 1",
        "11.61 ms controller #3 error bad: 1: bad: function bad() error('bad', 0) end
        11.61 ms processor #2 print
        69.66 ms processor #2 print",
    );
}

/// HALion semantics 4.13: several at once queue up, one started for each Controller step.
#[test]
fn run_async_queues() {
    check_prints(
        "function onNote(e) runAsync(function() print(e.note) end) end",
        "0 ms note 60 1\n0 ms note 61 1\n0 ms note 62 1",
        "11.61 ms controller #5 print 60
        23.22 ms controller #6 print 61
        34.83 ms controller #7 print 62",
    );
}

/// HALion semantics 4.14: runs in the next block, the caller goes on; without id every call is kept.
#[test]
fn run_sync_runs_in_the_next_block() {
    check_prints(
        "function say2() print('second') end
        function onLoadIntoSlot() wait(20) runSync(say2) runSync(say2) print('goes on') end",
        "",
        "23.22 ms controller #2 print goes on
        23.22 ms processor #3 print second
        23.22 ms processor #4 print second",
    );
}

/// HALion semantics 4.14, 4.15: a pending function of the same id is replaced, and the new one takes the last place.
#[test]
fn run_sync_replaces_by_id() {
    check_prints(
        "local function say(text) return function() print(text) end end
        runSync(say('a1'), 'a') runSync(say('b'), 2) runSync(say('a2'), 'a') runSync(say('c'))",
        "",
        "0 ms processor #2 print b
        0 ms processor #3 print a2
        0 ms processor #4 print c",
    );
}

/// HALion semantics 4.16: the body may wait.
#[test]
fn run_sync_may_wait() {
    check_prints(
        "runSync(function() wait(10) print('done', getContext()) end)",
        "",
        "10 ms processor #2 print done Processor",
    );
}

/// HALion semantics 4.17.
#[test]
fn run_async_and_run_sync_belong_to_one_thread_each() {
    let text = run("runAsync(print)", "").prints()
        + &run("function onInit() runSync(print) end", "").prints();
    assert!(
        text.contains("Function HALion::runAsync is not available in the Controller context."),
        "{text}"
    );
    assert!(
        text.contains("Function HALion::runSync is not available in the Processor context."),
        "{text}"
    );
}

/// HALion semantics 4.18: the defaults, readable and settable for each thread.
#[test]
fn time_outs_can_be_read_and_set() {
    check_prints(
        "setScriptExecTimeOut(100) print(getScriptExecTimeOut()) function onInit() print(getScriptExecTimeOut()) end",
        "",
        "0 ms controller #1 print 100
        0 ms processor #2 print 1000",
    );
}

/// HALion semantics 4.18, 4.19: too long a stretch ends the script, `pcall` or not; events pass through from then on.
#[test]
fn an_endless_loop_ends_the_script() {
    check(
        "function onNote() setScriptExecTimeOut(1) while true do pcall(function() while true do end end) end end",
        "0 ms note 60 5\n10 ms note 61 5",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 task_end
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor #2 task_start onNote
        0 ms processor #2 error onNote: 1: Script time out: function onNote() setScriptExecTimeOut(1) while true do pcall(function() while true do end end) end end
        5.011 ms processor event_in note_off id=1 note=60 velocity=0
        5.011 ms processor event_out note_off id=1 note=60 velocity=0
        10 ms processor event_in note_on id=2 note=61 velocity=100
        10 ms processor event_out note_on id=2 note=61 velocity=100
        15.011 ms processor event_in note_off id=2 note=61 velocity=0
        15.011 ms processor event_out note_off id=2 note=61 velocity=0",
    );
}

/// HALion semantics 4.19: suspended time does not count.
#[test]
fn waiting_does_not_use_up_the_time_out() {
    let script = "function onNote() setScriptExecTimeOut(1) for i = 1, 20 do for j = 1, 5000 do end wait(1) end print('done') end";
    let text = run(script, "0 ms note 60 1").prints();
    assert!(text.contains("done"), "{text}");
}

/// HALion semantics 4.18: tasks that spawn each other for ever at one instant are an endless loop too.
#[test]
fn endless_spawning_ends_the_script() {
    let ran = run("function onNote() spawn(onNote) end", "0 ms note 60 1");
    let last = ran
        .records
        .iter()
        .rev()
        .find(|record| record.kind.name() == "error")
        .unwrap();
    assert!(last.to_string().contains("Script time out"), "{last}");
    assert_eq!(ran.outcome.n_errors, 1);
}
