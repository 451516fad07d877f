//! What HALion's functions give, by the types of their results.

use halion_api::{Function, FunctionKind, Return};

use super::Solver;
use crate::value::{Multi, SetId, Value};

impl Solver<'_> {
    /// What values of these API types are.
    pub(super) fn set_of_types(&mut self, types: &[String], nilable: bool) -> SetId {
        let mut set = if nilable { self.sets.nil } else { SetId::EMPTY };
        for name in types {
            let one = match name.as_str() {
                "number" => self.sets.number,
                "string" => self.sets.text,
                "boolean" => self.sets.boolean,
                "nil" => self.sets.nil,
                name => match self.class_named(name) {
                    Some(class) => self.values.one(Value::Host(class)),
                    None => self.sets.unknown,
                },
            };
            set = self.values.union(set, one);
        }
        if set.is_empty() {
            self.sets.unknown
        } else {
            set
        }
    }

    pub(super) fn results_of_types(&mut self, function: &'static Function) -> Multi {
        if function.kind == FunctionKind::Constructor
            && let Some(class) = function
                .class
                .as_deref()
                .and_then(|class| self.class_named(class))
        {
            return Multi::one(self.values.one(Value::Host(class)));
        }
        let mut results = Multi::default();
        for result in &function.returns {
            let element = result
                .element_type
                .as_deref()
                .and_then(|class| self.class_named(class));
            let set = match element {
                Some(class) => self.values.one(Value::Hosts(class)),
                None if is_live_table(function, result) => self.live_table(&function.name),
                None => self.set_of_types(&result.types, result.nilable),
            };
            results.items.push(set);
        }
        if results.items.is_empty() {
            results.items.push(self.sets.unknown);
        }
        results
    }

    /// The table of `getKeyProperties`, which is always there and always the same: `keys = keys or getKeyProperties()` asks once.
    fn live_table(&mut self, function: &'static str) -> SetId {
        let table = match self.libs.get(function) {
            Some(&table) => table,
            None => {
                let table = self.heap.table(None, false);
                let facts = self.heap.get_mut(table);
                (facts.open, facts.stored) = (true, true);
                self.libs.insert(function, table);
                table
            }
        };
        self.values.one(Value::Table(table))
    }
}

/// Whether a result is a table of the program that a script can write into (HALion semantics 9.15).
fn is_live_table(function: &Function, result: &Return) -> bool {
    function.class.is_none()
        && function.name.starts_with("get")
        && !result.nilable
        && result.types.len() == 1
        && result.types[0] == "table"
}
