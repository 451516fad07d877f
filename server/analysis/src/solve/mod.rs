//! The solver: runs instances on abstract values until nothing changes (THREAD-ANALYSIS 2.3).
//!
//! An instance is run as a whole; what it reads wakes it when it grows. Arms of conditions run when a value that can take them
//! arrives, so reachability needs no rule of its own. Sets only grow, so it ends; a step budget bounds it, dropping call-site
//! contexts first and never the thread. Loading is solved first, then what HALion calls.

mod alike;
mod budget;
mod call;
mod callbacks;
mod constants;
mod context;
mod doubt;
mod expr;
mod flow;
mod frame;
mod fresh;
mod given;
mod host;
mod iterate;
mod iterator;
mod jumps;
mod language;
mod library;
mod lists;
mod loops;
mod merge;
mod metatable;
mod modules;
mod numerals;
mod open;
mod order;
mod own;
mod parameters;
mod patterns;
mod places;
mod positions;
mod protected;
mod refine;
mod results;
mod split;
mod stat;
mod strings;
mod version;
mod wake;

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::builtins::Builtins;
use crate::heap::{Heap, Lib};
use crate::instance::{Instance, Phase, Root};
use crate::ir::{ExprId, FunId, Name, Program};
use crate::script::{FileId, Script, ScriptKind};
pub use budget::Rung;
pub(crate) use modules::RequireCycle;
pub(crate) use version::Versions;

use crate::value::{
    BuiltinId, InstId, LocId, Multi, Names, SetId, TableId, Value, ValueId, Values,
};

/// What tells instances apart: function, creator, phase, and the call with its caller.
type Context = (FunId, InstId, Phase, Option<(ExprId, InstId)>);

/// Everything known while solving, and afterwards.
pub(crate) struct Solver<'a> {
    pub program: &'a Program,
    pub script: &'a Script,
    /// MIDI module or UI script, decided.
    pub kind: ScriptKind,
    /// Whether `kind` is a guess against the evidence.
    pub kind_is_unsure: bool,
    /// Asked now and then: whether nobody needs the result any more.
    is_unneeded: &'a dyn Fn() -> bool,
    /// Names of the program and further constants.
    pub names: Names,
    /// Those of the program.
    n_names: usize,
    pub values: Values,
    pub heap: Heap,
    pub builtins: Builtins,
    pub insts: Vec<Instance>,
    pub roots: Vec<Root>,
    pub globals: TableId,
    /// Where a function given to a parameter came from: (instance, parameter, function) -> (caller, argument).
    pub passed_at: FxHashMap<(InstId, u32, ValueId), (InstId, ExprId)>,
    /// Where a function was first stored in a table or variable.
    pub stored_at: FxHashMap<ValueId, ExprId>,
    /// Where a builtin was stored in a global variable.
    pub builtins_at: FxHashMap<(LocId, ValueId), ExprId>,
    /// Evaluations so far, as the budget counts them.
    pub steps: u64,
    /// Those of them that nobody made.
    skipped: u64,
    contexts: FxHashMap<Context, InstId>,
    contexts_of_fun: FxHashMap<FunId, u32>,
    /// Instances by what is passed to them.
    alike: FxHashMap<alike::Call, InstId>,
    /// Functions of which a table or function is known to leave them.
    open_funs: FxHashSet<FunId>,
    /// Sets that are known to be within reach of what belongs to an instance.
    let_out: FxHashSet<(SetId, InstId)>,
    calls_in_order: FxHashMap<order::Call, InstId>,
    /// Calls of `require` for a module that is being loaded.
    pub require_cycles: BTreeMap<ExprId, RequireCycle>,
    /// Modules that are being loaded, innermost last.
    modules_loading: Vec<FileId>,
    /// Evaluations when the global statements were last started, and how often they were.
    loading_since: u64,
    loads: u32,
    /// How far loading has come.
    course: wake::Course,
    /// Whether order was given up for want of fuel.
    ran_dry: Cell<bool>,
    /// Sets of which every function has its place in `stored_at`.
    noted: FxHashSet<SetId>,
    /// Sets of which every function has its place in `passed_at`.
    passed: FxHashSet<(InstId, u32, SetId)>,
    /// What calls of very many functions pass to them.
    fans: FxHashMap<(Phase, SetId), Option<Multi>>,
    /// Sets of which every table is known to be stored.
    stored: FxHashSet<SetId>,
    /// Change callbacks, by their places in `roots`.
    change_callbacks: FxHashMap<InstId, usize>,
    rounds: FxHashMap<(InstId, u32, ValueId), InstId>,
    queue: VecDeque<InstId>,
    later: VecDeque<InstId>,
    loading: bool,
    /// Evaluations when everything that runs was solved.
    solved_at: u64,
    /// Running functions that nobody calls: no call-site contexts, and a budget of its own.
    probing: bool,
    /// Instances when that began.
    n_live: usize,
    budget: u64,
    rung: Rung,
    /// Functions whose calls are not told apart any more.
    merged: FxHashSet<FunId>,
    nesting: u32,
    /// Runs of functions so far.
    n_runs: u32,
    versions: Versions,
    flow: FxHashMap<LocId, SetId>,
    flow_trail: Vec<(LocId, Option<SetId>)>,
    required: FxHashSet<FileId>,
    /// Tables asked in the present lookups of fields, one lookup behind the other that it is part of.
    looked_up: Vec<TableId>,
    /// Where the innermost of them starts.
    lookup_start: usize,
    /// Whether some code cannot be seen: a module that is not there, a computed `require`, `load`, `debug.sethook`.
    pub has_unseen: bool,
    libs: FxHashMap<&'static str, TableId>,
    method_sets: FxHashMap<Name, SetId>,
    bases: FxHashMap<(TableId, ValueId), Option<SetId>>,
    /// What `a .. b` gives for two sets; nothing if it is no constant.
    joined: FxHashMap<(SetId, SetId), Option<SetId>>,
    /// Sets with the tables that stand for those in them, as of so many merges.
    presented: FxHashMap<SetId, (u32, SetId)>,
    sets: Common,
}

/// Sets needed everywhere.
#[derive(Clone, Copy)]
struct Common {
    nil: SetId,
    truthy: SetId,
    number: SetId,
    text: SetId,
    unknown: SetId,
    index: SetId,
    absent: SetId,
    yes: SetId,
    no: SetId,
    boolean: SetId,
}

impl<'a> Solver<'a> {
    /// A solver that has not run. It ends soon after `is_unneeded` says yes.
    pub fn new(
        program: &'a Program,
        names: Names,
        script: &'a Script,
        (kind, kind_is_unsure): (ScriptKind, bool),
        is_unneeded: &'a dyn Fn() -> bool,
    ) -> Solver<'a> {
        let mut values = Values::new();
        let sets = Common {
            nil: values.one(Value::Nil),
            truthy: values.one(Value::Truthy),
            number: values.one(Value::Number),
            text: values.one(Value::Text),
            unknown: values.one(Value::Unknown),
            index: values.one(Value::Index),
            absent: values.one(Value::Absent),
            yes: values.one(Value::True),
            no: values.one(Value::False),
            boolean: values.of(&[Value::True, Value::False]),
        };
        let mut heap = Heap::default();
        let globals = heap.table(Some(Lib::Globals), true);
        let mut solver = Solver {
            program,
            script,
            kind,
            kind_is_unsure,
            is_unneeded,
            n_names: names.len(),
            names,
            values,
            heap,
            builtins: Builtins::default(),
            insts: Vec::new(),
            roots: Vec::new(),
            globals,
            passed_at: FxHashMap::default(),
            stored_at: FxHashMap::default(),
            builtins_at: FxHashMap::default(),
            steps: 0,
            skipped: 0,
            contexts: FxHashMap::default(),
            contexts_of_fun: FxHashMap::default(),
            alike: FxHashMap::default(),
            open_funs: FxHashSet::default(),
            let_out: FxHashSet::default(),
            calls_in_order: FxHashMap::default(),
            require_cycles: BTreeMap::new(),
            modules_loading: Vec::new(),
            loading_since: 0,
            loads: 0,
            course: wake::Course::default(),
            ran_dry: Cell::new(false),
            noted: FxHashSet::default(),
            stored: FxHashSet::default(),
            passed: FxHashSet::default(),
            fans: FxHashMap::default(),
            change_callbacks: FxHashMap::default(),
            rounds: FxHashMap::default(),
            queue: VecDeque::new(),
            later: VecDeque::new(),
            loading: true,
            solved_at: 0,
            probing: false,
            n_live: 0,
            budget: 0,
            rung: Rung::Full,
            merged: FxHashSet::default(),
            nesting: 0,
            n_runs: 0,
            versions: Versions::default(),
            flow: FxHashMap::default(),
            flow_trail: Vec::new(),
            required: FxHashSet::default(),
            looked_up: Vec::new(),
            lookup_start: 0,
            has_unseen: false,
            libs: FxHashMap::default(),
            method_sets: FxHashMap::default(),
            bases: FxHashMap::default(),
            joined: FxHashMap::default(),
            presented: FxHashMap::default(),
            sets,
        };
        solver.set_budget();
        solver
    }

    /// Loads the script, then runs what HALion calls, until nothing changes; once more if that takes too long.
    pub fn solve(&mut self) {
        self.run_all();
        if self.gives_up() && !(self.is_unneeded)() {
            let mut names = std::mem::take(&mut self.names);
            names.truncate(self.n_names);
            let (kind, is_unneeded) = ((self.kind, self.kind_is_unsure), self.is_unneeded);
            *self = Solver::new(self.program, names, self.script, kind, is_unneeded);
            self.start_coarse();
            self.run_all();
        }
    }

    /// The same where that is known to take too long.
    pub fn solve_coarsely(&mut self) {
        self.start_coarse();
        self.skipped = self.steps;
        self.run_all();
    }

    fn run_all(&mut self) {
        if let Some(&chunk) = self.program.chunks.first() {
            let main = self.instance(chunk, InstId::NONE, Phase::LoadC, None, 0);
            self.roots.push(Root {
                inst: main,
                callback: None,
                registered: None,
                unsure: false,
            });
            self.enqueue(main);
            self.run_queue();
        }
        self.end_loading();
        loop {
            self.run_queue();
            if self.gives_up() || !self.find_callbacks() {
                break;
            }
        }
    }

    /// Runs a function once more in a phase of its own, as if HALion called it with unknown arguments.
    pub fn probe(&mut self, fun: FunId, env: InstId, phase: Phase) -> InstId {
        let inst = self.queue_probe(fun, env, phase);
        self.run_queue();
        inst
    }

    /// The same for several functions: they run together at the next [`Solver::run_queue`], so that what one of them stores wakes the
    /// others once and not again and again.
    pub fn queue_probe(&mut self, fun: FunId, env: InstId, phase: Phase) -> InstId {
        let inst = self.instance(fun, env, phase, None, 0);
        self.give_unknown(inst);
        self.enqueue(inst);
        inst
    }

    fn give_unknown(&mut self, inst: InstId) {
        let instance = &mut self.insts[inst.idx()];
        for param in &mut instance.params {
            *param = self.values.union(*param, self.sets.unknown);
        }
        let rest = self.values.union(instance.varargs.rest, self.sets.unknown);
        instance.varargs.rest = rest;
        instance.dirty = true;
    }

    fn end_loading(&mut self) {
        self.loading = false;
        self.flow_trail.clear();
        let mut flow: Vec<(LocId, SetId)> = self.flow.drain().collect();
        flow.sort_unstable();
        for (loc, set) in flow {
            let place = self.heap.at(loc);
            place.last = (!place.was_own).then_some(set);
        }
        self.queue.append(&mut self.later);
    }

    /// Evaluations made.
    pub fn work(&self) -> u64 {
        self.steps - self.skipped
    }

    /// Whether solving stopped before its end.
    pub fn out_of_budget(&self) -> bool {
        self.steps > self.budget
    }

    /// Whether work was cut short, or came so near to it that a little more or less could have shown something else.
    pub fn was_cut_short(&self) -> bool {
        self.rung > Rung::Full || self.ran_dry.get() || self.is_near_a_limit()
    }

    /// The table of a library, an enumeration or a static class.
    fn lib(&mut self, name: &'static str, lib: Lib) -> Value {
        if let Some(&table) = self.libs.get(name) {
            return Value::Table(table);
        }
        let table = self.heap.table(Some(lib), true);
        self.libs.insert(name, table);
        Value::Table(table)
    }

    fn builtin(&mut self, id: BuiltinId) -> SetId {
        self.values.one(Value::Builtin(id))
    }
}
