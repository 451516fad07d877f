//! `check`: what is wrong in scripts, in four formats.

mod baseline;
mod fix;
mod github;
mod json;
mod sarif;
mod text;

use std::path::Path;

use crate::args::{CheckArgs, Format};
use crate::output::{self, Exit};
use crate::report::Report;
use crate::script::{self, Examined};
use baseline::Baseline;

/// Runs the command.
pub fn check(args: &CheckArgs) -> Exit {
    let unwritten = match args.fix {
        true => fix::fix(&args.paths, &args.script),
        false => Vec::new(),
    };
    for problem in &unwritten {
        output::error(problem);
    }
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose();
    let mut baseline = match baseline {
        Ok(baseline) => baseline,
        Err(problem) => {
            output::error(&problem);
            return Exit::CouldNotRun;
        }
    };
    let Examined {
        mut report,
        problems,
        remarks,
    } = script::examine(&args.paths, &args.script);
    if let Some(baseline) = &mut baseline {
        baseline.hide(&mut report);
        let used = baseline.summary(&report, &args.paths);
        for entry in &used.unused {
            output::warning(&format!("the baseline hides nothing with {entry}"));
        }
        report.baseline = Some(used);
    }
    for problem in &problems {
        output::error(problem);
    }
    for remark in &remarks {
        output::warning(remark);
    }
    let is_complete = problems.is_empty() && unwritten.is_empty();
    if let Some(path) = &args.write_baseline {
        return write_baseline(path, &report, is_complete);
    }
    let nothing_read = report.files.is_empty();
    match args.format {
        Format::Text if nothing_read => {}
        Format::Text => {
            show(&report, args.hints, output::out);
            output::out(&text::more(&report, args.hints));
        }
        Format::Json => output::out(&json::render(&report)),
        Format::Sarif => output::out(&sarif::render(&report, args.hints)),
        Format::Github => output::out(&github::render(&report, args.hints)),
    }
    match (is_complete, report.has_errors()) {
        (false, _) => Exit::CouldNotRun,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    }
}

/// A baseline of what could not be read would miss some of it.
fn write_baseline(path: &Path, report: &Report, is_complete: bool) -> Exit {
    if !is_complete {
        output::error(&format!("`{}` was not written", path.display()));
        return Exit::CouldNotRun;
    }
    match baseline::write(path, report) {
        Ok(n) => {
            output::err(&format!("{}\n", baseline::said(n, path, report)));
            Exit::Clean
        }
        Err(problem) => {
            output::error(&problem);
            Exit::CouldNotRun
        }
    }
}

/// The findings and the summary line, as text.
pub fn show(report: &Report, hints: bool, write: fn(&str)) {
    write(&text::render(report, hints));
    write(&text::summary(report, hints));
}
