//! What can come in, and how each kind of input is written in a scenario.

use toml::de::DeTable;

use super::{
    Value,
    error::ScenarioError,
    lifecycle::{self, Lifecycle},
    read::{self, Fields, Lines},
    schema::{Form, Key},
};

/// One thing that comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Milliseconds from the start of the script.
    pub at_ms: f64,
    /// The slot it goes to, for what goes to one: the first one the program sits in if none is named.
    pub slot: Option<u32>,
    /// What comes in.
    pub kind: InputKind,
}

impl Input {
    /// An input for the first slot.
    pub fn new(at_ms: f64, kind: InputKind) -> Input {
        Input {
            at_ms,
            slot: None,
            kind,
        }
    }
}

/// What can come in.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// A note of a certain length.
    Note {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
        /// Milliseconds.
        length_ms: f64,
    },
    /// A key goes down.
    NoteOn {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
    },
    /// A key comes up.
    NoteOff {
        /// Key, 0 to 127.
        note: u8,
        /// Release velocity, 0 to 127.
        velocity: u8,
    },
    /// A MIDI controller.
    Controller {
        /// 0 to 127, and HALion's own from 128 to 255.
        number: u8,
        /// 0 to 127.
        value: u8,
    },
    /// Pitch bend.
    PitchBend {
        /// -1.0 to 1.0.
        bend: f64,
    },
    /// Channel aftertouch.
    AfterTouch {
        /// 0 to 127.
        value: u8,
    },
    /// A trigger pad.
    TriggerPad {
        /// 1 to 8.
        pad: u8,
    },
    /// An edit on the user interface.
    Parameter {
        /// Name of the script's parameter.
        name: String,
        /// Its new value.
        value: Value,
    },
    /// The host's tempo.
    Tempo {
        /// Beats per minute.
        bpm: f64,
    },
    /// The host starts or stops.
    Transport {
        /// Runs from now on?
        playing: bool,
    },
    /// Something happens to the script as a whole.
    Lifecycle(Lifecycle),
}

/// A kind of input: its name in the file, its own keys, and what becomes of them.
pub(crate) struct Kind {
    pub name: &'static str,
    /// One line: what happens.
    pub doc: &'static str,
    pub keys: &'static [Key],
    /// Makes the input of what `keys` say.
    pub read: fn(&Fields) -> InputKind,
}

/// A day; longer times in a scenario are mistakes.
pub(crate) const LONGEST_MS: f64 = 86_400_000.0;

/// The keys that every input has.
pub(crate) const COMMON: &[Key] = &[
    Key::required(
        "at_ms",
        Form::Number(0.0, LONGEST_MS),
        "Milliseconds from the start of the script.",
    ),
    KIND,
    Key::optional(
        "slot",
        Form::Whole(0.0, LAST_SLOT),
        "Slot of the program that it goes to, counted from 0; if missing, the first one the program sits in.",
    ),
];

/// Index of the last slot there can be.
pub(super) const LAST_SLOT: f64 = 63.0;

const KIND: Key = Key::required("kind", Form::Kind, "What comes in: one of the kinds below.");

/// Every kind there is, in the order of the documentation. A new list of kinds is chained here.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(lifecycle::KINDS)
}

const SEVEN_BITS: Form = Form::Whole(0.0, 127.0);
const NOTE: Key = Key::required("note", SEVEN_BITS, "Key; 60 is middle C.");
const VELOCITY: Key = Key::required("velocity", SEVEN_BITS, "Velocity.");

/// What is played.
const KINDS: &[Kind] = &[
    Kind {
        name: "note",
        doc: "A note of a certain length.",
        keys: &[
            NOTE,
            VELOCITY,
            Key::required(
                "length_ms",
                Form::Number(0.0, LONGEST_MS),
                "Milliseconds until the key comes up.",
            ),
        ],
        read: |fields| InputKind::Note {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
            length_ms: fields.number("length_ms"),
        },
    },
    Kind {
        name: "note_on",
        doc: "A key goes down.",
        keys: &[NOTE, VELOCITY],
        read: |fields| InputKind::NoteOn {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
        },
    },
    Kind {
        name: "note_off",
        doc: "A key comes up: the oldest held note of that key ends.",
        keys: &[
            NOTE,
            Key::or("velocity", SEVEN_BITS, 0.0, "Release velocity."),
        ],
        read: |fields| InputKind::NoteOff {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
        },
    },
    Kind {
        name: "controller",
        doc: "A continuous controller.",
        keys: &[
            Key::required(
                "number",
                Form::Whole(0.0, 255.0),
                "MIDI controllers 0 to 127, HALion's own from 128.",
            ),
            Key::required("value", SEVEN_BITS, "Position of the controller."),
        ],
        read: |fields| InputKind::Controller {
            number: fields.byte("number"),
            value: fields.byte("value"),
        },
    },
    Kind {
        name: "pitch_bend",
        doc: "The pitch wheel moves.",
        keys: &[Key::required(
            "bend",
            Form::Number(-1.0, 1.0),
            "-1.0 is fully down, 1.0 fully up.",
        )],
        read: |fields| InputKind::PitchBend {
            bend: fields.number("bend"),
        },
    },
    Kind {
        name: "after_touch",
        doc: "Channel aftertouch.",
        keys: &[Key::required("value", SEVEN_BITS, "Pressure.")],
        read: |fields| InputKind::AfterTouch {
            value: fields.byte("value"),
        },
    },
    Kind {
        name: "trigger_pad",
        doc: "A trigger pad is pressed.",
        keys: &[Key::required(
            "pad",
            Form::Whole(1.0, 8.0),
            "Number of the pad.",
        )],
        read: |fields| InputKind::TriggerPad {
            pad: fields.byte("pad"),
        },
    },
    Kind {
        name: "parameter",
        doc: "An edit on the user interface.",
        keys: &[
            Key::required("name", Form::Text, "Name of the script's parameter."),
            Key::required("value", Form::Value, "Its new value."),
        ],
        read: |fields| InputKind::Parameter {
            name: fields.text("name"),
            value: fields.value("value").unwrap_or(Value::Number(0.0)),
        },
    },
    Kind {
        name: "tempo",
        doc: "The host's tempo changes.",
        keys: &[Key::required(
            "bpm",
            Form::Number(1.0, 1000.0),
            "Beats per minute.",
        )],
        read: |fields| InputKind::Tempo {
            bpm: fields.number("bpm"),
        },
    },
    Kind {
        name: "transport",
        doc: "The host starts or stops.",
        keys: &[Key::required("playing", Form::Boolean, "Runs from now on?")],
        read: |fields| InputKind::Transport {
            playing: fields.boolean("playing"),
        },
    },
];

/// Reads one `[[input]]`; its `kind` decides which keys it has.
pub(super) fn read(
    table: &DeTable<'_>,
    line: u32,
    lines: Lines<'_>,
) -> Result<Input, ScenarioError> {
    let name = read::key(table, &KIND, line, lines)?.text("kind");
    let kind = kinds()
        .find(|kind| kind.name == name)
        .expect("the form of `kind` knows the kinds there are");
    let fields = read::table(table, COMMON.iter().chain(kind.keys), line, lines)?;
    lifecycle::check(kind, &fields)?;
    Ok(Input {
        at_ms: fields.number("at_ms"),
        slot: fields.optional_number("slot").map(|slot| slot as u32),
        kind: (kind.read)(&fields),
    })
}
