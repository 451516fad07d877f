//! The best path from an entry to each instance (THREAD-ANALYSIS 2.6): 0-1 search over call edges, certain ones first.
//!
//! A path is as good as its worst edge: certain, then found through an unknown key, then below `pcall`. Among equal ones the shortest.

use std::collections::VecDeque;

use crate::instance::{Edge, Root};
use crate::solve::Solver;
use crate::value::InstId;

/// How certain a path is; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// Control gets there for certain.
    Certain,
    /// Through an unknown key or receiver, or a callback that may be another one.
    Unsure,
    /// Below `pcall`: it fails silently.
    Protected,
}

/// How an edge was made.
pub(crate) fn grade_of(unsure: bool, protected: bool) -> Grade {
    if protected {
        Grade::Protected
    } else if unsure {
        Grade::Unsure
    } else {
        Grade::Certain
    }
}

/// How an instance is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached {
    /// The best grade of any path.
    pub grade: Grade,
    /// The entry, by its place among the roots.
    pub root: usize,
    /// The previous instance and its edge, unless the instance is the entry itself.
    pub from: Option<(InstId, usize)>,
}

/// Reached instances.
pub(crate) struct Reach {
    by_inst: Vec<Option<Reached>>,
}

impl Reach {
    /// The best paths from these entries.
    pub fn new(solver: &Solver, roots: &[Root]) -> Reach {
        let mut by_inst: Vec<Option<Reached>> = vec![None; solver.insts.len()];
        for limit in [Grade::Certain, Grade::Unsure, Grade::Protected] {
            let mut queue = VecDeque::new();
            for (root, entry) in roots.iter().enumerate() {
                let grade = grade_of(entry.unsure, false);
                if grade <= limit && by_inst[entry.inst.idx()].is_none() {
                    by_inst[entry.inst.idx()] = Some(Reached {
                        grade: limit,
                        root,
                        from: None,
                    });
                }
            }
            // Everything reached at a better grade is a start of this round, the nearest to an entry first.
            let mut starts: Vec<InstId> = (0..by_inst.len())
                .filter(|&idx| by_inst[idx].is_some())
                .map(|idx| InstId(u32::try_from(idx).expect("instances are bounded")))
                .collect();
            starts.sort_by_key(|&inst| (length(&by_inst, inst), inst));
            queue.extend(starts);
            while let Some(inst) = queue.pop_front() {
                let Some(reached) = by_inst[inst.idx()] else {
                    continue;
                };
                for idx in order(solver, inst) {
                    let edge = &solver.insts[inst.idx()].edges[idx];
                    let known = &mut by_inst[edge.to.idx()];
                    if known.is_none() && grade_of(edge.how.unsure, edge.how.protected) <= limit {
                        *known = Some(Reached {
                            grade: limit,
                            root: reached.root,
                            from: Some((inst, idx)),
                        });
                        queue.push_back(edge.to);
                    }
                }
            }
        }
        Reach { by_inst }
    }

    /// How an instance is reached, if it is.
    pub fn get(&self, inst: InstId) -> Option<Reached> {
        self.by_inst.get(inst.idx()).copied().flatten()
    }

    /// Edges from the entry to the instance.
    pub fn path<'a>(&self, solver: &'a Solver, inst: InstId) -> Vec<(InstId, &'a Edge)> {
        let mut path = Vec::new();
        let mut at = inst;
        while let Some(Reached {
            from: Some((previous, idx)),
            ..
        }) = self.get(at)
        {
            path.push((previous, &solver.insts[previous.idx()].edges[idx]));
            at = previous;
        }
        path.reverse();
        path
    }
}

fn length(by_inst: &[Option<Reached>], inst: InstId) -> usize {
    let mut length = 0;
    let mut at = inst;
    while let Some(Reached {
        from: Some((previous, _)),
        ..
    }) = by_inst[at.idx()]
    {
        length += 1;
        at = previous;
    }
    length
}

/// Edges in the order to try them: those that stay in the file first, then as they stand in the text.
fn order(solver: &Solver, inst: InstId) -> Vec<usize> {
    let instance = &solver.insts[inst.idx()];
    let file = solver.program.fun(instance.fun).file;
    let mut order: Vec<usize> = (0..instance.edges.len()).collect();
    order.sort_by_key(|&idx| {
        let edge = &instance.edges[idx];
        let target = solver.program.fun(solver.insts[edge.to.idx()].fun);
        (
            target.file != file,
            edge.how.via.len(),
            solver.range(edge.how.site).start(),
            edge.to,
        )
    });
    order
}

/// For each instance, the entries that reach it, by their place among the roots.
pub(crate) fn entries_of(solver: &Solver, roots: &[Root]) -> Vec<Vec<usize>> {
    let mut entries: Vec<Vec<usize>> = vec![Vec::new(); solver.insts.len()];
    for (root, entry) in roots.iter().enumerate() {
        let mut stack = vec![entry.inst];
        while let Some(inst) = stack.pop() {
            if entries[inst.idx()].last() == Some(&root) {
                continue;
            }
            entries[inst.idx()].push(root);
            stack.extend(solver.insts[inst.idx()].edges.iter().map(|edge| edge.to));
        }
    }
    entries
}
