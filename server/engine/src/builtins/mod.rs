//! What the functions of the API do: one file per topic, one match that finds them by name.
//!
//! Invariant: a body is called with its thread already checked; it never borrows the world while it calls Lua.

mod debug_library;
mod element_parameters;
pub(crate) mod event_object;
mod finalizers;
mod find;
mod host;
mod live_tables;
pub(crate) mod lua_library;
pub(crate) mod modules;
mod notes;
pub(crate) mod output;
pub(crate) mod parameters;
mod tasks;
mod time;
pub(crate) mod tree;
pub(crate) mod types;
pub(crate) mod variables;
mod voices;

use crate::native::{self, Body, Call};

/// The implementation of a function of the API by its bare name; `None` if it is not simulated yet.
pub(crate) fn body(name: &str) -> Option<Body> {
    tasks::body(name)
        .or_else(|| notes::body(name))
        .or_else(|| voices::body(name))
        .or_else(|| time::body(name))
        .or_else(|| host::body(name))
        .or_else(|| live_tables::body(name))
        .or_else(|| output::body(name))
        .or_else(|| parameters::body(name))
        .or_else(|| event_object::body(name))
        .or_else(|| variables::body(name))
}

/// The body of everything that is known but not simulated yet: it says so once and returns nothing.
pub(crate) fn not_simulated(call: &Call<'_>) -> native::Result {
    call.world(|world| world.not_simulated(call.qualified));
    native::nothing()
}
