//! What loops go through: one row for each known key or count, so that a body sees each with its own values.

use smallvec::{SmallVec, smallvec};

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use super::loops::{MAX_UNROLLED, Order};
use crate::builtins::Special;
use crate::ir::{ExprId, ExprKind, Loop};
use crate::origin::Relation;
use crate::value::{Multi, SetId, TableId, Value};

/// What the variables of a loop hold in one round.
pub(super) type Row = SmallVec<[SetId; 2]>;

/// Rows of a loop that are told apart in the course of loading.
const MAX_COUNT: usize = 512;
/// Fields of a list whose items are counted.
const MAX_COUNTED: usize = 12;
/// Counts that a loop is run with one by one if it makes no functions or tables.
const MAX_PLAIN_ROWS: usize = 6;

impl Solver<'_> {
    /// The bindings of `for k, v in pairs(t)`; `None` if the iterator is not one we know.
    pub(super) fn iterations(
        &mut self,
        frame: &mut Frame,
        iterator: SetId,
        (state, control): (SetId, SetId),
    ) -> Option<Vec<Row>> {
        let Some(Value::Builtin(builtin)) = self.values.single(iterator) else {
            return None;
        };
        let special = self.builtins.get(builtin).special;
        let mut all = Vec::new();
        for (value, _) in self.values.list(state) {
            let one = self.values.one(value);
            match (special, value) {
                (Special::Next, _) => all.extend(self.rows(frame, one)?),
                (Special::Ipairs, Value::Table(_)) => {
                    let rows = self.rows(frame, one)?;
                    all.extend(
                        rows.into_iter()
                            .filter(|row| self.values.values(row[0]).any(is_number_or_any)),
                    );
                }
                (Special::Gmatch, _) => all.extend(self.gmatch_rows(one, control)?),
                (Special::Ipairs, _) => all.extend(self.rows(frame, one)?),
                _ => return None,
            }
        }
        Some(all)
    }

    /// The values of a counting variable between constants.
    pub(super) fn counts(&mut self, bounds: &Multi) -> Option<Vec<SetId>> {
        let is_number = |set: &SetId| {
            let mut kinds = self.values.kinds(*set);
            kinds.all(|kind| matches!(kind, Value::Num(_)))
        };
        if !bounds.items.iter().all(is_number) {
            return None;
        }
        let mut numbers = Vec::new();
        for &set in &bounds.items {
            match self.values.single(set)? {
                Value::Num(bits) => numbers.push(f64::from_bits(bits)),
                _ => return None,
            }
        }
        self.count(
            *numbers.first()?,
            *numbers.get(1)?,
            numbers.get(2).copied(),
            MAX_COUNT,
        )
    }

    fn count(
        &mut self,
        first: f64,
        last: f64,
        step: Option<f64>,
        most: usize,
    ) -> Option<Vec<SetId>> {
        let step = step.unwrap_or(1.0);
        let mut rows = Vec::new();
        let mut at = first;
        while step != 0.0 && (last - at) * step >= 0.0 {
            if rows.len() == most {
                return None;
            }
            rows.push(self.number(at));
            at += step;
        }
        Some(rows)
    }

    /// The values of a counting variable: each number of a short loop, any number of another one.
    pub(super) fn counted(
        &mut self,
        frame: &mut Frame,
        bounds: &[ExprId],
        sets: &Multi,
        body: &Loop,
    ) -> Vec<SetId> {
        let any = vec![self.sets.index];
        if frame.loops > 0 || sets.items.len() < 2 || self.is_coarse() {
            return match self.never_runs(sets) {
                true => Vec::new(),
                false => any,
            };
        }
        let most = if body.allocates {
            MAX_UNROLLED
        } else {
            MAX_PLAIN_ROWS
        };
        let number = |solver: &Self, position: usize| match solver
            .values
            .single(*sets.items.get(position)?)?
        {
            Value::Num(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        // Which number the first one is, nobody looks at if it is not needed.
        let last = number(self, 1).or_else(|| self.length(frame, bounds[1]));
        let Some((first, last)) = last.and_then(|last| Some((number(self, 0)?, last))) else {
            return any;
        };
        let step = (sets.items.len() > 2).then(|| number(self, 2).unwrap_or(0.0));
        // Without a round only if all bounds are written out.
        let is_sure = step != Some(0.0) && number(self, 1).is_some();
        match self.count(first, last, step, most) {
            Some(rows) if is_sure || !rows.is_empty() => rows,
            _ => any,
        }
    }

    /// Whether a loop that counts up starts past its end.
    fn never_runs(&self, bounds: &Multi) -> bool {
        let &[first, last] = bounds.items.as_slice() else {
            return false;
        };
        match (self.values.sole(first), self.values.sole(last)) {
            (Some(first), Some(last)) => {
                self.values.compare(Relation::LessOrEqual, first, last) == Some(false)
            }
            _ => false,
        }
    }

    /// Keys and values of a table as it is now, in the course of loading; `None` if they are not known for certain.
    pub(super) fn rows_in_order(
        &mut self,
        frame: &mut Frame,
        iterator: SetId,
        (state, control): (SetId, SetId),
    ) -> Option<(Vec<Row>, Order)> {
        let Value::Builtin(builtin) = self.values.single(iterator)? else {
            return None;
        };
        let special = self.builtins.get(builtin).special;
        if special == Special::Gmatch {
            return Some((self.gmatch_rows(state, control)?, Order::Given));
        }
        let Value::Table(table) = self.values.single(state)? else {
            return None;
        };
        let (rows, order) = match special {
            Special::Next => (self.fields_in_order(frame, table)?, Order::Any),
            Special::Ipairs => {
                let items = self.items_in_order(frame, table)?.into_iter();
                let key = |position| Value::Num(as_number(position + 1).to_bits());
                let items = items.enumerate();
                let items = items.map(|(position, set)| (key(position), set));
                (items.collect(), Order::Given)
            }
            _ => return None,
        };
        if rows.len() > MAX_COUNT {
            return None;
        }
        let rows = rows.into_iter();
        let rows = rows.map(|(key, set)| smallvec![self.values.one(key), set]);
        Some((rows.collect(), order))
    }

    /// Whether the keys of a table are known at this point of loading; its fields may still be uncertain.
    pub(super) fn has_known_keys(&mut self, frame: &Frame, table: TableId) -> bool {
        let facts = self.heap.get(table);
        if !frame.flow || !facts.singleton || facts.open || facts.lib.is_some() {
            return false;
        }
        let (array, star) = (facts.array, facts.star);
        self.listen_shape(table, frame);
        [array, star].into_iter().all(|loc| {
            let set = self.read_loc(frame, loc);
            self.values.single(set) == Some(Value::Absent)
        })
    }

    /// What a table holds at this point of loading, if every field is known: each is there for certain.
    fn fields_in_order(&mut self, frame: &Frame, table: TableId) -> Option<Vec<(Value, SetId)>> {
        if !self.has_known_keys(frame, table) {
            return None;
        }
        let fields = self.heap.get(table).fields.clone();
        self.steps += fields.len() as u64;
        let mut known = Vec::new();
        for (key, loc) in fields {
            let set = self.read_loc(frame, loc);
            let there = self.values.not_nil(set);
            if there.is_empty() {
                continue;
            }
            if there != set {
                return None;
            }
            known.push((self.values.get(key), set));
        }
        Some(known)
    }

    /// `#t` of a list that was written out and that nothing is added to.
    fn length(&mut self, frame: &mut Frame, expr: ExprId) -> Option<f64> {
        let program = self.program;
        let ExprKind::Operation(operator, operands) = &program.expr(expr).kind else {
            return None;
        };
        if operator.event != "__len" {
            return None;
        }
        let list = self.expr(frame, *operands.first()?);
        let Value::Table(table) = self.values.single(list)? else {
            return None;
        };
        let rows = self.rows(frame, list)?;
        let mut count = 0.0;
        for row in &rows {
            match self.values.single(row[0])? {
                Value::Num(bits) if f64::from_bits(bits) >= 1.0 => count += 1.0,
                Value::Str(_) => {}
                _ => return None,
            }
        }
        let no_meta = self.metatables(frame, table).is_empty();
        no_meta.then_some(count)
    }

    /// `#t` of a short list of which every item is there for certain and nothing else is.
    pub(super) fn exact_length(&mut self, frame: &Frame, list: SetId) -> Option<usize> {
        let Value::Table(table) = self.values.single_kind(list)? else {
            return None;
        };
        let table = self.heap.present(table);
        let facts = self.heap.get(table);
        let (array, star, meta) = (facts.array, facts.star, facts.meta);
        let is_long = facts.summary.is_some() || facts.fields.len() > MAX_COUNTED;
        // To an empty one, something may be added that was not seen yet.
        if is_long || facts.lib.is_some() || !self.has_positions(table) {
            return None;
        }
        let fields = facts.fields.clone();
        self.listen_shape(table, frame);
        for loc in [array, star, meta] {
            let set = self.read_loc(frame, loc);
            // A nil at a position that is not known takes away one of the items.
            if !self.values.there(set).is_empty() {
                return None;
            }
        }
        if !self.is_private(frame, table) {
            return None;
        }
        let mut positions = Vec::new();
        for (key, loc) in fields {
            if !matches!(self.values.kind(key), Value::Num(_)) {
                continue;
            }
            let set = self.read_loc(frame, loc);
            let there = self.values.not_nil(set);
            if there.is_empty() {
                continue;
            }
            match self.values.get(key) {
                Value::Num(bits) if there == set => positions.push(f64::from_bits(bits)),
                _ => return None,
            }
        }
        positions.sort_by(f64::total_cmp);
        let is_list = (positions.iter().enumerate())
            .all(|(position, &found)| found == as_number(position + 1));
        is_list.then_some(positions.len())
    }

    /// Keys and values of a table, one row for each constant key.
    pub(super) fn rows(&mut self, frame: &mut Frame, tables: SetId) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        for (value, _) in self.bases(tables) {
            match value {
                Value::Table(table) => self.rows_of(frame, table, &mut rows),
                Value::Hosts(class) => rows.push(smallvec![
                    self.sets.index,
                    self.values.one(Value::Host(class))
                ]),
                Value::Nil | Value::Absent => {}
                _ => rows.push(smallvec![self.sets.truthy, self.sets.unknown]),
            }
        }
        Some(rows)
    }

    fn rows_of(&mut self, frame: &mut Frame, table: TableId, rows: &mut Vec<Row>) {
        self.listen_shape(table, frame);
        self.ask(frame, table, None);
        self.know_own(frame, table, None);
        if let Some(summary) = self.summary(table) {
            let set = self.read_loc(frame, summary);
            let set = self.values.not_nil(set);
            rows.push(smallvec![self.sets.truthy, set]);
        }
        let fields = match self.heap.get(table).summary {
            Some(_) => Vec::new(),
            None => self.heap.get(table).fields.clone(),
        };
        self.steps += fields.len() as u64;
        let (array, star) = (self.heap.get(table).array, self.heap.get(table).star);
        for (key, loc) in fields {
            let set = self.read_loc(frame, loc);
            let set = self.values.not_nil(set);
            if !set.is_empty() {
                let key = self.values.get(key);
                rows.push(smallvec![self.values.one(key), set]);
            }
        }
        // What the language or HALion put there is not told apart: `pairs(EventType)`.
        if self.heap.get(table).open || self.heap.get(table).lib.is_some() {
            rows.push(smallvec![self.sets.truthy, self.sets.unknown]);
        }
        for (loc, key) in [(array, self.sets.index), (star, self.sets.truthy)] {
            let set = self.read_loc(frame, loc);
            let set = self.values.not_nil(set);
            if !set.is_empty() {
                rows.push(smallvec![key, set]);
            }
        }
    }
}

/// Whether a key may be a number.
fn is_number_or_any(key: Value) -> bool {
    matches!(
        key,
        Value::Num(_) | Value::Index | Value::Number | Value::Truthy
    )
}
