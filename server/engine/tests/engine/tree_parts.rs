//! Chapter 9: quick controls, modulation rows, busses, tables of zones, programs and slots.

use crate::support::*;

/// Prints and changes of the tree, without the starts and ends of tasks.
#[track_caller]
fn check_changes(program: &str, script: &str, expected: &str) {
    let text: String = run(script, program)
        .text()
        .lines()
        .filter(|line| !line.contains(" task_"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    compare(&text, expected);
}

/// HALion semantics 9.7: quick controls; one method of the twelve is allowed on both threads (HALion semantics 1.8).
#[test]
fn quick_controls() {
    check_changes(
        "",
        "local layer, zone = this.parent, this.parent:getZone()
        layer:addQCAssignment(1, zone, 'Pitch.Octave', layer) layer:addQCAssignment(1, zone, 'Filter.Cutoff', this.program)
        print(layer:getNumQCAssignments(1), layer:getNumQCAssignments(11), layer:getQCAssignmentParamId(1, 1) == zone:getParameterDefinition('Pitch.Octave').id, layer:getQCAssignmentScope(1, 2) == this.program)
        print(layer:getQCAssignmentMin(1, 1), layer:getQCAssignmentMax(1, 1), layer:getQCAssignmentCurve(1, 1), layer:getQCAssignmentMode(1, 1) == QCAssignmentMode.absolute, layer:getQCAssignmentBypass(1, 1))
        layer:setQCAssignmentMin(1, 1, 10) layer:setQCAssignmentMax(1, 1, 90) layer:setQCAssignmentCurve(1, 1, -100) layer:setQCAssignmentMode(1, 1, QCAssignmentMode.switch) layer:setQCAssignmentBypass(1, 1, true) layer:setQCAssignmentScope(1, 1, zone) layer:setQCAssignmentParamId(1, 1, 65541)
        print(layer:getQCAssignmentMin(1, 1), layer:getQCAssignmentMax(1, 1), layer:getQCAssignmentCurve(1, 1), layer:getQCAssignmentMode(1, 1), layer:getQCAssignmentBypass(1, 1), layer:getQCAssignmentScope(1, 1).type, layer:getQCAssignmentParamId(1, 1))
        layer:removeQCAssignment(1, 1) print(layer:getNumQCAssignments(1), layer:getQCAssignmentScope(1, 1).type)
        print(pcall(layer.addQCAssignment, layer, 12, zone, 'Pitch.Octave', layer)) print(pcall(layer.addQCAssignment, layer, 1, zone, 'Nothing', layer)) print(pcall(layer.getQCAssignmentMin, layer, 1, 2)) print(pcall(layer.setQCAssignmentMin, layer, 1, 1, 101)) print(pcall(layer.setQCAssignmentMode, layer, 1, 1, 5))",
        "0 ms controller #1 element Layer \"Layer\" quick control 1 moves Zone \"Zone\" 327681
        0 ms controller #1 element Layer \"Layer\" quick control 1 moves Zone \"Zone\" 393217
        0 ms controller #1 print 2 0 true true
        0 ms controller #1 print 0 100 0 true false
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 changed
        0 ms controller #1 print 10 90 -100 3 true Zone 65541
        0 ms controller #1 element Layer \"Layer\" quick control 1, assignment 1 removed
        0 ms controller #1 print 1 Program
        0 ms controller #1 print false bad argument #1 to 'addQCAssignment' (1 to 11 expected, got 12)
        0 ms controller #1 print false bad argument #3 to 'addQCAssignment' (Zone \"Zone\" has no such parameter)
        0 ms controller #1 print false bad argument #2 to 'getQCAssignmentMin' (quick control 1 has 1 assignments, there is no number 2)
        0 ms controller #1 print false bad argument #3 to 'setQCAssignmentMin' (0 to 100 expected, got 101)
        0 ms controller #1 print false bad argument #3 to 'setQCAssignmentMode' (a constant of QCAssignmentMode expected, got 5)",
    );
    check_prints(
        "local layer = this.parent layer:addQCAssignment(1, layer, 'Level', layer)
        function onNote() print(layer:getQCAssignmentMode(1, 1)) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 1",
    );
}

/// HALion semantics 9.1: rows of the modulation matrix and what their sources need; `getSource1` is a Controller function as
/// its twin is (HALion semantics 1.8).
#[test]
fn modulation_rows() {
    check_prints(
        "local zone = this.parent:getZone() local row = zone:getModulationMatrixRow(32)
        print(type(row), row.rowNumber, row.zone == zone, row == zone:getModulationMatrixRow(32), row:getSource1())
        row:setSource1(ModulationSource.midiControl, 1) row:setSource2(ModulationSource.sampleAndHold, 0) print(row:getSource1()) print(row:getSource2())
        row:setSource1(ModulationSource.quickControl, this.program, 11) local s, layer, qc = row:getSource1() print(s, layer == this.program, qc)
        row:setSource1(ModulationSource.modulationModule, this, 2) print(select('#', row:getSource1()), select(2, row:getSource1()) == this)
        row:setSource1(ModulationSource.lfo1, 5, 5) print(row:getSource1())
        row:setParameter('Destination.Destination', ModulationDestination.cutoff) row:setParameter('Destination.Depth', 40) print(row:getParameter('Destination.Destination'), row:getParameterNormalized('Destination.Depth'))
        print(#zone:findChildren(true), pcall(zone.getModulationMatrixRow, zone, 33))
        print(pcall(row.setSource1, row, 42)) print(pcall(row.setSource1, row, ModulationSource.sampleAndHold, 1)) print(pcall(row.setSource1, row, ModulationSource.midiControl)) print(pcall(row.setSource1, row, ModulationSource.midiControl, 128)) print(pcall(row.setSource1, row, ModulationSource.quickControl, this, 1)) print(pcall(row.setSource1, row, ModulationSource.quickControl, this.program, 0))",
        "",
        "0 ms controller #1 print ModulationMatrixRow 32 true true 0
        0 ms controller #1 print 17 1
        0 ms controller #1 print 41 0
        0 ms controller #1 print 18 true 11
        0 ms controller #1 print 3 true
        0 ms controller #1 print 1
        0 ms controller #1 print 2 0.7
        0 ms controller #1 print 0 false bad argument #1 to 'getModulationMatrixRow' (1 to 32 expected, got 33)
        0 ms controller #1 print false bad argument #1 to 'setSource1' (a constant of ModulationSource expected, got 42)
        0 ms controller #1 print false bad argument #1 to 'setSource1' (sampleAndHold is a source for setSource2 only)
        0 ms controller #1 print false bad argument #2 to 'setSource1' (number expected, got no value)
        0 ms controller #1 print false bad argument #2 to 'setSource1' (0 to 127 expected, got 128)
        0 ms controller #1 print false bad argument #2 to 'setSource1' (Layer expected, got MidiModule)
        0 ms controller #1 print false bad argument #3 to 'setSource1' (1 to 11 expected, got 0)",
    );
}

/// Output busses: nil is the default routing; a bus sends only down the signal path.
#[test]
fn output_busses() {
    check_prints(
        "local layer, zone = this.parent, this.parent:getZone() local a, b = Bus(), Bus() a:setName('A') b:setName('B') layer:appendBus(a) layer:appendBus(b)
        print(zone:getOutputBus(), a:getOutputBus()) zone:setOutputBus(a) a:setOutputBus(b) print(zone:getOutputBus() == a, a:getOutputBus().name)
        print(pcall(b.setOutputBus, b, a)) print(pcall(a.setOutputBus, a, a)) print(pcall(a.setOutputBus, a, zone))
        zone:setOutputBus(this.program.instance:getBus(1)) print(zone:getOutputBus().name) zone:setOutputBus(nil) print(zone:getOutputBus())",
        "",
        "0 ms controller #1 print nil nil
        0 ms controller #1 print true B
        0 ms controller #1 print false bad argument #1 to 'setOutputBus' (Bus \"A\" comes before Bus \"B\")
        0 ms controller #1 print false bad argument #1 to 'setOutputBus' (Bus \"A\" cannot play into itself)
        0 ms controller #1 print false bad argument #1 to 'setOutputBus' (Bus expected, got Zone)
        0 ms controller #1 print Master
        0 ms controller #1 print nil",
    );
}

/// HALion semantics 9.16: envelope points are a copy to be changed and set back.
#[test]
fn envelope_points() {
    check_prints(
        "local zone = this.parent:getZone() local name = 'Amp Env.EnvelopePoints' local points = zone:getParameter(name)
        insertEnvelopePoint(points, 2, 0.5, 0.25, -1) insertEnvelopePoint(points, #points + 1, 0, 30, 1) removeEnvelopePoint(points, 1)
        print(#zone:getParameter(name), #points) zone:setParameter(name, points) points[1].level = 0
        local back = zone:getParameter(name) print(#back, back[1].level, back[1].duration, back[1].curve) zone:setParameter('Amp Env.SustainIndex', 2) print(zone:getParameter('Amp Env.SustainIndex'), zone:getParameterDefinition(name).type)
        print(pcall(insertEnvelopePoint, points, 99, 0, 0, 0)) print(pcall(insertEnvelopePoint, points, 1, 2, 0, 0)) print(pcall(removeEnvelopePoint, points, 0)) print(pcall(removeEnvelopePoint, {}, 1)) print(pcall(insertEnvelopePoint, 1))
        function onNote() insertEnvelopePoint(points, 1, 0, 0, 0) print(#points) end",
        "0 ms note 60 1",
        "0 ms controller #1 print 4 5
        0 ms controller #1 print 5 0.5 0.25 -1
        0 ms controller #1 print 2 envelope
        0 ms controller #1 print false bad argument #2 to 'insertEnvelopePoint' (1 to 6 expected, got 99)
        0 ms controller #1 print false bad argument #3 to 'insertEnvelopePoint' (-1 to 1 expected, got 2)
        0 ms controller #1 print false bad argument #2 to 'removeEnvelopePoint' (1 to 5 expected, got 0)
        0 ms controller #1 print false bad argument #2 to 'removeEnvelopePoint' (there are no points)
        0 ms controller #1 print false bad argument #1 to 'insertEnvelopePoint' (table expected, got number)
        0 ms processor #2 print 6",
    );
}

/// HALion semantics 9.16: voice groups, alternations and wavetables keep their structure.
#[test]
fn tables_that_keep_their_structure() {
    check_prints(
        "local layer = this.parent layer:setParameter('VoiceManager.VoiceGroups', true) local groups = layer:getParameter('VoiceManager.VoiceGroupsData') print(#groups, groups[128].maxPolyphony)
        groups[1].maxPolyphony = 4 groups[1].stealMode = StealMode.lowNotePriority layer:setParameter('VoiceManager.VoiceGroupsData', groups) print(layer:getParameter('VoiceManager.VoiceGroupsData')[1].maxPolyphony)
        groups[1].maxPolyphony = 0 print(pcall(layer.setParameter, layer, 'VoiceManager.VoiceGroupsData', groups)) groups[128] = nil print(pcall(layer.setParameter, layer, 'VoiceManager.VoiceGroupsData', groups))
        layer:appendMidiModule(MidiModule('Layer Alternate')) local module = layer:getMidiModule('') local data = module:getParameter('AlternateData')
        data[#data + 1] = { keyswitch = 24, layer = layer } module:setParameter('AlternateData', data) print(module:getParameter('AlternateData')[1].layer == layer)
        data[1].layer = 'x' print(pcall(module.setParameter, module, 'AlternateData', data))
        local zone = layer:getZone() print(zone:getWavetable(1), pcall(zone.getWavetable, zone, 3))
        print(pcall(zone.setWavetable, zone, 1, {})) print(pcall(zone.setWavetable, zone, 1, { x = 1 }))
        setZoneFMXAlgo(zone, 88) print(pcall(setZoneFMXAlgo, zone, 89)) print(pcall(setZoneFMXAlgo, layer, 1))",
        "",
        "0 ms controller #1 print 128 128
        0 ms controller #1 print 4
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"VoiceManager.VoiceGroupsData\"[1].maxPolyphony is 0, but must be 1 to 128)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"VoiceManager.VoiceGroupsData\" must keep its 128 entries, got 127)
        0 ms controller #1 print true
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"AlternateData\"[1].layer: Layer expected, got string)
        0 ms controller #1 print nil false bad argument #1 to 'getWavetable' (1 to 2 expected, got 3)
        0 ms controller #1 print false bad argument #2 to 'setWavetable' (wavetable.normalizeMode is missing)
        0 ms controller #1 print false bad argument #2 to 'setWavetable' (wavetable.x is no field of Wavetable)
        0 ms controller #1 print false bad argument #2 to 'setZoneFMXAlgo' (1 to 88 expected, got 89)
        0 ms controller #1 print false bad argument #1 to 'setZoneFMXAlgo' (Zone expected, got Layer)",
    );
}

/// HALion semantics 9.16: a wavetable of the scenario can be read, changed and set for the other oscillator.
#[test]
fn wavetables() {
    let wave = "{ averageMode = 0, channelMode = 0, peakSensitivity = 0, samplePos = 0, cropping = 0, filename = \"a.wav\", winCrossfade = 0, noiseSmoothing = 0, winMode = 0, winType = 0, curve = 0, linkEnvelope = false, time = 1, enableNoiseSmoothing = false, spectrum = [], fundamental = [20], winSize = [512], wave = [[0, 0.5, -0.5]] }";
    check_prints(
        "local zone = this.parent:getZone() local t = zone:getWavetable(1) print(#t, t.phaseMode, t[1].filename, t[1].wave[1][2])
        t[1].time = 2 table.insert(t, t[1]) zone:setWavetable(2, t) print(#zone:getWavetable(2), zone:getWavetable(2)[2].time, #zone:getWavetable(1))
        t[1].time = nil print(pcall(zone.setWavetable, zone, 2, t))",
        &format!(
            "[program]
            [[program.layer]]
            [[program.layer.zone]]
            wavetable1 = {{ normalizeMode = 1, phaseMode = 2, interpolatePhase = false, loopStart = 1, loopEnd = 1, modelType = 0, waves = [{wave}] }}"
        ),
        "0 ms controller #1 print 1 2 a.wav 0.5
        0 ms controller #1 print 2 2 1
        0 ms controller #1 print false bad argument #2 to 'setWavetable' (wavetable[1].time is missing)",
    );
}

/// HALion semantics 9.8: the Program Table and the Slot Rack.
#[test]
fn programs_and_slots() {
    check_changes(
        "",
        "local instance, slot = this.program.instance, this.program.instance:getSlot(1)
        print(instance:getProgram(1) == this.program, instance:getProgram(2), this.program.assignedSlots[1] == slot, #instance:findSlots())
        local program = Program() program:setName('New') print(program.instance) instance:setProgram(program, 3) print(instance:getProgram(3) == program, program.instance == instance, #program.assignedSlots, program.parent)
        print(pcall(instance.setProgram, instance, program, 4)) print(pcall(instance.setProgram, instance, program, 0))
        instance:setProgram(nil, 3) print(instance:getProgram(3), program.instance)",
        "0 ms controller #1 print true nil true 1
        0 ms controller #1 element Program \"\" renamed to \"New\"
        0 ms controller #1 print nil
        0 ms controller #1 element Program \"New\" put into row 3 of the Program Table
        0 ms controller #1 print true true 0 nil
        0 ms controller #1 print false bad argument #1 to 'setProgram' (Program \"New\" is in Instance \"HALion\" already; remove it there first)
        0 ms controller #1 print false bad argument #2 to 'setProgram' (1 to 128 expected, got 0)
        0 ms controller #1 element Program \"New\" removed from row 3 of the Program Table
        0 ms controller #1 print nil nil",
    );
}

/// HALion semantics 2.4, HALion semantics 7.1: the slots of a scenario are those of the tree; a script moves its program.
#[test]
fn a_script_moves_its_program_into_slots() {
    check_prints(
        "function onLoadIntoSlot() print('loaded', #this.program.assignedSlots) end function onRemoveFromSlot() print('removed', #this.program.assignedSlots) end
        function onController(event)
          runAsync(function()
            local instance = this.program.instance print(#instance:findSlots(), #this.program.assignedSlots, instance:getSlot(1) == this.program.assignedSlots[1])
            instance:getSlot(2):setProgram(this.program) instance:getSlot(1):setProgram(nil)
          end)
        end",
        "slots = [0, 2]
        0 ms controller number=1 value=1 slot=2",
        "0 ms controller #2 print loaded 2
        0 ms controller #3 print loaded 2
        11.61 ms controller #5 print 3 2 true
        11.61 ms controller #6 print loaded 2
        11.61 ms controller #7 print removed 2",
    );
}
