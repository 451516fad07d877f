//! The budget ladder (THREAD-ANALYSIS 2.9): what is given up, rung by rung, when a script takes more work than a keystroke allows.
//!
//! Work is counted in evaluations, not in time, so that the same script always gives the same result. The thread is never given up.

use rustc_hash::FxHashSet;

use super::Solver;
use crate::ir::FunId;
use crate::value::SetId;

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
    /// A metamethod runs for all keys at once.
    MetamethodsMerged,
    /// What is read at an unknown key of a big table is unknown.
    BigTablesUnknown,
    /// The work ended where it was: findings may be missing.
    Incomplete,
}

impl Rung {
    const ALL: [Rung; 6] = [
        Rung::Full,
        Rung::BusiestMerged,
        Rung::CallsMerged,
        Rung::MetamethodsMerged,
        Rung::BigTablesUnknown,
        Rung::Incomplete,
    ];

    /// What was given up, for a log.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Rung::Full => "the analysis is exact",
            Rung::BusiestMerged => "calls of the busiest functions are not told apart",
            Rung::CallsMerged => "calls are not told apart by their places",
            Rung::MetamethodsMerged => "calls and metamethods are not told apart",
            Rung::BigTablesUnknown => "calls are not told apart, and big tables hold anything",
            Rung::Incomplete => "the analysis stopped before its end: findings may be missing",
        }
    }

    /// Evaluations after which the rung is reached. A script with much text may take some for each expression.
    fn limit(self, n_exprs: u64) -> u64 {
        match self {
            Rung::Full => 0,
            Rung::BusiestMerged => 250_000,
            Rung::CallsMerged => 500_000,
            Rung::MetamethodsMerged => 1_000_000,
            Rung::BigTablesUnknown => 1_500_000,
            Rung::Incomplete => u64::max(3_000_000, 4 * n_exprs),
        }
    }
}

/// Fields of a table that counts as big.
const BIG_TABLE: usize = 32;

impl Solver<'_> {
    /// Evaluations after which solving stops where it is.
    pub(super) fn step_budget(n_exprs: usize) -> u64 {
        Rung::Incomplete.limit(n_exprs as u64)
    }

    /// Goes to the rung that the work so far asks for.
    pub(super) fn climb(&mut self) {
        let next = Rung::ALL[(self.rung as usize + 1).min(Rung::ALL.len() - 1)];
        // What runs only for hints gives up nothing of what is known already.
        let is_low = self.steps < next.limit(self.program.exprs.len() as u64);
        if self.probing || self.rung == next || is_low {
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
        match self.rung >= Rung::MetamethodsMerged {
            true => self.sets.truthy,
            false => key,
        }
    }

    /// Whether a table of so many fields may hold anything at an unknown key.
    pub(super) fn is_too_big(&self, n_fields: usize) -> bool {
        self.rung >= Rung::BigTablesUnknown && n_fields > BIG_TABLE
    }

    /// How far precision was given up.
    pub fn rung(&self) -> Rung {
        match self.steps >= self.budget {
            true if !self.probing => Rung::Incomplete,
            _ => self.rung,
        }
    }
}
