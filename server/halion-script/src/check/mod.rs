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
use crate::report::{NoticeKind, Report};
use crate::script;
use baseline::Baseline;

/// Runs the command.
pub fn check(args: &CheckArgs) -> Exit {
    let unwritten = match args.fix {
        true => fix::fix(&args.paths, &args.script),
        false => Vec::new(),
    };
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose();
    let mut baseline = match baseline {
        Ok(baseline) => baseline,
        Err(problem) => {
            output::error(&problem);
            return Exit::CouldNotRun;
        }
    };
    let mut report = script::examine(&args.paths, &args.script);
    let unwritten = unwritten.iter().map(script::unusable);
    report.notices.splice(0..0, unwritten);
    if let Some(baseline) = &mut baseline {
        baseline.hide(&mut report);
        let used = baseline.summary(&report, &args.paths);
        for entry in &used.unused {
            output::warning(&format!("the baseline hides nothing with {entry}"));
        }
        report.baseline = Some(used);
    }
    show_notices(&report);
    let is_complete = report.is_complete();
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

/// Why the findings may not be complete, on standard error.
pub fn show_notices(report: &Report) {
    for notice in &report.notices {
        match notice.kind {
            NoticeKind::Unusable => output::error(&notice.text),
            NoticeKind::ModuleNotFound | NoticeKind::LimitReached => output::warning(&notice.text),
        }
    }
}

/// The findings and the summary line, as text.
pub fn show(report: &Report, hints: bool, write: fn(&str)) {
    write(&text::render(report, hints));
    write(&text::summary(report, hints));
}
