//! Which instances run below given starts, with the way there: for rules about what surrounds a call, not about its thread.
//!
//! Only certain calls are followed. Chains read like those of the thread analysis.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Solved;
use crate::diagnostic::Step;
use crate::explain::{call_step, chain_to, via_steps};
use crate::graph::{Grade, grade_of};
use crate::instance::{Edge, How};
use crate::solve::Solver;
use crate::value::InstId;

/// Where a search starts.
pub(crate) enum Start {
    /// At an instance.
    Instance(InstId),
    /// At what an instance's call leads to, by the place of the edge.
    Edge(InstId, usize),
}

/// What was found, with the previous instance and its edge.
pub(crate) struct Below {
    from: FxHashMap<InstId, Option<(InstId, usize)>>,
    starts: FxHashSet<InstId>,
    order: Vec<InstId>,
}

/// Whether a call happens for certain.
pub(crate) fn is_certain(how: &How) -> bool {
    grade_of(how.unsure, how.protected) == Grade::Certain
}

/// Searches breadth first along certain edges that `follow` takes.
pub(crate) fn below(solver: &Solver, starts: &[Start], follow: impl Fn(&Edge) -> bool) -> Below {
    let mut below = Below {
        from: FxHashMap::default(),
        starts: FxHashSet::default(),
        order: Vec::new(),
    };
    let mut queue = VecDeque::new();
    for start in starts {
        let (inst, from) = match *start {
            Start::Instance(inst) => (inst, None),
            Start::Edge(from, idx) => (solver.insts[from.idx()].edges[idx].to, Some((from, idx))),
        };
        if below.from.insert(inst, from).is_none() {
            below.starts.insert(inst);
            queue.push_back(inst);
        }
    }
    while let Some(inst) = queue.pop_front() {
        below.order.push(inst);
        for (idx, edge) in solver.insts[inst.idx()].edges.iter().enumerate() {
            let new = is_certain(&edge.how) && follow(edge) && !below.from.contains_key(&edge.to);
            if new {
                below.from.insert(edge.to, Some((inst, idx)));
                queue.push_back(edge.to);
            }
        }
    }
    below
}

impl Below {
    /// The instances, nearest to a start first.
    pub fn instances(&self) -> &[InstId] {
        &self.order
    }

    /// Where the way from the start begins, and its calls from the last to the first, by caller and the place of the edge.
    pub fn way(&self, inst: InstId) -> (InstId, Vec<(InstId, usize)>) {
        let mut edges = Vec::new();
        let mut at = inst;
        while let Some(&Some((from, idx))) = self.from.get(&at) {
            edges.push((from, idx));
            let is_start = self.starts.contains(&at);
            at = from;
            // From here on, the way is that from the entry.
            if is_start {
                break;
            }
        }
        (at, edges)
    }

    /// The steps from an entry through the start to the instance.
    pub fn chain(&self, solver: &Solver, solved: &Solved, inst: InstId) -> Vec<Step> {
        let (at, edges) = self.way(inst);
        let mut steps = chain_to(solver, &solved.reach, &solved.roots, at);
        for &(from, idx) in edges.iter().rev() {
            let edge = &solver.insts[from.idx()].edges[idx];
            steps.extend(via_steps(solver, &edge.how));
            steps.push(call_step(solver, from, edge));
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_task_that_starts_itself_has_a_chain_with_an_end() {
        check(
            r#"
            local function step()
              runSync(function()
                isNoteHeld() -- warning: [note-task-only] "isNoteHeld" onLoad > step > runSync > <anonymous>
                runAsync(step)
              end)
            end
            function onLoad() step() end
            "#,
            "",
        );
    }
}
