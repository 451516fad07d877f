//! Loading in order (THREAD-ANALYSIS 2.3): what global statements call is run where it stands, each call by itself, and loops whose
//! rounds are known are run round by round, so that tables, closures and captured variables made while loading are told apart and
//! hold what was stored last.
//!
//! Fuel bounds it; without fuel, calls and loops are summed up as they are after loading.

use rustc_hash::FxHashMap;

use super::Solver;
use super::frame::{Delta, Frame, Go, Mark, Place};
use crate::instance::{Edge, How, Instance, Phase};
use crate::ir::{ExprId, FunId, Loop, VarIdx};
use crate::value::{InstId, LocId, Multi, SetId, Value, ValueId};

/// Evaluations in the course of one run of the global statements after which order is given up; more in a script with much text.
const FUEL: u64 = 20_000;
/// Runs of the global statements after which it is given up, too.
const MAX_LOADS: u32 = 16;
/// Rounds of a loop that are run one by one.
const MAX_ROUNDS: u32 = 512;
/// Calls in order on the stack.
const MAX_NESTING: u32 = 24;

/// What identifies a call in order: function, creator, call, caller, and the how-manieth of that caller.
pub(super) type Call = (FunId, InstId, ExprId, InstId, u32);

/// What a loop does next.
pub(super) enum Round {
    /// Runs its body with these variables.
    Run(Vec<(VarIdx, SetId)>),
    /// Ends.
    End,
    /// Nobody knows.
    Unknown,
}

impl Solver<'_> {
    /// Whether what stands here is run exactly once, in the order of the text, with fuel left.
    pub(super) fn in_order(&self, frame: &Frame) -> bool {
        let is_straight = frame.flow && frame.loops == 0 && self.loading && self.insts[0].running;
        let used = self.steps.saturating_sub(self.loading_since);
        let fuel = FUEL.max(self.program.exprs.len() as u64 / 2);
        let has_fuel = !self.is_coarse() && self.loads <= MAX_LOADS && used < fuel;
        // A little more work could have used up the rest.
        if is_straight && (!has_fuel || used > fuel / 10 * 9 || self.loads == MAX_LOADS) {
            self.ran_dry.set(true);
        }
        is_straight && has_fuel
    }

    /// Whether a call is one that can be run in order.
    pub(super) fn is_call_in_order(&self, frame: &Frame, how: &How, callees: SetId) -> bool {
        let passes_through = |name: &str| name.starts_with("__");
        self.in_order(frame)
            && how.phase == Phase::LoadC
            && !how.deferred
            && !how.protected
            && !how.unsure
            && how.via.iter().all(|via| passes_through(&via.name))
            && self.nesting < MAX_NESTING
            && self.is_one_function(callees)
    }

    fn is_one_function(&self, callees: SetId) -> bool {
        let mut functions = self.values.elems(callees).iter().filter(|elem| {
            !matches!(
                self.values.kind(elem.value()),
                Value::Nil | Value::Absent | Value::Unknown
            )
        });
        functions.next().is_some_and(|elem| !elem.unsure()) && functions.next().is_none()
    }

    /// Calls a function in order; `None` if it does not return.
    pub(super) fn call_in_order(
        &mut self,
        frame: &mut Frame,
        how: &How,
        (fun, env, value): (FunId, InstId, ValueId),
        args: &Multi,
    ) -> Option<Multi> {
        let count = frame.calls_in_order.entry(how.callee).or_insert(0);
        *count += 1;
        let call = (fun, env, how.callee, frame.env, *count);
        let inst = self.instance_in_order(call, frame.env);
        let n_params = self.program.fun(fun).n_params;
        let instance = &mut self.insts[inst.idx()];
        instance.params = vec![SetId::EMPTY; n_params];
        instance.varargs = Multi::default();
        instance.is_called = false;
        instance.results = None;
        self.add_arguments(inst, args, Some(frame));
        let edge = Edge {
            to: inst,
            how: how.clone(),
            value,
        };
        frame.edges.push(edge);
        self.listen_results(inst, frame);
        self.run(inst);
        self.pass_thrown(frame, inst);
        self.insts[inst.idx()].results.clone()
    }

    fn instance_in_order(&mut self, call: Call, caller: InstId) -> InstId {
        if let Some(&inst) = self.calls_in_order.get(&call) {
            return inst;
        }
        let inst = InstId(u32::try_from(self.insts.len()).expect("instances are bounded"));
        let depth = self.insts[caller.idx()].depth;
        let n_params = self.program.fun(call.0).n_params;
        let mut instance = Instance::new(call.0, call.1, Phase::LoadC, depth, n_params);
        instance.in_order = true;
        instance.within = caller;
        self.insts.push(instance);
        self.calls_in_order.insert(call, inst);
        inst
    }

    /// Before the body of a function that is called in order, or of a chunk.
    pub(super) fn start_function(&mut self, frame: &mut Frame) {
        let mark = self.mark(frame);
        frame.aim(Place::Return, mark);
    }

    /// Behind its body: what any of its returns leaves behind.
    pub(super) fn end_function(&mut self, frame: &mut Frame, go: Go) {
        let Some(target) = frame.targets.pop() else {
            return;
        };
        let mut arms = target.jumps;
        if arms.is_empty() {
            return;
        }
        let end = self.take(frame, target.mark);
        if go == Go::On || frame.returns_at_end {
            arms.push(end);
        }
        self.join(frame, &arms, u32::MAX);
    }

    /// Runs a loop round by round for as long as it is known whether there is one more. `None` as its end if that is not known, or if
    /// it takes too long; then the loop has to go on from here in any number of rounds.
    pub(super) fn rounds_in_order(
        &mut self,
        frame: &mut Frame,
        body: &Loop,
        mut next: impl FnMut(&mut Self, &mut Frame) -> Round,
    ) -> (Mark, Option<Go>) {
        let start = self.mark(frame);
        frame.aim(Place::LoopEnd, start);
        let mut round = 0;
        while round < MAX_ROUNDS && self.in_order(frame) {
            let row = match next(self, frame) {
                Round::Run(row) => row,
                Round::End => return (start, Some(Go::On)),
                Round::Unknown => break,
            };
            let outer = frame.env;
            if body.allocates {
                let key = self.values.id(Value::Num(f64::from(round).to_bits()));
                frame.env = self.round(outer, body.first_var, key);
            }
            for &(var, set) in &row {
                self.write_var(frame, var, set);
            }
            let go = self.block(frame, &body.body);
            frame.env = outer;
            if go == Go::Dead {
                return (start, Some(Go::Dead));
            }
            round += 1;
        }
        (start, None)
    }

    /// Goes on behind a loop that was run in order at first: also from every `break` of those rounds.
    pub(super) fn end_in_order(&mut self, frame: &mut Frame, start: Mark, go: Go) -> Go {
        let mut arms = frame
            .targets
            .pop()
            .map_or_else(Vec::new, |target| target.jumps);
        if arms.is_empty() {
            return go;
        }
        let end: Delta = self.take(frame, start);
        if go == Go::On {
            arms.push(end);
        }
        self.join(frame, &arms, u32::MAX);
        Go::On
    }

    /// After rounds in an order that nobody knows: what several of them stored in one place may be any of it.
    pub(super) fn blend(&mut self, frame: &mut Frame, deltas: &[Delta]) {
        let mut vars: FxHashMap<VarIdx, (SetId, u32)> = FxHashMap::default();
        let mut locs: FxHashMap<LocId, (SetId, u32)> = FxHashMap::default();
        for delta in deltas {
            for &(var, set) in &delta.vars {
                let entry = vars.entry(var).or_default();
                *entry = (self.values.union(entry.0, set), entry.1 + 1);
            }
            for &(loc, set) in &delta.flow {
                let entry = locs.entry(loc).or_default();
                *entry = (self.values.union(entry.0, set), entry.1 + 1);
            }
        }
        let several = |count: u32| count > 1;
        let mut vars: Vec<_> = vars.into_iter().collect();
        vars.sort_unstable();
        for (var, (set, count)) in vars {
            let old = frame.vars[var.idx()];
            if several(count) && set != old {
                frame.trail.push((var, old));
                frame.vars[var.idx()] = set;
            }
        }
        let mut locs: Vec<_> = locs.into_iter().collect();
        locs.sort_unstable();
        for (loc, (set, count)) in locs {
            if several(count) && self.flow.get(&loc) != Some(&set) {
                self.set_flow(loc, set);
            }
        }
    }
}
