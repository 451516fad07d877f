//! `nil-callback`: a change callback that is not defined yet when `defineParameter` runs (HALion semantics 6.3).
//!
//! Its name is nil there, which means no callback, and HALion never calls the function that is defined further down.

use halion_syntax::TextRange;

use super::facts::Facts;
use super::parameter_definition::{Definition, definitions};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprId, ExprKind, Name};
use crate::script::FileId;
use crate::uses::UseKind;

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if facts.uses.hidden_globals {
        return diagnostics;
    }
    let program = facts.solver.program;
    for definition in definitions(facts).iter().filter(|one| one.straight) {
        for &callback in &definition.callbacks {
            let Some(name) = facts.global(callback) else {
                continue;
            };
            let Some(later) = defined_later(facts, definition, name) else {
                continue;
            };
            let text = facts.text(name);
            let expr = program.expr(callback);
            diagnostics.push(Diagnostic {
                function: Some(text.to_owned()),
                supplied_at: Some(later),
                help: vec![format!(
                    "move this call behind the function, or pass function() {text}() end"
                )],
                ..Diagnostic::new(
                    Code::NilCallback,
                    facts.severity(definition.fun, Severity::Warning),
                    expr.file,
                    expr.range,
                    format!("{text} is defined further down, so it is nil here: the parameter gets no change callback"),
                )
            });
        }
    }
    diagnostics
}

/// Where a function of this name is defined behind the call, if it cannot be there before.
fn defined_later(
    facts: &Facts,
    definition: &Definition,
    name: Name,
) -> Option<(FileId, TextRange)> {
    if facts.is_known(name) || facts.is_host_variable(name) {
        return None;
    }
    let program = facts.solver.program;
    let call = program.expr(definition.call);
    let behind = |expr: ExprId| {
        let expr = program.expr(expr);
        expr.file == call.file && expr.range.start() >= call.range.end()
    };
    let mut later = None;
    for one in facts.uses.of(name) {
        let UseKind::Write(value) = one.kind else {
            continue;
        };
        let in_chunk = program.fun(one.fun).is_chunk();
        if !behind(one.expr) || !in_chunk {
            return None;
        }
        if value.is_some_and(|value| matches!(program.expr(value).kind, ExprKind::Fun(_))) {
            let expr = program.expr(one.expr);
            later.get_or_insert((expr.file, expr.range));
        }
    }
    // `local function f` further down is another variable, which does not exist here.
    let local = program.funs.iter().find(|fun| {
        let parent = fun
            .parent
            .is_some_and(|parent| program.fun(parent).is_chunk());
        fun.file == call.file
            && parent
            && fun.name == facts.text(name)
            && fun.range.start() >= call.range.end()
    });
    later.or_else(|| local.map(|fun| (fun.file, fun.name_range)))
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_callback_defined_further_down_is_nil() {
        check(
            r#"
            defineParameter("a", "A", 0, 0, 1, changed) -- warning: [nil-callback] "changed"
            defineParameter { name = "b", onChanged = other } -- warning: [nil-callback] "other"
            defineParameter("c", nil, 0, 0, 1, third) -- warning: [nil-callback] "third"
            function changed() print(a) end
            local function other() print(b) end
            third = function() end
            "#,
            "",
        );
    }

    #[test]
    fn a_callback_that_is_there_is_fine() {
        check(
            r#"
            function changed() print(a) end
            defineParameter("a", "A", 0, 0, 1, changed)
            defineParameter("b", "B", 0, 0, 1, function() later() end)
            function later() end
            function setup() defineParameter("c", "C", 0, 0, 1, later) end
            setup()
            function set() filled = print end
            set()
            defineParameter("d", "D", 0, 0, 1, filled)
            function filled() end
            "#,
            "",
        );
    }
}
