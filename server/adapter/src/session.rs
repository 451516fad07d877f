//! One debug session: a client on one side, a run under the debugger on the other.
//!
//! One task owns the [`Session`]. What comes in is an [`Input`]: a frame from the client, something from the engine's
//! thread, an answer, a saved file. Frames wait in the client's stream; events of the engine's thread in a channel of
//! [`EVENTS`] places, so a script that prints without end waits for the client; answers, of which there are no more
//! than requests, in an unbounded one. Whatever a handler sends goes into `out` and is written before the next input
//! is looked at, so a response always leaves before what the request causes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use halion_debugger::vocabulary::{Event, OutputKind, Place, Stop};
use halion_debugger::{Breakpoint, Breakpoints, Problem, Reply};
use halion_workspace::Watch;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use crate::convert::{self, Client, THREADS, thread_id};
use crate::launch::{LaunchArguments, prepare};
use crate::message::{Incoming, Outgoing, Refusal, Request};
use crate::requests;
use crate::transport::Frame;
use crate::types::{ContinuedEvent, OutputEvent};

/// Events of the engine's thread that may wait for the session.
pub(crate) const EVENTS: usize = 256;
/// How long a script gets to end after `terminate`; one that is stuck in a library call never does.
const TERMINATE_GRACE: Duration = Duration::from_secs(2);

/// What the session reacts to.
pub(crate) enum Input {
    /// The client sent something.
    Frame(Frame),
    /// The engine's thread of this run tells something.
    Event(u64, Event),
    /// The script of this run was loaded, or not.
    Ready(u64, Result<(), String>),
    /// The engine's thread answers a question.
    Answer(Box<dyn FnOnce(&Client) -> Outgoing + Send>),
    /// The script of this run requires this file.
    Required(u64, PathBuf),
    /// Files of this run were saved.
    Saved(u64, Vec<PathBuf>),
    /// The script of this run had time enough to end.
    GiveUp(u64),
    /// A client that disconnects has waited long enough for other answers.
    Leave,
}

/// A debug session.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) breakpoints: Breakpoints,
    pub(crate) run: Option<Run>,
    pub(crate) arguments: Option<LaunchArguments>,
    pub(crate) is_initialized: bool,
    pub(crate) is_configured: bool,
    pub(crate) stop_at_errors: bool,
    /// The client has said goodbye and was answered.
    pub(crate) is_over: bool,
    /// `disconnect`, answered when everything else is.
    goodbye: Option<Request>,
    /// Questions to the engine's thread without an answer.
    n_open: usize,
    pub(crate) out: VecDeque<Outgoing>,
    events: Sender<Input>,
    answers: UnboundedSender<Input>,
    last_run: u64,
    is_terminated: bool,
}

/// A script that was launched.
pub(crate) struct Run {
    number: u64,
    pub(crate) debuggee: halion_debugger::Session,
    /// Ends with the run.
    watch: Option<Watch>,
    /// The `launch` or `restart` request that is not answered yet.
    request: Option<Request>,
    is_loaded: bool,
    /// It was ended to be played again; what it still tells is of no interest.
    is_replaced: bool,
    pub(crate) stopped: Option<Stop>,
}

impl Session {
    pub(crate) fn new(events: Sender<Input>, answers: UnboundedSender<Input>) -> Session {
        Session {
            client: Client::default(),
            breakpoints: Breakpoints::new(),
            run: None,
            arguments: None,
            is_initialized: false,
            is_configured: false,
            stop_at_errors: true,
            is_over: false,
            goodbye: None,
            n_open: 0,
            out: VecDeque::new(),
            events,
            answers,
            last_run: 0,
            is_terminated: false,
        }
    }

    /// Reacts to one input.
    pub(crate) fn handle(&mut self, input: Input) {
        match input {
            Input::Frame(Ok(Incoming::Request(request))) => self.request(request),
            Input::Frame(Ok(Incoming::Other)) => {}
            Input::Frame(Err(problem)) => {
                tracing::warn!("{problem}");
                self.output("stderr", format!("debug adapter: {problem}\n"), None);
            }
            Input::Answer(answer) => {
                self.n_open -= 1;
                self.out.push_back(answer(&self.client));
                self.leave_when_answered();
            }
            Input::Leave => self.leave(),
            Input::Event(number, event) if self.is_current(number) => self.event(event),
            Input::Ready(number, result) if self.is_current(number) => self.ready(result),
            Input::Required(number, path) if self.is_current(number) => self.follow(path),
            Input::Saved(number, paths) if self.is_current(number) => self.saved(&paths),
            Input::GiveUp(number) if self.is_current(number) => self.terminated(),
            // From a run that was replaced or given up.
            Input::Event(..)
            | Input::Ready(..)
            | Input::Required(..)
            | Input::Saved(..)
            | Input::GiveUp(..) => {}
        }
    }

    fn is_current(&self, number: u64) -> bool {
        self.run.as_ref().is_some_and(|run| run.number == number)
    }

    fn request(&mut self, request: Request) {
        tracing::debug!(seq = request.seq, command = request.command, "request");
        if let Err(refusal) = requests::handle(self, &request) {
            self.refuse(&request, &refusal);
        }
    }

    /// Answers a request with a body; null for none.
    pub(crate) fn respond(&mut self, request: &Request, body: impl Serialize) {
        let message = match serde_json::to_value(body) {
            Ok(body) => Outgoing::success(request.seq, &request.command, body),
            Err(error) => Outgoing::failure(
                request.seq,
                &request.command,
                &Refusal::client(error.to_string()),
            ),
        };
        self.out.push_back(message);
    }

    /// Answers a request with the reason why not.
    pub(crate) fn refuse(&mut self, request: &Request, refusal: &Refusal) {
        self.out
            .push_back(Outgoing::failure(request.seq, &request.command, refusal));
    }

    pub(crate) fn send_event(&mut self, event: &'static str, body: impl Serialize) {
        match serde_json::to_value(body) {
            Ok(body) => self.out.push_back(Outgoing::Event { event, body }),
            Err(error) => tracing::error!("event {event} cannot be written: {error}"),
        }
    }

    fn output(&mut self, category: &'static str, output: String, place: Option<&Place>) {
        let (source, line) = self.client.place(place);
        self.send_event(
            "output",
            OutputEvent {
                category,
                output,
                source,
                line,
            },
        );
    }

    /// A reply that becomes the response of `request`.
    pub(crate) fn reply<T: Send + 'static>(
        &mut self,
        request: &Request,
        body: impl FnOnce(&Client, T) -> Result<Value, Refusal> + Send + 'static,
    ) -> Reply<T> {
        self.n_open += 1;
        let (answers, seq, command) = (self.answers.clone(), request.seq, request.command.clone());
        Reply::new(move |result: Result<T, Problem>| {
            let answer = move |client: &Client| {
                let body = result
                    .map_err(Refusal::from)
                    .and_then(|value| body(client, value));
                match body {
                    Ok(body) => Outgoing::success(seq, &command, body),
                    Err(refusal) => Outgoing::failure(seq, &command, &refusal),
                }
            };
            // The session is over: nobody waits for the answer.
            let _ = answers.send(Input::Answer(Box::new(answer)));
        })
    }

    /// Starts a run; `request` is answered when the script is loaded.
    pub(crate) fn launch(
        &mut self,
        arguments: LaunchArguments,
        request: Option<Request>,
    ) -> Result<(), Refusal> {
        self.last_run += 1;
        let number = self.last_run;
        let answers = self.answers.clone();
        let (required, mut modules) = tokio::sync::mpsc::unbounded_channel();
        let prepared = prepare(&arguments, required)?;
        // Ends when the run drops its module loader.
        tokio::spawn(async move {
            while let Some(path) = modules.recv().await {
                let _ = answers.send(Input::Required(number, path));
            }
        });
        if let Some(note) = prepared.note {
            self.output("console", note.to_owned(), None);
        }
        if let Some(script) = prepared.files.first() {
            self.client.learn(script);
        }
        let script = &prepared.launch.script;
        let changed = self.breakpoints.restart(&script.path, &script.text);
        self.breakpoints_changed(&changed);
        let watch = if arguments.restart_on_save {
            self.watch(number, prepared.files)
        } else {
            None
        };
        let (ready, events) = (self.answers.clone(), self.events.clone());
        let debuggee = halion_debugger::Session::launch(
            prepared.launch,
            self.breakpoints.clone(),
            move |result| drop(ready.send(Input::Ready(number, result))),
            move |event| drop(events.blocking_send(Input::Event(number, event))),
        );
        let debuggee = debuggee
            .map_err(|error| Refusal::user(format!("no thread for the script: {error}")))?;
        debuggee.stop_at_errors(self.stop_at_errors);
        self.run = Some(Run {
            number,
            debuggee,
            watch,
            request,
            is_loaded: false,
            is_replaced: false,
            stopped: None,
        });
        self.arguments = Some(arguments);
        Ok(())
    }

    fn watch(&mut self, number: u64, files: Vec<PathBuf>) -> Option<Watch> {
        let answers = self.answers.clone();
        let watch = halion_workspace::watch(files, move |paths| {
            drop(answers.send(Input::Saved(number, paths)))
        });
        match watch {
            Ok(watch) => Some(watch),
            Err(problem) => {
                self.output(
                    "console",
                    format!("saving the script will not restart it: {problem}\n"),
                    None,
                );
                None
            }
        }
    }

    fn follow(&mut self, path: PathBuf) {
        self.client.learn(&path);
        let Some(watch) = self.run.as_mut().and_then(|run| run.watch.as_mut()) else {
            return;
        };
        if let Err(problem) = watch.follow(vec![path]) {
            self.output(
                "console",
                format!("saving this module will not restart the script: {problem}\n"),
                None,
            );
        }
    }

    fn ready(&mut self, result: Result<(), String>) {
        let Some(run) = self.run.as_mut() else { return };
        let request = run.request.take();
        match result {
            Ok(()) => {
                run.is_loaded = true;
                if let Some(request) = request {
                    self.respond(&request, Value::Null);
                    if request.command == "launch" {
                        for thread in THREADS {
                            self.send_event(
                                "thread",
                                json!({ "reason": "started", "threadId": thread_id(thread) }),
                            );
                        }
                    }
                }
                self.start_when_ready();
            }
            Err(problem) => {
                match request {
                    Some(request) => self.refuse(&request, &Refusal::user(problem)),
                    None => self.output("stderr", format!("{problem}\n"), None),
                }
                self.terminated();
            }
        }
    }

    /// The script runs once it is loaded and the client has set what it wants.
    pub(crate) fn start_when_ready(&mut self) {
        if let Some(run) = self
            .run
            .as_ref()
            .filter(|run| run.is_loaded && self.is_configured)
        {
            run.debuggee.start();
        }
    }

    fn event(&mut self, event: Event) {
        if self.run.as_ref().is_some_and(|run| run.is_replaced) {
            return;
        }
        match event {
            Event::Stopped(stop) => self.stopped(stop),
            Event::Output(output) => {
                let category = match output.kind {
                    OutputKind::Print => "stdout",
                    OutputKind::Error => "stderr",
                    OutputKind::Note => "console",
                };
                self.output(category, output.text, output.place.as_ref());
            }
            Event::Loaded { changed } => self.breakpoints_changed(&changed),
            Event::Ended { n_errors } => {
                self.send_event("exited", json!({ "exitCode": i32::from(n_errors > 0) }));
                self.terminated();
            }
        }
    }

    fn stopped(&mut self, stop: Stop) {
        self.send_event("stopped", convert::stopped(&stop));
        if let Some(run) = self.run.as_mut() {
            run.stopped = Some(stop);
        }
    }

    pub(crate) fn breakpoints_changed(&mut self, changed: &[Breakpoint]) {
        for breakpoint in changed {
            let body =
                json!({ "reason": "changed", "breakpoint": self.client.breakpoint(breakpoint) });
            self.send_event("breakpoint", body);
        }
    }

    fn saved(&mut self, paths: &[PathBuf]) {
        let Some(arguments) = self.arguments.clone() else {
            return;
        };
        let names: Vec<_> = paths
            .iter()
            .filter_map(|path| path.file_name())
            .map(|name| name.to_string_lossy())
            .collect();
        self.output(
            "console",
            format!("{} was saved: playing it again\n", names.join(", ")),
            None,
        );
        if let Err(refusal) = self.restart(arguments, None) {
            self.output("stderr", format!("{}\n", refusal.text), None);
        }
    }

    /// Ends the run and starts it again with the same inputs and breakpoints. If it cannot be loaded, the ended run
    /// stays in its place, so that the next save gets its chance.
    pub(crate) fn restart(
        &mut self,
        arguments: LaunchArguments,
        request: Option<Request>,
    ) -> Result<(), Refusal> {
        if let Some(run) = self.run.as_mut() {
            run.debuggee.terminate();
            run.is_replaced = true;
            let (unanswered, stopped) = (run.request.take(), run.stopped.take());
            if let Some(request) = unanswered {
                self.refuse(
                    &request,
                    &Refusal::client("the script was started again meanwhile"),
                );
            }
            if let Some(stop) = stopped {
                let thread_id = thread_id(stop.thread);
                let all_threads_continued = true;
                self.send_event(
                    "continued",
                    ContinuedEvent {
                        thread_id,
                        all_threads_continued,
                    },
                );
            }
        }
        self.launch(arguments, request)
    }

    /// Asks the script to end; one that cannot is left behind after a while.
    pub(crate) fn terminate(&mut self) {
        let Some(run) = self.run.as_mut() else {
            return self.terminated();
        };
        run.debuggee.terminate();
        run.stopped = None;
        let (answers, number) = (self.answers.clone(), run.number);
        // Ends by itself; what it sends to a session that is over is lost.
        tokio::spawn(async move {
            tokio::time::sleep(TERMINATE_GRACE).await;
            let _ = answers.send(Input::GiveUp(number));
        });
    }

    /// Ends the script, wherever it is, and the session once every question has its answer.
    pub(crate) fn disconnect(&mut self, request: &Request) {
        if let Some(run) = &mut self.run
            && let Some(request) = run.request.take()
        {
            self.refuse(&request, &Refusal::client("the client has disconnected"));
        }
        self.run = None;
        self.goodbye = Some(request.clone());
        self.leave_when_answered();
        if !self.is_over {
            let answers = self.answers.clone();
            // Ends by itself; what it sends to a session that is over is lost.
            tokio::spawn(async move {
                tokio::time::sleep(TERMINATE_GRACE).await;
                let _ = answers.send(Input::Leave);
            });
        }
    }

    fn leave_when_answered(&mut self) {
        if self.n_open == 0 {
            self.leave();
        }
    }

    fn leave(&mut self) {
        if let Some(request) = self.goodbye.take() {
            self.respond(&request, Value::Null);
            self.is_over = true;
        }
    }

    /// Tells the client, once, that the debuggee is gone.
    pub(crate) fn terminated(&mut self) {
        self.run = None;
        if !std::mem::replace(&mut self.is_terminated, true) {
            self.send_event("terminated", Value::Null);
        }
    }
}
