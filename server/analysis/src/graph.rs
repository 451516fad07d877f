//! The best path from an entry to each instance (THREAD-ANALYSIS 2.6): a search over call edges for each grade.
//!
//! A path is as good as its worst edge: certain, then found through an unknown key, then below `pcall`, which ends where something
//! runs later. Among equal ones the shortest.

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
    /// The previous state and its edge, unless the instance is the entry itself.
    from: Option<(State, usize)>,
}

/// An instance with what happened on the way: an unknown key or receiver, a `pcall` that is still around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    inst: InstId,
    unsure: bool,
    protected: bool,
}

impl State {
    fn idx(self) -> usize {
        self.inst.idx() * 4 + usize::from(self.protected) * 2 + usize::from(self.unsure)
    }

    fn grade(self) -> Grade {
        grade_of(self.unsure, self.protected)
    }

    /// The states of an instance, the best first.
    fn of(inst: InstId) -> [State; 4] {
        let state = |protected, unsure| State {
            inst,
            unsure,
            protected,
        };
        [
            state(false, false),
            state(false, true),
            state(true, false),
            state(true, true),
        ]
    }

    /// What runs later runs outside the `pcall` around the call that asked for it.
    fn follow(self, edge: &Edge) -> State {
        State {
            inst: edge.to,
            unsure: self.unsure || edge.how.unsure,
            protected: edge.how.protected || (self.protected && !edge.how.deferred),
        }
    }
}

/// Reached instances.
pub(crate) struct Reach {
    by_state: Vec<Option<Reached>>,
}

impl Reach {
    /// The best paths from these entries: for each state the shortest.
    pub fn new(solver: &Solver, roots: &[Root]) -> Reach {
        let mut by_state: Vec<Option<Reached>> = vec![None; solver.insts.len() * 4];
        let mut queue = VecDeque::new();
        for (root, entry) in roots.iter().enumerate() {
            let state = State {
                inst: entry.inst,
                unsure: entry.unsure,
                protected: false,
            };
            if by_state[state.idx()].is_none() {
                by_state[state.idx()] = Some(Reached {
                    grade: state.grade(),
                    root,
                    from: None,
                });
                queue.push_back(state);
            }
        }
        while let Some(state) = queue.pop_front() {
            let Some(reached) = by_state[state.idx()] else {
                continue;
            };
            for idx in order(solver, state.inst) {
                let next = state.follow(&solver.insts[state.inst.idx()].edges[idx]);
                let known = &mut by_state[next.idx()];
                if known.is_none() {
                    *known = Some(Reached {
                        grade: next.grade(),
                        root: reached.root,
                        from: Some((state, idx)),
                    });
                    queue.push_back(next);
                }
            }
        }
        Reach { by_state }
    }

    /// How an instance is reached, if it is.
    pub fn get(&self, inst: InstId) -> Option<Reached> {
        let mut states = State::of(inst).into_iter();
        states.find_map(|state| self.at(state))
    }

    fn at(&self, state: State) -> Option<Reached> {
        self.by_state.get(state.idx()).copied().flatten()
    }

    /// Edges from the entry to the instance.
    pub fn path<'a>(&self, solver: &'a Solver, inst: InstId) -> Vec<(InstId, &'a Edge)> {
        let mut path = Vec::new();
        let mut reached = self.get(inst);
        while let Some((state, idx)) = reached.and_then(|reached| reached.from) {
            path.push((state.inst, &solver.insts[state.inst.idx()].edges[idx]));
            reached = self.at(state);
        }
        path.reverse();
        path
    }
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
