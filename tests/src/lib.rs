//! What the project's tests share: the reader of literate pages.
//!
//! Each test target beside this file is one way of looking at the whole: `suite` runs the literate pages, `tidy` the rules that
//! the crates' texts keep.

pub mod page;
