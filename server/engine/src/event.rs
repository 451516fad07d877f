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
        /// Semitones.
        tuning: f64,
    },
    /// A held note sounds again (only incoming).
    Retrigger {
        /// An id of its own, useless for voice functions.
        id: i64,
        /// Key, 0 to 127.
        note: f64,
        /// 0 to 127.
        velocity: f64,
        /// Semitones.
        tuning: f64,
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
    /// Aftertouch of one key; a script never sees it, it passes.
    PolyAfterTouch {
        /// Key, 0 to 127.
        note: f64,
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
    /// The script module is switched off or on; switched off, events pass it.
    Bypass {
        /// Off now?
        bypassed: bool,
    },
    /// The host's tempo changed.
    Tempo {
        /// Beats per minute; 0 if the host tells none.
        bpm: f64,
    },
    /// The host's time signature changed.
    TimeSignature {
        /// `None` if the host tells none.
        signature: Option<Signature>,
    },
    /// The host started or stopped.
    Transport {
        /// Running now?
        playing: bool,
        /// Song position in quarter notes, if it jumps there.
        at_beats: Option<f64>,
    },
    /// A value of a note's voices is sent on its way: by `fade`, `changeVolume`, `changePan`, `changeTune` or
    /// `changeNoteExpression`.
    Change {
        /// Note id.
        id: i64,
        /// What moves.
        what: VoiceValue,
        /// Where it starts.
        from: f64,
        /// Where it arrives.
        to: f64,
        /// How long it takes, in milliseconds; 0 is at once.
        ramp_ms: f64,
        /// Do the voices end at the target?
        kill: bool,
    },
}

/// A value of a note that moves; it holds for all voices of the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceValue {
    /// Linear gain.
    Volume,
    /// -1 to 1.
    Pan,
    /// Semitones.
    Tune,
    /// Linear gain of `fade`, on top of the volume.
    Fade,
    /// 0 to 1; a constant of `NoteExpressionType`.
    NoteExpression(i64),
}

impl VoiceValue {
    /// The word for it in traces.
    pub fn name(self) -> &'static str {
        match self {
            VoiceValue::Volume => "volume",
            VoiceValue::Pan => "pan",
            VoiceValue::Tune => "tune",
            VoiceValue::Fade => "fade",
            VoiceValue::NoteExpression(_) => "note_expression",
        }
    }
}

/// A time signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Beats of a bar.
    pub numerator: u32,
    /// What a beat is: 4 for a quarter note.
    pub denominator: u32,
}

impl Signature {
    /// 4/4.
    pub const COMMON: Signature = Signature {
        numerator: 4,
        denominator: 4,
    };

    /// Reads `6/8`. Numerators go to 99, denominators are powers of two to 64.
    pub fn parse(text: &str) -> Option<Signature> {
        let (numerator, denominator) = text.split_once('/')?;
        Signature::new(
            numerator.trim().parse().ok()?,
            denominator.trim().parse().ok()?,
        )
    }

    /// A signature that exists.
    pub fn new(numerator: u32, denominator: u32) -> Option<Signature> {
        let exists =
            (1..=99).contains(&numerator) && denominator.is_power_of_two() && denominator <= 64;
        exists.then_some(Signature {
            numerator,
            denominator,
        })
    }

    /// Quarter notes in a bar.
    pub fn bar_beats(self) -> f64 {
        f64::from(self.numerator) * 4.0 / f64::from(self.denominator)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// A value in the list of an event's fields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// A number, in the unit of the field.
    Number(f64),
    /// A switch.
    Boolean(bool),
    /// A message.
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
            Event::PolyAfterTouch { .. } => "poly_after_touch",
            Event::NoteExpression { .. } => "note_expression",
            Event::ProgramChange { .. } => "program_change",
            Event::Data { .. } => "data",
            Event::TriggerPad { .. } => "trigger_pad",
            Event::Bypass { .. } => "bypass",
            Event::Tempo { .. } => "tempo",
            Event::TimeSignature { .. } => "time_signature",
            Event::Transport { .. } => "transport",
            Event::Change { what, .. } => match what {
                VoiceValue::Volume => "change_volume",
                VoiceValue::Pan => "change_pan",
                VoiceValue::Tune => "change_tune",
                VoiceValue::Fade => "fade",
                VoiceValue::NoteExpression(_) => "change_note_expression",
            },
        }
    }

    /// The fields in the order they are shown; defaults that say nothing are left out.
    pub fn fields(&self) -> Vec<(&'static str, Field<'_>)> {
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
            Event::NoteOff {
                id,
                note,
                velocity,
                tuning,
            }
            | Event::Retrigger {
                id,
                note,
                velocity,
                tuning,
            } => {
                let mut fields = vec![
                    ("id", Number(*id as f64)),
                    ("note", Number(*note)),
                    ("velocity", Number(*velocity)),
                ];
                fields.extend((*tuning != 0.0).then_some(("tuning", Number(*tuning))));
                fields
            }
            Event::Controller { number, value } => vec![
                ("number", Number(*number as f64)),
                ("value", Number(*value)),
            ],
            Event::PitchBend { bend } => vec![("bend", Number(*bend))],
            Event::AfterTouch { value } => vec![("value", Number(*value))],
            Event::PolyAfterTouch { note, value } => {
                vec![("note", Number(*note)), ("value", Number(*value))]
            }
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
            Event::Bypass { bypassed } => vec![("bypassed", Boolean(*bypassed))],
            Event::Tempo { bpm } => vec![("bpm", Number(*bpm))],
            Event::TimeSignature { signature } => signature
                .iter()
                .flat_map(|signature| {
                    [
                        ("numerator", Number(signature.numerator.into())),
                        ("denominator", Number(signature.denominator.into())),
                    ]
                })
                .collect(),
            Event::Transport { playing, at_beats } => {
                let mut fields = vec![("playing", Boolean(*playing))];
                fields.extend(at_beats.map(|beats| ("at_beats", Number(beats))));
                fields
            }
            Event::Change {
                id,
                what,
                from,
                to,
                ramp_ms,
                kill,
            } => {
                let mut fields = vec![("id", Number(*id as f64))];
                if let VoiceValue::NoteExpression(expression) = what {
                    fields.push(("expression", Number(*expression as f64)));
                }
                fields.extend([("from", Number(*from)), ("to", Number(*to))]);
                fields.extend((*ramp_ms != 0.0).then_some(("ramp_ms", Number(*ramp_ms))));
                fields.extend(kill.then_some(("kill", Boolean(true))));
                fields
            }
        }
    }

    /// The end of a note, without a word about velocity.
    pub(crate) fn note_off(id: i64, note: f64) -> Event {
        Event::NoteOff {
            id,
            note,
            velocity: 0.0,
            tuning: 0.0,
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

/// From here on a number has more zeros than people count.
const MANY_ZEROS: f64 = 1e21;

/// A number as people read it: no `.0` behind whole numbers, and the shortest digits otherwise.
pub(crate) fn short(value: f64) -> String {
    let mut text = String::new();
    let _ = if value.is_finite() && value.abs() >= MANY_ZEROS {
        write!(text, "{value:e}")
    } else {
        write!(text, "{value}")
    };
    text
}
