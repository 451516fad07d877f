//! Facts about HALion Script: every function, method, callback, class, constant and table, where it may be called, and what it does.
//!
//! A fact about HALion is written only in the JSON files below `data/` and cites its reference page; every other crate reads it from here.
//! Pure: the files are compiled in, parsed once at the first call of [`api`], and live as long as the program, so every reference handed
//! out is `'static`. Where the reference contradicts itself, [`Dispute`] keeps what it says and what we do.
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
