//! Sessions without a protocol: a script, breakpoints, commands, and what they show.

#![allow(clippy::unwrap_used)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use halion_debugger::files::MemoryFiles;
use halion_debugger::vocabulary::{
    Event, Frame, Page, Resume, ScopeKind, Stop, StopReason, Variable,
};
use halion_debugger::{Breakpoints, Launch, Problem, Reply, Scenario, Session, Source, Thread};

/// How long an answer may take; a test that waits longer fails.
const DEADLINE: Duration = Duration::from_secs(60);

struct Run {
    session: Session,
    events: Receiver<Event>,
    stopped: Option<Stop>,
    printed: String,
}

impl Run {
    fn new(script: &str, lines: &[u32], scenario: Scenario) -> Run {
        let breakpoints = Breakpoints::new();
        breakpoints.set("script.lua", Some(script), lines);
        let launch = Launch {
            script: Source {
                path: "script.lua".into(),
                text: script.into(),
            },
            modules: Box::new(|_| Err("no modules here".into())),
            files: Box::new(MemoryFiles::default()),
            scenario,
            until: None,
            stop_on_entry: false,
            no_debug: false,
        };
        let (sender, events) = channel();
        let (ready, is_ready) = channel();
        let session = Session::launch(
            launch,
            breakpoints,
            move |result| ready.send(result).unwrap(),
            move |event| drop(sender.send(event)),
        );
        is_ready.recv_timeout(DEADLINE).unwrap().unwrap();
        let session = session.unwrap();
        session.start();
        Run {
            session,
            events,
            stopped: None,
            printed: String::new(),
        }
    }

    /// Does what a word says and gives what there is to see.
    fn command(&mut self, command: &str) -> String {
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        let thread = self
            .stopped
            .as_ref()
            .map_or(Thread::Controller, |stop| stop.thread);
        match word {
            "run" => self.until_stop(),
            "continue" => self.resume(thread, Resume::Continue),
            "over" => self.resume(thread, Resume::Over),
            "in" => self.resume(thread, Resume::In),
            "out" => self.resume(thread, Resume::Out),
            "over-processor" => self.resume(Thread::Processor, Resume::Over),
            "pause" => {
                self.session.pause();
                self.until_stop()
            }
            "stack" => rows(&self.stack(thread)),
            "controller" => rows(&self.stack(Thread::Controller)),
            "processor" => rows(&self.stack(Thread::Processor)),
            "locals" => self.locals(thread),
            "inside" => self.inside(thread, rest),
            "eval" => {
                let frame = self.stack(thread)[0].id;
                match self.ask(|session, reply| session.evaluate(Some(frame), rest.into(), reply)) {
                    Ok(value) => value.text,
                    Err(problem) => format!("({problem})"),
                }
            }
            "printed" => std::mem::take(&mut self.printed)
                .trim_end()
                .replace('\n', " | "),
            other => panic!("no command {other}"),
        }
    }

    fn resume(&mut self, thread: Thread, resume: Resume) -> String {
        self.session.resume(thread, resume);
        self.until_stop()
    }

    fn until_stop(&mut self) -> String {
        self.stopped = None;
        loop {
            match self.events.recv_timeout(DEADLINE).unwrap() {
                Event::Output(output) => self.printed.push_str(&output.text),
                Event::Loaded { .. } => {}
                Event::Ended { n_errors } => return format!("ended, {n_errors} errors"),
                Event::Stopped(stop) => {
                    let reason = match &stop.reason {
                        StopReason::Breakpoint(_) => "breakpoint",
                        StopReason::Step => "step",
                        StopReason::Pause => "pause",
                        StopReason::Entry => "entry",
                        StopReason::Error(_) => "error",
                    };
                    let thread = stop.thread;
                    self.stopped = Some(stop);
                    return format!("{reason} {}: {}", thread.id(), row(&self.stack(thread)[0]));
                }
            }
        }
    }

    fn ask<T: Send + 'static>(&self, ask: impl FnOnce(&Session, Reply<T>)) -> Result<T, Problem> {
        let (sender, receiver): (Sender<Result<T, Problem>>, _) = channel();
        ask(
            &self.session,
            Reply::new(move |result| drop(sender.send(result))),
        );
        receiver.recv_timeout(DEADLINE).unwrap()
    }

    fn stack(&self, thread: Thread) -> Vec<Frame> {
        self.ask(|session, reply| session.stack(thread, reply))
            .unwrap()
    }

    /// Values inside a local variable, and inside one of those: `layer.children`.
    fn inside(&self, thread: Thread, path: &str) -> String {
        let mut variables = self.local_variables(thread);
        for name in path.split('.') {
            let variable = variables
                .iter()
                .find(|variable| variable.name == name)
                .unwrap();
            let inner = variable.value.variables;
            variables = self
                .ask(|session, reply| session.variables(inner, Page::default(), reply))
                .unwrap();
        }
        list(&variables)
    }

    fn locals(&self, thread: Thread) -> String {
        list(&self.local_variables(thread))
    }

    fn local_variables(&self, thread: Thread) -> Vec<Variable> {
        let frame = self.stack(thread)[0].id;
        let scopes = self
            .ask(|session, reply| session.scopes(frame, reply))
            .unwrap();
        let locals = scopes
            .iter()
            .find(|scope| scope.kind == ScopeKind::Locals)
            .unwrap()
            .variables;
        self.ask(|session, reply| session.variables(locals, Page::default(), reply))
            .unwrap()
    }
}

fn list(variables: &[Variable]) -> String {
    let text = variables
        .iter()
        .map(|variable| format!("{} = {}", variable.name, variable.value.text));
    text.collect::<Vec<_>>().join(", ")
}

fn row(frame: &Frame) -> String {
    match &frame.place {
        Some(place) => format!("{}:{}", frame.name, place.line),
        None => frame.name.clone(),
    }
}

fn rows(frames: &[Frame]) -> String {
    frames.iter().map(row).collect::<Vec<_>>().join(" < ")
}

/// Runs the commands one after the other; each line of `expected` is `command > what it shows`.
fn check(script: &str, lines: &[u32], expected: &str) {
    check_scenario(script, lines, "", expected);
}

/// The same with a scenario instead of the default one.
fn check_scenario(script: &str, lines: &[u32], scenario: &str, expected: &str) {
    let scenario = match scenario {
        "" => Scenario::default(),
        text => Scenario::parse(text).unwrap(),
    };
    let mut run = Run::new(script, lines, scenario);
    for line in expected.trim().lines() {
        let (command, shows) = line.trim().split_once(" >").unwrap();
        assert_eq!(run.command(command), shows.trim_start(), "{command}");
    }
}

#[test]
fn steps_follow_a_task_through_waits() {
    // Two notes' worth of tasks: the spawned one runs while the callback waits.
    let script = "\
function onNote(event)
  spawn(function()
    local other = 1
    wait(1)
    other = 2
  end)
  wait(5)
  local x = 1
end";
    check(
        script,
        &[7],
        "run > breakpoint processor: onNote:7
         over > step processor: onNote:8
         over > step processor: onNote:9
         over > ended, 0 errors",
    );
}

#[test]
fn with_several_slots_a_task_names_its_own() {
    let script = "\
defineSlotLocal('mine')
function onInit()
  mine = getSlotIndex()
  wait(10)
  print(mine)
end";
    check_scenario(
        script,
        &[4],
        "slots = [0, 3]",
        "run > breakpoint processor: onInit (slot 0):4
         eval mine > 0
         continue > breakpoint processor: onInit (slot 3):4
         over > step processor: onInit (slot 3):5
         eval mine > 3
         continue > ended, 0 errors",
    );
}

#[test]
fn a_breakpoint_in_a_modulation_stops_at_every_call() {
    let script = "\
local n = 0
function onInit() defineModulation('m', true) end
function calcModulation()
  n = n + 1
  return n / 10
end";
    check_scenario(
        script,
        &[4],
        "block_size = 64",
        "run > breakpoint processor: calcModulation:4
         over > step processor: calcModulation:5
         continue > breakpoint processor: calcModulation:4
         eval n > 1
         continue > ended, 0 errors",
    );
}

#[test]
fn breakpoints_hold_when_the_script_is_reset() {
    let script = "\
local n = 1
function onInit()
  print(n)
end";
    check_scenario(
        script,
        &[3],
        "[[input]]\nat_ms = 50\nkind = 'reload'",
        "run > breakpoint processor: onInit:3
         locals >
         continue > breakpoint processor: onInit:3
         eval n > 1
         over > step processor: onInit:4
         continue > ended, 0 errors",
    );
}

#[test]
fn a_step_in_the_other_thread_waits_for_its_task() {
    let script = "\
function onNote(event)
  runAsync(function()
    local inside = 1
  end)
  local after = 1
end";
    check(
        script,
        &[3],
        "run > breakpoint controller: <anonymous>:3
         stack > <anonymous>:3 < waiting in runAsync: Processor < onNote:2
         over-processor > step processor: onNote:5
         locals > event = noteOn id=1 note=60 velocity=100 tuning=0 ppqPosition=0",
    );
}

#[test]
fn a_step_past_the_end_of_an_async_function_comes_back() {
    let script = "\
function onNote(event)
  runAsync(function()
    local inside = 1
  end)
  local after = 1
end";
    check(
        script,
        &[3],
        "run > breakpoint controller: <anonymous>:3
         over > step controller: <anonymous>:4
         over > step processor: onNote:5",
    );
}

#[test]
fn a_step_over_an_error_that_is_caught_stays_near() {
    let script = "\
local function fail()
  error('no')
end
local ok = pcall(fail)
local after = ok";
    check(
        script,
        &[4],
        "run > breakpoint controller: <main>:4
         over > step controller: <main>:5
         locals > fail = function (script.lua:1), ok = false",
    );
}

#[test]
fn a_tail_call_is_stepped_over() {
    let script = "\
local function inner(n)
  return n + 1
end
local function outer(n)
  return inner(n)
end
local x = outer(1)
local y = x";
    check(
        script,
        &[5],
        "run > breakpoint controller: outer:5
         over > step controller: <main>:8",
    );
}

#[test]
fn recursion_is_stepped_over() {
    let script = "\
local function fact(n)
  if n < 2 then return 1 end
  local rest = fact(n - 1)
  return n * rest
end
print(fact(5))";
    check(
        script,
        &[3],
        "run > breakpoint controller: fact:3
         over > breakpoint controller: fact:3",
    );
    check(
        script,
        &[6],
        "run > breakpoint controller: <main>:6
         in > step controller: fact:2
         over > step controller: fact:3
         over > step controller: fact:4
         eval n, rest > 5, 24
         continue > ended, 0 errors
         printed > 120",
    );
}

#[test]
fn calls_from_library_functions_have_their_frames() {
    let script = "\
local t = {3, 1, 2}
table.sort(t, function(a, b)
  return a < b
end)";
    check(
        script,
        &[3],
        "run > breakpoint controller: <anonymous>:3
         stack > <anonymous>:3 < sort < <main>:2",
    );
}

#[test]
fn elements_show_what_they_contain() {
    let script = "\
local layer = this.parent
layer:setParameter('Level', -6)
print('here')";
    check(
        script,
        &[3],
        "run > breakpoint controller: <main>:3
         locals > layer = Layer \"Layer\"
         inside layer.children > [1] = MidiModule \"Script\", [2] = Zone \"Zone\"
         inside layer > name = \"Layer\", id = \"2\", type = \"Layer\", parent = Program \"Program\", program = Program \"Program\", level = 2, children = {MidiModule \"Script\", Zone \"Zone\"}, parameters = {Level = -6, Mute = false, Pan = 0, …}",
    );
}

#[test]
fn parameters_and_objects_are_shown() {
    let script = "\
defineParameter('fadeTime', 'Fade Time', 500, 0, 5000, 1)
function onNote(event)
  local e = this
  postEvent(event)
end";
    check(
        script,
        &[4],
        "run > breakpoint processor: onNote:4
         eval fadeTime > 500
         eval e.name > \"Script\"
         eval event.note > 60
         eval getContext() > \"Processor\"
         eval openURL('x') > (Function HALion::openURL is not available in the Processor context.)",
    );
}

#[test]
fn questions_while_it_runs_are_refused() {
    let mut run = Run::new(
        "local n = 0\nwhile true do n = n + 1 end",
        &[],
        Scenario::default(),
    );
    let answer = run.ask(|session, reply| session.stack(Thread::Controller, reply));
    assert_eq!(answer, Err(Problem::Running));
    assert!(
        run.command("pause")
            .starts_with("pause controller: <main>:2")
    );
    run.session.terminate();
    assert_eq!(run.until_stop(), "ended, 0 errors");
    let answer = run.ask(|session, reply| session.stack(Thread::Controller, reply));
    assert_eq!(answer, Err(Problem::Ended));
}
