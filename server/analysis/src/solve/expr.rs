//! Evaluating expressions. The empty set means that control does not get past the expression.

use smallvec::SmallVec;

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use crate::free_literals::is_text;
use crate::heap::{Key, Kin, key_of};
use crate::instance::{How, Phase};
use crate::ir::{ExprId, ExprKind, Item, Operator};
use crate::origin::Relation;
use crate::value::{Multi, SetId, Value};

/// Numbers in a list with more items than this are data: some number at some position.
const LONG_LIST: usize = 64;

impl Solver<'_> {
    /// All values of an expression: several for a call or `...`.
    pub(super) fn multi(&mut self, frame: &mut Frame, expr: ExprId) -> Option<Multi> {
        let program = self.program;
        match &program.expr(expr).kind {
            ExprKind::Call { callee, args } => self.call(frame, expr, *callee, args),
            ExprKind::Method {
                receiver,
                name,
                args,
                ..
            } => self.method_call(frame, expr, *receiver, *name, args),
            ExprKind::Vararg => {
                let varargs = &self.insts[frame.inst.idx()].varargs;
                let count = varargs.items.len();
                Some(Multi {
                    exprs: smallvec::smallvec![Some(expr); count],
                    ..varargs.clone()
                })
            }
            _ => {
                let set = self.expr(frame, expr);
                if set.is_empty() {
                    None
                } else {
                    Some(Multi {
                        exprs: smallvec::smallvec![Some(expr)],
                        ..Multi::one(set)
                    })
                }
            }
        }
    }

    /// The value of an expression.
    pub(super) fn expr(&mut self, frame: &mut Frame, expr: ExprId) -> SetId {
        self.steps += 1;
        let program = self.program;
        match &program.expr(expr).kind {
            ExprKind::Nil => self.sets.nil,
            ExprKind::Bool(yes) => {
                if *yes {
                    self.sets.yes
                } else {
                    self.sets.no
                }
            }
            ExprKind::Num(number) => self.values.literal(expr, Value::Num(number.to_bits())),
            ExprKind::Str(name) if is_text(self.names.text(*name)) => {
                self.values.literal(expr, Value::Str(*name))
            }
            ExprKind::Str(name) => self.values.one(Value::Str(*name)),
            ExprKind::Fun(fun) => self.values.one(Value::Fun(*fun, frame.env)),
            ExprKind::Local(var) => {
                let set = self.read_var(frame, *var);
                if !set.is_empty() {
                    return set;
                }
                let mut items = program.fun(frame.fun).items.iter();
                match items.find(|item| item.0 == *var) {
                    Some(&(_, item)) => self.expr(frame, item),
                    // A variable whose initialiser control never got past.
                    None => self.sets.unknown,
                }
            }
            ExprKind::Upvalue(levels, var) => {
                let set = match frame.narrowed(*levels, *var) {
                    Some(own) => frame.vars[own.idx()],
                    None => self.read_upvalue(frame, *levels, *var),
                };
                if set.is_empty() {
                    self.sets.unknown
                } else {
                    set
                }
            }
            ExprKind::Global(name) => {
                let how = self.how(frame, expr, expr);
                self.read_global(frame, &how, *name)
            }
            ExprKind::Index { base, key, .. } => {
                let base = self.expr(frame, *base);
                let key = self.expr(frame, *key);
                if base.is_empty() || key.is_empty() {
                    return SetId::EMPTY;
                }
                let how = self.how(frame, expr, expr);
                self.read_index(frame, &how, base, key)
            }
            ExprKind::Call { .. } | ExprKind::Method { .. } | ExprKind::Vararg => {
                match self.multi(frame, expr) {
                    Some(values) => values.get(0, &mut self.values),
                    None => SetId::EMPTY,
                }
            }
            ExprKind::Table(items) => self.table(frame, expr, items),
            ExprKind::And(terms) => self.and_or(frame, terms, true),
            ExprKind::Or(terms) => self.and_or(frame, terms, false),
            ExprKind::Not(inner) => {
                let set = self.expr(frame, *inner);
                if set.is_empty() {
                    return set;
                }
                self.truth(self.values.can_be_false(set), self.values.can_be_true(set))
            }
            ExprKind::Equal(left, right, negated) => {
                let left_set = self.expr(frame, *left);
                let right_set = self.expr(frame, *right);
                if left_set.is_empty() || right_set.is_empty() {
                    return SetId::EMPTY;
                }
                let (same, differ) = self.compare(left_set, right_set);
                self.operator(frame, expr, "__eq", &[left_set, right_set]);
                if *negated {
                    self.truth(differ, same)
                } else {
                    self.truth(same, differ)
                }
            }
            ExprKind::Operation(operator, operands) => {
                self.operation(frame, expr, *operator, operands)
            }
            ExprKind::Paren(inner) => self.expr(frame, *inner),
            ExprKind::Unknown => self.sets.unknown,
        }
    }

    pub(super) fn truth(&self, yes: bool, no: bool) -> SetId {
        match (yes, no) {
            (true, true) => self.sets.boolean,
            (true, false) => self.sets.yes,
            (false, true) => self.sets.no,
            (false, false) => SetId::EMPTY,
        }
    }

    fn and_or(&mut self, frame: &mut Frame, terms: &[ExprId], and: bool) -> SetId {
        let (before, doubts) = (frame.trail.len(), frame.doubts);
        let result = self.terms(frame, terms, and);
        frame.doubts = doubts;
        // What a term says about variables holds for the terms behind it.
        while frame.trail.len() > before {
            if let Some((var, old)) = frame.trail.pop() {
                frame.vars[var.idx()] = old;
            }
        }
        result
    }

    fn terms(&mut self, frame: &mut Frame, terms: &[ExprId], and: bool) -> SetId {
        let mut result = SetId::EMPTY;
        let mut is_certain = true;
        for (position, &term) in terms.iter().enumerate() {
            let moment = self.moment(frame);
            let set = self.expr(frame, term);
            if !is_certain {
                self.perhaps(frame, moment);
            }
            if position + 1 == terms.len() {
                return self.values.union(result, set);
            }
            frame.doubts += u32::from(self.is_doubtful(frame, term, set));
            let goes_on = if and {
                self.values.can_be_true(set)
            } else {
                self.values.can_be_false(set)
            };
            // What stops the chain is the result; of a value that may be either, both.
            let stops = self.values.filter(set, |value| match value {
                Value::Nil | Value::False | Value::Absent => and,
                Value::Unknown => true,
                _ => !and,
            });
            result = self.values.union(result, stops);
            is_certain &= stops.is_empty();
            if !goes_on {
                return result;
            }
            self.refine(frame, term, and);
        }
        result
    }

    /// Whether two values can be the same, and whether they can differ.
    pub(super) fn compare(&self, left: SetId, right: SetId) -> (bool, bool) {
        let (mut same, mut differ) = (false, false);
        let has_equal = self.names.find("__eq").is_some();
        for left in self.values.elems(left) {
            for right in self.values.elems(right) {
                if same && differ {
                    return (true, true);
                }
                let (left, right) = (left.value(), right.value());
                let kind = |id| match self.values.kind(id) {
                    Value::Absent => Value::Nil,
                    kind => kind,
                };
                match (kind(left), kind(right)) {
                    (Value::Unknown | Value::AnyFunction, _)
                    | (_, Value::Unknown | Value::AnyFunction) => (same, differ) = (true, true),
                    (one, other) if may_be_equal(one, other) => (same, differ) = (true, true),
                    (Value::Num(_), Value::Num(_)) | (Value::Str(_), Value::Str(_)) => {
                        let is_same = self.values.compare(Relation::Equal, left, right);
                        let is_same = is_same
                            .unwrap_or_else(|| self.values.get(left) == self.values.get(right));
                        (same, differ) = (same || is_same, differ || !is_same);
                    }
                    // Tables of other constructors are others; one that was made once is itself.
                    (Value::Table(a), Value::Table(b)) if !has_equal => {
                        let is_same = self.heap.present(a) == self.heap.present(b);
                        let is_one = self.heap.get(a).singleton;
                        (same, differ) = (same || is_same, differ || !(is_same && is_one));
                    }
                    (
                        a @ (Value::Table(_) | Value::Fun(..) | Value::Host(_) | Value::Hosts(_)),
                        b,
                    ) if a == b => (same, differ) = (true, true),
                    (Value::Host(_), Value::Host(_)) | (Value::Table(_), Value::Table(_)) => {
                        (same, differ) = (true, true)
                    }
                    (a, b) if a == b => same = true,
                    _ => differ = true,
                }
            }
        }
        (same, differ)
    }

    fn operation(
        &mut self,
        frame: &mut Frame,
        expr: ExprId,
        operator: Operator,
        operands: &[ExprId],
    ) -> SetId {
        let mut sets: SmallVec<[SetId; 2]> = SmallVec::new();
        for &operand in operands {
            let set = self.expr(frame, operand);
            if set.is_empty() {
                return set;
            }
            sets.push(set);
        }
        let from_meta = if operator.is_greater {
            self.operator(frame, expr, operator.event, &[sets[1], sets[0]])
        } else {
            self.operator(frame, expr, operator.event, &sets)
        };
        // Nothing is made of nil or a boolean without a metamethod.
        for set in &mut sets {
            let counting = self.values.filter(*set, |value| {
                !matches!(
                    value,
                    Value::Nil | Value::Absent | Value::True | Value::False
                )
            });
            if !counting.is_empty() {
                *set = counting;
            }
        }
        let folded = self.fold(expr, operator, &sets);
        let plain = match (operator.event, folded) {
            (_, Some(set)) => set,
            ("__len", _) => match self.length_in_order(frame, sets[0]) {
                Some(length) => length,
                None => match self.exact_length(frame, sets[0]) {
                    Some(length) => self.number(as_number(length)),
                    None => self.sets.index,
                },
            },
            ("__lt" | "__le", _) => self.sets.boolean,
            ("__concat", _) => self.concat_texts(frame, &sets).unwrap_or(self.sets.text),
            _ => {
                let counted = |value| matches!(value, Value::Num(_) | Value::Index);
                if sets.iter().all(|&set| self.values.kinds(set).all(counted)) {
                    self.sets.index
                } else {
                    self.sets.number
                }
            }
        };
        self.values.union(plain, from_meta)
    }

    fn table(&mut self, frame: &mut Frame, expr: ExprId, items: &[Item]) -> SetId {
        let single = frame.flow && frame.loops == 0;
        let (table, is_new) = self.heap.table_at(expr, frame.env, single);
        self.note_fresh(frame, table);
        self.make_own(frame, table, is_new);
        let mut position = 0u32;
        let is_long = items.len() > LONG_LIST;
        let mut has_data = false;
        for (idx, item) in items.iter().enumerate() {
            match item {
                Item::Positional(value) if is_long && self.is_number(*value) => {
                    position += 1;
                    has_data = true;
                }
                Item::Positional(value) if idx + 1 == items.len() => {
                    let Some(values) = self.multi(frame, *value) else {
                        return SetId::EMPTY;
                    };
                    for &set in &values.items {
                        position += 1;
                        self.item(
                            frame,
                            table,
                            Value::Num(f64::from(position).to_bits()),
                            set,
                            *value,
                        );
                    }
                    if !values.rest.is_empty() {
                        self.item(frame, table, Value::Index, values.rest, *value);
                    }
                }
                Item::Positional(value) => {
                    let set = self.expr(frame, *value);
                    position += 1;
                    self.item(
                        frame,
                        table,
                        Value::Num(f64::from(position).to_bits()),
                        set,
                        *value,
                    );
                }
                Item::Keyed(key, value) => {
                    let keys = self.expr(frame, *key);
                    let set = self.expr(frame, *value);
                    let only = self.values.count(keys) == 1;
                    for (key, _) in self.values.list(keys) {
                        if only {
                            self.item(frame, table, key, set, *value);
                        } else if let Some(key) = key_of(key, &mut self.values) {
                            self.write_field(frame, table, key, set, false, Some(*value));
                        }
                    }
                }
            }
        }
        if has_data {
            let truthy = self.sets.truthy;
            self.write_field(frame, table, Key::Array, truthy, false, None);
        }
        self.values.one(Value::Table(table))
    }

    fn is_number(&self, expr: ExprId) -> bool {
        match &self.program.expr(expr).kind {
            ExprKind::Num(_) => true,
            ExprKind::Operation(operator, operands) => {
                operator.event == "__unm" && operands.iter().all(|&inner| self.is_number(inner))
            }
            _ => false,
        }
    }

    /// A field that every such table has from the start.
    fn item(
        &mut self,
        frame: &mut Frame,
        table: crate::value::TableId,
        key: Value,
        set: SetId,
        from: ExprId,
    ) {
        let Some(key) = key_of(key, &mut self.values) else {
            return;
        };
        self.write_field(frame, table, key, set, true, Some(from));
        if let crate::heap::Key::Const(key) = key
            && self.heap.get(table).kin != Kin::Mixed
        {
            let loc = self.heap.field(table, key);
            self.heap.at(loc).definite = true;
        }
    }

    /// `base[key]` for any values of both.
    pub(super) fn read_index(
        &mut self,
        frame: &mut Frame,
        how: &How,
        base: SetId,
        key: SetId,
    ) -> SetId {
        let mut result = SetId::EMPTY;
        let key = self.few_keys(key);
        for (value, unsure) in self.bases(base) {
            let found = match value {
                Value::Table(table) => {
                    let mut found = SetId::EMPTY;
                    for (key_value, unsure) in self.values.list(key) {
                        let Some(key_kind) = key_of(key_value, &mut self.values) else {
                            continue;
                        };
                        let one = self.values.one(key_value);
                        let mut set = self.read_field(frame, how, table, key_kind, one, 0);
                        if unsure {
                            set = self.values.unsure(set);
                        }
                        found = self.values.union(found, set);
                    }
                    if found.is_empty() {
                        self.sets.unknown
                    } else {
                        found
                    }
                }
                Value::Host(class) => self.host_field(class, key),
                Value::Hosts(class) => self.item_of(class),
                Value::Str(_) | Value::Text | Value::Truthy => self.string_member(frame, how, key),
                Value::Builtin(_)
                | Value::Fun(..)
                | Value::AnyFunction
                | Value::Nil
                | Value::Absent
                | Value::True
                | Value::False => continue,
                Value::Unknown | Value::Index | Value::Number | Value::Num(_) => self.sets.unknown,
            };
            let found = if unsure {
                self.values.unsure(found)
            } else {
                found
            };
            result = self.values.union(result, found);
        }
        // Indexing nil fails at run time, and not with an error of ours.
        if result.is_empty() {
            self.sets.unknown
        } else {
            result
        }
    }

    /// `getContext()` in a phase (HALion semantics 1.3, 10.4).
    pub(super) fn context_name(&mut self, phase: Phase) -> SetId {
        match self.names.find(phase.thread().name()) {
            Some(name) => self.values.one(Value::Str(name)),
            None => self.sets.truthy,
        }
    }
}

/// Whether two numbers or strings are of one type, and not both known.
fn may_be_equal(one: Value, other: Value) -> bool {
    let sorts = |value| match value {
        Value::Num(_) | Value::Number | Value::Index => (true, false),
        Value::Str(_) | Value::Text => (false, true),
        Value::Truthy => (true, true),
        _ => (false, false),
    };
    let is_known = |value| matches!(value, Value::Num(_) | Value::Str(_));
    let ((number, text), (other_number, other_text)) = (sorts(one), sorts(other));
    (number && other_number || text && other_text) && !(is_known(one) && is_known(other))
}
