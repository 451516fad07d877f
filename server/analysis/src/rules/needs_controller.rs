//! `needs-controller`, `no-thread`: what a function nobody calls would need (THREAD-ANALYSIS 2.6).
//!
//! Such a function is run with unknown arguments, in the Processor and, if something in it or below goes by the thread, in the
//! Controller; what fails for certain is reported at its name, as a hint.

use halion_api::{Thread, Threads, api};
use rustc_hash::FxHashSet;

use super::{Solved, wrong_thread};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::{Grade, grade_of};
use crate::instance::Phase;
use crate::ir::FunId;
use crate::solve::Solver;
use crate::value::InstId;

/// A function nobody calls, run for each thread.
pub(crate) struct Probe {
    /// The function.
    pub fun: FunId,
    /// As the Processor would run it.
    pub processor: InstId,
    /// As the Controller would run it; none if that is the same.
    pub controller: Option<InstId>,
}

impl Probe {
    /// Its runs.
    pub fn insts(&self) -> impl Iterator<Item = InstId> {
        std::iter::once(self.processor).chain(self.controller)
    }
}

/// Functions whose creator runs but which nobody calls.
pub(crate) fn probe(solver: &mut Solver, solved: &Solved) -> Vec<Probe> {
    let mut live: Vec<Option<InstId>> = vec![None; solver.program.funs.len()];
    for idx in 0..solved.n_insts {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        if solved.reach.get(inst).is_some() {
            live[solver.insts[idx].fun.idx()].get_or_insert(inst);
        }
    }
    let mut probes = Vec::new();
    if solver.out_of_budget() {
        // Not everything ran, so nothing can be said about what never does.
        return probes;
    }
    solver.start_probing();
    for idx in 0..solver.program.funs.len() {
        let fun = FunId(u32::try_from(idx).expect("fewer than 2^32 functions"));
        if live[idx].is_some() {
            continue;
        }
        let Some(parent) = solver.program.fun(fun).parent else {
            continue;
        };
        let Some(env) = live[parent.idx()] else {
            continue;
        };
        probes.push(Probe {
            fun,
            processor: solver.queue_probe(fun, env, Phase::RunP),
            controller: None,
        });
    }
    solver.run_queue();
    let go_by_thread = go_by_thread(solver);
    for probe in &mut probes {
        if go_by_thread[probe.processor.idx()] {
            let env = solver.insts[probe.processor.idx()].env;
            probe.controller = Some(solver.queue_probe(probe.fun, env, Phase::RunC));
        }
    }
    solver.run_queue();
    // Of those that the budget did not reach, nothing can be said.
    let has_run = |inst: InstId| solver.insts[inst.idx()].seen;
    probes.retain(|probe| probe.insts().all(has_run));
    probes
}

/// The instances in which, or below which, something is called that is not the same on both threads.
fn go_by_thread(solver: &Solver) -> Vec<bool> {
    let goes = solver.insts.iter().map(|instance| {
        let mut calls = instance.calls.iter();
        calls.any(|call| !solver.builtins.get(call.builtin).is_for_any_thread())
    });
    let mut goes: Vec<bool> = goes.collect();
    let mut callers = vec![Vec::new(); goes.len()];
    for (idx, instance) in solver.insts.iter().enumerate() {
        for edge in &instance.edges {
            callers[edge.to.idx()].push(idx);
        }
    }
    let mut news: Vec<usize> = (0..goes.len()).filter(|&idx| goes[idx]).collect();
    while let Some(callee) = news.pop() {
        for &caller in &callers[callee] {
            if !std::mem::replace(&mut goes[caller], true) {
                news.push(caller);
            }
        }
    }
    goes
}

/// How many instances below one are searched: it is done for each function that nobody calls, and there may be as many of those.
const MAX_BELOW: usize = 1000;

/// A call that fails for certain below an instance, by name, in the order of the text.
pub(crate) fn failing(solver: &Solver, start: InstId, thread: Thread) -> Vec<String> {
    let mut queue = vec![start];
    let mut seen = FxHashSet::from_iter([start]);
    let mut names = Vec::new();
    let mut next = 0;
    while next < queue.len() && queue.len() < MAX_BELOW {
        let instance = &solver.insts[queue[next].idx()];
        next += 1;
        for call in &instance.calls {
            let certain = grade_of(call.how.unsure, call.how.protected) == Grade::Certain;
            if certain
                && call.how.phase.thread() == thread
                && wrong_thread::severity(solver, call, Grade::Certain) == Some(Severity::Error)
            {
                names.push(solver.builtins.get(call.builtin).short.clone());
            }
        }
        for edge in &instance.edges {
            let certain = grade_of(edge.how.unsure, edge.how.protected) == Grade::Certain;
            if certain && !edge.how.deferred && seen.insert(edge.to) {
                queue.push(edge.to);
            }
        }
    }
    names.dedup();
    names
}

/// Hints for functions that nobody calls, not even another such function.
pub(crate) fn check(solver: &mut Solver, probes: &[Probe]) -> Vec<Diagnostic> {
    let mut called: Vec<FunId> = Vec::new();
    for probe in probes {
        for inst in probe.insts() {
            let edges = &solver.insts[inst.idx()].edges;
            called.extend(
                edges
                    .iter()
                    .map(|edge| solver.insts[edge.to.idx()].fun)
                    .filter(|&fun| fun != probe.fun),
            );
        }
    }
    called.sort_unstable();
    called.dedup();
    let overwritten = solver.overwritten_callbacks();
    let mut diagnostics = Vec::new();
    for probe in probes {
        if overwritten.contains(&probe.fun) || called.binary_search(&probe.fun).is_ok() {
            continue;
        }
        if is_replaced(solver, probe, probes) {
            continue;
        }
        let on_processor = failing(solver, probe.processor, Thread::Processor);
        let Some(first) = on_processor.first() else {
            continue;
        };
        let on_controller = (probe.controller)
            .map(|inst| failing(solver, inst, Thread::Controller))
            .unwrap_or_default();
        let fun = solver.program.fun(probe.fun);
        let (code, message, help) = match on_controller.first() {
            None => (
                Code::NeedsController,
                format!(
                    "{} needs the Controller, because of {first}; nobody calls it yet",
                    fun.name
                ),
                format!(
                    "call it from a Controller callback such as onLoad or a change callback, or with runAsync({}) in the Processor",
                    fun.name
                ),
            ),
            Some(other) => (
                Code::NoThread,
                format!(
                    "no thread can run {}: {first} needs the Controller, {other} the Processor",
                    fun.name
                ),
                "split it: keep the Processor part, and give the Controller part to runAsync"
                    .to_owned(),
            ),
        };
        diagnostics.push(Diagnostic {
            code,
            severity: Severity::Hint,
            file: fun.file,
            range: fun.name_range,
            message,
            function: Some(first.clone()),
            thread: None,
            chain: Vec::new(),
            supplied_at: None,
            also_from: Vec::new(),
            help: vec![help],
            runtime_text: None,
            meant: None,
        });
    }
    diagnostics
}

/// Whether a function of the same name further down takes its place: HALion calls that one.
fn is_replaced(solver: &Solver, probe: &Probe, probes: &[Probe]) -> bool {
    let program = solver.program;
    let fun = program.fun(probe.fun);
    let is_callback = api().callback(&fun.name).is_some();
    is_callback
        && program.funs.iter().enumerate().any(|(idx, other)| {
            other.name == fun.name
                && other.file == fun.file
                && other.parent == fun.parent
                && other.range.start() > fun.range.end()
                && !probes.iter().any(|dead| dead.fun.idx() == idx)
        })
}

/// The threads an instance asks for: those of functions available in one thread only, called there or below.
pub(crate) fn needs(solver: &Solver) -> Vec<Threads> {
    let mut needs: Vec<Threads> = solver
        .insts
        .iter()
        .map(|instance| {
            instance.calls.iter().fold(Threads::NONE, |all, call| {
                let threads = solver.builtins.get(call.builtin).threads();
                let only = threads
                    .single()
                    .filter(|_| call.how.phase == instance.phase);
                only.map_or(all, |thread| all.union(Threads::from(thread)))
            })
        })
        .collect();
    // Needs pass from callees to callers; each round carries them one call further, and they only grow.
    for _ in 0..64 {
        let mut changed = false;
        for (idx, instance) in solver.insts.iter().enumerate().rev() {
            for edge in instance.edges.iter().filter(|edge| !edge.how.deferred) {
                let union = needs[idx].union(needs[edge.to.idx()]);
                changed |= union != needs[idx];
                needs[idx] = union;
            }
        }
        if !changed {
            break;
        }
    }
    needs
}
