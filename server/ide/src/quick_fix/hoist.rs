//! `local keys = getKeyProperties()` in the Processor moves to the global statements: the table is the same one for good, and both
//! threads may use it (HALion semantics 9.15).

use halion_api::Thread;
use halion_syntax::ast::{AstNode, Expr, LocalStat};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use super::site::{Site, all_names, bytes, is_constant_local};
use super::{Draft, FixKind};
use crate::names::{Meaning, meaning, variable};

/// Offered for a call without arguments that gives a live table.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let Expr::Call(call) = Expr::cast(site.direct_call(Thread::Processor)?)? else {
        return None;
    };
    let is_live = site.function()?.returns.iter().any(|value| value.live);
    if !is_live || call.args().next().is_some() || meaning(&site.name)? != Meaning::Global {
        return None;
    }
    let top = top_statement(call.syntax())?;
    let local = LocalStat::cast(call.syntax().parent()?).filter(|local| {
        local.names().count() == 1 && local.values().count() == 1 && is_kept(local)
    });
    let getter = site.slice(call.text_range()).to_owned();
    let same = same_local(&top, &getter, call.syntax());
    let edits = match (local, same) {
        (Some(local), same) => {
            let name = local.names().next()?;
            let outer = variable(name.text(), local.syntax());
            match same {
                Some(known) if known.text() == name.text() => {
                    is_same(&outer, &known).then_some(())?;
                    vec![(whole_lines(site, local.syntax())?, String::new())]
                }
                Some(known) => vec![(bytes(call.text_range()), known.text().to_owned())],
                None => {
                    let is_free = outer == Meaning::Global && !is_global_behind(&top, name.text());
                    is_free.then_some(())?;
                    vec![
                        declaration(site, &top, name.text(), &getter)?,
                        (whole_lines(site, local.syntax())?, String::new()),
                    ]
                }
            }
        }
        (None, Some(known)) => vec![(bytes(call.text_range()), known.text().to_owned())],
        (None, None) => {
            let name = own_name(site.name.text());
            let root = top.ancestors().last()?;
            let is_free = !all_names(&root).any(|token| token.text() == name);
            is_free.then_some(())?;
            vec![
                declaration(site, &top, &name, &getter)?,
                (bytes(call.text_range()), name),
            ]
        }
    };
    Some(Draft {
        title: format!(
            "Move to the global statements: {} runs in the Controller",
            site.name.text()
        ),
        kind: FixKind::Hoist,
        edits,
        safe: true,
        note: String::new(),
    })
}

/// The global statement that holds a node.
fn top_statement(node: &SyntaxNode) -> Option<SyntaxNode> {
    let mut statements = node.ancestors();
    statements.find(|node| {
        let block = node.parent();
        let around = block.and_then(|block| block.parent());
        around.is_some_and(|around| around.kind() == SyntaxKind::Chunk)
    })
}

/// Whether the local is never assigned again: at the top, that would last.
fn is_kept(local: &LocalStat) -> bool {
    let Some(declared) = local.names().next() else {
        return false;
    };
    let Some(root) = local.syntax().ancestors().last() else {
        return false;
    };
    let uses = all_names(&root).filter(|name| {
        name.text() == declared.text()
            && *name != declared
            && matches!(meaning(name), Some(Meaning::Local(_, place)) if place == declared)
    });
    uses.filter_map(|name| name.parent().and_then(Expr::cast))
        .all(|expr| is_constant_local(&expr))
}

/// A local of the global statements above that holds the same table already.
fn same_local(top: &SyntaxNode, getter: &str, call: &SyntaxNode) -> Option<SyntaxToken> {
    let before = std::iter::successors(top.prev_sibling(), SyntaxNode::prev_sibling);
    let mut locals = before.filter_map(LocalStat::cast).filter(|local| {
        let mut values = local.values();
        let value = values.next();
        values.next().is_none()
            && value.is_some_and(|value| value.syntax().text() == getter)
            && is_kept(local)
    });
    let name = locals.find_map(|local| local.names().next())?;
    is_same(&variable(name.text(), call), &name).then_some(name)
}

fn is_same(found: &Meaning, declared: &SyntaxToken) -> bool {
    matches!(found, Meaning::Local(_, place) if place == declared)
}

/// Whether a global of this name is used from `top` on, which a local above would hide.
fn is_global_behind(top: &SyntaxNode, name: &str) -> bool {
    let behind = std::iter::successors(Some(top.clone()), SyntaxNode::next_sibling);
    let mut names = behind.flat_map(|statement| all_names(&statement).collect::<Vec<_>>());
    names.any(|token| token.text() == name && meaning(&token) == Some(Meaning::Global))
}

/// `getKeyProperties` gives `keyProperties`.
fn own_name(getter: &str) -> String {
    let bare = getter.strip_prefix("get").unwrap_or(getter);
    let mut letters = bare.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The declaration above the global statement and the comment lines that belong to it.
fn declaration(
    site: &Site,
    top: &SyntaxNode,
    name: &str,
    getter: &str,
) -> Option<(std::ops::Range<usize>, String)> {
    let start = bytes(top.text_range()).start;
    site.indent(start).filter(|indent| indent.is_empty())?;
    let mut at = start;
    while let Some(above) = site.text[..at].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |newline| newline + 1);
        if !above[line..].starts_with("--") || above[line..].contains("]]") {
            break;
        }
        at = line;
    }
    let newline = site.newline();
    let text = format!("local {name} = {getter}{newline}{newline}");
    Some((at..at, text))
}

/// A statement with its line, if nothing else stands there.
fn whole_lines(site: &Site, statement: &SyntaxNode) -> Option<std::ops::Range<usize>> {
    let range = bytes(statement.text_range());
    let indent = site.indent(range.start);
    let rest = &site.text[range.end..];
    let blank = rest.trim_start_matches([' ', '\t', ';']);
    let newline = ["\r\n", "\n"]
        .into_iter()
        .find(|newline| blank.starts_with(newline));
    match (indent, newline) {
        (Some(indent), Some(newline)) => {
            let end = range.end + rest.len() - blank.len() + newline.len();
            Some(range.start - indent.len()..end)
        }
        // A comment behind it stays, and so does what follows in the line.
        _ => {
            let behind = rest.trim_start_matches([' ', '\t']);
            let behind = behind.strip_prefix(';').unwrap_or(behind);
            let end = range.end + rest.len() - behind.trim_start_matches([' ', '\t']).len();
            Some(range.start..end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FixKind;
    use super::super::tests::{check_kind, check_lacks};

    fn check(text: &str, expected: &str) {
        check_kind(text, FixKind::Hoist, expected);
    }

    fn check_none(text: &str) {
        check_lacks(text, FixKind::Hoist);
    }

    #[test]
    fn a_local_moves_to_the_global_statements() {
        check(
            "print(1)\n\n-- Colours.\nfunction onNote(e)\n  local keys = $0getKeyProperties()\n  keys[e.note] = { color = 1 }\nend\n",
            "print(1)\n\nlocal keys = getKeyProperties()\n\n-- Colours.\nfunction onNote(e)\n  keys[e.note] = { color = 1 }\nend\n",
        );
        check(
            "function onNote(e) local keys = $0getKeyProperties() keys[1] = {} end",
            "local keys = getKeyProperties()\n\nfunction onNote(e) keys[1] = {} end",
        );
        check(
            "function onNote(e) local keys = $0getKeyProperties(); keys[1] = {}; end",
            "local keys = getKeyProperties()\n\nfunction onNote(e) keys[1] = {}; end",
        );
    }

    #[test]
    fn a_call_in_place_gets_a_name() {
        check(
            "function onNote(e)\n  $0getKeyProperties()[e.note] = { color = 1 }\nend",
            "local keyProperties = getKeyProperties()\n\nfunction onNote(e)\n  keyProperties[e.note] = { color = 1 }\nend",
        );
    }

    #[test]
    fn a_table_that_is_there_already_is_used() {
        check(
            "local keys = getKeyProperties()\nfunction onNote(e)\n  local keys = $0getKeyProperties()\n  keys[e.note] = { color = 1 }\nend",
            "local keys = getKeyProperties()\nfunction onNote(e)\n  keys[e.note] = { color = 1 }\nend",
        );
        check(
            "local keys = getKeyProperties()\nfunction onNote(e)\n  local own = $0getKeyProperties()\n  own[e.note] = { color = 1 }\nend",
            "local keys = getKeyProperties()\nfunction onNote(e)\n  local own = keys\n  own[e.note] = { color = 1 }\nend",
        );
    }

    #[test]
    fn names_keep_their_meaning() {
        // Another variable of the name would be taken instead, or hidden.
        check_none(
            "function onNote(keys)\n  local keys = $0getKeyProperties()\n  keys[1] = {}\nend",
        );
        check_none(
            "function onNote(e)\n  local keys = $0getKeyProperties()\n  keys[1] = {}\nend\nkeys = 1\nprint(keys)",
        );
        check(
            "function onNote(e)\n  local keys = $0getKeyProperties()\n  keys = keys[1]\nend",
            "local keyProperties = getKeyProperties()\n\nfunction onNote(e)\n  local keys = keyProperties\n  keys = keys[1]\nend",
        );
        check_none("local keyProperties\nfunction onNote(e)\n  $0getKeyProperties()[1] = {}\nend");
    }

    #[test]
    fn other_results_belong_to_the_moment() {
        check_none("function onNote(e)\n  local p = $0loadPreset('a')\n  print(p)\nend");
    }
}
