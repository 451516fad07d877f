//! `run-sync-argument`: `runSync(releaseVoice, id)` does not pass `id` (HALion semantics 4.14): the second argument of `runSync` is
//! an id that replaces a pending call, and the function gets no arguments.
//!
//! Reported where the function given is one of HALion that cannot do without an argument, and as an Information where it is a function
//! written in the call with parameters of its own: they are nil.

use std::collections::BTreeMap;

use halion_syntax::TextSize;

use super::Solved;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::ExprKind;
use crate::script::FileId;
use crate::solve::Solver;
use crate::value::InstId;

type Found = BTreeMap<(FileId, TextSize), Diagnostic>;

/// One finding per call.
pub(crate) fn check(solver: &Solver, solved: &Solved) -> Vec<Diagnostic> {
    let mut found = Found::new();
    for idx in 0..solved.n_insts {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        if solved.reach.get(inst).is_none() {
            continue;
        }
        literals(solver, idx, &mut found);
        for call in &solver.insts[idx].calls {
            let Some(function) = solver.builtins.get(call.builtin).api else {
                continue;
            };
            let Some(via) = call.how.via.last().filter(|via| via.name == "runSync") else {
                continue;
            };
            let needs_argument = function.params.first().is_some_and(|param| !param.optional);
            let ExprKind::Call { args, .. } = &solver.program.expr(call.how.site).kind else {
                continue;
            };
            if needs_argument && args.len() > 1 {
                let place = solver.program.expr(args[1]);
                found
                    .entry((place.file, place.range.start()))
                    .or_insert_with(|| Diagnostic {
                        function: Some(function.name.clone()),
                        thread: Some(via.thread),
                        help: vec![format!(
                            "write runSync(function() {}(...) end)",
                            function.name
                        )],
                        ..Diagnostic::new(
                            Code::RunSyncArgument,
                            Severity::Warning,
                            place.file,
                            place.range,
                            format!(
                                "runSync does not pass this to {}: its second argument is an id",
                                function.name
                            ),
                        )
                    });
            }
        }
    }
    found.into_values().collect()
}

/// `runSync(function(id) ... end, id)`.
fn literals(solver: &Solver, idx: usize, found: &mut Found) {
    for edge in &solver.insts[idx].edges {
        let is_run_sync = edge.how.via.last().is_some_and(|via| via.name == "runSync");
        let ExprKind::Call { args, .. } = &solver.program.expr(edge.how.site).kind else {
            continue;
        };
        let [given, id, ..] = args[..] else { continue };
        let ExprKind::Fun(fun) = solver.program.expr(given).kind else {
            continue;
        };
        if !is_run_sync || solver.program.fun(fun).n_params == 0 {
            continue;
        }
        let place = solver.program.expr(id);
        found
            .entry((place.file, place.range.start()))
            .or_insert_with(|| Diagnostic {
                thread: edge.how.via.last().map(|via| via.thread),
                help: vec!["use the variable itself in the function".to_owned()],
                ..Diagnostic::new(
                    Code::RunSyncArgument,
                    Severity::Information,
                    place.file,
                    place.range,
                    "runSync does not pass this to the function: its second argument is an id, and the parameters are nil".to_owned(),
                )
            });
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn second_argument_of_run_sync_is_an_id() {
        check(
            r#"
            function onLoad()
              runSync(releaseVoice, voice) -- warning: [run-sync-argument] "voice"
              runSync(function() releaseVoice(voice) end, 1)
              runSync(function(id) releaseVoice(id) end, voice) -- information: [run-sync-argument] "voice"
            end
            "#,
            "",
        );
    }
}
