//! Chapter 7: slot locals.

use crate::support::*;

/// HALion semantics 7.2, 7.3: the Processor starts with a deep copy of what the Controller has; then they part.
#[test]
fn slot_locals_are_apart() {
    check_prints(
        "held = { 1 } defineSlotLocal('held') defineSlotLocal('later') later = 1
        function onLoadIntoSlot() held[1] = 2 end
        function onInit() print(held[1], later) held[1] = 3 later = 4 end
        function onNote() print(held[1], later) runAsync(function() print(held[1], later) end) end",
        "0 ms note 60 1",
        "0 ms processor #3 print 2 1
        0 ms processor #4 print 3 4
        11.61 ms controller #5 print 2 1",
    );
}
