//! Which keys the tables of a program tree have: one list for each class of elements.
//!
//! Invariant: reader, error messages and documentation come from these lists.

use crate::{
    scenario::schema::{Form, Key},
    tree::Class,
};

const PARAMETERS: &str = "a table of parameters";

/// Keys of every element.
const ELEMENT: &[Key] = &[
    Key::optional("name", Form::Text, "Name in the program tree."),
    Key::optional(
        "parameters",
        Form::Raw(PARAMETERS),
        "Values by name, such as `Level = -6.0`. `{ value = ..., min = ..., max = ..., unit = ..., id = ... }` also defines the parameter; a name that HALion's defaults do not have defines one, too.",
    ),
    Key::optional(
        "parameter_set",
        Form::Text,
        "Name of a `[[parameter_set]]` of the file that the element has instead of the default parameters.",
    ),
];

const LAYER: &[Key] = &[
    Key::optional(
        "password",
        Form::Text,
        "Protects the layer: a script sees neither it nor anything inside before it calls `addLayerPassword` with this text.",
    ),
    Key::optional("module", Form::Raw("[[...module]]"), "MIDI modules."),
    Key::optional("layer", Form::Raw("[[...layer]]"), "Layers inside."),
    Key::optional("zone", Form::Raw("[[...zone]]"), "Zones."),
    Key::optional("bus", Form::Raw("[[...bus]]"), "Busses."),
    Key::optional(
        "quick_control",
        Form::Raw("[[...quick_control]]"),
        "Assignments of quick controls.",
    ),
];

const MODULE: &[Key] = &[
    Key::optional(
        "type",
        Form::Text,
        "Type of the module, such as `Layer Alternate`.",
    ),
    Key::optional(
        "script",
        Form::Boolean,
        "Is this the script module that runs? Without one, it is put in front of the first layer's modules.",
    ),
];

const ZONE: &[Key] = &[
    Key::optional(
        "keys",
        Form::Raw("two whole numbers from 0 to 127, the lower one first"),
        "Lowest and highest key, `[0, 127]` if missing.",
    ),
    Key::optional(
        "velocities",
        Form::Raw("two whole numbers from 0 to 127, the lower one first"),
        "Lowest and highest velocity, `[1, 127]` if missing.",
    ),
    Key::optional("output_bus", Form::Text, "Path of the bus it plays into."),
    Key::optional(
        "modulation",
        Form::Raw("[[...modulation]]"),
        "Rows of the modulation matrix.",
    ),
    Key::optional(
        "wavetable1",
        Form::Raw("a table"),
        "Wavetable of oscillator 1, built as the manual's Wavetable table; its waves are the array `waves`.",
    ),
    Key::optional(
        "wavetable2",
        Form::Raw("a table"),
        "The same for oscillator 2.",
    ),
    Key::optional(
        "fmx_algorithm",
        Form::Whole(1.0, 88.0),
        "Number of the FM-X algorithm.",
    ),
];

const BUS: &[Key] = &[
    Key::optional(
        "aux",
        Form::Whole(1.0, 64.0),
        "Number of an aux bus; other busses leave it out.",
    ),
    Key::or("channels", Form::Whole(1.0, 64.0), 2.0, "Output channels."),
    Key::optional("active", Form::Boolean, "Is it in use? True if missing."),
    Key::or(
        "bypass_mask",
        Form::Whole(0.0, 6.0),
        0.0,
        "Sum of `BypassMask` constants.",
    ),
    Key::optional("output_bus", Form::Text, "Path of the bus it plays into."),
    Key::optional("effect", Form::Raw("[[...effect]]"), "Insert effects."),
];

const EFFECT: &[Key] = &[
    Key::optional(
        "type",
        Form::Text,
        "Type of the effect, such as `Distortion`.",
    ),
    Key::or(
        "bypass_mask",
        Form::Whole(0.0, 6.0),
        0.0,
        "Sum of `BypassMask` constants.",
    ),
];

const INSTANCE: &[Key] = &[
    Key::optional(
        "program",
        Form::Raw("[[instance.program]]"),
        "The Program Table from row 1.",
    ),
    Key::optional("slot", Form::Raw("[[instance.slot]]"), "The Slot Rack."),
    Key::optional(
        "bus",
        Form::Raw("[[instance.bus]]"),
        "Output and aux busses of the plug-in.",
    ),
];

const SLOT: &[Key] = &[
    Key::optional(
        "program",
        Form::Whole(1.0, 128.0),
        "Row of the Program Table that plays here.",
    ),
    Key::optional(
        "bus",
        Form::Raw("[[instance.slot.bus]]"),
        "Busses of the slot.",
    ),
];

/// Keys of one row of a modulation matrix.
pub(super) const MODULATION: &[Key] = &[
    Key::required("row", Form::Whole(1.0, 32.0), "Number of the row."),
    Key::optional(
        "source1",
        Form::Text,
        "A name of `ModulationSource`, such as `lfo1`.",
    ),
    Key::optional(
        "source1_info1",
        Form::Raw("a number, or the path of an element"),
        "What the source needs: a controller number, the path of a layer or of a module.",
    ),
    Key::optional(
        "source1_info2",
        Form::Whole(1.0, 128.0),
        "Number of a quick control or of an output.",
    ),
    Key::optional("source2", Form::Text, "The second source."),
    Key::optional(
        "source2_info1",
        Form::Raw("a number, or the path of an element"),
        "As for the first source.",
    ),
    Key::optional(
        "source2_info2",
        Form::Whole(1.0, 128.0),
        "As for the first source.",
    ),
];

/// Keys of an assignment of a quick control.
pub(super) const QUICK_CONTROL: &[Key] = &[
    Key::required(
        "qc",
        Form::Whole(1.0, 11.0),
        "1 to 8, then Sphere H, Sphere V and the modulation wheel.",
    ),
    Key::optional(
        "element",
        Form::Text,
        "Path of the element that has the parameter; needed if `parameter` is a name.",
    ),
    Key::required(
        "parameter",
        Form::Raw("a name in quotes or an id"),
        "Name or id of the parameter.",
    ),
    Key::optional(
        "scope",
        Form::Text,
        "Path of the part of the program it reaches; the layer itself if missing.",
    ),
    Key::or("min", Form::Number(0.0, 100.0), 0.0, "Percent."),
    Key::or("max", Form::Number(0.0, 100.0), 100.0, "Percent."),
    Key::or("curve", Form::Number(-100.0, 100.0), 0.0, "Percent."),
    Key::or(
        "mode",
        Form::Whole(1.0, 4.0),
        1.0,
        "A `QCAssignmentMode` constant.",
    ),
    Key::optional("bypass", Form::Boolean, "Is it switched off?"),
];

/// Keys of a parameter set.
pub(super) const PARAMETER_SET: &[Key] = &[
    Key::required("name", Form::Text, "Name that elements refer to."),
    Key::required(
        "parameters",
        Form::Raw("an array of tables"),
        "One table for each parameter.",
    ),
];

/// Keys of a definition, in a parameter set and in the long form of a value.
pub(super) const DEFINITION: &[Key] = &[
    Key::optional(
        "name",
        Form::Text,
        "Name in the engine with its section; needed in a parameter set.",
    ),
    Key::optional(
        "id",
        Form::Whole(0.0, 9_007_199_254_740_992.0),
        "Number for access by id; the next free one if missing.",
    ),
    Key::optional(
        "long_name",
        Form::Text,
        "Name to show; the name if missing.",
    ),
    Key::optional(
        "type",
        Form::Choice(&[
            "float", "integer", "boolean", "string", "variant", "envelope",
        ]),
        "Type; by the default value if missing.",
    ),
    Key::optional("default", Form::Raw("a value"), "Value of a new element."),
    Key::optional(
        "value",
        Form::Raw("a value"),
        "Value of this element; only at an element.",
    ),
    Key::optional(
        "min",
        Form::Number(f64::NEG_INFINITY, f64::INFINITY),
        "Lowest value of a number.",
    ),
    Key::optional(
        "max",
        Form::Number(f64::NEG_INFINITY, f64::INFINITY),
        "Highest value of a number.",
    ),
    Key::optional(
        "strings",
        Form::Raw("an array of texts"),
        "Texts for the values from `min` on.",
    ),
    Key::optional("unit", Form::Text, "Unit, such as `dB`."),
    Key::optional("read_only", Form::Boolean, "Do scripts only read it?"),
    Key::optional(
        "write_always",
        Form::Boolean,
        "Does it tell of a change even if the value stays?",
    ),
    Key::optional(
        "automatable",
        Form::Boolean,
        "May the host automate it? True if missing.",
    ),
    Key::optional(
        "persistent",
        Form::Boolean,
        "Is it saved with presets? True if missing.",
    ),
];

/// The keys of an element's table.
pub(super) fn of(class: Class) -> impl Iterator<Item = &'static Key> + Clone {
    let own = match class {
        Class::Instance => INSTANCE,
        Class::Slot => SLOT,
        Class::MidiModule => MODULE,
        Class::Program | Class::Layer => LAYER,
        Class::Zone => ZONE,
        Class::Bus => BUS,
        Class::Effect => EFFECT,
        Class::ModulationMatrixRow => MODULATION,
    };
    ELEMENT.iter().chain(own)
}

/// The documentation of the program tree in a file, in Markdown.
pub fn program_reference() -> String {
    let mut page = String::new();
    let mut section = |title: &str, keys: Vec<&Key>| {
        page.push_str(&format!(
            "### {title}\n\n| key | value | meaning |\n|---|---|---|\n"
        ));
        for key in keys {
            page.push_str(&format!(
                "| `{}` | {} | {} |\n",
                key.name, key.form, key.doc
            ));
        }
        page.push('\n');
    };
    section("Every element", ELEMENT.iter().collect());
    for (title, keys) in [
        ("`[program]` and `[[...layer]]`", LAYER),
        ("`[[...module]]`", MODULE),
        ("`[[...zone]]`", ZONE),
        ("`[[...bus]]`", BUS),
        ("`[[...effect]]`", EFFECT),
        ("`[[...modulation]]`", MODULATION),
        ("`[[...quick_control]]`", QUICK_CONTROL),
        ("`[[parameter_set]]`", PARAMETER_SET),
        ("A parameter", DEFINITION),
        ("`[instance]`, in a preset", INSTANCE),
        ("`[[instance.slot]]`", SLOT),
    ] {
        section(title, keys.iter().collect());
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}
