//! Which keys are down, which notes are held, and what ends when a key comes up.
//!
//! Invariant: only events from outside the script count (HALion semantics 5.14). Keys are 0 to 127.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Samples;

/// One incoming note.
struct Note {
    key: i64,
    /// Its key is still down.
    down: bool,
    /// Its key came up while the sustain pedal was down.
    sustained: bool,
    /// Ids of notes the script played with a duration that ends with this key (HALion semantics 5.5).
    dependents: Vec<i64>,
}

/// Held keys and sounding notes.
#[derive(Default)]
pub(crate) struct Keys {
    next_id: i64,
    incoming: BTreeMap<i64, Note>,
    pedal: bool,
    /// Sample of the last note-on of each key.
    last_on: BTreeMap<i64, Samples>,
    /// Key of each note that left the module and has not been ended, by id.
    sounding: BTreeMap<i64, f64>,
    /// Incoming note-ons that have left with their own id (HALion semantics 5.2).
    posted: BTreeSet<i64>,
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
    pub fn note_on(&mut self, id: i64, key: i64, now: Samples) {
        self.incoming.insert(
            id,
            Note {
                key,
                down: true,
                sustained: false,
                dependents: Vec::new(),
            },
        );
        self.last_on.insert(key, now);
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

    /// Key of each note that left the module and has not been ended, in the order of their ids.
    pub fn sounding(&self) -> impl Iterator<Item = f64> {
        self.sounding.values().copied()
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

    /// Ends note `dependent` together with the key of `id`. False if that key is up already.
    pub fn depend(&mut self, id: i64, dependent: i64) -> bool {
        match self.incoming.get_mut(&id) {
            Some(note) if note.down => {
                note.dependents.push(dependent);
                true
            }
            _ => false,
        }
    }

    /// The id a posted note-on leaves with: its own, the first time an incoming note is posted, else a new one.
    pub fn id_for_posting(&mut self, id: i64) -> i64 {
        let incoming = id > 0 && id <= self.next_id;
        if incoming && self.posted.insert(id) {
            id
        } else {
            self.new_id()
        }
    }

    /// A note leaves the module.
    pub fn sounds(&mut self, id: i64, key: f64) {
        self.posted.insert(id);
        self.sounding.insert(id, key);
    }

    /// A note ends; gives its key if it was sounding.
    pub fn ends(&mut self, id: i64) -> Option<f64> {
        self.sounding.remove(&id)
    }

    /// Does a note with this id sound?
    pub fn is_sounding(&self, id: i64) -> bool {
        self.sounding.contains_key(&id)
    }

    /// How many notes sound.
    pub fn n_sounding(&self) -> usize {
        self.sounding.len()
    }
}
