//! Arms and joins: what a branch changed is taken back, then all branches that complete are joined.

use rustc_hash::FxHashMap;

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

    /// Undoes everything since the mark and returns it.
    pub(super) fn take(&mut self, frame: &mut Frame, mark: Mark) -> Delta {
        let mut delta = Delta::default();
        let mut seen = FxHashMap::default();
        while frame.trail.len() > mark.vars {
            let Some((var, old)) = frame.trail.pop() else {
                break;
            };
            seen.entry(var).or_insert(frame.vars[var.idx()]);
            frame.vars[var.idx()] = old;
        }
        delta.vars.extend(seen);
        delta.vars.sort_unstable();
        let mut seen = FxHashMap::default();
        while self.flow_trail.len() > mark.flow {
            let Some((loc, old)) = self.flow_trail.pop() else {
                break;
            };
            let now = self.flow.get(&loc).copied().unwrap_or(self.sets.absent);
            seen.entry(loc).or_insert(now);
            if old != Some(now) {
                self.versions.epoch += 1;
            }
            match old {
                Some(old) => self.flow.insert(loc, old),
                None => self.flow.remove(&loc),
            };
        }
        delta.flow.extend(seen);
        delta.flow.sort_unstable();
        delta
    }

    /// What changed since the mark, without undoing it.
    pub(super) fn changes(&self, frame: &Frame, mark: Mark) -> Delta {
        let mut vars: Vec<_> = frame.trail[mark.vars..]
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
        let mut vars: FxHashMap<VarIdx, (SetId, usize)> = FxHashMap::default();
        let mut locs: FxHashMap<LocId, (SetId, usize)> = FxHashMap::default();
        for arm in arms {
            for &(var, set) in &arm.vars {
                let entry = vars.entry(var).or_insert((SetId::EMPTY, 0));
                *entry = (self.values.union(entry.0, set), entry.1 + 1);
            }
            for &(loc, set) in &arm.flow {
                let entry = locs.entry(loc).or_insert((SetId::EMPTY, 0));
                *entry = (self.values.union(entry.0, set), entry.1 + 1);
            }
        }
        let mut vars: Vec<_> = vars.into_iter().collect();
        vars.sort_unstable();
        for (var, (set, count)) in vars {
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
        let mut locs: Vec<_> = locs.into_iter().collect();
        locs.sort_unstable();
        for (loc, (set, count)) in locs {
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

    pub(super) fn set_flow(&mut self, loc: LocId, set: SetId) {
        let old = self.flow.insert(loc, set);
        if old != Some(set) {
            self.versions.epoch += 1;
        }
        self.flow_trail.push((loc, old));
    }

    /// A chunk returns here: what its variables hold now may be what they hold in the end.
    pub(super) fn note_exit(&mut self, frame: &mut Frame) {
        if !frame.chunk {
            return;
        }
        for var in 0..frame.vars.len() {
            frame.exits.push((
                VarIdx(u32::try_from(var).expect("few variables")),
                frame.vars[var],
            ));
        }
        if frame.flow {
            let now: Vec<_> = self.flow.iter().map(|(&loc, &set)| (loc, set)).collect();
            for (loc, set) in now {
                let exit = self.flow_exits.get(&loc).copied().unwrap_or(SetId::EMPTY);
                let exit = self.values.union(exit, set);
                self.flow_exits.insert(loc, exit);
            }
        }
    }
}
