//! Contexts: which instance a call leads to, and running it (THREAD-ANALYSIS 2.2).

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::Solver;
use super::frame::{Frame, Go};
use super::wake::News;
use crate::instance::{How, Instance, Phase};
use crate::ir::{ExprId, FunId, VarIdx};
use crate::value::{InstId, LocId, Multi, SetId, Traits, Value, ValueId};

/// Functions up to this many statements are told apart by the call that leads to them.
const MAX_CONTEXT_STATS: u32 = 40;
/// The same where there are few instances.
const MAX_ROOMY_STATS: u32 = 400;
/// Up to this many calls deep; past it, by the last call and the one at that depth.
const MAX_CONTEXT_DEPTH: u8 = 8;
/// Contexts per function that the callers of the caller tell apart; past it, the place of the call does.
const MAX_DEEP_CONTEXTS: u32 = 8;
/// Call-site contexts per function; past it, the phase alone tells instances apart.
const MAX_CONTEXTS: u32 = 96;
/// Both, as long as there are few instances for the size of the script.
const MAX_ROOMY_CONTEXTS: u32 = 256;
/// So many instances are few.
const FEW_INSTANCES: usize = 384;
/// Calls followed on the stack; deeper ones wait in the queue.
const MAX_NESTING: u32 = 24;
/// How often a recursive function is run again at once for what it gives to itself.
const RECURSIONS: u32 = 6;
/// Further arguments told apart by position.
const MAX_VARARGS: usize = 8;

impl Solver<'_> {
    /// The instance of a function in a context.
    pub(super) fn instance(
        &mut self,
        fun: FunId,
        env: InstId,
        phase: Phase,
        site: Option<(ExprId, InstId)>,
        depth: u8,
    ) -> InstId {
        let key = (fun, env, phase, site);
        if let Some(&inst) = self.contexts.get(&key) {
            return inst;
        }
        if let Some((call, caller)) = site {
            let is_roomy = self.is_roomy();
            let count = self.contexts_of_fun.entry(fun).or_insert(0);
            *count += 1;
            let is_past = |most| *count > if is_roomy { MAX_ROOMY_CONTEXTS } else { most };
            let shared = if is_past(MAX_DEEP_CONTEXTS) && caller != InstId::NONE {
                Some((Some((call, InstId::NONE)), depth))
            } else {
                is_past(MAX_CONTEXTS).then_some((None, 0))
            };
            if let Some((site, depth)) = shared {
                let inst = self.instance(fun, env, phase, site, depth);
                self.insts[inst.idx()].is_shared = true;
                return inst;
            }
        }
        let inst = InstId(u32::try_from(self.insts.len()).expect("instances are bounded"));
        let n_params = self.program.fun(fun).n_params;
        let mut instance = Instance::new(fun, env, phase, depth, n_params);
        instance.within = site.map_or(InstId::NONE, |(_, caller)| caller);
        self.insts.push(instance);
        self.contexts.insert(key, inst);
        inst
    }

    /// Whether there are few instances for the size of the script.
    fn is_roomy(&self) -> bool {
        self.insts.len() < FEW_INSTANCES.max(self.program.exprs.len() / 8)
    }

    /// The instance that a call of a function literal leads to.
    pub(super) fn instance_for_call(
        &mut self,
        frame: &Frame,
        how: &How,
        fun: FunId,
        env: InstId,
        args: &Multi,
    ) -> InstId {
        let info = self.program.fun(fun);
        let most_stats = match self.is_roomy() {
            true => MAX_ROOMY_STATS,
            false => MAX_CONTEXT_STATS,
        };
        let is_long = info.n_stats > most_stats;
        let worthwhile = !self.probing
            && (info.allocates
                || self.open_funs.contains(&fun)
                || args
                    .items
                    .iter()
                    .chain([&args.rest])
                    .any(|&set| self.tells_calls_apart(set)));
        if !worthwhile || how.deferred && args.items.is_empty() {
            return self.instance(fun, env, how.phase, None, 0);
        }
        if is_long {
            let inst = self.instance(fun, env, how.phase, None, 0);
            self.note_call_of_long(inst, how.callee, args);
            return inst;
        }
        if !self.tells_calls_of(fun) {
            let inst = self.instance(fun, env, how.phase, None, 0);
            self.insts[inst.idx()].is_shared = true;
            return inst;
        }
        let here = &self.insts[frame.env.idx()];
        let depth = here.depth;
        // Recursion would only repeat itself: all its rounds share the call that started it and the last call as their context.
        let is_deeper = depth < MAX_CONTEXT_DEPTH && fun != frame.fun;
        let caller = match here.anchor {
            Some(anchor) if !is_deeper => anchor,
            _ => frame.env,
        };
        let site = (how.callee, caller);
        let context = (fun, env, how.phase, Some(site));
        let call = self.call_of(context, args);
        if let Some(call) = &call
            && let Some(inst) = self.instance_alike(context, call)
        {
            return inst;
        }
        let depth = (depth + 1).min(MAX_CONTEXT_DEPTH);
        let inst = self.instance(fun, env, how.phase, Some(site), depth);
        if let Some(call) = call
            && is_deeper
        {
            self.alike.insert(call, inst);
        }
        if !is_deeper {
            self.insts[inst.idx()].anchor.get_or_insert(caller);
        }
        inst
    }

    /// One more call of a function that is too long to tell its calls apart: if it passes something else than those before, nothing
    /// says which of it goes together.
    fn note_call_of_long(&mut self, inst: InstId, callee: ExprId, args: &Multi) {
        let instance = &self.insts[inst.idx()];
        let mut passed = instance.params.iter().zip(&args.items);
        let is_other = |known: SetId, arg: SetId| known != arg && self.tells_calls_apart(arg);
        let differs = passed.any(|(&known, &arg)| is_other(known, arg));
        let is_first = instance.called_at.is_none_or(|at| at == callee);
        let instance = &mut self.insts[inst.idx()];
        instance.called_at.get_or_insert(callee);
        if !is_first && differs && !instance.is_shared {
            instance.is_shared = true;
            instance.dirty = true;
        }
    }

    /// One round of a loop whose key is known: functions and tables made in it are told apart from those of other rounds.
    pub(super) fn round(&mut self, outer: InstId, first_var: u32, key: ValueId) -> InstId {
        if let Some(&inst) = self.rounds.get(&(outer, first_var, key)) {
            return inst;
        }
        let inst = InstId(u32::try_from(self.insts.len()).expect("instances are bounded"));
        let of = &self.insts[outer.idx()];
        let mut instance = Instance::new(of.fun, of.env, of.phase, of.depth, 0);
        instance.round_of = Some((outer, first_var));
        instance.within = outer;
        instance.anchor = of.anchor;
        self.insts.push(instance);
        self.rounds.insert((outer, first_var, key), inst);
        inst
    }

    /// The place of a captured variable, seen from an instance or a round of its loop.
    pub(super) fn slot(&mut self, mut inst: InstId, var: VarIdx) -> LocId {
        while let Some((outer, first_var)) = self.insts[inst.idx()].round_of {
            if var.0 >= first_var {
                break;
            }
            inst = outer;
        }
        self.heap.slot(inst, var.0)
    }

    fn tells_calls_apart(&self, set: SetId) -> bool {
        self.values.kinds(set).any(|value| {
            matches!(
                value,
                Value::Fun(..)
                    | Value::Builtin(_)
                    | Value::Table(_)
                    | Value::True
                    | Value::False
                    | Value::Str(_)
                    | Value::Num(_)
                    | Value::Hosts(_)
            )
        })
    }

    /// Adds arguments to an instance's parameters; `from` is who passes them.
    pub(super) fn add_arguments(&mut self, inst: InstId, args: &Multi, from: Option<&Frame>) {
        let fun = self.program.fun(self.insts[inst.idx()].fun);
        let n_params = fun.n_params;
        let mut grew = false;
        for position in 0..n_params {
            let arg = args.get(position, &mut self.values);
            let old = self.insts[inst.idx()].params[position];
            let new = self.values.union(old, arg);
            if new != old {
                grew = true;
                self.insts[inst.idx()].params[position] = new;
            }
            if let Some(from) = from
                && let Some(&Some(expr)) = args.exprs.get(position)
            {
                self.note_argument(inst, position, arg, (from.inst, expr));
            }
        }
        if fun.is_vararg {
            let mut further = args.skip(n_params);
            while further.items.len() > MAX_VARARGS {
                if let Some(last) = further.items.pop() {
                    further.rest = self.values.union(further.rest, last);
                }
            }
            if let Some(from) = from {
                for position in 0..further.items.len() {
                    if let Some(&Some(expr)) = further.exprs.get(position) {
                        self.note_argument(
                            inst,
                            n_params + position,
                            further.items[position],
                            (from.inst, expr),
                        );
                    }
                }
            }
            further.exprs = SmallVec::new();
            let old = &self.insts[inst.idx()].varargs;
            let mut new = old.clone();
            if self.insts[inst.idx()].is_called {
                new.merge(&further, &mut self.values);
            } else {
                new = further;
            }
            if new != self.insts[inst.idx()].varargs {
                grew = true;
                self.insts[inst.idx()].varargs = new;
            }
        }
        self.insts[inst.idx()].is_called = true;
        if grew {
            self.insts[inst.idx()].dirty = true;
        }
    }

    fn note_argument(&mut self, inst: InstId, position: usize, arg: SetId, from: (InstId, ExprId)) {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        if !self.passed.insert((inst, position, arg)) || !self.values.has_function(arg) {
            return;
        }
        for elem in self.values.elems(arg) {
            if matches!(
                self.values.kind(elem.value()),
                Value::Fun(..) | Value::Builtin(_)
            ) {
                self.passed_at
                    .entry((inst, position, elem.value()))
                    .or_insert(from);
            }
        }
    }

    /// Runs the callee if it has something new to see, and returns its results; `None` if it does not return.
    pub(super) fn results_of(&mut self, frame: &mut Frame, inst: InstId) -> Option<Multi> {
        if frame.chunk && !frame.flow && self.loading {
            self.publish(frame);
        }
        if self.is_outdated(inst) {
            self.insts[inst.idx()].dirty = true;
        }
        let instance = &self.insts[inst.idx()];
        if instance.dirty && !self.is_settled(inst) {
            let is_late =
                instance.running || self.nesting >= MAX_NESTING || self.is_busy(inst, frame);
            if is_late {
                self.go_on_without(inst);
            } else {
                self.run(inst);
                // Recursion while loading is to see variables as they are now, not as they are when the queue is run.
                for _ in 0..RECURSIONS {
                    if self.loading
                        && !self.is_coarse()
                        && self.insts[inst.idx()].dirty
                        && self.insts[0].running
                    {
                        self.run(inst);
                    }
                }
            }
        }
        self.listen_results(inst, frame);
        self.pass_version(frame.inst, inst);
        self.pass_thrown(frame, inst);
        if self.out_of_budget() {
            return Some(Multi {
                rest: self.sets.unknown,
                ..Multi::default()
            });
        }
        let mut results = self.insts[inst.idx()].results.clone()?;
        if self.insts[inst.idx()].is_shared {
            for set in results.items.iter_mut().chain([&mut results.rest]) {
                if self.values.has(*set, Traits::CHOICE) {
                    *set = self.values.unsure(*set);
                }
            }
        }
        Some(results)
    }

    /// Runs an instance on what it can see now.
    pub(super) fn run(&mut self, inst: InstId) {
        self.insts[inst.idx()].dirty = false;
        self.steps += 4;
        self.climb();
        if self.out_of_budget() {
            return;
        }
        let program = self.program;
        let instance = &mut self.insts[inst.idx()];
        instance.running = true;
        instance.runs += 1;
        instance.seen = true;
        if instance.versioned.is_some() {
            instance.versioned = Some(self.versions.epoch);
        }
        let fun = program.fun(instance.fun);
        let chunk = fun.is_chunk();
        let before = instance.results.clone();
        let mut frame = Frame {
            inst,
            env: inst,
            fun: instance.fun,
            phase: instance.phase,
            vars: vec![SetId::EMPTY; fun.vars.len()],
            trail: Vec::new(),
            chunk,
            flow: instance.in_order
                || chunk && self.loading && (inst.0 == 0 || self.required.contains(&fun.file)),
            loops: 0,
            doubts: 0,
            thrown: SetId::EMPTY,
            late: false,
            depth: 0,
            fresh: SmallVec::new(),
            own: SmallVec::new(),
            n_made: 0,
            n_stats: 0,
            splits: 0,
            edges: Vec::new(),
            edges_known: FxHashSet::default(),
            calls: Vec::new(),
            calls_known: FxHashSet::default(),
            exits: Vec::new(),
            returns_at_end: false,
            calls_in_order: FxHashMap::default(),
            targets: Vec::new(),
            narrowed: Vec::new(),
        };
        if inst.0 == 0 && self.loading {
            self.flow.clear();
            self.flow_trail.clear();
            self.required.clear();
            self.loading_since = self.steps;
            self.loads += 1;
            self.require_cycles.clear();
        }
        let instance = &mut self.insts[inst.idx()];
        let params = instance.params.clone();
        let in_order = instance.in_order;
        let grown = instance.left.growth;
        let outer = self.receive(&mut frame);
        let around = self.start_late(inst);
        let is_flow = frame.flow;
        if !is_flow {
            self.enter_stretch(InstId::NONE);
        }
        self.nesting += 1;
        if frame.flow {
            self.start_function(&mut frame);
        }
        for (position, set) in params.into_iter().enumerate() {
            let var = VarIdx(u32::try_from(position).expect("few parameters"));
            self.write_var(&mut frame, var, set);
        }
        let params = 0..u32::try_from(fun.n_params).expect("few parameters");
        let go = match self.cases(&frame, params.map(VarIdx)) {
            Some(cases) => self.each_case(&mut frame, 0, cases, |solver, frame| {
                solver.block(frame, &fun.body)
            }),
            None => self.block(&mut frame, &fun.body),
        };
        if go == Go::On {
            self.leave(&frame, &Multi::default());
            self.give_results(inst, &Multi::default());
        }
        self.end_own(outer);
        if frame.flow {
            self.end_function(&mut frame, go);
        }
        self.nesting -= 1;
        if chunk && !frame.flow {
            self.end_chunk(&frame);
        }
        let instance = &mut self.insts[inst.idx()];
        instance.running = false;
        instance.edges = frame.edges;
        instance.calls = frame.calls;
        let old = instance.thrown;
        instance.thrown = self.values.union(old, frame.thrown);
        let gives_more = instance.thrown != old || instance.left.growth != grown;
        self.let_out_results(inst);
        let instance = &self.insts[inst.idx()];
        if (instance.results != before || gives_more) && !in_order {
            self.wake_callers(inst, News::More);
        }
        self.end_late(around);
        if !is_flow {
            self.leave_stretch();
        }
    }

    /// What a chunk's variables hold in the end is what functions that run later see.
    fn end_chunk(&mut self, frame: &Frame) {
        let vars = &self.program.fun(frame.fun).vars;
        for (idx, var) in vars.iter().enumerate() {
            if !var.captured {
                continue;
            }
            let mut set = frame.vars[idx];
            for &(exit_var, exit) in &frame.exits {
                if exit_var.idx() == idx {
                    set = self.values.union(set, exit);
                }
            }
            let loc = self
                .heap
                .slot(frame.inst, u32::try_from(idx).expect("few variables"));
            self.heap.at(loc).last = Some(set);
        }
    }

    /// A `return` with these values.
    pub(super) fn give_results(&mut self, inst: InstId, results: &Multi) {
        let mut results = results.clone();
        results.exprs = SmallVec::new();
        while results.items.len() > MAX_VARARGS {
            if let Some(last) = results.items.pop() {
                results.rest = self.values.union(results.rest, last);
            }
        }
        let merged = match self.insts[inst.idx()].results.take() {
            None => results,
            Some(mut known) => {
                known.merge(&results, &mut self.values);
                known
            }
        };
        self.insts[inst.idx()].results = Some(merged);
    }
}
