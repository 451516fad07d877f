//! What an editor shows beside a function: the threads it runs in, who calls it, what it needs (THREAD-ANALYSIS 2.7).

use halion_api::Threads;
use halion_syntax::TextRange;

use crate::explain::entry_name;
use crate::rules::Solved;
use crate::rules::needs_controller::{Probe, needs};
use crate::script::FileId;
use crate::solve::Solver;
use crate::value::InstId;

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
}

/// All functions, in the order of the text.
pub(crate) fn function_infos(
    solver: &Solver,
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
    for probe in probes {
        let info = &mut infos[probe.fun.idx()];
        info.needs = needs[probe.controller.idx()].union(needs[probe.processor.idx()]);
    }
    infos
}
