//! What can be written at a place, with what fits its thread first.

mod item;
mod members;
mod names;
mod site;
#[cfg(test)]
mod tests;

use std::ops::Range;

use halion_analysis::FileId;
use halion_api::api;
use halion_syntax::{SyntaxKind, SyntaxToken, TextSize};

pub use item::{Item, ItemKind, Rank, documentation};
use site::Site;

use crate::Snapshot;

/// What is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The bytes that an item replaces.
    pub range: Range<usize>,
    /// Sorted by rank, then by label.
    pub items: Vec<Item>,
}

/// What can be written at byte `offset` of `file`. Nothing in comments, strings, numbers and where a new name is made up.
#[must_use]
pub fn completion(snapshot: &Snapshot, file: FileId, offset: usize) -> Completions {
    let site = TextSize::try_from(offset)
        .ok()
        .and_then(|offset| Site::at(snapshot, file, offset));
    let Some(site) = site else {
        return Completions {
            range: offset..offset,
            items: Vec::new(),
        };
    };
    let mut items = match site.before.as_ref().map(SyntaxToken::kind) {
        Some(SyntaxKind::Dot) => site.fields(),
        Some(SyntaxKind::Colon) => site.methods(),
        Some(SyntaxKind::Function) => callbacks(),
        Some(
            SyntaxKind::Local
            | SyntaxKind::For
            | SyntaxKind::Goto
            | SyntaxKind::ColonColon
            | SyntaxKind::Dots,
        ) => Vec::new(),
        _ if site.declares() => Vec::new(),
        _ => site.names(),
    };
    items.sort();
    items.dedup_by(|a, b| a.label == b.label);
    Completions {
        range: site.range.clone(),
        items,
    }
}

/// The callbacks, after `function`.
fn callbacks() -> Vec<Item> {
    let callbacks = api().callbacks().iter().chain(api().ui_callbacks());
    let items = callbacks.map(|callback| {
        let signature = callback.signatures.first().unwrap_or(&callback.name);
        let detail = format!("{signature}  [runs in {}]", callback.thread);
        let item = Item::new(Rank::Fits, &callback.name, ItemKind::Callback, &detail)
            .with_key(&callback.name);
        Item {
            insert: Some(signature.clone()),
            ..item
        }
    });
    items.collect()
}
