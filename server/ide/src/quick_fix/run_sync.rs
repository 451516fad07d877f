//! `f(a)` becomes `runSync(function() f(a) end)`; never `runSync(f, a)`, whose `a` is an id (HALion semantics 4.14).
//!
//! The closure runs in the next audio block. What its arguments are by then is what they are now: whatever can change is copied to a
//! local first.

use halion_api::{Thread, api};
use halion_syntax::ast::{AstNode, Expr};
use halion_syntax::{SyntaxKind, SyntaxNode};

use super::site::{Site, bytes, function_around, is_constant_local, outermost_loop};
use super::{Draft, FixKind};
use crate::names::{Meaning, global_name, names_in, variable};

/// Offered for a call statement in a callback of the Controller on whose effect nothing behind it depends. Global statements run before
/// there need be a Processor.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    let call = site.wrong_call(Thread::Controller)?;
    let entries = site.finding.chain.first().map(|step| &step.name);
    let mut entries = entries.into_iter().chain(&site.finding.also_from);
    let is_possible = !site.is_hop()
        && !site.function()?.suspends
        && !entries.any(|entry| entry == "<main>")
        && site.is_global("runSync")
        && !is_read_behind(call.syntax());
    if !is_possible {
        return None;
    }
    let mut copies = Copies {
        site,
        call: call.syntax().clone(),
        copied: Vec::new(),
    };
    let (callee, args) = match &call {
        Expr::Call(call) => {
            let callee = call.callee()?;
            let is_builtin = global_name(callee.syntax())
                .is_some_and(|name| site.finding.function.as_deref() == Some(name.as_str()));
            if !is_builtin && !is_constant_local(&callee) {
                return None;
            }
            (
                site.slice(callee.text_range()).to_owned(),
                call.args().collect::<Vec<_>>(),
            )
        }
        Expr::MethodCall(call) => {
            let object = copies.kept(&call.receiver()?)?;
            (
                format!("{object}:{}", call.name()?.text()),
                call.args().collect(),
            )
        }
        _ => return None,
    };
    // How many values these are shows only when they are evaluated.
    let is_open = args
        .last()
        .is_some_and(|last| matches!(last, Expr::Vararg(_) | Expr::Call(_) | Expr::MethodCall(_)));
    if is_open {
        return None;
    }
    let mut arguments = Vec::new();
    for arg in &args {
        arguments.push(copies.kept(arg)?);
    }
    let hop = format!("runSync(function() {callee}({}) end)", arguments.join(", "));
    let range = bytes(call.text_range());
    let edits = if copies.copied.is_empty() {
        vec![
            (range.start..range.start, "runSync(function() ".to_owned()),
            (range.end..range.end, " end)".to_owned()),
        ]
    } else {
        copies.instead(&hop)?
    };
    Some(Draft {
        title: format!(
            "Wrap in runSync: {} runs in the Processor",
            site.name.text()
        ),
        kind: FixKind::RunSync,
        edits,
        safe: false,
        note: "it runs in the next audio block, after what follows here".to_owned(),
    })
}

/// `runSync(f, value)`, where `value` was meant for `f`.
pub(super) fn instead_of_id(
    site: &Site,
    call: &SyntaxNode,
    function: &Expr,
    value: &Expr,
) -> Option<Vec<(std::ops::Range<usize>, String)>> {
    let mut copies = Copies {
        site,
        call: call.clone(),
        copied: Vec::new(),
    };
    let value = copies.kept(value)?;
    let function = site.slice(function.text_range());
    copies.instead(&format!("runSync(function() {function}({value}) end)"))
}

/// What is evaluated before the hop.
struct Copies<'a> {
    site: &'a Site<'a>,
    call: SyntaxNode,
    /// Names with what they hold.
    copied: Vec<(String, String)>,
}

impl Copies<'_> {
    /// How the closure names what the expression is now.
    fn kept(&mut self, expr: &Expr) -> Option<String> {
        let text = self.site.slice(expr.text_range()).to_owned();
        let is_same_later = match expr {
            Expr::Literal(_) => true,
            Expr::Vararg(_) => return None,
            // A closure that is made later still sees the same variables.
            Expr::Function(_) => true,
            expr => is_constant_local(expr),
        };
        if is_same_later {
            return Some(text);
        }
        if let Some((name, _)) = self.copied.iter().find(|(_, copied)| *copied == text)
            && matches!(expr, Expr::Name(_))
        {
            return Some(name.clone());
        }
        let name = match expr {
            Expr::Name(_) => text.clone(),
            _ => self.fresh_name()?,
        };
        self.copied.push((name.clone(), text));
        Some(name)
    }

    /// A name that means nothing in the statement.
    fn fresh_name(&self) -> Option<String> {
        let mut candidates = (1..100).map(|n| match n {
            1 => "value".to_owned(),
            n => format!("value{n}"),
        });
        candidates.find(|name| {
            let mut nodes = self.call.descendants();
            !nodes.any(|node| names_in(&node).any(|token| token.text() == name))
                && self.copied.iter().all(|(copied, _)| copied != name)
        })
    }

    /// The hop and its copies in place of the call; comments in it would get lost.
    fn instead(&self, hop: &str) -> Option<Vec<(std::ops::Range<usize>, String)>> {
        let mut tokens = self.call.descendants_with_tokens();
        let has_comment = tokens.any(|element| element.kind() == SyntaxKind::Comment);
        let range = bytes(self.call.text_range());
        let text = match self.copied.is_empty() {
            true => hop.to_owned(),
            false => self.around(hop, range.start),
        };
        (!has_comment).then(|| vec![(range, text)])
    }

    /// The hop, behind the copies, as one statement.
    fn around(&self, hop: &str, start: usize) -> String {
        let names: Vec<&str> = self.copied.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<&str> = self
            .copied
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        let copies = format!("local {} = {}", names.join(", "), values.join(", "));
        let newline = self.site.newline();
        match self.site.indent(start) {
            Some(indent) => {
                let step = self.site.step();
                format!(
                    "do{newline}{indent}{step}{copies}{newline}{indent}{step}{hop}{newline}{indent}end"
                )
            }
            None => format!("do {copies}; {hop} end"),
        }
    }
}

/// Whether something that runs behind the call in its function asks HALion for a value, which the call might have changed.
fn is_read_behind(call: &SyntaxNode) -> bool {
    let Some(function) = function_around(call) else {
        return true;
    };
    let start = match outermost_loop(call) {
        Some(around) => around.text_range().start(),
        None => call.text_range().end(),
    };
    let mut behind = function
        .descendants()
        .filter(|node| node.text_range().start() >= start);
    behind.any(|node| {
        let is_used = node
            .parent()
            .is_some_and(|parent| parent.kind() != SyntaxKind::CallStat);
        is_used && asks_halion(&node)
    })
}

fn asks_halion(call: &SyntaxNode) -> bool {
    let api = api();
    match call.kind() {
        SyntaxKind::MethodCallExpr => {
            let name = names_in(call).last();
            name.is_some_and(|name| !api.methods_named(name.text()).is_empty())
        }
        SyntaxKind::CallExpr => {
            let callee = call.first_child();
            let name = callee.as_ref().and_then(|callee| names_in(callee).last());
            name.is_some_and(|name| {
                api.function(name.text()).is_some()
                    && variable(name.text(), call) == Meaning::Global
            })
        }
        _ => false,
    }
}
