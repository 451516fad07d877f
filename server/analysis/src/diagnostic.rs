//! What the analysis has to say: diagnostics with the path that proves them (THREAD-ANALYSIS 2.6, 2.7).
//!
//! All ranges are bytes of the named file.

use halion_api::Thread;
use halion_syntax::TextRange;

use crate::script::FileId;

/// Which rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The text is not Lua 5.2.
    SyntaxError,
    /// A function is called in a thread it is not available in.
    WrongThread,
    /// A function that nobody calls would only work in the Controller.
    NeedsController,
    /// A function that nobody calls fails in both threads.
    NoThread,
    /// A function in use has calls for the Controller and calls for the Processor.
    NeedsBothThreads,
    /// `runSync(f, x)` where `x` was meant as an argument: it is an id.
    RunSyncArgument,
    /// A comment that suppresses a finding which is not there, or that names a rule which does not exist.
    UnusedSuppression,
    /// A call that puts its caller on hold, where nothing can be put on hold.
    SuspendNotPossible,
    /// A function for the task of a note, called outside `onNote`.
    NoteTaskOnly,
    /// A loop that never ends and never waits.
    EndlessLoop,
    /// A function of Lua that HALion leaves out.
    RemovedFunction,
    /// A call of a function that nobody defines.
    UnknownFunction,
    /// A field that objects of HALion do not have.
    UnknownField,
    /// A global variable that both threads assign.
    SharedGlobal,
    /// A global variable where a local one was meant.
    AccidentalGlobal,
    /// A parameter's default outside its own range.
    DefaultOutOfRange,
    /// A change callback that is not defined yet.
    NilCallback,
    /// A parameter that is defined twice.
    DuplicateParameter,
    /// A module that requires itself again before it is loaded.
    RequireCycle,
}

impl Code {
    /// The name users see and write: `wrong-thread`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::SyntaxError => "syntax-error",
            Code::WrongThread => "wrong-thread",
            Code::NeedsController => "needs-controller",
            Code::NoThread => "no-thread",
            Code::NeedsBothThreads => "needs-both-threads",
            Code::RunSyncArgument => "run-sync-argument",
            Code::UnusedSuppression => "unused-suppression",
            Code::SuspendNotPossible => "suspend-not-possible",
            Code::NoteTaskOnly => "note-task-only",
            Code::EndlessLoop => "endless-loop",
            Code::RemovedFunction => "removed-function",
            Code::UnknownFunction => "unknown-function",
            Code::UnknownField => "unknown-field",
            Code::SharedGlobal => "shared-global",
            Code::AccidentalGlobal => "accidental-global",
            Code::DefaultOutOfRange => "default-out-of-range",
            Code::NilCallback => "nil-callback",
            Code::DuplicateParameter => "duplicate-parameter",
            Code::RequireCycle => "require-cycle",
        }
    }

    /// All codes.
    pub const ALL: [Code; 19] = [
        Code::SyntaxError,
        Code::WrongThread,
        Code::NeedsController,
        Code::NoThread,
        Code::NeedsBothThreads,
        Code::RunSyncArgument,
        Code::UnusedSuppression,
        Code::SuspendNotPossible,
        Code::NoteTaskOnly,
        Code::EndlessLoop,
        Code::RemovedFunction,
        Code::UnknownFunction,
        Code::UnknownField,
        Code::SharedGlobal,
        Code::AccidentalGlobal,
        Code::DefaultOutOfRange,
        Code::NilCallback,
        Code::DuplicateParameter,
        Code::RequireCycle,
    ];

    /// The rule that users know under this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.as_str() == name)
    }
}

/// How certain and how bad; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Fails whenever control gets there.
    Error,
    /// Probably fails.
    Warning,
    /// Worth knowing.
    Information,
    /// Shown on request.
    Hint,
}

impl Severity {
    /// `error`, `warning`, `information`, `hint`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
            Severity::Hint => "hint",
        }
    }
}

/// Why control passes from one step of a chain to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// HALion calls it.
    Entry,
    /// It is called by its name.
    Call,
    /// `runAsync` runs it in the Controller.
    RunAsync,
    /// `runSync` runs it in the Processor.
    RunSync,
    /// `spawn` runs it beside the caller.
    Spawn,
    /// A function of the library or a metamethod calls it back.
    Callback,
    /// It was given as an argument to the function that calls it.
    Argument,
    /// It was stored in the table or variable it is called through.
    Store,
}

impl Why {
    /// As in the JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Entry => "entry",
            Why::Call => "call",
            Why::RunAsync => "runAsync",
            Why::RunSync => "runSync",
            Why::Spawn => "spawn",
            Why::Callback => "callback",
            Why::Argument => "argument",
            Why::Store => "store",
        }
    }
}

/// One step of the path from an entry to the function that holds the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The function's name; of what control passes through, its own: `runAsync`, `__index`.
    pub name: String,
    /// The file of `range`.
    pub file: FileId,
    /// The entry's name where it is declared; for later steps, the place in the previous function where control passes on.
    pub range: TextRange,
    /// The thread the step runs in.
    pub thread: Thread,
    /// Why control gets here.
    pub why: Why,
    /// Where the function was passed or stored or registered, if it was not called by its own name.
    pub supplied_at: Option<(FileId, TextRange)>,
}

impl Step {
    /// The name in a message; what has none is described.
    #[must_use]
    pub fn shown_name(&self) -> &str {
        match self.name.as_str() {
            "<main>" => "global statements",
            "<anonymous>" if self.why == Why::Entry => "change callback",
            "<anonymous>" => "function without name",
            name => name,
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How certain and how bad.
    pub severity: Severity,
    /// The file of `range`.
    pub file: FileId,
    /// The name of what is called, or of what is declared.
    pub range: TextRange,
    /// What is wrong, with the short chain.
    pub message: String,
    /// The HALion function it is about.
    pub function: Option<String>,
    /// The thread it would run in.
    pub thread: Option<Thread>,
    /// From the entry to the function that holds the call.
    pub chain: Vec<Step>,
    /// Where the failing function was passed or stored, if it is not called by its own name; for other rules the other place that makes
    /// the finding. [`Diagnostic::supply`] says which.
    pub supplied_at: Option<(FileId, TextRange)>,
    /// Names of other entries that get here too.
    pub also_from: Vec<String>,
    /// What to do, in HALion's words.
    pub help: Vec<String>,
    /// The message HALion prints when it happens (HALion semantics 1.7).
    pub runtime_text: Option<String>,
    /// The name that was probably meant in place of the marked one.
    pub meant: Option<String>,
}

impl Diagnostic {
    /// What is at `supplied_at`; it continues the function's name, if the finding is about one.
    #[must_use]
    pub fn supply(&self) -> &'static str {
        match self.code {
            Code::NilCallback => "is defined here",
            Code::SharedGlobal => "assigned here in the Controller",
            Code::DuplicateParameter => "defined here before",
            _ => "comes from here",
        }
    }

    /// A finding without a chain.
    pub(crate) fn new(
        code: Code,
        severity: Severity,
        file: FileId,
        range: TextRange,
        message: String,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            file,
            range,
            message,
            function: None,
            thread: None,
            chain: Vec::new(),
            supplied_at: None,
            also_from: Vec::new(),
            help: Vec::new(),
            runtime_text: None,
            meant: None,
        }
    }
}
