//! `samples/dump_program`: the script that a user runs inside HALion writes a file that describes the same tree.

use std::sync::{Arc, Mutex};

use halion_engine::{
    Engine, Program, Record, RecordKind, Scenario, Source, Surroundings,
    files::{FileError, Files, Kind, MemoryFiles, Place, Root},
    parse_described, write,
};

const SCRIPT: &str = include_str!("../../../../samples/dump_program/script.lua");

/// Every kind of element with everything that can be read from a script.
const PROGRAM: &str = r#"
[[parameter_set]]
name = "Special"
parameters = [
  { name = "Amount", id = 7, type = "float", default = 0.1, min = -1, max = 1e300, unit = "x", long_name = "The \"amount\"" },
  { name = "Mode.Kind", id = 9, strings = ["Soft", "Hard"], default = 1, min = 1, automatable = false },
  { name = "On", id = 10, type = "boolean", default = true, read_only = true, write_always = true, persistent = false },
  { name = "Text", id = 11, type = "string", default = "ä\n\\" },
  { name = "Data", id = 12, type = "variant", default = [] },
]

[program]
name = "Everything / all"
parameters = { Level = 1.25, Extra = 3, Flag = true }

[[program.quick_control]]
qc = 11
parameter = 393217
scope = "layer:1"
min = 10
curve = -50
mode = 3
bypass = true

[[program.module]]
name = "Alternate"
type = "Layer Alternate"
parameters = { AlternateData = [{ keyswitch = 24, layer = "layer:1" }, { keyswitch = -1, layer = "layer:2/layer:1" }] }

[[program.layer]]
name = "Same"
parameter_set = "Special"
parameters = { Amount = 0.30000000000000004, Text = "x", Data = { value = { a = [1, 2], b = { c = "d" } } } }

[[program.layer.zone]]
name = "Same"
keys = [1, 2]
velocities = [3, 4]
output_bus = "layer:1/bus:1"
parameters = { "Amp Env.EnvelopePoints" = [{ level = 0.5, duration = 0, curve = 0.1 }], "Amp Env.SustainIndex" = 1 }

[[program.layer.zone.modulation]]
row = 2
source1 = "midiControl"
source1_info1 = 1
source2 = "quickControl"
source2_info1 = "layer:2"
source2_info2 = 3
parameters = { "Destination.Destination" = 2, "Destination.Depth" = 50 }

[[program.layer.zone.modulation]]
row = 32
source1 = "modulationModule"
source1_info1 = "layer:2/module:1"
source1_info2 = 2

[[program.layer.bus]]
name = "Aux"
aux = 1
channels = 6
active = false
bypass_mask = 4

[[program.layer]]
name = "Same"

[[program.layer.module]]
name = "Dump"
script = true

[[program.layer.layer]]
name = ""

[[program.bus]]
name = "Main"
output_bus = "bus:2"

[[program.bus.effect]]
name = "Dirt"
type = "Distortion"
bypass_mask = 2
parameters = { Mix = 20 }

[[program.bus]]
name = "Last"
"#;

/// Files that the test can still look at after the run.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<MemoryFiles>>);

impl Files for Shared {
    fn kind(&mut self, place: &Place) -> Option<Kind> {
        self.0.lock().unwrap().kind(place)
    }
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, FileError> {
        self.0.lock().unwrap().read(place)
    }
    fn write(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        self.0.lock().unwrap().write(place, bytes)
    }
    fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        self.0.lock().unwrap().append(place, bytes)
    }
    fn remove(&mut self, place: &Place) -> Result<(), FileError> {
        self.0.lock().unwrap().remove(place)
    }
    fn rename(&mut self, from: &Place, to: &Place) -> Result<(), FileError> {
        self.0.lock().unwrap().rename(from, to)
    }
}

/// Runs the sample's script in a program; gives what it wrote.
fn dump(scenario: Scenario) -> String {
    let mut files = Shared::default();
    let surroundings = Surroundings {
        files: Box::new(files.clone()),
        ..Surroundings::none()
    };
    let source = Source {
        path: "script.lua".to_owned(),
        text: SCRIPT.to_owned(),
    };
    let problems = Arc::new(Mutex::new(String::new()));
    let heard = problems.clone();
    let observer = move |record: &Record| match &record.kind {
        RecordKind::Error(error) => heard.lock().unwrap().push_str(&error.text()),
        RecordKind::NotSimulated { name } => heard.lock().unwrap().push_str(name),
        _ => {}
    };
    let mut engine = Engine::new(source, surroundings, scenario, Box::new(observer)).unwrap();
    engine.run(None);
    assert_eq!(*problems.lock().unwrap(), "");
    let place = Place::below(Root::Sandbox, "Documents/Steinberg/program_dump.toml").unwrap();
    String::from_utf8(files.read(&place).unwrap()).unwrap()
}

#[track_caller]
fn described(program: &Program) -> String {
    let Program::Described(described) = program else {
        panic!("the program is not described: {program:?}");
    };
    write(&described.tree, described.root)
}

/// The tree that comes back is the same, element by element, parameter by parameter.
#[test]
fn a_dump_describes_the_same_tree() {
    let scenario = Scenario::parse(PROGRAM).unwrap();
    let text = dump(scenario.clone());
    let mut read_back = Scenario::parse("program = \"program_dump.toml\"").unwrap();
    assert_eq!(read_back.program.file(), Some("program_dump.toml"));
    read_back
        .program
        .resolve(&text)
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    // What both write is the same but for the names of parameter sets, which the dump makes up.
    let nameless = |text: String| -> String {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("parameter_set ="));
        let lines = lines.filter(|line| {
            !line.starts_with("name = \"Special")
                && !line.starts_with("name = \"Layer ")
                && !line.starts_with("name = \"Program ")
        });
        lines.map(|line| line.to_owned() + "\n").collect()
    };
    assert_eq!(
        nameless(described(&read_back.program)),
        nameless(described(&scenario.program)),
        "{text}"
    );
    assert_eq!(read_back.program.file(), None);
    // A dump of the tree that came back is the same text.
    assert_eq!(dump(read_back), text);
}

/// What the engine writes, it reads.
#[test]
fn a_written_tree_is_read_back() {
    let scenario = Scenario::parse(PROGRAM).unwrap();
    let text = described(&scenario.program);
    let again = parse_described(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(write(&again.tree, again.root), text);
    assert_eq!(Program::Described(again), scenario.program);
}
