//! Every method and field of every element with nonsense, on both threads, also on elements that were removed.

use halion_api::api;

use crate::support::*;

/// A value of each class, by the expression that makes it; the last ones are out of the tree.
const OBJECTS: [(&str, &str); 14] = [
    ("Instance", "this.program.instance"),
    ("Slot", "this.program.instance:getSlot()"),
    ("Program", "this.program"),
    ("Layer", "this.parent"),
    ("Zone", "this.parent:getZone()"),
    ("MidiModule", "this"),
    ("Bus", "this.program.instance:getBus()"),
    (
        "ModulationMatrixRow",
        "this.parent:getZone():getModulationMatrixRow(3)",
    ),
    (
        "ParameterDefinition",
        "this.parent:getParameterDefinition('Level')",
    ),
    ("LoadProgress", "progress"),
    ("Layer", "removed"),
    ("Zone", "removed:getZone()"),
    ("Effect", "effect"),
    ("Bus", "bus"),
];

const NONSENSE: [&str; 18] = [
    "",
    "nil",
    "0/0",
    "1/0",
    "-1/0",
    "1e300",
    "-1",
    "2^53, 2^53",
    "0.5, 0.5",
    "{}",
    "'text'",
    "print",
    "true",
    "this",
    "removed, removed, removed, removed",
    "1, this.parent, 'Level', effect",
    "1, 2, 3, 4, 5, 6, 7",
    "cycle, cycle, cycle",
];

const SETUP: &str = "progress = loadPresetAsync('nothing') removed = Layer() removed:appendZone(Zone()) this.program:appendLayer(removed) removed:removeFromParent()
    effect = Effect('x') bus = Bus() cycle = {} cycle[1] = cycle cycle.x = cycle\n";

/// Every method survives, and so does the place of the script in the tree.
#[test]
fn nonsense_arguments_of_methods_are_script_errors() {
    for (class, object) in OBJECTS {
        let methods = api().ancestry(class).flat_map(|class| &class.methods);
        // These may take the script, or what it stands in, out of the plug-in, which ends it.
        const ENDING: [&str; 4] = [
            "removeFromParent",
            "setProgram",
            "removeLayer",
            "removeMidiModule",
        ];
        let methods = methods.filter(|method| !ENDING.contains(&method.name.as_str()));
        let calls: String = methods
            .flat_map(|method| {
                NONSENSE.iter().map(|arguments| {
                    let comma = if arguments.is_empty() { "" } else { ", " };
                    format!(
                        "pcall(o.{}, o{comma}{arguments}) pcall(o.{}{comma}{arguments})\n",
                        method.name, method.name
                    )
                })
            })
            .collect();
        let script = format!(
            "{SETUP} function torture() local o = {object} {calls} end
            spawn(function() torture() print('controller survived', type(this.parent)) end)
            function onNote() torture() print('processor survived', this.name ~= nil) end"
        );
        let ran = run(&script, "0 ms note 60 1");
        let text = ran.prints();
        assert!(
            text.contains("controller survived Layer"),
            "{object}: {text}"
        );
        assert!(!text.contains("not_simulated"), "{object}: {text}");
        assert!(text.contains("processor survived true"), "{object}: {text}");
        assert_eq!(ran.outcome.n_errors, 0, "{object}: {text}");
    }
}

/// Every field can be read on both threads and refuses nonsense.
#[test]
fn fields_refuse_nonsense() {
    for (class, object) in OBJECTS {
        let fields = api().ancestry(class).flat_map(|class| &class.fields);
        let lines: String = fields
            .map(|field| {
                let name = &field.name;
                let writes: String = ["nil", "0/0", "1e300", "-1", "{}", "'x'", "print", "o"]
                    .iter()
                    .map(|value| format!("pcall(function() o.{name} = {value} end)\n"))
                    .collect();
                format!("local _ = o.{name}\n{writes}")
            })
            .collect();
        let script = format!(
            "{SETUP} function torture() local o = {object} {lines} pcall(function() o[nil] = 1 end) pcall(function() return o[{{}}] end) end
            torture() function onNote() torture() print('survived') end"
        );
        let ran = run(&script, "0 ms note 60 1");
        let text = ran.prints();
        assert!(text.contains("survived"), "{object}: {text}");
        assert_eq!(ran.outcome.n_errors, 0, "{object}: {text}");
    }
}

/// Taking out what the script stands in, and putting nonsense into slots, is no panic either.
#[test]
fn removing_everything_ends_the_script() {
    for call in [
        "this:removeFromParent()",
        "this.parent:removeFromParent()",
        "this.program:removeLayer(1)",
        "this.program.instance:setProgram(nil, 1)",
        "this.program.instance:setProgram(Program(), 1)",
    ] {
        let script = format!(
            "function onNote(event) runAsync(function() {call} print('removed', this.name, this.level) end) print('never') end"
        );
        let ran = run(&script, "0 ms note 60 1\n30 ms note 62 1");
        let text = ran.prints();
        assert!(text.contains("print removed Script"), "{call}: {text}");
        assert!(!text.contains("never"), "{call}: {text}");
    }
    for call in [
        "i:setProgram(this.program, 2)",
        "i:setProgram(nil, 0)",
        "i:setProgram(nil, 1e9)",
        "i:setProgram({}, 1)",
        "Slot():setProgram(Program())",
        "i:getSlot():setProgram(this)",
    ] {
        let script = format!("local i = this.program.instance print(pcall(function() {call} end))");
        let text = run(&script, "").prints();
        assert!(
            text.contains("print false script.lua:1: bad argument #"),
            "{call}: {text}"
        );
    }
}

/// A script that makes elements without end gets an error; those that nobody holds make room.
#[test]
fn elements_do_not_fill_the_memory() {
    let script = "setScriptExecTimeOut(1e6) local kept = {} for i = 1, 120000 do Layer() end print('thrown away')
        local layer = Layer() layer:setName('tree') for i = 1, 120000 do layer:appendZone(Zone()) end";
    let text = run(script, "").prints();
    assert!(
        text.contains("print thrown away")
            && text.contains("not enough memory: more than 100000 elements"),
        "{text}"
    );
}

/// A table that is set may be cyclic, deep, or of the wrong shape.
#[test]
fn tables_of_parameters_are_checked() {
    check_prints(
        "local zone = this.parent:getZone() local cycle = {} cycle[1] = cycle
        local function try(value) print(pcall(zone.setParameter, zone, 'Amp Env.EnvelopePoints', value)) end
        try(cycle) try({}) try({ 1 }) try({ { level = 2, duration = 0, curve = 0 } }) try({ { level = 0, duration = 0 } }) try({ { level = 0, duration = 0, curve = 0, x = 1 } }) try({ { level = 'x', duration = 0, curve = 0 } }) try(7) try({ [print] = 1 }) try(print) try(this)",
        "",
        "0 ms controller #1 print false bad argument #2 to 'setParameter' (the table nests too deep)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\" must keep at least one point)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\"[1]: table expected, got number)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\"[1].level is 2, but must be -1 to 1)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\"[1].curve is missing)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\"[1].x is no field of EnvelopePoint)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\"[1].level: number expected, got string)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\" must be a table, got number)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (the table must have names or positions from 1 as keys)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (number, boolean, string or table expected, got function)
        0 ms controller #1 print false bad argument #2 to 'setParameter' (\"Amp Env.EnvelopePoints\" must be a table, got element)",
    );
}
