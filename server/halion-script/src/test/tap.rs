//! `test --format tap`: the Test Anything Protocol, version 14, for harnesses that speak it.

use std::fmt::Write as _;

use halion_tester::report::{Failure, FileReport, Verdict};

use super::text::plain;

/// All tests, numbered across files.
pub fn render(reports: &[FileReport]) -> String {
    let mut lines = String::new();
    let mut number = 0;
    let mut point = |verdict: &str, path: &str, name: &str, directive: &str| {
        number += 1;
        format!(
            "{verdict} {number} - {}{directive}\n",
            escaped(&format!("{path}: {name}"))
        )
    };
    for report in reports {
        if let Some(problem) = &report.problem {
            lines.push_str(&point("not ok", &report.path, "could not be run", ""));
            lines.push_str(&diagnostics(problem));
        }
        for test in &report.tests {
            match &test.verdict {
                Verdict::Passed => lines.push_str(&point("ok", &report.path, &test.name, "")),
                Verdict::Pending => {
                    lines.push_str(&point("ok", &report.path, &test.name, " # SKIP pending"))
                }
                Verdict::Failed(failure) => {
                    lines.push_str(&point("not ok", &report.path, &test.name, ""));
                    lines.push_str(&diagnostics(failure));
                }
            }
        }
    }
    format!("TAP version 14\n1..{number}\n{lines}")
}

/// What failed, as the YAML block of the test point.
fn diagnostics(failure: &Failure) -> String {
    let mut block = String::from("  ---\n");
    let _ = writeln!(block, "  message: {:?}", failure.message);
    let details = plain(failure);
    if !details.is_empty() {
        block.push_str("  details: |\n");
        for line in details.lines() {
            let _ = writeln!(block, "    {line}");
        }
    }
    block + "  ...\n"
}

/// A description keeps to one line; `#` would begin a directive.
fn escaped(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.replace('\\', "\\\\").replace('#', "\\#")
}
