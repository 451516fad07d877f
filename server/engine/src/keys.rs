//! Which keys are down, which incoming notes are held, and what ends when a key comes up.
//!
//! Invariant: only events from outside the script count (HALion semantics 5.14). Keys are 0 to 127.

use std::collections::{BTreeMap, BTreeSet};

use crate::{clock::Samples, proposed};

/// One incoming note.
struct Note {
    key: i64,
    velocity: f64,
    tuning: f64,
    /// Its key is still down.
    down: bool,
    /// Its key came up while the sustain pedal was down.
    sustained: bool,
    /// Ids of notes the script played with a duration that ends with this key (HALion semantics 5.5).
    dependents: Vec<i64>,
}

/// Keys and incoming notes of one slot.
#[derive(Default)]
pub(crate) struct Keys {
    next_id: i64,
    incoming: BTreeMap<i64, Note>,
    pedal: bool,
    /// Sample of the last note-on or retrigger of each key.
    last_on: BTreeMap<i64, Samples>,
    /// Incoming note-ons that have not left with their own id (HALion semantics 5.2).
    unposted: BTreeSet<i64>,
}

impl Keys {
    /// The next note id; ids increase from 1 (HALion semantics 5.1).
    pub fn new_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// The id given last.
    pub fn last_id(&self) -> i64 {
        self.next_id
    }

    /// Gives no id that another slot has given already.
    pub fn continue_ids(&mut self, last_id: i64) {
        self.next_id = self.next_id.max(last_id);
    }

    /// A key goes down.
    pub fn note_on(&mut self, id: i64, key: i64, velocity: f64, tuning: f64, now: Samples) {
        self.unposted.insert(id);
        if self.unposted.len() > proposed::UNPOSTED_NOTES {
            self.unposted.pop_first();
        }
        self.incoming.insert(
            id,
            Note {
                key,
                velocity,
                tuning,
                down: true,
                sustained: false,
                dependents: Vec::new(),
            },
        );
        self.sounds_again(key, now);
    }

    /// A key sounds from now on (HALion semantics 5.15).
    pub fn sounds_again(&mut self, key: i64, now: Samples) {
        self.last_on.insert(key, now);
    }

    /// The note that sounds again when a key comes up in a program with Mono and Retrigger: the newest one whose key is still
    /// down, if the released one was newer. Gives key, velocity and tuning (HALion semantics 3.1).
    pub fn retriggered_by(&self, released: i64) -> Option<(i64, f64, f64)> {
        let (&id, note) = self.incoming.iter().rfind(|(_, note)| note.down)?;
        (id < released).then_some((note.key, note.velocity, note.tuning))
    }

    /// The oldest note of a key that is down, if any: the one a note-off belongs to.
    pub fn held_note(&self, key: i64) -> Option<i64> {
        self.incoming
            .iter()
            .find(|(_, note)| note.down && note.key == key)
            .map(|(&id, _)| id)
    }

    /// A key comes up. Gives the ids of the notes that end with it, and whether the note counts as released.
    pub fn note_off(&mut self, id: i64) -> (Vec<i64>, bool) {
        let pedal = self.pedal;
        let Some(note) = self.incoming.get_mut(&id) else {
            return (Vec::new(), true);
        };
        note.down = false;
        note.sustained = pedal;
        let dependents = std::mem::take(&mut note.dependents);
        if !pedal {
            self.incoming.remove(&id);
        }
        (dependents, !pedal)
    }

    /// The sustain pedal moves; gives the notes that are released by it (HALion semantics 4.7).
    pub fn pedal(&mut self, down: bool) -> Vec<i64> {
        self.pedal = down;
        if down {
            return Vec::new();
        }
        let released: Vec<i64> = self
            .incoming
            .iter()
            .filter(|(_, note)| note.sustained)
            .map(|(&id, _)| id)
            .collect();
        for id in &released {
            self.incoming.remove(id);
        }
        released
    }

    /// Is the note held by its key or by the pedal?
    pub fn is_held(&self, id: i64) -> bool {
        self.incoming.contains_key(&id)
    }

    /// Key of each note that is held by its key or by the pedal, in the order they came in.
    pub fn held(&self) -> impl Iterator<Item = i64> {
        self.incoming.values().map(|note| note.key)
    }

    /// Is a key down?
    pub fn is_key_down(&self, key: i64) -> bool {
        self.held_note(key).is_some()
    }

    /// Is a key of this name down in any octave? `key` is taken modulo 12.
    pub fn is_octave_key_down(&self, key: i64) -> bool {
        self.incoming
            .values()
            .any(|note| note.down && note.key.rem_euclid(12) == key.rem_euclid(12))
    }

    /// When a key last went down.
    pub fn last_on(&self, key: i64) -> Option<Samples> {
        self.last_on.get(&key).copied()
    }

    /// Ends note `dependent` together with the key of `id`, unless that key is up already. Notes that do not sound any more are
    /// forgotten now and then, so that a key held for an hour keeps no list of an hour.
    pub fn depend(&mut self, id: i64, dependent: i64, sounds: impl Fn(i64) -> bool) {
        if let Some(note) = self.incoming.get_mut(&id).filter(|note| note.down) {
            if note.dependents.len() >= 64 && note.dependents.len().is_power_of_two() {
                note.dependents.retain(|&dependent| sounds(dependent));
            }
            note.dependents.push(dependent);
        }
    }

    /// The id a posted note-on leaves with: its own, the first time an incoming note is posted, else a new one.
    pub fn id_for_posting(&mut self, id: i64) -> i64 {
        if self.unposted.remove(&id) {
            id
        } else {
            self.new_id()
        }
    }

    /// An incoming note-on leaves with its own id.
    pub fn mark_posted(&mut self, id: i64) {
        self.unposted.remove(&id);
    }
}
