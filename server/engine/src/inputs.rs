//! The scenario's inputs on their way in, by sample, then in the order of the scenario (HALion semantics 3.2.8).

use std::collections::VecDeque;

use halion_api::Thread;

use crate::{
    clock::{Clock, Samples},
    event::Event,
    record::ParameterChange,
    scenario::{Input, InputKind, Lifecycle, Scenario, Value},
    world::World,
};

/// What has not come in yet.
#[derive(Default)]
pub(crate) struct Inputs {
    incoming: VecDeque<Incoming>,
    /// What the Controller sees to, and edits of parameters, which the Processor may have to see to.
    pub actions: VecDeque<Action>,
    /// Ids of the notes of `note` inputs.
    pairs: Vec<Option<i64>>,
}

/// An event on its way in.
struct Incoming {
    at: Samples,
    slot: Option<u32>,
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

/// Something on its way in that is no event.
pub(crate) struct Action {
    pub at: Samples,
    pub slot: Option<u32>,
    pub kind: ActionKind,
}

pub(crate) enum ActionKind {
    /// Somebody moves a parameter.
    Edit(Edit),
    Lifecycle(Lifecycle),
}

/// A parameter gets another value from outside the script.
pub(crate) struct Edit {
    pub name: String,
    pub value: Value,
    pub by: ParameterChange,
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
        let mut actions = Vec::from(std::mem::take(&mut self.actions));
        let pairs = &mut self.pairs;
        for input in inputs {
            let at = clock.sample_at_ms(input.at_ms);
            let slot = input.slot;
            let action = |kind| Action { at, slot, kind };
            let plain = |event| Incoming {
                at,
                slot,
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
                        slot,
                        event: IncomingEvent::StartOf(pair, note_on(note, velocity)),
                    });
                    let end = clock.sample_at_ms(input.at_ms + length_ms);
                    incoming.push(Incoming {
                        at: end,
                        slot,
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
                InputKind::Parameter { name, value } => {
                    let by = ParameterChange::Ui;
                    actions.push(action(ActionKind::Edit(Edit { name, value, by })));
                }
                InputKind::Lifecycle(Lifecycle::Automation { name, value }) => {
                    let by = ParameterChange::Automation;
                    actions.push(action(ActionKind::Edit(Edit { name, value, by })));
                }
                InputKind::Lifecycle(lifecycle) => {
                    actions.push(action(ActionKind::Lifecycle(lifecycle)));
                }
            }
        }
        incoming.sort_by_key(|incoming| incoming.at);
        actions.sort_by_key(|action| action.at);
        (self.incoming, self.actions) = (incoming.into(), actions.into());
    }

    /// Is something due at a sample that has not come in yet?
    pub fn is_due(&self, at: Samples) -> bool {
        self.next_at().is_some_and(|next| next <= at)
            || self.actions.front().is_some_and(|action| action.at <= at)
    }

    /// Has everything come in?
    pub fn is_empty(&self) -> bool {
        self.incoming.is_empty() && self.actions.is_empty()
    }

    /// The sample of the next event.
    pub fn next_at(&self) -> Option<Samples> {
        self.incoming.front().map(|incoming| incoming.at)
    }

    /// The slot of the next event, if one is due at a sample.
    pub fn next_slot(&self, at: Samples) -> Option<Option<u32>> {
        let next = self.incoming.front().filter(|next| next.at <= at)?;
        Some(next.slot)
    }

    /// Takes the next event, for the slot whose turn it is. A note gets its id now; a note-off has that of its note-on, the oldest held
    /// one of its key.
    pub fn next_event(&mut self, world: &mut World) -> Option<Event> {
        let keys = &mut world.slot.keys;
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

/// Where an action is handled: edits of parameters where their callbacks run (HALion semantics 6.6).
pub(crate) fn thread_of(world: &World, action: &Action) -> Thread {
    let ActionKind::Edit(edit) = &action.kind else {
        return Thread::Controller;
    };
    match world.parameters.get(&edit.name) {
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
