//! The budget ladder (THREAD-ANALYSIS 2.9): what is given up, rung by rung, when a script takes more work than a keystroke allows.
//!
//! Work is counted in evaluations, not in time, so that the same script always gives the same result; how much is allowed goes with the
//! size of the script. The thread is never given up. From [`Rung::Coarse`] on, what may be one of several things is unsure.

use rustc_hash::FxHashSet;

use super::Solver;
use super::frame::Frame;
use crate::ir::FunId;
use crate::value::{InstId, SetId};

/// How far precision was given up to bound the work; each rung includes those before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Nothing was given up.
    #[default]
    Full,
    /// Calls of the functions that are called from the most places are not told apart.
    BusiestMerged,
    /// No calls are told apart by the place that calls.
    CallsMerged,
    /// Only threads are told apart, and few tables: started again, as what was done so far would have to be done again and again.
    Coarse,
    /// The work ended where it was: findings may be missing.
    Incomplete,
}

impl Rung {
    const ALL: [Rung; 5] = [
        Rung::Full,
        Rung::BusiestMerged,
        Rung::CallsMerged,
        Rung::Coarse,
        Rung::Incomplete,
    ];

    /// What was given up, for a log.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Rung::Full => "the analysis is exact",
            Rung::BusiestMerged => "calls of the busiest functions are not told apart",
            Rung::CallsMerged => "calls are not told apart by their places",
            Rung::Coarse => {
                "only threads are told apart: what has a choice is unsure, and calls of one of very many functions are not followed"
            }
            Rung::Incomplete => "the analysis stopped before its end: findings may be missing",
        }
    }

    /// Evaluations after which the rung is reached, in a script with so many expressions.
    fn limit(self, n_exprs: u64) -> u64 {
        let size = n_exprs.max(SMALL);
        match self {
            Rung::Full => 0,
            Rung::BusiestMerged => size * 5 / 2,
            Rung::CallsMerged => size * 11 / 4,
            Rung::Coarse => size * 3,
            Rung::Incomplete => size * 40,
        }
    }
}

/// Scripts with fewer expressions may take as much work as one with so many.
const SMALL: u64 = 38_000;
/// Functions told apart in one place where functions are not told apart well.
pub(super) const MAX_FUNCTIONS: usize = 32;
/// Fields of a table up to which each is read by itself when the key is not known.
const BIG_TABLE: usize = 256;
/// Further evaluations for functions that nobody calls, besides one for each expression.
const PROBE_BUDGET: u64 = 100_000;
/// Runs of each function that nobody calls: one to see what there is, one for what the others of them left.
const PROBE_RUNS: u32 = 2;
/// Runs of a function that is shared by its callers after which they take what it has given so far, and are woken later.
const EAGER_RUNS: u32 = 8;
/// The same where straight-line loading calls it, which would have to start again.
const EAGER_LOADS: u32 = 64;

/// Runs of functions between two questions whether anybody needs the result.
const RUNS_BETWEEN: u32 = 64;

impl Solver<'_> {
    fn limit(&self, rung: Rung) -> u64 {
        rung.limit(self.program.exprs.len() as u64)
    }

    /// Evaluations after which solving stops where it is.
    pub(super) fn set_budget(&mut self) {
        self.budget = match self.is_coarse() {
            false => self.limit(Rung::Coarse),
            true => self.limit(Rung::Incomplete),
        };
    }

    /// Begins on the coarse rung, with the work that leads there taken as done.
    pub(super) fn start_coarse(&mut self) {
        self.rung = Rung::Coarse;
        self.steps = self.limit(Rung::Coarse) + 1;
        self.values.limit_functions(MAX_FUNCTIONS);
        self.set_budget();
    }

    /// From here on, functions that nobody calls are run.
    pub fn start_probing(&mut self) {
        self.probing = true;
        self.n_live = self.insts.len();
        self.solved_at = self.steps;
        let further = PROBE_BUDGET + self.program.exprs.len() as u64;
        self.budget = self.limit(Rung::Incomplete).min(self.steps + further);
    }

    /// Whether a tenth more work would have been too much.
    pub(super) fn is_near_a_limit(&self) -> bool {
        let is_near = |steps: u64, limit: u64| steps > limit / 10 * 9;
        let solved_at = match self.probing {
            true => self.solved_at,
            false => self.steps,
        };
        let further = self.budget.saturating_sub(solved_at);
        is_near(solved_at, self.limit(Rung::BusiestMerged))
            || self.probing && is_near(self.steps - solved_at, further)
    }

    /// Whether the work so far is in vain: what is left of it will be done again.
    pub(super) fn gives_up(&self) -> bool {
        self.out_of_budget() && !self.is_coarse() && !self.probing
    }

    /// Whether only threads are told apart.
    pub(super) fn is_coarse(&self) -> bool {
        self.rung >= Rung::Coarse
    }

    /// Goes to the rung that the work so far asks for, up to where it has to start again.
    pub(super) fn climb(&mut self) {
        self.n_runs += 1;
        if self.n_runs.is_multiple_of(RUNS_BETWEEN) && (self.is_unneeded)() {
            self.budget = 0;
        }
        let next = Rung::ALL[(self.rung as usize + 1).min(Rung::ALL.len() - 1)];
        // What runs only for hints gives up nothing of what is known already.
        let is_low = self.steps < self.limit(next);
        if self.probing || next >= Rung::Coarse || is_low {
            return;
        }
        self.rung = next;
        if next == Rung::BusiestMerged {
            self.merged = self.busiest();
        }
    }

    /// The functions that hold half of all call-site contexts.
    fn busiest(&self) -> FxHashSet<FunId> {
        let mut counts: Vec<(u32, FunId)> = self
            .contexts_of_fun
            .iter()
            .map(|(&fun, &count)| (count, fun))
            .collect();
        counts.sort_unstable_by_key(|&(count, fun)| (std::cmp::Reverse(count), fun));
        let all: u32 = counts.iter().map(|(count, _)| count).sum();
        let mut held = 0;
        let busiest = counts.into_iter().take_while(|(count, _)| {
            let is_needed = held * 2 < all;
            held += count;
            is_needed
        });
        busiest.map(|(_, fun)| fun).collect()
    }

    /// Whether calls of this function may still be told apart.
    pub(super) fn tells_calls_of(&self, fun: FunId) -> bool {
        self.rung < Rung::CallsMerged && !self.merged.contains(&fun)
    }

    /// The key that a metamethod is given.
    pub(super) fn metamethod_key(&self, key: SetId) -> SetId {
        match self.is_coarse() {
            true => self.sets.truthy,
            false => key,
        }
    }

    /// So many values that one expression works on are told apart.
    pub(super) fn max_bases(&self) -> usize {
        match self.is_coarse() {
            true => self.few(),
            false => 64,
        }
    }

    /// Constant keys told apart by one expression.
    pub(super) fn max_keys(&self) -> usize {
        match self.is_coarse() {
            true => self.few(),
            false => 48,
        }
    }

    /// A call of one of more functions than this is not followed, where functions are not told apart well.
    pub(super) fn max_followed(&self) -> usize {
        match self.few() {
            4 => 256,
            2 => 64,
            _ => 16,
        }
    }

    /// Ever fewer, so that it ends.
    fn few(&self) -> usize {
        let size = self.limit(Rung::Coarse) / 3;
        match (self.steps - self.limit(Rung::Coarse)) / size {
            0 => 4,
            1 => 2,
            _ => 1,
        }
    }

    /// Whether fields are read all together at an unknown key.
    pub(super) fn is_big(&self, n_fields: usize) -> bool {
        n_fields > if self.is_coarse() { 16 } else { BIG_TABLE }
    }

    /// Whether an instance has run so often that its callers take what it has given so far.
    pub(super) fn is_busy(&self, inst: InstId, caller: &Frame) -> bool {
        let instance = &self.insts[inst.idx()];
        match self.is_coarse() {
            true => instance.runs > 0,
            false => {
                let eager = match self.probing {
                    true => 1,
                    false if caller.flow => EAGER_LOADS,
                    false => EAGER_RUNS,
                };
                instance.runs >= eager && instance.results.is_some()
            }
        }
    }

    /// Whether an instance stays as it is: it is known how all that runs comes out, and the rest has run often enough.
    pub(super) fn is_settled(&self, inst: InstId) -> bool {
        let runs = if self.is_coarse() { 1 } else { PROBE_RUNS };
        self.probing && self.insts[inst.idx()].runs >= runs
    }

    /// How far precision was given up.
    pub fn rung(&self) -> Rung {
        match self.out_of_budget() && !self.probing {
            true => Rung::Incomplete,
            false => self.rung,
        }
    }
}
