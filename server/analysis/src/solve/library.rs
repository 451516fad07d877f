//! The Lua library, as far as functions and tables flow through it (THREAD-ANALYSIS 2.4).

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use crate::builtins::Special;
use crate::diagnostic::Why;
use crate::heap::{Key, Kin, key_of};
use crate::instance::How;
use crate::value::{BuiltinId, Multi, SetId, Value};

impl Solver<'_> {
    #[allow(clippy::too_many_lines, reason = "one flat match over the library")]
    pub(super) fn call_library(
        &mut self,
        frame: &mut Frame,
        how: &How,
        builtin: BuiltinId,
        special: Special,
        args: &Multi,
    ) -> Option<Multi> {
        let short = self.builtins.get(builtin).short.clone();
        let first = args.get(0, &mut self.values);
        let asks_length = match special {
            Special::Sort | Special::Insert | Special::Remove => true,
            Special::Unpack => args.items.len() < 3,
            Special::Concat => args.items.len() < 4,
            _ => false,
        };
        if asks_length {
            self.operator(frame, how.callee, "__len", &[first]);
        }
        let result = match special {
            Special::Pcall => return self.protected_call(frame, how, &short, args, None),
            Special::Xpcall => {
                let mut without_handler = args.clone();
                if without_handler.items.len() > 1 {
                    without_handler.items.remove(1);
                    if without_handler.exprs.len() > 1 {
                        without_handler.exprs.remove(1);
                    }
                }
                return self.protected_call(frame, how, &short, &without_handler, Some(args));
            }
            Special::Sort => {
                let items = self.read_items(frame, first);
                let done =
                    self.call_back(frame, how, &short, args, 1, &[items, items], self.sets.nil);
                if !self.sort_in_order(frame, first) {
                    self.move_items(frame, first, false);
                }
                return done;
            }
            Special::Match => {
                let found = self.match_texts(&short, args);
                return Some(found.unwrap_or_else(|| self.results_of_library(&short)));
            }
            Special::Gmatch => {
                // Called without arguments, it is the iterator that it gave.
                if args.items.is_empty() {
                    return Some(self.results_of_library("match"));
                }
                let (text, pattern) = (first, args.get(1, &mut self.values));
                return Some(Self::args(&[self.builtin(builtin), text, pattern]));
            }
            Special::Gsub => {
                if let Some(replaced) = self.replace(args) {
                    return Some(replaced);
                }
                let table = args.get(2, &mut self.values);
                let truthy = self.sets.truthy;
                self.run_index_handlers(frame, how, table);
                return self.call_back(
                    frame,
                    how,
                    &short,
                    args,
                    2,
                    &[truthy, truthy, truthy, truthy],
                    truthy,
                );
            }
            Special::SetMetatable | Special::SetMetatableOfAny => {
                let meta = args.get(1, &mut self.values);
                let meta = self
                    .values
                    .filter(meta, |value| matches!(value, Value::Table(_)));
                let tables = self.values.list(first);
                // The metatable of a function or a number is that of all of them.
                if special == Special::SetMetatableOfAny
                    && tables
                        .iter()
                        .any(|(value, _)| !matches!(value, Value::Table(_)))
                {
                    self.lose_sight();
                }
                for &(value, _) in &tables {
                    if let Value::Table(table) = value {
                        let loc = self.heap.get(table).meta;
                        let own = match meta.is_empty() {
                            true => self.sets.absent,
                            false => meta,
                        };
                        self.replace_own(frame, table, (loc, own), tables.len() == 1);
                        if frame.flow && self.heap.get(table).singleton && tables.len() == 1 {
                            self.write_flow(loc, meta);
                        } else {
                            self.write_weak(loc, meta);
                        }
                    }
                }
                first
            }
            Special::GetMetatable => self.metatable_of(frame, first),
            Special::RawGet => {
                let key = args.get(1, &mut self.values);
                self.raw_get(frame, first, key)
            }
            Special::RawSet => {
                let key = args.get(1, &mut self.values);
                let key = self.few_keys(key);
                let value = args.get(2, &mut self.values);
                let from = args.written(2);
                for (table, _) in self.bases(first) {
                    let Value::Table(table) = table else { continue };
                    for (key, _) in self.values.list(key) {
                        if let Some(key) = key_of(key, &mut self.values) {
                            self.write_field(frame, table, key, value, false, from);
                        }
                    }
                }
                first
            }
            Special::Pairs => return self.iterator_of(frame, how, "__pairs", first),
            // It stands for the iterator that it gives, too, which gets the position behind the table.
            Special::Ipairs if args.items.len() > 1 => return Some(self.step(frame, first, true)),
            Special::Ipairs => return self.iterator_of(frame, how, "__ipairs", first),
            Special::Next => return Some(self.step(frame, first, false)),
            Special::Select => return Some(self.select(first, args)),
            Special::Unpack => return Some(self.unpack(frame, args)),
            Special::Pack => {
                let (table, _) = self.heap.table_at(how.site, frame.inst, false);
                for (position, &set) in args.items.iter().enumerate() {
                    let key = Value::Num(as_number(position + 1).to_bits());
                    let key = self.values.id(key);
                    self.write_field(
                        frame,
                        table,
                        Key::Const(key),
                        set,
                        false,
                        args.written(position),
                    );
                }
                if !args.rest.is_empty() {
                    self.write_field(frame, table, Key::Array, args.rest, false, None);
                }
                let count = match args.count() {
                    Some(count) => self.number(as_number(count)),
                    None => self.sets.index,
                };
                let n = Value::Str(self.names.id("n"));
                let n = self.values.id(n);
                self.write_field(frame, table, Key::Const(n), count, false, None);
                if self.heap.get(table).kin != Kin::Mixed {
                    let loc = self.heap.field(table, n);
                    self.heap.at(loc).definite = true;
                }
                self.values.one(Value::Table(table))
            }
            Special::Insert => {
                let last = args.items.len().saturating_sub(1);
                let item = args.get(last, &mut self.values);
                let from = args.written(last);
                if self.insert_in_order(frame, args, from) {
                    return Some(Multi::default());
                }
                if last > 1 {
                    self.move_items(frame, first, false);
                }
                for (value, _) in self.values.list(first) {
                    if let (Value::Table(table), true) = (value, last > 0) {
                        self.write_field(frame, table, Key::Array, item, false, from);
                    }
                }
                self.sets.nil
            }
            // Any of the positions between its bounds.
            Special::Random if !args.items.is_empty() => self.sets.index,
            Special::Random => self.sets.number,
            Special::Remove => match self.remove_in_order(frame, args) {
                Some(removed) => removed,
                None => {
                    let items = self.read_items(frame, first);
                    self.move_items(frame, first, true);
                    items
                }
            },
            Special::Assert => {
                if !self.values.can_be_true(first) {
                    return None;
                }
                let kept = self.values.filter(first, |value| {
                    !matches!(value, Value::Nil | Value::False | Value::Absent)
                });
                let mut results = args.clone();
                if let Some(item) = results.items.first_mut() {
                    *item = kept;
                }
                return Some(results);
            }
            Special::Error => {
                self.throw(frame, first);
                return None;
            }
            Special::Concat => self.concat(frame, args),
            Special::Constant => {
                if short == "format" {
                    for &arg in args.items.iter().skip(1) {
                        self.operator(frame, how.callee, "__tostring", &[arg]);
                    }
                }
                return self.constant_call(&short, args);
            }
            Special::Type => self.type_names(first),
            Special::ToString | Special::Print => {
                for position in 0..args.items.len().max(1) {
                    let arg = args.get(position, &mut self.values);
                    self.operator(frame, how.callee, "__tostring", &[arg]);
                }
                let folded = match special {
                    Special::ToString => self.fold_call(&short, args),
                    _ => None,
                };
                folded.unwrap_or(self.sets.text)
            }
            Special::RawEqual => {
                let second = args.get(1, &mut self.values);
                let (same, differ) = self.compare(first, second);
                self.truth(same, differ)
            }
            Special::Require => return self.require(frame, how, first),
            Special::Unseen => {
                self.lose_sight();
                return Some(self.unknown_results());
            }
            Special::Plain
            | Special::GetContext
            | Special::DefineParameter
            | Special::DefineSlotLocal
            | Special::Clone => {
                return Some(self.unknown_results());
            }
        };
        Some(Multi::one(result))
    }

    /// What one step through tables gives: a key and its value, or nil at the end.
    fn step(&mut self, frame: &mut Frame, tables: SetId, is_list: bool) -> Multi {
        let rows = self.rows(frame, tables).unwrap_or_default();
        let mut merged = [self.sets.nil, self.sets.nil];
        for row in rows {
            let is_name = |key| matches!(key, Value::Str(_) | Value::True | Value::False);
            if is_list && self.values.kinds(row[0]).all(is_name) {
                continue;
            }
            for (into, set) in merged.iter_mut().zip(row) {
                *into = self.values.union(*into, set);
            }
        }
        if merged[0] == self.sets.nil {
            return Multi::one(self.sets.unknown);
        }
        Self::args(&merged)
    }

    fn metatable_of(&mut self, frame: &mut Frame, of: SetId) -> SetId {
        let mut result = SetId::EMPTY;
        for (value, _) in self.values.list_kinds(of) {
            let found = match value {
                Value::Table(table) => {
                    let table = self.heap.present(table);
                    let loc = self.heap.get(table).meta;
                    let set = self.read_loc(frame, loc);
                    let there = self.values.not_nil(set);
                    let shown = self.metamethod(frame, table, "__metatable");
                    match there == set && !set.is_empty() {
                        _ if !shown.is_empty() => self.values.with(shown, Value::Nil),
                        true => there,
                        false => self.values.with(there, Value::Nil),
                    }
                }
                Value::Str(_) | Value::Text => self.string_metatable(),
                // A number has none.
                Value::Truthy => {
                    let of_strings = self.string_metatable();
                    self.values.with(of_strings, Value::Nil)
                }
                Value::Unknown | Value::Host(_) => self.sets.unknown,
                _ => self.sets.nil,
            };
            result = self.values.union(result, found);
        }
        result
    }

    /// A function that gives constants for constants.
    fn constant_call(&mut self, short: &str, args: &Multi) -> Option<Multi> {
        Some(match self.fold_call(short, args) {
            Some(set) => Multi::one(set),
            None => self.results_of_library(short),
        })
    }

    /// What a function of the library gives that is not known by its value.
    fn results_of_library(&mut self, short: &str) -> Multi {
        match short {
            "upper" | "lower" | "sub" | "rep" | "reverse" | "format" | "char" => {
                Multi::one(self.sets.text)
            }
            "len" | "floor" | "ceil" | "abs" | "max" | "min" | "sqrt" | "fmod" | "band" | "bor"
            | "bxor" | "bnot" | "lshift" | "rshift" | "sin" | "cos" | "tan" | "exp" | "log"
            | "pow" => Multi::one(self.sets.number),
            "btest" => Multi::one(self.sets.boolean),
            "tonumber" => Multi::one(self.values.with(self.sets.number, Value::Nil)),
            // Positions of a match, or what it captures.
            "match" | "find" | "byte" => {
                let or_nil = self.values.with(self.sets.truthy, Value::Nil);
                Multi {
                    items: smallvec::smallvec![or_nil],
                    rest: or_nil,
                    ..Multi::default()
                }
            }
            _ => self.unknown_results(),
        }
    }

    /// A replacement table is read by the matches, which are some strings, so its `__index` may run.
    fn run_index_handlers(&mut self, frame: &mut Frame, how: &How, table: SetId) {
        let tables = self
            .values
            .filter(table, |value| matches!(value, Value::Table(_)));
        if !tables.is_empty() {
            self.read_index(frame, how, tables, self.sets.text);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "all of one call")]
    fn call_back(
        &mut self,
        frame: &mut Frame,
        how: &How,
        short: &str,
        args: &Multi,
        position: usize,
        given: &[SetId],
        result: SetId,
    ) -> Option<Multi> {
        let callee = args.get(position, &mut self.values);
        let callee = self.callable(callee);
        let at = args.written(position).unwrap_or(how.callee);
        if !callee.is_empty() {
            let how = how.through(short, Why::Callback, at);
            self.invoke(frame, &how, callee, &Self::args(given));
        } else if short == "sort" && !given.is_empty() {
            self.operator(frame, how.callee, "__lt", given);
        }
        Some(Multi::one(result))
    }

    /// All items of arrays.
    pub(super) fn read_items(&mut self, frame: &mut Frame, tables: SetId) -> SetId {
        let index = self.sets.index;
        let tables = self.values.filter(tables, |value| {
            matches!(value, Value::Table(_) | Value::Hosts(_))
        });
        if tables.is_empty() {
            return self.sets.unknown;
        }
        let items = self.raw_read(frame, tables, index);
        self.values.with(items, Value::Nil)
    }

    fn raw_get(&mut self, frame: &mut Frame, tables: SetId, key: SetId) -> SetId {
        let found = self.raw_read(frame, tables, key);
        self.values.with(found, Value::Nil)
    }

    /// `tables[key]` without their metatables.
    pub(super) fn raw_read(&mut self, frame: &mut Frame, tables: SetId, key: SetId) -> SetId {
        let mut result = SetId::EMPTY;
        let how = self.how(frame, crate::ir::ExprId(0), crate::ir::ExprId(0));
        let key = self.few_keys(key);
        for (value, unsure) in self.bases(tables) {
            let mut found = SetId::EMPTY;
            match value {
                Value::Table(table) => {
                    for (key_value, _) in self.values.list(key) {
                        let Some(key_kind) = key_of(key_value, &mut self.values) else {
                            continue;
                        };
                        // Past the longest chain, metatables are not asked.
                        let set = self.read_field(frame, &how, table, key_kind, key, u32::MAX);
                        found = self.values.union(found, set);
                    }
                }
                Value::Hosts(class) => found = self.item_of(class),
                _ => {}
            }
            let found = if unsure {
                self.values.unsure(found)
            } else {
                found
            };
            result = self.values.union(result, found);
        }
        result
    }

    /// What `type` gives: of anything, each name that data may have, and perhaps that of a class.
    fn type_names(&mut self, set: SetId) -> SetId {
        let mut result = SetId::EMPTY;
        for (value, _) in self.values.list_kinds(set) {
            let names: &[&str] = match value {
                Value::Fun(..) | Value::Builtin(_) | Value::AnyFunction => &["function"],
                Value::Table(_) | Value::Hosts(_) => &["table"],
                Value::Nil | Value::Absent => &["nil"],
                Value::True | Value::False => &["boolean"],
                Value::Num(_) | Value::Number | Value::Index => &["number"],
                Value::Str(_) | Value::Text => &["string"],
                Value::Unknown => &["nil", "boolean", "number", "string", "table"],
                Value::Truthy | Value::Host(_) => &[],
            };
            for name in names {
                let name = self.names.id(name);
                result = self.values.with(result, Value::Str(name));
            }
            if matches!(value, Value::Truthy | Value::Unknown | Value::Host(_)) {
                result = self.values.with(result, Value::Truthy);
            }
        }
        result
    }
}
