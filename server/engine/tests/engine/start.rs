//! Chapter 2: how a script starts.

use crate::support::*;

/// HALion semantics 2.1, 2.3: the order of start-up and the contexts.
#[test]
fn start_up_order() {
    check(
        "print('main') function onInit() print('onInit') end function onLoadIntoSlot() print('onLoadIntoSlot') end function onLoad() print('never') end
        runSync(function() print('runSync') end)",
        "",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 print main
        0 ms controller #1 task_end
        0 ms controller #2 task_start onLoadIntoSlot
        0 ms controller #2 print onLoadIntoSlot
        0 ms controller #2 task_end
        0 ms processor #3 task_start onInit
        0 ms processor #3 print onInit
        0 ms processor #3 task_end
        0 ms processor #4 task_start <anonymous> (from #1)
        0 ms processor #4 print runSync
        0 ms processor #4 task_end",
    );
}

/// HALion semantics 2.9: after an error in global statements no callback is defined and events pass.
#[test]
fn failed_global_statements_let_events_pass() {
    check(
        "function onNote() print('never') end error('bad')",
        "0 ms note 60 5",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 error script.lua: 1: bad: function onNote() print('never') end error('bad')
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor event_out note_on id=1 note=60 velocity=100
        5.011 ms processor event_in note_off id=1 note=60 velocity=0
        5.011 ms processor event_out note_off id=1 note=60 velocity=0",
    );
}

/// HALion semantics 2.9, 11.9: a syntax error has the shape of every error, and events pass.
#[test]
fn a_syntax_error_lets_events_pass() {
    let ran = run("local a = 1\nfunction onNote(\n  x = ", "0 ms note 60 5");
    compare(
        &ran.prints(),
        "0 ms controller error script.lua: 3: ')' expected near '=':   x = ",
    );
    assert!(ran.events_out().contains("event_out note_on"));
}
