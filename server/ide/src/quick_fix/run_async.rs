//! `f(a, b)` becomes `runAsync(f, a, b)`, and `o:m(a)` becomes `runAsync(o.m, o, a)`: the arguments are evaluated as before.
//!
//! Only for a statement, since results are lost (HALion semantics 4.12), and only where the callback can be on hold (4.11). The arguments
//! have to be right where they are.

use halion_api::Thread;
use halion_syntax::ast::{ArgList, AstNode, Expr};
use halion_syntax::{SyntaxKind, SyntaxNode};

use super::site::{Site, bytes, function_around, is_path};
use super::{Draft, FixKind};

/// Offered for a call statement in the Processor.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let call = site.wrong_call(Thread::Processor)?;
    let is_possible = !site.is_hop()
        && !site.function()?.suspends
        && site.can_be_on_hold()
        && site.is_global("runAsync");
    if !is_possible {
        return None;
    }
    let (head, list, handed_over) = match &call {
        Expr::Call(call) => {
            let callee = call.callee()?;
            let text = site.slice(callee.text_range()).to_owned();
            (callee.text_range(), call.arg_list()?, text)
        }
        Expr::MethodCall(call) => {
            let receiver = call.receiver().filter(is_path)?;
            let object = site.slice(receiver.text_range()).to_owned();
            let text = format!("{object}.{}, {object}", call.name()?.text());
            let head = receiver.text_range().cover(call.name()?.text_range());
            (head, call.arg_list()?, text)
        }
        _ => return None,
    };
    let is_wrong_too = list.args().any(|arg| site.n_wrong(arg.syntax()) > 0);
    if is_wrong_too {
        return None;
    }
    let head = bytes(head);
    let (arguments, end) = opened(site, &list);
    // What stands between the function and its arguments would get lost.
    let gap = &site.text[head.end..bytes(list.syntax().text_range()).start];
    if !gap.trim().is_empty() || (bytes(call.text_range()).start != head.start) {
        return None;
    }
    let is_line_end = site.text[arguments..].starts_with(['\r', '\n']);
    let comma = match list.args().next() {
        None => "",
        Some(_) if is_line_end => ",",
        Some(_) => ", ",
    };
    let mut edits = vec![(
        head.start..arguments,
        format!("runAsync({handed_over}{comma}"),
    )];
    edits.extend(end.map(|end| (end..end, ")".to_owned())));
    Some(Draft {
        title: format!(
            "Wrap in runAsync: {} runs in the Controller",
            site.name.text()
        ),
        kind: FixKind::RunAsync,
        edits,
        safe: is_last_of_all(site, call.syntax()),
        note: format!(
            "{} is on hold for at least one audio block; the note may be released meanwhile",
            site.entry()
        ),
    })
}

/// Where the arguments start, and where a parenthesis has to close them if none does.
fn opened(site: &Site, list: &ArgList) -> (usize, Option<usize>) {
    let range = bytes(list.syntax().text_range());
    let is_open = list
        .syntax()
        .first_token()
        .is_some_and(|token| token.kind() == SyntaxKind::LParen);
    if !is_open {
        return (range.start, Some(range.end));
    }
    let inner = &site.text[range.start + 1..range.end];
    let blanks = inner.len() - inner.trim_start_matches([' ', '\t']).len();
    (range.start + 1 + blanks, None)
}

/// Whether the callback ends behind the call, so that nobody can tell that it was on hold: HALion's callback holds the call itself,
/// as its last statement, and the script never calls this callback.
fn is_last_of_all(site: &Site, call: &SyntaxNode) -> bool {
    let [entry] = &site.finding.chain[..] else {
        return false;
    };
    let Some(function) = function_around(call).filter(|node| node.kind() != SyntaxKind::Chunk)
    else {
        return false;
    };
    let is_mentioned_once = || {
        let files = site.snapshot.files().iter();
        let tokens = files.flat_map(|file| {
            let tokens = file.parse().syntax().descendants_with_tokens();
            tokens
                .filter_map(|element| element.into_token())
                .collect::<Vec<_>>()
        });
        let mentions = tokens.filter(|token| token.text().trim_matches(['"', '\'']) == entry.name);
        mentions.count() == 1
    };
    let holds_entry = function.text_range().contains_range(entry.range);
    site.finding.also_from.is_empty()
        && holds_entry
        && is_last_in(call, &function)
        && is_mentioned_once()
}

/// Whether nothing of `function` runs behind the statement of `call`.
fn is_last_in(call: &SyntaxNode, function: &SyntaxNode) -> bool {
    let inside = call.ancestors().skip(1).take_while(|node| node != function);
    inside.into_iter().all(|node| match node.kind() {
        SyntaxKind::CallStat | SyntaxKind::DoStat | SyntaxKind::IfStat => {
            node.next_sibling().is_none()
        }
        SyntaxKind::Block | SyntaxKind::ElseIfClause | SyntaxKind::ElseClause => true,
        _ => false,
    })
}
