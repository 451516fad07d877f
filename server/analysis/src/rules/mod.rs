//! One file per diagnostic.

pub(crate) mod accidental_global;
pub(crate) mod below;
pub(crate) mod default_out_of_range;
pub(crate) mod duplicate_parameter;
pub(crate) mod endless_loop;
pub(crate) mod facts;
mod loop_condition;
pub(crate) mod needs_both_threads;
pub(crate) mod needs_controller;
pub(crate) mod nil_callback;
pub(crate) mod note_task_only;
pub(crate) mod parameter_definition;
mod quiet;
pub(crate) mod removed_function;
pub(crate) mod require_cycle;
pub(crate) mod run_sync_argument;
pub(crate) mod shared_global;
pub(crate) mod suspend_not_possible;
pub(crate) mod syntax_error;
pub(crate) mod thread_assertion;
pub(crate) mod unknown_field;
pub(crate) mod unknown_function;
pub(crate) mod wrong_thread;

use crate::diagnostic::Diagnostic;
use crate::graph::{Grade, Reach, entries_of};
use crate::instance::Root;
use crate::lines::Lines;
use crate::solve::Solver;
use crate::uses::Uses;
use crate::value::InstId;

/// The rules beside the thread analysis (THREAD-ANALYSIS 2.4): nothing at Warning or above unless it proves a bug.
pub(crate) fn neighbours(
    solver: &Solver,
    solved: &Solved,
    lines: &Lines,
    uses: &Uses,
) -> Vec<Diagnostic> {
    let facts = facts::Facts::new(solver, solved, lines, uses);
    let rules = [
        suspend_not_possible::check,
        note_task_only::check,
        endless_loop::check,
        removed_function::check,
        unknown_function::check,
        unknown_field::check,
        shared_global::check,
        accidental_global::check,
        default_out_of_range::check,
        nil_callback::check,
        duplicate_parameter::check,
        require_cycle::check,
    ];
    rules.into_iter().flat_map(|rule| rule(&facts)).collect()
}

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

    /// Instances that run, with the grades of their best paths.
    pub fn reached(&self) -> impl Iterator<Item = (InstId, Grade)> + '_ {
        (0..self.n_insts).filter_map(|idx| {
            let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
            self.reach.get(inst).map(|reached| (inst, reached.grade))
        })
    }
}
