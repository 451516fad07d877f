//! `accidental-global`: a global variable that one function assigns and only this function reads, afterwards: a local was meant.
//!
//! A global that is read before it is assigned keeps its value from one call to the next, so it is there on purpose.

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprKind, FunId, Program};
use crate::uses::{Part, Use, UseKind, Uses, place};

/// One hint per variable, where it is assigned first.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if facts.uses.hidden_globals {
        return diagnostics;
    }
    let program = facts.solver.program;
    for (&name, uses) in &facts.uses.globals {
        if facts.is_host_variable(name) || facts.is_known(name) {
            continue;
        }
        if let Some(first) = accident(program, facts.uses, uses) {
            let text = facts.text(name);
            let fun = program.fun(first.fun);
            let expr = program.expr(first.expr);
            diagnostics.push(Diagnostic {
                help: vec![format!(
                    "write local {text}: without it, all calls and all slots share one {text}"
                )],
                ..Diagnostic::new(
                    Code::AccidentalGlobal,
                    Severity::Hint,
                    expr.file,
                    expr.range,
                    format!(
                        "{text} is a global variable, but only {} uses it",
                        fun.shown_name()
                    ),
                )
            });
        }
    }
    diagnostics
}

/// The first assignment, if everything happens in one function and after it.
fn accident<'u>(program: &Program, all: &Uses, uses: &'u [Use]) -> Option<&'u Use> {
    let is_write = |one: &&Use| matches!(one.kind, UseKind::Write(_));
    let first = uses
        .iter()
        .filter(is_write)
        .min_by_key(|one| place(program, one.expr))?;
    if program.fun(first.fun).is_chunk() {
        return None;
    }
    let sure = assigned_parts(all, uses);
    let fits = uses.iter().all(|one| {
        let own = inside(program, one.fun, first.fun);
        let in_order = match one.kind {
            UseKind::Write(value) => {
                !value.is_some_and(|value| matches!(program.expr(value).kind, ExprKind::Fun(_)))
            }
            UseKind::Read | UseKind::Base | UseKind::Call => {
                let other_function = one.fun != first.fun;
                let after = place(program, one.expr) >= (program.expr(first.expr).file, first.end);
                let mut sure = sure.iter();
                after && (other_function || sure.any(|&part| all.is_within(one.part, part)))
            }
        };
        own && in_order
    });
    fits.then_some(first)
}

/// Parts that assign the variable whenever they run.
fn assigned_parts(all: &Uses, uses: &[Use]) -> Vec<Part> {
    let writes = uses
        .iter()
        .filter(|one| matches!(one.kind, UseKind::Write(_)));
    let mut parts: Vec<Part> = writes.map(|one| one.part).collect();
    // Inner joins come first.
    for (arms, around) in &all.joins {
        if arms.iter().all(|arm| parts.contains(arm)) {
            parts.push(*around);
        }
    }
    parts
}

/// Whether a function is another one or made in it.
fn inside(program: &Program, fun: FunId, outer: FunId) -> bool {
    let mut at = Some(fun);
    while let Some(fun) = at {
        if fun == outer {
            return true;
        }
        at = program.fun(fun).parent;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_variable_of_one_function_is_a_forgotten_local() {
        check(
            r#"
            function onNote(event)
              pitch = event.note + 12 -- hint: [accidental-global] "pitch"
              for i = 1, 3 do playNote(pitch + i, 100) end
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_variable_that_is_set_under_a_condition_only_keeps_its_value() {
        check(
            r#"
            function onController(event)
              if event.controller == 1 then
                wheel = event.value -- no hint
              elseif event.controller == 2 and wheel then
                print(wheel)
              end
              if event.value > 3 then high = 1 else high = 2 end -- hint: [accidental-global] "high"
              print(high)
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_variable_that_keeps_its_value_is_meant() {
        check(
            r#"
            declared = nil
            defineParameter("depth")
            function onNote(event)
              count = (count or 0) + 1 -- no hint
              if last then releaseVoice(last) end
              last = event.id -- no hint
              declared = event.note -- no hint
              depth = 3 -- no hint
              shared = 1 -- no hint
              function helper() end -- no hint
            end
            function onRelease(event) print(shared) end
            "#,
            "",
        );
    }
}
