//! Changes that make a finding go away (THREAD-ANALYSIS 2.8), most of them one of a wrong thread, each offered only where it is correct.
//!
//! A fix is drawn up from the text where its conditions hold, then tried: it is offered only if the analysis of the changed script
//! has lost the finding and gained none. Ranges are bytes of the file as it is before the change.

mod fix_all;
mod hoist;
mod move_to_init;
mod one_hop;
mod processor_callback;
mod run_async;
mod run_sync;
mod site;
mod slips;
mod suppress;
mod unwrap_hop;

use std::collections::BTreeMap;
use std::ops::Range;

use halion_analysis::{Analysis, Code, Diagnostic, FileId, Severity};
use halion_api::Thread;

use crate::Snapshot;
use site::Site;

pub use fix_all::fix_all;

/// So many findings get fixes at most in one answer; each fix costs an analysis.
const MAX_FINDINGS: usize = 16;
/// What one answer may cost: expressions that the analyses evaluate and bytes that they read, for one fix per finding. However large the
/// script is, its first finding gets fixes.
const MAX_COST: u64 = 1_500_000;

/// A change that makes a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, for a menu: `Wrap in runAsync`.
    pub title: String,
    /// The changes, by place; no two of them overlap.
    pub edits: Vec<Edit>,
    /// The place in [`Analysis::diagnostics`] of the finding.
    pub finding: usize,
    /// What sort of change it is.
    pub kind: FixKind,
    /// Whether it can be made without asking: nothing that runs afterwards in the script can tell the difference.
    pub safe: bool,
    /// What the author has to know about it; empty if there is nothing.
    pub note: String,
}

/// A replacement in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What is replaced, in bytes; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// The sorts of fixes, the preferred ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixKind {
    /// A hop to the thread that the code is on already is taken away.
    UnwrapHop,
    /// A table that stays the same is got in the global statements.
    Hoist,
    /// A global statement moves to `onInit`.
    MoveToInit,
    /// A change callback moves to the Processor.
    ProcessorCallback,
    /// A loop or several statements move to the Controller together.
    OneHop,
    /// The call moves to the Controller.
    RunAsync,
    /// The call moves to the Processor.
    RunSync,
    /// A slip beside the threads is mended.
    Slip,
    /// A comment hides the finding.
    Suppress,
}

/// A fix before it has been tried.
struct Draft {
    title: String,
    kind: FixKind,
    /// Range and text, by place.
    edits: Vec<(Range<usize>, String)>,
    safe: bool,
    note: String,
}

/// The fixes for the findings in the lines of `range`; those of one finding lie together, the best one first.
#[must_use]
pub fn quick_fixes(snapshot: &Snapshot, file: FileId, range: Range<usize>) -> Vec<Fix> {
    let Some(text) = snapshot.file(file).map(|file| file.text().clone()) else {
        return Vec::new();
    };
    let lines = whole_lines(&text, range);
    let findings = snapshot.analysis().diagnostics.iter().enumerate();
    findings
        .filter(|(_, finding)| {
            let start = usize::from(finding.range.start());
            finding.file == file && lines.start <= start && start <= lines.end
        })
        .filter(|(_, finding)| is_fixable(finding))
        .take(max_findings(snapshot))
        .flat_map(|(idx, _)| fixes_for(snapshot, idx))
        .collect()
}

/// How many findings get fixes in one answer.
fn max_findings(snapshot: &Snapshot) -> usize {
    let n = usize::try_from(MAX_COST / cost(snapshot)).unwrap_or(MAX_FINDINGS);
    n.clamp(1, MAX_FINDINGS)
}

/// What it costs to try fixes for one finding, in the unit of [`MAX_COST`]; at least 1.
fn cost(snapshot: &Snapshot) -> u64 {
    let sizes = snapshot.files().iter().map(|file| file.text().len() as u64);
    (snapshot.analysis().steps + sizes.sum::<u64>()).max(1)
}

/// The fixes for the finding at place `finding` of [`Analysis::diagnostics`], the best one first.
#[must_use]
pub fn fixes_for(snapshot: &Snapshot, finding: usize) -> Vec<Fix> {
    match Site::new(snapshot, finding) {
        Some(site) => tried(&site, finding).collect(),
        None => Vec::new(),
    }
}

/// The best one of them.
#[must_use]
pub fn best_fix(snapshot: &Snapshot, finding: usize) -> Option<Fix> {
    tried(&Site::new(snapshot, finding)?, finding).next()
}

/// The best fix, if that is a safe one. It takes what it costs from `left`; where no fix would be safe, that is little.
fn safe_fix(snapshot: &Snapshot, finding: usize, left: &mut u64) -> Option<Fix> {
    let site = Site::new(snapshot, finding)?;
    let alternatives = alternatives(&site);
    let is_hopeless = !alternatives.iter().flatten().any(|draft| draft.safe);
    let cost = cost(snapshot);
    *left = left.saturating_sub(if is_hopeless { cost / 8 } else { cost });
    if is_hopeless {
        return None;
    }
    let best = settling(&site, finding, alternatives).next();
    best.filter(|fix| fix.safe)
}

/// The fixes that hold what they promise, tried one at a time as they are asked for.
fn tried(site: &Site, finding: usize) -> impl Iterator<Item = Fix> {
    settling(site, finding, alternatives(site))
}

/// Drafts by kind, the preferred kinds first; of each kind the first that holds what it promises counts.
fn alternatives(site: &Site) -> [Vec<Draft>; 9] {
    [
        unwrap_hop::draft(site).into_iter().collect(),
        hoist::draft(site).into_iter().collect(),
        move_to_init::draft(site).into_iter().collect(),
        processor_callback::draft(site).into_iter().collect(),
        one_hop::drafts(site),
        run_async::draft(site).into_iter().collect(),
        run_sync::draft(site).into_iter().collect(),
        slips::draft(site).into_iter().collect(),
        suppress::draft(site).into_iter().collect(),
    ]
}

fn settling(
    site: &Site,
    finding: usize,
    alternatives: [Vec<Draft>; 9],
) -> impl Iterator<Item = Fix> {
    alternatives
        .into_iter()
        .filter_map(move |drafts: Vec<Draft>| {
            let mut fixes = drafts
                .into_iter()
                .map(|draft| draft.into_fix(site, finding));
            fixes.find(|fix| settles(site.snapshot, fix))
        })
}

impl Draft {
    fn into_fix(self, site: &Site, finding: usize) -> Fix {
        let file = site.finding.file;
        let edits = self.edits.into_iter();
        Fix {
            title: self.title,
            kind: self.kind,
            edits: edits
                .map(|(range, text)| Edit { file, range, text })
                .collect(),
            finding,
            safe: self.safe,
            note: self.note,
        }
    }
}

impl Fix {
    /// The script after the change.
    #[must_use]
    pub fn apply(&self, snapshot: &Snapshot) -> Snapshot {
        let mut texts: BTreeMap<FileId, String> = BTreeMap::new();
        for edit in self.edits.iter().rev() {
            let old = || snapshot.file(edit.file).map(|file| file.text().to_string());
            let text = texts
                .entry(edit.file)
                .or_insert_with(|| old().unwrap_or_default());
            text.replace_range(edit.range.clone(), &edit.text);
        }
        snapshot.with_texts(texts)
    }
}

/// Whether `after` has a finding that `before` has not; places do not count, since they move with the text. That a function needs both
/// threads only sums up errors which are findings of their own, and that one function alone is left to use a global is no mistake of it.
#[must_use]
pub fn has_new_finding(before: &Analysis, after: &Analysis) -> bool {
    let known = counts(before);
    counts(after)
        .iter()
        .filter(|((_, code, ..), _)| {
            !matches!(code, Code::NeedsBothThreads | Code::AccidentalGlobal)
        })
        .any(|(key, n)| known.get(key).is_none_or(|before| before < n))
}

/// Whether the finding goes away and no new one comes.
fn settles(snapshot: &Snapshot, fix: &Fix) -> bool {
    let before = snapshot.analysis();
    let changed = fix.apply(snapshot);
    let after = changed.analysis();
    let finding = &before.diagnostics[fix.finding];
    let key = key(finding);
    let n = |analysis: &Analysis| counts(analysis).get(&key).copied().unwrap_or(0);
    let is_judged = after.rung <= before.rung;
    // Of several calls in one line the first is reported: then it is the next one's turn.
    let is_gone = || {
        let place = place_after(fix, finding.range.start().into());
        let mut still = after.diagnostics.iter();
        !still.any(|found| self::key(found) == key && place.contains(&found.range.start().into()))
    };
    is_judged
        && (n(after) < n(before) || n(after) == n(before) && is_gone())
        && !has_new_finding(before, after)
}

/// Where what stands at `offset` is after a fix; what it has put in there is part of it.
fn place_after(fix: &Fix, offset: usize) -> Range<usize> {
    let (mut start, mut end) = (offset, offset + 1);
    for edit in fix.edits.iter().rev() {
        if edit.range.end < offset {
            start = start - edit.range.len() + edit.text.len();
            end = end - edit.range.len() + edit.text.len();
        } else if edit.range.start <= offset {
            start = edit.range.start;
            end = start + edit.text.len() + end.saturating_sub(edit.range.end);
        }
    }
    start..end
}

/// What makes two findings the same, wherever they stand.
type Key = (
    FileId,
    Code,
    Severity,
    Option<String>,
    Option<Thread>,
    Option<String>,
);

fn key(finding: &Diagnostic) -> Key {
    let message = finding.function.is_none().then(|| finding.message.clone());
    (
        finding.file,
        finding.code,
        finding.severity,
        finding.function.clone(),
        finding.thread,
        message,
    )
}

fn counts(analysis: &Analysis) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for finding in &analysis.diagnostics {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts
}

fn is_fixable(finding: &Diagnostic) -> bool {
    !matches!(finding.code, Code::SyntaxError | Code::UnusedSuppression)
}

/// The lines that a range touches, without the last line break.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start);
    let end = text.floor_char_boundary(range.end.max(range.start));
    let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline);
    start..end
}

#[cfg(test)]
mod tests;
