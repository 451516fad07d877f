//! `check --format json`: the stable form for programs, version 1. Lines and columns from 1, columns in UTF-16 units.

use serde::Serialize;

use crate::report::{Finding, Report, Span, Step};

/// The whole document.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    files: Vec<JsonFile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<JsonBaseline<'a>>,
}

/// Only with `--baseline`.
#[derive(Debug, Serialize)]
struct JsonBaseline<'a> {
    hidden: usize,
    unused: &'a [String],
}

#[derive(Debug, Serialize)]
struct JsonFile<'a> {
    path: &'a str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Debug, Serialize)]
struct Diagnostic<'a> {
    code: &'a str,
    severity: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
    function: Option<&'a str>,
    thread: Option<&'a str>,
    chain: Vec<JsonStep<'a>>,
    /// Where the function was passed or stored, when it is called by another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplied_at: Option<Place<'a>>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
}

#[derive(Debug, Serialize)]
struct JsonStep<'a> {
    name: &'a str,
    path: &'a str,
    line: usize,
    thread: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplied_at: Option<Place<'a>>,
}

/// The report as one JSON document, hints included, what a baseline hides left out.
pub fn render(report: &Report) -> String {
    let files = report.files.iter().map(|file| JsonFile {
        path: &file.path,
        diagnostics: file
            .findings
            .iter()
            .filter(|finding| finding.is_shown(true))
            .map(|finding| diagnostic(report, finding))
            .collect(),
    });
    let files = files.collect();
    let baseline = report.baseline.as_ref().map(|baseline| JsonBaseline {
        hidden: baseline.n_hidden,
        unused: &baseline.unused,
    });
    let document = Document {
        version: 1,
        files,
        baseline,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers are JSON");
    text.push('\n');
    text
}

fn diagnostic<'a>(report: &'a Report, finding: &'a Finding) -> Diagnostic<'a> {
    Diagnostic {
        code: finding.code,
        severity: finding.severity.as_str(),
        line: finding.span.start.line,
        column: finding.span.start.column,
        end_line: finding.span.end.line,
        end_column: finding.span.end.column,
        message: &finding.message,
        function: finding.function.as_deref(),
        thread: finding.thread,
        chain: finding
            .chain
            .iter()
            .map(|step| json_step(report, step))
            .collect(),
        supplied_at: finding
            .supplied
            .as_ref()
            .map(|supply| place(report, supply.file, &supply.span)),
    }
}

fn json_step<'a>(report: &'a Report, step: &'a Step) -> JsonStep<'a> {
    JsonStep {
        name: &step.name,
        path: &report.files[step.file].path,
        line: step.span.start.line,
        thread: step.thread,
        why: step.why,
        supplied_at: step
            .supplied
            .as_ref()
            .map(|(file, span)| place(report, *file, span)),
    }
}

fn place<'a>(report: &'a Report, file: usize, span: &Span) -> Place<'a> {
    Place {
        path: &report.files[file].path,
        line: span.start.line,
    }
}
