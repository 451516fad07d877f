//! `note-task-only`: `waitForRelease` and `isNoteHeld` where there is no note they could ask about (HALion semantics 4.8, 5.14).
//!
//! They belong to the task of an `onNote`: what it calls, and for `waitForRelease` what it spawns. A function that `onNote` and others
//! call is reported too, as an Information if it may ask for the note first: `if event.type == EventType.noteOn then`.

use std::collections::BTreeMap;

use halion_api::Function;
use halion_syntax::{TextRange, TextSize};
use rustc_hash::FxHashSet;

use super::below::{Below, Start, below, is_certain};
use super::facts::Facts;
use super::wrong_thread;
use crate::diagnostic::{Code, Diagnostic, Severity, Step, Why};
use crate::explain::{short_chain, via_steps};
use crate::graph::Grade;
use crate::instance::{BuiltinCall, Edge, Phase, Root};
use crate::ir::FunId;
use crate::script::FileId;
use crate::value::InstId;

type Found = BTreeMap<(FileId, TextSize), Diagnostic>;

/// What is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// No note started it.
    Noteless,
    /// It has the note of its spawner, but the reference only allows to ask in `onNote`.
    Spawned,
}

/// All findings, one per call.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut found = Found::new();
    search(facts, &starts(facts), Task::Noteless, &mut found);
    search(facts, &hops(facts, Why::Spawn), Task::Spawned, &mut found);
    found.into_values().collect()
}

fn search(facts: &Facts, starts: &[Start], task: Task, found: &mut Found) {
    let solver = facts.solver;
    let of_notes = functions_of_notes(facts);
    let below = below(solver, starts, stays_in_task);
    for &inst in below.instances() {
        for call in &solver.insts[inst.idx()].calls {
            let Some(function) = solver.builtins.get(call.builtin).api else {
                continue;
            };
            let fails = wrong_thread::severity(solver, call, Grade::Certain).is_some();
            let own_task =
                call.how.deferred && call.how.via.iter().any(|via| via.why != Why::Spawn);
            if function.only_in.is_empty() || fails || !is_certain(&call.how) || own_task {
                continue;
            }
            // Whether its caller has a note is all that waiting for the release needs.
            if task == Task::Spawned && function.suspends {
                continue;
            }
            let mut chain = below.chain(solver, facts.solved, inst);
            chain.extend(via_steps(solver, &call.how));
            let file = solver.program.expr(call.how.callee).file;
            let range = solver.program.name_range(call.how.callee);
            let mut one = diagnostic(function, call, task, file, range, chain);
            if of_notes.contains(&solver.insts[inst.idx()].fun)
                && may_ask_first(facts, &below, inst, call)
            {
                one.severity = one.severity.max(Severity::Information);
            }
            let known = found.get(&(file, range.start()));
            if known.is_none_or(|known| one.severity < known.severity) {
                found.insert((file, range.start()), one);
            }
        }
    }
}

/// Whether a condition on the way may keep the call from those that have no note.
fn may_ask_first(facts: &Facts, below: &Below, inst: InstId, call: &BuiltinCall) -> bool {
    let solver = facts.solver;
    let is_guarded = |site| facts.uses.guarded.contains(site);
    let (_, edges) = below.way(inst);
    is_guarded(&call.how.site)
        || edges
            .iter()
            .any(|&(from, idx)| is_guarded(&solver.insts[from.idx()].edges[idx].how.site))
}

/// Functions that the task of a note runs.
fn functions_of_notes(facts: &Facts) -> FxHashSet<FunId> {
    let solver = facts.solver;
    let of_note = |root: &&Root| root.callback.as_deref() == Some("onNote");
    let roots = facts.solved.roots.iter().filter(of_note);
    let starts: Vec<Start> = roots.map(|root| Start::Instance(root.inst)).collect();
    let below = below(solver, &starts, stays_in_task);
    let insts = below.instances().iter();
    insts.map(|inst| solver.insts[inst.idx()].fun).collect()
}

fn diagnostic(
    function: &Function,
    call: &BuiltinCall,
    task: Task,
    file: FileId,
    range: TextRange,
    chain: Vec<Step>,
) -> Diagnostic {
    let only_in = function.only_in.join(" or ");
    let (severity, why, help) = match task {
        Task::Spawned => (
            Severity::Information,
            "and a spawned function may not count",
            format!("call it in {only_in} itself, or wait there with waitForRelease"),
        ),
        Task::Noteless => (
            Severity::Warning,
            "and this has no note of its own",
            format!("call it in {only_in}, or in a function that {only_in} calls"),
        ),
    };
    let message = format!(
        "{} only works in {only_in}, {why}: {}",
        function.name,
        short_chain(&chain)
    );
    Diagnostic {
        function: Some(function.name.clone()),
        thread: Some(call.how.phase.thread()),
        help: vec![help],
        chain,
        ..Diagnostic::new(Code::NoteTaskOnly, severity, file, range, message)
    }
}

/// Tasks without a note: other callbacks in the Processor, and what `runSync` starts.
fn starts(facts: &Facts) -> Vec<Start> {
    let mut starts = Vec::new();
    for root in &facts.solved.roots {
        let other = root.callback.as_deref() != Some("onNote");
        let marked = root.callback.is_none() && root.registered.is_none();
        if other && !marked && !root.unsure && is_processor(facts, root.inst) {
            starts.push(Start::Instance(root.inst));
        }
    }
    starts.extend(hops(facts, Why::RunSync));
    starts
}

/// Certain calls that start a task in this way.
fn hops(facts: &Facts, why: Why) -> Vec<Start> {
    let solver = facts.solver;
    let mut starts = Vec::new();
    for (inst, grade) in facts.reached() {
        for (idx, edge) in solver.insts[inst.idx()].edges.iter().enumerate() {
            let hop = edge.how.via.iter().any(|via| via.why == why);
            if hop && grade == Grade::Certain && is_certain(&edge.how) {
                starts.push(Start::Edge(inst, idx));
            }
        }
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
              while isNoteHeld() do wait(10) end
              spawn(hold)
              spawn(function()
                print(isNoteHeld()) -- information: [note-task-only] "isNoteHeld" onNote > spawn > <anonymous>
              end)
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
