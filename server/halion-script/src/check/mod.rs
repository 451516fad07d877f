//! `check`: what is wrong in scripts, in four formats.

mod fix;
mod github;
mod json;
mod rules;
mod sarif;
mod text;

use crate::args::{CheckArgs, Format};
use crate::output::{self, Exit};
use crate::report::Report;
use crate::script::{self, Examined};

/// Runs the command.
pub fn check(args: &CheckArgs) -> Exit {
    let unwritten = match args.fix {
        true => fix::fix(&args.paths, &args.script),
        false => Vec::new(),
    };
    for problem in &unwritten {
        output::error(problem);
    }
    let Examined {
        report,
        problems,
        remarks,
    } = script::examine(&args.paths, &args.script);
    for problem in &problems {
        output::error(problem);
    }
    for remark in &remarks {
        output::warning(remark);
    }
    let nothing_read = report.files.is_empty();
    match args.format {
        Format::Text if nothing_read => {}
        Format::Text => show(&report, args.hints, output::out),
        Format::Json => output::out(&json::render(&report)),
        Format::Sarif => output::out(&sarif::render(&report, args.hints)),
        Format::Github => output::out(&github::render(&report, args.hints)),
    }
    match (
        problems.is_empty() && unwritten.is_empty(),
        report.has_errors(),
    ) {
        (false, _) => Exit::CouldNotRun,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    }
}

/// The findings and the summary line, as text.
pub fn show(report: &Report, hints: bool, write: fn(&str)) {
    write(&text::render(report, hints));
    write(&text::summary(report, hints));
}
