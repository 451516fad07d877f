//! Chapter 9: the program tree, its elements and how a script changes them.

use crate::support::*;

/// A program with two layers; a scenario's `[program]`.
const ORCHESTRA: &str = r#"
[program]
name = "Orchestra"

[[program.layer]]
name = "Strings"
parameters = { Level = -6 }

[[program.layer.module]]
name = "Script"
script = true

[[program.layer.zone]]
name = "Low"
keys = [0, 59]
velocities = [1, 80]

[[program.layer.zone]]
name = "High"
keys = [60, 127]
parameters = { "Filter.Cutoff" = 5000 }

[[program.layer]]
name = "Brass"

[[program.layer.layer]]
name = "Mutes"

[[program.layer.layer.zone]]
name = "Mute"

[[program.bus]]
name = "Program-Bus"

[[program.bus.effect]]
name = "Dirt"
type = "Distortion"
"#;

#[track_caller]
fn check_in(program: &str, script: &str, expected: &str) {
    check_prints(script, program, expected);
}

/// The prints and changes of the tree.
#[track_caller]
fn check_changes(program: &str, script: &str, expected: &str) {
    let ran = run(script, program);
    let text: String = ran
        .text()
        .lines()
        .filter(|line| !line.contains(" task_"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    compare(&text, expected);
}

/// HALion semantics 9.1, HALion semantics 9.2, HALion semantics 9.3, HALion semantics 9.4.
#[test]
fn this_and_its_relatives() {
    check_prints(
        "print(type(this), type(this.parent), type(this.program), this.program.parent, this.level, this.program.level, this.parent.parent == this.program, this.name)
        print(this.type, type(this.id), this.id ~= this.parent.id, this.moduleType, type(this.program.instance), this.program.instance.level)
        print(this.program.assignedSlots[1].name, this.program.instance:getSlot(1) == this.program.assignedSlots[1], this.program.instance:getBus().name)",
        "",
        "0 ms controller #1 print MidiModule Layer Program nil 3 1 true Script
        0 ms controller #1 print MidiModule string true MIDI Script Instance 0
        0 ms controller #1 print Program true Master",
    );
}

/// HALion semantics 9.5, HALion semantics 9.6: searching.
#[test]
fn searching_the_tree() {
    check_in(
        ORCHESTRA,
        "local program = this.program
        local function names(list) local t = {} for i, e in ipairs(list) do t[i] = e.name end return table.concat(t, ',') end
        print(names(program:findZones()), '|', names(program:findZones(true)), '|', names(program:findChildren(true)))
        print(names(program:findZones(true, 'High')), names(program:findLayers(true, function(l) return l.level == 3 end)), #program:findMidiModules(true), names(program:findEffects(true)))
        print(program:getLayer().name, program:getLayer(2).name, program:getLayer('Mutes'), this.parent:getZone('High').name, this.parent:getZone(3), program:getLayer(-1), program:getChild(3).name)
        print(names(this.program.instance:findSlots()), names(this.program.instance:findSlots('x')), names(this.program.instance:findSlots(function() return true end)))",
        "0 ms controller #1 print  | Low,High,Mute | Strings,Script,Low,High,Brass,Mutes,Mute,Program-Bus,Dirt
        0 ms controller #1 print High Mutes 1 Dirt
        0 ms controller #1 print Strings Brass nil High nil nil Program-Bus
        0 ms controller #1 print Orchestra  Orchestra",
    );
}

/// HALion semantics 9.7, HALion semantics 9.9, HALion semantics 9.10: constructing, putting in, renaming; constructors are tables that can be called.
#[test]
fn building_a_layer() {
    check_changes(
        ORCHESTRA,
        "local layer = Layer() print(type(Layer), type(layer), layer.name == '', layer.parent, layer.program, layer.level)
        layer:setName('New') layer:appendZone(Zone()) layer:getZone():setName('Z')
        this.program:insertLayer(layer, 1)
        print(this.program:getLayer(1) == layer, layer.level, layer.program == this.program)
        this.program:removeLayer(layer) this.program:appendLayer(layer)
        print(this.program:getLayer(3).name)
        local effect = Effect('Reverb') print(effect.moduleType, effect.bypassMask)
        local bus = Bus() bus:appendEffect(effect) bus:insertEffect(Effect('Delay'), 1) print(bus:getEffect().moduleType, #bus:findEffects())
        this.program:getBus():removeEffect(1)",
        "0 ms controller #1 print table Layer true nil nil 0
        0 ms controller #1 element Layer \"\" renamed to \"New\"
        0 ms controller #1 element Zone \"\" appended to Layer \"New\"
        0 ms controller #1 element Zone \"\" renamed to \"Z\"
        0 ms controller #1 element Layer \"New\" put into Program \"Orchestra\" at position 1
        0 ms controller #1 print true 2 true
        0 ms controller #1 element Layer \"New\" removed from Program \"Orchestra\"
        0 ms controller #1 element Layer \"New\" appended to Program \"Orchestra\"
        0 ms controller #1 print New
        0 ms controller #1 print Reverb 0
        0 ms controller #1 element Effect \"\" appended to Bus \"\"
        0 ms controller #1 element Effect \"\" put into Bus \"\" at position 1
        0 ms controller #1 print Delay 2
        0 ms controller #1 element Effect \"Dirt\" removed from Bus \"Program-Bus\"",
    );
}

/// HALion semantics 9.8: one parent only, no circles, nothing where it does not belong.
#[test]
fn an_element_has_one_parent() {
    check_in(
        ORCHESTRA,
        "local brass = this.program:getLayer('Brass')
        print(pcall(this.parent.appendLayer, this.parent, brass))
        print(pcall(brass.appendLayer, brass, brass))
        this.program:removeLayer(brass) print(pcall(brass:getLayer().appendLayer, brass:getLayer(), brass))
        print(pcall(brass.appendLayer, brass, Program()))
        print(pcall(brass.appendLayer, brass, Zone()))
        print(pcall(brass.insertZone, brass, Zone(), 2)) print(pcall(brass.insertZone, brass, Zone(), 0))
        print(pcall(brass.removeLayer, brass, 7)) print(pcall(brass.removeZone, brass, Zone()))",
        "0 ms controller #1 print false bad argument #1 to 'appendLayer' (Layer \"Brass\" is in Program \"Orchestra\" already; remove it there first)
        0 ms controller #1 print false bad argument #1 to 'appendLayer' (Layer \"Brass\" cannot contain itself)
        0 ms controller #1 print false bad argument #1 to 'appendLayer' (Layer \"Brass\" cannot contain itself)
        0 ms controller #1 print false bad argument #1 to 'appendLayer' (a Layer cannot contain a Program)
        0 ms controller #1 print false bad argument #1 to 'appendLayer' (Layer expected, got Zone)
        0 ms controller #1 print false bad argument #2 to 'insertZone' (position 1 to 1 expected, got 2)
        0 ms controller #1 print false bad argument #2 to 'insertZone' (position from 1 expected, got 0)
        0 ms controller #1 print false bad argument #1 to 'removeLayer' (Layer \"Brass\" has no Layer at position 7)
        0 ms controller #1 print false bad argument #1 to 'removeZone' (Zone \"\" is not in Layer \"Brass\")",
    );
}

/// HALion semantics 9.7: the Processor reads the tree and does not change it.
#[test]
fn the_processor_only_reads() {
    let text = run(
        "function onNote(event)
          print(this.program:getLayer().name)
          print(pcall(Layer)) print(pcall(clone, this.parent)) print(pcall(this.setName, this, 'x'))
          print(pcall(loadPreset, 'x'))
        end",
        &format!("0 ms note 60 1\n{ORCHESTRA}"),
    )
    .prints();
    for name in ["Layer", "clone", "setName", "loadPreset"] {
        let message = format!("Function HALion::{name} is not available in the Processor context.");
        assert!(text.contains(&message), "{text}");
    }
    assert!(text.contains("print Strings"), "{text}");
}

/// HALion semantics 9.7: a clone is a detached copy with everything in it; a clone of the script module does not run.
#[test]
fn clones_are_copies() {
    check_in(
        ORCHESTRA,
        "local copy = clone(this.parent) print(type(copy), copy.name, copy.parent, #copy:findZones(), copy == this.parent, copy:getParameter('Level'))
        copy:getZone():setName('Changed') copy:setParameter('Level', 0) print(this.parent:getZone().name, this.parent:getParameter('Level'))
        local module = clone(this) print(module == this, module.moduleType)
        print(pcall(clone, this.program.instance)) print(pcall(clone, {}))",
        "0 ms controller #1 print Layer Strings nil 2 false -6
        0 ms controller #1 print Low -6
        0 ms controller #1 print false MIDI Script
        0 ms controller #1 print false bad argument #1 to 'clone' (Bus, Effect, Event, Layer, MidiModule, Program or Zone expected, got Instance)
        0 ms controller #1 print false bad argument #1 to 'clone' (Event or element expected, got table)",
    );
}

/// HALion semantics 2.11: a script module that removes itself ends with its task.
#[test]
fn a_module_that_removes_itself() {
    check(
        "function onNote(event) postEvent(event) runAsync(function() this:removeFromParent() print('still here', this.parent) end) end",
        "0 ms note 60 1\n20 ms note 62 1",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 task_end
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor #2 task_start onNote
        0 ms processor #2 event_out note_on id=1 note=60 velocity=100
        0 ms processor #2 suspend runAsync
        1.02 ms processor event_in note_off id=1 note=60 velocity=0
        1.02 ms processor event_out note_off id=1 note=60 velocity=0
        11.61 ms controller #3 task_start <anonymous> (from #2)
        11.61 ms controller #3 element MidiModule \"Script\" removed from Layer \"Layer\"
        11.61 ms controller #3 print still here nil
        11.61 ms controller #3 task_end
        20 ms processor event_in note_on id=2 note=62 velocity=100
        20 ms processor event_out note_on id=2 note=62 velocity=100
        21.02 ms processor event_in note_off id=2 note=62 velocity=0
        21.02 ms processor event_out note_off id=2 note=62 velocity=0",
    );
}

/// HALion semantics 9.14: a protected layer and everything in it is invisible without its password.
#[test]
fn protected_layers() {
    check_in(
        "[program]
        [[program.layer]]
        name = \"Secret\"
        password = \"abc123\"
        [[program.layer.zone]]
        name = \"Hidden\"",
        "print(#this.program:findLayers(), #this.program:findZones(true), this.program:getLayer())
        addLayerPassword('wrong') print(#this.program:findChildren(true))
        addLayerPassword('abc123') print(#this.program:findLayers(), this.program:findZones(true)[1].name)",
        "0 ms controller #1 print 0 0 nil
        0 ms controller #1 print 0
        0 ms controller #1 print 1 Hidden",
    );
}

/// HALion semantics 9.14: the parameters of a locked layer are hidden even from a script inside.
#[test]
fn a_script_inside_a_protected_layer() {
    check_in(
        "[program]
        [[program.layer]]
        name = \"Secret\"
        password = \"abc123\"
        [[program.layer.module]]
        script = true",
        "print(this.parent.name, this.parent:getParameter('Level'), #this.parent.parameterDefinitions, this.parent:getMidiModule())
        addLayerPassword('abc123') print(this.parent:getParameter('Level'), this.parent:getMidiModule() == this)",
        "0 ms controller #1 print Secret nil 0 nil
        0 ms controller #1 print 0 true",
    );
}

/// HALion semantics 9.17: ranges and bypass masks are assignable, on the Controller only.
#[test]
fn assignable_fields_belong_to_the_controller() {
    check_changes(
        ORCHESTRA,
        "local zone = this.parent:getZone('High') zone.keyLow = 48 zone.velHigh = 100 print(zone.keyLow, zone.keyHigh, zone.velLow, zone.velHigh, zone:getParameter('LowKey'))
        zone:setParameter('HighKey', 40) print(zone.keyLow, zone.keyHigh)
        local bus = this.program:getBus() bus.bypassMask = BypassMask.bypassInserts + BypassMask.bypassAux print(bus.bypassMask, bus.isAuxBus, bus.auxNumber, bus.numChannels, bus.active)
        print(pcall(function() zone.keyLow = 200 end)) print(pcall(function() zone.keyLow = 'x' end)) print(pcall(function() bus.bypassMask = 1 end)) print(pcall(function() zone.name = 'x' end)) print(pcall(function() zone.foo = 1 end))",
        "0 ms controller #1 element_parameter Zone \"High\" keyLow = 48 (assignment)
        0 ms controller #1 element_parameter Zone \"High\" velHigh = 100 (assignment)
        0 ms controller #1 print 48 127 1 100 48
        0 ms controller #1 element_parameter Zone \"High\" HighKey = 40 (setParameter)
        0 ms controller #1 print 40 40
        0 ms controller #1 element_parameter Bus \"Program-Bus\" bypassMask = 6 (assignment)
        0 ms controller #1 print 6 false 0 2 true
        0 ms controller #1 print false script.lua:4: field 'keyLow': a whole number from 0 to 127 expected, got 200
        0 ms controller #1 print false script.lua:4: field 'keyLow': number expected, got string
        0 ms controller #1 print false script.lua:4: field 'bypassMask': a sum of BypassMask constants, 0, 2, 4 or 6, expected, got 1
        0 ms controller #1 print false script.lua:4: Zone.name is read-only
        0 ms controller #1 print false script.lua:4: Zone has no field 'foo'",
    );
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

/// HALion semantics 6.13, HALion semantics 6.14: parameters by name and id, with definitions; a missing one reads as nil and is not set.
#[test]
fn parameters_of_elements() {
    check_changes(
        ORCHESTRA,
        "local layer = this.parent local id = layer:getParameterDefinition('Level').id
        print(id, layer:getParameter('Level'), layer:getParameter(id), layer:getParameterNormalized('Level'), layer:hasParameter('level'), layer:hasParameter(38))
        layer:setParameter(id, 3) layer:setParameter('Level', 99) layer:setParameter('Level', 99) layer:setParameter('Nothing', 1) layer:setParameterNormalized('Level', 0)
        print(layer:getParameter('Nothing'), layer:getParameterDefinition('Nothing'), layer:getParameterNormalized('Nothing'))
        local d = layer:getParameterDefinition('Level') print(d.name, d.longName, d.type, d.default, d.min, d.max, d.unit, d.readOnly, d.writeAlways, d.automatable, d.persistent, d:getDisplayString(-2.471))
        local zone = this.parent:getZone('High') print(zone:getParameter('Filter.Cutoff'), zone:hasParameter('LFO 1.Shape'), zone:hasParameter('lfo 1.shape'), zone:getParameterDefinition('LFO 1.WaveForm'):getDisplayString(2))
        zone:setParameterNormalized('SampleOsc.Filename', 'x') zone:setParameter('SampleOsc.Filename', 'C3.wav') print(zone:getParameterNormalized('SampleOsc.Filename'), #zone.parameterDefinitions == zone.numParams)
        print(pcall(zone.setParameter, zone, 'Filter.Cutoff', {})) print(pcall(function() d.min = 1 end))",
        "0 ms controller #1 print 38 -6 -6 0.83333333333333 false true
        0 ms controller #1 element_parameter Layer \"Strings\" Level = 3 (setParameter)
        0 ms controller #1 element_parameter Layer \"Strings\" Level = 12 (setParameter)
        0 ms controller #1 element_parameter Layer \"Strings\" Level = -96 (setParameter)
        0 ms controller #1 print nil nil nil
        0 ms controller #1 print Level Level float 0 -96 12 dB false false true true -2.47 dB
        0 ms controller #1 print 5000 true false Saw
        0 ms controller #1 element_parameter Zone \"High\" SampleOsc.Filename = \"C3.wav\" (setParameter)
        0 ms controller #1 print C3.wav true
        0 ms controller #1 print false bad argument #2 to 'setParameter' (float expected for \"Filter.Cutoff\", got table)
        0 ms controller #1 print false script.lua:8: ParameterDefinition.min is read-only",
    );
}
