//! Instances: functions in their contexts, and what running one shows (THREAD-ANALYSIS 2.2).
//!
//! An instance is a function x its creator x a phase x optionally the call that led to it. The phase is never dropped.

use halion_api::Thread;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::diagnostic::Why;
use crate::heap::Readers;
use crate::ir::{ExprId, FunId};
use crate::value::{BuiltinId, ClassId, InstId, LocId, Multi, SetId, TableId, ValueId};

/// When and on which thread an instance runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Global statements (Controller).
    LoadC,
    /// Later, in the Controller.
    RunC,
    /// Later, in the Processor.
    RunP,
}

impl Phase {
    /// The thread.
    #[must_use]
    pub fn thread(self) -> Thread {
        match self {
            Phase::LoadC | Phase::RunC => Thread::Controller,
            Phase::RunP => Thread::Processor,
        }
    }

    /// The phase of what runs on this thread after loading.
    #[must_use]
    pub fn later(thread: Thread) -> Phase {
        match thread {
            Thread::Controller => Phase::RunC,
            Thread::Processor => Phase::RunP,
        }
    }
}

/// What control passes through on its way: `runAsync`, `sort`, `__index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Its name.
    pub name: String,
    /// Why the function behind it runs.
    pub why: Why,
    /// Where it is called.
    pub site: ExprId,
    /// The thread it is called in.
    pub thread: Thread,
}

/// How a call is made.
#[derive(Clone, Debug)]
pub struct How {
    /// The call.
    pub site: ExprId,
    /// What names the function: the callee, or the argument that holds it.
    pub callee: ExprId,
    /// When the callee runs.
    pub phase: Phase,
    /// What control passes through.
    pub via: SmallVec<[Via; 1]>,
    /// Found through an unknown key or receiver.
    pub unsure: bool,
    /// Below `pcall`.
    pub protected: bool,
    /// Runs later, beside the caller.
    pub deferred: bool,
}

impl How {
    /// The same call, passing through a builtin; `callee` names the function given to it.
    #[must_use]
    pub fn through(&self, name: &str, why: Why, callee: ExprId) -> How {
        let mut how = self.clone();
        how.via.push(Via {
            name: name.to_owned(),
            why,
            site: self.callee,
            thread: self.phase.thread(),
        });
        how.callee = callee;
        how
    }
}

/// A call of a function literal.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The instance that runs.
    pub to: InstId,
    /// How it is called.
    pub how: How,
    /// The function value, for explanations.
    pub value: ValueId,
}

/// A call of a builtin.
#[derive(Clone, Debug)]
pub struct BuiltinCall {
    /// What is called.
    pub builtin: BuiltinId,
    /// How.
    pub how: How,
    /// The class of the first argument, if it is an object.
    pub argument_class: Option<ClassId>,
}

/// Why HALion calls an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The instance.
    pub inst: InstId,
    /// The callback's name; `None` for global statements and change callbacks, which carry their own.
    pub callback: Option<String>,
    /// Where a change callback is registered.
    pub registered: Option<ExprId>,
    /// Found through an unknown key.
    pub unsure: bool,
}

/// What some tables hold at one point.
#[derive(Default)]
pub struct Contents {
    /// The tables, each with whether it was made on the way there.
    pub tables: Vec<(TableId, bool)>,
    /// Their fields; one that is not here holds nothing.
    pub sets: FxHashMap<LocId, SetId>,
    /// How often there was more of it.
    pub growth: u32,
}

/// An instance.
pub struct Instance {
    /// The function.
    pub fun: FunId,
    /// The instance that created the function.
    pub env: InstId,
    /// For one round of a loop: the instance whose loop it is, and the first variable that each round has of its own.
    pub round_of: Option<(InstId, u32)>,
    /// The instance whose call or loop it belongs to; none if it stands for the calls of many.
    pub within: InstId,
    /// When it runs.
    pub phase: Phase,
    /// How many call sites deep its context is.
    pub depth: u8,
    /// Where contexts end, in recursion or too deep: the instance that stands for all callers from there on.
    pub anchor: Option<InstId>,
    /// What tables among its arguments hold that are known to few ([`Table::own`]).
    ///
    /// [`Table::own`]: crate::heap::Table::own
    pub given: Contents,
    /// What those hold when it returns, and tables that it made and returns.
    pub left: Contents,
    /// Arguments by position.
    pub params: Vec<SetId>,
    /// Further arguments.
    pub varargs: Multi,
    /// Whether arguments were given to it.
    pub is_called: bool,
    /// Where it was first called, if it stands for all calls of a function that is too long to tell them apart.
    pub called_at: Option<ExprId>,
    /// Whether it stands for further calls that would be told apart if they were not so many.
    pub is_shared: bool,
    /// Whether calls from several places lead here because they pass the same.
    pub is_common: bool,
    /// Results; nothing until it returns.
    pub results: Option<Multi>,
    /// Functions and tables that its errors may carry.
    pub thrown: SetId,
    /// Instances that use the results.
    pub callers: Readers,
    /// How often it was run.
    pub runs: u32,
    /// Needs to run, again or for the first time.
    pub dirty: bool,
    /// Whether that is to be before the present stretch of loading is over.
    pub runs_again: bool,
    /// Whether straight-line loading has called it and went on without what it is still to give.
    pub is_missed: bool,
    /// In the queue.
    pub queued: bool,
    /// Running now.
    pub running: bool,
    /// One call in the course of loading, run where it stands: it stores as global statements do.
    pub in_order: bool,
    /// Has run.
    pub seen: bool,
    /// For loading: it or a callee reads what global statements replace, and when it last ran, by [`Versions::epoch`].
    ///
    /// [`Versions::epoch`]: crate::solve::Versions
    pub versioned: Option<u32>,
    /// Calls of function literals, as the last run saw them.
    pub edges: Vec<Edge>,
    /// Calls of builtins, as the last run saw them.
    pub calls: Vec<BuiltinCall>,
}

impl Instance {
    /// A fresh one.
    #[must_use]
    pub fn new(fun: FunId, env: InstId, phase: Phase, depth: u8, n_params: usize) -> Instance {
        Instance {
            fun,
            env,
            round_of: None,
            within: InstId::NONE,
            phase,
            depth,
            anchor: None,
            given: Contents::default(),
            left: Contents::default(),
            params: vec![SetId::EMPTY; n_params],
            varargs: Multi::default(),
            is_called: false,
            called_at: None,
            is_shared: false,
            is_common: false,
            results: None,
            thrown: SetId::EMPTY,
            callers: Readers::default(),
            runs: 0,
            dirty: true,
            runs_again: false,
            is_missed: false,
            queued: false,
            running: false,
            in_order: false,
            seen: false,
            versioned: None,
            edges: Vec::new(),
            calls: Vec::new(),
        }
    }
}
