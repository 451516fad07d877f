//! `needs-both-threads`: a function in use has calls for the Controller and calls for the Processor (THREAD-ANALYSIS 2.6).
//!
//! The failing calls are errors of their own; this note at the function's name says that moving the function will not help.

use std::collections::BTreeMap;

use super::{Solved, wrong_thread};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::Grade;
use crate::ir::FunId;
use crate::script::ScriptKind;
use crate::solve::Solver;
use crate::value::InstId;

/// One note per function.
pub(crate) fn check(solver: &Solver, solved: &Solved) -> Vec<Diagnostic> {
    if solver.kind == ScriptKind::Ui {
        return Vec::new();
    }
    let mut conflicts: BTreeMap<FunId, (String, String)> = BTreeMap::new();
    for idx in 0..solved.n_insts {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        let Some(reached) = solved.reach.get(inst) else {
            continue;
        };
        let instance = &solver.insts[idx];
        if reached.grade != Grade::Certain || solver.program.fun(instance.fun).is_chunk() {
            continue;
        }
        let here = || {
            instance
                .calls
                .iter()
                .filter(|call| call.how.phase == instance.phase)
        };
        let name =
            |call: &crate::instance::BuiltinCall| solver.builtins.get(call.builtin).short.clone();
        let failing = here().find(|call| {
            wrong_thread::severity(solver, call, Grade::Certain) == Some(Severity::Error)
        });
        let bound = here().find(|call| {
            let builtin = solver.builtins.get(call.builtin);
            builtin.threads().single() == Some(instance.phase.thread())
                && builtin
                    .api
                    .is_none_or(|function| function.dispute.is_none())
        });
        if let (Some(failing), Some(bound)) = (failing, bound)
            && failing.how.via.is_empty()
        {
            conflicts
                .entry(instance.fun)
                .or_insert_with(|| (name(bound), name(failing)));
        }
    }
    conflicts
        .into_iter()
        .map(|(fun, (here, there))| {
            let fun = solver.program.fun(fun);
            Diagnostic {
                code: Code::NeedsBothThreads,
                severity: Severity::Information,
                file: fun.file,
                range: fun.name_range,
                message: format!("{} needs Controller and Processor: split it ({here} and {there} work in different threads)", fun.shown_name()),
                function: Some(there),
                thread: None,
                chain: Vec::new(),
            supplied_at: None,
                also_from: Vec::new(),
                help: vec!["put the part for the other thread into a function of its own, and pass it to runAsync or runSync".to_owned()],
                runtime_text: None,
                meant: None,
            }
        })
        .collect()
}
