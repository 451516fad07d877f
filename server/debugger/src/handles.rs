//! Ids of frames and of what has variables in it. They die when the script goes on, and no number is used twice.

use halion_engine::TaskId;
use halion_engine::inspect::mlua::Value;

use crate::vocabulary::{FrameId, VariablesId};

/// What a [`VariablesId`] stands for.
#[derive(Debug, Clone)]
pub(crate) enum Container {
    /// Locals of a call.
    Locals(TaskId, i32),
    /// Upvalues of a call.
    Upvalues(TaskId, i32),
    /// Globals of the script.
    Globals,
    /// A table, with an expression for it if there is one.
    Value(Value, Option<String>),
}

/// The ids of one stop.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    frames: Numbered<Option<(TaskId, i32)>>,
    containers: Numbered<Container>,
}

impl Handles {
    /// A new id for a row of a stack; labels have no call.
    pub(crate) fn frame(&mut self, call: Option<(TaskId, i32)>) -> FrameId {
        FrameId(self.frames.add(call))
    }

    /// The row, if the id is of this stop.
    pub(crate) fn call(&self, id: FrameId) -> Option<Option<(TaskId, i32)>> {
        self.frames.get(id.0).copied()
    }

    /// A new id for something with variables.
    pub(crate) fn container(&mut self, container: Container) -> VariablesId {
        VariablesId(self.containers.add(container))
    }

    /// What the id stands for, if it is of this stop.
    pub(crate) fn get(&self, id: VariablesId) -> Option<&Container> {
        self.containers.get(id.0)
    }

    /// Forgets all of them.
    pub(crate) fn expire(&mut self) {
        self.frames.expire();
        self.containers.expire();
    }
}

/// Values with numbers from 1 up that are never given out twice.
#[derive(Debug)]
struct Numbered<T> {
    n_expired: i64,
    live: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered {
            n_expired: 0,
            live: Vec::new(),
        }
    }
}

impl<T> Numbered<T> {
    fn add(&mut self, value: T) -> i64 {
        self.live.push(value);
        self.n_expired + self.live.len() as i64
    }

    fn get(&self, number: i64) -> Option<&T> {
        self.live
            .get(usize::try_from(number - self.n_expired - 1).ok()?)
    }

    fn expire(&mut self) {
        self.n_expired += self.live.len() as i64;
        self.live.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_die_and_do_not_come_back() {
        let mut handles = Handles::default();
        let old = handles.frame(None);
        assert_eq!((old, handles.call(old)), (FrameId(1), Some(None)));
        handles.expire();
        assert_eq!(handles.call(old), None);
        assert_eq!(handles.frame(Some((TaskId(1), 0))), FrameId(2));
        assert_eq!(handles.call(FrameId(0)), None);
    }
}
