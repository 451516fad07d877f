//! The findings of `check`, ready to be shown: each file once, each finding once, with lines and columns.
//!
//! Lines are 1-based. Columns are 1-based and count UTF-16 units, as editors do; the ranges are offsets in bytes.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// What was found in all scripts together.
#[derive(Debug, Default)]
pub struct Report {
    /// Every file that was checked, in the order in which the scripts were found.
    pub files: Vec<File>,
    /// How long it took.
    pub elapsed: Duration,
    /// What a baseline did, if there is one.
    pub baseline: Option<BaselineUse>,
    /// Why the findings may not be complete.
    pub notices: Vec<Notice>,
}

/// Something that is said of the check itself, not of a line of a script.
#[derive(Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind it is.
    pub kind: NoticeKind,
    /// The file or folder it is about, as shown to the user.
    pub path: String,
    /// One sentence.
    pub text: String,
}

/// What can be said of the check itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A path could not be used.
    Unusable,
    /// A module was not found.
    ModuleNotFound,
    /// A script takes more work than the analysis does, so it told less apart or ended early.
    LimitReached,
}

/// What a baseline did to a report.
#[derive(Debug, Default)]
pub struct BaselineUse {
    /// How many findings it hides.
    pub n_hidden: usize,
    /// Its entries that match nothing any more, each in a sentence.
    pub unused: Vec<String>,
}

/// A file and what was found in it, by position.
#[derive(Debug)]
pub struct File {
    /// As shown to the user: relative when it was asked for so, with `/` between folders.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// By position, hints included.
    pub findings: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, such as `wrong-thread`.
    pub code: &'static str,
    /// How sure and how bad.
    pub severity: Severity,
    /// What is underlined.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// The HALion function that it is about.
    pub function: Option<String>,
    /// The thread that runs the place, as `controller` or `processor`.
    pub thread: Option<&'static str>,
    /// How control gets there, from the entry to the function that holds the place.
    pub chain: Vec<Step>,
    /// Where the HALion function was passed or stored, when it is called by another name; for other rules the other place.
    pub supplied: Option<Supply>,
    /// Other entries that get there too.
    pub also_from: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// What HALion would say when it happens.
    pub runtime_text: Option<String>,
    /// Known and hidden.
    pub in_baseline: bool,
}

/// The other place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    /// The place in [`Report::files`] of the file that holds the span.
    pub file: usize,
    /// What is pointed at.
    pub span: Span,
    /// The HALion function, if the finding is about one.
    pub name: Option<String>,
    /// What is there; it continues the name.
    pub what: &'static str,
}

impl Supply {
    /// What is there: `` `openURL` comes from here ``.
    pub fn text(&self) -> String {
        match &self.name {
            Some(name) => format!("`{name}` {}", self.what),
            None => self.what.to_owned(),
        }
    }
}

/// One step of the path to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The function that is entered, or what control passes through (`runAsync`).
    pub name: String,
    /// The place in [`Report::files`] of the file that holds the span.
    pub file: usize,
    /// Where control passes on; for the first step the name in its declaration.
    pub span: Span,
    /// The thread from here on, as `controller` or `processor`.
    pub thread: &'static str,
    /// How it is entered: `entry`, `call`, `runAsync` and so on.
    pub why: &'static str,
    /// Where the function was passed, stored or registered, when it is not called by its own name.
    pub supplied: Option<(usize, Span)>,
}

impl Step {
    /// What happens at its place, in a few words.
    pub fn text(&self) -> String {
        let (name, thread) = (self.shown_name(), thread_name(self.thread));
        match self.why {
            "entry" if self.name == "<main>" => format!("global statements run in the {thread}"),
            "entry" => format!("{name} runs in the {thread}"),
            "runAsync" | "runSync" | "spawn" => format!("{} runs {name} in the {thread}", self.why),
            "callback" => format!("{name} is called back in the {thread}"),
            _ => format!("calls {name}"),
        }
    }

    /// The function that is entered, as a sentence names it.
    pub fn shown_name(&self) -> String {
        match (self.name.as_str(), self.why) {
            ("<anonymous>", "entry") => "the change callback".to_owned(),
            ("<anonymous>", _) => "a function without name".to_owned(),
            (name, _) => format!("`{name}`"),
        }
    }

    /// How the function came to the place that calls it, when that is another place.
    pub fn supply(&self) -> &'static str {
        match self.why {
            "argument" => "handed over here",
            "entry" => "registered here",
            _ => "stored here",
        }
    }
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Offsets in bytes.
    pub range: Range<usize>,
    /// Its first character.
    pub start: Place,
    /// Behind its last character.
    pub end: Place,
}

/// A line and a column, both from 1; the column counts UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16 units.
    pub column: usize,
}

/// How sure and how bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It will fail.
    Error,
    /// It may fail.
    Warning,
    /// Worth knowing.
    Information,
    /// Shown when asked for.
    Hint,
}

impl From<halion_ide::Severity> for Severity {
    fn from(severity: halion_ide::Severity) -> Self {
        match severity {
            halion_ide::Severity::Error => Self::Error,
            halion_ide::Severity::Warning => Self::Warning,
            halion_ide::Severity::Information => Self::Information,
            halion_ide::Severity::Hint => Self::Hint,
        }
    }
}

impl Severity {
    /// The word in JSON and in the summary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::Hint => "hint",
        }
    }
}

impl Report {
    /// The findings to show, with their files; hints only when `hints`.
    pub fn findings(&self, hints: bool) -> impl Iterator<Item = (&File, &Finding)> {
        let all = self.all_findings(hints);
        all.filter(|(_, finding)| !finding.in_baseline)
    }

    /// The same with those that a baseline hides.
    pub fn all_findings(&self, hints: bool) -> impl Iterator<Item = (&File, &Finding)> {
        let all = self
            .files
            .iter()
            .flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
        all.filter(move |(_, finding)| hints || finding.severity != Severity::Hint)
    }

    /// True when every path could be used.
    pub fn is_complete(&self) -> bool {
        let mut kinds = self.notices.iter().map(|notice| notice.kind);
        kinds.all(|kind| kind != NoticeKind::Unusable)
    }

    /// True when something will fail.
    pub fn has_errors(&self) -> bool {
        self.findings(false)
            .any(|(_, finding)| finding.severity == Severity::Error)
    }

    /// `2 errors and 1 warning in 1 file`, or `no findings in 3 files`.
    pub fn summary(&self, hints: bool) -> String {
        let mut counts: Vec<String> = Vec::new();
        for severity in [
            Severity::Error,
            Severity::Warning,
            Severity::Information,
            Severity::Hint,
        ] {
            let n = self
                .findings(hints)
                .filter(|(_, finding)| finding.severity == severity)
                .count();
            match (n, severity) {
                (0, _) => {}
                (1, Severity::Information) => counts.push("1 remark".to_owned()),
                (n, Severity::Information) => counts.push(format!("{n} remarks")),
                (n, severity) => counts.push(plural(n, severity.as_str())),
            }
        }
        let n_with_findings = self
            .files
            .iter()
            .filter(|file| file.findings.iter().any(|f| f.is_shown(hints)))
            .count();
        match counts.pop() {
            None => {
                let new = if self.baseline.is_some() { "new " } else { "" };
                format!("no {new}findings in {}", plural(self.files.len(), "file"))
            }
            Some(only) if counts.is_empty() => {
                format!("{only} in {}", plural(n_with_findings, "file"))
            }
            Some(last) => format!(
                "{} and {last} in {}",
                counts.join(", "),
                plural(n_with_findings, "file")
            ),
        }
    }

    /// How many hints are not shown unless asked for.
    pub fn n_hints(&self) -> usize {
        self.findings(true)
            .filter(|(_, finding)| finding.severity == Severity::Hint)
            .count()
    }
}

impl Finding {
    /// Whether people get to see it; hints only when `hints`.
    pub fn is_shown(&self, hints: bool) -> bool {
        !self.in_baseline && (hints || self.severity != Severity::Hint)
    }
}

/// `1 file`, `2 files`.
pub fn plural(n: usize, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}

/// `controller` as people write it.
pub fn thread_name(thread: &str) -> &'static str {
    if thread == "controller" {
        "Controller"
    } else {
        "Processor"
    }
}
