//! Versions while the script loads (THREAD-ANALYSIS 2.3): a function that global statements call sees what they have stored so far.
//!
//! Such a function is run in the middle of the chunk that calls it. It keeps what it has read in all its calls, so that an instance
//! shared by several calls stands for all of them. Run once more from the queue, it goes by what it kept.

use rustc_hash::FxHashMap;

use super::Solver;
use super::frame::Frame;
use crate::instance::Phase;
use crate::ir::VarIdx;
use crate::value::{InstId, LocId, SetId};

/// What places hold at this point of loading.
#[derive(Default)]
pub(crate) struct Versions {
    /// Grows when something is replaced.
    pub epoch: u32,
    /// Captured variables of chunks, as of the last call from there.
    vars: FxHashMap<LocId, SetId>,
    /// What instances have read.
    kept: FxHashMap<(LocId, InstId), SetId>,
}

impl Solver<'_> {
    /// What a place that global statements assign holds for a function they call; `None` for its whole history.
    pub(super) fn version(&mut self, frame: &Frame, loc: LocId) -> Option<SetId> {
        if !self.loading || frame.phase != Phase::LoadC {
            return None;
        }
        let known = self.versions.kept.get(&(loc, frame.inst)).copied();
        if !self.insts[0].running {
            return known;
        }
        let now = match self.flow.get(&loc) {
            Some(&set) => set,
            None => *self.versions.vars.get(&loc)?,
        };
        let set = self.values.union(now, known.unwrap_or(SetId::EMPTY));
        if known != Some(set) {
            self.versions.kept.insert((loc, frame.inst), set);
        }
        if self.heap.at(loc).versioned {
            self.insts[frame.inst.idx()].versioned = Some(self.versions.epoch);
        }
        Some(set)
    }

    /// Global statements call a function: it is to see their variables as they are now.
    pub(super) fn publish(&mut self, frame: &Frame) {
        let program = self.program;
        for (idx, var) in program.fun(frame.fun).vars.iter().enumerate() {
            if !var.captured || frame.vars[idx].is_empty() {
                continue;
            }
            let var = VarIdx(u32::try_from(idx).expect("few variables"));
            let loc = self.slot(frame.env, var);
            if self.versions.vars.insert(loc, frame.vars[idx]) != Some(frame.vars[idx]) {
                self.versions.epoch += 1;
            }
        }
    }

    /// Whether an instance ran before something it may read was replaced.
    pub(super) fn is_outdated(&self, inst: InstId) -> bool {
        let instance = &self.insts[inst.idx()];
        let outdated = instance
            .versioned
            .is_some_and(|ran| ran != self.versions.epoch);
        outdated && !self.is_coarse() && self.loading && self.insts[0].running && !instance.running
    }

    /// What a callee reads, its caller reads.
    pub(super) fn pass_version(&mut self, caller: InstId, callee: InstId) {
        if self.loading && self.insts[callee.idx()].versioned.is_some() {
            self.insts[caller.idx()].versioned = Some(self.versions.epoch);
        }
    }
}
