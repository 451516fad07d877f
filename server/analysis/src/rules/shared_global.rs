//! `shared-global`: a global variable that functions of both threads assign (HALion semantics 1.4, 1.5).
//!
//! Both threads share one Lua state, so the last one wins. Parameters and slot locals are made for this; values given by global statements
//! and `onLoad` are there before the Processor runs.

use halion_api::Thread;

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::ExprKind;
use crate::uses::{Use, UseKind};

/// One note per variable, where the Processor assigns it first.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let program = facts.solver.program;
    let mut diagnostics = Vec::new();
    for (&name, uses) in &facts.uses.globals {
        if facts.is_host_variable(name) || facts.is_known(name) {
            continue;
        }
        let writes = |thread: Thread| {
            uses.iter().find(|one| {
                let value = match one.kind {
                    UseKind::Write(value) => value,
                    _ => return false,
                };
                let is_function =
                    value.is_some_and(|value| matches!(program.expr(value).kind, ExprKind::Fun(_)));
                !is_function && facts.threads(one.fun).contains(thread)
            })
        };
        let (Some(processor), Some(controller)) =
            (writes(Thread::Processor), writes(Thread::Controller))
        else {
            continue;
        };
        diagnostics.push(diagnostic(facts, facts.text(name), processor, controller));
    }
    diagnostics
}

fn diagnostic(facts: &Facts, name: &str, processor: &Use, controller: &Use) -> Diagnostic {
    let program = facts.solver.program;
    let of = |one: &Use| program.fun(one.fun).shown_name();
    let expr = program.expr(processor.expr);
    let message = if processor.fun == controller.fun {
        format!(
            "{name} is assigned in both threads: {} runs in both",
            of(processor)
        )
    } else {
        format!(
            "{name} is assigned in both threads: in the Processor by {}, in the Controller by {}",
            of(processor),
            of(controller)
        )
    };
    Diagnostic {
        thread: Some(Thread::Processor),
        supplied_at: Some((
            program.expr(controller.expr).file,
            program.expr(controller.expr).range,
        )),
        help: vec![
            "let one thread own it: the other one passes its change on with runSync or runAsync"
                .to_owned(),
        ],
        ..Diagnostic::new(
            Code::SharedGlobal,
            Severity::Information,
            expr.file,
            expr.range,
            message,
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_variable_that_both_threads_assign() {
        check(
            r#"
            count = 0
            function onNote(event)
              count = count + 1 -- information: [shared-global] "count"
            end
            function onIdle() count = 0 end
            "#,
            "",
        );
    }

    #[test]
    fn parameters_slot_locals_and_first_values_are_fine() {
        check(
            r#"
            defineSlotLocal("held")
            defineParameter("level", "Level", 0, 0, 10)
            held, level, only = {}, 1, 1
            function onNote(event) held, level, only = {}, 2, 2 end -- no hint
            function onIdle() held, level = {}, 3 end
            function onLoad(data) only = data end
            function onSave() return { held, level, only } end
            "#,
            "",
        );
    }
}
