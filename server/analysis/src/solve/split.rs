//! Records: where a variable holds one of several tables with functions of their own in them, what follows is run for each table by
//! itself, so that `job.kind` and `job.fn` are those of the same job.

use super::Solver;
use super::frame::{Frame, Go};
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, Stat, VarIdx};
use crate::value::{InstId, Multi, SetId, TableId, Value, ValueId};

/// Records of one variable that are told apart; of more of them, those that are alike are looked at together.
const MAX_RECORDS: usize = 8;
/// Past this many records, all are looked at together.
const MAX_GROUPED: usize = 512;
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
        let mut cases = Vec::new();
        for table in tables {
            let args = Multi {
                exprs: smallvec::smallvec![Some(list)],
                ..Multi::one(table)
            };
            let values = self.unpack(frame, &args);
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
        if frame.flow || self.probing || self.is_coarse() || frame.splits >= MAX_SPLITS {
            return None;
        }
        let tables: Vec<TableId> = self
            .values
            .kinds(set)
            .filter_map(|value| match value {
                Value::Table(table) => Some(table),
                _ => None,
            })
            .take(MAX_GROUPED + 1)
            .collect();
        if tables.len() < 2 || tables.len() > MAX_GROUPED {
            return None;
        }
        let mut contents: Vec<Vec<ValueId>> = Vec::new();
        for &table in &tables {
            contents.push(self.functions_in(frame, table));
        }
        if contents.iter().all(|functions| *functions == contents[0]) {
            return None;
        }
        let groups = match tables.len() > MAX_RECORDS {
            true => self.alike(frame, &tables)?,
            false => tables.iter().map(|&table| vec![table]).collect(),
        };
        let mut sets: Vec<SetId> = groups
            .iter()
            .map(|group| {
                let is_in = |value| matches!(value, Value::Table(table) if group.contains(&table));
                self.values.filter(set, is_in)
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

    /// Tables in groups: those of one group have the same constants and kinds of values in the fields that tell many of them apart,
    /// such as `thread` of `{ thread = "Processor", name = "play", f = f }`. `None` if there is no such field.
    fn alike(&mut self, frame: &Frame, tables: &[TableId]) -> Option<Vec<Vec<TableId>>> {
        let mut keys: Vec<ValueId> = Vec::new();
        for &table in tables {
            let fields = &self.heap.get(table).fields;
            let new = fields.iter().map(|&(key, _)| key);
            let new: Vec<_> = new.filter(|key| !keys.contains(key)).collect();
            keys.extend(new);
            if keys.len() > MAX_RECORDS * 2 {
                return None;
            }
        }
        self.steps += (keys.len() * tables.len()) as u64;
        let mut columns = Vec::new();
        for key in keys {
            let of_table = |&table: &TableId| self.traits_of(frame, table, key);
            let column: Vec<Vec<Value>> = tables.iter().map(of_table).collect();
            let mut kinds: Vec<_> = column.iter().collect();
            kinds.sort_by_cached_key(|traits| format!("{traits:?}"));
            kinds.dedup();
            if (2..=MAX_RECORDS).contains(&kinds.len()) {
                columns.push((kinds.len(), column));
            }
        }
        columns.sort_by_key(|&(n_kinds, _)| n_kinds);
        let mut group_of = vec![0; tables.len()];
        let mut n_groups = 1;
        for (_, column) in columns {
            let mut finer: Vec<(usize, &Vec<Value>)> = Vec::new();
            let both = group_of.iter().zip(&column);
            let numbers: Vec<usize> = both
                .map(|(&group, traits)| {
                    let known = finer.iter().position(|known| *known == (group, traits));
                    known.unwrap_or_else(|| {
                        finer.push((group, traits));
                        finer.len() - 1
                    })
                })
                .collect();
            if finer.len() > MAX_RECORDS {
                continue;
            }
            n_groups = finer.len();
            group_of = numbers;
        }
        if n_groups == 1 {
            return None;
        }
        let mut groups = vec![Vec::new(); n_groups];
        for (&table, group) in tables.iter().zip(group_of) {
            groups[group].push(table);
        }
        Some(groups)
    }

    /// What a field says about a table: a constant itself, of other values only that they are there.
    fn traits_of(&mut self, frame: &Frame, table: TableId, key: ValueId) -> Vec<Value> {
        let Some(loc) = self.heap.find_field(table, key) else {
            return vec![Value::Absent];
        };
        let set = self.read_whole(frame, loc);
        let of_value = |&elem: &crate::value::Elem| match self.values.kind(elem.value()) {
            Value::Str(_) | Value::Num(_) => self.values.get(elem.value()),
            kind @ (Value::Nil | Value::Absent | Value::True | Value::False | Value::Unknown) => {
                kind
            }
            _ => Value::Truthy,
        };
        let mut traits: Vec<Value> = self.values.elems(set).iter().map(of_value).collect();
        traits.dedup();
        traits
    }

    fn functions_in(&mut self, frame: &Frame, table: TableId) -> Vec<ValueId> {
        self.listen_shape(table, frame);
        let facts = self.heap.get(table);
        let mut locs: Vec<_> = facts.fields.iter().map(|&(_, loc)| loc).collect();
        locs.push(facts.array);
        let mut functions = Vec::new();
        for loc in locs {
            let set = self.read_whole(frame, loc);
            let callable =
                |id: &ValueId| matches!(self.values.kind(*id), Value::Fun(..) | Value::Builtin(_));
            let elems = self.values.elems(set).iter().map(|elem| elem.value());
            functions.extend(elems.filter(callable));
        }
        functions.sort_unstable();
        functions
    }
}
