//! The words a debugger and its front end share: places, frames, variables, stops, output.
//!
//! Plain data, no protocol types. Lines count from 1, as Lua reports them. Paths are the strings the engine was given.
//! Ids of frames and variables are never used twice in a session and die when the script goes on.

use halion_engine::Thread;

use crate::breakpoints::Breakpoint;

/// One frame of a stack; valid until the script goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub i64);

/// Something that has variables in it: a scope, a table. Valid until the script goes on, 0 means "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VariablesId(pub i64);

/// A breakpoint, for the whole session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BreakpointId(pub i64);

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path the engine was given for this file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
}

/// One row of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// For [`crate::Session::scopes`] and [`crate::Session::evaluate`].
    pub id: FrameId,
    /// Name of the function, or the text of a label.
    pub name: String,
    /// What this row is.
    pub kind: FrameKind,
    /// Where it stands; `None` for labels and for functions of HALion or of Lua.
    pub place: Option<Place>,
}

/// What a row of a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// A function of the script.
    Script,
    /// A function of HALion or of Lua's library.
    Native,
    /// No function: says why the frames below it are there.
    Label,
}

/// The groups of variables that a frame has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// Parameters, locals and the extra arguments of a vararg function.
    Locals,
    /// Locals of the functions around this one that it uses.
    Upvalues,
    /// Globals the script has made; HALion's and Lua's own are left out.
    Globals,
}

impl ScopeKind {
    /// The heading people see.
    pub fn name(self) -> &'static str {
        match self {
            ScopeKind::Locals => "Locals",
            ScopeKind::Upvalues => "Upvalues",
            ScopeKind::Globals => "Globals",
        }
    }
}

/// A group of variables of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Which group.
    pub kind: ScopeKind,
    /// For [`crate::Session::variables`].
    pub variables: VariablesId,
    /// How many variables it has.
    pub n_named: usize,
}

/// A value as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// One line, such as `"text"`, `{60, 64, 67}` or `function onNote (script.lua:8)`.
    pub text: String,
    /// Lua's type name, or the class of a HALion object.
    pub type_name: String,
    /// What is inside, none for plain values.
    pub variables: VariablesId,
    /// How many fields with names are inside.
    pub n_named: usize,
    /// How many array items (`1..n`) are inside.
    pub n_indexed: usize,
}

/// A variable, a field or an array item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Name of the variable, or `[key]` for fields without a name.
    pub name: String,
    /// Its value.
    pub value: Shown,
    /// An expression that gives this value in the same frame, if there is one.
    pub expression: Option<String>,
    /// Whether [`crate::Session::set_variable`] can change it.
    pub writable: bool,
}

/// Which part of a big table is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// Only array items, only the others, or both.
    pub filter: Option<Filter>,
    /// How many to leave out at the start.
    pub start: usize,
    /// How many to give; `None` means all that are left.
    pub count: Option<usize>,
}

/// Array items or the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Array items `1..n`.
    Indexed,
    /// Everything else.
    Named,
}

/// How the script is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Until something else stops it.
    Continue,
    /// To the next line of the same task, over calls and waits.
    Over,
    /// To the next line, into a called function or into the function that `runAsync` runs.
    In,
    /// Out of this function; from a function that `runAsync` runs, back to its caller.
    Out,
}

/// Why the script stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// It came to a line with these breakpoints.
    Breakpoint(Vec<BreakpointId>),
    /// The step is done.
    Step,
    /// It was asked to.
    Pause,
    /// The first line of the script.
    Entry,
    /// A script error was raised that nothing catches.
    Error(ErrorInfo),
}

/// The error the script stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorInfo {
    /// The message as Lua made it, without its place.
    pub message: String,
    /// The line HALion would print.
    pub text: String,
    /// The functions that were running, one a line.
    pub stack: String,
}

/// The script stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The thread whose task stopped; the other one stands still too.
    pub thread: Thread,
    /// Why.
    pub reason: StopReason,
}

/// Where a line of output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// The script's `print`.
    Print,
    /// A script error, in HALion's words.
    Error,
    /// A remark of the simulator, such as a function that is not simulated.
    Note,
}

/// One piece of output, line ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Where it comes from.
    pub kind: OutputKind,
    /// The text.
    pub text: String,
    /// The line of the script that caused it.
    pub place: Option<Place>,
}

/// What a session tells, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The script stands still until [`crate::Session::resume`].
    Stopped(Stop),
    /// It printed something or failed.
    Output(Output),
    /// The script loaded a module, and so these breakpoints changed.
    Loaded {
        /// As they are now.
        changed: Vec<Breakpoint>,
    },
    /// The run is over; nothing comes after this.
    Ended {
        /// Script errors so far.
        n_errors: usize,
    },
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The script runs, and this needs a stop.
    Running,
    /// The run is over.
    Ended,
    /// The frame or variable belongs to an earlier stop.
    Stale,
    /// The expression failed, with Lua's message.
    Expression(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Running => f.write_str("the script is running; pause it first"),
            Problem::Ended => f.write_str("the script has ended"),
            Problem::Stale => f.write_str("this belongs to an earlier stop"),
            Problem::Expression(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Problem {}
