//! `test` for people: a line for each test, then what failed with the line of the test, then how many.

use std::time::Duration;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, normalize_untrusted_str};
use halion_tester::report::{Detail, Failure, FileReport, Place, Verdict};
use similar::{ChangeTag, TextDiff};

use crate::output::{self, BOLD, DIM, ERROR, GOOD, WARNING};
use crate::report::plural;

/// Equal lines around a difference.
const CONTEXT: usize = 3;

/// How many tests went which way.
#[derive(Debug, Default)]
pub struct Counts {
    /// All came true.
    pub n_passed: usize,
    /// Something did not.
    pub n_failed: usize,
    /// Written down, but not out.
    pub n_pending: usize,
    /// Left out by the filter.
    pub n_filtered: usize,
    /// Files that could not be run.
    pub n_unusable: usize,
}

impl Counts {
    /// Counts all tests of all files.
    pub fn of(reports: &[FileReport]) -> Self {
        let mut counts = Self::default();
        for report in reports {
            counts.n_filtered += report.n_filtered;
            counts.n_unusable += usize::from(report.problem.is_some());
            for test in &report.tests {
                match test.verdict {
                    Verdict::Passed => counts.n_passed += 1,
                    Verdict::Failed(_) => counts.n_failed += 1,
                    Verdict::Pending => counts.n_pending += 1,
                }
            }
        }
        counts
    }

    /// Tests that the filter let through.
    pub fn n_tests(&self) -> usize {
        self.n_passed + self.n_failed + self.n_pending
    }
}

/// A file with its tests, a line each.
pub fn file(report: &FileReport) -> String {
    if report.tests.is_empty() && report.problem.is_none() {
        return String::new();
    }
    let n_tests = plural(report.tests.len(), "test");
    let mut text = format!("{BOLD}{}{BOLD:#} {DIM}{n_tests}{DIM:#}\n", report.path);
    if report.problem.is_some() {
        text = format!(
            "{BOLD}{}{BOLD:#} {ERROR}could not be run{ERROR:#}\n",
            report.path
        );
    }
    for test in &report.tests {
        let verdict = match test.verdict {
            Verdict::Passed => format!("{GOOD}ok{GOOD:#}"),
            Verdict::Failed(_) => format!("{ERROR}FAILED{ERROR:#}"),
            Verdict::Pending => format!("{WARNING}pending{WARNING:#}"),
        };
        let name = normalize_untrusted_str(&test.name);
        text.push_str(&format!("test {name} ... {verdict}\n"));
        for path in &test.blessed {
            text.push_str(&format!("     {DIM}wrote {path}{DIM:#}\n"));
        }
    }
    text + "\n"
}

/// What failed, and why.
pub fn failures(reports: &[FileReport]) -> String {
    let mut text = String::new();
    for report in reports {
        if let Some(problem) = &report.problem {
            text.push_str(&describe(
                &format!("{} could not be run", report.path),
                problem,
                &[],
            ));
        }
        for (test, failure) in report.failures() {
            text.push_str(&describe(&test.name, failure, &test.prints));
        }
    }
    text
}

fn describe(title: &str, failure: &Failure, prints: &[String]) -> String {
    let title = normalize_untrusted_str(title);
    let mut text = format!("{DIM}----{DIM:#} {BOLD}{title}{BOLD:#} {DIM}----{DIM:#}\n");
    text.push_str(&located(failure));
    text.push('\n');
    match &failure.detail {
        Some(Detail::Values { expected, actual }) => text.push_str(&difference(expected, actual)),
        Some(Detail::Candidates {
            expected,
            found,
            n_more,
        }) => {
            text.push_str(&field("expected", expected));
            let more = (*n_more > 0).then(|| format!("and {n_more} more"));
            let found: Vec<&str> = found
                .iter()
                .map(String::as_str)
                .chain(more.as_deref())
                .collect();
            let found = if found.is_empty() {
                "nothing".to_owned()
            } else {
                found.join("\n")
            };
            text.push_str(&field("found", &found));
        }
        None => {}
    }
    for error in &failure.script_errors {
        text.push_str(&field("script error", error));
    }
    if !failure.trace.is_empty() {
        text.push_str(&field("trace", &failure.trace.join("\n")));
    }
    if !prints.is_empty() {
        text.push_str(&field("printed", &prints.join("\n")));
    }
    text + "\n"
}

/// The message with the line of the test file, in the look of `check`.
fn located(failure: &Failure) -> String {
    let message = normalize_untrusted_str(&failure.message);
    let Some(place) = &failure.place else {
        return Renderer::styled().render(&[Level::ERROR
            .primary_title(message)
            .elements(Vec::<annotate_snippets::Element<'_>>::new())]);
    };
    let mut group = Level::ERROR.primary_title(message).element(snippet(place));
    if let Some(caller) = &failure.called_from {
        group = group
            .element(Level::NOTE.message("called from here"))
            .element(snippet(caller));
    }
    Renderer::styled()
        .term_width(output::width())
        .render(&[group])
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let line = place.source_line.as_str();
    let start = line.len() - line.trim_start().len();
    let end = line.trim_end().len().max(start);
    Snippet::source(line)
        .path(&place.path)
        .line_start(place.line as usize)
        .annotation(AnnotationKind::Primary.span(start..end))
}

/// A name in a column of its own, and lines beside it.
fn field(name: &str, text: &str) -> String {
    let mut lines = text.lines().map(normalize_untrusted_str);
    let first = lines.next().unwrap_or_default();
    let mut shown = format!("  {DIM}{name:>12}{DIM:#}  {first}\n");
    for line in lines {
        shown.push_str(&format!("  {:>12}  {line}\n", ""));
    }
    shown
}

/// Two values: beside each other if they are short, else what is different between their lines.
fn difference(expected: &str, actual: &str) -> String {
    if !expected.trim_end().contains('\n') && !actual.trim_end().contains('\n') {
        return field("expected", expected) + &field("actual", actual);
    }
    let mut text = format!("  {ERROR}- expected{ERROR:#}  {GOOD}+ actual{GOOD:#}\n");
    let diff = TextDiff::from_lines(expected, actual);
    for (idx, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if idx > 0 {
            text.push_str(&format!("  {DIM}..{DIM:#}\n"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let line = normalize_untrusted_str(line);
            text.push_str(&match change.tag() {
                ChangeTag::Delete => format!("  {ERROR}- {line}{ERROR:#}\n"),
                ChangeTag::Insert => format!("  {GOOD}+ {line}{GOOD:#}\n"),
                ChangeTag::Equal => format!("    {line}\n"),
            });
        }
    }
    text
}

/// The last line.
pub fn summary(counts: &Counts, elapsed: Duration) -> String {
    let verdict = match (counts.n_failed, counts.n_unusable) {
        (0, 0) => format!("{GOOD}ok{GOOD:#}"),
        _ => format!("{ERROR}FAILED{ERROR:#}"),
    };
    let mut parts = vec![
        format!("{} passed", counts.n_passed),
        format!("{} failed", counts.n_failed),
    ];
    for (n, what) in [
        (counts.n_pending, "pending"),
        (counts.n_filtered, "filtered out"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    if counts.n_unusable > 0 {
        parts.push(format!("{} not run", plural(counts.n_unusable, "file")));
    }
    format!(
        "test result: {verdict}. {}, {} ms\n",
        parts.join(", "),
        elapsed.as_millis()
    )
}

/// A failure as plain text, for formats that have no look of their own.
pub fn plain(failure: &Failure) -> String {
    let mut lines = Vec::new();
    if let Some(place) = &failure.place {
        lines.push(format!(
            "{}:{}: {}",
            place.path,
            place.line,
            place.source_line.trim()
        ));
    }
    match &failure.detail {
        Some(Detail::Values { expected, actual }) => {
            lines.push(format!("expected: {}", expected.trim_end()));
            lines.push(format!("actual: {}", actual.trim_end()));
        }
        Some(Detail::Candidates {
            expected,
            found,
            n_more,
        }) => {
            lines.push(format!("expected: {expected}"));
            lines.extend(found.iter().map(|line| format!("found: {line}")));
            if *n_more > 0 {
                lines.push(format!("found: and {n_more} more"));
            }
        }
        None => {}
    }
    lines.extend(
        failure
            .script_errors
            .iter()
            .map(|error| format!("script error: {error}")),
    );
    lines.extend(failure.trace.iter().map(|line| format!("trace: {line}")));
    lines.join("\n")
}
