//! `check --fix`: makes the safe fixes in the files, one at a time, each on what the ones before it have left.
//!
//! A file can belong to several scripts. A fix is made only if none of them gains a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use halion_ide::{FileId, Fix, Snapshot, best_fix, has_new_finding};
use halion_workspace::{Loaded, Problem, identity, write_text};

use crate::args::ScriptArgs;
use crate::output;
use crate::script::{check, shown_path, survey};

/// More than any script has; what ends a loop that should have ended by itself.
const MAX_FIXES: usize = 10_000;

/// A script as it would be with the fixes so far.
struct Draft {
    snapshot: Snapshot,
    /// The identities of its files.
    files: Vec<PathBuf>,
}

impl Draft {
    fn new(loaded: &Loaded, args: &ScriptArgs) -> Self {
        Self {
            snapshot: check(loaded, args.script_kind).into_snapshot(),
            files: loaded
                .files
                .iter()
                .map(|file| identity(&file.path))
                .collect(),
        }
    }

    /// The script with new texts in its files; `None` if it has none of them.
    fn with(&self, texts: &BTreeMap<PathBuf, String>) -> Option<Snapshot> {
        let mut own = BTreeMap::new();
        for (place, path) in self.files.iter().enumerate() {
            if let Some(text) = texts.get(path) {
                own.insert(file_id(place), text.clone());
            }
        }
        (!own.is_empty()).then(|| self.snapshot.with_texts(own))
    }
}

/// Makes the fixes and says so on standard error. Returns what could not be written.
pub fn fix(paths: &[PathBuf], args: &ScriptArgs) -> Vec<Problem> {
    let survey = survey(paths, args);
    let mut drafts: Vec<Draft> = survey
        .scripts
        .iter()
        .map(|loaded| Draft::new(loaded, args))
        .collect();
    let mut written = BTreeMap::new();
    let mut made = Vec::new();
    for idx in 0..drafts.len() {
        let mut next = 0;
        while made.len() < MAX_FIXES && next < n_findings(&drafts[idx]) {
            match fix_one(&mut drafts, idx, next) {
                Some((line, texts)) => {
                    made.push(line);
                    written.extend(texts);
                }
                None => next += 1,
            }
        }
    }
    let problems = write(&written);
    if problems.is_empty() {
        let n = n_fixes(made.len());
        made.push(format!("{n} made\n\n"));
        output::err(&made.join("\n"));
    }
    problems
}

fn n_fixes(n: usize) -> String {
    match n {
        1 => "1 fix".to_owned(),
        n => format!("{n} fixes"),
    }
}

fn n_findings(draft: &Draft) -> usize {
    draft.snapshot.analysis().diagnostics.len()
}

/// Makes the best fix of one finding in all scripts, if it is safe; says what it did, and the new texts.
fn fix_one(
    drafts: &mut [Draft],
    idx: usize,
    finding: usize,
) -> Option<(String, BTreeMap<PathBuf, String>)> {
    let draft = &drafts[idx];
    let fix = best_fix(&draft.snapshot, finding)?;
    if !fix.safe {
        return None;
    }
    let line = said(&draft.snapshot, &fix);
    let changed = fix.apply(&draft.snapshot);
    let touched: BTreeSet<FileId> = fix.edits.iter().map(|edit| edit.file).collect();
    let texts: BTreeMap<PathBuf, String> = touched
        .iter()
        .filter_map(|file| {
            let path = draft.files.get(file.idx())?.clone();
            Some((path, changed.file(*file)?.text().to_string()))
        })
        .collect();
    let mut changes = Vec::new();
    for (place, other) in drafts.iter().enumerate() {
        if let Some(changed) = other.with(&texts) {
            if has_new_finding(other.snapshot.analysis(), changed.analysis()) {
                return None;
            }
            changes.push((place, changed));
        }
    }
    for (place, changed) in changes {
        drafts[place].snapshot = changed;
    }
    Some((line, texts))
}

/// `fixed main.lua:3: Wrap in runAsync: openURL runs in the Controller`.
fn said(snapshot: &Snapshot, fix: &Fix) -> String {
    let Some(edit) = fix.edits.first() else {
        return fix.title.clone();
    };
    let Some(file) = snapshot.file(edit.file) else {
        return fix.title.clone();
    };
    let line = file.text()[..edit.range.start].matches('\n').count() + 1;
    let path = shown_path(Path::new(file.path()));
    format!("fixed {path}:{line}: {}", fix.title)
}

/// Writes the files; returns what could not be done.
fn write(texts: &BTreeMap<PathBuf, String>) -> Vec<Problem> {
    let results = texts.iter().map(|(path, text)| write_text(path, text));
    results.filter_map(Result::err).collect()
}

fn file_id(place: usize) -> FileId {
    FileId(u32::try_from(place).unwrap_or(u32::MAX))
}
