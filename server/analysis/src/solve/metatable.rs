//! Metatables: functions that run without being called by name (THREAD-ANALYSIS 2.3).

use super::Solver;
use super::frame::{Frame, Go};
use crate::diagnostic::Why;
use crate::heap::{Key, key_of};
use crate::instance::How;
use crate::ir::ExprId;
use crate::value::{Multi, SetId, TableId, Traits, Value};

impl Solver<'_> {
    /// The metatables of a table.
    pub(super) fn metatables(&mut self, frame: &Frame, table: TableId) -> Vec<TableId> {
        let meta = self.heap.get(table).meta;
        let set = self.read_loc(frame, meta);
        if !self.values.has(set, Traits::TABLE) {
            return Vec::new();
        }
        let tables = self.base_kinds(set).into_iter();
        let tables = tables.filter_map(|(value, _)| match value {
            Value::Table(table) => Some(table),
            _ => None,
        });
        tables.collect()
    }

    /// A field of the metatables, without their own metatables.
    pub(super) fn metamethod(&mut self, frame: &Frame, table: TableId, event: &str) -> SetId {
        let Some(name) = self.names.find(event) else {
            return SetId::EMPTY;
        };
        let key = self.values.id(Value::Str(name));
        let mut result = SetId::EMPTY;
        for meta in self.metatables(frame, table) {
            let loc = self.heap.field(meta, key);
            let set = self.read_loc(frame, loc);
            let set = self.values.not_nil(set);
            result = self.values.union(result, set);
        }
        result
    }

    /// What `__index` finds for a key the table does not have, and whether there is a metatable that looks for it.
    pub(super) fn read_behind(
        &mut self,
        frame: &mut Frame,
        how: &How,
        (table, key): (TableId, Key),
        key_set: SetId,
        depth: u32,
        only_functions: bool,
    ) -> (SetId, bool) {
        let mut handlers = self.metamethod(frame, table, "__index");
        if only_functions {
            handlers = self.values.filter(handlers, |value| {
                matches!(value, Value::Fun(..) | Value::Builtin(_))
            });
        }
        let mut result = SetId::EMPTY;
        for (handler, unsure) in self.values.list(handlers) {
            let found = match handler {
                Value::Table(next) => self.read_field(frame, how, next, key, key_set, depth + 1),
                Value::Fun(..) | Value::Builtin(_) => {
                    let own = self.values.one(Value::Table(table));
                    let how = how.through("__index", Why::Callback, how.callee);
                    let handler = self.values.one(handler);
                    let key_set = self.metamethod_key(key_set);
                    match self.invoke(frame, &how, handler, &Self::args(&[own, key_set])) {
                        Some(results) => results.get(0, &mut self.values),
                        None => SetId::EMPTY,
                    }
                }
                Value::Host(class) => self.host_field(class, key_set),
                _ => self.sets.unknown,
            };
            let found = if unsure {
                self.values.unsure(found)
            } else {
                found
            };
            result = self.values.union(result, found);
        }
        (result, !handlers.is_empty())
    }

    /// `base[key] = set` for any values of both.
    pub(super) fn store_index(
        &mut self,
        frame: &mut Frame,
        how: &How,
        base: SetId,
        key: SetId,
        set: SetId,
        from: Option<ExprId>,
    ) -> Go {
        let bases = self.bases(base);
        let key = self.few_keys(key);
        let keys = self.values.list(key);
        let only = bases.len() == 1 && matches!(keys[..], [(_, false)]);
        let mut go = Go::On;
        for &(value, unsure) in &bases {
            if let Value::Host(class) = value {
                self.assign_host_field(frame, how, class, unsure, &keys);
            }
            let Value::Table(table) = value else { continue };
            for &(key_value, _) in &keys {
                let taken = self.store_behind(frame, how, table, key_value, set, &mut go);
                if taken == Some(true) {
                    continue;
                }
                let Some(key_kind) = key_of(key_value, &mut self.values) else {
                    continue;
                };
                let only = only && taken == Some(false);
                self.write_field(frame, table, key_kind, set, only, from);
            }
        }
        go
    }

    /// Lets `__newindex` have the value if the table does not have the key; whether it did, nothing if both may be.
    fn store_behind(
        &mut self,
        frame: &mut Frame,
        how: &How,
        table: TableId,
        key: Value,
        set: SetId,
        go: &mut Go,
    ) -> Option<bool> {
        let handlers = self.metamethod(frame, table, "__newindex");
        if handlers.is_empty() {
            return Some(false);
        }
        let mut may_have_it = false;
        if let Some(Key::Const(key)) = key_of(key, &mut self.values)
            && let Some(loc) = self.heap.find_field(table, key)
        {
            let own = self.read_loc(frame, loc);
            if !self.values.has(own, Traits::ABSENT.and(Traits::NIL)) {
                return Some(false);
            }
            may_have_it = !self.values.not_nil(own).is_empty();
        }
        let key_set = self.values.one(key);
        for (handler, _) in self.values.list(handlers) {
            match handler {
                Value::Table(next) => {
                    if let Some(key) = key_of(key, &mut self.values) {
                        self.write_field(frame, next, key, set, false, None);
                    }
                }
                Value::Fun(..) | Value::Builtin(_) => {
                    let own = self.values.one(Value::Table(table));
                    let how = how.through("__newindex", Why::Callback, how.callee);
                    let handler = self.values.one(handler);
                    let key_set = self.metamethod_key(key_set);
                    if self
                        .invoke(frame, &how, handler, &Self::args(&[own, key_set, set]))
                        .is_none()
                    {
                        *go = Go::Dead;
                    }
                }
                _ => {}
            }
        }
        (!may_have_it).then_some(true)
    }

    /// Runs the metamethod of an operator, if an operand has one; its first result.
    pub(super) fn operator(
        &mut self,
        frame: &mut Frame,
        expr: ExprId,
        event: &'static str,
        operands: &[SetId],
    ) -> SetId {
        match self.operator_results(frame, expr, event, operands) {
            Some(Some(results)) => results.get(0, &mut self.values),
            _ => SetId::EMPTY,
        }
    }

    /// All its results; `None` if no operand has one, `Some(None)` if control does not come back from it.
    pub(super) fn operator_results(
        &mut self,
        frame: &mut Frame,
        expr: ExprId,
        event: &'static str,
        operands: &[SetId],
    ) -> Option<Option<Multi>> {
        if self.names.find(event).is_none() && event != "__le" {
            return None;
        }
        let mut handlers = SetId::EMPTY;
        for &operand in operands {
            for (value, _) in self.base_kinds(operand) {
                let Value::Table(table) = value else { continue };
                let mut found = self.metamethod(frame, table, event);
                if found.is_empty() && event == "__le" {
                    found = self.metamethod(frame, table, "__lt");
                }
                handlers = self.values.union(handlers, found);
            }
        }
        if handlers.is_empty() {
            return None;
        }
        let how = self
            .how(frame, expr, expr)
            .through(event, Why::Callback, expr);
        Some(self.invoke(frame, &how, handlers, &Self::args(operands)))
    }

    /// `pairs(t)` and `ipairs(t)`: what to go through, unless the table says so itself.
    pub(super) fn iterator_of(
        &mut self,
        frame: &mut Frame,
        how: &How,
        event: &'static str,
        tables: SetId,
    ) -> Option<Multi> {
        let next = self
            .builtins
            .lua(if event == "__pairs" { "next" } else { "ipairs" });
        let next = next.map_or(self.sets.unknown, |id| self.builtin(id));
        let control = match event {
            "__pairs" => self.sets.nil,
            _ => self.number(0.0),
        };
        let plain = |set| Self::args(&[next, set, control]);
        if self.names.find(event).is_none() {
            return Some(plain(tables));
        }
        let mut own = SetId::EMPTY;
        let mut all: Option<Multi> = None;
        for elem in self.values.elems(tables).to_vec() {
            let one = self.values.intern(vec![elem]);
            match self.operator_results(frame, how.site, event, &[one]) {
                None => own = self.values.union(own, one),
                Some(None) => {}
                Some(Some(results)) => {
                    let three = [0, 1, 2].map(|position| results.get(position, &mut self.values));
                    let results = Self::args(&three);
                    match &mut all {
                        Some(all) => all.merge(&results, &mut self.values),
                        None => all = Some(results),
                    }
                }
            }
        }
        if !own.is_empty() {
            let plain = plain(own);
            match &mut all {
                Some(all) => all.merge(&plain, &mut self.values),
                None => all = Some(plain),
            }
        }
        all
    }
}
