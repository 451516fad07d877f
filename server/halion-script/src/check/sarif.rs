//! `check --format sarif`: SARIF 2.1.0 for code scanning. The path that proves a finding is its code flow; where a function came from that
//! is called by another name is a related location, with a link in the message, as no step of the path leads there. Why the findings may
//! not be complete is told by the notifications of the invocation.
//!
//! Lines and columns from 1, columns in UTF-16 units (`columnKind` says so).

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Invocation, Location, Message, MultiformatMessageString,
    Notification, PhysicalLocation, Region, ReportingConfiguration, ReportingDescriptor,
    ReportingDescriptorReference, Result as SarifResult, ResultBaselineState, ResultLevel, Run,
    Sarif, ThreadFlow, ThreadFlowLocation, Tool, ToolComponent,
};

use halion_ide::{Code, RulePage};

use crate::report::{File, Finding, Notice, NoticeKind, Report, Severity, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as one SARIF document; hints only when asked for. What a baseline hides is there, and marked so.
pub fn render(report: &Report, hints: bool) -> String {
    let results: Vec<SarifResult> = report
        .all_findings(hints)
        .map(|(file, finding)| result(report, file, finding))
        .collect();
    let driver = ToolComponent::builder()
        .name("halion-script")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(Code::ALL.map(|code| descriptor(&code.page())).to_vec())
        .notifications(NOTICES.map(notice_descriptor).to_vec())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(report)])
        .column_kind(json!("utf16CodeUnits"))
        .results(results)
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA)
        .version(json!("2.1.0"))
        .runs(vec![run])
        .build();
    let mut text = serde_json::to_string_pretty(&sarif).expect("strings and numbers are JSON");
    text.push('\n');
    text
}

fn descriptor(rule: &RulePage) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    ReportingDescriptor::builder()
        .id(rule.code.as_str())
        .name(rule.code.as_str())
        .short_description(text(rule.summary))
        .full_description(text(rule.why))
        .help(
            MultiformatMessageString::builder()
                .text(rule.fix)
                .markdown(rule.markdown)
                .build(),
        )
        .default_configuration(
            ReportingConfiguration::builder()
                .level(json!(level(rule.severity.into())))
                .build(),
        )
        .build()
}

const NOTICES: [NoticeKind; 3] = [
    NoticeKind::Unusable,
    NoticeKind::ModuleNotFound,
    NoticeKind::LimitReached,
];

/// Its id and what it means.
fn notice_words(kind: NoticeKind) -> (&'static str, &'static str) {
    match kind {
        NoticeKind::Unusable => ("unusable-path", "a file or folder could not be used"),
        NoticeKind::ModuleNotFound => (
            "module-not-found",
            "a module was not found, so its code is not checked",
        ),
        NoticeKind::LimitReached => (
            "limit-reached",
            "a script takes more work than the analysis does: findings may be missing, or less certain than they could be",
        ),
    }
}

fn notice_descriptor(kind: NoticeKind) -> ReportingDescriptor {
    let (id, meaning) = notice_words(kind);
    ReportingDescriptor::builder()
        .id(id)
        .name(id)
        .short_description(MultiformatMessageString::builder().text(meaning).build())
        .build()
}

/// How the check itself went. Findings are no failure of it; a path that could not be used is.
fn invocation(report: &Report) -> Invocation {
    Invocation::builder()
        .execution_successful(report.is_complete())
        .tool_execution_notifications(report.notices.iter().map(notification).collect::<Vec<_>>())
        .build()
}

fn notification(notice: &Notice) -> Notification {
    let level = match notice.kind {
        NoticeKind::Unusable => ResultLevel::Error,
        NoticeKind::ModuleNotFound | NoticeKind::LimitReached => ResultLevel::Warning,
    };
    let descriptor = ReportingDescriptorReference::builder()
        .id(notice_words(notice.kind).0)
        .build();
    let place = PhysicalLocation::builder()
        .artifact_location(artifact(&notice.path))
        .build();
    Notification::builder()
        .descriptor(descriptor)
        .level(json!(level))
        .message(message(&notice.text))
        .locations(vec![Location::builder().physical_location(place).build()])
        .build()
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Information | Severity::Hint => ResultLevel::Note,
    }
}

fn result(report: &Report, file: &File, finding: &Finding) -> SarifResult {
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    let mut related = Vec::new();
    for (at, span, name, what) in supplies(report, file, finding) {
        let id = related.len() + 1;
        let mut location = location(at, span, Some(format!("{name} {what}").trim_start()));
        location.id = Some(number(id));
        related.push(location);
        // Code scanning shows a related location only where the message links to it.
        text.push_str(&format!("\n{name} [{what}]({id})"));
    }
    let mut result = SarifResult::builder()
        .rule_id(finding.code)
        .level(level(finding.severity))
        .message(message(&text))
        .locations(vec![location(file, &finding.span, None)])
        .build();
    result.rule_index = Code::ALL
        .iter()
        .position(|code| code.as_str() == finding.code)
        .and_then(|idx| i64::try_from(idx).ok());
    if report.baseline.is_some() {
        let state = match finding.in_baseline {
            true => ResultBaselineState::Unchanged,
            false => ResultBaselineState::New,
        };
        result.baseline_state = Some(json!(state));
        let hidden = || json!({ "kind": "external", "status": "accepted" });
        let suppressions = finding.in_baseline.then(hidden).into_iter();
        result.suppressions = Some(
            suppressions
                .filter_map(|one| serde_json::from_value(one).ok())
                .collect(),
        );
    }
    if !related.is_empty() {
        result.related_locations = Some(related);
    }
    if !finding.chain.is_empty() {
        result.code_flows = Some(vec![code_flow(report, file, finding)]);
    }
    result
}

/// Where functions came from that are called by another name: the place, the name, and what is there.
fn supplies<'a>(
    report: &'a Report,
    file: &File,
    finding: &'a Finding,
) -> Vec<(&'a File, &'a Span, String, &'static str)> {
    let mut supplies = Vec::new();
    for step in &finding.chain {
        if let Some((at, span)) = &step.supplied
            && (*at, span) != (step.file, &step.span)
        {
            supplies.push((&report.files[*at], span, step.shown_name(), step.supply()));
        }
    }
    if let Some(supply) = &finding.supplied {
        let at = &report.files[supply.file];
        if !std::ptr::eq(at, file) || supply.span != finding.span {
            let name = supply.name.as_ref().map(|name| format!("`{name}`"));
            supplies.push((at, &supply.span, name.unwrap_or_default(), supply.what));
        }
    }
    supplies
}

fn code_flow(report: &Report, file: &File, finding: &Finding) -> CodeFlow {
    let steps = finding
        .chain
        .iter()
        .map(|step| location(&report.files[step.file], &step.span, Some(&step.text())));
    let end = location(file, &finding.span, Some(&finding.message));
    let locations = steps
        .chain([end])
        .map(|location| ThreadFlowLocation::builder().location(location).build());
    let thread_flow = ThreadFlow::builder()
        .locations(locations.collect::<Vec<_>>())
        .build();
    CodeFlow::builder().thread_flows(vec![thread_flow]).build()
}

fn location(file: &File, span: &Span, text: Option<&str>) -> Location {
    let region = Region::builder()
        .start_line(number(span.start.line))
        .start_column(number(span.start.column))
        .end_line(number(span.end.line))
        .end_column(number(span.end.column))
        .build();
    let physical = PhysicalLocation::builder()
        .artifact_location(artifact(&file.path))
        .region(region)
        .build();
    let mut location = Location::builder().physical_location(physical).build();
    location.message = text.map(message);
    location
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri(path)).build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn number(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A path as a URI reference: relative paths stay relative, to the folder where the check was started.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    let bytes = path.bytes().collect::<Vec<_>>();
    let is_drive = bytes.get(1) == Some(&b':');
    match (path.starts_with('/'), is_drive) {
        (true, _) => uri.push_str("file://"),
        (false, true) => uri.push_str("file:///"),
        (false, false) => {}
    }
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                uri.push(char::from(byte))
            }
            b':' if is_drive => uri.push(':'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("a b/ü:1.lua"), "a%20b/%C3%BC%3A1.lua");
        assert_eq!(uri("/a/b.lua"), "file:///a/b.lua");
        assert_eq!(uri("C:/a/b.lua"), "file:///C:/a/b.lua");
    }
}
