//! From findings to what the client shows: the chain as related places, the fix below the message.

use std::collections::{BTreeMap, BTreeSet};

use halion_ide::{FileId, Severity, Step, Why};
use serde_json::json;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Url,
};

use crate::capabilities::{Client, RULE_SCHEME};
use crate::scripts::Version;

/// The `source` of every diagnostic.
const SOURCE: &str = "halion-script";

/// What one run over a script gave.
#[derive(Debug)]
pub(crate) struct Diagnosed {
    /// By the address of the file; every file of the script has an entry, so that old findings go away.
    pub(crate) findings: BTreeMap<Url, Vec<Diagnostic>>,
    /// The names that this version requires.
    pub(crate) required: BTreeSet<String>,
    /// Another number when lines above functions changed.
    pub(crate) lens_state: u64,
}

/// Analyses a version, unless a query has done so already. Takes time.
pub(crate) fn diagnose(version: &Version, client: Client) -> Diagnosed {
    #[cfg(test)]
    crate::tests::faults::before_analysis(version.texts[0].file.text());
    let mut findings: BTreeMap<Url, Vec<Diagnostic>> = version
        .texts
        .iter()
        .map(|text| (text.uri.clone(), Vec::new()))
        .collect();
    for found in halion_ide::diagnostics(&version.snapshot) {
        // Tests run in a Lua state of their own, in which HALion's functions are not there and others are.
        if let Some(text) = version.text(found.file)
            && !halion_workspace::is_test_file(&text.path)
            && let Some(diagnostic) = convert(found, version, client)
        {
            findings
                .entry(text.uri.clone())
                .or_default()
                .push(diagnostic);
        }
    }
    let analysis = version.snapshot.analysis();
    if analysis.rung > halion_ide::Rung::Full {
        let (path, steps) = (version.texts[0].file.path(), analysis.steps);
        let given_up = analysis.rung.describe();
        tracing::info!("{path} takes {steps} evaluations: {given_up}");
    }
    Diagnosed {
        findings,
        required: version.snapshot.required().clone(),
        lens_state: version.snapshot.lens_state(),
    }
}

fn convert(
    found: &halion_ide::Diagnostic,
    version: &Version,
    client: Client,
) -> Option<Diagnostic> {
    let location = place(version, found.file, found.range)?;
    let mut message = found.message.clone();
    for help in &found.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    if !found.also_from.is_empty() {
        message.push_str("\nalso from ");
        message.push_str(&found.also_from.join(", "));
    }
    if let Some(text) = &found.runtime_text {
        message.push_str("\nHALion reports: ");
        message.push_str(text);
    }
    let mut related = related(&found.chain, version);
    related.extend(supplied(found, version));
    if !client.related_information {
        for entry in &related {
            let position = entry.location.range.start;
            let file = entry
                .location
                .uri
                .path_segments()
                .and_then(|mut names| names.next_back())
                .unwrap_or_default();
            message.push_str(&format!(
                "\n{file}:{}: {}",
                position.line + 1,
                entry.message
            ));
        }
    }
    let href = match client.rule_pages {
        true => Some(format!("{RULE_SCHEME}:/{}.md", found.code.as_str())),
        false => halion_ide::reference_url(found),
    };
    let href = href.and_then(|url| Url::parse(&url).ok());
    Some(Diagnostic {
        range: location.range,
        severity: Some(severity(found.severity)),
        code: Some(NumberOrString::String(found.code.as_str().into())),
        code_description: href
            .filter(|_| client.code_description)
            .map(|href| CodeDescription { href }),
        source: Some(SOURCE.into()),
        message,
        related_information: (client.related_information && !related.is_empty()).then_some(related),
        tags: None,
        data: Some(json!({
            "function": found.function,
            "thread": found.thread.map(halion_ide::Thread::id),
            "help": found.help,
            "runtimeText": found.runtime_text,
        })),
    })
}

/// The places of the steps to a function.
pub(crate) fn steps_to(path: &[Step], version: &Version) -> Vec<Location> {
    let related = related(path, version).into_iter();
    related.map(|entry| entry.location).collect()
}

/// One entry per step, and one where a function value came from when it was not called by its own name.
fn related(chain: &[Step], version: &Version) -> Vec<DiagnosticRelatedInformation> {
    let mut related = Vec::new();
    for (idx, step) in chain.iter().enumerate() {
        if let Some(location) = place(version, step.file, step.range) {
            related.push(DiagnosticRelatedInformation {
                location,
                message: reason(chain, idx),
            });
        }
        if let Some((file, range)) = step.supplied_at
            && (file, range) != (step.file, step.range)
            && let Some(location) = place(version, file, range)
        {
            let message = format!("{} comes from here", called(step));
            related.push(DiagnosticRelatedInformation { location, message });
        }
    }
    related
}

/// The other place of a finding, such as where a function of HALion came from that is called by another name.
fn supplied(
    found: &halion_ide::Diagnostic,
    version: &Version,
) -> Option<DiagnosticRelatedInformation> {
    let (file, range) = found.supplied_at?;
    if (file, range) == (found.file, found.range) {
        return None;
    }
    let message = match &found.function {
        Some(function) => format!("{function} {}", found.supply()),
        None => found.supply().to_owned(),
    };
    Some(DiagnosticRelatedInformation {
        location: place(version, file, range)?,
        message,
    })
}

/// Why control gets to step `idx`: `runAsync runs save in the Controller`.
fn reason(chain: &[Step], idx: usize) -> String {
    let Step { thread, why, .. } = &chain[idx];
    let name = called(&chain[idx]);
    let before = idx
        .checked_sub(1)
        .map_or_else(|| "HALion".to_owned(), |before| called(&chain[before]));
    match why {
        Why::Entry if chain[idx].name == "<main>" => {
            format!("global statements run in the {thread} when the script is loaded")
        }
        Why::Entry => format!("HALion calls {name} in the {thread}"),
        Why::Call => format!("{before} calls {name} ({thread})"),
        Why::RunAsync => format!("runAsync runs {name} in the Controller"),
        Why::RunSync => format!("runSync runs {name} in the Processor"),
        Why::Spawn => format!("spawn runs {name} in the {thread}"),
        Why::Callback => format!("{before} calls {name} back in the {thread}"),
        Why::Argument => {
            format!("{before} calls {name}, which it was given as an argument ({thread})")
        }
        Why::Store => format!("{before} calls {name}, which was stored before ({thread})"),
    }
}

/// The name of a step inside a sentence.
fn called(step: &Step) -> String {
    let name = step.shown_name();
    match step.name.starts_with('<') {
        true => format!("the {name}"),
        false => name.to_owned(),
    }
}

fn place(version: &Version, file: FileId, range: halion_ide::TextRange) -> Option<Location> {
    let text = version.text(file)?;
    let bytes = usize::from(range.start())..usize::from(range.end());
    Some(Location {
        uri: text.uri.clone(),
        range: text.lines().range(bytes),
    })
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}
