//! What came of tests, as plain data: how it is shown is not decided here. Lines count from 1.

use std::fmt;
use std::time::Duration;

/// What came of one test file.
#[derive(Debug)]
pub struct FileReport {
    /// As shown to the user.
    pub path: String,
    /// Its tests, in the order in which they are written; those that the filter leaves out are missing.
    pub tests: Vec<TestReport>,
    /// Why the file as a whole could not be run: it cannot be read, or is no Lua, or fails before its first test.
    pub problem: Option<Box<Failure>>,
    /// Tests that the filter left out.
    pub n_filtered: usize,
    /// How long it took.
    pub elapsed: Duration,
}

/// What came of one test.
#[derive(Debug)]
pub struct TestReport {
    /// The names of its groups and its own: `the echo > repeats each note`.
    pub name: String,
    /// Where it begins.
    pub line: u32,
    /// How it went.
    pub verdict: Verdict,
    /// What the test itself printed.
    pub prints: Vec<String>,
    /// Golden files that were written anew.
    pub blessed: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a test went.
#[derive(Debug)]
pub enum Verdict {
    /// All that it expects came true.
    Passed,
    /// Something did not.
    Failed(Box<Failure>),
    /// It was written down, but not out.
    Pending,
}

/// Why a test failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, in one sentence.
    pub message: String,
    /// The line of the test file that found out.
    pub place: Option<Place>,
    /// The line of the test that called the function with that place, if it stands elsewhere.
    pub called_from: Option<Place>,
    /// What was expected, and what there was.
    pub detail: Option<Detail>,
    /// Script errors that no test expects, in HALion's words.
    pub script_errors: Vec<String>,
    /// The last lines of the trace.
    pub trace: Vec<String>,
}

/// What was expected, and what there was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Two values; texts of several lines differ in some of them.
    Values {
        /// What should have been.
        expected: String,
        /// What was.
        actual: String,
    },
    /// One of several things should have been like this.
    Candidates {
        /// What was looked for.
        expected: String,
        /// What there was, a line each.
        found: Vec<String>,
        /// How many more lines there were.
        n_more: usize,
    },
}

/// A line of a test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As shown to the user.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// Its text.
    pub source_line: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl FileReport {
    /// A file of which no test could be run.
    pub(crate) fn unusable(path: String, failure: Failure) -> FileReport {
        FileReport {
            path,
            tests: Vec::new(),
            problem: Some(Box::new(failure)),
            n_filtered: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// The tests that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&TestReport, &Failure)> {
        self.tests.iter().filter_map(|test| match &test.verdict {
            Verdict::Failed(failure) => Some((test, &**failure)),
            Verdict::Passed | Verdict::Pending => None,
        })
    }
}
