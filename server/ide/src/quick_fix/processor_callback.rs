//! A change callback that needs the Processor gets it: the named form of `defineParameter` with `processorCallback = true`
//! (HALion semantics 6.2 to 6.6).
//!
//! Offered only where the kind of each positional argument shows in the text, since the named form has to say it.

use halion_analysis::Why;
use halion_api::Thread;
use halion_syntax::ast::{AstNode, CallExpr, Expr, Field, LiteralKind, TableExpr};
use halion_syntax::{SyntaxKind, SyntaxNode, TextRange};

use super::site::{Site, bytes};
use super::{Draft, FixKind};
use crate::names::global_name;

/// Offered for a call in a change callback of the Controller.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    site.direct_call(Thread::Controller)?;
    let entry = site.finding.chain.first()?;
    let (file, registered) = entry.supplied_at?;
    if entry.why != Why::Entry || site.is_hop() || file != site.finding.file {
        return None;
    }
    let call = definition(site, registered)?;
    let args: Vec<Expr> = call.args().collect();
    let edits = match &args[..] {
        [Expr::Table(table)] => in_table(site, table)?,
        _ => from_positions(site, &call, &args, registered)?,
    };
    Some(Draft {
        title: "Run the change callback in the Processor: processorCallback = true".to_owned(),
        kind: FixKind::ProcessorCallback,
        edits,
        safe: false,
        note: "without a Processor HALion still runs it in the Controller".to_owned(),
    })
}

/// The call of `defineParameter` that the callback was given to.
fn definition(site: &Site, registered: TextRange) -> Option<CallExpr> {
    let root = site.name.parent_ancestors().last()?;
    let token = root.token_at_offset(registered.start()).right_biased()?;
    let mut calls = token.parent_ancestors().filter_map(CallExpr::cast);
    calls.find(|call| {
        let callee = call.callee();
        callee.is_some_and(|callee| {
            global_name(callee.syntax()).as_deref() == Some("defineParameter")
        })
    })
}

/// The named form is there already: one more field, or another value in it.
fn in_table(site: &Site, table: &TableExpr) -> Option<Vec<(std::ops::Range<usize>, String)>> {
    let named = |name: &str| {
        let mut fields = table.fields();
        fields.find(|field| field.name().is_some_and(|own| own.text() == name))
    };
    let is_keyed = |field: Field| field.key().is_some();
    if table.fields().any(is_keyed) {
        return None;
    }
    if let Some(field) = named("processorCallback") {
        let value = field.value()?;
        let is_false =
            matches!(&value, Expr::Literal(literal) if literal.kind() == Some(LiteralKind::False));
        return is_false.then(|| vec![(bytes(value.text_range()), "true".to_owned())]);
    }
    let at = bytes(named("onChanged")?.text_range()).start;
    let between = match site.indent(at) {
        Some(indent) => format!("{}{indent}", site.newline()),
        None => " ".to_owned(),
    };
    Some(vec![(
        at..at,
        format!("processorCallback = true,{between}"),
    )])
}

/// A name in front of each argument, braces for the parentheses.
fn from_positions(
    site: &Site,
    call: &CallExpr,
    args: &[Expr],
    registered: TextRange,
) -> Option<Vec<(std::ops::Range<usize>, String)>> {
    let callback = args
        .iter()
        .position(|arg| arg.text_range().contains_range(registered))?;
    // What follows the callback means nothing, and what is nil there is none.
    if callback == 0 || callback + 1 != args.len() {
        return None;
    }
    let names = names(&args[..callback])?;
    let list = call.arg_list()?;
    let (open, close) = (list.syntax().first_token()?, list.syntax().last_token()?);
    if open.kind() != SyntaxKind::LParen || close.kind() != SyntaxKind::RParen {
        return None;
    }
    let open = bytes(open.text_range());
    let first = bytes(args.first()?.text_range()).start;
    let is_spaced = site.text[..open.start].ends_with([' ', '\t']);
    let lead = if is_spaced { "" } else { " " };
    let gap = match site.text[open.end..first].is_empty() {
        true => " ",
        false => "",
    };
    let mut edits = vec![(open, format!("{lead}{{{gap}"))];
    for (idx, name) in names.iter().enumerate() {
        let start = bytes(args[idx].text_range()).start;
        let next = bytes(args[idx + 1].text_range()).start;
        let is_left_out = is_nil(&args[idx]) && !has_comment(call.syntax(), start..next);
        match is_left_out {
            true => edits.push((start..next, String::new())),
            false => edits.push((start..start, format!("{name} = "))),
        }
    }
    let start = bytes(args[callback].text_range()).start;
    let text = "processorCallback = true, onChanged = ".to_owned();
    match edits.last_mut() {
        // An argument that is left out right before ends where the callback starts.
        Some((range, left_out)) if range.end == start && left_out.is_empty() => *left_out = text,
        _ => edits.push((start..start, text)),
    }
    let close = bytes(close.text_range());
    let is_glued = !site.text[..close.start].ends_with([' ', '\t', '\n']);
    edits.push((close, if is_glued { " }" } else { "}" }.to_owned()));
    Some(edits)
}

/// What the named form calls the values in front of the callback.
fn names(values: &[Expr]) -> Option<Vec<&'static str>> {
    let numeric = ["name", "longName", "default", "min", "max", "increment"];
    let kinds: Vec<Kind> = values.iter().map(Kind::of).collect();
    if matches!(kinds[0], Kind::Table | Kind::Number | Kind::Nil) {
        return None;
    }
    let names: &[&str] = match &kinds[..] {
        [_] | [_, _] => &numeric,
        [_, _, Kind::Number | Kind::Nil, Kind::Table] => {
            &["name", "longName", "default", "strings"]
        }
        [_, _, Kind::Bare | Kind::Table] => &numeric,
        // One number more than a list of strings could have, or none that could be one.
        [_, _, Kind::Number | Kind::Nil] => &numeric,
        [_, _, Kind::Number | Kind::Nil, Kind::Number | Kind::Nil] => &numeric,
        [_, _, Kind::Number | Kind::Nil | Kind::Unknown, min, _, ..] if *min != Kind::Table => {
            &numeric
        }
        _ => return None,
    };
    (values.len() <= names.len()).then(|| names[..values.len()].to_vec())
}

/// What an argument is, as far as its text tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nil,
    Number,
    /// A boolean or a string.
    Bare,
    Table,
    Unknown,
}

impl Kind {
    fn of(expr: &Expr) -> Kind {
        match expr {
            Expr::Literal(literal) => match literal.kind() {
                Some(LiteralKind::Nil) => Kind::Nil,
                Some(LiteralKind::Number) => Kind::Number,
                Some(_) => Kind::Bare,
                None => Kind::Unknown,
            },
            Expr::Table(_) => Kind::Table,
            Expr::Unary(unary) => match (unary.operator().map(|sign| sign.kind()), unary.operand())
            {
                (Some(SyntaxKind::Minus), Some(operand)) => Kind::of(&operand),
                _ => Kind::Unknown,
            },
            _ => Kind::Unknown,
        }
    }
}

fn is_nil(expr: &Expr) -> bool {
    Kind::of(expr) == Kind::Nil
}

fn has_comment(node: &SyntaxNode, range: std::ops::Range<usize>) -> bool {
    let mut elements = node.descendants_with_tokens();
    elements.any(|element| {
        element.kind() == SyntaxKind::Comment
            && range.contains(&usize::from(element.text_range().start()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::FixKind;
    use super::super::tests::{check_kind, check_lacks};

    fn check(text: &str, expected: &str) {
        check_kind(text, FixKind::ProcessorCallback, expected);
    }

    fn check_none(text: &str) {
        check_lacks(text, FixKind::ProcessorCallback);
    }

    #[test]
    fn positions_become_names() {
        check(
            "defineParameter(\"Bend\", nil, 0, -1, 1, function()\n  $0pitchBend(Bend)\nend)",
            "defineParameter { name = \"Bend\", default = 0, min = -1, max = 1, processorCallback = true, onChanged = function()\n  pitchBend(Bend)\nend }",
        );
        check(
            "defineParameter('A', 'Long', 1, -- the middle\n  0, 2, 0.5, function() $0pitchBend(0) end)",
            "defineParameter { name = 'A', longName = 'Long', default = 1, -- the middle\n  min = 0, max = 2, increment = 0.5, processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
        check(
            "local function bend() $0pitchBend(0) end\ndefineParameter ( 'A', nil, bend )",
            "local function bend() pitchBend(0) end\ndefineParameter { name = 'A', processorCallback = true, onChanged = bend }",
        );
        check(
            "defineParameter('A', function() $0pitchBend(0) end)",
            "defineParameter { name = 'A', processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
        check(
            "defineParameter('A', nil, 1, { 'Off', 'On' }, function() $0pitchBend(0) end)",
            "defineParameter { name = 'A', default = 1, strings = { 'Off', 'On' }, processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
        check(
            "defineParameter('A', nil, true, function() $0pitchBend(0) end)",
            "defineParameter { name = 'A', default = true, processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
    }

    #[test]
    fn names_get_one_more() {
        check(
            "defineParameter { name = 'A', onChanged = function() $0pitchBend(0) end }",
            "defineParameter { name = 'A', processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
        check(
            "local function bend() $0pitchBend(0) end\ndefineParameter {\n  name = 'A', -- short\n  onChanged = bend, -- why\n}",
            "local function bend() pitchBend(0) end\ndefineParameter {\n  name = 'A', -- short\n  processorCallback = true,\n  onChanged = bend, -- why\n}",
        );
        check(
            "defineParameter { name = 'A', processorCallback = false, onChanged = function() $0pitchBend(0) end }",
            "defineParameter { name = 'A', processorCallback = true, onChanged = function() pitchBend(0) end }",
        );
    }

    #[test]
    fn what_the_named_form_cannot_say_stays() {
        let bend = "function() $0pitchBend(0) end";
        check_none(&format!(
            "defineParameter('A', nil, this:getParameterDefinition('B'), {bend})"
        ));
        check_none(&format!(
            "local names = {{ 'a' }}\ndefineParameter('A', nil, 1, names, {bend})"
        ));
        check_none(&format!("defineParameter('A', nil, 1, 0, 2, {bend}, 7)"));
        check_none(&format!("defineParameter('A', nil, true, 1, 2, {bend})"));
    }

    #[test]
    fn a_callback_that_needs_the_controller_too_stays() {
        check_none(
            "defineParameter('A', nil, 0, 0, 1, function()\n  $0pitchBend(0)\n  openURL('a')\nend)",
        );
        check_none(
            "local function bend() $0pitchBend(0) end\ndefineParameter('A', nil, 0, 0, 1, bend)\nfunction onLoad() bend() end",
        );
        check_none("function onLoadIntoSlot()\n  $0pitchBend(0)\nend");
    }
}
