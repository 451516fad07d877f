//! Inputs that are no MIDI: saving and loading, slots, reloading, automation, undo, and the callbacks of a user interface.

use halion_api::{Callback, Param, api};

use super::{
    InputKind, Value,
    error::ScenarioError,
    input::Kind,
    read::Fields,
    schema::{Form, Key},
};
use crate::data::Data;

/// What the host, the program or a person does to the script as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Lifecycle {
    /// The program or project is saved: `onSave` and the values of persistent parameters.
    Save {
        /// What [`Lifecycle::Load`] calls it.
        name: String,
    },
    /// The program comes back from a preset or project in a fresh script: parameters, `onLoad`, `onLoadIntoSlot`.
    Load {
        /// The name it was saved under.
        name: String,
    },
    /// A part of the script is saved by a Preset Browser: `onSaveSubPreset`.
    SaveSubPreset {
        /// The section the Preset Browser is for.
        section: String,
        /// What [`Lifecycle::LoadSubPreset`] calls it.
        name: String,
    },
    /// A part of the script comes back: `onLoadSubPreset`.
    LoadSubPreset {
        /// The section the Preset Browser is for.
        section: String,
        /// What comes back.
        from: SubPreset,
    },
    /// The script is edited or reset: it starts afresh, and parameters keep their values (HALion semantics 2.7).
    Reload,
    /// The program enters one more slot: `onLoadIntoSlot`, and `onInit` there.
    LoadIntoSlot,
    /// The program leaves a slot: `onRemoveFromSlot`.
    RemoveFromSlot,
    /// The host's automation moves a parameter (HALion semantics 6.8).
    Automation {
        /// Name of the script's parameter.
        name: String,
        /// Its new value.
        value: Value,
    },
    /// The host's automation moves an automation parameter of the plug-in.
    AutomationParameter {
        /// As `assignAutomation` gives it.
        index: i64,
        /// 0 to 1.
        value: f64,
    },
    /// A quick control moves.
    QuickControl {
        /// Name of the layer it belongs to; empty for the program.
        layer: String,
        /// 1 to 11.
        number: u32,
        /// 0 to 1.
        value: f64,
    },
    /// The last edit is undone.
    Undo,
    /// The edit that was undone last is made again.
    Redo,
    /// A template list or a drag group calls the UI script.
    UiCallback {
        /// Which callback.
        callback: &'static str,
        /// Its arguments in order.
        arguments: Vec<Data>,
    },
}

/// Where the data of a sub-preset come from.
#[derive(Debug, Clone, PartialEq)]
pub enum SubPreset {
    /// What was saved under this name.
    Saved(String),
    /// These data.
    Given(Data),
}

/// What a script module brings along that comes from a preset or project: the start of a run then loads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// What `onSave` returned when it was saved.
    pub data: Data,
    /// Values of parameters by name.
    pub parameters: Vec<(String, Data)>,
}

/// The keys of `[preset]`.
pub(super) const PRESET: &[Key] = &[
    Key::optional(
        "data",
        Form::Data,
        "What `onSave` returned; `onLoad` gets it.",
    ),
    Key::optional(
        "parameters",
        Form::Data,
        "Values of the script's parameters by name.",
    ),
];

/// Reads `[preset]`.
pub(super) fn preset(fields: &Fields) -> Result<Preset, ScenarioError> {
    let named = |(name, value)| match name {
        Data::Text(name) => Some((String::from_utf8_lossy(&name).into_owned(), value)),
        _ => None,
    };
    let parameters = match fields.data("parameters") {
        None => Some(Vec::new()),
        Some(Data::Table(pairs)) => pairs.into_iter().map(named).collect(),
        Some(_) => None,
    };
    let not_a_table = || fields.error("parameters", "`parameters` must be a table".to_owned());
    Ok(Preset {
        data: fields.data("data").unwrap_or(Data::Nil),
        parameters: parameters.ok_or_else(not_a_table)?,
    })
}

const NAME: Key = Key::required("name", Form::Text, "Name for a later `load` in this run.");
const POSITION: Key = Key::required("value", Form::Number(0.0, 1.0), "Its position.");
const SECTION: Key = Key::required(
    "section",
    Form::Text,
    "The section of the script, as set in the Preset Browser's template.",
);

/// The kinds of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "save",
        doc: "The program or project is saved: `onSave` is called, and the values of persistent parameters are kept.",
        keys: &[NAME],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::Save {
                name: fields.text("name"),
            })
        },
    },
    Kind {
        name: "load",
        doc: "The program comes back as it was saved. The script starts afresh: global statements, values of parameters, `onLoad`, `onLoadIntoSlot`, `onInit`.",
        keys: &[Key::required(
            "name",
            Form::Text,
            "The name it was saved under.",
        )],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::Load {
                name: fields.text("name"),
            })
        },
    },
    Kind {
        name: "save_sub_preset",
        doc: "A Preset Browser saves a section of the script: `onSaveSubPreset` is called.",
        keys: &[
            SECTION,
            Key::required(
                "name",
                Form::Text,
                "Name for a later `load_sub_preset` in this run.",
            ),
        ],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::SaveSubPreset {
                section: fields.text("section"),
                name: fields.text("name"),
            })
        },
    },
    Kind {
        name: "load_sub_preset",
        doc: "A Preset Browser loads a section of the script: `onLoadSubPreset` is called.",
        keys: &[
            SECTION,
            Key::optional("name", Form::Text, "The name it was saved under."),
            Key::optional(
                "data",
                Form::Data,
                "The data themselves, instead of a name.",
            ),
        ],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::LoadSubPreset {
                section: fields.text("section"),
                from: match fields.data("data") {
                    Some(data) => SubPreset::Given(data),
                    None => SubPreset::Saved(fields.text("name")),
                },
            })
        },
    },
    Kind {
        name: "reload",
        doc: "The script is reset, as after an edit of its text: it starts afresh, and parameters of the same name and type keep their values.",
        keys: &[],
        read: |_| InputKind::Lifecycle(Lifecycle::Reload),
    },
    Kind {
        name: "load_into_slot",
        doc: "The program enters one more slot, named by `slot`: `onLoadIntoSlot` is called, then `onInit` in that slot.",
        keys: &[],
        read: |_| InputKind::Lifecycle(Lifecycle::LoadIntoSlot),
    },
    Kind {
        name: "remove_from_slot",
        doc: "The program leaves a slot, named by `slot`: the slot's Processor tasks end, and `onRemoveFromSlot` is called.",
        keys: &[],
        read: |_| InputKind::Lifecycle(Lifecycle::RemoveFromSlot),
    },
    Kind {
        name: "automation",
        doc: "The host's automation moves a parameter of the script that is automatable.",
        keys: &[
            Key::required("name", Form::Text, "Name of the script's parameter."),
            Key::required("value", Form::Value, "Its new value."),
        ],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::Automation {
                name: fields.text("name"),
                value: fields.value("value").unwrap_or(Value::Number(0.0)),
            })
        },
    },
    Kind {
        name: "automation_parameter",
        doc: "The host's automation moves an automation parameter of the plug-in, which the script has connected by `assignAutomation`.",
        keys: &[
            Key::required(
                "index",
                Form::Whole(1.0, 1e9),
                "Number of the automation parameter.",
            ),
            POSITION,
        ],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::AutomationParameter {
                index: fields.number("index") as i64,
                value: fields.number("value"),
            })
        },
    },
    Kind {
        name: "quick_control",
        doc: "A quick control moves, and with it the parameters that are assigned to it.",
        keys: &[
            Key::required(
                "number",
                Form::Whole(1.0, 11.0),
                "1 to 8, Sphere H and V, and the modulation wheel.",
            ),
            POSITION,
            Key::optional(
                "layer",
                Form::Text,
                "Name of the layer it belongs to; the program if missing.",
            ),
        ],
        read: |fields| {
            InputKind::Lifecycle(Lifecycle::QuickControl {
                layer: fields.text("layer"),
                number: fields.number("number") as u32,
                value: fields.number("value"),
            })
        },
    },
    Kind {
        name: "undo",
        doc: "The last edit is undone: an edit on the user interface, a `setParameter` on the Controller, or an undo block.",
        keys: &[],
        read: |_| InputKind::Lifecycle(Lifecycle::Undo),
    },
    Kind {
        name: "redo",
        doc: "What was undone last is made again.",
        keys: &[],
        read: |_| InputKind::Lifecycle(Lifecycle::Redo),
    },
    Kind {
        name: UI_CALLBACK,
        doc: "Something is dragged or dropped on the user interface: a callback of a UI script is called, and what it returns is shown.",
        keys: &[
            CALLBACK,
            Key::optional(
                "arguments",
                Form::Data,
                "A table: the callback's arguments by their names in the manual, such as `viewname`.",
            ),
        ],
        // [`check`] has refused what does not fit.
        read: |fields| {
            let callback = ui_callback(fields);
            InputKind::Lifecycle(Lifecycle::UiCallback {
                callback: callback.map_or("", |callback| &callback.name),
                arguments: callback
                    .and_then(|callback| arguments(callback, fields).ok())
                    .unwrap_or_default(),
            })
        },
    },
];

const UI_CALLBACK: &str = "ui_callback";
const CALLBACK: Key = Key::required("callback", Form::UiCallback, "Which callback.");

fn ui_callback(fields: &Fields) -> Option<&'static Callback> {
    api().ui_callback(&fields.text(CALLBACK.name))
}

/// What the keys alone do not tell: whether the arguments are those of the UI callback.
pub(super) fn check(kind: &Kind, fields: &Fields) -> Result<(), ScenarioError> {
    match ui_callback(fields).filter(|_| kind.name == UI_CALLBACK) {
        Some(callback) => arguments(callback, fields)
            .map(drop)
            .map_err(|message| fields.error("arguments", message)),
        None => Ok(()),
    }
}

/// The arguments in the order of the manual.
fn arguments(callback: &Callback, fields: &Fields) -> Result<Vec<Data>, String> {
    let given = fields.data("arguments").unwrap_or(Data::Table(Vec::new()));
    let Data::Table(pairs) = &given else {
        return Err("`arguments` must be a table".to_owned());
    };
    let known: Vec<&str> = callback
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    for (name, _) in pairs {
        if !known.iter().any(|known| *name == Data::text(known)) {
            return Err(format!(
                "{} has no argument {name}; it has {}",
                callback.name,
                known.join(", ")
            ));
        }
    }
    let argument = |value: &Param| {
        let given = given.get(&value.name).cloned().unwrap_or(Data::Nil);
        let is_fit = value.types.iter().any(|known| known == given.type_name());
        if is_fit || value.nilable {
            return Ok(given);
        }
        Err(format!(
            "argument {} of {} must be a {}",
            value.name,
            callback.name,
            value.types.join(" or a ")
        ))
    };
    callback.params.iter().map(argument).collect()
}
