//! The modules a file asks for: constant names given to `require`.

use halion_syntax::Parse;
use halion_syntax::ast::{AstNode, CallExpr, Expr};

use crate::script::RequiredName;

/// Names in the order of the text; a name that is computed cannot be seen.
#[must_use]
pub fn required_names(parse: &Parse) -> Vec<RequiredName> {
    let calls = parse.syntax().descendants().filter_map(CallExpr::cast);
    calls.filter_map(|call| required_name(&call)).collect()
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
        let names: Vec<String> = required_names(&halion_syntax::parse(text))
            .into_iter()
            .map(|required| required.name)
            .collect();
        assert_eq!(names, ["a", "b.c", "d", "e"]);
    }
}
