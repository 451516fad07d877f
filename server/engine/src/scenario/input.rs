//! What can come in, and how each kind of input is written in a scenario.

use toml::de::DeTable;

use super::{
    Value,
    error::ScenarioError,
    lifecycle::{self, Lifecycle},
    read::{self, Fields, Lines},
    schema::{Form, Key},
};
use crate::{event::Signature, proposed};

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
        /// Semitones.
        tuning: f64,
        /// Milliseconds.
        length_ms: f64,
        /// 0 to 127.
        release_velocity: u8,
    },
    /// A key goes down.
    NoteOn {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
        /// Semitones.
        tuning: f64,
    },
    /// A key comes up.
    NoteOff {
        /// Key, 0 to 127.
        note: u8,
        /// Release velocity, 0 to 127.
        velocity: u8,
    },
    /// A held note sounds again.
    Retrigger {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
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
    /// Aftertouch of one key.
    PolyAfterTouch {
        /// Key, 0 to 127.
        note: u8,
        /// 0 to 127.
        value: u8,
    },
    /// Note expression of the oldest held note of a key.
    NoteExpression {
        /// Key, 0 to 127.
        note: u8,
        /// A constant of `NoteExpressionType`, 1 to 11.
        expression: u8,
        /// 0 to 1.
        value: f64,
    },
    /// A program change.
    ProgramChange {
        /// 0 to 127.
        program: u8,
    },
    /// A system exclusive message.
    Data {
        /// The whole message, from 0xF0 to 0xF7.
        bytes: Vec<u8>,
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
    /// The script module is switched off or on.
    Bypass {
        /// Off from now on?
        bypassed: bool,
    },
    /// The host's tempo.
    Tempo {
        /// Beats per minute; 0 if the host tells none.
        bpm: f64,
    },
    /// The host's time signature.
    TimeSignature {
        /// `None` if the host tells none.
        signature: Option<Signature>,
    },
    /// The host starts or stops.
    Transport {
        /// Runs from now on?
        playing: bool,
        /// Song position in quarter notes; `None` is where the song stands.
        at_beats: Option<f64>,
    },
    /// Something happens to the script as a whole.
    Lifecycle(Lifecycle),
}

impl InputKind {
    /// A note of a certain length in milliseconds.
    pub fn note(note: u8, velocity: u8, length_ms: f64) -> InputKind {
        InputKind::Note {
            note,
            velocity,
            tuning: 0.0,
            length_ms,
            release_velocity: 0,
        }
    }
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
        Form::Whole(0.0, proposed::LAST_SLOT as f64),
        "Slot of the program that it goes to, counted from 0; if missing, the first one the program sits in.",
    ),
];

const KIND: Key = Key::required("kind", Form::Kind, "What comes in: one of the kinds below.");

/// Every kind there is, in the order of the documentation. A new list of kinds is chained here.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain(lifecycle::KINDS)
}

const SEVEN_BITS: Form = Form::Whole(0.0, 127.0);
const NOTE: Key = Key::required("note", SEVEN_BITS, "Key; 60 is middle C.");
const VELOCITY: Key = Key::required("velocity", SEVEN_BITS, "Velocity.");

const TUNING: Key = Key::or("tuning", Form::Number(-120.0, 120.0), 0.0, "Semitones.");

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
            TUNING,
            Key::or(
                "release_velocity",
                SEVEN_BITS,
                0.0,
                "Velocity of the release.",
            ),
        ],
        read: |fields| InputKind::Note {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
            tuning: fields.number("tuning"),
            length_ms: fields.number("length_ms"),
            release_velocity: fields.byte("release_velocity"),
        },
    },
    Kind {
        name: "note_on",
        doc: "A key goes down.",
        keys: &[NOTE, VELOCITY, TUNING],
        read: |fields| InputKind::NoteOn {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
            tuning: fields.number("tuning"),
        },
    },
    Kind {
        name: "note_off",
        doc: "A key comes up: the oldest held note of that key ends.",
        keys: &[
            NOTE,
            Key::or("velocity", SEVEN_BITS, 0.0, "Velocity of the release."),
        ],
        read: |fields| InputKind::NoteOff {
            note: fields.byte("note"),
            velocity: fields.byte("velocity"),
        },
    },
    Kind {
        name: "note_retrigger",
        doc: "A held note sounds again, as in a program with Mono and Retrigger; `voice_mode` makes these by itself.",
        keys: &[NOTE, VELOCITY],
        read: |fields| InputKind::Retrigger {
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
        name: "poly_after_touch",
        doc: "Aftertouch of one key. HALion has no callback for it, so it passes the script.",
        keys: &[NOTE, Key::required("value", SEVEN_BITS, "Pressure.")],
        read: |fields| InputKind::PolyAfterTouch {
            note: fields.byte("note"),
            value: fields.byte("value"),
        },
    },
    Kind {
        name: "note_expression",
        doc: "Note expression of the oldest held note of a key.",
        keys: &[
            NOTE,
            Key::required(
                "expression",
                Form::Whole(1.0, 11.0),
                "A constant of NoteExpressionType: 1 volume, 2 pan, 3 tuning, 4 to 11 custom.",
            ),
            Key::required("value", Form::Number(0.0, 1.0), "Its position."),
        ],
        read: |fields| InputKind::NoteExpression {
            note: fields.byte("note"),
            expression: fields.byte("expression"),
            value: fields.number("value"),
        },
    },
    Kind {
        name: "program_change",
        doc: "A program change. No callback gets it, so it passes the script.",
        keys: &[Key::required(
            "program",
            SEVEN_BITS,
            "Number of the program, from 0.",
        )],
        read: |fields| InputKind::ProgramChange {
            program: fields.byte("program"),
        },
    },
    Kind {
        name: "data",
        doc: "A system exclusive message.",
        keys: &[Key::required(
            "bytes",
            Form::Bytes,
            "The whole message, from 0xF0 to 0xF7.",
        )],
        read: |fields| InputKind::Data {
            bytes: fields.bytes("bytes"),
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
        name: "bypass",
        doc: "The script module is switched off or on again. Switched off, it lets all events pass.",
        keys: &[Key::required(
            "bypassed",
            Form::Boolean,
            "Switched off from now on?",
        )],
        read: |fields| InputKind::Bypass {
            bypassed: fields.boolean("bypassed"),
        },
    },
    Kind {
        name: "tempo",
        doc: "The host's tempo changes by hand, until the next entry of the tempo map.",
        keys: &[Key::required(
            "bpm",
            Form::Number(0.0, 1000.0),
            "Beats per minute; 0 is a host that tells no tempo any more.",
        )],
        read: |fields| InputKind::Tempo {
            bpm: fields.number("bpm"),
        },
    },
    Kind {
        name: "time_signature",
        doc: "The host's time signature changes by hand; a bar begins here.",
        keys: &[Key::required(
            "signature",
            Form::Signature,
            "The new time signature.",
        )],
        read: |fields| InputKind::TimeSignature {
            signature: fields.signature("signature"),
        },
    },
    Kind {
        name: "transport",
        doc: "The host starts or stops.",
        keys: &[
            Key::required("playing", Form::Boolean, "Runs from now on?"),
            Key::optional(
                "at_beats",
                Form::Number(0.0, 1e6),
                "Song position to go to, in quarter notes; without it the song stays where it is.",
            ),
        ],
        read: |fields| InputKind::Transport {
            playing: fields.boolean("playing"),
            at_beats: fields.optional_number("at_beats"),
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
