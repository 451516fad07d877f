//! The ways from HALion to one function, found when somebody asks for them: the steps of each entry's best path.

use halion_syntax::TextSize;

use crate::diagnostic::Step;
use crate::explain::chain_to;
use crate::graph::Reach;
use crate::lines::Lines;
use crate::rules::{Solved, thread_assertion};
use crate::script::{FileId, Script};
use crate::value::InstId;
use crate::{annotation, lower, script_kind, solve};

/// So many entries are followed; more would not be read.
const MAX_ENTRIES: usize = 32;

/// A path for each entry that leads to the innermost function round `offset`; none if nobody calls it. Takes as long as an analysis.
#[must_use]
pub fn paths_to(script: &Script, file: FileId, offset: TextSize) -> Vec<Vec<Step>> {
    let mut program = lower::lower(script);
    let names = std::mem::take(&mut program.names);
    let kind = script_kind::decide(script, &program, &names);
    let mut solver = solve::Solver::new(&program, names, script, kind, &|| false);
    solver.solve();
    let annotations = annotation::annotations(script);
    let assertions = thread_assertion::read(&program, &Lines::new(script), &annotations);
    thread_assertion::enter(&assertions, &mut solver);
    thread_assertion::cut(&assertions, &mut solver);
    let around = program
        .funs
        .iter()
        .enumerate()
        .filter(|(_, fun)| fun.file == file && fun.range.contains_inclusive(offset));
    let Some((fun, _)) = around.min_by_key(|(_, fun)| fun.range.len()) else {
        return Vec::new();
    };
    let solved = Solved::new(&solver);
    let mut paths: Vec<Vec<Step>> = Vec::new();
    for (idx, root) in solved.roots.iter().enumerate() {
        let insts = solved.reached().map(|(inst, _)| inst).filter(|inst| {
            let is_here = solver.insts[inst.idx()].fun.idx() == fun;
            is_here && solved.entries[inst.idx()].contains(&idx)
        });
        let insts: Vec<InstId> = insts.collect();
        if insts.is_empty() || paths.len() >= MAX_ENTRIES {
            continue;
        }
        let roots = std::slice::from_ref(root);
        let reach = Reach::new(&solver, roots);
        let chains = insts
            .iter()
            .map(|&inst| chain_to(&solver, &reach, roots, inst))
            .filter(|chain| !chain.is_empty());
        if let Some(chain) = chains.min_by_key(Vec::len)
            && !paths.contains(&chain)
        {
            paths.push(chain);
        }
    }
    paths
}
