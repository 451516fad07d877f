//! The HALion class of an expression, as far as its text alone tells: `this`, constructors, results, fields, and locals
//! that hold one of these.

use halion_api::{Class, api};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::names::{LocalKind, Meaning, global_name, meaning, names_in};

/// Steps through locals, calls and fields before giving up.
const MAX_STEPS: u32 = 32;

/// The class of the object that `node` stands for.
pub(crate) fn class_of(node: &SyntaxNode) -> Option<&'static str> {
    class_within(node, MAX_STEPS)
}

/// The callback whose event a variable holds, if it is the parameter of one.
pub(crate) fn callback_of(node: &SyntaxNode) -> Option<&'static halion_api::Callback> {
    match meaning(&only_name(node)?)? {
        Meaning::Local(LocalKind::Parameter, declaration) => callback_with(&declaration),
        _ => None,
    }
}

fn class_within(node: &SyntaxNode, steps: u32) -> Option<&'static str> {
    let steps = steps.checked_sub(1)?;
    match node.kind() {
        SyntaxKind::ParenExpr => class_within(&node.first_child()?, steps),
        SyntaxKind::NameExpr => {
            let name = only_name(node)?;
            match meaning(&name)? {
                Meaning::Global => named(&api().global(name.text())?.value_type),
                Meaning::Local(LocalKind::Variable, declaration) => {
                    class_within(&value_of(&declaration)?, steps)
                }
                Meaning::Local(LocalKind::Parameter, declaration) => {
                    let callback = callback_with(&declaration)?;
                    let params = declaration.parent()?;
                    let place = names_in(&params).position(|name| name == declaration)?;
                    one_class(&callback.params.get(place)?.types)
                }
                _ => None,
            }
        }
        SyntaxKind::CallExpr => {
            let callee = node.first_child()?;
            let name = match callee.kind() {
                SyntaxKind::NameExpr => global_name(&callee)?,
                _ => callee.text().to_string(),
            };
            match api().function(&name) {
                Some(function) => one_class(&function.returns.first()?.types),
                None => api()
                    .constructor(&name)
                    .and_then(|constructor| named(constructor.class.as_deref()?)),
            }
        }
        SyntaxKind::MethodCallExpr => {
            let class = class_within(&node.first_child()?, steps)?;
            let method = api().method(class, names_in(node).next()?.text())?;
            one_class(&method.returns.first()?.types)
        }
        SyntaxKind::IndexExpr => {
            let class = class_within(&node.first_child()?, steps)?;
            one_class(&api().field(class, names_in(node).next()?.text())?.types)
        }
        _ => None,
    }
}

/// The expression that a `local` statement stores in the name it declares here.
fn value_of(declaration: &SyntaxToken) -> Option<SyntaxNode> {
    let statement = declaration
        .parent()
        .filter(|parent| parent.kind() == SyntaxKind::LocalStat)?;
    let place = names_in(&statement).position(|name| name == *declaration)?;
    statement.children().nth(place)
}

fn callback_with(parameter: &SyntaxToken) -> Option<&'static halion_api::Callback> {
    let function = parameter.parent()?.parent()?;
    let name = match function.kind() {
        SyntaxKind::FunctionStat => {
            let path = function
                .children()
                .find(|node| node.kind() == SyntaxKind::FunctionName)?;
            path.text().to_string()
        }
        SyntaxKind::FunctionExpr => {
            let statement = function
                .parent()
                .filter(|parent| parent.kind() == SyntaxKind::AssignStat)?;
            global_name(&statement.first_child()?)?
        }
        _ => return None,
    };
    api()
        .callback(name.trim())
        .or_else(|| api().ui_callback(name.trim()))
}

fn one_class(types: &[String]) -> Option<&'static str> {
    match types {
        [only] => named(only),
        _ => None,
    }
}

fn named(class: &str) -> Option<&'static str> {
    api()
        .class(class)
        .map(|class: &'static Class| class.name.as_str())
}

fn only_name(node: &SyntaxNode) -> Option<SyntaxToken> {
    (node.kind() == SyntaxKind::NameExpr)
        .then(|| names_in(node).next())
        .flatten()
}

#[cfg(test)]
mod tests {
    use halion_syntax::parse;

    use super::*;

    /// The class of the last expression that is returned.
    fn check(text: &str, expected: Option<&str>) {
        let root = parse(text).syntax();
        let statement = root
            .descendants()
            .filter(|node| node.kind() == SyntaxKind::ReturnStat)
            .last()
            .unwrap();
        assert_eq!(
            class_of(&statement.first_child().unwrap()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn objects_are_followed_through_locals_calls_and_fields() {
        check("return this", Some("MidiModule"));
        check("local l = Layer()\nlocal m = l\nreturn m", Some("Layer"));
        check("function onNote(e) return e end", Some("Event"));
        check("onNote = function(e) return (e) end", Some("Event"));
        check("return AudioFile.open(\"x\")", Some("AudioFile"));
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        check("return that", None);
        check("local Layer = f\nreturn Layer()", None);
        check("local a = a\nreturn a", None);
        check("function f(e) return e end", None);
    }
}
