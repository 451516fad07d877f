//! `wrong-thread`: a function of HALion is called in a thread it is not available in (HALion semantics 1.2, 1.7), or a field of an
//! object is assigned in one (HALion semantics 9.17).
//!
//! Severity is that of the best path (THREAD-ANALYSIS 2.6); each call line is reported once per function and thread.

use std::collections::BTreeMap;

use halion_api::{Thread, wrong_thread_message};
use halion_syntax::{TextRange, TextSize};

use super::Solved;
use crate::diagnostic::{Code, Diagnostic, Severity, Step, Why};
use crate::explain::{chain_to, entry_name, help, message, supplied, via_steps};
use crate::graph::{Grade, grade_of};
use crate::instance::{BuiltinCall, Phase};
use crate::lines::Lines;
use crate::script::{FileId, ScriptKind};
use crate::solve::Solver;
use crate::value::{InstId, Value};

/// A failing call in one instance.
struct Failure<'a> {
    inst: InstId,
    call: &'a BuiltinCall,
    severity: Severity,
    steps: usize,
}

/// The severity of a call in an instance reached this well; `None` if it is fine.
pub(crate) fn severity(solver: &Solver, call: &BuiltinCall, reached: Grade) -> Option<Severity> {
    let builtin = solver.builtins.get(call.builtin);
    let thread = call.how.phase.thread();
    let grade = reached.max(grade_of(call.how.unsure, call.how.protected));
    let by_grade = match grade {
        Grade::Certain => Severity::Error,
        Grade::Unsure => Severity::Warning,
        Grade::Protected => Severity::Hint,
    };
    let Some(function) = builtin.api else {
        let fails = !builtin.threads().contains(thread);
        return fails.then_some(match solver.kind_is_unsure {
            true => Severity::Hint,
            false => by_grade,
        });
    };
    let fails = if function.ui_only {
        solver.kind != ScriptKind::Ui
    } else {
        !solver
            .threads_of(function, call.argument_class)
            .contains(thread)
    };
    let doubtful = function
        .dispute
        .as_ref()
        .is_some_and(|dispute| dispute.doubtful.contains(thread));
    if !fails {
        return doubtful.then_some(Severity::Hint);
    }
    if solver.kind_is_unsure {
        return Some(Severity::Hint);
    }
    match &function.dispute {
        // The reference itself does it in global statements (HALion semantics 1.8).
        Some(_) if doubtful && call.how.phase == Phase::LoadC => Some(Severity::Hint),
        Some(_) => Some(by_grade.max(Severity::Warning)),
        None => Some(by_grade),
    }
}

/// All findings.
pub(crate) fn check(solver: &Solver, solved: &Solved, lines: &Lines) -> Vec<Diagnostic> {
    let mut failures: BTreeMap<(FileId, u32, String, Thread), Vec<Failure>> = BTreeMap::new();
    for idx in 0..solved.n_insts {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        let Some(reached) = solved.reach.get(inst) else {
            continue;
        };
        for call in &solver.insts[idx].calls {
            let Some(severity) = severity(solver, call, reached.grade) else {
                continue;
            };
            let (file, range) = place(solver, call);
            let name = solver.builtins.get(call.builtin).short.clone();
            let key = (
                file,
                lines.line(file, range.start()),
                name,
                call.how.phase.thread(),
            );
            let steps = solved.reach.path(solver, inst).len();
            failures.entry(key).or_default().push(Failure {
                inst,
                call,
                severity,
                steps,
            });
        }
    }
    let mut diagnostics: Vec<Diagnostic> = failures
        .into_values()
        .map(|failures| diagnostic(solver, solved, &failures))
        .collect();
    diagnostics.sort_by_key(|diagnostic| (diagnostic.file, diagnostic.range.start()));
    diagnostics
}

fn place(solver: &Solver, call: &BuiltinCall) -> (FileId, TextRange) {
    (
        solver.program.expr(call.how.callee).file,
        solver.program.name_range(call.how.callee),
    )
}

fn diagnostic(solver: &Solver, solved: &Solved, failures: &[Failure]) -> Diagnostic {
    let key = |failure: &&Failure| {
        let start: TextSize = place(solver, failure.call).1.start();
        (
            failure.severity,
            failure.steps + failure.call.how.via.len(),
            start,
            failure.inst,
        )
    };
    let best = failures
        .iter()
        .min_by_key(key)
        .expect("a group has at least one failure");
    let call = best.call;
    let builtin = solver.builtins.get(call.builtin);
    let function = builtin.api;
    let thread = call.how.phase.thread();
    let (file, range) = place(solver, call);
    // A builtin that is a callback itself is called by HALion, not by the statement that stored it.
    let is_entry = (call.how.via.first()).is_some_and(|via| via.why == Why::Entry);
    let mut chain = match is_entry {
        true => Vec::new(),
        false => chain_to(solver, &solved.reach, &solved.roots, best.inst),
    };
    chain.extend(via_steps(solver, &call.how));
    let message = if function.is_some_and(|function| function.ui_only) {
        format!(
            "{} only exists in UI scripts, and this is a MIDI module script: {}",
            builtin.short,
            crate::explain::short_chain(&chain)
        )
    } else {
        let text = match function {
            Some(function) => {
                let threads = solver.threads_of(function, call.argument_class);
                message(&builtin.short, threads, thread, &chain)
            }
            None => {
                let assigning = format!("assigning {}", builtin.short);
                message(&assigning, builtin.threads(), thread, &chain)
            }
        };
        match best.severity {
            Severity::Hint
                if call.how.protected || best_grade(solved, best.inst) == Grade::Protected =>
            {
                format!("{text} (below pcall, so it fails silently)")
            }
            _ => text,
        }
    };
    let mut help = help(solver, call, &chain);
    if let Some(dispute) = function.and_then(|function| function.dispute.as_ref()) {
        help.push(dispute.note.clone());
    }
    let own_name = function.map_or(&builtin.short, |function| &function.name);
    Diagnostic {
        code: Code::WrongThread,
        severity: best.severity,
        file,
        range,
        message,
        function: Some(builtin.short.clone()),
        thread: Some(thread),
        supplied_at: supplied_at(solver, best),
        also_from: also_from(solver, solved, failures, &chain),
        chain,
        help,
        runtime_text: Some(wrong_thread_message(own_name, thread)),
        meant: None,
    }
}

/// The argument or store that brought a builtin here under another name.
fn supplied_at(solver: &Solver, failure: &Failure) -> Option<(FileId, TextRange)> {
    if !failure.call.how.via.is_empty() {
        return None;
    }
    let value = solver.values.find(Value::Builtin(failure.call.builtin))?;
    let (_, at) = supplied(solver, failure.inst, failure.call.how.callee, value)?;
    Some((solver.program.expr(at).file, solver.program.name_range(at)))
}

fn best_grade(solved: &Solved, inst: InstId) -> Grade {
    solved
        .reach
        .get(inst)
        .map_or(Grade::Protected, |reached| reached.grade)
}

/// Names of the other entries that lead to the call.
fn also_from(
    solver: &Solver,
    solved: &Solved,
    failures: &[Failure],
    chain: &[Step],
) -> Vec<String> {
    let mut names = Vec::new();
    let called = failures.iter().filter(|failure| {
        let via = failure.call.how.via.first();
        via.is_none_or(|via| via.why != Why::Entry)
    });
    for failure in called {
        for &root in &solved.entries[failure.inst.idx()] {
            let name = entry_name(solver, &solved.roots[root]);
            if chain.first().is_some_and(|step| step.name != name) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    names
}
