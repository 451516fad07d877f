//! The modules a file asks for: constant names given to `require`.

use halion_syntax::ast::{AstNode, CallExpr, Expr};
use halion_syntax::{Parse, SyntaxNode, TextSize};

use crate::script::RequiredName;

/// Names in the order of the text, which is that of the tree; a name that is computed cannot be seen.
#[must_use]
pub fn required_names(text: &str, parse: &Parse) -> Vec<RequiredName> {
    let root = parse.syntax();
    let words = text.match_indices("require");
    let mut names: Vec<RequiredName> = words.filter_map(|(at, _)| named_at(&root, at)).collect();
    names.sort_by_key(|name| name.range.start());
    names.dedup();
    names
}

/// What the word `require` at an offset asks for, by itself or as the first argument of `pcall`.
fn named_at(root: &SyntaxNode, at: usize) -> Option<RequiredName> {
    let at = TextSize::try_from(at).ok()?;
    let token = root.token_at_offset(at).right_biased()?;
    let calls = token.parent_ancestors().filter_map(CallExpr::cast).take(2);
    calls.filter_map(|call| required_name(&call)).next()
}

fn required_name(call: &CallExpr) -> Option<RequiredName> {
    let first = call.args().next()?;
    let argument = match call.callee()? {
        Expr::Name(name) if name.name()?.text() == "require" => first,
        // `pcall(require, "name")` loads it too.
        Expr::Name(name) if name.name()?.text() == "pcall" => match first {
            Expr::Name(given) if given.name()?.text() == "require" => call.args().nth(1)?,
            _ => return None,
        },
        _ => return None,
    };
    let Some(Expr::Literal(literal)) = argument.without_parens() else {
        return None;
    };
    let name = String::from_utf8(literal.string_value()?).ok()?;
    Some(RequiredName {
        name,
        range: literal.text_range(),
    })
}

#[cfg(test)]
mod tests {
    use super::required_names;

    #[test]
    fn all_spellings_of_a_constant_name() {
        let text = "require 'a' local b = require(\"b.c\") pcall(require, [[d]]) require(x) require(('e'))";
        let names: Vec<String> = required_names(text, &halion_syntax::parse(text))
            .into_iter()
            .map(|required| required.name)
            .collect();
        assert_eq!(names, ["a", "b.c", "d", "e"]);
    }
}
