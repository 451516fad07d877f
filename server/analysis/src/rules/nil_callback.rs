//! `nil-callback`: a change callback that is not defined yet when `defineParameter` runs (HALion semantics 6.3).
//!
//! Its name is nil there, which means no callback, and HALion never calls the function that is defined further down.

use std::collections::BTreeMap;

use halion_syntax::{TextRange, TextSize};

use super::facts::Facts;
use super::parameter_definition::definitions;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprKind, Name};
use crate::script::FileId;
use crate::uses::UseKind;

/// Where a name gets its function, if it is nil before.
#[derive(Clone, Copy)]
struct Later {
    file: FileId,
    /// Nothing is assigned to the name before this.
    from: TextSize,
    /// The name where the function is defined.
    range: TextRange,
}

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if facts.uses.hidden_globals {
        return diagnostics;
    }
    let program = facts.solver.program;
    let locals = local_functions(facts);
    let mut names: BTreeMap<Name, Option<Later>> = BTreeMap::new();
    for definition in &definitions(facts) {
        if !definition.straight && !program.fun(definition.fun).is_chunk() {
            continue;
        }
        let call = program.expr(definition.call);
        for &callback in &definition.callbacks {
            let Some(name) = facts.global(callback) else {
                continue;
            };
            // `if changed then defineParameter("a", changed) end`
            let mut uses = facts.uses.of(name).iter();
            if !definition.straight
                && uses.any(|one| {
                    one.expr != callback && one.fun == definition.fun && one.kind == UseKind::Read
                })
            {
                continue;
            }
            let later = *names
                .entry(name)
                .or_insert_with(|| defined_once(facts, &locals, name));
            let Some(later) =
                later.filter(|later| later.file == call.file && later.from >= call.range.end())
            else {
                continue;
            };
            let text = facts.text(name);
            let expr = program.expr(callback);
            diagnostics.push(Diagnostic {
                function: Some(text.to_owned()),
                supplied_at: Some((later.file, later.range)),
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

/// The first definition of a global or local function by global statements, if nothing else assigns the name.
fn defined_once(facts: &Facts, locals: &BTreeMap<&str, Later>, name: Name) -> Option<Later> {
    if facts.is_known(name) || facts.is_host_variable(name) {
        return None;
    }
    let program = facts.solver.program;
    let mut first: Option<Later> = None;
    let mut has_function = false;
    for one in facts.uses.of(name) {
        let UseKind::Write(value) = one.kind else {
            continue;
        };
        let expr = program.expr(one.expr);
        let is_function =
            value.is_some_and(|value| matches!(program.expr(value).kind, ExprKind::Fun(_)));
        let other_file = first.is_some_and(|first| first.file != expr.file);
        if !program.fun(one.fun).is_chunk() || other_file {
            return None;
        }
        let later = first.get_or_insert(Later {
            file: expr.file,
            from: expr.range.start(),
            range: expr.range,
        });
        later.from = later.from.min(expr.range.start());
        if is_function && !has_function {
            later.range = expr.range;
            has_function = true;
        }
    }
    match first {
        Some(first) => has_function.then_some(first),
        // `local function f` further down is another variable, which does not exist before.
        None => locals.get(facts.text(name)).copied(),
    }
}

/// The last local function of each name in global statements.
fn local_functions<'a>(facts: &Facts<'a>) -> BTreeMap<&'a str, Later> {
    let program = facts.solver.program;
    let mut locals = BTreeMap::new();
    for fun in &program.funs {
        if fun
            .parent
            .is_some_and(|parent| program.fun(parent).is_chunk())
        {
            let later = Later {
                file: fun.file,
                from: fun.range.start(),
                range: fun.name_range,
            };
            locals.insert(fun.name.as_str(), later);
        }
    }
    locals
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
            if this then defineParameter("d", "D", 0, 0, 1, fourth) end -- warning: [nil-callback] "fourth"
            function fourth() end
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
            if tested then defineParameter("e", "E", 0, 0, 1, tested) end
            function tested() end
            function filled() end
            "#,
            "",
        );
    }
}
