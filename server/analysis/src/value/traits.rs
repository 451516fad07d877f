//! What is in a set, without looking at its elements.

use super::Value;

/// Kinds of values, any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits(u8);

impl Traits {
    /// Nothing.
    pub const NONE: Traits = Traits(0);
    /// A condition can hold.
    pub const TRUE: Traits = Traits(1);
    /// A condition can fail.
    pub const FALSE: Traits = Traits(2);
    /// [`Value::Absent`].
    pub const ABSENT: Traits = Traits(4);
    /// `nil`.
    pub const NIL: Traits = Traits(8);
    /// A function that is known.
    pub const FUNCTION: Traits = Traits(16);
    /// A table.
    pub const TABLE: Traits = Traits(32);
    /// Something that can be called or indexed.
    pub const LIVE: Traits = Traits(64);
    /// Several of these.
    pub const CHOICE: Traits = Traits(128);

    /// Those of values.
    pub fn of(values: impl Iterator<Item = Value>) -> Traits {
        let mut all = Traits::NONE;
        for value in values {
            let one = match value {
                Value::Absent => Traits::ABSENT.and(Traits::FALSE),
                Value::Nil => Traits::NIL.and(Traits::FALSE),
                Value::False => Traits::FALSE,
                Value::Unknown => Traits::TRUE.and(Traits::FALSE),
                Value::Fun(..) | Value::Builtin(_) => Traits::TRUE.and(Traits::FUNCTION),
                Value::Table(_) => Traits::TRUE.and(Traits::TABLE),
                _ => Traits::TRUE,
            };
            if is_live(&value) {
                let is_further = all.has(Traits::LIVE);
                all = all.and(if is_further {
                    Traits::CHOICE
                } else {
                    Traits::LIVE
                });
            }
            all = all.and(one);
        }
        all
    }

    /// Whether there is any of the others.
    pub fn has(self, others: Traits) -> bool {
        self.0 & others.0 != 0
    }

    /// Both.
    pub const fn and(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }
}

/// Whether it can be called or indexed.
pub(crate) fn is_live(value: &Value) -> bool {
    matches!(
        value,
        Value::Fun(..) | Value::Builtin(_) | Value::Table(_) | Value::Host(_) | Value::Hosts(_)
    )
}
