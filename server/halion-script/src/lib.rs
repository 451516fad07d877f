//! The command line: arguments, what is shown, exit codes. No logic that an editor would need too.
//!
//! In reading order: [`args`] what can be typed, [`script`] from paths to findings, [`report`] the findings, [`check`]
//! its four formats, [`explain`] the rules, [`run`] playing a script, [`timeline`] the picture of that, [`test`] its tests, [`serve`] the protocols,
//! [`output`] where text goes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::process::ExitCode;

use clap::Parser;

pub mod args;
pub mod check;
pub mod explain;
pub mod output;
pub mod report;
pub mod run;
pub mod script;
pub mod serve;
pub mod test;
pub mod timeline;

use args::{Cli, Command};
use output::Exit;

/// Enough for the deepest script that the parser and the analysis take.
const STACK_BYTES: usize = 64 << 20;

/// The whole program.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        output::err(&format!(
            "halion-script: this is a bug in halion-script, please report it: {panic}\n"
        ));
    }));
    let command = Cli::parse().command;
    let thread = std::thread::Builder::new()
        .name("command".to_owned())
        .stack_size(STACK_BYTES);
    let exit = thread
        .spawn(move || execute(command))
        .map(|thread| thread.join());
    match exit {
        Ok(Ok(exit)) => exit.into(),
        // The panic hook has spoken.
        Ok(Err(_)) => Exit::CouldNotRun.into(),
        Err(error) => {
            output::error(&format!("cannot start a thread: {error}"));
            Exit::CouldNotRun.into()
        }
    }
}

fn execute(command: Command) -> Exit {
    match command {
        Command::Check(args) => check::check(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::test(&args),
        Command::Lsp => serve::lsp(),
        Command::Dap(args) => serve::dap(&args),
    }
}
