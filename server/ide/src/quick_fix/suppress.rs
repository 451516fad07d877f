//! A comment above the line hides the finding: for what the author knows better.

use halion_syntax::{SyntaxKind, TextSize};

use super::site::Site;
use super::{Draft, FixKind};

/// Offered for every rule, wherever a line can be put in above.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let start = usize::from(site.finding.range.start());
    let line = site.text[..start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let rest = &site.text[line..];
    let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
    // A string or a comment of several lines can reach into this one.
    let root = site.name.parent_ancestors().last()?;
    let at = TextSize::try_from(line).ok()?;
    let around = root.token_at_offset(at).right_biased()?;
    let is_inside = around.text_range().start() < at;
    if is_inside && matches!(around.kind(), SyntaxKind::Str | SyntaxKind::Comment) {
        return None;
    }
    let code = site.finding.code.as_str();
    let newline = site.newline();
    let comment = format!("{indent}---@diagnostic disable-next-line: {code}{newline}");
    Some(Draft {
        title: format!("Suppress {code} for this line"),
        kind: FixKind::Suppress,
        edits: vec![(line..line, comment)],
        safe: false,
        note: String::new(),
    })
}
