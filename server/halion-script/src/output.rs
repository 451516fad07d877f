//! Standard output and error: colours only where they are wanted, and no complaint when a pipe is closed early.
//!
//! `anstream` decides: a terminal gets colours, a file or pipe does not, `NO_COLOR` and `CLICOLOR_FORCE` overrule both.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Effects, Style};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing wrong.
    Clean,
    /// The scripts have errors.
    Findings,
    /// The command could not do what it was asked for.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::CouldNotRun => Self::from(2),
        }
    }
}

/// The first word of a line that says why nothing came out.
pub const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
/// The first word of a line that can be overlooked.
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// All is well.
pub const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
/// Less important parts.
pub const DIM: Style = Style::new().effects(Effects::DIMMED);
/// Titles.
pub const BOLD: Style = Style::new().effects(Effects::BOLD);

/// Writes to standard output.
pub fn out(text: &str) {
    end_quietly(anstream::stdout().lock().write_all(text.as_bytes()));
}

/// Writes to standard error.
pub fn err(text: &str) {
    end_quietly(anstream::stderr().lock().write_all(text.as_bytes()));
}

/// The columns that source lines are cut to: those of the terminal, and 140 where there is none.
pub fn width() -> usize {
    comfy_table::Table::new().width().map_or(140, usize::from)
}

/// `error: ...` on standard error.
pub fn error(problem: &impl std::fmt::Display) {
    err(&format!("{ERROR}error{ERROR:#}{BOLD}:{BOLD:#} {problem}\n"));
}

/// `warning: ...` on standard error.
pub fn warning(text: &str) {
    err(&format!(
        "{WARNING}warning{WARNING:#}{BOLD}:{BOLD:#} {text}\n"
    ));
}

/// A reader that has seen enough (`| head`) closes the pipe: that ends the program, and nobody needs to be told.
fn end_quietly(written: io::Result<()>) {
    if written.is_err() {
        std::process::exit(141);
    }
}
