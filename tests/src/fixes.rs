//! Makes every quick fix that is offered for a script: the finding goes away, none comes, and the engine plays the changed place.

use std::collections::BTreeSet;
use std::sync::Arc;

use halion_analysis::{Analysis, Code, Script, SourceFile};
use halion_engine::{Record, RecordKind, Scenario};
use halion_ide::{Fix, FixKind, Snapshot, fixes_for, has_new_finding};

use crate::both::{self, Place};
use crate::editor;

/// What is wrong with the fixes for the findings of `analysis`; one sentence each.
pub fn compare(
    script: &Script,
    analysis: &Analysis,
    scenario: &Scenario,
    problems: &mut Vec<String>,
) {
    let snapshot = editor::snapshot(script);
    for (idx, finding) in analysis.diagnostics.iter().enumerate() {
        for fix in fixes_for(&snapshot, idx) {
            let at = both::line_of(script, finding.file, finding.range.start());
            let mut complain = |what: String| {
                problems.push(format!("fix \"{}\" for line {at}: {what}", fix.title));
            };
            let changed = fix.apply(&snapshot);
            let n = n_findings(changed.analysis());
            let stays = n >= n_findings(analysis) && finding.code != Code::NeedsBothThreads;
            if stays || has_new_finding(analysis, changed.analysis()) {
                complain("the finding stays, or another one comes".to_owned());
            }
            if fix.kind != FixKind::Suppress {
                let records = both::play(&as_script(&changed), scenario.clone());
                let mut errors = errors_in(&fix, &changed, &records);
                if fix.kind == FixKind::Slip {
                    // It leaves calls on the wrong thread to other fixes.
                    let before = messages(&both::play(script, scenario.clone()));
                    errors.retain(|error| !before.contains(error));
                }
                for error in errors {
                    complain(format!("the engine raises {error}"));
                }
            }
        }
    }
}

/// Findings, without those that sum up others.
fn n_findings(analysis: &Analysis) -> usize {
    let findings = analysis.diagnostics.iter();
    findings
        .filter(|finding| finding.code != Code::NeedsBothThreads)
        .count()
}

/// The script with the texts of a snapshot.
fn as_script(snapshot: &Snapshot) -> Script {
    let script = snapshot.script();
    let files = script.files.iter().map(|file| SourceFile {
        path: file.path.clone(),
        text: Arc::clone(&file.text),
        parse: file.parse.clone(),
    });
    Script {
        files: files.collect(),
        modules: script.modules.clone(),
        kind: script.kind,
    }
}

/// What all errors say.
fn messages(records: &[Record]) -> BTreeSet<String> {
    let messages = records.iter().filter_map(|record| match &record.kind {
        RecordKind::Error(error) => Some(error.message.clone()),
        _ => None,
    });
    messages.collect()
}

/// Errors that come from the lines which a fix has changed.
fn errors_in(fix: &Fix, changed: &Snapshot, records: &[Record]) -> Vec<String> {
    let mut lines = BTreeSet::new();
    // What the edits before have put in and taken out.
    let (mut added, mut removed) = (0, 0);
    for edit in &fix.edits {
        let file = &changed.files()[edit.file.idx()];
        let line = |offset: usize| file.text()[..offset].matches('\n').count() + 1;
        let start = edit.range.start + added - removed;
        for line in line(start)..=line(start + edit.text.len()) {
            lines.insert(Place {
                path: file.path().to_owned(),
                line,
            });
        }
        added += edit.text.len();
        removed += edit.range.len();
    }
    let errors = records.iter().filter_map(|record| match &record.kind {
        RecordKind::Error(error) => Some(error),
        _ => None,
    });
    let there = errors.filter(|error| {
        lines.contains(&Place {
            path: error.path.clone(),
            line: error.line as usize,
        })
    });
    there.map(|error| error.message.clone()).collect()
}
