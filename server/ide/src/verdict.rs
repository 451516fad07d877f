//! Whether a function of HALion may be used at a place, in one sentence with a mark in front.

use halion_analysis::{FileId, Severity};
use halion_api::{Function, Thread, Threads};
use halion_syntax::SyntaxToken;

use crate::Snapshot;
use crate::names::{before, call_of};
use crate::place::{Place, finding, handed_over};

/// What to say about `function` where `name` stands for it; nothing if it works everywhere or is not called.
pub(crate) fn verdict(
    snapshot: &Snapshot,
    file: FileId,
    name: &SyntaxToken,
    function: &Function,
) -> Option<String> {
    let place = Place::at(snapshot, file, name.text_range().start());
    if let Some(finding) = finding(snapshot, file, name.text_range()) {
        let help = match (finding.help.first(), function.threads.single()) {
            (Some(help), _) => format!("; {}", help.trim_end_matches('.')),
            (None, Some(Thread::Controller)) => "; wrap it in runAsync".to_owned(),
            (None, Some(Thread::Processor)) => "; wrap it in runSync".to_owned(),
            (None, None) => String::new(),
        };
        let (place, name) = (place.describe(), &function.name);
        return Some(match finding.severity {
            Severity::Error => format!("✗ {place}: {name} cannot be called here{help}."),
            _ => format!("⚠ {place}: {name} may fail here{help}."),
        });
    }
    let runs_on = place.runs_on();
    if function.threads == Threads::BOTH {
        return None;
    }
    if call_of(name).is_none() {
        let (hop, threads) = handed_over(&before(name)?, runs_on)?;
        let fits = function.threads.is_superset(threads) && !threads.is_empty();
        return fits.then(|| format!("✓ Handed to {hop}, which runs it in {threads}."));
    }
    if runs_on.is_empty() {
        let text = "Nobody calls the function round this place, so its thread is not known.";
        return Some(text.to_owned());
    }
    let (place, threads) = (place.describe(), function.threads);
    Some(match threads.is_superset(runs_on) {
        true => format!("✓ {place}."),
        false => format!("{place}, but only {threads} was found to reach this call."),
    })
}
