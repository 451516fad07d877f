//! The Lua 5.2 standard library as HALion offers it: what is there, what HALion leaves out, what is only left over from Lua 5.1,
//! and what only other versions of Lua have.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::{FunctionParam, Threads};

/// The standard library. Entries are neutral: they work in both threads (HALion semantics 1.6).
#[derive(Debug)]
pub struct Lua {
    libraries: &'static [Library],
    by_name: FxHashMap<String, &'static LuaEntry>,
}

impl Lua {
    pub(crate) fn new(libraries: &'static [Library]) -> Lua {
        let entries = libraries.iter().flat_map(|library| &library.entries);
        Lua {
            libraries,
            by_name: entries
                .map(|entry| (entry.qualified_name(), entry))
                .collect(),
        }
    }

    /// The libraries in the order of the Lua manual, then the methods of files.
    #[must_use]
    pub fn libraries(&self) -> &'static [Library] {
        self.libraries
    }

    /// A library by the name of its global table: `string`; the basic functions are `_G`, the methods of files `file`.
    #[must_use]
    pub fn library(&self, name: &str) -> Option<&'static Library> {
        self.libraries.iter().find(|library| library.name == name)
    }

    /// A function or value by its full name: `print`, `table.sort`, `math.pi`, `file:read`.
    #[must_use]
    pub fn entry(&self, qualified_name: &str) -> Option<&'static LuaEntry> {
        self.by_name.get(qualified_name).copied()
    }

    /// Whether there is a global variable of this name: a basic function or the table of a library.
    #[must_use]
    pub fn has_global(&self, name: &str) -> bool {
        let library = self.library(name).filter(|_| name != "file");
        library.is_some_and(|library| library.availability.is_there())
            || (self.entry(name)).is_some_and(|entry| entry.availability.is_there())
    }

    /// Everything, library by library.
    pub fn entries(&self) -> impl Iterator<Item = &'static LuaEntry> {
        self.libraries.iter().flat_map(|library| &library.entries)
    }
}

/// One library: a global table, the basic functions (`_G`), or the methods of files (`file`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The name of the global table, `_G` for the basic functions, `file` for the methods of file objects.
    pub name: String,
    /// One or two sentences for the script author.
    pub description: String,
    /// Whether HALion has it; a removed or absent library is nil.
    #[serde(default)]
    pub availability: Availability,
    /// The Lua that has an absent library: `Lua 5.3`.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Its functions and values.
    pub entries: Vec<LuaEntry>,
}

/// A function or a value of the standard library.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LuaEntry {
    /// The name inside its library: `sort`.
    pub name: String,
    /// The name of its library; see [`Library::name`].
    #[serde(skip)]
    pub library: String,
    /// Function or value.
    #[serde(default)]
    pub kind: LuaKind,
    /// How it is called, or just its name for a value; optional arguments stand in brackets.
    pub signature: String,
    /// One sentence for the script author.
    pub description: String,
    /// Whether HALion has it.
    #[serde(default)]
    pub availability: Availability,
    /// The Lua that has an absent one: `Lua 5.3`.
    #[serde(default)]
    pub part_of: Option<String>,
    /// What to write instead of a removed, deprecated or absent one.
    #[serde(default)]
    pub instead: Option<String>,
    /// What becomes of functions given to it.
    #[serde(default)]
    pub function_params: Vec<FunctionParam>,
}

impl LuaEntry {
    /// The full name: `print`, `table.sort`, `file:read`.
    #[must_use]
    pub fn qualified_name(&self) -> String {
        match self.library.as_str() {
            "_G" => self.name.clone(),
            "file" => format!("file:{}", self.name),
            library => format!("{library}.{}", self.name),
        }
    }

    /// The threads it may be used in: both, or none if it is not there.
    #[must_use]
    pub fn threads(&self) -> Threads {
        match self.availability.is_there() {
            true => Threads::BOTH,
            false => Threads::NONE,
        }
    }

    /// The address in the Lua 5.2 reference manual; names of another version point to its manual.
    #[must_use]
    pub fn url(&self) -> String {
        let version = match (self.availability, self.part_of.as_deref()) {
            (_, Some("LuaJIT")) => return "https://luajit.org/extensions.html".to_owned(),
            (_, Some(part_of)) => part_of.trim_start_matches("Lua "),
            (Availability::Deprecated, None) => "5.1",
            (_, None) => "5.2",
        };
        format!(
            "https://www.lua.org/manual/{version}/manual.html#pdf-{}",
            self.qualified_name()
        )
    }
}

/// Function or value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LuaKind {
    /// Can be called.
    #[default]
    Function,
    /// A number, string or table such as `math.pi`.
    Value,
}

/// Whether HALion has an entry of the standard library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Part of Lua 5.2 and there.
    #[default]
    Available,
    /// Left out of HALion: the name is nil (HALion semantics 11.1).
    Removed,
    /// A name of Lua 5.1 that Lua 5.2 keeps only for compatibility; not to be relied on.
    Deprecated,
    /// A name of another version that Lua 5.2 does not have: it is nil.
    Absent,
}

impl Availability {
    /// Whether the name has a value in HALion.
    #[must_use]
    pub fn is_there(self) -> bool {
        matches!(self, Availability::Available | Availability::Deprecated)
    }
}
