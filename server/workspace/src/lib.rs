//! Scripts on disk: finds, reads and watches them. The only crate of the project that reads files.
//!
//! Nothing here knows Lua: which names a text `require`s is asked of a function that the caller hands in. Paths come
//! back in the form in which they went in (relative stays relative), so that they can be shown to the user; two paths
//! are the same file when [`identity`] says so. Every order is by path, never by what the file system happens to list
//! first.
//!
//! In reading order: [`problem`] what can go wrong, [`read`] one file, [`modules`] from a `require` name to a file,
//! [`load`] a script with its modules, [`discover`] all scripts below some paths, [`target`] what `run` is pointed at,
//! [`test_files`] the tests beside scripts,
//! [`watch`] telling when a file changes, [`confined`] a folder for the files of a played script.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod confined;
pub mod discover;
pub mod load;
pub mod modules;
pub mod problem;
pub mod read;
pub mod target;
pub mod test_files;
pub mod watch;

pub use confined::{ConfinedFolder, Rights};
pub use discover::{Survey, discover, survey};
pub use load::{Loaded, LoadedFile, load_script};
pub use modules::{Options, find_module};
pub use problem::{Problem, Reason, words};
pub use read::{Overlay, identity, read_bytes, read_text, save_text, write_text};
pub use target::{RunTarget, run_target};
pub use test_files::{is_test_file, test_files};
pub use watch::{Watch, watch};
