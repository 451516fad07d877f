//! `check --format github`: workflow commands that GitHub Actions turns into annotations on a pull request.

use std::fmt::Write;

use crate::report::{Report, Severity};

/// One line a finding; hints only when asked for.
pub fn render(report: &Report, hints: bool) -> String {
    let mut out = String::new();
    for (file, finding) in report.findings(hints) {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information | Severity::Hint => "notice",
        };
        let mut message = finding.message.clone();
        for help in &finding.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let (start, end) = (finding.span.start, finding.span.end);
        let _ = writeln!(
            out,
            "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            property(&file.path),
            start.line,
            start.column,
            end.line,
            end.column,
            property(finding.code),
            data(&message),
        );
    }
    out
}

/// The message: the runner reads one line and decodes these three.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property ends at a comma or colon, so these are encoded too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_end_the_command() {
        assert_eq!(property("a,b:c%0A.lua"), "a%2Cb%3Ac%250A.lua");
        assert_eq!(data("100%\r\nof: it"), "100%25%0D%0Aof: it");
    }
}
