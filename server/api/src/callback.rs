//! Callbacks: global functions that HALion calls when a script defines them, in MIDI module scripts and in UI scripts.

use serde::Deserialize;

use crate::{Param, Return, Thread, Threads, Value, page_url};

/// A function the script defines and HALion calls.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    /// The name of the global function: `onNote`.
    pub name: String,
    /// The thread HALion calls it in.
    pub thread: Thread,
    /// Whether the page names no thread and we took it from the listings.
    #[serde(default)]
    pub thread_assumed: bool,
    /// Whether it is called in UI scripts only.
    #[serde(default)]
    pub ui_only: bool,
    /// The HALion version that brought it.
    #[serde(default)]
    pub since: Option<String>,
    /// How the function is declared.
    pub signatures: Vec<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// What makes HALion call it, as a phrase after "when".
    pub trigger: String,
    /// Parameters in order.
    #[serde(default)]
    pub params: Vec<Param>,
    /// Results that HALion uses.
    #[serde(default)]
    pub returns: Vec<Return>,
    /// The keys of the table it returns (UI callbacks).
    #[serde(default)]
    pub result_keys: Vec<Value>,
    /// The constant of `EventType` its event carries.
    #[serde(default)]
    pub event_type: Option<String>,
    /// The fields its event carries, besides `ppqPosition`.
    #[serde(default)]
    pub event_fields: Vec<Value>,
    /// The controller number of its events: 128 for aftertouch, 129 for pitch bend.
    #[serde(default)]
    pub controller: Option<u16>,
    /// The callback that gets the event if this one is not defined (HALion semantics 3.2.1).
    #[serde(default)]
    pub fallback: Option<String>,
    /// The function that passes the event on (HALion semantics 3.2.4).
    #[serde(default)]
    pub pass_on_with: Option<String>,
    /// Whether the engine gets the event in any case (HALion semantics 3.2.5).
    #[serde(default)]
    pub always_processed_by_engine: bool,
    /// How often it is called, in samples (`calcModulation`).
    #[serde(default)]
    pub period_samples: Option<u32>,
    /// Whether it may suspend (`wait` and the like); `None` where the reference is silent.
    #[serde(default)]
    pub may_suspend: Option<bool>,
    /// A misprint or gap of the page, and how we read it.
    #[serde(default)]
    pub erratum: Option<String>,
    /// The reference page: a file stem, with its book in front if it is not the HALion Script one.
    #[serde(default)]
    pub page: String,
    /// Reference pages (file stems) that the page points to.
    #[serde(default)]
    pub see_also: Vec<String>,
}

impl Callback {
    /// The thread as a set of one.
    #[must_use]
    pub fn threads(&self) -> Threads {
        Threads::of(self.thread)
    }

    /// The address of its reference page; UI callbacks share a page and have a section each.
    #[must_use]
    pub fn url(&self) -> String {
        let page = page_url(&self.page);
        if self.ui_only {
            format!("{page}#{}", self.name.to_lowercase())
        } else {
            page
        }
    }
}
