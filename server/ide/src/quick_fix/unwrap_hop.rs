//! `runAsync(f, a)` in the Controller becomes `f(a)`, and `runSync(function() f(a) end)` in the Processor becomes `f(a)`: the hop to
//! the thread that the code is on already is the error (HALion semantics 4.17).

use halion_api::{Thread, api};
use halion_syntax::ast::{AstNode, Block, Expr, FunctionExpr, Stat};
use halion_syntax::{SyntaxKind, SyntaxNode};

use super::site::{Site, bytes, is_path};
use super::{Draft, FixKind};
use crate::names::{Meaning, global_name, meaning};

/// Offered for a hop that is a statement.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let hop = site.finding.function.as_deref()?;
    let thread = match hop {
        "runAsync" => Thread::Controller,
        "runSync" => Thread::Processor,
        _ => return None,
    };
    let Expr::Call(call) = site.wrong_call(thread)? else {
        return None;
    };
    let is_named = site.name.text() == hop && meaning(&site.name) == Some(Meaning::Global);
    if !is_named {
        return None;
    }
    let mut args: Vec<Expr> = call.args().collect();
    if args.is_empty() {
        return None;
    }
    let function = args.remove(0);
    // What follows the function is an id for runSync, and not an argument (HALion semantics 4.14). A function of HALion that cannot do
    // without one was meant to get it.
    let is_meant = hop == "runSync" && args.len() == 1 && needs_argument(&function);
    if hop == "runSync" && !is_meant {
        if !args
            .iter()
            .all(|arg| matches!(arg, Expr::Literal(_)) || is_path(arg))
        {
            return None;
        }
        args.clear();
    }
    let (text, safe) = match &function {
        Expr::Function(function) if args.is_empty() => (body(site, function)?, true),
        path if is_path(path) => {
            let arguments: Vec<&str> = args
                .iter()
                .map(|arg| site.slice(arg.text_range()))
                .collect();
            let text = format!(
                "{}({})",
                site.slice(path.text_range()),
                arguments.join(", ")
            );
            (text, !is_meant)
        }
        _ => return None,
    };
    // Comments between the parts would get lost.
    if n_comments(call.syntax()) != n_comments(&halion_syntax::parse(&text).syntax()) {
        return None;
    }
    Some(Draft {
        title: format!("Remove {hop}: this runs in the {} already", thread.name()),
        kind: FixKind::UnwrapHop,
        edits: vec![(bytes(call.text_range()), text)],
        safe,
        note: String::new(),
    })
}

fn needs_argument(function: &Expr) -> bool {
    let name = global_name(function.syntax());
    let function = name.and_then(|name| api().function(&name));
    let first = function.and_then(|function| function.params.first());
    first.is_some_and(|first| !first.optional)
}

/// The statements of a closure without parameters, as one statement. A `return` would end more than the closure did.
fn body(site: &Site, function: &FunctionExpr) -> Option<String> {
    let params = function.params()?;
    let block = function.block()?;
    if params.names().next().is_some() || params.is_vararg() || has_return(&block) {
        return None;
    }
    let statements: Vec<Stat> = block.statements().collect();
    if let [Stat::Call(call)] = &statements[..]
        && n_comments(call.syntax()) == n_comments(function.syntax())
    {
        let text = site.slice(call.call()?.text_range());
        return (!text.starts_with('(')).then(|| text.to_owned());
    }
    let start = usize::from(params.syntax().text_range().end());
    let end = usize::from(function.syntax().last_token()?.text_range().start());
    Some(format!("do{}end", &site.text[start..end]))
}

fn n_comments(node: &SyntaxNode) -> usize {
    let tokens = node.descendants_with_tokens();
    tokens
        .filter(|element| element.kind() == SyntaxKind::Comment)
        .count()
}

fn has_return(block: &Block) -> bool {
    let mut returns = block
        .syntax()
        .descendants()
        .filter(|node| node.kind() == SyntaxKind::ReturnStat);
    returns.any(|node| {
        let function = super::site::function_around(&node);
        function.as_ref() == block.syntax().parent().as_ref()
    })
}
