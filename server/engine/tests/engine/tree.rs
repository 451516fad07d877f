//! Chapter 9: the program tree, as far as it is simulated.

use crate::support::*;

/// HALion semantics 9.2, 9.3, 9.4.
#[test]
fn this_and_its_relatives() {
    check_prints(
        "print(type(this), type(this.parent), type(this.program), this.program.parent, this.level, this.program.level, this.parent.parent == this.program, this.name)",
        "",
        "0 ms controller #1 print MidiModule Layer Program nil 3 1 true Script",
    );
}

/// HALion semantics 9.5, 9.6: searching.
#[test]
fn searching_the_tree() {
    check_prints(
        "local program = this.program
        print(#program:findZones(), #program:findZones(true), #program:findChildren(true), #program:findZones(true, 'none'), #program:findZones(true, function(z) return z.name == 'Zone' end))
        print(program:getLayer() == this.parent, this.parent:getZone(1).name, this.parent:getZone(2), this.parent:getZone('x'), type(program:getChild()))",
        "",
        "0 ms controller #1 print 0 1 3 0 1
        0 ms controller #1 print true Zone nil nil Layer",
    );
}

/// HALion semantics 9.7, 9.10: renaming and constructing.
#[test]
fn changing_the_tree() {
    check_prints(
        "this.parent:setName('New') print(this.parent.name) local layer = Layer() print(type(layer), layer.name == '', layer.parent)",
        "",
        "0 ms controller #1 print New
        0 ms controller #1 print Layer true nil",
    );
}

/// HALion semantics 9.17: fields are assignable on the Controller only.
#[test]
fn assignable_fields_belong_to_the_controller() {
    let text = run(
        "function onNote() this.parent:getZone().keyLow = 1 end",
        "0 ms note 60 1",
    )
    .prints();
    assert!(
        text.contains("Function HALion::keyLow is not available in the Processor context."),
        "{text}"
    );
}

/// HALion semantics 9.15: live tables, empty at first, the same at every call; the Processor may write them.
#[test]
fn key_properties_are_a_live_table() {
    check_prints(
        "local keys = getKeyProperties() print(next(keys), keys == getKeyProperties(), keys == getKeySwitches())
        function onNote(event) keys[event.note] = { color = 1 } runAsync(function() print(getKeyProperties()[60].color) end) end",
        "0 ms note 60 1",
        "0 ms controller #1 print nil true false
        11.61 ms controller #3 print 1",
    );
}
