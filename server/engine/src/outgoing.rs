//! What leaves the script module, and what it does to the voices of the zones after it.
//!
//! Invariant: every event leaves through [`World::emit`], so records and voices never disagree.

use crate::{
    clock::Samples,
    event::{Event, VoiceValue},
    proposed,
    ramp::Ramp,
    record::{CutReason, RecordKind},
    scenario::VoiceMode,
    voices::{Onset, Purpose, Timer},
    world::World,
};

/// What happens later, without a task.
pub(crate) enum Scheduled {
    /// An event of `postEvent` leaves.
    Event(Event),
    /// A note of `playNote` has had its time.
    EndOf(i64),
    /// A value of a note arrives at its target; then the note's voices may end.
    RampEnd {
        id: i64,
        what: VoiceValue,
        kill: bool,
    },
}

/// A change of a note's value as the script asks for it.
pub(crate) struct Change {
    pub id: i64,
    pub what: VoiceValue,
    pub from: Option<f64>,
    pub to: f64,
    /// Milliseconds.
    pub ramp_ms: f64,
    /// Do the voices end at the target?
    pub kill: bool,
}

/// The MIDI controller that holds notes.
pub(crate) const SUSTAIN_PEDAL: i64 = 64;

impl World {
    /// Sends an event to the following modules and the engine, now or later.
    pub fn send(&mut self, event: Event, at: Samples) {
        if at <= self.clock.now {
            self.emit(event);
        } else {
            self.schedule(Scheduled::Event(event), at);
        }
    }

    /// An event leaves now.
    pub fn emit(&mut self, event: Event) {
        match event {
            Event::NoteOn { note, velocity, .. } => {
                let n_voices = self.tree.receivers(note, velocity, None);
                return self.start_note(event, n_voices);
            }
            Event::NoteOff { id, .. } => {
                let end = self.release_end();
                self.slot.voices.release(id, end);
            }
            Event::Retrigger { note, velocity, .. } => self.retrigger(note, velocity),
            Event::NoteExpression {
                id,
                expression,
                value,
            } => {
                let what = VoiceValue::NoteExpression(expression);
                self.set_timer(id, Purpose::Ramp(what), None);
                if let Some(note) = self.slot.voices.get_mut(id) {
                    note.set(what, Ramp::resting(value));
                }
            }
            Event::Controller {
                number: SUSTAIN_PEDAL,
                value,
            } => {
                let end = self.release_end();
                self.slot.voices.pedal(value >= 64.0, end);
            }
            _ => {}
        }
        self.record(RecordKind::EventOut(event));
    }

    /// A note-on leaves and starts its voices; other voices make room (HALion semantics 5.5, 5.16).
    pub fn start_note(&mut self, event: Event, n_voices: u32) {
        let Event::NoteOn {
            id,
            note,
            tuning,
            volume,
            pan,
            ..
        } = event
        else {
            return;
        };
        self.slot.keys.mark_posted(id);
        self.make_room(n_voices);
        let onset = Onset {
            key: note,
            n_voices,
            volume,
            pan,
            tuning,
        };
        self.slot.voices.start(id, onset);
        self.record(RecordKind::EventOut(event));
    }

    /// The held note of this key sounds again.
    fn retrigger(&mut self, key: f64, velocity: f64) {
        let held = self.slot.keys.held_note(key as i64);
        let Some(id) = held else { return };
        let n_voices = self.tree.receivers(key, velocity, None);
        self.make_room(n_voices);
        if self.slot.voices.get(id).is_none() {
            let onset = Onset {
                key,
                n_voices,
                volume: 1.0,
                pan: 0.0,
                tuning: 0.0,
            };
            self.slot.voices.start(id, onset);
        }
    }

    /// In mono modes a note ends all others; and there are only so many voices.
    fn make_room(&mut self, n_voices: u32) {
        let now = self.clock.now;
        self.end_released(now);
        if n_voices == 0 {
            return;
        }
        if self.voice_mode != VoiceMode::Poly {
            for id in self.slot.voices.ids() {
                self.cut(id, CutReason::Mono);
            }
        }
        while self.n_sounding() + n_voices > self.max_voices
            && let Some(oldest) = self.slot.voices.oldest()
        {
            self.cut(oldest, CutReason::Stolen);
        }
    }

    /// All voices of a note end at once.
    fn cut(&mut self, id: i64, reason: CutReason) {
        if let Some(note) = self.slot.voices.cut(id) {
            self.unschedule(note.timers.into_iter().map(|(_, timer)| timer));
            self.record(RecordKind::VoicesCut { id, reason });
        }
    }

    /// Ends a note that the script has started; other ids have no effect (HALion semantics 5.8).
    pub fn end_note(&mut self, id: i64) {
        if let Some(note) = self.slot.voices.held_key(id) {
            self.emit(Event::note_off(id, note));
        }
    }

    /// Ends a note of the script later, unless it has ended by then.
    pub fn end_note_at(&mut self, id: i64, at: Samples) {
        let timer = self.schedule(Scheduled::EndOf(id), at);
        self.set_timer(id, Purpose::End, Some(timer));
    }

    /// Sets a value of a note on its way; ids without voices have no effect (HALion semantics 5.10, 5.12).
    pub fn change(&mut self, change: Change) {
        let now = self.clock.now;
        let Change { id, what, .. } = change;
        let Some(note) = self.slot.voices.get_mut(id) else {
            return;
        };
        let running = note.value(what).unwrap_or(Ramp::resting(0.0));
        let share = match change.from {
            Some(_) => 1.0,
            None if what == VoiceValue::Fade => running.share_left(now, change.to),
            None => 1.0,
        };
        let from = change.from.unwrap_or_else(|| running.at(now));
        let ramp_ms = change.ramp_ms * share;
        let end = self.clock.after_ms(ramp_ms).unwrap_or(now);
        note.set(what, Ramp::moving(from, change.to, now, end - now));
        self.record(RecordKind::EventOut(Event::Change {
            id,
            what,
            from,
            to: change.to,
            ramp_ms,
            kill: change.kill,
        }));
        if end > now {
            let ramp_end = Scheduled::RampEnd {
                id,
                what,
                kill: change.kill,
            };
            let timer = self.schedule(ramp_end, end);
            self.set_timer(id, Purpose::Ramp(what), Some(timer));
        } else {
            self.set_timer(id, Purpose::Ramp(what), None);
            if change.kill {
                self.cut(id, CutReason::Fade);
            }
        }
    }

    /// The script module is switched off or on.
    pub fn set_bypassed(&mut self, bypassed: bool) {
        self.bypassed = bypassed;
        if bypassed {
            for slot in self.slot_indices() {
                self.send_bypass_note_offs(slot);
            }
        }
    }

    /// Sends the note-offs that `setBypassNoteOff` asked for in a slot, because the module is switched off there or removed
    /// (HALion semantics 5.9).
    pub fn send_bypass_note_offs(&mut self, slot: u32) {
        let present = self.slot.index;
        self.turn_to(slot);
        for key in std::mem::take(&mut self.slot.bypass_note_offs) {
            for id in self.slot.voices.held_on(key as f64) {
                self.end_note(id);
            }
        }
        self.turn_to(present);
    }

    /// Does what was scheduled; the end of a note that has ended already is dropped.
    pub fn send_scheduled(&mut self, scheduled: Scheduled) {
        match scheduled {
            Scheduled::EndOf(id) => self.end_note(id),
            Scheduled::Event(event) => self.emit(event),
            Scheduled::RampEnd { id, what, kill } => self.end_ramp(id, what, kill),
        }
    }

    /// A value has arrived.
    fn end_ramp(&mut self, id: i64, what: VoiceValue, kill: bool) {
        let ramp = self.slot.voices.get(id).and_then(|note| note.value(what));
        let Some(value) = ramp.map(|ramp| ramp.to) else {
            return;
        };
        self.record(RecordKind::RampEnd { id, what, value });
        if kill {
            self.cut(id, CutReason::Fade);
        }
    }

    /// (e) of a block: the voices are counted (HALion semantics 5.16, 12.2).
    pub fn count_voices(&mut self, block_end: Samples) {
        self.end_released(block_end);
        for slot in self.slots_mut() {
            slot.voices.counted = slot.voices.n_sounding();
        }
    }

    fn end_released(&mut self, now: Samples) {
        let mut timers = Vec::new();
        for slot in self.slots_mut() {
            timers.append(&mut slot.voices.end_released(now));
        }
        self.unschedule(timers);
    }

    fn n_sounding(&mut self) -> u32 {
        self.slots_mut().map(|slot| slot.voices.n_sounding()).sum()
    }

    /// Where the voices of a note that is released now end.
    fn release_end(&self) -> Samples {
        let clock = &self.clock;
        clock.after_ms(proposed::RELEASE_MS).unwrap_or(clock.now)
    }

    fn schedule(&mut self, scheduled: Scheduled, at: Samples) -> Timer {
        let timer = (at, self.next_outgoing);
        self.outgoing.insert(timer, (self.slot.index, scheduled));
        self.next_outgoing += 1;
        timer
    }

    /// Notes what is to happen to a note, in place of what was to happen for the same purpose.
    fn set_timer(&mut self, id: i64, purpose: Purpose, timer: Option<Timer>) {
        let Some(note) = self.slot.voices.get_mut(id) else {
            return;
        };
        let old = note.timers.iter().position(|&(other, _)| other == purpose);
        let old = old.map(|at| note.timers.swap_remove(at).1);
        note.timers.extend(timer.map(|timer| (purpose, timer)));
        self.unschedule(old);
    }

    fn unschedule(&mut self, timers: impl IntoIterator<Item = Timer>) {
        for timer in timers {
            self.outgoing.remove(&timer);
        }
    }
}
