//! Calls that are alike: they pass the same to one function, so that it does the same and gives the same, wherever they stand. One
//! instance is enough for them, if none of the tables and functions that it makes leaves it: else those of different calls would be one.

use smallvec::SmallVec;

use super::wake::News;
use super::{Context, Solver};
use crate::instance::Phase;
use crate::ir::FunId;
use crate::value::{InstId, Multi, SetId, Traits, Value};

/// What makes calls alike: function, creator, phase, and what is passed.
pub(super) type Call = (FunId, InstId, Phase, SmallVec<[SetId; 4]>);

impl Solver<'_> {
    /// A call as others may be like it.
    pub(super) fn call_of(&mut self, context: Context, args: &Multi) -> Option<Call> {
        let (fun, env, phase, _) = context;
        let facts = self.program.fun(fun);
        if facts.is_vararg || self.open_funs.contains(&fun) {
            return None;
        }
        let mut passed = SmallVec::new();
        for position in 0..facts.n_params {
            let arg = args.get(position, &mut self.values);
            // Where a function came from is known for each call, and what a table of one run holds then.
            if self.values.has_function(arg) || !self.tables_of(arg).is_empty() {
                return None;
            }
            passed.push(arg);
        }
        Some((fun, env, phase, passed))
    }

    /// The instance of calls that are like this one, if there is one for it to share.
    pub(super) fn instance_alike(&mut self, context: Context, call: &Call) -> Option<InstId> {
        if let Some(&inst) = self.contexts.get(&context)
            && (!self.insts[inst.idx()].is_common || self.can_share(inst, call))
        {
            return Some(inst);
        }
        self.contexts.remove(&context);
        let &inst = self.alike.get(call)?;
        if !self.can_share(inst, call) {
            return None;
        }
        self.insts[inst.idx()].is_common = true;
        self.contexts.insert(context, inst);
        Some(inst)
    }

    fn can_share(&self, inst: InstId, call: &Call) -> bool {
        let instance = &self.insts[inst.idx()];
        instance.params[..] == call.3[..]
            && instance.versioned.is_none()
            && !instance.is_shared
            && !(self.loading && instance.dirty)
    }

    /// What a function gives or throws is out of it.
    pub(super) fn let_out_results(&mut self, inst: InstId) {
        let instance = &self.insts[inst.idx()];
        let mut sets: SmallVec<[SetId; 4]> = smallvec::smallvec![instance.thrown];
        if let Some(results) = &instance.results {
            sets.extend(results.items.iter().copied());
            sets.push(results.rest);
        }
        for set in sets {
            if self.values.has(set, Traits::TABLE.and(Traits::FUNCTION)) {
                self.open_makers(set, |solver, maker| solver.belongs_to(maker, inst));
            }
        }
    }

    /// What belongs to an instance holds these values from here on.
    pub(super) fn let_out(&mut self, set: SetId, owner: InstId) {
        let may_leave = self.values.has(set, Traits::TABLE.and(Traits::FUNCTION));
        if may_leave && self.let_out.insert((set, owner)) {
            self.open_makers(set, |solver, maker| !solver.belongs_to(owner, maker));
        }
    }

    /// The functions that made these values let them out, as far as `is_left` says so of their instances.
    fn open_makers(&mut self, set: SetId, is_left: impl Fn(&Self, InstId) -> bool) {
        let mut makers: SmallVec<[InstId; 4]> = SmallVec::new();
        for value in self.values.kinds(set) {
            let maker = match value {
                Value::Fun(_, env) => env,
                Value::Table(table) => self.heap.get(table).creator,
                _ => continue,
            };
            if !makers.contains(&maker) {
                makers.push(maker);
            }
        }
        while let Some(maker) = makers.pop() {
            if maker == InstId::NONE || !is_left(self, maker) {
                continue;
            }
            let instance = &self.insts[maker.idx()];
            let fun = instance.fun;
            makers.extend([instance.env, instance.within]);
            if self.open_funs.insert(fun) {
                self.part(fun);
            }
        }
    }

    /// Whether an instance is part of a run of another one, or of what that one made.
    fn belongs_to(&self, inst: InstId, outer: InstId) -> bool {
        if inst == outer {
            return true;
        }
        // Who made an instance is older than it.
        if inst == InstId::NONE || inst < outer {
            return false;
        }
        let instance = &self.insts[inst.idx()];
        self.belongs_to(instance.within, outer)
            || instance.env != instance.within && self.belongs_to(instance.env, outer)
    }

    /// Calls of a function that share instances are to part: each gets one of its own when it runs again.
    fn part(&mut self, fun: FunId) {
        let insts = &self.insts;
        let is_shared = |inst: InstId| insts[inst.idx()].fun == fun && insts[inst.idx()].is_common;
        self.contexts.retain(|_, inst| !is_shared(*inst));
        for idx in 0..self.insts.len() {
            let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
            if self.insts[idx].fun == fun && self.insts[idx].is_common {
                self.wake_callers(inst, News::Fact);
            }
        }
    }
}
