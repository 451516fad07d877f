//! Facts about HALion Script: every function, method, callback, class, constant and table, where it may be called, and what it does.
//!
//! A fact about HALion is written only in the JSON files below `data/` and cites its reference page; every other crate reads it from here.
//! Pure: the files are compiled in, parsed once at the first call of [`api`], and live as long as the program, so every reference handed
//! out is `'static`. Where the reference contradicts itself, [`Dispute`] keeps what it says and what we do.
//!
//! ```
//! use halion_api::{Thread, api, wrong_thread_message};
//!
//! let open_url = api().function("openURL").expect("openURL is a function of HALion");
//! assert!(!open_url.threads.contains(Thread::Processor));
//! assert_eq!(
//!     wrong_thread_message(&open_url.name, Thread::Processor),
//!     "Function HALion::openURL is not available in the Processor context."
//! );
//! ```
//!
//! To change a fact, edit its JSON entry: keys are those of the Rust types, what is left out has its default, threads are `"controller"`,
//! `"processor"` or `"both"`, alternative types are written `"string|number"`, and `cargo test -p halion-api` checks the rest.
//!
//! Modules in reading order: [`thread`] (the two contexts), [`value`] (parameters, results, fields), [`function`], [`class`], [`callback`],
//! [`constant`], [`table`], [`lua`] (the standard library), `index` (lookup), `reference_page` (addresses).

pub mod callback;
pub mod class;
pub mod constant;
pub mod function;
mod index;
pub mod lua;
mod reference_page;
pub mod table;
pub mod thread;
pub mod value;

pub use callback::Callback;
pub use class::{Access, Class, Field, Global};
pub use constant::{Constant, ControllerNumber, Enumeration};
pub use function::{ArgumentThreads, Dispute, Function, FunctionKind, FunctionParam, RunsOn};
pub use index::{Api, api};
pub use lua::{Availability, Library, Lua, LuaEntry, LuaKind};
pub use reference_page::page_url;
pub use table::Table;
pub use thread::{Thread, Threads, wrong_thread_message};
pub use value::{Param, Range, Return, Special, Unit, Value};
