//! The rules of HALion semantics, one test each: a script and inputs go in, the readable trace comes out.

mod support;
mod tasks;
mod threads;
