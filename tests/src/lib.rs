//! What the project's tests share: the reader of literate pages, the two sides of one script, and made scripts.
//!
//! Each test target beside this file is one way of looking at the whole: `suite` runs the literate pages, `tidy` the rules that
//! the crates' texts keep.

pub mod both;
pub mod case;
pub mod editor;
pub mod fixes;
pub mod mutate;
pub mod own;
pub mod page;
