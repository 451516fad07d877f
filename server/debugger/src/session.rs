//! A run under the debugger: the front end's end of it.
//!
//! The engine lives on an OS thread of its own, started here; it ends when the run is over, or when the session is
//! dropped and the script executes its next instructions. Commands go there by an unbounded channel, which only the
//! front end fills; events come back through the function given to [`Session::launch`], called on the engine's thread.
//! A thread that is stuck in one library call cannot be ended; it is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};

use halion_engine::files::Files;
use halion_engine::{Samples, Scenario, Source, Thread};

use crate::breakpoints::Breakpoints;
use crate::debuggee;
use crate::vocabulary::{
    ErrorInfo, Event, Frame, FrameId, Page, Problem, Resume, Scope, Shown, Variable, VariablesId,
};

/// Finds the text of a required module; the error says where it looked.
pub type Modules = Box<dyn FnMut(&str) -> Result<Source, String> + Send>;

/// What to run.
pub struct Launch {
    /// The script.
    pub script: Source,
    /// Finds what it requires.
    pub modules: Modules,
    /// Where its files are.
    pub files: Box<dyn Files>,
    /// What happens to it.
    pub scenario: Scenario,
    /// Where the run ends at the latest, in samples; `None` leaves it to the engine.
    pub until: Option<Samples>,
    /// Stop at the first line.
    pub stop_on_entry: bool,
    /// Stop at nothing.
    pub no_debug: bool,
}

/// Gets the answer of a question, exactly once, on some thread.
pub struct Reply<T>(Option<Answer<T>>);

type Answer<T> = Box<dyn FnOnce(Result<T, Problem>) + Send>;

impl<T> Reply<T> {
    /// `answer` is called with the answer, or with [`Problem::Ended`] when nobody is left to give one.
    pub fn new(answer: impl FnOnce(Result<T, Problem>) + Send + 'static) -> Self {
        Reply(Some(Box::new(answer)))
    }

    pub(crate) fn send(mut self, result: Result<T, Problem>) {
        if let Some(answer) = self.0.take() {
            answer(result);
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if let Some(answer) = self.0.take() {
            answer(Err(Problem::Ended));
        }
    }
}

/// What the front end tells the engine's thread.
pub(crate) enum Command {
    Start,
    Resume(Thread, Resume),
    Pause,
    Terminate,
    /// The breakpoints have changed.
    Breakpoints,
    StopAtErrors(bool),
    Stack(Thread, Reply<Vec<Frame>>),
    Scopes(FrameId, Reply<Vec<Scope>>),
    Variables(VariablesId, Page, Reply<Vec<Variable>>),
    Evaluate(Option<FrameId>, String, Reply<Shown>),
    SetVariable(VariablesId, String, String, Reply<Shown>),
    Error(Reply<Option<ErrorInfo>>),
}

/// A script that was launched. Dropping it ends the script.
pub struct Session {
    commands: Sender<Command>,
    attention: Arc<AtomicBool>,
    breakpoints: Breakpoints,
}

impl Session {
    /// Sets the engine up on a thread of its own. `ready` is told whether that worked; the script does not run before
    /// [`Session::start`]. Both functions are called on the engine's thread.
    pub fn launch(
        launch: Launch,
        breakpoints: Breakpoints,
        ready: impl FnOnce(Result<(), String>) + Send + 'static,
        events: impl FnMut(Event) + Send + 'static,
    ) -> std::io::Result<Session> {
        let (commands, inbox) = mpsc::channel();
        let attention = Arc::new(AtomicBool::new(false));
        let session = Session {
            commands,
            attention: attention.clone(),
            breakpoints: breakpoints.clone(),
        };
        let run = move || {
            debuggee::run(
                launch,
                breakpoints,
                inbox,
                attention,
                Box::new(ready),
                Box::new(events),
            )
        };
        std::thread::Builder::new()
            .name("script".into())
            .stack_size(STACK_BYTES)
            .spawn(run)?;
        Ok(session)
    }

    /// Lets the script run for the first time.
    pub fn start(&self) {
        self.send(Command::Start);
    }

    /// Lets a stopped script go on; a step belongs to the task on top of the stack of `thread`. While it runs, nothing
    /// happens.
    pub fn resume(&self, thread: Thread, resume: Resume) {
        self.send(Command::Resume(thread, resume));
    }

    /// Stops at the next line.
    pub fn pause(&self) {
        self.send(Command::Pause);
    }

    /// Ends the script wherever it is.
    pub fn terminate(&self) {
        self.send(Command::Terminate);
    }

    /// Replaces the breakpoints of one file, see [`Breakpoints::set`].
    pub fn breakpoints_changed(&self) {
        self.send(Command::Breakpoints);
    }

    /// Whether script errors that nothing catches stop the script. They do, until told otherwise.
    pub fn stop_at_errors(&self, stop: bool) {
        self.send(Command::StopAtErrors(stop));
    }

    /// The stack of a thread: of the task that stopped with the callbacks that wait for it, or of the tasks that wait
    /// on the other thread.
    pub fn stack(&self, thread: Thread, reply: Reply<Vec<Frame>>) {
        self.send(Command::Stack(thread, reply));
    }

    /// The groups of variables of a frame.
    pub fn scopes(&self, frame: FrameId, reply: Reply<Vec<Scope>>) {
        self.send(Command::Scopes(frame, reply));
    }

    /// What is inside a scope or a value.
    pub fn variables(&self, variables: VariablesId, page: Page, reply: Reply<Vec<Variable>>) {
        self.send(Command::Variables(variables, page, reply));
    }

    /// Evaluates an expression or runs statements in a frame; without one, where the script stands.
    pub fn evaluate(&self, frame: Option<FrameId>, source: String, reply: Reply<Shown>) {
        self.send(Command::Evaluate(frame, source, reply));
    }

    /// Assigns the value of an expression to a variable.
    pub fn set_variable(
        &self,
        variables: VariablesId,
        name: String,
        value: String,
        reply: Reply<Shown>,
    ) {
        self.send(Command::SetVariable(variables, name, value, reply));
    }

    /// The error the script stands at, if it stands at one.
    pub fn error(&self, reply: Reply<Option<ErrorInfo>>) {
        self.send(Command::Error(reply));
    }

    /// The breakpoints it was launched with.
    pub fn breakpoints(&self) -> &Breakpoints {
        &self.breakpoints
    }

    /// A thread that is gone answers by dropping the command: each [`Reply`] in it says [`Problem::Ended`].
    fn send(&self, command: Command) {
        if self.commands.send(command).is_ok() {
            self.attention.store(true, Ordering::Release);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.send(Command::Terminate);
    }
}

/// Lua's own calls recurse on this stack: 200 nested C calls and a deep pattern need a few hundred kilobytes.
const STACK_BYTES: usize = 8 << 20;
