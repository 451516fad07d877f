//! `run-sync-argument`: `runSync(releaseVoice, id)` does not pass `id` (HALion semantics 4.14): the second argument of `runSync` is
//! an id that replaces a pending call, and the function gets no arguments.
//!
//! Reported only where the function given is one of HALion that cannot do without an argument.

use std::collections::BTreeMap;

use super::Solved;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::solve::Solver;
use crate::value::InstId;

/// One finding per call.
pub(crate) fn check(solver: &Solver, solved: &Solved) -> Vec<Diagnostic> {
    let mut found = BTreeMap::new();
    for idx in 0..solved.n_insts {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        if solved.reach.get(inst).is_none() {
            continue;
        }
        for call in &solver.insts[idx].calls {
            let Some(function) = solver.builtins.get(call.builtin).api else {
                continue;
            };
            let Some(via) = call.how.via.last().filter(|via| via.name == "runSync") else {
                continue;
            };
            let needs_argument = function.params.first().is_some_and(|param| !param.optional);
            let crate::ir::ExprKind::Call { args, .. } = &solver.program.expr(call.how.site).kind
            else {
                continue;
            };
            if needs_argument && args.len() > 1 {
                let place = solver.program.expr(args[1]);
                found
                    .entry((place.file, place.range.start()))
                    .or_insert_with(|| Diagnostic {
                        code: Code::RunSyncArgument,
                        severity: Severity::Warning,
                        file: place.file,
                        range: place.range,
                        message: format!(
                            "runSync does not pass this to {}: its second argument is an id",
                            function.name
                        ),
                        function: Some(function.name.clone()),
                        thread: Some(via.thread),
                        chain: Vec::new(),
                        supplied_at: None,
                        also_from: Vec::new(),
                        help: vec![format!(
                            "write runSync(function() {}(...) end)",
                            function.name
                        )],
                        runtime_text: None,
                    });
            }
        }
    }
    found.into_values().collect()
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
            end
            "#,
            "",
        );
    }
}
