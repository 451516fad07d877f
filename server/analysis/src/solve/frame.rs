//! One run of an instance: its variables now, and what it has called so far.

use rustc_hash::{FxHashMap, FxHashSet};

use smallvec::SmallVec;

use super::fresh::Fresh;
use super::own::Own;
use crate::instance::{BuiltinCall, Edge, Phase};
use crate::ir::{ExprId, FunId, Name, VarIdx};
use crate::value::{BuiltinId, ClassId, InstId, LocId, SetId};

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
    /// Loops around.
    pub loops: u32,
    /// Tests around, or before with a way out, that only some of the calls merged into this one may pass.
    pub(super) doubts: u32,
    /// Functions and tables that errors from here may carry.
    pub(super) thrown: SetId,
    /// Whether a loop around takes many rounds.
    pub(super) late: bool,
    /// Blocks around.
    pub(super) depth: u32,
    /// Tables that nobody else knows yet.
    pub(super) fresh: SmallVec<[Fresh; 2]>,
    /// Tables that only this run, its callers and its callees know.
    pub(super) own: SmallVec<[Own; 2]>,
    /// How many of them were made or came back so far.
    pub(super) n_made: u32,
    /// Statements so far.
    pub(super) n_stats: u32,
    /// Cases of records around.
    pub splits: u32,
    pub edges: Vec<Edge>,
    /// What tells those edges apart.
    pub(super) edges_known: FxHashSet<(InstId, ExprId, ExprId, usize, u8)>,
    pub calls: Vec<BuiltinCall>,
    /// What tells those calls apart.
    pub(super) calls_known: FxHashSet<(BuiltinId, ExprId, Phase, Option<ClassId>, bool)>,
    /// Values of a chunk's variables where it returned early.
    pub exits: Vec<(VarIdx, SetId)>,
    /// Whether the last statement of the body is a `return` that was reached: what holds there holds at the end.
    pub(super) returns_at_end: bool,
    /// How often each call was made in order so far.
    pub(super) calls_in_order: FxHashMap<ExprId, u32>,
    /// Where `break` and `goto` lead, innermost last.
    pub(super) targets: Vec<Target>,
    /// Variables of outer functions about which a test said something: levels out, variable, and where in `vars` what is left stands.
    pub(super) narrowed: Vec<(u32, VarIdx, VarIdx)>,
}

/// What a jump leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The end of the innermost loop.
    LoopEnd,
    /// A label.
    Label(Name),
    /// The end of a function.
    Return,
}

/// Where control can jump.
pub(super) struct Target {
    pub place: Place,
    /// What jumps are counted from.
    pub mark: Mark,
    /// What was changed since then where control jumped.
    pub jumps: Vec<Delta>,
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
    pub vars: SmallVec<[(VarIdx, SetId); 4]>,
    pub flow: Vec<(LocId, SetId)>,
}

/// Whether control goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Dead,
}
