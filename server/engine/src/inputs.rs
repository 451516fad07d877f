//! The scenario's inputs on their way in, by sample, then in the order of the scenario (HALion semantics 3.2.8).

use std::collections::VecDeque;

use halion_api::Thread;

use crate::{
    clock::{Clock, Samples},
    event::Event,
    keys::Keys,
    scenario::{Input, InputKind, Scenario, Value},
    world::World,
};

/// What has not come in yet.
#[derive(Default)]
pub(crate) struct Inputs {
    incoming: VecDeque<Incoming>,
    pub edits: VecDeque<Edit>,
    /// Ids of the notes of `note` inputs.
    pairs: Vec<Option<i64>>,
}

/// An event on its way in.
struct Incoming {
    at: Samples,
    event: IncomingEvent,
}

enum IncomingEvent {
    /// Ids are given when the event arrives.
    Plain(Event),
    /// The end of the note with this number in the list of `pairs`, and its key.
    EndOf(usize, f64),
    /// A note whose id goes into `pairs`.
    StartOf(usize, Event),
}

/// A UI edit on its way in.
pub(crate) struct Edit {
    pub at: Samples,
    pub name: String,
    pub value: Value,
}

impl Inputs {
    /// All inputs of a scenario.
    pub fn new(clock: &Clock, scenario: &Scenario) -> Inputs {
        let mut inputs = Inputs::default();
        inputs.extend(clock, &scenario.inputs);
        inputs
    }

    /// More of them, behind those of the same sample.
    pub fn extend(&mut self, clock: &Clock, inputs: &[Input]) {
        let mut incoming = Vec::from(std::mem::take(&mut self.incoming));
        let mut edits = Vec::from(std::mem::take(&mut self.edits));
        let pairs = &mut self.pairs;
        for input in inputs {
            let at = clock.sample_at_ms(input.at_ms);
            let plain = |event| Incoming {
                at,
                event: IncomingEvent::Plain(event),
            };
            match input.kind.clone() {
                InputKind::Note {
                    note,
                    velocity,
                    length_ms,
                } => {
                    let pair = pairs.len();
                    pairs.push(None);
                    incoming.push(Incoming {
                        at,
                        event: IncomingEvent::StartOf(pair, note_on(note, velocity)),
                    });
                    let end = clock.sample_at_ms(input.at_ms + length_ms);
                    incoming.push(Incoming {
                        at: end,
                        event: IncomingEvent::EndOf(pair, note.into()),
                    });
                }
                InputKind::NoteOn { note, velocity } => {
                    incoming.push(plain(note_on(note, velocity)))
                }
                InputKind::NoteOff { note, velocity } => {
                    incoming.push(plain(Event::NoteOff {
                        id: 0,
                        note: note.into(),
                        velocity: velocity.into(),
                    }));
                }
                InputKind::Controller { number, value } => {
                    incoming.push(plain(Event::Controller {
                        number: number.into(),
                        value: value.into(),
                    }))
                }
                InputKind::PitchBend { bend } => incoming.push(plain(Event::PitchBend { bend })),
                InputKind::AfterTouch { value } => incoming.push(plain(Event::AfterTouch {
                    value: value.into(),
                })),
                InputKind::TriggerPad { pad } => {
                    incoming.push(plain(Event::TriggerPad { pad: pad.into() }))
                }
                InputKind::Tempo { bpm } => incoming.push(plain(Event::Tempo { bpm })),
                InputKind::Transport { playing } => {
                    incoming.push(plain(Event::Transport { playing }))
                }
                InputKind::Parameter { name, value } => edits.push(Edit { at, name, value }),
            }
        }
        incoming.sort_by_key(|incoming| incoming.at);
        edits.sort_by_key(|edit| edit.at);
        (self.incoming, self.edits) = (incoming.into(), edits.into());
    }

    /// Is something due at a sample that has not come in yet?
    pub fn is_due(&self, at: Samples) -> bool {
        self.next_at().is_some_and(|next| next <= at)
            || self.edits.front().is_some_and(|edit| edit.at <= at)
    }

    /// Has everything come in?
    pub fn is_empty(&self) -> bool {
        self.incoming.is_empty() && self.edits.is_empty()
    }

    /// The sample of the next event.
    pub fn next_at(&self) -> Option<Samples> {
        self.incoming.front().map(|incoming| incoming.at)
    }

    /// Takes the next event that is due at a sample. A note gets its id now; a note-off has that of its note-on, the oldest held
    /// one of its key.
    pub fn next_event(&mut self, at: Samples, keys: &mut Keys) -> Option<Event> {
        if self.next_at()? > at {
            return None;
        }
        Some(match self.incoming.pop_front()?.event {
            IncomingEvent::StartOf(pair, mut event) => {
                let new_id = keys.new_id();
                self.pairs[pair] = Some(new_id);
                if let Event::NoteOn { id, .. } = &mut event {
                    *id = new_id;
                }
                event
            }
            IncomingEvent::EndOf(pair, note) => {
                let id = self.pairs[pair].unwrap_or(0);
                Event::NoteOff {
                    id,
                    note,
                    velocity: 0.0,
                }
            }
            IncomingEvent::Plain(mut event) => {
                match &mut event {
                    Event::NoteOn { id, .. } => *id = keys.new_id(),
                    Event::NoteOff { id, note, .. } => {
                        *id = match keys.held_note(*note as i64) {
                            Some(held) => held,
                            None => keys.new_id(),
                        };
                    }
                    _ => {}
                }
                event
            }
        })
    }
}

/// Where an edit of a parameter is handled (HALion semantics 6.6).
pub(crate) fn thread_of(world: &World, name: &str) -> Thread {
    let parameter = world.parameters.get(name);
    match parameter {
        Some(parameter) => world.thread_of_callback(parameter),
        None => Thread::Controller,
    }
}

fn note_on(note: u8, velocity: u8) -> Event {
    Event::NoteOn {
        id: 0,
        note: note.into(),
        velocity: velocity.into(),
        tuning: 0.0,
        volume: 1.0,
        pan: 0.0,
    }
}
