//! One run of an instance: its variables now, and what it has called so far.

use crate::instance::{BuiltinCall, Edge, Phase};
use crate::ir::{FunId, VarIdx};
use crate::value::{InstId, LocId, SetId};

/// The state of a run.
pub(crate) struct Frame {
    pub inst: InstId,
    /// The creator of functions and tables made now: the instance, or one round of its loop.
    pub env: InstId,
    pub fun: FunId,
    pub phase: Phase,
    /// Values of the variables at this point of the run.
    pub vars: Vec<SetId>,
    /// Overwritten values, so that arms can be undone and joined.
    pub trail: Vec<(VarIdx, SetId)>,
    /// A main chunk: its variables exist once.
    pub chunk: bool,
    /// Straight-line loading: stores to globals and single tables replace (2.3, load phase).
    pub flow: bool,
    /// Inside a loop with `break`, or a function with `goto`: assignments only add.
    pub weak: u32,
    /// Loops around.
    pub loops: u32,
    pub edges: Vec<Edge>,
    pub calls: Vec<BuiltinCall>,
    /// Values of a chunk's variables where it returned early.
    pub exits: Vec<(VarIdx, SetId)>,
}

/// A point of a run to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub vars: usize,
    pub flow: usize,
}

/// What an arm changed.
#[derive(Default)]
pub(super) struct Delta {
    pub vars: Vec<(VarIdx, SetId)>,
    pub flow: Vec<(LocId, SetId)>,
}

/// Whether control goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Dead,
}
