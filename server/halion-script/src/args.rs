//! What can be typed behind `halion-script`, and the help that teaches it.

use std::path::PathBuf;

use anstyle::{AnsiColor, Effects, Style};
use clap::builder::{PossibleValuesParser, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

const HEADING: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const LITERAL: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
const PLACEHOLDER: Style = AnsiColor::Cyan.on_default();
const STYLES: Styles = Styles::styled()
    .header(HEADING)
    .usage(HEADING)
    .literal(LITERAL)
    .placeholder(PLACEHOLDER);

/// Checks, plays and debugs HALion scripts without HALion.
///
/// HALion runs a script on two threads: the Controller (parameters, loading, files) and the Processor (notes, sound).
/// Most functions work on one of them only. `check` finds the calls that end up on the wrong one, `run` plays the
/// script and shows what happens when on which thread, `lsp` and `dap` bring both into an editor.
#[derive(Debug, Parser)]
#[command(name = "halion-script", version, styles = STYLES, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  halion-script check .                  every script below the current folder
  halion-script run samples/open_url     check a sample, then play it
  halion-script explain wrong-thread     more about a finding
  halion-script help run                 all about playing a script";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find calls on the wrong thread, and what else is wrong in scripts
    Check(CheckArgs),
    /// Tell more about a rule: why, an example, and what to do
    Explain(ExplainArgs),
    /// Check a script, then play it and show what happened when on which thread
    Run(RunArgs),
    /// Run the tests of scripts: the *.test.lua files beside them
    Test(TestArgs),
    /// Serve an editor: the language server protocol on standard input and output
    #[command(after_help = LSP_HELP)]
    Lsp,
    /// Serve a debugger: the debug adapter protocol on standard input and output, or on a port
    #[command(after_help = DAP_HELP)]
    Dap(DapArgs),
}

const LSP_HELP: &str = "\
An editor starts this, not you. For Neovim:
  vim.lsp.config('halion-script', { cmd = { 'halion-script', 'lsp' }, filetypes = { 'lua' } })
  vim.lsp.enable('halion-script')";

const DAP_HELP: &str = "\
An editor starts this, not you. With a port, one that runs already can connect:
  halion-script dap --port 4711";

/// `check`
#[derive(Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct CheckArgs {
    /// Scripts, or folders in which each .lua file that no other one requires is a script of its own
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How to show the findings
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show hints too, such as functions that nobody calls and that need a certain thread (JSON always holds them)
    #[arg(long)]
    pub hints: bool,
    /// Make the fixes that are safe, in the files, then check again
    ///
    /// Safe is: taking away a runAsync in the Controller or a runSync in the Processor, getting a table that stays the same (such as
    /// that of getKeyProperties) in the global statements, and wrapping a call in runAsync where it is the last thing that a callback of
    /// HALion does, so that nobody can tell that the callback was on hold. A fix is made only if every script with the file has lost the
    /// finding and gained none. Editors offer more fixes, each with what to know about it.
    #[arg(long)]
    pub fix: bool,
    /// Do not show the findings that this file holds, and do not let them count
    ///
    /// A finding is known by its rule, its file, the text of its line and the function it is in, so it stays known when lines move.
    /// Entries that match nothing any more are named on standard error; they do not change the exit code. Syntax errors are always shown.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings, hints too, to a file for --baseline, and show none; with --fix, those that are left
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// What is known of the scripts besides their text.
    #[command(flatten)]
    pub script: ScriptArgs,
}

const CHECK_HELP: &str = "\
Examples:
  halion-script check main.lua           one script with the modules it requires
  halion-script check --hints scripts    everything in a folder, hints too
  halion-script check --fix main.lua     make the safe fixes, show what is left
  halion-script check --format github    annotations on a pull request
  halion-script check --format sarif > findings.sarif
  halion-script check --write-baseline known.toml   what there is today
  halion-script check --baseline known.toml         what has come since

Exit code: 0 nothing at error level, 1 errors found, 2 could not run; with --fix, as things are after the fixes; with --baseline,
errors that are not in it; with --write-baseline, 0 once it is written.";

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code of a finding, such as wrong-thread; without one, all rules are listed
    #[arg(value_name = "RULE", value_parser = rules())]
    pub rule: Option<String>,
}

/// The codes of all rules.
fn rules() -> PossibleValuesParser {
    PossibleValuesParser::new(halion_ide::Code::ALL.map(halion_ide::Code::as_str))
}

/// What is known of the scripts besides their text.
#[derive(Debug, Clone, Args)]
pub struct ScriptArgs {
    /// What the scripts are made for: a MIDI module, or the user interface (a macro page)
    #[arg(long, value_enum, value_name = "KIND", default_value_t = ScriptKind::Auto)]
    pub script_kind: ScriptKind,
    /// A folder to search for required modules, after the script's own and the current one (may be given several times)
    #[arg(long = "library", value_name = "DIR")]
    pub libraries: Vec<PathBuf>,
}

/// `run`
#[derive(Debug, Args)]
#[command(after_help = RUN_HELP)]
pub struct RunArgs {
    /// A script, or a sample folder (script.lua, and scenario.toml beside it)
    #[arg(value_name = "SCRIPT")]
    pub script: PathBuf,
    /// What to play: notes, controllers and parameter edits with their times
    #[arg(long, value_name = "FILE.toml", conflicts_with = "midi")]
    pub scenario: Option<PathBuf>,
    /// Play a standard MIDI file instead
    #[arg(long, value_name = "FILE.mid")]
    pub midi: Option<PathBuf>,
    /// Stop after so many milliseconds of playing time
    #[arg(long, value_name = "MS", value_parser = milliseconds, allow_negative_numbers = true)]
    pub until: Option<f64>,
    /// Write all that happens as JSON, one object a line (`-` for standard output)
    #[arg(long, value_name = "FILE|-")]
    pub trace: Option<PathBuf>,
    /// Write a picture of the run as one page for a browser: tasks on both threads, notes, prints and errors
    #[arg(long, value_name = "FILE.html")]
    pub timeline: Option<PathBuf>,
    /// Write what the script sends on as a standard MIDI file
    #[arg(long, value_name = "FILE.mid")]
    pub midi_out: Option<PathBuf>,
    /// The folder that stands for the disk when the script reads and writes files; without it they are kept in memory
    ///
    /// Below it are Documents/Steinberg and Documents/tmp, the folders that HALion lets a script use, whatever the user's home is
    /// called: `/Users/me/Documents/Steinberg/a.txt` and `C:/Users/me/Documents/Steinberg/a.txt` are both
    /// DIR/Documents/Steinberg/a.txt. HALion's own functions take any path: readMidiFile("C:/Songs/a.mid") reads DIR/C/Songs/a.mid.
    /// Relative paths start at the script's folder, which can be read only. Other paths, and links that lead out of these folders, are
    /// refused as HALion refuses them.
    #[arg(long, value_name = "DIR")]
    pub files: Option<PathBuf>,
    /// Play without checking first
    #[arg(long)]
    pub no_check: bool,
    /// Play again whenever the script, a module or the scenario is saved; Ctrl-C ends it
    #[arg(long)]
    pub watch: bool,
    /// What is known of the script besides its text.
    #[command(flatten)]
    pub kind: ScriptArgs,
}

const RUN_HELP: &str = "\
Examples:
  halion-script run samples/open_url              a sample with its scenario
  halion-script run main.lua                      one middle C of 500 ms
  halion-script run main.lua --midi song.mid --until 4000
  halion-script run main.lua --trace - | grep error
  halion-script run main.lua --timeline run.html  then open it in a browser
  halion-script run main.lua --watch              again on every save

A scenario:
  tempo = 120.0            # beats per minute
  [[input]]
  at_ms = 0
  kind = \"note\"            # also note_on, note_off, controller, pitch_bend,
  note = 60                # after_touch, trigger_pad, parameter, tempo, transport
  velocity = 100
  length_ms = 500

Time is virtual: ten seconds of music take a blink. Exit code: 0 clean, 1 a script error occurred, 2 could not run.";

/// `test`
#[derive(Debug, Args)]
#[command(after_help = TEST_HELP)]
pub struct TestArgs {
    /// Test files, scripts with an x.test.lua beside x.lua, or folders
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Run only the tests that have this text in their name
    #[arg(short, long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How to show what came of them
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Write the golden traces anew instead of comparing with them
    #[arg(long)]
    pub bless: bool,
    /// The longest that one test may take, in seconds of real time
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub timeout: f64,
    /// A folder to search for required modules, after the script's own and the current one (may be given several times)
    #[arg(long = "library", value_name = "DIR")]
    pub libraries: Vec<PathBuf>,
}

const TEST_HELP: &str = "\
Examples:
  halion-script test                     all tests below the current folder
  halion-script test echo.lua            those in echo.test.lua beside it
  halion-script test --filter release    those with `release` in their name
  halion-script test --format junit > report.xml

A test:
  describe(\"the echo\", function()
    it(\"repeats each note\", function()
      local script = load_script()       -- the script beside this file
      script:play(60, 100, 50)           -- key, velocity, length in ms
      script:advance(300)                -- ms
      script:expect_note { note = 60, at = 0 }
      script:expect_note { note = 60, at = 250, velocity = 70 }
    end)
  end)

Exit code: 0 all passed, 1 a test failed, 2 could not run.";

/// `dap`
#[derive(Debug, Args)]
pub struct DapArgs {
    /// Listen on this port of the local machine instead of using standard input and output
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
}

/// The formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the source, the path that proves the finding, and what to do
    Text,
    /// For programs: stable, see the README
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: annotations
    Github,
}

/// The formats of `test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people: a line for each test, and what failed with its line
    Text,
    /// For CI services: JUnit XML
    Junit,
    /// For test harnesses: TAP version 14
    Tap,
}

/// What a script is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScriptKind {
    /// Found out from the functions that the script defines and calls
    Auto,
    /// A MIDI module: onNote and the like, two threads
    Midi,
    /// A macro page or template: the Controller thread only
    Ui,
}

fn milliseconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(ms) if ms.is_finite() && ms >= 0.0 => Ok(ms),
        _ => Err("a number of milliseconds from 0 is expected, such as 2500".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 1e6 => Ok(seconds),
        _ => Err("a number of seconds above 0 is expected, such as 10".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_table_of_arguments_is_sound() {
        Cli::command().debug_assert();
    }
}
