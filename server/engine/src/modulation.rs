//! `calcModulation`: a modulation source of the script, asked every 32 samples in each slot (HALion semantics 3.3).
//!
//! Invariant: its task has one number for a whole run, and the trace shows its first call, its errors, and the values that
//! differ from the ones before; anything else would drown what the script does besides.

use halion_api::Thread;
use mlua::{MultiValue, Value};

use crate::{
    clock::Samples,
    dispatch,
    engine::Engine,
    error::ScriptError,
    record::{RecordKind, TaskId},
    runtime::{self, Start},
    task::Purpose,
    world::World,
};

/// Samples from one call to the next (the manual, calcModulation).
const PERIOD: Samples = 32;

/// One output, declared by `defineModulation`.
pub(crate) struct Output {
    pub name: String,
    /// From -1 to 1, else from 0 to 1.
    pub bipolar: bool,
}

/// What a slot knows of its modulation.
#[derive(Default)]
pub(crate) struct Modulation {
    /// When it is asked next; meaningless before the slot has started.
    pub next: Samples,
    /// The task of the calls; `None` before the first one.
    task: Option<TaskId>,
    /// An error ended it until the script is reset.
    stopped: bool,
    values: Vec<f64>,
}

impl World {
    /// Declares an output; a name that is known already is declared anew.
    pub fn define_modulation(&mut self, output: Output) {
        let known = self.modulation_outputs.iter_mut();
        match known.into_iter().find(|known| known.name == output.name) {
            Some(known) => *known = output,
            None => self.modulation_outputs.push(output),
        }
    }

    /// The next sample at which a slot is asked.
    pub fn next_modulation(&self) -> Option<Samples> {
        if self.modulation_outputs.is_empty() || self.ended {
            return None;
        }
        let slots = self.slots().into_iter();
        let asked = slots.filter(|slot| slot.started && !slot.modulation.stopped);
        asked.map(|slot| slot.modulation.next).min()
    }
}

impl Engine {
    /// Asks every slot whose time has come.
    pub(crate) fn modulate(&mut self, at: Samples) {
        if self
            .host
            .world
            .borrow()
            .next_modulation()
            .is_none_or(|next| next > at)
        {
            return;
        }
        let slots = self.host.world.borrow().slot_indices();
        for slot in slots {
            let is_due = {
                let mut world = self.host.world.borrow_mut();
                world.turn_to(slot);
                let is_started = world.slot.started;
                let modulation = &mut world.slot.modulation;
                let is_due = is_started && !modulation.stopped && modulation.next <= at;
                if is_due {
                    modulation.next += ((at - modulation.next) / PERIOD + 1) * PERIOD;
                }
                is_due
            };
            if is_due {
                self.modulate_slot();
            }
        }
    }

    fn modulate_slot(&mut self) {
        let Some(function) = dispatch::callback(&self.lua, &self.host, CALLBACK) else {
            return;
        };
        let mut start = Start::callback(CALLBACK, Thread::Processor, function, MultiValue::new());
        start.may_suspend = false;
        start.purpose = Purpose::Answer;
        start.id = self.host.world.borrow().slot.modulation.task;
        let Ok((id, arguments)) = runtime::create(&self.lua, &self.host, start) else {
            return;
        };
        self.host.world.borrow_mut().slot.modulation.task = Some(id);
        runtime::run_new(&self.lua, &self.host, id, arguments);
        let mut world = self.host.world.borrow_mut();
        // The script may have ended in the call.
        let answer = world.answers.iter().position(|(task, _)| *task == id);
        let results = answer.and_then(|at| world.answers.remove(at).1);
        let values = results.map(|results| values(&results, &world));
        match values {
            Some(Ok(values)) if values == world.slot.modulation.values => {}
            Some(Ok(values)) => {
                world.slot.modulation.values.clone_from(&values);
                world.record_for(id, RecordKind::Modulation { values });
            }
            Some(Err(message)) => {
                world.slot.modulation.stopped = true;
                let path = &self.script.path;
                let error = ScriptError::in_result(CALLBACK, path, message, Thread::Processor, id);
                world.errors += 1;
                world.record_for(id, RecordKind::Error(Box::new(error)));
            }
            None => world.slot.modulation.stopped = true,
        }
    }
}

const CALLBACK: &str = "calcModulation";

/// One value for each output: from several results or from one array, 0 where there is none, within the output's range.
fn values(results: &MultiValue, world: &World) -> Result<Vec<f64>, String> {
    let array = match results.front() {
        Some(Value::Table(array)) => Some(array),
        _ => None,
    };
    let value = |at: usize| match array {
        Some(array) => array.raw_get::<Value>(at + 1).unwrap_or(Value::Nil),
        None => results.get(at).cloned().unwrap_or(Value::Nil),
    };
    let outputs = world.modulation_outputs.iter().enumerate();
    outputs
        .map(|(at, output)| {
            let number = match value(at) {
                Value::Nil => 0.0,
                Value::Integer(number) => number as f64,
                Value::Number(number) if number.is_nan() => 0.0,
                Value::Number(number) => number,
                other => {
                    return Err(format!(
                        "the value for '{}' must be a number, got {}",
                        output.name,
                        other.type_name()
                    ));
                }
            };
            let lowest = if output.bipolar { -1.0 } else { 0.0 };
            Ok(number.clamp(lowest, 1.0))
        })
        .collect()
}
