//! Work that takes time, on threads of its own; a panic there is logged and becomes a value.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Our own mistake: what the panic said.
#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) String);

/// Runs `work` on a thread of the runtime's blocking pool. `name` is for the log.
///
/// Dropping the join handle does not stop the work; whoever waits for its result holds the receiving end of a channel.
pub(crate) fn run(name: &'static str, work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(move || guard(name, work).ok());
}

/// Runs `work` here and now.
pub(crate) fn guard<T>(name: &str, work: impl FnOnce() -> T) -> Result<T, Panicked> {
    // What a panic leaves half-done is dropped with `work`; shared snapshots are immutable.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let said = text(payload.as_ref());
        tracing::error!("{name} panicked: {said}");
        Panicked(said)
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    let literal = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    literal
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into())
}
