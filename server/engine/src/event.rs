//! What enters and leaves the script module, as plain data.
//!
//! Units: notes and controller values 0 to 127, bend -1.0 to 1.0, tuning in semitones, durations in milliseconds.

use std::fmt::{self, Write as _};

/// One event, in or out.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A key goes down, or the script plays a note.
    NoteOn {
        /// Note id, increasing (HALion semantics 5.1).
        id: i64,
        /// Key, 0 to 127.
        note: f64,
        /// 0 to 127.
        velocity: f64,
        /// Semitones.
        tuning: f64,
        /// 0 to 1.
        volume: f64,
        /// -1 to 1.
        pan: f64,
    },
    /// A note ends.
    NoteOff {
        /// Id of the note-on.
        id: i64,
        /// Key, 0 to 127.
        note: f64,
        /// Release velocity, 0 to 127.
        velocity: f64,
    },
    /// A held note sounds again (only incoming).
    Retrigger {
        /// An id of its own, useless for voice functions.
        id: i64,
        /// Key, 0 to 127.
        note: f64,
        /// 0 to 127.
        velocity: f64,
    },
    /// A continuous controller.
    Controller {
        /// 0 to 127 and HALion's own from 128.
        number: i64,
        /// 0 to 127.
        value: f64,
    },
    /// Pitch bend, -1.0 to 1.0.
    PitchBend {
        /// -1.0 to 1.0.
        bend: f64,
    },
    /// Channel aftertouch.
    AfterTouch {
        /// 0 to 127.
        value: f64,
    },
    /// Note expression of one note.
    NoteExpression {
        /// Id of the note-on.
        id: i64,
        /// A constant of `NoteExpressionType`.
        expression: i64,
        /// 0 to 1.
        value: f64,
    },
    /// A program change, in MIDI files only (HALion semantics 5.18).
    ProgramChange {
        /// 0 to 127.
        program: f64,
    },
    /// System exclusive bytes.
    Data {
        /// The message.
        bytes: Vec<u8>,
    },
    /// A trigger pad.
    TriggerPad {
        /// 1 to 8.
        pad: i64,
    },
    /// The host's tempo changed.
    Tempo {
        /// Beats per minute.
        bpm: f64,
    },
    /// The host started or stopped.
    Transport {
        /// Running now?
        playing: bool,
    },
    /// `fade` on the voices of a note.
    Fade {
        /// Note id.
        id: i64,
        /// Gain to start at; `None` means where the running fade is.
        from: Option<f64>,
        /// Gain to reach.
        to: f64,
        /// Milliseconds.
        duration_ms: f64,
        /// End the voices at the target?
        kill: bool,
    },
    /// `changeVolume`, `changePan` or `changeTune` on the voices of a note.
    Change {
        /// Note id.
        id: i64,
        /// What is changed.
        what: Change,
        /// Linear gain, pan -1 to 1, or semitones.
        value: f64,
        /// Added to the present value?
        relative: bool,
        /// Ramp in milliseconds; `None` is the plug-in's own smoothing.
        ramp_ms: Option<f64>,
    },
}

/// The property of a voice that [`Event::Change`] sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Linear gain.
    Volume,
    /// -1 to 1.
    Pan,
    /// Semitones.
    Tune,
}

/// A value in the list of an event's fields.
pub(crate) enum Field<'a> {
    Number(f64),
    Boolean(bool),
    Bytes(&'a [u8]),
}

impl Event {
    /// The event's name in traces and scenarios, such as `note_on`.
    pub fn name(&self) -> &'static str {
        match self {
            Event::NoteOn { .. } => "note_on",
            Event::NoteOff { .. } => "note_off",
            Event::Retrigger { .. } => "note_retrigger",
            Event::Controller { .. } => "controller",
            Event::PitchBend { .. } => "pitch_bend",
            Event::AfterTouch { .. } => "after_touch",
            Event::NoteExpression { .. } => "note_expression",
            Event::ProgramChange { .. } => "program_change",
            Event::Data { .. } => "data",
            Event::TriggerPad { .. } => "trigger_pad",
            Event::Tempo { .. } => "tempo",
            Event::Transport { .. } => "transport",
            Event::Fade { .. } => "fade",
            Event::Change {
                what: Change::Volume,
                ..
            } => "change_volume",
            Event::Change {
                what: Change::Pan, ..
            } => "change_pan",
            Event::Change {
                what: Change::Tune, ..
            } => "change_tune",
        }
    }

    /// The fields in the order they are shown; defaults that say nothing are left out.
    pub(crate) fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
        use Field::{Boolean, Bytes, Number};
        match self {
            Event::NoteOn {
                id,
                note,
                velocity,
                tuning,
                volume,
                pan,
            } => {
                let mut fields = vec![
                    ("id", Number(*id as f64)),
                    ("note", Number(*note)),
                    ("velocity", Number(*velocity)),
                ];
                let defaults = [
                    ("tuning", *tuning, 0.0),
                    ("volume", *volume, 1.0),
                    ("pan", *pan, 0.0),
                ];
                fields.extend(
                    defaults
                        .iter()
                        .filter(|(_, value, default)| value != default)
                        .map(|&(name, value, _)| (name, Number(value))),
                );
                fields
            }
            Event::NoteOff { id, note, velocity } | Event::Retrigger { id, note, velocity } => {
                vec![
                    ("id", Number(*id as f64)),
                    ("note", Number(*note)),
                    ("velocity", Number(*velocity)),
                ]
            }
            Event::Controller { number, value } => vec![
                ("number", Number(*number as f64)),
                ("value", Number(*value)),
            ],
            Event::PitchBend { bend } => vec![("bend", Number(*bend))],
            Event::AfterTouch { value } => vec![("value", Number(*value))],
            Event::NoteExpression {
                id,
                expression,
                value,
            } => {
                vec![
                    ("id", Number(*id as f64)),
                    ("expression", Number(*expression as f64)),
                    ("value", Number(*value)),
                ]
            }
            Event::ProgramChange { program } => vec![("program", Number(*program))],
            Event::Data { bytes } => vec![("bytes", Bytes(bytes))],
            Event::TriggerPad { pad } => vec![("pad", Number(*pad as f64))],
            Event::Tempo { bpm } => vec![("bpm", Number(*bpm))],
            Event::Transport { playing } => vec![("playing", Boolean(*playing))],
            Event::Fade {
                id,
                from,
                to,
                duration_ms,
                kill,
            } => {
                let mut fields = vec![("id", Number(*id as f64))];
                fields.extend(from.map(|from| ("from", Number(from))));
                fields.extend([("to", Number(*to)), ("duration_ms", Number(*duration_ms))]);
                fields.extend(kill.then_some(("kill", Boolean(true))));
                fields
            }
            Event::Change {
                id,
                value,
                relative,
                ramp_ms,
                ..
            } => {
                let mut fields = vec![("id", Number(*id as f64)), ("value", Number(*value))];
                fields.extend(relative.then_some(("relative", Boolean(true))));
                fields.extend(ramp_ms.map(|ramp| ("ramp_ms", Number(ramp))));
                fields
            }
        }
    }
}

impl fmt::Display for Event {
    /// `note_on id=1 note=60 velocity=100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        for (name, field) in self.fields() {
            match field {
                Field::Number(value) => write!(f, " {name}={}", short(value))?,
                Field::Boolean(value) => write!(f, " {name}={value}")?,
                Field::Bytes(bytes) => {
                    write!(f, " {name}=")?;
                    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                }
            }
        }
        Ok(())
    }
}

/// A number as people read it: no `.0` behind whole numbers, and the shortest digits otherwise.
pub(crate) fn short(value: f64) -> String {
    let mut text = String::new();
    let _ = write!(text, "{value}");
    text
}
