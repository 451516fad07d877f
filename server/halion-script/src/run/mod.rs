//! `run`: checks a script, plays it, and shows what happened when on which thread.

mod inputs;
mod play;
mod summary;
mod table;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::channel;

use halion_engine::{Scenario, StackFrame, midi_file};
use halion_workspace::words;

use crate::args::{RunArgs, ScriptArgs, ScriptKind};
use crate::check;
use crate::output::{self, BOLD, DIM, ERROR, Exit, GOOD, WARNING};
use crate::report::plural;
use crate::script;
use crate::timeline::{self, Timeline};
use inputs::{Inputs, Refusal};
use play::{Keep, Played, Repeated, Trace, play};

/// Of the script errors, so many are shown in full.
const ERRORS_SHOWN: usize = 10;

/// Runs the command.
pub fn run(args: &RunArgs) -> Exit {
    let done = if args.watch {
        watch(args)
    } else {
        run_once(args)
    };
    done.unwrap_or_else(|refusal| {
        output::error(&refusal);
        Exit::CouldNotRun
    })
}

/// One run: check, play, show.
fn run_once(args: &RunArgs) -> Result<Exit, Refusal> {
    if let Some(missing) = script::missing_libraries(&args.kind.libraries)
        .into_iter()
        .next()
    {
        return Err(missing.into());
    }
    let inputs = Inputs::find(args)?;
    // What cannot be read is said before anything is shown.
    inputs.source()?;
    let scenario = inputs.scenario()?;
    let trace = args.trace.as_deref().map(open_trace).transpose()?;
    let show: fn(&str) = if is_stdout(args.trace.as_deref()) {
        output::err
    } else {
        output::out
    };
    if !args.no_check {
        let report = script::examine(
            std::slice::from_ref(&inputs.script),
            &kind_of(args, &scenario),
        );
        check::show_notices(&report);
        check::show(&report, false, show);
        show("\n");
    }
    show(&format!("{BOLD}Playing{BOLD:#} {}\n\n", inputs.title()));
    let keep = match (&args.timeline, &args.midi_out) {
        (None, None) => Keep::Rows,
        _ => Keep::Records,
    };
    let played = play(&inputs, args.until, trace, keep)?;
    show_played(&played, args.until.is_some(), show);
    write_outputs(args, &inputs, &played, show)?;
    show_files(&played, args.files.as_deref(), show);
    match (&played.trace_error, played.errors.is_empty()) {
        (Some(error), _) if error.kind() != io::ErrorKind::BrokenPipe => Err(Refusal::Content(
            format!("the trace is not complete: {}", words(error)),
        )),
        (_, true) => Ok(Exit::Clean),
        (_, false) => Ok(Exit::Findings),
    }
}

/// What the scenario tells about the script holds for the check, too.
fn kind_of(args: &RunArgs, scenario: &Scenario) -> ScriptArgs {
    let mut kind = args.kind.clone();
    if scenario.script_kind == halion_engine::ScriptKind::Ui && kind.script_kind == ScriptKind::Auto
    {
        kind.script_kind = ScriptKind::Ui;
    }
    kind
}

fn is_stdout(trace: Option<&Path>) -> bool {
    trace.is_some_and(|path| path == Path::new("-"))
}

fn open_trace(path: &Path) -> Result<Trace, Refusal> {
    if is_stdout(Some(path)) {
        return Ok(Box::new(io::stdout()));
    }
    match File::create(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => {
            let why = words(&error);
            Err(Refusal::Content(format!(
                "cannot write the trace to `{}`: {why}",
                path.display()
            )))
        }
    }
}

/// What is made of the whole run in the end.
fn write_outputs(
    args: &RunArgs,
    inputs: &Inputs,
    played: &Played,
    show: fn(&str),
) -> Result<(), Refusal> {
    let scenario = inputs.scenario()?;
    if let Some(path) = &args.timeline {
        let timeline = Timeline::new(inputs.title(), &scenario, &played.records, played.end);
        save(path, timeline::page(&timeline).as_bytes(), show)?;
    }
    if let Some(path) = &args.midi_out {
        save(path, &midi_file(&played.records, &scenario), show)?;
    }
    Ok(())
}

fn save(path: &Path, bytes: &[u8], show: fn(&str)) -> Result<(), Refusal> {
    let shown = script::shown_path(path);
    std::fs::write(path, bytes)
        .map_err(|error| Refusal::Content(format!("cannot write `{shown}`: {}", words(&error))))?;
    show(&format!("{DIM}wrote {shown}{DIM:#}\n"));
    Ok(())
}

fn show_played(played: &Played, asked_for_end: bool, show: fn(&str)) {
    show(&played.rows.render());
    if played.rows.is_cut() {
        show("\n");
        show(&played.summary.render(played.sample_rate));
    }
    for error in played.errors.iter().take(ERRORS_SHOWN) {
        show(&describe(error));
    }
    let n_hidden = played.errors.len().saturating_sub(ERRORS_SHOWN);
    if n_hidden > 0 {
        show(&format!(
            "\n{DIM}and {n_hidden} more: see all with --trace FILE{DIM:#}\n"
        ));
    }
    let (style, errors) = match played.n_errors {
        0 => (GOOD, "no script errors".to_owned()),
        n => (ERROR, plural(n, "script error")),
    };
    let events = format!("{} in, {} out", plural(played.n_in, "event"), played.n_out);
    let end = match (played.cut_short, asked_for_end) {
        (true, false) => format!(", {DIM}stopped there: --until MS plays longer{DIM:#}"),
        _ => String::new(),
    };
    show(&format!(
        "\n{style}{errors}{style:#} in {:.0} ms of playing time, {events}{end}\n",
        played.length_ms
    ));
}

/// Where to find what the script has written.
fn show_files(played: &Played, files_dir: Option<&Path>, show: fn(&str)) {
    if played.wrote_files {
        show(&match files_dir {
            Some(dir) => format!("the script wrote files below {}\n", dir.display()),
            None => format!(
                "the script wrote files, which are gone with the run: {DIM}--files DIR keeps them{DIM:#}\n"
            ),
        });
    }
}

/// The line of HALion's output pane, and below it the calls that led there.
fn describe(Repeated { error, n_times }: &Repeated) -> String {
    let clean = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_control() || *c == '\t')
            .collect()
    };
    let times = if *n_times > 1 {
        format!(" {DIM}({n_times} times){DIM:#}")
    } else {
        String::new()
    };
    let mut text = format!("\n{ERROR}{}{ERROR:#}{times}\n", clean(&error.text()));
    for (frame, n_calls) in fold(&error.stack) {
        let place = format!("{}:{}", clean(&frame.path), frame.line);
        let calls = if n_calls > 1 {
            format!(" {DIM}{n_calls} times{DIM:#}")
        } else {
            String::new()
        };
        text.push_str(&format!(
            "  {DIM}in{DIM:#} {} {DIM}({place}){DIM:#}{calls}\n",
            clean(&frame.function)
        ));
    }
    text
}

/// Frames with how many of the same place lie on each other: a stack that overflowed holds hundreds.
fn fold(stack: &[StackFrame]) -> Vec<(&StackFrame, usize)> {
    let mut folded: Vec<(&StackFrame, usize)> = Vec::new();
    for frame in stack {
        match folded.last_mut() {
            Some((last, n_calls)) if *last == frame => *n_calls += 1,
            _ => folded.push((frame, 1)),
        }
    }
    folded
}

/// Runs, and again on every save, until the user ends it. The watch begins before the first run, so that no save is lost.
fn watch(args: &RunArgs) -> Result<Exit, Refusal> {
    let inputs = Inputs::find(args)?;
    let (saved, saves) = channel();
    let on_save = move |paths| {
        // Nobody listens any more only when the program ends.
        let _ = saved.send(paths);
    };
    let mut watch = halion_workspace::watch(inputs.paths(), on_save)?;
    loop {
        watch.follow(script::files_of(&inputs.script, &args.kind))?;
        if let Err(refusal) = run_once(args) {
            output::error(&refusal);
        }
        output::err(&format!("\n{DIM}Waiting for a save, Ctrl-C ends{DIM:#}\n"));
        let Ok(paths) = saves.recv() else {
            return Ok(Exit::Clean);
        };
        let names: Vec<String> = paths
            .iter()
            .map(|path: &std::path::PathBuf| script::shown_path(path))
            .collect();
        output::err(&format!(
            "\n{WARNING}Saved{WARNING:#} {}\n\n",
            names.join(", ")
        ));
    }
}
