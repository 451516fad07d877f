//! Presets in the form of a scenario's program: loading, saving, in the background; and what is wrong with such files.

use halion_engine::{Scenario, parse_described};

use crate::support::*;

/// HALion semantics 9.11: what was saved is loaded as a free copy; a failure is nil, and the pane tells why.
#[test]
fn presets_are_saved_and_loaded() {
    check_prints(
        "local path = getUserPresetPath() .. '/Layer/Mine.vstpreset' this.parent:setParameter('Level', -20)
        print(savePreset(path, this.parent, 'HS', { MediaRating = 3, VST3UnitTypePath = 'program/layer' }))
        local layer = loadPreset(path) print(type(layer), layer.name, layer.parent, layer:getParameter('Level'), layer:getMidiModule().moduleType, layer == this.parent)
        this.program:insertLayer(layer, 1) print(#this.program:findLayers())
        print(savePreset(path, this.parent, nil, 'program'), type(loadPreset(path)))
        print(loadPreset('C:/nothing.vstpreset')) print(pcall(savePreset, path, this.parent, 'H9')) print(pcall(savePreset, path, this.parent, 'H7', { x = 1 })) print(pcall(savePreset, path, this.parent:getZone()))
        print(savePreset('relative.vstpreset', this.parent))",
        "",
        "0 ms controller #1 print true
        0 ms controller #1 print Layer Layer nil -20 MIDI Script false
        0 ms controller #1 print 2
        0 ms controller #1 print true Program
        0 ms controller #1 print [loadPreset] C:/nothing.vstpreset: No such file or directory
        0 ms controller #1 print nil
        0 ms controller #1 print false bad argument #3 to 'savePreset' (\"H7\" or \"HS\" expected, got \"H9\")
        0 ms controller #1 print false bad argument #4 to 'savePreset' (there is no attribute 'x')
        0 ms controller #1 print false bad argument #2 to 'savePreset' (Layer expected, got Zone)
        0 ms controller #1 print [savePreset] relative.vstpreset: permission denied
        0 ms controller #1 print false",
    );
}

/// HALion semantics 9.12, HALion semantics 12.3: loading in the background takes Controller steps, then calls back on the Controller.
#[test]
fn loading_in_the_background() {
    check_prints(
        "local path = getUserPresetPath() .. '/a.vstpreset' savePreset(path, this.parent)
        function onLoadIntoSlot()
          progress = loadPresetAsync(path, function(p)
            print(p == progress, p.progress, p.root.name, p.error, p.info, getContext())
            local q = this.program:appendLayerAsync(p.root, function(q) print('appended', q.root == p.root, #this.program:findLayers()) end)
            print(type(q), q.progress, q.root, #this.program:findLayers())
          end)
          progress.info = 'mine' print(progress.progress, progress.root, progress.cancel)
          wait(1) print(progress.progress)
        end",
        "",
        "0 ms controller #2 print 0 nil false
        23.22 ms controller #2 print 0.5
        23.22 ms controller #3 print true 1 Layer nil mine Controller
        23.22 ms controller #3 print LoadProgress 0 nil 1
        46.44 ms controller #4 print appended true 2",
    );
}

/// HALion semantics 9.12: a load can be cancelled; what goes wrong is in `error`, also when it goes wrong later.
#[test]
fn loads_that_fail() {
    check_prints(
        "local layer = Layer() local function show(p) print(p.error, p.root == layer, p.progress, p.cancel) end
        loadPresetAsync('C:/nothing', show)
        loadPresetAsync('C:/nothing', show).cancel = true
        this.program:appendLayerAsync(layer, show) this.program:insertLayerAsync(layer, 1, show)
        print(pcall(this.program.appendLayerAsync, this.program, this.parent)) print(pcall(this.program.insertLayerAsync, this.program, layer, 9)) print(pcall(loadPresetAsync, 'x', 5))
        print(pcall(function() loadPresetAsync('x').cancel = 1 end)) print(pcall(function() loadPresetAsync('x').progress = 1 end))",
        "",
        "0 ms controller #1 print false bad argument #1 to 'appendLayerAsync' (Layer \"Layer\" is in Program \"Program\" already; remove it there first)
        0 ms controller #1 print false bad argument #2 to 'insertLayerAsync' (position 1 to 2 expected, got 9)
        0 ms controller #1 print false bad argument #2 to 'loadPresetAsync' (function expected, got number)
        0 ms controller #1 print false script.lua:6: field 'cancel': boolean expected, got number
        0 ms controller #1 print false script.lua:6: LoadProgress.progress is read-only
        23.22 ms controller #2 print C:/nothing: No such file or directory false 1 false
        23.22 ms controller #3 print cancelled false 0.5 true
        23.22 ms controller #4 print nil true 1 false
        23.22 ms controller #5 print Layer \"\" is in Program \"Program\" already; remove it there first false 1 false",
    );
}

fn wrong(text: &str) -> String {
    parse_described(text).unwrap_err().to_string()
}

/// What is wrong with a file is told with its line and what is allowed.
#[test]
fn mistakes_in_a_description() {
    for (text, expected) in [
        ("", "line 1: there is no [layer], [program] or [instance]"),
        (
            "[layer]\n[program]",
            "line 2: a preset has only one of [layer], [program], [instance]",
        ),
        (
            "[zone]",
            "line 1: unknown key `zone`; a preset has one of [layer], [program], [instance], and [[parameter_set]]",
        ),
        (
            "program = \"other.toml\"",
            "line 1: `program` of a file must be written as [program], not refer to a further file",
        ),
        (
            "[layer]\nnam = 1",
            "line 2: unknown key `nam`; allowed here: name, parameters, parameter_set, password, module, layer, zone, bus, quick_control",
        ),
        (
            "[layer]\nname = 1",
            "line 2: `name` must be a text in quotes",
        ),
        (
            "[layer]\n[layer.zone]",
            "line 2: `zone` must be written as [[...zone]], once for each one",
        ),
        (
            "[layer]\n[[layer.zone]]\nkeys = [60, 40]",
            "line 3: `keys` must be two whole numbers from 0 to 127, the lower one first, such as [36, 60]",
        ),
        (
            "[layer]\nparameters = { Level = 13 }",
            "line 2: \"Level\" is 13; it must be a number from -96 to 12",
        ),
        (
            "[layer]\nparameters = { Level = \"loud\" }",
            "line 2: float expected for \"Level\", got string",
        ),
        (
            "[layer]\nparameters = { Level = { value = 1, mni = 0 } }",
            "line 2: unknown key `mni`; allowed here: name, id, long_name, type, default, value, min, max, strings, unit, read_only, write_always, automatable, persistent",
        ),
        (
            "[layer]\nparameters = { Mine = { value = 1, id = 38 } }",
            "line 2: the id 38 of \"Mine\" is taken",
        ),
        (
            "[layer]\nparameters = { When = 1979-05-27 }",
            "line 2: a value must be a number, true, false, a text in quotes, an array or a table",
        ),
        (
            "[layer]\nparameter_set = \"X\"",
            "line 2: there is no [[parameter_set]] named \"X\"; there are: ",
        ),
        (
            "[[parameter_set]]\nname = \"A\"\nparameters = [{ id = 1 }]\n[layer]",
            "line 3: `name` is missing; it must be a text in quotes",
        ),
        (
            "[[parameter_set]]\nname = \"A\"\nparameters = [{ name = \"a\", id = 1 },\n{ name = \"b\", id = 1 }]\n[layer]",
            "line 4: the name or the id of \"b\" is there twice",
        ),
        (
            "[layer]\n[[layer.zone]]\nname = \"Z\"\noutput_bus = \"Main\"",
            "line 4: \"Main\": there is no \"Main\" in Layer \"\"; there are: \"Z\"",
        ),
        (
            "[layer]\n[[layer.zone]]\noutput_bus = \"zone:1\"",
            "line 3: \"zone:1\" is a Zone, not a Bus",
        ),
        (
            "[layer]\n[[layer.bus]]\nbypass_mask = 3",
            "line 3: `bypass_mask` is 3; it must be 0, 2, 4 or 6",
        ),
        (
            "[layer]\n[[layer.zone]]\n[[layer.zone.modulation]]\nrow = 1\nsource1 = \"lfo9\"",
            "line 5: `source1` is \"lfo9\"; it must be a name of ModulationSource, such as lfo1",
        ),
        (
            "[layer]\n[[layer.zone]]\n[[layer.zone.modulation]]\nrow = 1\n[[layer.zone.modulation]]\nrow = 1",
            "line 5: row 1 of the modulation matrix is there twice",
        ),
        (
            "[layer]\n[[layer.quick_control]]\nqc = 1\nparameter = \"Level\"",
            "line 2: `element` is missing; it must be the path of the element that has the parameter",
        ),
        (
            "[layer]\n[[layer.quick_control]]\nqc = 1\nelement = \"\"\nparameter = \"Loud\"",
            "line 4: Layer \"\" has no parameter \"Loud\"",
        ),
        (
            "[layer]\n[[layer.module]]\nscript = true\n[[layer.module]]\nscript = true",
            "line 1: more than one module says `script = true`",
        ),
        ("[layer]\nname = ", "line 2: "),
    ] {
        let error = wrong(text);
        if expected.ends_with(": ") && expected.starts_with("line 2") {
            assert!(error.starts_with(expected), "{text}: {error}");
        } else {
            assert_eq!(error, expected, "{text}");
        }
    }
}

/// A scenario's program is refused in the same words; a file must be read before the engine starts.
#[test]
fn the_program_of_a_scenario() {
    let error = |text: &str| Scenario::parse(text).unwrap_err().to_string();
    assert_eq!(
        error("program = 7"),
        "line 1: `program` must be written as [program], or be the name of a file in quotes"
    );
    assert_eq!(
        error("tempo = 90\n[program]\n[[program.zone]]\nkey = 1"),
        "line 4: unknown key `key`; allowed here: name, parameters, parameter_set, keys, velocities, output_bus, modulation, wavetable1, wavetable2, fmx_algorithm"
    );
    let mut scenario = Scenario::parse("program = \"piano.toml\"").unwrap();
    let error = scenario.program.resolve("[layer]").unwrap_err().to_string();
    assert_eq!(
        error,
        "line 1: this file describes a layer; the program of a scenario needs [program] or [instance]"
    );
    scenario
        .program
        .resolve("[program]\nname = \"Piano\"")
        .unwrap();
    assert_eq!(scenario.program.file(), None);
}

/// Deep nesting and many elements end with an error, not with a crash.
#[test]
fn huge_files() {
    let mut deep = String::from("[layer]\n");
    for depth in 1..100 {
        deep.push_str(&format!("[[layer{}]]\n", ".layer".repeat(depth)));
    }
    let error = wrong(&deep);
    assert!(
        error.contains("deep") || error.contains("recursion"),
        "{error}"
    );
    let many = format!("[layer]\n{}", "[[layer.zone]]\n".repeat(100_001));
    assert_eq!(wrong(&many), "line 100001: more than 100000 elements");
}
