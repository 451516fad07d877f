//! Enumerations and their constants, and the controller numbers that have no constants. Reading one is never bound to a thread.

use serde::Deserialize;

use crate::{Range, Threads, page_url};

/// A global table of named numbers: `EventType`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enumeration {
    /// The name of the global: `EventType`.
    pub name: String,
    /// The threads the page names. Not to be checked: reading a constant works anywhere (HALion semantics 1.6).
    pub stated: Threads,
    /// The HALion version that brought it.
    #[serde(default)]
    pub since: Option<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// The reference page (file stem).
    pub page: String,
    /// A misprint of the page, and how we read it.
    #[serde(default)]
    pub erratum: Option<String>,
    /// The constants in order of their values.
    pub constants: Vec<Constant>,
}

impl Enumeration {
    /// The threads its constants may be read in: both, always.
    #[must_use]
    pub fn threads(&self) -> Threads {
        Threads::BOTH
    }

    /// A constant by name.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<&Constant> {
        self.constants.iter().find(|constant| constant.name == name)
    }

    /// The first constant with this value.
    #[must_use]
    pub fn constant_of(&self, value: i64) -> Option<&Constant> {
        self.constants
            .iter()
            .find(|constant| constant.value == value)
    }

    /// The address of its reference page.
    #[must_use]
    pub fn url(&self) -> String {
        page_url(&self.page)
    }
}

/// One named number of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The name without its enumeration: `noteOn`.
    pub name: String,
    /// The number.
    pub value: i64,
    /// The HALion version that brought it, if later than its enumeration.
    #[serde(default)]
    pub since: Option<String>,
    /// What it stands for, a phrase.
    pub description: String,
}

/// A controller number beyond the 128 of MIDI.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerNumber {
    /// The number, from 128.
    pub number: u16,
    /// HALion's name for it.
    pub name: String,
    /// Whether it belongs to single notes, so that `onController` never sees it (HALion semantics 3.1).
    #[serde(default)]
    pub per_note: bool,
    /// The range of its values if it is not 0 to 127.
    #[serde(default)]
    pub range: Option<Range>,
    /// One sentence for the script author.
    pub description: String,
}

impl ControllerNumber {
    /// The address of the reference page of all controller numbers.
    #[must_use]
    pub fn url(&self) -> String {
        page_url("Controller-Numbers")
    }
}
