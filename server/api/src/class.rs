//! Classes of objects, their fields, and the two global objects.

use serde::Deserialize;

use crate::{Dispute, Function, Range, Special, Threads, Unit, page_url};

/// A class of objects; a script sees its name through `type(object)`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The name: `Layer`.
    pub name: String,
    /// The class it inherits from.
    #[serde(default)]
    pub extends: Option<String>,
    /// The threads its fields may be read in.
    pub threads: Threads,
    /// Set where the reference contradicts itself about the threads.
    #[serde(default)]
    pub dispute: Option<Dispute>,
    /// Whether the page names no threads and we took them from the methods.
    #[serde(default)]
    pub threads_assumed: bool,
    /// The HALion version that brought it.
    #[serde(default)]
    pub since: Option<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// What gives a script such an object, apart from a constructor.
    #[serde(default)]
    pub obtained_by: Vec<String>,
    /// A gap of the page, and how we read it.
    #[serde(default)]
    pub erratum: Option<String>,
    /// The reference page (file stem).
    #[serde(default)]
    pub page: String,
    /// The constructor, if scripts can make such objects.
    #[serde(default)]
    pub constructor: Option<Function>,
    /// Own fields; inherited ones are in the ancestors.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Own methods; inherited ones are in the ancestors.
    #[serde(skip)]
    pub methods: Vec<&'static Function>,
}

impl Class {
    /// The address of its reference page.
    #[must_use]
    pub fn url(&self) -> String {
        page_url(&self.page)
    }

    /// An own field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name: `keyLow`.
    pub name: String,
    /// Lua types or class names, at least one.
    #[serde(deserialize_with = "crate::value::types")]
    pub types: Vec<String>,
    /// Whether it may be nil.
    #[serde(default)]
    pub nilable: bool,
    /// Whether a script may assign to it.
    pub access: Access,
    /// Whether the access is our reading and not the page's own word.
    #[serde(default)]
    pub access_assumed: bool,
    /// The threads a script may assign to it in, wherever it has the object (HALion semantics 9.17).
    #[serde(default = "everywhere")]
    pub assigned_in: Threads,
    /// The smallest and largest value.
    #[serde(default)]
    pub range: Option<Range>,
    /// The unit of a number.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// The enumeration its numbers come from, or `ControllerNumber`.
    #[serde(default, rename = "enum")]
    pub enumeration: Option<String>,
    /// What every element of an array is: a Lua type, a class or a table.
    #[serde(default)]
    pub element_type: Option<String>,
    /// The event types that use the field (class `Event` only), as constants of `EventType`.
    #[serde(default)]
    pub event_types: Vec<String>,
    /// Values with a meaning of their own.
    #[serde(default)]
    pub special: Vec<Special>,
    /// The only values allowed, as Lua source text; empty if not limited this way.
    #[serde(default)]
    pub values: Vec<String>,
    /// The HALion version that brought it, if later than its class.
    #[serde(default)]
    pub since: Option<String>,
    /// One or two sentences for the script author.
    pub description: String,
}

fn everywhere() -> Threads {
    Threads::BOTH
}

/// Whether a script may assign to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Reading only.
    ReadOnly,
    /// Reading and assigning.
    ReadWrite,
}

/// A global variable that HALion defines and that is neither a function, a constructor nor an enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Global {
    /// The name: `this`, `AudioFile`.
    pub name: String,
    /// The class of the object, or `table`.
    #[serde(rename = "type")]
    pub value_type: String,
    /// Whether it is absent in UI scripts.
    #[serde(default)]
    pub midi_only: bool,
    /// Names of its static functions.
    #[serde(default)]
    pub members: Vec<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// The reference page (file stem).
    pub page: String,
}

impl Global {
    /// The address of its reference page.
    #[must_use]
    pub fn url(&self) -> String {
        page_url(&self.page)
    }
}
