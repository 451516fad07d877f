//! `duplicate-parameter`: global statements that define two parameters of one name.
//!
//! The second definition replaces the first (HALion semantics 6.4). Redefining a parameter later, or under a condition, is a technique.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::parameter_definition::definitions;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprId, Name};

/// One note at the second definition and each further one.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let program = facts.solver.program;
    let mut first: BTreeMap<Name, ExprId> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for definition in definitions(facts) {
        let Some((name, _)) = definition.name else {
            continue;
        };
        let at = definition.callee;
        if !definition.straight {
            continue;
        }
        let Some(&known) = first.get(&name) else {
            first.insert(name, at);
            continue;
        };
        let (here, there) = (program.expr(at), program.expr(known));
        let file = &facts.solver.script.files[there.file.idx()];
        let line = facts.lines.line(there.file, there.range.start()) + 1;
        let text = facts.text(name);
        diagnostics.push(Diagnostic {
            supplied_at: Some((there.file, there.range)),
            ..Diagnostic::new(
                Code::DuplicateParameter,
                Severity::Information,
                here.file,
                here.range,
                format!(
                    "{text} is already defined in line {line} of {}: this definition replaces it",
                    file.path
                ),
            )
        });
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn the_second_definition_replaces_the_first() {
        check(
            r#"
            defineParameter("a", "A", 1, 1, 10)
            defineParameter { name = "a", default = 3 } -- information: [duplicate-parameter] "defineParameter"
            local define, name = defineParameter, "a"
            define(name) -- information: [duplicate-parameter] "define"
            "#,
            "",
        );
    }

    #[test]
    fn redefining_on_purpose_is_fine() {
        check(
            r#"
            defineParameter("a", "A", 1, {"none"})
            if this.level == 1 then defineParameter("b") else defineParameter("b", "B") end
            for i = 1, 4 do defineParameter("c" .. i) end
            function onLoad() defineParameter("a", "A", 1, {"one", "two"}) end
            "#,
            "",
        );
    }
}
