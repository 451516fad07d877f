//! Abstract values and hash-consed sets of them (THREAD-ANALYSIS 2.1).
//!
//! A set is a sorted list of elements, kept once for all equal sets, so that comparing, copying and caching unions cost one integer.
//! An element is a value with one bit: unsure, if it was found through an unknown key or receiver (2.6).

mod limits;
mod look;
mod sets;
mod traits;

use rustc_hash::FxHashMap;

pub(crate) use self::limits::MAX_CONSTANTS;
use self::sets::Sets;
pub(crate) use self::traits::{Traits, is_live};
pub use crate::ids::{BuiltinId, ClassId, Elem, InstId, LocId, SetId, TableId, ValueId};
use crate::ir::{ExprId, FunId, Name};
pub use crate::multi::Multi;
pub use crate::names::Names;
use crate::origin::Origins;

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
    /// Some number.
    Number,
    /// Some string.
    Text,
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
    /// One of so many functions that they are not told apart.
    AnyFunction,
    /// An object of HALion of this class or one that extends it.
    Host(ClassId),
    /// An array of such objects.
    Hosts(ClassId),
}

/// All values and sets of one analysis.
pub struct Values {
    values: Vec<Value>,
    value_ids: FxHashMap<Value, ValueId>,
    /// The numbers of strings and of tables, by their own numbers.
    strings: Vec<Option<ValueId>>,
    tables: Vec<Option<ValueId>>,
    sets: Sets,
    /// By set: what is in it.
    traits: Vec<Traits>,
    /// Emptied, for the next set that is put together.
    spare: Vec<Elem>,
    unions: FxHashMap<(SetId, SetId), SetId>,
    /// By set: what [`Values::unsure`] made of it.
    unsure: Vec<Option<SetId>>,
    /// By set: what [`Values::there`] made of it.
    there: Vec<Option<SetId>>,
    /// By set: what [`Values::not_nil`] made of it.
    not_nil: Vec<Option<SetId>>,
    singles: Vec<SetId>,
    /// [`Value::Truthy`] in a set whose constants were merged, once there is one. It keeps further constants out: else the set would grow
    /// and be merged for ever.
    merged: Option<Elem>,
    /// Functions told apart in a set; more of them become [`Value::AnyFunction`].
    max_functions: usize,
    /// That one, once there is one. It keeps further functions out as `merged` does constants.
    any_function: Option<Elem>,
    /// Which constants anything has looked at.
    pub(crate) origins: Origins,
}

impl Values {
    /// The empty set only.
    #[must_use]
    pub fn new() -> Values {
        Values {
            values: Vec::new(),
            value_ids: FxHashMap::default(),
            strings: Vec::new(),
            tables: Vec::new(),
            sets: Sets::new(),
            traits: vec![Traits::NONE],
            spare: Vec::new(),
            unions: FxHashMap::default(),
            unsure: Vec::new(),
            there: Vec::new(),
            not_nil: Vec::new(),
            singles: Vec::new(),
            merged: None,
            max_functions: usize::MAX,
            any_function: None,
            origins: Origins::default(),
        }
    }

    /// The number of a value.
    pub fn id(&mut self, value: Value) -> ValueId {
        if let Some(id) = self.find(value) {
            return id;
        }
        self.origins.push_plain();
        let id = self.push(value);
        let (list, idx) = match value {
            Value::Str(name) => (&mut self.strings, name.idx()),
            Value::Table(table) => (&mut self.tables, table.idx()),
            _ => {
                self.value_ids.insert(value, id);
                return id;
            }
        };
        keep(list, idx, id);
        id
    }

    /// The next value, with an origin already.
    fn push(&mut self, value: Value) -> ValueId {
        let id = self.next_id();
        self.values.push(value);
        let single = self.intern(vec![Elem::new(id, false)]);
        self.singles.push(single);
        id
    }

    fn next_id(&self) -> ValueId {
        ValueId(u32::try_from(self.values.len()).expect("fewer than 2^31 values"))
    }

    /// The set of a literal.
    pub fn literal(&mut self, expr: ExprId, value: Value) -> SetId {
        if let Some(id) = self.origins.literal(expr) {
            return self.singles[id.idx()];
        }
        self.origins.push_literal(expr, self.next_id());
        let id = self.push(value);
        self.singles[id.idx()]
    }

    /// The set of what an operation makes of constants; nothing has looked at its operands if it only depends on them.
    pub fn made(&mut self, expr: ExprId, operands: [ValueId; 2], value: Value) -> SetId {
        if let Some(id) = self.origins.made(expr, operands) {
            return self.singles[id.idx()];
        }
        let is_closed = |id| self.origins.is_sealed(id) && !self.origins.is_open(id);
        if !operands.into_iter().any(is_closed) {
            return self.one(value);
        }
        self.origins.push_made(expr, operands, self.next_id());
        let id = self.push(value);
        self.singles[id.idx()]
    }

    /// The number of a value that occurs.
    #[must_use]
    pub fn find(&self, value: Value) -> Option<ValueId> {
        match value {
            Value::Str(name) => self.strings.get(name.idx()).copied().flatten(),
            Value::Table(table) => self.tables.get(table.idx()).copied().flatten(),
            _ => self.value_ids.get(&value).copied(),
        }
    }

    /// The value of a number. Of a constant, the caller looks at which one it is.
    #[must_use]
    pub fn get(&self, id: ValueId) -> Value {
        self.origins.open(id);
        self.values[id.idx()]
    }

    /// The value of a number, of which only the kind may be used: that it is a number or a string, but not which one.
    #[must_use]
    pub fn kind(&self, id: ValueId) -> Value {
        self.values[id.idx()]
    }

    /// The set of one value.
    pub fn one(&mut self, value: Value) -> SetId {
        let id = self.id(value);
        self.singles[id.idx()]
    }

    /// The set of the value of a number.
    #[must_use]
    pub fn alone(&self, id: ValueId) -> SetId {
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
        self.sets.elems(set)
    }

    /// Whether the set has any of these traits.
    #[must_use]
    pub fn has(&self, set: SetId, traits: Traits) -> bool {
        self.traits[set.idx()].has(traits)
    }

    /// The values of a set.
    pub fn values(&self, set: SetId) -> impl Iterator<Item = Value> + '_ {
        self.elems(set).iter().map(|elem| self.get(elem.value()))
    }

    /// The values of a set, of which only the kind may be used ([`Values::kind`]).
    pub fn kinds(&self, set: SetId) -> impl Iterator<Item = Value> + '_ {
        self.elems(set).iter().map(|elem| self.kind(elem.value()))
    }

    /// The values with their unsure bits, as a list of its own.
    #[must_use]
    pub fn list(&self, set: SetId) -> smallvec::SmallVec<[(Value, bool); 4]> {
        self.elems(set)
            .iter()
            .map(|elem| (self.get(elem.value()), elem.unsure()))
            .collect()
    }

    /// The same, of which only the kind may be used ([`Values::kind`]).
    #[must_use]
    pub fn list_kinds(&self, set: SetId) -> smallvec::SmallVec<[(Value, bool); 4]> {
        self.elems(set)
            .iter()
            .map(|elem| (self.kind(elem.value()), elem.unsure()))
            .collect()
    }

    /// The set of given elements.
    pub fn intern(&mut self, mut elems: Vec<Elem>) -> SetId {
        elems.sort_unstable();
        self.intern_sorted(&mut elems)
    }

    fn intern_sorted(&mut self, elems: &mut Vec<Elem>) -> SetId {
        if let Some(merged) = self.merged
            && elems.binary_search(&merged).is_ok()
        {
            elems.retain(|elem| !self.is_constant(*elem) || *elem == merged);
        }
        elems.dedup_by_key(|elem| elem.value());
        if self.any_function.is_some() || elems.len() > self.max_functions {
            self.merge_functions(elems);
        }
        if let Some(id) = self.sets.find(elems) {
            return id;
        }
        let mut may_change = elems.len() > 1 && self.join_constants(elems);
        if elems.len() > MAX_CONSTANTS {
            self.merge_constants(elems);
            may_change = true;
        }
        if may_change && let Some(id) = self.sets.find(elems) {
            return id;
        }
        let kinds = elems.iter().map(|elem| self.kind(elem.value()));
        let traits = Traits::of(kinds);
        self.traits.push(traits);
        self.sets.add(elems)
    }

    /// The set of elements that are put into an empty list, in order.
    fn build(&mut self, fill: impl FnOnce(&Values, &mut Vec<Elem>)) -> SetId {
        let mut elems = std::mem::take(&mut self.spare);
        elems.clear();
        fill(self, &mut elems);
        let set = self.intern_sorted(&mut elems);
        self.spare = elems;
        set
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
        let union = self.build(|values, elems| merge(values.elems(a), values.elems(b), elems));
        self.unions.insert(key, union);
        union
    }

    /// Many sets together.
    pub fn union_all(&mut self, sets: &[SetId]) -> SetId {
        let elems = sets.iter().flat_map(|&set| self.elems(set)).copied();
        self.intern(elems.collect())
    }

    /// The set with one more value.
    pub fn with(&mut self, set: SetId, value: Value) -> SetId {
        let one = self.one(value);
        self.union(set, one)
    }

    /// The elements for which `keep` holds; it may only ask for the kind ([`Values::kind`]).
    pub fn filter(&mut self, set: SetId, keep: impl Fn(Value) -> bool) -> SetId {
        let all = self.elems(set);
        let stays = |values: &Values, elem: &Elem| keep(values.kind(elem.value()));
        if all.iter().all(|elem| stays(self, elem)) {
            return set;
        }
        self.build(|values, elems| {
            let kept = values.elems(set).iter().filter(|elem| stays(values, elem));
            elems.extend(kept);
        })
    }

    /// The elements of a set that another one does not have.
    pub fn without(&mut self, set: SetId, other: SetId) -> SetId {
        let other: Vec<Elem> = self.elems(other).to_vec();
        let has = |elem: &Elem| other.iter().any(|known| known.value() == elem.value());
        let kept = self.elems(set).iter().copied().filter(|elem| !has(elem));
        let kept = kept.collect();
        self.intern(kept)
    }

    /// The set with everything that can be called or indexed, or that is likely to be a key, marked unsure.
    pub fn unsure(&mut self, set: SetId) -> SetId {
        if let Some(&Some(known)) = self.unsure.get(set.idx()) {
            return known;
        }
        // Whichever object of HALion it is, it has the methods of its class.
        let first = self.kinds(set).find(is_live);
        let is_one_class = matches!(first, Some(Value::Host(_) | Value::Hosts(_)))
            && (self.kinds(set).filter(is_live)).all(|other| Some(other) == first);
        let marked = self
            .elems(set)
            .iter()
            .map(|elem| {
                let kind = self.kind(elem.value());
                let live = matches!(kind, Value::Str(_)) || is_live(&kind) && !is_one_class;
                Elem::new(elem.value(), elem.unsure() || live)
            })
            .collect();
        let marked = self.intern(marked);
        keep(&mut self.unsure, set.idx(), marked);
        marked
    }

    /// The set without [`Value::Absent`].
    pub fn there(&mut self, set: SetId) -> SetId {
        if let Some(&Some(known)) = self.there.get(set.idx()) {
            return known;
        }
        let there = self.filter(set, |value| value != Value::Absent);
        keep(&mut self.there, set.idx(), there);
        there
    }

    /// The set without [`Value::Absent`] and nil.
    pub fn not_nil(&mut self, set: SetId) -> SetId {
        if let Some(&Some(known)) = self.not_nil.get(set.idx()) {
            return known;
        }
        let not_nil = self.filter(set, |value| !matches!(value, Value::Absent | Value::Nil));
        keep(&mut self.not_nil, set.idx(), not_nil);
        not_nil
    }

    /// Whether a condition on this set can hold.
    #[must_use]
    pub fn can_be_true(&self, set: SetId) -> bool {
        self.has(set, Traits::TRUE)
    }

    /// Whether a condition on this set can fail.
    #[must_use]
    pub fn can_be_false(&self, set: SetId) -> bool {
        self.has(set, Traits::FALSE)
    }

    /// Whether the set holds something that can be called.
    #[must_use]
    pub fn has_function(&self, set: SetId) -> bool {
        self.has(set, Traits::FUNCTION)
    }
}

fn keep<T: Copy>(known: &mut Vec<Option<T>>, idx: usize, value: T) {
    if known.len() <= idx {
        known.resize(idx + 1, None);
    }
    known[idx] = Some(value);
}

/// Both sorted lists as one.
fn merge(mut a: &[Elem], mut b: &[Elem], merged: &mut Vec<Elem>) {
    while let ([first, a_rest @ ..], [second, b_rest @ ..]) = (a, b) {
        merged.push(*first.min(second));
        let (is_first, is_second) = (first <= second, second <= first);
        a = if is_first { a_rest } else { a };
        b = if is_second { b_rest } else { b };
    }
    merged.extend_from_slice(a);
    merged.extend_from_slice(b);
}

impl Default for Values {
    fn default() -> Self {
        Values::new()
    }
}
