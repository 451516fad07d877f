//! What a set does not tell apart any more: equal constants, very many constants, and on request very many functions.

use super::{Elem, Value, Values};
use crate::origin::MAX_SEALED;

/// Past this many elements, constants are merged into [`Value::Truthy`].
pub(crate) const MAX_CONSTANTS: usize = 48;
/// Past this many elements, further ones are dropped: such a set only occurs in generated tables.
const MAX_ELEMENTS: usize = 1024;

impl Values {
    /// Tells only so many functions apart in a set, from now on.
    pub fn limit_functions(&mut self, most: usize) {
        self.max_functions = most;
    }

    /// Equal constants become the plain one; whether there are several constants.
    pub(super) fn join_constants(&mut self, elems: &mut Vec<Elem>) -> bool {
        let rank = |elem: &Elem| match self.values[elem.value().idx()] {
            Value::Num(bits) => Some(((0, bits), *elem)),
            Value::Str(name) => Some(((1, u64::from(name.0)), *elem)),
            _ => None,
        };
        let mut constants: smallvec::SmallVec<[_; 8]> = elems.iter().filter_map(rank).collect();
        if constants.len() < 2 {
            return false;
        }
        let is_large = elems.len() > MAX_SEALED;
        for (_, elem) in &constants {
            self.origins.mix(elem.value());
            if is_large {
                self.origins.open(elem.value());
            }
        }
        constants.sort_unstable();
        for group in constants.chunk_by(|one, other| one.0 == other.0) {
            let &[(_, first), _, ..] = group else {
                continue;
            };
            let plain = self.id(self.values[first.value().idx()]);
            for (_, elem) in group {
                if elem.value() != plain {
                    self.origins.join(plain, elem.value());
                }
            }
            let unsure = group.iter().all(|(_, elem)| elem.unsure());
            elems.retain(|elem| group.iter().all(|(_, joined)| joined != elem));
            elems.push(Elem::new(plain, unsure));
        }
        elems.sort_unstable();
        true
    }

    /// Very many constants become some number or string.
    pub(super) fn merge_constants(&mut self, elems: &mut Vec<Elem>) {
        let before = elems.len();
        elems.retain(|elem| !self.is_constant(*elem));
        if elems.len() < before {
            let merged = Elem::new(self.id(Value::Truthy), true);
            self.merged = Some(merged);
            elems.push(merged);
            elems.sort_unstable();
        }
        elems.truncate(MAX_ELEMENTS);
    }

    /// Very many functions become one, which nobody can say anything about.
    pub(super) fn merge_functions(&mut self, elems: &mut Vec<Elem>) {
        let is_function = |values: &[Value], elem: &Elem| {
            matches!(
                values[elem.value().idx()],
                Value::Fun(..) | Value::Builtin(_)
            )
        };
        let merged = self.any_function;
        let is_merged = merged.is_some_and(|merged| elems.binary_search(&merged).is_ok());
        let functions = elems.iter().filter(|elem| is_function(&self.values, elem));
        if !is_merged && functions.count() <= self.max_functions {
            return;
        }
        elems.retain(|elem| !is_function(&self.values, elem));
        if !is_merged {
            let merged = merged.unwrap_or_else(|| Elem::new(self.id(Value::AnyFunction), true));
            self.any_function = Some(merged);
            elems.push(merged);
            elems.sort_unstable();
        }
    }

    /// Whether it is a number or string, known or not.
    pub(super) fn is_constant(&self, elem: Elem) -> bool {
        matches!(
            self.kind(elem.value()),
            Value::Num(_) | Value::Str(_) | Value::Truthy | Value::Number | Value::Text
        )
    }
}
