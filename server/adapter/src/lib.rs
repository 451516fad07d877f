//! The debug adapter: HALion scripts in any editor that speaks the Debug Adapter Protocol.
//!
//! Invariant: the only crate that names `dap`. One task owns a session; client, engine and files arrive as one
//! `enum Input`. Malformed messages end nothing but themselves.
//!
//! In reading order: [`serve`] the loop, `transport` frames, `message` the envelope, `requests` the table of requests,
//! `session` what they act on, `launch`, `files`, `convert`, `types`, `capabilities`.

mod capabilities;
mod convert;
mod files;
mod launch;
mod message;
mod requests;
mod server;
mod session;
mod transport;
mod types;

pub use files::ScriptFiles;
pub use launch::LAUNCH_ARGUMENTS;
pub use server::{serve, serve_port, serve_stdio};
