//! Chapter 4: suspension and context transfer.

use crate::support::*;

/// HALion semantics 4.11, 4.12, 4.13.
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
