//! The engine's end of a session: stops the script, answers questions about it, lets it go on.
//!
//! Everything here lives on the engine's OS thread. A stop is a loop over commands inside the engine's hook; while the
//! script runs, commands are looked at when the attention flag is up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use halion_engine::debug::CodeLines;
use halion_engine::inspect::CallPlace;
use halion_engine::{
    DebugHooks, Engine, Go, Observer, Record, RecordKind, ScriptError, Stopped, Surroundings,
    TaskChange, TaskId, TaskView, Thread, Watch,
};

use crate::breakpoints::{Breakpoints, Snapshot};
use crate::handles::Handles;
use crate::questions::Questions;
use crate::session::{Command, Launch, Modules};
use crate::stacks;
use crate::stepping::Stepping;
use crate::vocabulary::{
    ErrorInfo, Event, Output, OutputKind, Place, Problem, Resume, Stop, StopReason,
};

type Events = Rc<RefCell<Box<dyn FnMut(Event) + Send>>>;
type Ready = Box<dyn FnOnce(Result<(), String>) + Send>;

/// The engine's thread from beginning to end.
pub(crate) fn run(
    launch: Launch,
    breakpoints: Breakpoints,
    inbox: Receiver<Command>,
    attention: Arc<AtomicBool>,
    ready: Ready,
    events: Box<dyn FnMut(Event) + Send>,
) {
    let events: Events = Rc::new(RefCell::new(events));
    let n_errors = Rc::new(RefCell::new(0));
    let observer = OutputObserver {
        events: events.clone(),
        n_errors: n_errors.clone(),
    };
    let texts = Texts::default();
    texts.add(&launch.script);
    let modules = announcing(
        launch.modules,
        breakpoints.clone(),
        texts.clone(),
        events.clone(),
    );
    let surroundings = Surroundings {
        modules,
        files: launch.files,
    };
    let engine = Engine::new(
        launch.script,
        surroundings,
        launch.scenario,
        Box::new(observer),
    );
    let mut engine = match engine {
        Ok(engine) => engine,
        Err(message) => return ready(Err(message)),
    };
    let mut state = Debuggee {
        inbox,
        attention,
        breakpoints,
        snapshot: Snapshot::default(),
        stepping: if launch.stop_on_entry {
            Stepping::AnyLine(StopReason::Entry)
        } else {
            Stepping::Free
        },
        stop_at_errors: true,
        no_debug: launch.no_debug,
        handles: Handles::default(),
        texts,
        echoes: BTreeMap::new(),
        events: events.clone(),
    };
    ready(Ok(()));
    if state.wait_for_start() == Go::Continue {
        match engine.set_debug(Box::new(state)) {
            Ok(()) => drop(engine.run(launch.until)),
            Err(text) => emit(
                &events,
                Event::Output(Output {
                    kind: OutputKind::Error,
                    text,
                    place: None,
                }),
            ),
        }
    }
    let n_errors = *n_errors.borrow();
    emit(&events, Event::Ended { n_errors });
}

/// The hooks that the engine calls.
struct Debuggee {
    inbox: Receiver<Command>,
    attention: Arc<AtomicBool>,
    breakpoints: Breakpoints,
    snapshot: Snapshot,
    stepping: Stepping,
    stop_at_errors: bool,
    no_debug: bool,
    handles: Handles,
    texts: Texts,
    /// The last breakpoint of each task.
    echoes: BTreeMap<TaskId, Echo>,
    events: Events,
}

impl DebugHooks for Debuggee {
    fn attention(&self) -> Arc<AtomicBool> {
        self.attention.clone()
    }

    fn watch(&self) -> Watch {
        if self.no_debug {
            return Watch::default();
        }
        let mut watch = Watch {
            lines: self.snapshot.lines().collect(),
            ..Watch::default()
        };
        self.stepping.watch(&mut watch);
        watch
    }

    fn attend(&mut self, _stop: &mut Stopped<'_>) -> Go {
        self.read_commands()
    }

    fn line(&mut self, stop: &mut Stopped<'_>) -> Go {
        if self.attention.load(Ordering::Acquire) && self.read_commands() == Go::Terminate {
            return Go::Terminate;
        }
        match self.reason_to_stop(stop) {
            Some(reason) => self.stop(stop, reason),
            None => Go::Continue,
        }
    }

    fn error(&mut self, stop: &mut Stopped<'_>, error: &ScriptError) -> Go {
        if self.attention.load(Ordering::Acquire) && self.read_commands() == Go::Terminate {
            return Go::Terminate;
        }
        if self.no_debug || !self.stop_at_errors {
            return Go::Continue;
        }
        self.stop(stop, StopReason::Error(error_info(error)))
    }

    fn task(&mut self, change: TaskChange, task: &TaskView) {
        if matches!(change, TaskChange::End | TaskChange::Error) {
            self.echoes.remove(&task.id);
        }
        self.stepping.task(change, task);
    }
}

impl Debuggee {
    /// Before the first task: only configuration comes.
    fn wait_for_start(&mut self) -> Go {
        self.breakpoints.refresh(&mut self.snapshot);
        while let Ok(command) = self.inbox.recv() {
            match command {
                Command::Start => return Go::Continue,
                Command::Terminate => return Go::Terminate,
                other => self.command_while_running(other),
            }
        }
        Go::Terminate
    }

    /// Everything that has come in while the script runs.
    fn read_commands(&mut self) -> Go {
        self.attention.store(false, Ordering::Release);
        while let Ok(command) = self.inbox.try_recv() {
            match command {
                Command::Terminate => return Go::Terminate,
                other => self.command_while_running(other),
            }
        }
        Go::Continue
    }

    fn command_while_running(&mut self, command: Command) {
        match command {
            Command::Pause => self.stepping = Stepping::AnyLine(StopReason::Pause),
            Command::Breakpoints => {
                self.breakpoints.refresh(&mut self.snapshot);
            }
            Command::StopAtErrors(stop) => self.stop_at_errors = stop,
            Command::Stack(_, reply) => reply.send(Err(Problem::Running)),
            Command::Scopes(_, reply) => reply.send(Err(Problem::Running)),
            Command::Variables(_, _, reply) => reply.send(Err(Problem::Running)),
            Command::Evaluate(_, _, reply) => reply.send(Err(Problem::Running)),
            Command::SetVariable(_, _, _, reply) => reply.send(Err(Problem::Running)),
            Command::Error(reply) => reply.send(Err(Problem::Running)),
            // A second resume is late: the script goes on already.
            Command::Start | Command::Resume(..) | Command::Terminate => {}
        }
    }

    fn reason_to_stop(&mut self, stop: &Stopped<'_>) -> Option<StopReason> {
        let task = stop.task()?;
        let call = stop.top_call()?;
        let place = call.place.clone()?;
        let depth = stop.depth(task);
        let hits = self.snapshot.at(place.line, &place.path);
        if !hits.is_empty() && !self.is_echo(task, depth, &place) {
            return Some(StopReason::Breakpoint(hits));
        }
        if self.stepping == Stepping::Free {
            return None;
        }
        let is_inner = self.texts.is_inner(&place);
        self.stepping.ends_at(task, &call, depth, is_inner)
    }

    /// A call whose arguments stand on further lines comes to its first line twice, and a breakpoint there means the
    /// first time only.
    fn is_echo(&mut self, task: TaskId, depth: u32, place: &CallPlace) -> bool {
        if let Some(echo) = self.echoes.get_mut(&task)
            && (echo.depth, &echo.place) == (depth, place)
            && echo.n_left > 0
        {
            echo.n_left -= 1;
            return true;
        }
        let n_left = self.texts.n_returns(place);
        self.echoes.insert(
            task,
            Echo {
                depth,
                place: place.clone(),
                n_left,
            },
        );
        false
    }

    /// The script stands still until a command lets it go on.
    fn stop(&mut self, stop: &mut Stopped<'_>, reason: StopReason) -> Go {
        let thread = stop.thread();
        let error = match &reason {
            StopReason::Error(error) => Some(error.clone()),
            _ => None,
        };
        self.stepping = Stepping::Free;
        emit(&self.events, Event::Stopped(Stop { thread, reason }));
        let go = loop {
            // The front end is gone: so is the reason to run.
            let Ok(command) = self.inbox.recv() else {
                break Go::Terminate;
            };
            let mut questions = Questions {
                stop,
                handles: &mut self.handles,
            };
            match command {
                Command::Terminate => break Go::Terminate,
                Command::Resume(thread, resume) => {
                    self.stepping = step(stop, thread, resume);
                    break Go::Continue;
                }
                Command::Stack(thread, reply) => reply.send(Ok(questions.stack(thread))),
                Command::Scopes(frame, reply) => reply.send(questions.scopes(frame)),
                Command::Variables(id, page, reply) => reply.send(questions.variables(id, page)),
                Command::Evaluate(frame, source, reply) => {
                    reply.send(questions.evaluate(frame, &source))
                }
                Command::SetVariable(id, name, value, reply) => {
                    reply.send(questions.set_variable(id, &name, &value))
                }
                Command::Error(reply) => reply.send(Ok(error.clone())),
                // It stands still already.
                Command::Pause => {}
                other => self.command_while_running(other),
            }
        };
        self.handles.expire();
        go
    }
}

/// The step that `resume` asks for on a thread; a thread without a task has nothing to step.
fn step(stop: &Stopped<'_>, thread: Thread, resume: Resume) -> Stepping {
    match stacks::top(stop, thread) {
        Some((task, call, depth)) => Stepping::begin(resume, task, &call, depth),
        None => Stepping::Free,
    }
}

fn emit(events: &Events, event: Event) {
    (events.borrow_mut())(event);
}

fn error_info(error: &ScriptError) -> ErrorInfo {
    let frame = |frame: &halion_engine::StackFrame| {
        format!("{} ({}:{})", frame.function, frame.path, frame.line)
    };
    ErrorInfo {
        message: error.message.clone(),
        text: error.text(),
        stack: error.stack.iter().map(frame).collect::<Vec<_>>().join("\n"),
    }
}

fn place_of(error: &ScriptError) -> Option<Place> {
    (error.line > 0).then(|| Place {
        path: error.path.clone(),
        line: error.line,
    })
}

/// A loader that settles the breakpoints of what it loads.
fn announcing(
    mut modules: Modules,
    breakpoints: Breakpoints,
    texts: Texts,
    events: Events,
) -> halion_engine::ModuleLoader {
    Box::new(move |name| {
        let source = modules(name)?;
        texts.add(&source);
        let changed = breakpoints.loaded(&source.path, &source.text);
        if !changed.is_empty() {
            emit(&events, Event::Loaded { changed });
        }
        Ok(source)
    })
}

/// A breakpoint whose statement will come back to the same line.
struct Echo {
    depth: u32,
    place: CallPlace,
    n_left: u32,
}

/// What the compiled texts tell about statements on several lines, by path.
#[derive(Clone, Default)]
struct Texts(Rc<RefCell<BTreeMap<String, CodeLines>>>);

impl Texts {
    fn add(&self, source: &halion_engine::Source) {
        // A text that cannot be compiled never runs.
        let lines = halion_engine::debug::code_lines(&source.text).unwrap_or_default();
        self.0.borrow_mut().insert(source.path.clone(), lines);
    }

    /// Does the line stand in the middle of a statement of its function?
    fn is_inner(&self, place: &CallPlace) -> bool {
        let texts = self.0.borrow();
        let lines = texts.get(&place.path);
        lines.is_some_and(|lines| lines.inner.contains(&(place.function_line, place.line)))
    }

    /// How often the statement that begins here comes back to this line.
    fn n_returns(&self, place: &CallPlace) -> u32 {
        let texts = self.0.borrow();
        let lines = texts.get(&place.path);
        let n = lines.and_then(|lines| lines.returns.get(&(place.function_line, place.line)));
        n.copied().unwrap_or(0)
    }
}

/// Turns the records that people want to see while they debug into output.
struct OutputObserver {
    events: Events,
    n_errors: Rc<RefCell<usize>>,
}

impl Observer for OutputObserver {
    fn record(&mut self, record: &Record) {
        let output = match &record.kind {
            RecordKind::Print { text } => Output {
                kind: OutputKind::Print,
                text: with_line_end(text),
                place: None,
            },
            RecordKind::Error(error) => {
                *self.n_errors.borrow_mut() += 1;
                Output {
                    kind: OutputKind::Error,
                    text: with_line_end(&error.text()),
                    place: place_of(error),
                }
            }
            RecordKind::NotSimulated { name } => {
                let text = format!("{name} is not simulated yet; the script goes on without it\n");
                Output {
                    kind: OutputKind::Note,
                    text,
                    place: None,
                }
            }
            _ => return,
        };
        emit(&self.events, Event::Output(output));
    }
}

fn with_line_end(text: &str) -> String {
    if text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    }
}
