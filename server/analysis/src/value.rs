//! Abstract values and hash-consed sets of them (THREAD-ANALYSIS 2.1).
//!
//! A set is a sorted list of elements, kept once for all equal sets, so that comparing, copying and caching unions cost one integer.
//! An element is a value with one bit: unsure, if it was found through an unknown key or receiver (2.6).

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::ir::{ExprId, FunId, Name};

/// A function, table or scalar a script can hold. Scalars are constants only where keys and conditions need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value was stored here yet; looks further (`__index`, builtins) and is nil in the end.
    Absent,
    /// `nil`.
    Nil,
    /// `false`.
    False,
    /// `true`.
    True,
    /// Some number or string.
    Truthy,
    /// Some integer that comes from counting (`#t`, a loop variable): reads all items of an array.
    Index,
    /// Anything the host gives, without functions.
    Unknown,
    /// A number constant, by its bits.
    Num(u64),
    /// A string constant.
    Str(Name),
    /// A function literal with the instance that created it.
    Fun(FunId, InstId),
    /// A table.
    Table(TableId),
    /// A function of HALion or of the Lua library.
    Builtin(BuiltinId),
    /// An object of HALion of this class or one that extends it.
    Host(ClassId),
    /// An array of such objects.
    Hosts(ClassId),
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index.
            #[must_use]
            pub fn idx(self) -> usize { self.0 as usize }
        }
    )*};
}
ids! {
    /// An instance: a function in a context (2.2).
    InstId
    /// A table: a constructor in an instance.
    TableId
    /// A builtin function.
    BuiltinId
    /// A class of HALion objects, by its place in the API.
    ClassId
    /// A storage place: a field, a captured variable.
    LocId
    /// A hash-consed set.
    SetId
    /// A numbered value.
    ValueId
}

impl InstId {
    /// The creator of main chunks.
    pub const NONE: InstId = InstId(u32::MAX);
}

impl SetId {
    /// No value: control does not get here.
    pub const EMPTY: SetId = SetId(0);

    /// Whether nothing arrived.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A value in a set, with its unsure bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Elem(u32);

impl Elem {
    /// An element.
    #[must_use]
    pub fn new(value: ValueId, unsure: bool) -> Elem {
        Elem(value.0 << 1 | u32::from(unsure))
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> ValueId {
        ValueId(self.0 >> 1)
    }

    /// Whether it was found through an unknown key or receiver.
    #[must_use]
    pub fn unsure(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Past this many elements, constants are merged into [`Value::Truthy`].
const MAX_CONSTANTS: usize = 48;
/// Past this many elements, further ones are dropped: such a set only occurs in generated tables.
const MAX_ELEMENTS: usize = 1024;

/// All values and sets of one analysis.
pub struct Values {
    values: Vec<Value>,
    value_ids: FxHashMap<Value, ValueId>,
    sets: Vec<Box<[Elem]>>,
    set_ids: FxHashMap<Box<[Elem]>, SetId>,
    unions: FxHashMap<(SetId, SetId), SetId>,
    singles: Vec<SetId>,
}

impl Values {
    /// The empty set only.
    #[must_use]
    pub fn new() -> Values {
        let mut values = Values {
            values: Vec::new(),
            value_ids: FxHashMap::default(),
            sets: vec![Box::new([])],
            set_ids: FxHashMap::default(),
            unions: FxHashMap::default(),
            singles: Vec::new(),
        };
        values.set_ids.insert(Box::new([]), SetId::EMPTY);
        values
    }

    /// The number of a value.
    pub fn id(&mut self, value: Value) -> ValueId {
        if let Some(&id) = self.value_ids.get(&value) {
            return id;
        }
        let id = ValueId(u32::try_from(self.values.len()).expect("fewer than 2^31 values"));
        self.values.push(value);
        self.value_ids.insert(value, id);
        let single = self.intern(vec![Elem::new(id, false)]);
        self.singles.push(single);
        id
    }

    /// The number of a value that occurs.
    #[must_use]
    pub fn find(&self, value: Value) -> Option<ValueId> {
        self.value_ids.get(&value).copied()
    }

    /// The value of a number.
    #[must_use]
    pub fn get(&self, id: ValueId) -> Value {
        self.values[id.idx()]
    }

    /// The set of one value.
    pub fn one(&mut self, value: Value) -> SetId {
        let id = self.id(value);
        self.singles[id.idx()]
    }

    /// The set of several values.
    pub fn of(&mut self, values: &[Value]) -> SetId {
        let elems = values
            .iter()
            .map(|&value| Elem::new(self.id(value), false))
            .collect();
        self.intern(elems)
    }

    /// The elements in a stable order.
    #[must_use]
    pub fn elems(&self, set: SetId) -> &[Elem] {
        &self.sets[set.idx()]
    }

    /// The values of a set.
    pub fn values(&self, set: SetId) -> impl Iterator<Item = Value> + '_ {
        self.elems(set).iter().map(|elem| self.get(elem.value()))
    }

    /// The values with their unsure bits, as a list of its own.
    #[must_use]
    pub fn list(&self, set: SetId) -> smallvec::SmallVec<[(Value, bool); 4]> {
        self.elems(set)
            .iter()
            .map(|elem| (self.get(elem.value()), elem.unsure()))
            .collect()
    }

    /// The only value, if there is exactly one.
    #[must_use]
    pub fn single(&self, set: SetId) -> Option<Value> {
        match self.elems(set) {
            [elem] => Some(self.get(elem.value())),
            _ => None,
        }
    }

    /// The set of given elements.
    pub fn intern(&mut self, mut elems: Vec<Elem>) -> SetId {
        elems.sort_unstable();
        elems.dedup_by_key(|elem| elem.value());
        if elems.len() > MAX_CONSTANTS {
            self.merge_constants(&mut elems);
        }
        if let Some(&id) = self.set_ids.get(elems.as_slice()) {
            return id;
        }
        let id = SetId(u32::try_from(self.sets.len()).expect("fewer than 2^32 sets"));
        let elems = elems.into_boxed_slice();
        self.sets.push(elems.clone());
        self.set_ids.insert(elems, id);
        id
    }

    fn merge_constants(&mut self, elems: &mut Vec<Elem>) {
        let before = elems.len();
        elems.retain(|elem| {
            !matches!(
                self.values[elem.value().idx()],
                Value::Num(_) | Value::Str(_)
            )
        });
        if elems.len() < before {
            let truthy = self.id(Value::Truthy);
            elems.push(Elem::new(truthy, false));
            elems.sort_unstable();
            elems.dedup_by_key(|elem| elem.value());
        }
        elems.truncate(MAX_ELEMENTS);
    }

    /// Both sets together.
    pub fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b.is_empty() {
            return a;
        }
        if a.is_empty() {
            return b;
        }
        let key = (a.min(b), a.max(b));
        if let Some(&union) = self.unions.get(&key) {
            return union;
        }
        let elems = self.elems(a).iter().chain(self.elems(b)).copied().collect();
        let union = self.intern(elems);
        self.unions.insert(key, union);
        union
    }

    /// The set with one more value.
    pub fn with(&mut self, set: SetId, value: Value) -> SetId {
        let one = self.one(value);
        self.union(set, one)
    }

    /// The elements for which `keep` holds.
    pub fn filter(&mut self, set: SetId, keep: impl Fn(Value) -> bool) -> SetId {
        let all = self.elems(set);
        let kept: Vec<Elem> = all
            .iter()
            .copied()
            .filter(|elem| keep(self.get(elem.value())))
            .collect();
        if kept.len() == all.len() {
            set
        } else {
            self.intern(kept)
        }
    }

    /// The set with everything that can be called or indexed, or that is likely to be a key, marked unsure.
    pub fn unsure(&mut self, set: SetId) -> SetId {
        let elems = self.elems(set).to_vec();
        let marked = elems
            .into_iter()
            .map(|elem| {
                let live = matches!(
                    self.get(elem.value()),
                    Value::Fun(..)
                        | Value::Builtin(_)
                        | Value::Table(_)
                        | Value::Host(_)
                        | Value::Hosts(_)
                        | Value::Str(_)
                );
                Elem::new(elem.value(), elem.unsure() || live)
            })
            .collect();
        self.intern(marked)
    }

    /// Whether a condition on this set can hold.
    #[must_use]
    pub fn can_be_true(&self, set: SetId) -> bool {
        self.values(set)
            .any(|value| !matches!(value, Value::Nil | Value::False | Value::Absent))
    }

    /// Whether a condition on this set can fail.
    #[must_use]
    pub fn can_be_false(&self, set: SetId) -> bool {
        self.values(set).any(|value| {
            matches!(
                value,
                Value::Nil | Value::False | Value::Absent | Value::Unknown
            )
        })
    }

    /// Whether the set holds something that can be called.
    #[must_use]
    pub fn has_function(&self, set: SetId) -> bool {
        self.values(set)
            .any(|value| matches!(value, Value::Fun(..) | Value::Builtin(_)))
    }
}

impl Default for Values {
    fn default() -> Self {
        Values::new()
    }
}

/// Names of variables, fields and string constants, each kept once.
#[derive(Default)]
pub struct Names {
    texts: Vec<SmolStr>,
    ids: FxHashMap<SmolStr, Name>,
}

impl Names {
    /// The number of a name.
    pub fn id(&mut self, text: &str) -> Name {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = Name(u32::try_from(self.texts.len()).expect("fewer than 2^32 names"));
        let text = SmolStr::new(text);
        self.texts.push(text.clone());
        self.ids.insert(text, id);
        id
    }

    /// The number of a name that occurs already.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        self.ids.get(text).copied()
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        &self.texts[name.idx()]
    }
}

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

impl Default for SetId {
    fn default() -> Self {
        SetId::EMPTY
    }
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
