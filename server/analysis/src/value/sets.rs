//! The elements of all sets, one behind the other, each set once.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::{Elem, SetId};

/// Sets by number and by elements.
pub(super) struct Sets {
    elems: Vec<Elem>,
    /// By set: where its elements end; they start where those of the set before end.
    ends: Vec<u32>,
    ids: HashTable<SetId>,
}

impl Sets {
    /// The empty set only.
    pub fn new() -> Sets {
        let mut sets = Sets {
            elems: Vec::new(),
            ends: Vec::new(),
            ids: HashTable::new(),
        };
        sets.add(&[]);
        sets
    }

    pub fn elems(&self, set: SetId) -> &[Elem] {
        elems_of(&self.elems, &self.ends, set)
    }

    /// The set with exactly these elements.
    pub fn find(&self, elems: &[Elem]) -> Option<SetId> {
        let is_equal = |&set: &SetId| self.elems(set) == elems;
        self.ids.find(hash(elems), is_equal).copied()
    }

    /// The set of elements that no other set has.
    pub fn add(&mut self, elems: &[Elem]) -> SetId {
        let id = SetId(u32::try_from(self.ends.len()).expect("fewer than 2^32 sets"));
        self.elems.extend_from_slice(elems);
        let end = u32::try_from(self.elems.len()).expect("fewer than 2^32 elements");
        self.ends.push(end);
        let (all, ends) = (&self.elems, &self.ends);
        let rehash = |&set: &SetId| hash(elems_of(all, ends, set));
        self.ids.insert_unique(hash(elems), id, rehash);
        id
    }
}

fn elems_of<'e>(elems: &'e [Elem], ends: &[u32], set: SetId) -> &'e [Elem] {
    let start = match set.idx() {
        0 => 0,
        idx => ends[idx - 1] as usize,
    };
    &elems[start..ends[set.idx()] as usize]
}

fn hash(elems: &[Elem]) -> u64 {
    let mut hasher = FxHasher::default();
    for elem in elems {
        hasher.write_u32(elem.0);
    }
    hasher.finish()
}
