//! Records: where a variable holds one of several tables with functions of their own in them, what follows is run for each table by
//! itself, so that `job.kind` and `job.fn` are those of the same job.

use super::Solver;
use super::frame::{Frame, Go};
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, Stat, VarIdx};
use crate::value::{InstId, Multi, SetId, TableId, Value, ValueId};

/// Records of one variable that are told apart; more of them are looked at together.
const MAX_RECORDS: usize = 8;
/// Splits inside each other in one function.
const MAX_SPLITS: u32 = 2;

/// What variables hold in one of the cases.
pub(super) type Case = Vec<(VarIdx, SetId)>;

impl Solver<'_> {
    /// The records that one of the variables may hold, if there are several.
    pub(super) fn cases(
        &mut self,
        frame: &Frame,
        vars: impl IntoIterator<Item = VarIdx>,
    ) -> Option<Vec<Case>> {
        for var in vars {
            if let Some(sets) = self.records(frame, frame.vars[var.idx()]) {
                return Some(sets.into_iter().map(|set| vec![(var, set)]).collect());
            }
        }
        None
    }

    /// What `local kind, call = table.unpack(job)` declares for each job, if there are several.
    pub(super) fn unpacked(&mut self, frame: &mut Frame, stat: &Stat) -> Option<Vec<Case>> {
        let program = self.program;
        let Stat::Local(vars, exprs) = stat else {
            return None;
        };
        let (&[expr], true) = (exprs.as_slice(), vars.len() > 1) else {
            return None;
        };
        let ExprKind::Call { callee, args } = &program.expr(expr).kind else {
            return None;
        };
        let &[list] = args.as_slice() else {
            return None;
        };
        if frame.flow || !self.is_unpack(frame, *callee) {
            return None;
        }
        let set = self.expr(frame, list);
        let tables = self.records(frame, set)?;
        let how = self.how(frame, expr, *callee);
        let mut cases = Vec::new();
        for table in tables {
            let args = Multi {
                exprs: smallvec::smallvec![Some(list)],
                ..Multi::one(table)
            };
            let values = self.unpack(frame, &how, &args);
            let mut case = Vec::new();
            for (position, &var) in vars.iter().enumerate() {
                case.push((var, values.get(position, &mut self.values)));
            }
            cases.push(case);
        }
        Some(cases)
    }

    fn is_unpack(&mut self, frame: &mut Frame, callee: ExprId) -> bool {
        let name = match &self.program.expr(callee).kind {
            ExprKind::Global(name) => *name,
            ExprKind::Index { key, .. } => match self.program.expr(*key).kind {
                ExprKind::Str(name) => name,
                _ => return false,
            },
            ExprKind::Upvalue(..) | ExprKind::Local(_) => {
                let set = self.expr(frame, callee);
                return self.is_unpack_value(set);
            }
            _ => return false,
        };
        if self.names.text(name) != "unpack" {
            return false;
        }
        let set = self.expr(frame, callee);
        self.is_unpack_value(set)
    }

    fn is_unpack_value(&self, set: SetId) -> bool {
        matches!(self.values.single_kind(set), Some(Value::Builtin(id)) if self.builtins.get(id).special == Special::Unpack)
    }

    /// Runs the rest of a block for each case of what was declared last.
    pub(super) fn rest_apart(&mut self, frame: &mut Frame, cases: Vec<Case>, rest: &[Stat]) -> Go {
        let vars = cases.iter().flatten().map(|&(var, _)| var.0);
        let first_var = vars.min().unwrap_or_default();
        self.each_case(frame, first_var, cases, |solver, frame| {
            solver.stats(frame, rest)
        })
    }

    /// Runs what follows for each case, in which variables from `first_var` on are declared, and goes on behind it with what any of them leaves.
    pub(super) fn each_case(
        &mut self,
        frame: &mut Frame,
        first_var: u32,
        cases: Vec<Case>,
        mut run: impl FnMut(&mut Self, &mut Frame) -> Go,
    ) -> Go {
        frame.splits += 1;
        let start = self.mark(frame);
        let outer = frame.env;
        let mut deltas = Vec::new();
        for case in cases {
            frame.env = self.own_variables(frame, first_var, &case);
            for &(var, set) in &case {
                self.write_var(frame, var, set);
            }
            if run(self, frame) == Go::On {
                deltas.push(self.changes(frame, start));
            }
            frame.env = outer;
            self.take(frame, start);
        }
        frame.splits -= 1;
        if deltas.is_empty() {
            return Go::Dead;
        }
        self.join(frame, &deltas, u32::MAX);
        Go::On
    }

    /// Functions made in a case see its variables, as those of one round of a loop do, and functions called in it are told apart.
    fn own_variables(&mut self, frame: &Frame, first_var: u32, case: &Case) -> InstId {
        let first = case.iter().map(|&(_, set)| set).find(|set| !set.is_empty());
        let Some(first) = first else {
            return frame.env;
        };
        // What is the same value here tells rounds apart.
        let sole = self.values.sole(first);
        let key = sole.unwrap_or_else(|| self.values.elems(first)[0].value());
        let inner = self.round(frame.env, first_var, key);
        let vars = &self.program.fun(frame.fun).vars;
        for (idx, info) in vars.iter().enumerate().skip(first_var as usize) {
            let set = frame.vars[idx];
            if info.captured && !set.is_empty() && case.iter().all(|own| own.0.idx() != idx) {
                let var = VarIdx(u32::try_from(idx).expect("few variables"));
                let loc = self.slot(inner, var);
                self.write_weak(loc, set);
            }
        }
        inner
    }

    /// The values of a set one by one, if they are several tables that differ in the functions they hold; what else it holds is one more.
    fn records(&mut self, frame: &Frame, set: SetId) -> Option<Vec<SetId>> {
        if frame.flow || self.probing || frame.splits >= MAX_SPLITS {
            return None;
        }
        let tables: Vec<TableId> = self
            .values
            .kinds(set)
            .filter_map(|value| match value {
                Value::Table(table) => Some(table),
                _ => None,
            })
            .take(MAX_RECORDS + 1)
            .collect();
        if tables.len() < 2 || tables.len() > MAX_RECORDS {
            return None;
        }
        let mut contents: Vec<Vec<ValueId>> = Vec::new();
        for &table in &tables {
            contents.push(self.functions_in(frame, table));
        }
        if contents.iter().all(|functions| *functions == contents[0]) {
            return None;
        }
        let mut sets: Vec<SetId> = tables
            .iter()
            .map(|&table| {
                self.values
                    .filter(set, |value| value == Value::Table(table))
            })
            .collect();
        let others = self
            .values
            .filter(set, |value| !matches!(value, Value::Table(_)));
        if !others.is_empty() {
            sets.push(others);
        }
        Some(sets)
    }

    fn functions_in(&mut self, frame: &Frame, table: TableId) -> Vec<ValueId> {
        self.listen_shape(table, frame.inst);
        let facts = self.heap.get(table);
        let mut locs: Vec<_> = facts.fields.iter().map(|&(_, loc)| loc).collect();
        locs.push(facts.array);
        let mut functions = Vec::new();
        for loc in locs {
            let set = self.read_loc(frame, loc);
            let callable =
                |id: &ValueId| matches!(self.values.kind(*id), Value::Fun(..) | Value::Builtin(_));
            let elems = self.values.elems(set).iter().map(|elem| elem.value());
            functions.extend(elems.filter(callable));
        }
        functions.sort_unstable();
        functions
    }
}
