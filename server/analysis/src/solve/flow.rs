//! Arms and joins: what a branch changed is taken back, then all branches that complete are joined.

use smallvec::SmallVec;

use super::Solver;
use super::frame::{Delta, Frame, Mark};
use crate::ir::VarIdx;
use crate::value::{LocId, SetId};

impl Solver<'_> {
    pub(super) fn mark(&self, frame: &Frame) -> Mark {
        Mark {
            vars: frame.trail.len(),
            flow: self.flow_trail.len(),
        }
    }

    /// Undoes everything since the mark and returns it, in order of the places, each with what came last.
    pub(super) fn take(&mut self, frame: &mut Frame, mark: Mark) -> Delta {
        let mut delta = Delta::default();
        while frame.trail.len() > mark.vars {
            let Some((var, old)) = frame.trail.pop() else {
                break;
            };
            delta.vars.push((var, frame.vars[var.idx()]));
            frame.vars[var.idx()] = old;
        }
        delta.vars.sort_by_key(|&(var, _)| var);
        delta.vars.dedup_by_key(|&mut (var, _)| var);
        while self.flow_trail.len() > mark.flow {
            let Some((loc, old)) = self.flow_trail.pop() else {
                break;
            };
            let now = match old {
                Some(old) => self.flow.insert(loc, old),
                None => self.flow.remove(&loc),
            };
            let now = now.unwrap_or(self.sets.absent);
            if old != Some(now) {
                self.versions.epoch += 1;
            }
            delta.flow.push((loc, now));
        }
        delta.flow.sort_by_key(|&(loc, _)| loc);
        delta.flow.dedup_by_key(|&mut (loc, _)| loc);
        delta
    }

    /// What changed since the mark, without undoing it.
    pub(super) fn changes(&self, frame: &Frame, mark: Mark) -> Delta {
        let mut vars: SmallVec<[_; 4]> = frame.trail[mark.vars..]
            .iter()
            .map(|&(var, _)| (var, frame.vars[var.idx()]))
            .collect();
        vars.sort_unstable();
        vars.dedup();
        let now = |loc| self.flow.get(&loc).copied().unwrap_or(self.sets.absent);
        let mut flow: Vec<_> = self.flow_trail[mark.flow..]
            .iter()
            .map(|&(loc, _)| (loc, now(loc)))
            .collect();
        flow.sort_unstable();
        flow.dedup();
        Delta { vars, flow }
    }

    /// Continues with any of the arms; whether a variable declared before `first_var` or a global grew.
    pub(super) fn join(&mut self, frame: &mut Frame, arms: &[Delta], first_var: u32) -> bool {
        let mut grew = false;
        for (var, set, count) in self.united(arms.iter().flat_map(|arm| &arm.vars)) {
            let base = frame.vars[var.idx()];
            let set = if count < arms.len() {
                self.values.union(base, set)
            } else {
                set
            };
            if set != base {
                grew |= var.0 < first_var;
                frame.trail.push((var, base));
                frame.vars[var.idx()] = set;
            }
        }
        for (loc, set, count) in self.united(arms.iter().flat_map(|arm| &arm.flow)) {
            let base = self.flow.get(&loc).copied().unwrap_or(self.sets.absent);
            let set = if count < arms.len() {
                self.values.union(base, set)
            } else {
                set
            };
            if set != base {
                grew = true;
                self.set_flow(loc, set);
            }
        }
        grew
    }

    /// In order of the places: all that the arms have for each, and how many arms have something.
    fn united<'d, P: Copy + Ord + 'd>(
        &mut self,
        changes: impl Iterator<Item = &'d (P, SetId)>,
    ) -> SmallVec<[(P, SetId, usize); 8]> {
        let mut changes: SmallVec<[(P, SetId); 16]> = changes.copied().collect();
        changes.sort_by_key(|&(place, _)| place);
        let groups = changes.chunk_by(|one, other| one.0 == other.0);
        groups
            .map(|group| {
                let sets = group.iter().map(|&(_, set)| set);
                let set = sets.fold(SetId::EMPTY, |all, set| self.values.union(all, set));
                (group[0].0, set, group.len())
            })
            .collect()
    }

    pub(super) fn set_flow(&mut self, loc: LocId, set: SetId) {
        let old = self.flow.insert(loc, set);
        if old != Some(set) {
            self.versions.epoch += 1;
        }
        self.flow_trail.push((loc, old));
    }

    /// A chunk that is not loaded in order returns here: what its variables hold now may be what they hold in the end.
    pub(super) fn note_exit(frame: &mut Frame) {
        if !frame.chunk || frame.flow {
            return;
        }
        for var in 0..frame.vars.len() {
            frame.exits.push((
                VarIdx(u32::try_from(var).expect("few variables")),
                frame.vars[var],
            ));
        }
    }
}
