//! What an editor shows beside a function: the threads it runs in, who calls it, what it needs (THREAD-ANALYSIS 2.7).

use halion_api::Threads;
use halion_syntax::TextRange;

use crate::explain::entry_name;
use crate::ir::FunId;
use crate::rules::Solved;
use crate::rules::needs_controller::{Probe, failing, needs};
use crate::script::FileId;
use crate::solve::Solver;
use crate::value::{InstId, Value};

/// A function literal or main chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// As in chains: `onNote`, `Voice:stop`, `<anonymous>`, `<main>`.
    pub name: String,
    /// The file it stands in.
    pub file: FileId,
    /// All of it.
    pub range: TextRange,
    /// Its name where it is declared, or its keyword.
    pub name_range: TextRange,
    /// Threads it runs in; none if nobody calls it.
    pub runs_on: Threads,
    /// The entries that lead to it, sorted.
    pub entries: Vec<String>,
    /// Threads that functions called in it or below are bound to; both if they disagree.
    pub needs: Threads,
    /// Threads in which it would fail for certain, if nobody calls it.
    pub fails_on: Threads,
    /// Whether code that cannot be seen may call it: the script runs some, and the function is in a global.
    pub unseen: bool,
}

/// All functions, in the order of the text.
pub(crate) fn function_infos(
    solver: &mut Solver,
    solved: &Solved,
    probes: &[Probe],
) -> Vec<FunctionInfo> {
    let mut infos: Vec<FunctionInfo> = solver
        .program
        .funs
        .iter()
        .map(|fun| FunctionInfo {
            name: fun.name.clone(),
            file: fun.file,
            range: fun.range,
            name_range: fun.name_range,
            runs_on: Threads::NONE,
            entries: Vec::new(),
            needs: Threads::NONE,
            fails_on: Threads::NONE,
            unseen: false,
        })
        .collect();
    let needs = needs(solver);
    for (idx, &needed) in needs.iter().enumerate().take(solved.n_insts) {
        let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
        if solved.reach.get(inst).is_none() {
            continue;
        }
        let instance = &solver.insts[idx];
        let info = &mut infos[instance.fun.idx()];
        info.runs_on = info.runs_on.union(Threads::from(instance.phase.thread()));
        info.needs = info.needs.union(needed);
        for &root in &solved.entries[idx] {
            let name = entry_name(solver, &solved.roots[root]);
            if let Err(at) = info.entries.binary_search(&name) {
                info.entries.insert(at, name);
            }
        }
    }
    let overwritten = solver.overwritten_callbacks();
    for probe in probes {
        let info = &mut infos[probe.fun.idx()];
        for inst in probe.insts() {
            info.needs = info.needs.union(needs[inst.idx()]);
        }
        if overwritten.contains(&probe.fun) {
            continue;
        }
        for inst in probe.insts() {
            let thread = solver.insts[inst.idx()].phase.thread();
            if !failing(solver, inst, thread).is_empty() {
                info.fails_on = info.fails_on.with(thread);
            }
        }
    }
    for fun in unseen(solver) {
        infos[fun.idx()].unseen = true;
    }
    infos
}

/// The functions that code which cannot be seen may find: those in globals, and in tables that are found there.
fn unseen(solver: &Solver) -> Vec<FunId> {
    let mut found = Vec::new();
    if !solver.has_unseen {
        return found;
    }
    let mut tables = vec![solver.globals];
    let mut next = 0;
    while let Some(&table) = tables.get(next) {
        next += 1;
        let table = solver.heap.get(table);
        let fields = table.fields.iter().map(|&(_, loc)| loc);
        for loc in fields.chain([table.array, table.star, table.meta]) {
            let place = &solver.heap.locs[loc.idx()];
            let sets = [place.last.unwrap_or(place.load), place.weak];
            for value in sets.into_iter().flat_map(|set| solver.values.kinds(set)) {
                match value {
                    Value::Fun(fun, _) => found.push(fun),
                    Value::Table(table) if !tables.contains(&table) => tables.push(table),
                    _ => {}
                }
            }
        }
    }
    found
}
