//! The language server: the protocol's side of `halion-ide`. The only crate that names `tower_lsp`.
//!
//! Invariants: a handler is convert, ask, convert; it hands its message to the [`actor`] before its first `await`, so
//! that messages take effect in the order in which they came, and a query answers for the version of the text it saw.
//! All work that takes time runs on worker threads over immutable snapshots. Nothing the client sends ends the server,
//! and a panic ends one request only. Only [`convert`] knows UTF-16.
//!
//! In reading order: [`transport`] bytes to messages, [`connection`] the loop round tower-lsp, [`backend`] the
//! handlers, [`queries`], [`quick_fixes`] and [`code_lens`] the answers they give, [`actor`] what they talk to, [`documents`] and [`scripts`] its state,
//! [`collect`] what the disk holds, [`worker`] where time is spent, [`diagnostics`] and [`outbox`] findings on their way
//! to the client, [`capabilities`] and [`settings`] what both sides can and want, [`convert`] positions.

mod actor;
mod backend;
mod capabilities;
mod code_lens;
mod collect;
mod connection;
mod convert;
mod diagnostics;
mod documents;
mod outbox;
mod queries;
mod quick_fixes;
mod scripts;
mod settings;
mod transport;
mod worker;

#[cfg(test)]
mod tests;

pub use connection::{Ended, serve, serve_stdio};
