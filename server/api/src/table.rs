//! Tables with agreed keys that functions take or return: a MIDI sequence, a key switch, an envelope point.

use serde::Deserialize;

use crate::{Threads, Value, page_url};

/// A shape of Lua table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Our name for it: `MidiSequence`. It is no name a script can use.
    pub name: String,
    /// The threads the page names. They are those of the function that hands the table out; the table itself is plain Lua.
    pub stated: Threads,
    /// The HALion version that brought it.
    #[serde(default)]
    pub since: Option<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// Where a script gets one, or hands it over.
    #[serde(default)]
    pub obtained_by: Option<String>,
    /// The reference page (file stem).
    pub page: String,
    /// A misprint or gap of the page, and how we read it.
    #[serde(default)]
    pub erratum: Option<String>,
    /// Its keys.
    pub fields: Vec<Value>,
}

impl Table {
    /// A key by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The address of its reference page.
    #[must_use]
    pub fn url(&self) -> String {
        page_url(&self.page)
    }
}
