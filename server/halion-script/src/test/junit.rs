//! `test --format junit`: the XML that CI services show as a list of tests.

use halion_tester::report::{Failure, FileReport, TestReport, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text::plain;
use crate::output;

/// A test suite for each file.
pub fn render(reports: &[FileReport]) -> String {
    let mut junit = Report::new("halion-script");
    junit.add_test_suites(reports.iter().map(suite));
    match junit.to_string() {
        Ok(text) => text,
        Err(error) => {
            output::error(&format!("cannot write JUnit: {error}"));
            String::new()
        }
    }
}

fn suite(report: &FileReport) -> TestSuite {
    let mut suite = TestSuite::new(report.path.clone());
    suite.set_time(report.elapsed);
    if let Some(problem) = &report.problem {
        let mut case = TestCase::new("could not be run", failed(NonSuccessKind::Error, problem));
        case.set_classname(report.path.clone());
        suite.add_test_case(case);
    }
    suite.add_test_cases(report.tests.iter().map(|test| case(report, test)));
    suite
}

fn case(report: &FileReport, test: &TestReport) -> TestCase {
    let status = match &test.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Pending => TestCaseStatus::skipped(),
        Verdict::Failed(failure) => failed(NonSuccessKind::Failure, failure),
    };
    let mut case = TestCase::new(test.name.clone(), status);
    case.set_classname(report.path.clone());
    case.set_time(test.elapsed);
    if !test.prints.is_empty() {
        case.set_system_out(test.prints.join("\n"));
    }
    case
}

fn failed(kind: NonSuccessKind, failure: &Failure) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(failure.message.clone());
    status.set_description(plain(failure));
    status
}
