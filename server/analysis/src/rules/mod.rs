//! One file per diagnostic.

pub(crate) mod needs_both_threads;
pub(crate) mod needs_controller;
pub(crate) mod run_sync_argument;
pub(crate) mod syntax_error;
pub(crate) mod wrong_thread;

use crate::graph::{Reach, entries_of};
use crate::instance::Root;
use crate::solve::Solver;

/// What the rules look at once the script is solved; taken before probing adds instances that HALion never runs.
pub(crate) struct Solved {
    /// The entries.
    pub roots: Vec<Root>,
    /// The best paths.
    pub reach: Reach,
    /// Entries of each instance, by place in `roots`.
    pub entries: Vec<Vec<usize>>,
    /// How many instances there were.
    pub n_insts: usize,
}

impl Solved {
    /// The state of a solver that has run.
    pub fn new(solver: &Solver) -> Solved {
        let roots = solver.roots.clone();
        let reach = Reach::new(solver, &roots);
        let entries = entries_of(solver, &roots);
        Solved {
            reach,
            entries,
            n_insts: solver.insts.len(),
            roots,
        }
    }
}
