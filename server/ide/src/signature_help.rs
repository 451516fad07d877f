//! The parameters of the call that is being written, and which one it has got to.

use std::ops::Range;

use halion_analysis::{FileId, FunctionInfo};
use halion_api::{Function, api};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

use crate::class_of::class_of;
use crate::names::{Meaning, meaning, name_at, names_in, path};
use crate::place::is_chunk;
use crate::{Snapshot, facts};

/// The forms of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The usual form first.
    pub signatures: Vec<Signature>,
    /// The form that has enough parameters for what is written.
    pub active_signature: usize,
    /// The place of the argument at the cursor, from 0.
    pub active_parameter: usize,
}

/// One form of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `playNote(note, velocity)`.
    pub label: String,
    /// Markdown: the threads, and what the function does.
    pub documentation: String,
    /// Where each parameter is in the label, in bytes, and what it is, as Markdown.
    pub parameters: Vec<(Range<usize>, String)>,
}

/// The call round byte `offset` of `file`, if its function is known.
#[must_use]
pub fn signature_help(snapshot: &Snapshot, file: FileId, offset: usize) -> Option<SignatureHelp> {
    let root = snapshot.file(file)?.parse().syntax();
    let offset = TextSize::try_from(offset)
        .ok()
        .filter(|offset| *offset <= root.text_range().end())?;
    let token = root.token_at_offset(offset).left_biased()?;
    let is_inside = |args: &SyntaxNode| {
        let opens = args
            .first_token()
            .is_some_and(|token| token.kind() == SyntaxKind::LParen);
        let closed = args
            .last_token()
            .filter(|token| token.kind() == SyntaxKind::RParen);
        let is_before_end = closed.is_none_or(|token| offset <= token.text_range().start());
        opens && is_before_end && args.text_range().start() < offset
    };
    let mut around = token
        .parent_ancestors()
        .take_while(|node| node.kind() != SyntaxKind::Block);
    let args = around.find(|node| node.kind() == SyntaxKind::ArgList && is_inside(node))?;
    let signatures = signatures(snapshot, &args.parent()?)?;
    let commas = args.children_with_tokens().filter(|element| {
        element.kind() == SyntaxKind::Comma && element.text_range().end() <= offset
    });
    let active_parameter = commas.count();
    let has_room = |signature: &Signature| {
        signature.parameters.len() > active_parameter || signature.label.contains("...")
    };
    Some(SignatureHelp {
        active_signature: signatures.iter().position(has_room).unwrap_or(0),
        active_parameter,
        signatures,
    })
}

fn signatures(snapshot: &Snapshot, call: &SyntaxNode) -> Option<Vec<Signature>> {
    let callee = match call.kind() {
        SyntaxKind::MethodCallExpr => call.clone(),
        _ => call.first_child()?,
    };
    let name = names_in(&callee).last()?;
    if let Some(signature) = declared(snapshot, &name) {
        return Some(vec![signature]);
    }
    let api = api();
    match meaning(&name)? {
        Meaning::Global => {
            let function = api
                .function(name.text())
                .or_else(|| api.constructor(name.text()));
            function.map(of_function).or_else(|| of_lua(name.text()))
        }
        Meaning::Field(_) => {
            let name = callee.text().to_string();
            api.function(name.trim())
                .map(of_function)
                .or_else(|| of_lua(name.trim()))
        }
        Meaning::Method(base) => {
            let method = base
                .as_ref()
                .and_then(class_of)
                .and_then(|class| api.method(class, name.text()));
            let any = || api.methods_named(name.text()).first().copied();
            method.or_else(any).map(of_function)
        }
        _ => None,
    }
}

/// A function of the script, by its declaration or its path.
fn declared(snapshot: &Snapshot, name: &SyntaxToken) -> Option<Signature> {
    let declaration = match meaning(name)? {
        Meaning::Local(_, declaration) => Some(declaration),
        _ => None,
    };
    let path = path(name);
    let mut functions = snapshot
        .analysis()
        .functions
        .iter()
        .filter(|function| !is_chunk(function));
    let function = functions.find(|function| match &declaration {
        Some(declaration) => function.name_range.end() == declaration.text_range().end(),
        None => function.name.replace(':', ".") == path && !is_local(snapshot, function),
    })?;
    let token = name_at(
        snapshot.file(function.file)?.parse(),
        function.name_range.start(),
    )?;
    let statement = token.parent_ancestors().find(|node| {
        node.descendants()
            .any(|node| node.kind() == SyntaxKind::ParamList)
    })?;
    let params = statement
        .descendants()
        .find(|node| node.kind() == SyntaxKind::ParamList)?;
    let params = params
        .children_with_tokens()
        .filter_map(|element| element.into_token());
    let params = params.filter(|token| matches!(token.kind(), SyntaxKind::Name | SyntaxKind::Dots));
    let names: Vec<String> = params.map(|token| token.text().to_owned()).collect();
    let label = format!("{}({})", function.name, names.join(", "));
    Some(with_parameters(
        label,
        crate::place::runs_in(function),
        |_| String::new(),
    ))
}

fn is_local(snapshot: &Snapshot, function: &FunctionInfo) -> bool {
    let token = snapshot
        .file(function.file)
        .and_then(|file| name_at(file.parse(), function.name_range.start()));
    token.is_some_and(|token| matches!(meaning(&token), Some(Meaning::Local(..))))
}

fn of_function(function: &'static Function) -> Vec<Signature> {
    let documentation = format!(
        "{}\n{}",
        facts::function_badge(function),
        function.description
    );
    let parameter = |name: &str| {
        let value = function.params.iter().find(|value| value.name == name);
        value.map(facts::value_line).unwrap_or_default()
    };
    let labels = facts::signatures(function).into_iter();
    labels
        .map(|label| with_parameters(label, documentation.clone(), parameter))
        .collect()
}

fn of_lua(name: &str) -> Option<Vec<Signature>> {
    let entry = api().lua().entry(name)?;
    Some(vec![with_parameters(
        entry.signature.clone(),
        entry.description.clone(),
        |_| String::new(),
    )])
}

/// Finds the parameters between the parentheses of a label.
fn with_parameters(
    label: String,
    documentation: String,
    describe: impl Fn(&str) -> String,
) -> Signature {
    let start = label.find('(').map_or(label.len(), |start| start + 1);
    let end = label[start..]
        .find(')')
        .map_or(label.len(), |end| start + end);
    let mut parameters = Vec::new();
    let mut at = start;
    for part in label[start..end].split(',') {
        let name = part.trim_matches([' ', '[', ']']);
        if !name.is_empty() {
            let begin = at + part.find(name).unwrap_or(0);
            parameters.push((begin..begin + name.len(), describe(name)));
        }
        at += part.len() + 1;
    }
    Signature {
        label,
        documentation,
        parameters,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use halion_analysis::ScriptKind;

    use super::*;
    use crate::File;

    /// The active form with its active parameter in angle brackets.
    fn check(text: &str, expected: &str) {
        let offset = text.find("$0").unwrap();
        let file = File::new("a.lua".into(), text.replace("$0", "").into());
        let snapshot = Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto);
        let shown = signature_help(&snapshot, FileId(0), offset).map(|help| {
            let Signature {
                mut label,
                parameters,
                ..
            } = help.signatures[help.active_signature].clone();
            if let Some((range, _)) = parameters.get(help.active_parameter) {
                label.insert(range.end, '>');
                label.insert(range.start, '<');
            }
            label
        });
        assert_eq!(shown.unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn the_parameter_at_the_cursor_is_marked() {
        check(
            "playNote($0)",
            "playNote(<note>, velocity, duration, layerOrZone, volume, pan, tune) -> noteID",
        );
        check(
            "playNote(60, 1$0",
            "playNote(note, <velocity>, duration, layerOrZone, volume, pan, tune) -> noteID",
        );
        check(
            "runAsync(f, g(1, 2), $0)",
            "runAsync(func, arg1, <arg2>, ...)",
        );
        check("math.floor($0)", "math.floor(<x>)");
    }

    #[test]
    fn the_innermost_call_counts() {
        check("playNote(math.floor($0), 1)", "math.floor(<x>)");
        check(
            "playNote(math.floor(1)$0, 1)",
            "playNote(<note>, velocity, duration, layerOrZone, volume, pan, tune) -> noteID",
        );
        check("playNote(60)$0", "");
        check("playNote(function() x = $0 end)", "");
    }

    #[test]
    fn a_form_with_room_is_chosen() {
        check(
            "defineParameter(\"a\", nil, 0, 0, 1, $0)",
            "defineParameter(name, longName, default, min, max, <increment>, changeCallback)",
        );
    }

    #[test]
    fn functions_of_the_script_and_methods_are_known() {
        check(
            "local function chord(root, ...) end\nchord(1, $0)",
            "chord(root, <...>)",
        );
        check("V = {}\nfunction V:stop(a) end\nV:stop($0)", "V:stop(<a>)");
        check(
            "local l = Layer()\nl:setName($0)",
            "Element:setName(<name>)",
        );
        check("unknown($0)", "");
    }
}
