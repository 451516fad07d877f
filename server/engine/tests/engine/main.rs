//! The rules of HALion semantics, one test each: a script and inputs go in, the readable trace comes out.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod blocks;
mod callbacks;
mod determinism;
mod drive;
mod dump;
mod events;
mod every_call;
mod lifecycle;
mod lua;
mod midi;
mod notes;
mod parameters;
mod presets;
mod scenario_page;
mod scenarios;
mod slots;
mod start;
mod support;
mod tasks;
mod threads;
mod time;
mod tree;
mod tree_bad_input;
mod tree_parts;
mod voices;
