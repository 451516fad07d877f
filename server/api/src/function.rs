//! Functions, methods, constructors and static functions, with the threads they may be called in and what they do with functions given to them.

use serde::Deserialize;

use crate::{Param, Return, Thread, Threads, Value, page_url};

/// How a function is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A global: `playNote(60, 100)`.
    #[default]
    Function,
    /// A method of an object: `layer:findZones()`.
    Method,
    /// A global that makes an object: `Layer()`.
    Constructor,
    /// A function in a global table: `AudioFile.open(path)`.
    Static,
}

/// Something a script can call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The bare name: `playNote`, `findZones`, `Layer`, and `open` for `AudioFile.open`. See [`Function::qualified_name`].
    pub name: String,
    /// How it is reached.
    #[serde(default)]
    pub kind: FunctionKind,
    /// The class of a method or constructor, the table of a static function.
    #[serde(default)]
    pub class: Option<String>,
    /// The threads we accept a call from. What the page says is in [`Function::stated`].
    pub threads: Threads,
    /// Whether it exists in UI scripts only.
    #[serde(default)]
    pub ui_only: bool,
    /// Set where the reference contradicts itself about the threads (HALion semantics 1.8).
    #[serde(default)]
    pub dispute: Option<Dispute>,
    /// Threads that hold only for an argument of a certain type; see [`Function::threads_for`].
    #[serde(default)]
    pub argument_threads: Vec<ArgumentThreads>,
    /// The HALion version that brought it; `None` if it was there from the start.
    #[serde(default)]
    pub since: Option<String>,
    /// Whether the reference advises against it.
    #[serde(default)]
    pub deprecated: bool,
    /// The forms of the call, the first being the usual one.
    pub signatures: Vec<String>,
    /// One or two sentences for the script author.
    pub description: String,
    /// Positional parameters of all forms.
    #[serde(default)]
    pub params: Vec<Param>,
    /// The keys accepted in the form that takes one table, `defineParameter{ ... }`.
    #[serde(default)]
    pub named_params: Vec<Value>,
    /// Results in order.
    #[serde(default)]
    pub returns: Vec<Return>,
    /// What becomes of functions given to it.
    #[serde(default)]
    pub function_params: Vec<FunctionParam>,
    /// Whether the calling task is put on hold: `wait`, `waitBeat`, `waitForRelease`, `runAsync`.
    #[serde(default)]
    pub suspends: bool,
    /// Callbacks it may be used in; empty if all (HALion semantics 4.8, 5.14).
    #[serde(default)]
    pub only_in: Vec<String>,
    /// Whether it fails in global statements (HALion semantics 4.4).
    #[serde(default)]
    pub not_in_global_statements: bool,
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

impl Function {
    /// The name with its class: `Layer:appendZone`, `AudioFile.open`, `Layer`, `playNote`.
    #[must_use]
    pub fn qualified_name(&self) -> String {
        match (self.kind, &self.class) {
            (FunctionKind::Method, Some(class)) => format!("{class}:{}", self.name),
            (FunctionKind::Static, Some(class)) => format!("{class}.{}", self.name),
            _ => self.name.clone(),
        }
    }

    /// The name as a call is written: `openURL`, `AudioFile.open`; a method without its object.
    pub fn called_as(&self) -> String {
        match self.kind {
            FunctionKind::Static => self.qualified_name(),
            _ => self.name.clone(),
        }
    }

    /// The address of its reference page.
    #[must_use]
    pub fn url(&self) -> String {
        page_url(&self.page)
    }

    /// The threads its page names, which is the same as `threads` unless they are disputed.
    #[must_use]
    pub fn stated(&self) -> Threads {
        self.dispute
            .as_ref()
            .map_or(self.threads, |dispute| dispute.stated)
    }

    /// The threads for a first argument of class `class`: `clone` takes an `Event` in both threads, an element in the Controller only.
    #[must_use]
    pub fn threads_for(&self, class: &str) -> Threads {
        let case = self
            .argument_threads
            .iter()
            .find(|case| case.argument_type == class);
        case.map_or(self.threads, |case| case.threads)
    }
}

/// A contradiction of the reference about threads, with both readings kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// What the page says.
    pub stated: Threads,
    /// What we accept; equal to the owner's `threads`.
    #[serde(skip)]
    pub accepted: Threads,
    /// Threads in which a use deserves a soft remark, accepted or not.
    #[serde(default)]
    pub doubtful: Threads,
    /// What speaks against the page, and what we do about it.
    pub note: String,
}

/// Threads that depend on the type of the first argument.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgumentThreads {
    /// The class of the argument.
    #[serde(rename = "type")]
    pub argument_type: String,
    /// The threads for it.
    pub threads: Threads,
}

/// The thread a function given as an argument runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsOn {
    /// Always the Controller.
    Controller,
    /// Always the Processor.
    Processor,
    /// The thread of the caller.
    Caller,
}

impl RunsOn {
    /// The thread, given the caller's.
    #[must_use]
    pub fn thread(self, caller: Thread) -> Thread {
        match self {
            RunsOn::Controller => Thread::Controller,
            RunsOn::Processor => Thread::Processor,
            RunsOn::Caller => caller,
        }
    }
}

/// What a function does with a function given to it: which thread it runs in, when, and whether the caller waits.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionParam {
    /// The name of the parameter.
    pub param: String,
    /// The 1-based position of the argument (the object of a method call does not count); `None` if it is found another way.
    #[serde(default)]
    pub position: Option<u32>,
    /// Whether it is the first argument that is a function, wherever it stands: `defineParameter` (HALion semantics 6.3).
    #[serde(default)]
    pub first_function_argument: bool,
    /// The key that holds it in the form that takes one table: `onChanged`, `callback`.
    #[serde(default)]
    pub key: Option<String>,
    /// The thread it runs in.
    pub runs_on: RunsOn,
    /// The key of the same table that must be true for this entry to hold, and false for its twin without: `processorCallback`.
    #[serde(default)]
    pub only_if: Option<String>,
    /// The thread it falls back to when there is no Processor (HALion semantics 6.6).
    #[serde(default)]
    pub fallback: Option<Thread>,
    /// Whether it runs inside the call, as a filter does, and not at a later time.
    #[serde(default)]
    pub sync: bool,
    /// Whether the caller is put on hold until it has ended: `runAsync`.
    #[serde(default)]
    pub caller_suspended: bool,
    /// Whether it receives arguments.
    #[serde(default)]
    pub passes_arguments: bool,
    /// Whether it may suspend (`wait` and the like); false below `table.sort`, `string.gsub` and filters (HALion semantics 4.6).
    #[serde(default = "yes")]
    pub may_suspend: bool,
    /// Whether the thread is our reading of the listings and not the page's own word.
    #[serde(default)]
    pub assumed: bool,
    /// What it is called with; empty if that depends on the call.
    #[serde(default)]
    pub arguments: Vec<Param>,
    /// The type of its result that matters: `boolean` for a filter.
    #[serde(default)]
    pub returns: Option<String>,
    /// Why we say so.
    #[serde(default)]
    pub note: String,
}

fn yes() -> bool {
    true
}
