//! One offer of a completion: how well it fits, what it shows, and its documentation, which is asked for later.

use halion_api::{Availability, Function, LuaEntry, LuaKind, Threads, api};

use crate::facts;

/// One offer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// How well it fits.
    pub rank: Rank,
    /// What is shown and searched.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// The signature or value, with the threads.
    pub detail: String,
    /// What is inserted, if not the label.
    pub insert: Option<String>,
    /// Whether its use is advised against.
    pub is_deprecated: bool,
    /// What [`documentation`] explains; the script's own names have none.
    pub key: Option<String>,
}

/// How well an offer fits; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// A local, or a key that is expected here.
    Near,
    /// A name of the script or of HALion that works in the thread of this place.
    Fits,
    /// Lua's own library and words.
    Lua,
    /// A function that cannot be called in the thread of this place.
    WrongThread,
}

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// A function.
    Function,
    /// A method.
    Method,
    /// A function HALion calls.
    Callback,
    /// A class with a constructor.
    Class,
    /// A field or key.
    Field,
    /// An enumeration.
    Enumeration,
    /// A constant of an enumeration.
    Constant,
    /// A variable.
    Variable,
    /// A library.
    Module,
    /// A word of Lua.
    Keyword,
}

impl Item {
    pub(super) fn new(rank: Rank, label: &str, kind: ItemKind, detail: &str) -> Self {
        Self {
            rank,
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            insert: None,
            is_deprecated: false,
            key: None,
        }
    }

    pub(super) fn with_key(self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self
        }
    }

    pub(super) fn function(
        function: &Function,
        label: &str,
        kind: ItemKind,
        runs_on: Threads,
    ) -> Self {
        let rank = if function.threads.is_superset(runs_on) {
            Rank::Fits
        } else {
            Rank::WrongThread
        };
        let signature = facts::signatures(function)
            .into_iter()
            .next()
            .unwrap_or_default();
        let threads = if function.ui_only {
            "UI scripts only".to_owned()
        } else {
            threads_text(function.threads)
        };
        Self {
            is_deprecated: function.deprecated,
            ..Self::new(rank, label, kind, &format!("{signature}  [{threads}]"))
                .with_key(&function.qualified_name())
        }
    }

    pub(super) fn lua(entry: &LuaEntry) -> Option<Self> {
        let is_deprecated = match entry.availability {
            Availability::Available => false,
            Availability::Deprecated => true,
            Availability::Removed | Availability::Absent => return None,
        };
        let kind = match entry.kind {
            LuaKind::Function => ItemKind::Function,
            LuaKind::Value => ItemKind::Constant,
        };
        let item = Self::new(Rank::Lua, &entry.name, kind, &entry.signature)
            .with_key(&entry.qualified_name());
        Some(Self {
            is_deprecated,
            ..item
        })
    }
}

fn threads_text(threads: Threads) -> String {
    match threads.single() {
        Some(thread) => format!("{thread} only"),
        None => threads.to_string(),
    }
}

/// The Markdown for the `key` of an [`Item`].
#[must_use]
pub fn documentation(key: &str) -> Option<String> {
    let api = api();
    if let Some(callback) = api.callback(key).or_else(|| api.ui_callback(key)) {
        return Some(facts::callback(callback, None));
    }
    if let Some(function) = api.function(key) {
        return Some(facts::function(function, None));
    }
    if let Some((class, name)) = key.split_once(':') {
        if let Some(method) = api.method(class, name) {
            return Some(facts::function(method, None));
        }
        return api.lua().entry(key).map(facts::lua);
    }
    if let Some((owner, name)) = key.split_once('.') {
        if let Some(enumeration) = api.enumeration(owner) {
            return Some(facts::constant(enumeration, enumeration.constant(name)?));
        }
        if let Some(class) = api
            .ancestry(owner)
            .find(|class| class.field(name).is_some())
        {
            return Some(facts::field(class, class.field(name)?));
        }
        return api.lua().entry(key).map(facts::lua);
    }
    let class = api.class(key).map(|class| facts::class(class, None));
    class
        .or_else(|| api.enumeration(key).map(facts::enumeration))
        .or_else(|| api.global(key).map(facts::global))
        .or_else(|| api.lua().entry(key).map(facts::lua))
        .or_else(|| {
            api.lua()
                .library(key)
                .map(|library| library.description.clone())
        })
}
