//! Builtin functions as values (THREAD-ANALYSIS 2.4): what HALion and the Lua library put into `_G` and their tables. Assigning to
//! a field of an object is one too: HALion runs code of its own there, and not in every thread.
//!
//! Which functions exist and where they may be called comes from `halion_api`; only what the analysis interprets itself is named here.

use std::collections::HashMap;

use halion_api::{Class, Field, Function, Threads, api};

use crate::value::BuiltinId;

/// What a call does that the API data cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is named after the function it interprets"
)]
pub enum Special {
    Plain,
    GetContext,
    DefineParameter,
    DefineSlotLocal,
    Clone,
    Require,
    Pcall,
    Xpcall,
    Sort,
    Gsub,
    SetMetatable,
    /// `debug.setmetatable`, which takes values of all types.
    SetMetatableOfAny,
    GetMetatable,
    RawGet,
    RawSet,
    Pairs,
    Ipairs,
    Next,
    Select,
    Unpack,
    Pack,
    Insert,
    Remove,
    Assert,
    Error,
    Type,
    ToString,
    Print,
    Random,
    /// `match` and `find`.
    Match,
    Gmatch,
    /// Gives a constant for constants.
    Constant,
    Concat,
    RawEqual,
    /// Runs code that cannot be seen, `load`, or changes what code does behind its back, `debug.setupvalue`.
    Unseen,
}

/// A builtin function.
pub struct Builtin {
    /// As a chain names it: `table.sort` is `sort`, `Layer:setName` is `setName`.
    pub short: String,
    /// Its entry in the API if it is HALion's.
    pub api: Option<&'static Function>,
    /// The field it assigns to, if it is an assignment.
    pub field: Option<&'static Field>,
    /// What we interpret ourselves.
    pub special: Special,
}

impl Builtin {
    /// The threads it works in, as far as its arguments do not matter.
    #[must_use]
    pub fn threads(&self) -> Threads {
        match (self.api, self.field) {
            (Some(function), _) => function.threads,
            (None, Some(field)) => field.assigned_in,
            (None, None) => Threads::BOTH,
        }
    }

    /// Whether a call does the same on both threads, whatever its arguments are.
    #[must_use]
    pub fn is_for_any_thread(&self) -> bool {
        let is_plain = !matches!(self.special, Special::GetContext | Special::Clone);
        let is_disputed = |function: &Function| function.ui_only || function.dispute.is_some();
        is_plain && self.threads() == Threads::BOTH && !self.api.is_some_and(is_disputed)
    }
}

/// All builtins asked for so far.
#[derive(Default)]
pub struct Builtins {
    all: Vec<Builtin>,
    by_name: HashMap<String, BuiltinId>,
}

impl Builtins {
    /// The facts.
    #[must_use]
    pub fn get(&self, id: BuiltinId) -> &Builtin {
        &self.all[id.idx()]
    }

    /// A function of HALion.
    pub fn api(&mut self, function: &'static Function) -> BuiltinId {
        let special = match function.qualified_name().as_str() {
            "getContext" => Special::GetContext,
            "defineParameter" => Special::DefineParameter,
            "defineSlotLocal" => Special::DefineSlotLocal,
            "clone" => Special::Clone,
            _ => Special::Plain,
        };
        self.add(
            function.qualified_name(),
            function.called_as(),
            Some(function),
            special,
        )
    }

    /// An assignment to a field of an object of this class.
    pub fn assignment(&mut self, class: &Class, field: &'static Field) -> BuiltinId {
        let id = self.add(
            format!("{}.{} =", class.name, field.name),
            field.name.clone(),
            None,
            Special::Plain,
        );
        self.all[id.idx()].field = Some(field);
        id
    }

    /// A function of the Lua library by its full name, if HALion has it.
    pub fn lua(&mut self, full_name: &str) -> Option<BuiltinId> {
        if let Some(&id) = self.by_name.get(full_name) {
            return Some(id);
        }
        let special = special(full_name);
        let known = api()
            .lua()
            .entry(full_name)
            .map_or(special != Special::Plain, |entry| {
                entry.availability.is_there()
            });
        if !known {
            return None;
        }
        let short = full_name.rsplit('.').next().unwrap_or(full_name).to_owned();
        Some(self.add(full_name.to_owned(), short, None, special))
    }

    fn add(
        &mut self,
        name: String,
        short: String,
        api: Option<&'static Function>,
        special: Special,
    ) -> BuiltinId {
        if let Some(&id) = self.by_name.get(&name) {
            return id;
        }
        let id = BuiltinId(u32::try_from(self.all.len()).expect("the API is small"));
        self.all.push(Builtin {
            short,
            api,
            field: None,
            special,
        });
        self.by_name.insert(name, id);
        id
    }
}

fn special(full_name: &str) -> Special {
    match full_name {
        "require" => Special::Require,
        "pcall" => Special::Pcall,
        "xpcall" => Special::Xpcall,
        "table.sort" => Special::Sort,
        "string.gsub" => Special::Gsub,
        "setmetatable" => Special::SetMetatable,
        "debug.setmetatable" => Special::SetMetatableOfAny,
        "getmetatable" | "debug.getmetatable" => Special::GetMetatable,
        "rawget" => Special::RawGet,
        "rawset" => Special::RawSet,
        "rawequal" => Special::RawEqual,
        "pairs" => Special::Pairs,
        "ipairs" => Special::Ipairs,
        "next" => Special::Next,
        "select" => Special::Select,
        "table.unpack" | "unpack" => Special::Unpack,
        "table.pack" => Special::Pack,
        "table.insert" => Special::Insert,
        "table.remove" => Special::Remove,
        "assert" => Special::Assert,
        "error" => Special::Error,
        "type" => Special::Type,
        "tostring" => Special::ToString,
        "print" | "printRaw" => Special::Print,
        "table.concat" => Special::Concat,
        "math.random" => Special::Random,
        "string.match" | "string.find" => Special::Match,
        "string.gmatch" => Special::Gmatch,
        "tonumber" | "string.upper" | "string.lower" | "string.sub" | "string.rep"
        | "string.reverse" | "string.len" | "string.byte" | "string.format" | "math.floor"
        | "string.char" | "math.pow" | "math.fmod" | "math.sqrt" | "math.ceil" | "math.abs"
        | "math.max" | "math.min" | "bit32.band" | "bit32.bor" | "bit32.bxor" | "bit32.btest"
        | "bit32.bnot" | "bit32.lshift" | "bit32.rshift" => Special::Constant,
        "load" | "loadstring" | "loadfile" | "dofile" => Special::Unseen,
        // Hooks, and ways into variables that no name in the text shows.
        "debug.debug" | "debug.sethook" | "debug.setlocal" | "debug.setupvalue"
        | "debug.upvaluejoin" | "debug.getregistry" => Special::Unseen,
        _ => Special::Plain,
    }
}
