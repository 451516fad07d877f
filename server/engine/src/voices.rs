//! The voices that the script's notes start in the zones after it (HALion semantics 5.7 to 5.12, 5.16). No sound is made: what
//! is kept is which notes sound, how many voices each has, and where their values stand at any sample.
//!
//! Invariant: a note is here from its note-on until its voices have ended; memory is bounded by the number of voices.

use std::collections::BTreeMap;

use crate::{clock::Samples, event::VoiceValue, ramp::Ramp};

/// The place of something that is to happen to a note later, in the world's list of such things.
pub(crate) type Timer = (Samples, u64);

/// The notes of one slot.
#[derive(Default)]
pub(crate) struct Voices {
    notes: BTreeMap<i64, Note>,
    /// The sustain pedal as the voices see it: the one that was passed on.
    pedal: bool,
    /// Voices that sounded at the end of the last block (HALion semantics 5.16).
    pub counted: u32,
}

/// What a note starts with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onset {
    pub key: f64,
    pub n_voices: u32,
    /// 0 to 1.
    pub volume: f64,
    /// -1 to 1.
    pub pan: f64,
    /// Semitones.
    pub tuning: f64,
}

/// One note; its values hold for all its voices (HALion semantics 5.10).
pub(crate) struct Note {
    pub onset: Onset,
    phase: Phase,
    volume: Ramp,
    pan: Ramp,
    tune: Ramp,
    fade: Ramp,
    /// Only those that were set (HALion semantics 5.11).
    expressions: BTreeMap<i64, Ramp>,
    /// What is to happen to it later.
    pub timers: Vec<(Purpose, Timer)>,
}

/// What a note's timer is for; there is one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The note-off after its duration.
    End,
    /// The end of a ramp.
    Ramp(VoiceValue),
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// The note-off has not come.
    Held,
    /// The note-off has come while the pedal was down.
    Sustained,
    /// The voices end at this sample.
    Released(Samples),
}

impl Voices {
    /// A note starts. One of the same id starts anew.
    pub fn start(&mut self, id: i64, onset: Onset) {
        self.notes.insert(
            id,
            Note {
                onset,
                phase: Phase::Held,
                volume: Ramp::resting(onset.volume),
                pan: Ramp::resting(onset.pan),
                tune: Ramp::resting(onset.tuning),
                fade: Ramp::resting(1.0),
                expressions: BTreeMap::new(),
                timers: Vec::new(),
            },
        );
    }

    /// The key of a note whose note-off has not come.
    pub fn held_key(&self, id: i64) -> Option<f64> {
        let note = self.notes.get(&id)?;
        (note.phase == Phase::Held).then_some(note.onset.key)
    }

    /// The ids of the notes of a key whose note-off has not come.
    pub fn held_on(&self, key: f64) -> Vec<i64> {
        let held = |note: &Note| note.phase == Phase::Held && note.onset.key == key;
        let notes = self.notes.iter().filter(|(_, note)| held(note));
        notes.map(|(&id, _)| id).collect()
    }

    /// The keys of the notes whose note-off has not come, oldest first.
    pub fn held_keys(&self) -> impl Iterator<Item = f64> {
        let held = self.notes.values().filter(|note| note.phase == Phase::Held);
        held.map(|note| note.onset.key)
    }

    /// A note-off comes; the voices end after their release, or wait for the pedal.
    pub fn release(&mut self, id: i64, end: Samples) {
        if let Some(note) = self.notes.get_mut(&id)
            && note.phase == Phase::Held
        {
            note.phase = if self.pedal {
                Phase::Sustained
            } else {
                Phase::Released(end)
            };
        }
    }

    /// The sustain pedal moves; up, it releases what it held.
    pub fn pedal(&mut self, down: bool, end: Samples) {
        self.pedal = down;
        if !down {
            for note in self.notes.values_mut() {
                if note.phase == Phase::Sustained {
                    note.phase = Phase::Released(end);
                }
            }
        }
    }

    /// A note's voices end at once.
    pub fn cut(&mut self, id: i64) -> Option<Note> {
        self.notes.remove(&id)
    }

    /// Drops the voices whose release is over; gives what was to happen to them.
    pub fn end_released(&mut self, now: Samples) -> Vec<Timer> {
        let mut timers = Vec::new();
        self.notes.retain(|_, note| {
            let over = matches!(note.phase, Phase::Released(end) if end <= now);
            if over {
                timers.extend(note.timers.drain(..).map(|(_, timer)| timer));
            }
            !over
        });
        timers
    }

    /// The note that has sounded longest; one that is released goes first.
    pub fn oldest(&self) -> Option<i64> {
        let released = |note: &Note| matches!(note.phase, Phase::Released(_));
        let voiced = || {
            self.notes
                .iter()
                .filter(|(_, note)| note.onset.n_voices > 0)
        };
        let first_released = voiced().find(|(_, note)| released(note));
        first_released
            .or_else(|| voiced().next())
            .map(|(&id, _)| id)
    }

    /// The ids of all notes, oldest first.
    pub fn ids(&self) -> Vec<i64> {
        self.notes.keys().copied().collect()
    }

    /// How many voices sound now.
    pub fn n_sounding(&self) -> u32 {
        self.notes.values().map(|note| note.onset.n_voices).sum()
    }

    /// The note of an id, as long as its voices sound.
    pub fn get_mut(&mut self, id: i64) -> Option<&mut Note> {
        self.notes.get_mut(&id)
    }

    /// The same, to look at.
    pub fn get(&self, id: i64) -> Option<&Note> {
        self.notes.get(&id)
    }
}

impl Note {
    /// A value as it moves; `None` for a note expression that was never set.
    pub fn value(&self, what: VoiceValue) -> Option<Ramp> {
        Some(match what {
            VoiceValue::Volume => self.volume,
            VoiceValue::Pan => self.pan,
            VoiceValue::Tune => self.tune,
            VoiceValue::Fade => self.fade,
            VoiceValue::NoteExpression(expression) => *self.expressions.get(&expression)?,
        })
    }

    /// Sets a value on its way.
    pub fn set(&mut self, what: VoiceValue, ramp: Ramp) {
        match what {
            VoiceValue::Volume => self.volume = ramp,
            VoiceValue::Pan => self.pan = ramp,
            VoiceValue::Tune => self.tune = ramp,
            VoiceValue::Fade => self.fade = ramp,
            VoiceValue::NoteExpression(expression) => {
                self.expressions.insert(expression, ramp);
            }
        }
    }
}
