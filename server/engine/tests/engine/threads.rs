//! Chapter 1: the two contexts and the wrong-context error.

use crate::support::*;

/// HALion semantics 1.2, 1.7: the error names callback, line and function, and shows the source line untrimmed.
#[test]
fn a_controller_function_fails_on_the_processor() {
    check(
        "function onNote(event)\n  openURL(\"https://example.com\")\nend",
        "0 ms note 60 20",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 task_end
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor #2 task_start onNote
        0 ms processor #2 error onNote: 2: Function HALion::openURL is not available in the Processor context.:   openURL(\"https://example.com\")
        20 ms processor event_in note_off id=1 note=60 velocity=0
        20 ms processor event_out note_off id=1 note=60 velocity=0",
    );
}
