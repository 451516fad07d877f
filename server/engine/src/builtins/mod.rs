//! What the functions of the API do: one file per topic, one match that finds them by name.
//!
//! Invariant: a body is called with its thread already checked; it never borrows the world while it calls Lua.

mod arguments;
mod audio_files;
mod automation;
mod busses;
mod debug_library;
mod decompose;
mod element_fields;
pub(crate) mod element_parameters;
mod element_values;
pub(crate) mod elements;
pub(crate) mod event_object;
mod finalizers;
mod find;
mod host;
pub(crate) mod io;
mod live_tables;
pub(crate) mod lua_library;
mod message_box;
mod midi_files;
mod modulation_rows;
mod module_search;
pub(crate) mod modules;
mod notes;
pub(crate) mod output;
mod parameter_definitions;
pub(crate) mod parameters;
pub(crate) mod presets;
mod quick_controls;
mod tasks;
mod time;
mod tree_changes;
pub(crate) mod types;
pub(crate) mod ui;
mod undo;
pub(crate) mod variables;
mod voices;
mod zones;

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
        .or_else(|| midi_files::body(name))
        .or_else(|| message_box::body(name))
        .or_else(|| audio_files::body(name))
        .or_else(|| decompose::body(name))
        .or_else(|| parameters::body(name))
        .or_else(|| event_object::body(name))
        .or_else(|| automation::body(name))
        .or_else(|| ui::body(name))
        .or_else(|| undo::body(name))
        .or_else(|| variables::body(name))
        .or_else(|| find::body(name))
        .or_else(|| presets::body(name))
        .or_else(|| zones::body(name))
}

/// The implementation of a method by its bare name; methods of one name are alike in all classes.
pub(crate) fn method_body(name: &str) -> Option<Body> {
    element_parameters::body(name)
        .or_else(|| parameter_definitions::body(name))
        .or_else(|| find::body(name))
        .or_else(|| tree_changes::body(name))
        .or_else(|| presets::body(name))
        .or_else(|| audio_files::method_body(name))
        .or_else(|| busses::body(name))
        .or_else(|| quick_controls::body(name))
        .or_else(|| modulation_rows::body(name))
        .or_else(|| zones::body(name))
}

/// The body of everything that is known but not simulated yet: it says so once and returns nothing.
pub(crate) fn not_simulated(call: &Call<'_>) -> native::Result {
    call.world(|world| world.not_simulated(call.qualified));
    native::nothing()
}
