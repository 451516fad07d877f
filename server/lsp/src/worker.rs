//! Work that takes time, on threads of its own; a panic there is logged and becomes a value.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use halion_ide::Outdated;

/// Work that came to no result.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Our own mistake: what the panic said.
    Panicked(String),
    /// A later version of the script had come.
    Outdated,
}

/// Runs `work` on a thread of the runtime's blocking pool. `name` is for the log.
///
/// Dropping the join handle does not stop the work; whoever waits for its result holds the receiving end of a channel.
pub(crate) fn run(name: &'static str, work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(move || guard(name, work).ok());
}

/// Runs `work` here and now.
pub(crate) fn guard<T>(name: &str, work: impl FnOnce() -> T) -> Result<T, Failed> {
    // What a panic leaves half-done is dropped with `work`; shared snapshots are immutable.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        if payload.is::<Outdated>() {
            tracing::debug!("{name} gave up: there is a later version");
            return Failed::Outdated;
        }
        let said = text(payload.as_ref());
        tracing::error!("{name} panicked: {said}");
        Failed::Panicked(said)
    })
}

/// Analysing so many bytes of text takes so much memory that it is not to stay with the server. Taking it anew costs the next keystroke a
/// tenth more, so that scripts of 100,000 lines keep theirs.
const MUCH: usize = 4_000_000;

/// Gives the memory that is free back to the system, after an analysis of so many bytes. glibc keeps an arena for every few threads, and
/// what one worker has freed is of no use to the next.
pub(crate) fn return_memory(size: usize) {
    if size < MUCH {
        return;
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // Safety: it takes no pointer, and may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let literal = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    literal
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into())
}
