//! Standard MIDI Files: one as a scenario, and what a script sent as one.
//!
//! Channels are not told apart on the way in, as a script module listens to one; on the way out a slot has its own.

mod read;
mod write;

pub(crate) use read::read;
pub use write::midi_file;
