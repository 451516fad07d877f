//! Strings as objects: their methods are those of the string library, through a metatable that a script can change.

use super::Solver;
use super::frame::Frame;
use crate::diagnostic::Why;
use crate::heap::{Lib, key_of};
use crate::instance::How;
use crate::value::{SetId, TableId, Value};

/// What the metatable of strings is kept under, once the script has asked for it.
pub(super) const STRING_METATABLE: &str = "getmetatable(\"\")";

impl Solver<'_> {
    /// The metatable of strings, which has the string library as `__index`.
    pub(super) fn string_metatable(&mut self) -> SetId {
        let meta = self.lib(STRING_METATABLE, Lib::Lua("string metatable"));
        let library = self.lib("string", Lib::Lua("string"));
        if let Value::Table(table) = meta {
            let name = self.names.id("__index");
            let key = self.values.id(Value::Str(name));
            let library = self.values.one(library);
            if self.heap.find_field(table, key).is_none() {
                let loc = self.heap.field(table, key);
                self.write_weak(loc, library);
                self.heap.at(loc).definite = true;
            }
        }
        self.values.one(meta)
    }

    /// A member of the string library, or what the metatable of strings finds, if the script has changed it.
    pub(super) fn string_member(&mut self, frame: &mut Frame, how: &How, key: SetId) -> SetId {
        if let Some(&meta) = self.libs.get(STRING_METATABLE) {
            return self.behind_string(frame, how, meta, key);
        }
        let Value::Table(table) = self.lib("string", Lib::Lua("string")) else {
            return self.sets.unknown;
        };
        self.string_field(frame, how, table, key)
    }

    fn string_field(&mut self, frame: &mut Frame, how: &How, table: TableId, key: SetId) -> SetId {
        let Some(value @ Value::Str(_)) = self.values.single(key) else {
            return self.sets.unknown;
        };
        let Some(key_kind) = key_of(value, &mut self.values) else {
            return self.sets.unknown;
        };
        self.read_field(frame, how, table, key_kind, key, 0)
    }

    fn behind_string(&mut self, frame: &mut Frame, how: &How, meta: TableId, key: SetId) -> SetId {
        let index = self.text("__index");
        let meta = self.values.one(Value::Table(meta));
        let handlers = self.read_index(frame, how, meta, index);
        let mut result = SetId::EMPTY;
        for (handler, _) in self.values.list(handlers) {
            let found = match handler {
                Value::Table(table) => self.string_field(frame, how, table, key),
                Value::Fun(..) => {
                    let how = how.through("__index", Why::Callback, how.callee);
                    let handler = self.values.one(handler);
                    let args = Self::args(&[self.sets.text, key]);
                    match self.invoke(frame, &how, handler, &args) {
                        Some(results) => results.get(0, &mut self.values),
                        None => SetId::EMPTY,
                    }
                }
                _ => self.sets.unknown,
            };
            result = self.values.union(result, found);
        }
        if result.is_empty() {
            self.sets.unknown
        } else {
            result
        }
    }
}
