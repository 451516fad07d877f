//! `note-task-only`: `waitForRelease` and `isNoteHeld` where there is no note they could ask about (HALion semantics 4.8, 5.14).
//!
//! They belong to the task of an `onNote`: what it calls, and what it spawns. A function that `onNote` and others call is reported too.

use std::collections::BTreeMap;

use super::below::{Start, below, is_certain};
use super::facts::Facts;
use super::wrong_thread;
use crate::diagnostic::{Code, Diagnostic, Severity, Why};
use crate::explain::{short_chain, via_steps};
use crate::graph::Grade;
use crate::instance::{Edge, Phase};
use crate::value::InstId;

/// All findings, one per call.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let solver = facts.solver;
    let mut found = BTreeMap::new();
    let below = below(solver, &starts(facts), stays_in_task);
    for &inst in below.instances() {
        for call in &solver.insts[inst.idx()].calls {
            let Some(function) = solver.builtins.get(call.builtin).api else {
                continue;
            };
            let fails = wrong_thread::severity(solver, call, Grade::Certain).is_some();
            let spawned =
                !call.how.deferred || call.how.via.iter().all(|via| via.why == Why::Spawn);
            if function.only_in.is_empty() || fails || !is_certain(&call.how) || !spawned {
                continue;
            }
            let mut chain = below.chain(solver, facts.solved, inst);
            chain.extend(via_steps(solver, &call.how));
            let file = solver.program.expr(call.how.callee).file;
            let range = solver.program.name_range(call.how.callee);
            let only_in = function.only_in.join(" or ");
            let message = format!(
                "{} only works in {only_in}, and this has no note of its own: {}",
                function.name,
                short_chain(&chain)
            );
            found.entry((file, range.start())).or_insert_with(|| Diagnostic {
                chain,
                function: Some(function.name.clone()),
                thread: Some(call.how.phase.thread()),
                help: vec![format!(
                    "call it in {only_in}, in a function that {only_in} calls, or in one that it spawns"
                )],
                ..Diagnostic::new(Code::NoteTaskOnly, Severity::Warning, file, range, message)
            });
        }
    }
    found.into_values().collect()
}

/// Tasks without a note: other callbacks in the Processor, and what `runSync` starts.
fn starts(facts: &Facts) -> Vec<Start> {
    let solver = facts.solver;
    let mut starts = Vec::new();
    for root in &facts.solved.roots {
        let other = root.callback.as_deref() != Some("onNote");
        let marked = root.callback.is_none() && root.registered.is_none();
        if other && !marked && !root.unsure && is_processor(facts, root.inst) {
            starts.push(Start::Instance(root.inst));
        }
    }
    for (inst, grade) in facts.reached() {
        let edges = solver.insts[inst.idx()].edges.iter().enumerate();
        let hops = edges.filter(|(_, edge)| {
            grade == Grade::Certain
                && is_certain(&edge.how)
                && edge.how.via.iter().any(|via| via.why == Why::RunSync)
        });
        starts.extend(hops.map(|(idx, _)| Start::Edge(inst, idx)));
    }
    starts
}

fn is_processor(facts: &Facts, inst: InstId) -> bool {
    facts.solver.insts[inst.idx()].phase == Phase::RunP
}

/// A spawned function inherits the note.
fn stays_in_task(edge: &Edge) -> bool {
    !edge.how.deferred || edge.how.via.iter().all(|via| via.why == Why::Spawn)
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn only_a_note_can_be_waited_for() {
        check(
            r#"
            local function hold()
              waitForRelease() -- warning: [note-task-only] "waitForRelease" onRelease > hold
            end
            function onNote(event)
              hold()
              spawn(function() while isNoteHeld() do wait(10) end end)
            end
            function onRelease(event) hold() end
            function onController(event)
              print(isNoteHeld()) -- warning: [note-task-only] "isNoteHeld" onController
            end
            function onLoad()
              runSync(function()
                waitForRelease() -- warning: [note-task-only] "waitForRelease" onLoad > runSync > <anonymous>
              end)
            end
            local function unused() waitForRelease() end
            "#,
            "",
        );
    }
}
