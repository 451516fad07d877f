//! Everything of the API is called with everything that makes no sense, on both threads: a script error is all that may come
//! of it, and the script goes on (the generated half of `bad_input`).

use halion_api::{Class, api};
use halion_engine::RecordKind;

use crate::support::run;

/// Values that fit nowhere, or only by chance; `NOTHING` stands for nil.
const PREAMBLE: &str = r#"
NOTHING = {}
removed = Layer()
this.parent:appendLayer(removed)
removed:removeFromParent()
local inf = 1 / 0
VALUES = {
  NOTHING, true, "", "text", "12", ("x"):rep(10000), 0, -1, 0.5, 7, 128, 1e308, -1e308, 0 / 0, inf, -inf,
  {}, { 1, 2 }, { x = inf }, function() end, Event(1), this, this.program, removed, io.stdout, setmetatable({}, { __index = error }),
}
local function try(f, ...)
  pcall(f, ...)
end
local unpack = table.unpack
function all(f, self)
  local own = self ~= nil and 1 or 0
  for n = 0, 3 do
    for _, value in ipairs(VALUES) do
      local arguments = { self }
      for i = 1, n do
        if value ~= NOTHING then arguments[own + i] = value end
      end
      spawn(try, f, unpack(arguments, 1, own + n))
      if n == 0 then break end
    end
  end
end
function fields(object, name)
  pcall(function() return object[name] end)
  for _, value in ipairs(VALUES) do
    pcall(function() object[name] = value end)
  end
end
"#;

/// What each class has an object of; Processor code cannot make them.
const OBJECTS: &[(&str, &str)] = &[
    ("AudioFile", "AudioFile.open('missing.wav')"),
    ("Bus", "Bus()"),
    ("Effect", "Effect('Reverb')"),
    ("Element", "Layer()"),
    ("Event", "Event(1)"),
    ("Instance", "Instance()"),
    ("Layer", "Layer()"),
    (
        "LoadProgress",
        "loadPresetAsync('missing.vstpreset', function() end)",
    ),
    ("MidiModule", "this"),
    (
        "ModulationMatrixRow",
        "this.parent:getZone():getModulationMatrixRow(1)",
    ),
    ("ParameterDefinition", "this.parent.parameterDefinitions[1]"),
    ("Program", "this.program"),
    ("Slot", "Slot()"),
    ("Zone", "this.parent:getZone()"),
];

/// What rightly ends the script: a time-out of nothing, and removing its own module.
const ENDS_THE_SCRIPT: &[&str] = &["setScriptExecTimeOut", "removeFromParent"];

fn object_of(class: &Class) -> &'static str {
    let found = OBJECTS.iter().find(|(name, _)| *name == class.name);
    found.map_or_else(
        || panic!("name an object of {}", class.name),
        |(_, object)| object,
    )
}

/// Runs `work` in the Controller and in the Processor; after that a callback must still start.
fn check(name: &str, setup: &str, work: &str) {
    let script = format!(
        "{PREAMBLE}\n{setup}\nfunction work() {work} end\nfunction onLoadIntoSlot() work() end\nfunction onNote(event) VALUES[21] = event work() end\nfunction onRelease() end\n"
    );
    let ran = run(&script, "0 ms note 60 40");
    let is_alive = ran.records.iter().any(
        |record| matches!(&record.kind, RecordKind::TaskStart { name, .. } if name == "onRelease"),
    );
    for record in &ran.records {
        if let RecordKind::NotSimulated { name: missing } = &record.kind {
            panic!("{missing} is not simulated");
        }
    }
    let text = ran.prints();
    assert!(
        is_alive || ENDS_THE_SCRIPT.contains(&name),
        "{name}: the script does not go on:\n{text}"
    );
    for line in text.lines().filter(|line| line.contains(" error ")) {
        assert!(
            !line.contains("<main>") && !line.contains("onLoadIntoSlot")
                || ENDS_THE_SCRIPT.contains(&name),
            "{name}: {line}"
        );
    }
}

#[test]
fn every_function_survives_every_value() {
    for function in api().functions() {
        let call = match &function.class {
            Some(class) => format!("{class}.{}", function.name),
            None => function.name.clone(),
        };
        check(&function.name, &format!("local f = {call}"), "all(f)");
    }
}

#[test]
fn every_constructor_survives_every_value() {
    for constructor in api().constructors() {
        let name = &constructor.name;
        check(name, &format!("local f = {name}"), "all(f)");
    }
}

#[test]
fn every_method_survives_every_value_and_self() {
    for class in api().classes() {
        for method in &class.methods {
            let setup = format!(
                "local object = {}\nlocal f = object.{}",
                object_of(class),
                method.name
            );
            let work = "all(f, object) all(f, removed) all(f)";
            check(&method.name, &setup, work);
        }
    }
}

#[test]
fn every_field_survives_every_value() {
    for class in api().classes() {
        let names: Vec<String> = class
            .fields
            .iter()
            .map(|field| format!("{:?}", field.name))
            .collect();
        let setup = format!(
            "local object = {}\nlocal names = {{ {} }}",
            object_of(class),
            names.join(", ")
        );
        let work = "for _, name in ipairs(names) do fields(object, name) fields(removed, name) end";
        check(&class.name, &setup, work);
    }
}

#[test]
fn every_function_of_lua_survives_every_value() {
    let own = api().functions().iter();
    let own: Vec<String> = own
        .map(|function| format!("[{:?}] = true", function.name))
        .collect();
    let own = format!(
        "local own = {{ work = true, all = true, fields = true, {} }}",
        own.join(", ")
    );
    for library in [
        "string", "table", "math", "bit32", "io", "os", "package", "debug", "_G",
    ] {
        let setup = format!(
            "{own}\nlocal functions = {{}}\nfor name, f in pairs({library}) do\n  if type(f) == 'function' and not name:find('^on%u') and not own[name] then functions[#functions + 1] = f end\nend"
        );
        check(
            library,
            &setup,
            "for _, f in ipairs(functions) do all(f) end",
        );
    }
    let setup = "local file = io.open('/Users/me/Documents/tmp/a', 'w+')";
    let work = "for _, name in ipairs { 'read', 'write', 'lines', 'seek', 'setvbuf', 'flush', 'close' } do all(file[name], file) end";
    check("file", setup, work);
}
