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
    /// The end of the note with this number in the list of `pairs`.
    EndOf(usize, Event),
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
        for input in inputs {
            let (at, slot) = (clock.sample_at_ms(input.at_ms), input.slot);
            let mut push = |at, event| incoming.push(Incoming { at, slot, event });
            let mut act = |kind| actions.push(Action { at, slot, kind });
            match input.kind.clone() {
                InputKind::Parameter { name, value } => {
                    let by = ParameterChange::Ui;
                    act(ActionKind::Edit(Edit { name, value, by }));
                }
                InputKind::Lifecycle(Lifecycle::Automation { name, value }) => {
                    let by = ParameterChange::Automation;
                    act(ActionKind::Edit(Edit { name, value, by }));
                }
                InputKind::Lifecycle(lifecycle) => act(ActionKind::Lifecycle(lifecycle)),
                InputKind::Note {
                    note,
                    velocity,
                    tuning,
                    length_ms,
                    release_velocity,
                } => {
                    let pair = self.pairs.len();
                    self.pairs.push(None);
                    let start = note_on(note, velocity, tuning);
                    push(at, IncomingEvent::StartOf(pair, start));
                    let end = note_off(note, release_velocity, tuning);
                    let end_at = clock.sample_at_ms(input.at_ms + length_ms);
                    push(end_at, IncomingEvent::EndOf(pair, end));
                }
                kind => {
                    if let Some(event) = event_of(kind) {
                        push(at, IncomingEvent::Plain(event));
                    }
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

    /// Takes the next event, for the slot whose turn it is. A note gets its id now; a note-off has that of its note-on, and so has a
    /// note expression: the oldest held one of the key.
    pub fn next_event(&mut self, world: &mut World) -> Option<Event> {
        let keys = &mut world.slot.keys;
        let mut event = match self.incoming.pop_front()?.event {
            IncomingEvent::StartOf(pair, event) => {
                let new_id = keys.new_id();
                self.pairs[pair] = Some(new_id);
                return Some(with_id(event, new_id));
            }
            IncomingEvent::EndOf(pair, event) => {
                let id = self.pairs[pair].unwrap_or(0);
                return Some(with_id(event, id));
            }
            IncomingEvent::Plain(event) => event,
        };
        match &mut event {
            Event::NoteOn { id, .. } | Event::Retrigger { id, .. } => *id = keys.new_id(),
            Event::NoteOff { id, note, .. } => {
                *id = keys
                    .held_note(*note as i64)
                    .unwrap_or_else(|| keys.new_id());
            }
            // The scenario names the key; its note is known only now.
            Event::NoteExpression { id, .. } => *id = keys.held_note(*id).unwrap_or(NO_NOTE),
            _ => {}
        }
        Some(event)
    }
}

/// The id of a note expression of a key that is not down.
const NO_NOTE: i64 = -1;

fn with_id(mut event: Event, new_id: i64) -> Event {
    if let Event::NoteOn { id, .. } | Event::NoteOff { id, .. } = &mut event {
        *id = new_id;
    }
    event
}

/// What reaches the module, as far as it is known before it arrives; `None` if it is no event.
fn event_of(kind: InputKind) -> Option<Event> {
    Some(match kind {
        InputKind::Parameter { .. } | InputKind::Lifecycle(_) => return None,
        InputKind::NoteOn {
            note,
            velocity,
            tuning,
        }
        | InputKind::Note {
            note,
            velocity,
            tuning,
            ..
        } => note_on(note, velocity, tuning),
        InputKind::NoteOff { note, velocity } => note_off(note, velocity, 0.0),
        InputKind::Retrigger { note, velocity } => Event::Retrigger {
            id: 0,
            note: note.into(),
            velocity: velocity.into(),
            tuning: 0.0,
        },
        InputKind::Controller { number, value } => Event::Controller {
            number: number.into(),
            value: value.into(),
        },
        InputKind::PitchBend { bend } => Event::PitchBend { bend },
        InputKind::AfterTouch { value } => Event::AfterTouch {
            value: value.into(),
        },
        InputKind::PolyAfterTouch { note, value } => Event::PolyAfterTouch {
            note: note.into(),
            value: value.into(),
        },
        InputKind::NoteExpression {
            note,
            expression,
            value,
        } => Event::NoteExpression {
            id: note.into(),
            expression: expression.into(),
            value,
        },
        InputKind::ProgramChange { program } => Event::ProgramChange {
            program: program.into(),
        },
        InputKind::Data { bytes } => Event::Data { bytes },
        InputKind::TriggerPad { pad } => Event::TriggerPad { pad: pad.into() },
        InputKind::Bypass { bypassed } => Event::Bypass { bypassed },
        InputKind::Tempo { bpm } => Event::Tempo { bpm },
        InputKind::TimeSignature { signature } => Event::TimeSignature { signature },
        InputKind::Transport { playing, at_beats } => Event::Transport { playing, at_beats },
    })
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

fn note_on(note: u8, velocity: u8, tuning: f64) -> Event {
    Event::NoteOn {
        id: 0,
        note: note.into(),
        velocity: velocity.into(),
        tuning,
        volume: 1.0,
        pan: 0.0,
    }
}

fn note_off(note: u8, velocity: u8, tuning: f64) -> Event {
    Event::NoteOff {
        id: 0,
        note: note.into(),
        velocity: velocity.into(),
        tuning,
    }
}
