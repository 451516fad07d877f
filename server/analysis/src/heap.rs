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
    /// What the host writes here too: parameters and slot locals.
    pub host: HostWrites,
    /// The instance whose table or variable it is.
    pub owner: InstId,
    /// For a field or a metatable slot: its table, as long as that is one of a single run ([`Table::own`]).
    pub own: Option<TableId>,
    /// Whether it ever was one: what the flow of loading holds for it is not what it holds in the end.
    pub was_own: bool,
    /// Instances to run again when it grows.
    pub readers: Readers,
}

/// What HALion itself writes to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostWrites {
    /// Nothing.
    #[default]
    Nothing,
    /// A whole number from 1 on: a parameter that is one of several strings, or counts.
    Position,
    /// A number.
    Number,
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// Anything.
    Anything,
}

impl HostWrites {
    /// Either.
    #[must_use]
    pub fn or(self, other: HostWrites) -> HostWrites {
        match (self, other) {
            (HostWrites::Nothing, one) | (one, HostWrites::Nothing) => one,
            (one, other) if one == other => one,
            (HostWrites::Position, HostWrites::Number)
            | (HostWrites::Number, HostWrites::Position) => HostWrites::Number,
            _ => HostWrites::Anything,
        }
    }
}

/// An instance that used something.
#[derive(Clone, Copy)]
pub struct Reader {
    /// It.
    pub inst: InstId,
    /// The run in which it last did.
    pub run: u32,
    /// The stretch of loading in which it last did: what happens in later ones does not change what was there.
    pub stretch: u32,
}

/// Instances that used something.
#[derive(Default)]
pub struct Readers {
    list: Vec<Reader>,
    /// Places in `list`, once there are many.
    places: Option<Box<FxHashMap<InstId, u32>>>,
}

/// Up to so many readers are found by looking at all.
const FEW_READERS: usize = 8;

impl Readers {
    /// An instance uses it.
    pub fn note(&mut self, new: Reader) {
        let inst = new.inst;
        let known = match &self.places {
            _ if self.list.last().is_some_and(|last| last.inst == inst) => {
                Some(self.list.len() - 1)
            }
            None => self.list.iter().position(|known| known.inst == inst),
            Some(places) => places.get(&inst).map(|&place| place as usize),
        };
        if let Some(place) = known {
            self.list[place] = new;
            return;
        }
        self.list.push(new);
        let place = |place: usize| u32::try_from(place).expect("fewer than 2^32 readers");
        match &mut self.places {
            Some(places) => {
                places.insert(inst, place(self.list.len() - 1));
            }
            None if self.list.len() > FEW_READERS => {
                let list = self.list.iter().enumerate();
                let places = list.map(|(at, reader)| (reader.inst, place(at)));
                self.places = Some(Box::new(places.collect()));
            }
            None => {}
        }
    }

    /// The one at a place, in the order in which they came.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Reader> {
        self.list.get(place).copied()
    }
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

/// Which tables one stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kin {
    /// Itself.
    One,
    /// Several of one constructor.
    OfSite,
    /// Several of different constructors.
    Mixed,
}

/// A table constructor in an instance, or a table of the language.
pub struct Table {
    /// The constructor, unless it is a table of the language.
    pub site: Option<ExprId>,
    /// The instance that made it.
    pub creator: InstId,
    /// Which tables it stands for.
    pub kin: Kin,
    /// What it holds from the start.
    pub lib: Option<Lib>,
    /// Whether there is exactly one such table, made by straight-line global statements: stores replace.
    pub singleton: bool,
    /// Whether it was ever stored: others than the functions it is given to may change it.
    pub stored: bool,
    /// Whether it is known only to the run that made it, to functions that get it as an argument, and to callers that it is returned to:
    /// what they store at constant keys replaces what was there.
    pub own: bool,
    /// Whether code that cannot be seen, or HALion, may have put anything into it.
    pub open: bool,
    /// Constant keys in the order they appeared.
    pub fields: Vec<(ValueId, LocId)>,
    /// All that was ever stored at constant keys, once somebody wants to know.
    pub summary: Option<LocId>,
    /// Items stored at a counted position.
    pub array: LocId,
    /// Values stored at unknown keys.
    pub star: LocId,
    /// Metatables.
    pub meta: LocId,
    /// Instances that read all fields.
    pub readers: Readers,
}

impl Table {
    /// One that holds nothing.
    fn empty(array: LocId, star: LocId, meta: LocId) -> Table {
        Table {
            site: None,
            creator: InstId::NONE,
            kin: Kin::One,
            lib: None,
            singleton: false,
            stored: false,
            own: false,
            open: false,
            fields: Vec::new(),
            summary: None,
            array,
            star,
            meta,
            readers: Readers::default(),
        }
    }
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
    /// For each table the one that stands for it: itself, unless it was merged.
    merged_into: Vec<TableId>,
    /// How often tables were merged.
    pub n_merges: u32,
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
        self.merged_into.push(id);
        self.tables.push(Table {
            lib,
            singleton,
            stored: lib.is_some(),
            ..Table::empty(array, star, meta)
        });
        id
    }

    /// The table of a constructor in an instance, and whether it is new.
    pub fn table_at(&mut self, site: ExprId, inst: InstId, singleton: bool) -> (TableId, bool) {
        if let Some(&table) = self.sites.get(&(site, inst)) {
            return (self.present(table), false);
        }
        let table = self.table(None, singleton);
        let facts = &mut self.tables[table.idx()];
        (facts.site, facts.creator) = (Some(site), inst);
        for loc in [facts.array, facts.star, facts.meta] {
            self.locs[loc.idx()].owner = inst;
        }
        self.sites.insert((site, inst), table);
        (table, true)
    }

    /// The place of a field if something was stored or asked for there.
    #[must_use]
    pub fn find_field(&self, table: TableId, key: ValueId) -> Option<LocId> {
        self.fields.get(&(self.present(table), key)).copied()
    }

    /// The table that stands for this one.
    #[must_use]
    pub fn present(&self, mut table: TableId) -> TableId {
        while self.merged_into[table.idx()] != table {
            table = self.merged_into[table.idx()];
        }
        table
    }

    /// From here on, the second table stands for the first one, which is returned; what it holds is still to be given to the second.
    pub fn merge(&mut self, from: TableId, into: TableId) -> Table {
        self.merged_into[from.idx()] = into;
        self.n_merges += 1;
        let (array, star, meta) = (self.loc(), self.loc(), self.loc());
        let left = Table {
            stored: true,
            ..Table::empty(array, star, meta)
        };
        std::mem::replace(&mut self.tables[from.idx()], left)
    }

    /// The place of a field.
    pub fn field(&mut self, table: TableId, key: ValueId) -> LocId {
        let table = self.present(table);
        if let Some(loc) = self.find_field(table, key) {
            return loc;
        }
        let loc = self.loc();
        self.locs[loc.idx()].owner = self.tables[table.idx()].creator;
        self.fields.insert((table, key), loc);
        let facts = &mut self.tables[table.idx()];
        facts.fields.push((key, loc));
        self.locs[loc.idx()].own = facts.own.then_some(table);
        self.locs[loc.idx()].was_own = facts.own;
        loc
    }

    /// A new table is one of a single run.
    pub fn set_own(&mut self, table: TableId) {
        let facts = &mut self.tables[table.idx()];
        facts.own = true;
        self.locs[facts.meta.idx()].own = Some(table);
        self.locs[facts.meta.idx()].was_own = true;
    }

    /// A table is no longer one of a single run; whether it was.
    pub fn share(&mut self, table: TableId) -> bool {
        let table = self.present(table);
        let facts = &mut self.tables[table.idx()];
        self.locs[facts.meta.idx()].own = None;
        for &(_, loc) in &facts.fields {
            self.locs[loc.idx()].own = None;
        }
        std::mem::replace(&mut facts.own, false)
    }

    /// The place of a captured variable of an instance.
    pub fn slot(&mut self, inst: InstId, var: u32) -> LocId {
        if let Some(&loc) = self.slots.get(&(inst, var)) {
            return loc;
        }
        let loc = self.loc();
        self.locs[loc.idx()].owner = inst;
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
        &self.tables[self.present(table).idx()]
    }

    /// The table's facts, mutably.
    pub fn get_mut(&mut self, table: TableId) -> &mut Table {
        let table = self.present(table);
        &mut self.tables[table.idx()]
    }
}

/// The key a value is, if it can be one.
pub fn key_of(value: Value, values: &mut Values) -> Option<Key> {
    match value {
        Value::Nil | Value::Absent => None,
        Value::Index => Some(Key::Array),
        Value::Truthy | Value::Number | Value::Text | Value::Unknown => Some(Key::Star),
        constant => Some(Key::Const(values.id(constant))),
    }
}
