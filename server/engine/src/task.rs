//! A task: one running callback instance or spawned function, as a coroutine (HALion semantics 3.2.7).
//!
//! The debugger reads these fields: `coroutine` to walk the stack, `parent` for the label below a frame list.

use halion_api::Thread;
use mlua::{Function, MultiValue, Thread as Coroutine};

use crate::{clock::Samples, record::TaskId};

/// A live task. It leaves the world when it ends, also by an error.
pub(crate) struct Task {
    /// Number, from 1 in the order of start.
    pub id: TaskId,
    /// Callback or declared function; `<main>`; `<anonymous>`.
    pub name: String,
    /// The first field of its errors (HALion semantics 1.7).
    pub error_name: String,
    /// The thread it runs on; a task never changes it.
    pub thread: Thread,
    /// The slot of a Processor task.
    pub slot: u32,
    /// The task that caused it: by `runAsync`, `runSync`, `spawn` or `setParameter`.
    pub parent: Option<TaskId>,
    /// The Lua thread; its stack can be read while it is suspended and inside hooks.
    pub coroutine: Coroutine,
    /// What it waits for; `None` while it runs or has not started.
    pub waiting: Option<Wait>,
    /// The incoming note that started it, inherited by `spawn` (HALion semantics 4.8).
    pub note: Option<i64>,
    /// Is this `onNote` itself, where `isNoteHeld` is allowed (HALion semantics 5.14)?
    pub in_on_note: bool,
    /// May it suspend? Global statements may not (HALion semantics 4.4).
    pub may_suspend: bool,
    /// What happens when it ends.
    pub purpose: Purpose,
    /// A task of this number has been recorded already, as for the calls of `calcModulation`; this one is not.
    pub is_quiet: bool,
}

/// What a suspended task waits for.
pub(crate) enum Wait {
    /// A point in time.
    Until {
        /// First sample at which it may go on.
        sample: Samples,
        /// The call, such as `wait 10 ms`.
        reason: String,
    },
    /// The release of an incoming note, by its id.
    Release(i64),
    /// The end of a function on the Controller.
    Async {
        /// The function given to `runAsync`; taken when the job is queued.
        job: Option<(Function, MultiValue)>,
    },
}

impl Wait {
    /// The text of the `suspend` record.
    pub fn reason(&self) -> String {
        match self {
            Wait::Until { reason, .. } => reason.clone(),
            Wait::Release(_) => "waitForRelease".to_owned(),
            Wait::Async { .. } => "runAsync".to_owned(),
        }
    }
}

/// What happens when a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing further.
    Plain,
    /// The caller of `runAsync` goes on in the next block (HALion semantics 4.13).
    Async(TaskId),
    /// `onIdle` may be called again (HALion semantics 3.3).
    Idle,
    /// What it returns is wanted: `onSave` and its like.
    Answer,
}
