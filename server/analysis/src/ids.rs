//! Numbers of what the solver works on, and the elements of its sets.

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
pub(crate) use ids;

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

impl Default for InstId {
    fn default() -> Self {
        InstId::NONE
    }
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

impl Default for SetId {
    fn default() -> Self {
        SetId::EMPTY
    }
}

/// A value in a set, with its unsure bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Elem(pub(super) u32);

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
