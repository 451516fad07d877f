//! Storage: tables and places with their load-phase versions (THREAD-ANALYSIS 2.1, 2.3).
//!
//! A place keeps three sets. `load`: everything stored while the script loads. `weak`: everything stored by functions, in any order.
//! `last`: what straight-line global statements leave behind. Load instances read `load`, run instances `last` and `weak`.

use rustc_hash::FxHashMap;

use halion_api::Enumeration;

use crate::ir::ExprId;
use crate::value::{InstId, LocId, SetId, TableId, Value, ValueId, Values};

/// A field, a captured variable, or a metatable slot.
#[derive(Default)]
pub struct Loc {
    /// Everything stored during loading.
    pub load: SetId,
    /// Everything stored in an unknown order.
    pub weak: SetId,
    /// What global statements leave behind.
    pub last: Option<SetId>,
    /// Whether global statements stored different things here, one after the other.
    pub versioned: bool,
    /// Whether it stands for the variables of several rounds of a loop.
    pub is_summary: bool,
    /// Whether every table has it from its constructor on.
    pub definite: bool,
    /// Whether the host writes it too: parameters and slot locals.
    pub host: bool,
    /// Instances to run again when it grows.
    pub readers: Vec<InstId>,
}

/// What a table of the language holds from the start.
#[derive(Clone, Copy)]
pub enum Lib {
    /// The globals.
    Globals,
    /// A library: `string`.
    Lua(&'static str),
    /// `package.loaded`.
    Loaded,
    /// `package.preload`.
    Preload,
    /// `AudioFile`.
    Static(&'static str),
    /// An enumeration: `EventType`.
    Enum(&'static Enumeration),
}

/// A table constructor in an instance, or a table of the language.
pub struct Table {
    /// What it holds from the start.
    pub lib: Option<Lib>,
    /// Whether there is exactly one such table, made by straight-line global statements: stores replace.
    pub singleton: bool,
    /// Whether it was ever stored: others than the functions it is given to may change it.
    pub stored: bool,
    /// Whether code that cannot be seen, or HALion, may have put anything into it.
    pub open: bool,
    /// Constant keys in the order they appeared.
    pub fields: Vec<(ValueId, LocId)>,
    /// Items stored at a counted position.
    pub array: LocId,
    /// Values stored at unknown keys.
    pub star: LocId,
    /// Metatables.
    pub meta: LocId,
    /// Instances that read all fields.
    pub readers: Vec<InstId>,
}

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A constant, a function, a table.
    Const(ValueId),
    /// A counted position.
    Array,
    /// Unknown.
    Star,
}

/// All tables and places.
#[derive(Default)]
pub struct Heap {
    /// Tables.
    pub tables: Vec<Table>,
    /// Places.
    pub locs: Vec<Loc>,
    fields: FxHashMap<(TableId, ValueId), LocId>,
    sites: FxHashMap<(ExprId, InstId), TableId>,
    slots: FxHashMap<(InstId, u32), LocId>,
}

impl Heap {
    /// A new place.
    pub fn loc(&mut self) -> LocId {
        let id = LocId(u32::try_from(self.locs.len()).expect("fewer than 2^32 places"));
        self.locs.push(Loc::default());
        id
    }

    /// A new table.
    pub fn table(&mut self, lib: Option<Lib>, singleton: bool) -> TableId {
        let (array, star, meta) = (self.loc(), self.loc(), self.loc());
        let id = TableId(u32::try_from(self.tables.len()).expect("fewer than 2^32 tables"));
        self.tables.push(Table {
            lib,
            singleton,
            stored: lib.is_some(),
            open: false,
            fields: Vec::new(),
            array,
            star,
            meta,
            readers: Vec::new(),
        });
        id
    }

    /// The table of a constructor in an instance, and whether it is new.
    pub fn table_at(&mut self, site: ExprId, inst: InstId, singleton: bool) -> TableId {
        if let Some(&table) = self.sites.get(&(site, inst)) {
            return table;
        }
        let table = self.table(None, singleton);
        self.sites.insert((site, inst), table);
        table
    }

    /// The place of a field if something was stored or asked for there.
    #[must_use]
    pub fn find_field(&self, table: TableId, key: ValueId) -> Option<LocId> {
        self.fields.get(&(table, key)).copied()
    }

    /// The place of a field.
    pub fn field(&mut self, table: TableId, key: ValueId) -> LocId {
        if let Some(loc) = self.find_field(table, key) {
            return loc;
        }
        let loc = self.loc();
        self.fields.insert((table, key), loc);
        self.tables[table.idx()].fields.push((key, loc));
        loc
    }

    /// The place of a captured variable of an instance.
    pub fn slot(&mut self, inst: InstId, var: u32) -> LocId {
        if let Some(&loc) = self.slots.get(&(inst, var)) {
            return loc;
        }
        let loc = self.loc();
        self.slots.insert((inst, var), loc);
        loc
    }

    /// The place, mutably.
    pub fn at(&mut self, loc: LocId) -> &mut Loc {
        &mut self.locs[loc.idx()]
    }

    /// The table's facts.
    #[must_use]
    pub fn get(&self, table: TableId) -> &Table {
        &self.tables[table.idx()]
    }
}

/// The key a value is, if it can be one.
pub fn key_of(value: Value, values: &mut Values) -> Option<Key> {
    match value {
        Value::Nil | Value::Absent => None,
        Value::Index => Some(Key::Array),
        Value::Truthy | Value::Unknown => Some(Key::Star),
        constant => Some(Key::Const(values.id(constant))),
    }
}
