//! What an author reads about a rule: one page each in `rules/`, shown by `halion-script explain`, in editors and in code scanning.
//!
//! A page is a test of the suite as well, so what its examples are said to be is what the rule finds in them.

use crate::diagnostic::{Code, Severity};

/// The page of a rule, and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulePage {
    /// The rule.
    pub code: Code,
    /// The whole page, in Markdown.
    pub markdown: &'static str,
    /// What it finds, in a few words.
    pub summary: &'static str,
    /// The severity of a finding that is certain.
    pub severity: Severity,
    /// What is wrong and why, in Markdown.
    pub why: &'static str,
    /// A script with the finding, which a comment marks, in Markdown.
    pub wrong: &'static str,
    /// The same without it.
    pub right: &'static str,
    /// What to do about it, in Markdown.
    pub fix: &'static str,
}

impl Code {
    /// What an author reads about this rule.
    #[must_use]
    pub fn page(self) -> RulePage {
        let markdown = text(self);
        RulePage::read(self, markdown).expect("every page has all its parts (a test reads them)")
    }
}

impl RulePage {
    fn read(code: Code, markdown: &'static str) -> Option<RulePage> {
        let (title, rest) = markdown.strip_prefix("# ")?.split_once("\n\nSeverity: ")?;
        let summary = title.strip_prefix(code.as_str())?.strip_prefix(": ")?;
        let (severity, rest) = rest.split_once("\n\n")?;
        let severities = [
            Severity::Error,
            Severity::Warning,
            Severity::Information,
            Severity::Hint,
        ];
        let severity = severities
            .into_iter()
            .find(|known| known.as_str() == severity)?;
        let (why, rest) = rest.split_once("\n\n## Wrong\n\n")?;
        let (wrong, rest) = rest.split_once("\n\n## Right\n\n")?;
        let (right, fix) = rest.split_once("\n\n## What to do\n\n")?;
        Some(RulePage {
            code,
            markdown,
            summary,
            severity,
            why,
            wrong,
            right,
            fix: fix.trim_end(),
        })
    }
}

/// The page in `rules/`.
fn text(code: Code) -> &'static str {
    macro_rules! page {
        ($name:literal) => {
            include_str!(concat!("../rules/", $name, ".md"))
        };
    }
    match code {
        Code::SyntaxError => page!("syntax-error"),
        Code::WrongThread => page!("wrong-thread"),
        Code::NeedsController => page!("needs-controller"),
        Code::NoThread => page!("no-thread"),
        Code::NeedsBothThreads => page!("needs-both-threads"),
        Code::RunSyncArgument => page!("run-sync-argument"),
        Code::UnusedSuppression => page!("unused-suppression"),
        Code::SuspendNotPossible => page!("suspend-not-possible"),
        Code::NoteTaskOnly => page!("note-task-only"),
        Code::EndlessLoop => page!("endless-loop"),
        Code::RemovedFunction => page!("removed-function"),
        Code::UnknownFunction => page!("unknown-function"),
        Code::UnknownField => page!("unknown-field"),
        Code::SharedGlobal => page!("shared-global"),
        Code::AccidentalGlobal => page!("accidental-global"),
        Code::DefaultOutOfRange => page!("default-out-of-range"),
        Code::NilCallback => page!("nil-callback"),
        Code::DuplicateParameter => page!("duplicate-parameter"),
        Code::RequireCycle => page!("require-cycle"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_all_its_parts_and_marks_its_own_finding() {
        for code in Code::ALL {
            let page = RulePage::read(code, text(code));
            let page = page.unwrap_or_else(|| panic!("{} lacks a part", code.as_str()));
            let mark = format!("{}: [{}]", page.severity.as_str(), code.as_str());
            assert!(page.wrong.contains(&mark), "{mark}");
            assert!(!page.right.contains(": ["), "{mark}");
            assert!(
                !page.summary.ends_with('.') && page.fix.ends_with('.'),
                "{mark}"
            );
        }
    }
}
