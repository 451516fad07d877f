//! Lists of values: arguments, results, expression lists.

use crate::ir::ExprId;
use crate::value::{SetId, Value, Values};

/// Results of a call, arguments, or the values of an expression list: positions, then any number of further ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multi {
    /// By position.
    pub items: smallvec::SmallVec<[SetId; 4]>,
    /// What may follow; empty if nothing does.
    pub rest: SetId,
    /// The expression each item was written as, where there is one; for explanations.
    pub exprs: smallvec::SmallVec<[Option<ExprId>; 4]>,
}

impl Multi {
    /// One value.
    #[must_use]
    pub fn one(set: SetId) -> Multi {
        Multi {
            items: smallvec::smallvec![set],
            ..Multi::default()
        }
    }

    /// The value at a 0-based position; nil behind the end.
    pub fn get(&self, position: usize, values: &mut Values) -> SetId {
        match self.items.get(position) {
            Some(&set) => set,
            None => values.with(self.rest, Value::Nil),
        }
    }

    /// The expression that the value at a 0-based position was written as, where there is one.
    #[must_use]
    pub fn written(&self, position: usize) -> Option<ExprId> {
        self.exprs.get(position).copied().flatten()
    }

    /// Whether some position has no value: control does not get past it.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.items.iter().any(|set| set.is_empty())
    }

    /// Without the first `count` values.
    #[must_use]
    pub fn skip(&self, count: usize) -> Multi {
        Multi {
            items: self.items.iter().skip(count).copied().collect(),
            rest: self.rest,
            exprs: self.exprs.iter().skip(count).copied().collect(),
        }
    }

    /// Either of two lists, by position.
    pub fn merge(&mut self, other: &Multi, values: &mut Values) {
        let mine_len = self.items.len();
        for position in 0..mine_len.max(other.items.len()) {
            let mine = self.get(position, values);
            let theirs = other.get(position, values);
            let both = values.union(mine, theirs);
            if position < self.items.len() {
                self.items[position] = both;
            } else {
                self.items.push(both);
            }
        }
        self.rest = values.union(self.rest, other.rest);
        if mine_len != other.items.len() {
            // The shorter list ends earlier: how many there are is not known any more.
            self.rest = values.with(self.rest, Value::Nil);
        }
    }

    /// How many values there are, if that is known.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        self.rest.is_empty().then_some(self.items.len())
    }
}
