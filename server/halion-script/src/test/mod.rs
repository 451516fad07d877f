//! `test`: runs the tests of scripts and says how they went, in three formats.

mod junit;
mod tap;
mod text;

use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use halion_adapter::ScriptFiles;
use halion_engine::Surroundings;
use halion_tester::Plan;
use halion_tester::report::FileReport;
use halion_workspace::test_files;

use crate::args::{TestArgs, TestFormat};
use crate::output::{self, Exit};
use crate::script::{self, shown_path};
use text::Counts;

/// Runs the command.
pub fn test(args: &TestArgs) -> Exit {
    let (files, mut problems) = test_files(&args.paths);
    problems.splice(0..0, script::missing_libraries(&args.libraries));
    for problem in &problems {
        output::error(problem);
    }
    if files.is_empty() {
        return Exit::CouldNotRun;
    }
    let start = Instant::now();
    let mut reports = Vec::new();
    let n_threads = available_parallelism().map_or(1, NonZero::get);
    halion_tester::run(&files, plan(args), n_threads, |report| {
        if args.format == TestFormat::Text {
            output::out(&text::file(&report));
        }
        reports.push(report);
    });
    let counts = Counts::of(&reports);
    match args.format {
        TestFormat::Text => {
            output::out(&text::failures(&reports));
            output::out(&text::summary(&counts, start.elapsed()));
        }
        TestFormat::Junit => output::out(&junit::render(&reports)),
        TestFormat::Tap => output::out(&tap::render(&reports)),
    }
    if counts.n_tests() == 0 && counts.n_unusable == 0 {
        output::error(&nothing_to_run(args, &counts));
    }
    exit(&reports, &counts, !problems.is_empty())
}

fn plan(args: &TestArgs) -> Plan {
    let options = script::search_folders(&args.libraries);
    Plan {
        filter: args.filter.clone(),
        bless: args.bless,
        time_limit: Duration::from_secs_f64(args.timeout),
        surroundings: Box::new(move |script: &Path| Surroundings {
            modules: Box::new(script::modules(script, &options)),
            files: Box::new(ScriptFiles::new(script, None)),
        }),
        shown: shown_path,
    }
}

/// Green because nothing was looked at would be a lie.
fn nothing_to_run(args: &TestArgs, counts: &Counts) -> String {
    match &args.filter {
        Some(filter) if counts.n_filtered > 0 => {
            format!("no test has `{filter}` in its name; without --filter all are run")
        }
        _ => "the test files declare no test; a test is it(\"does something\", function() .. end)"
            .to_owned(),
    }
}

fn exit(reports: &[FileReport], counts: &Counts, has_problems: bool) -> Exit {
    let is_unusable = reports.iter().any(|report| report.problem.is_some());
    if has_problems || is_unusable || counts.n_tests() == 0 {
        Exit::CouldNotRun
    } else if counts.n_failed > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
