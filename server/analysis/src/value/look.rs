//! What looks at which constants are in a set, and notes that it did ([`Origins`](crate::origin::Origins)).

use super::{Elem, SetId, Value, ValueId, Values};
use crate::origin::Relation;

impl Values {
    /// How many values there are.
    #[must_use]
    pub fn count(&self, set: SetId) -> usize {
        let elems = self.elems(set);
        if elems.len() > 1 {
            self.open_all(elems);
        }
        elems.len()
    }

    /// The only value, if there is exactly one.
    #[must_use]
    pub fn single(&self, set: SetId) -> Option<Value> {
        self.sole(set).map(|id| self.get(id))
    }

    /// The only value by its kind ([`Values::kind`]), for what asks about other things than constants.
    #[must_use]
    pub fn single_kind(&self, set: SetId) -> Option<Value> {
        match self.elems(set) {
            [elem] => Some(self.kind(elem.value())),
            _ => None,
        }
    }

    /// The number of the only value, if there is exactly one.
    #[must_use]
    pub fn sole(&self, set: SetId) -> Option<ValueId> {
        match self.elems(set) {
            [elem] => {
                // That equal constants are one counts here.
                if !self.origins.is_sealed(elem.value()) {
                    self.origins.open(elem.value());
                }
                Some(elem.value())
            }
            [] => None,
            [one, other, ..] => {
                self.note_two(one.value(), other.value());
                None
            }
        }
    }

    /// Something goes by there being these two, and not one.
    fn note_two(&self, one: ValueId, other: ValueId) {
        let number_of = |id| match self.kind(id) {
            Value::Num(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        match (self.kind(one), self.kind(other)) {
            (Value::Num(first), Value::Num(second)) => {
                let (first, second) = (f64::from_bits(first), f64::from_bits(second));
                let origins = &self.origins;
                origins.differ((one, first), (other, second), number_of);
            }
            (Value::Str(_), Value::Str(_)) => {
                self.origins.open(one);
                self.origins.open(other);
            }
            // Of different kinds, they stay two.
            _ => {}
        }
    }

    /// Whether a relation holds between two numbers; `None` if they are none. Literals stay sealed ([`Origins::compare`]).
    #[must_use]
    pub(crate) fn compare(
        &self,
        relation: Relation,
        left: ValueId,
        right: ValueId,
    ) -> Option<bool> {
        let number = |id| match self.kind(id) {
            Value::Num(bits) => Some((id, f64::from_bits(bits))),
            _ => None,
        };
        let (left, right) = (number(left)?, number(right)?);
        Some(self.origins.compare(relation, left, right))
    }

    fn open_all(&self, elems: &[Elem]) {
        for elem in elems {
            self.origins.open(elem.value());
        }
    }
}
