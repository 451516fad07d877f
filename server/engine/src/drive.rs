//! The engine driven from outside, step by step: what comes in now, how far time goes, what can be asked in between.
//!
//! Invariant: a run in steps leaves the records of a run in one go with the same inputs at the same samples.

use halion_api::Thread;

use crate::{
    clock::Samples,
    data::Data,
    debug,
    engine::Engine,
    evaluate,
    event::VoiceValue,
    parameter,
    scenario::{Input, InputKind, Value},
};

impl Engine {
    /// Something comes in at the present instant, behind what has happened there already, and time goes on until the script
    /// has it: not at all for an event, to the next Controller step for an edit on the user interface.
    pub fn input(&mut self, kind: InputKind) {
        self.let_in(Input::new(0.0, kind));
    }

    /// The same for an input that names its slot; its time is now, whatever it says.
    pub fn let_in(&mut self, mut input: Input) {
        self.begin_block();
        let now = self.now();
        {
            let clock = &self.host.world.borrow().clock;
            input.at_ms = clock.samples_to_ms(now as f64);
            self.inputs.extend(clock, &[input]);
        }
        self.run_until(now);
        if self.inputs.is_due(now) {
            self.run_until(self.next_block_start());
        }
    }

    /// Time goes on up to a sample; what is due at that sample has happened then. Starts the script if it has not started.
    pub fn run_until(&mut self, sample: Samples) {
        loop {
            self.begin_block();
            let block_end = self.next_block_start();
            if sample < block_end {
                self.run_instants(sample.saturating_add(1));
                let clock = &mut self.host.world.borrow_mut().clock;
                clock.now = clock.now.max(sample);
                return;
            }
            self.run_instants(block_end);
            self.end_block();
            debug::between_tasks(&self.lua, &self.host);
            if debug::is_terminated(&self.host) {
                return;
            }
        }
    }

    /// The present value of a script parameter.
    pub fn parameter(&self, name: &str) -> Option<Value> {
        let world = self.host.world.borrow();
        let parameter = world.parameters.get(name)?;
        Some(parameter::plain(&self.lua, &parameter.value))
    }

    /// Names of the script parameters, in the order of their definition.
    pub fn parameter_names(&self) -> Vec<String> {
        let world = self.host.world.borrow();
        world
            .parameters
            .iter()
            .map(|parameter| parameter.name.clone())
            .collect()
    }

    /// The value of an expression with the script's globals and HALion's functions, as on the Controller. It cannot wait, and
    /// values that no script could keep are an error.
    pub fn evaluate(&self, expression: &str) -> Result<Data, String> {
        let thread =
            std::mem::replace(&mut self.host.world.borrow_mut().thread, Thread::Controller);
        let values = evaluate::evaluate(&self.lua, None, expression);
        self.host.world.borrow_mut().thread = thread;
        match values?.first() {
            Some(value) => Data::of(&self.lua, value),
            None => Ok(Data::Nil),
        }
    }

    /// Keys that are held from outside, by a finger or by the sustain pedal: slot by slot, the oldest first.
    pub fn held_notes(&self) -> Vec<i64> {
        let world = self.host.world.borrow();
        let slots = world.slots();
        slots.iter().flat_map(|slot| slot.keys.held()).collect()
    }

    /// Keys of the notes that the script has sent on and not ended: slot by slot, the oldest first.
    pub fn sounding_notes(&self) -> Vec<f64> {
        let world = self.host.world.borrow();
        let slots = world.slots();
        slots
            .iter()
            .flat_map(|slot| slot.voices.held_keys())
            .collect()
    }

    /// Where a value of a note stands at the present sample; `None` for a note without voices and for a note expression that was
    /// never set.
    pub fn note_value(&self, id: i64, what: VoiceValue) -> Option<f64> {
        let world = self.host.world.borrow();
        let slots = world.slots();
        let note = slots.iter().find_map(|slot| slot.voices.get(id))?;
        Some(note.value(what)?.at(self.now()))
    }

    /// The host's tempo in beats per minute; `None` if it gives none.
    pub fn tempo(&self) -> Option<f64> {
        self.host.world.borrow().transport.tempo
    }

    /// Bytes of memory that the script holds: Lua values and code.
    pub fn state_bytes(&self) -> usize {
        self.interpreter.used()
    }

    /// Script errors so far.
    pub fn n_errors(&self) -> u32 {
        self.host.world.borrow().errors
    }
}
