//! Prints how fast the engine is, in processor time: dense playing against real time, the life of a task, a thousand live tasks, a
//! compute loop against plain Lua, and the memory of an hour.
//!
//! Run with `cargo run --release -p halion-engine --example engine_speed`; `-- memory` prints the memory of an hour only.

#![expect(
    clippy::disallowed_methods,
    reason = "it measures real time from outside the engine"
)]

use halion_engine::{Engine, Input, InputKind, Record, Scenario, Source, Surroundings};

/// Twenty notes a second, each with a wait and a fade.
const DENSE: &str = "function onNote(e)
  local id = postEvent(e)
  wait(20)
  fade(id, nil, 0, 30, true)
end";

/// A hundred thousand tasks that start, wait once and end.
const TASKS: &str = "local function work() wait(1) end
function onInit()
  for i = 1, 1000 do
    for j = 1, 100 do spawn(work) end
    wait(2)
  end
end";

/// A thousand tasks that live side by side and wake a hundred times a second.
const LIVE: &str = "local function work() while true do wait(10) end end
function onInit() for i = 1, 1000 do spawn(work) end end";

/// Arithmetic and table access.
const LOOP: &str = "local t = {} for i = 1, 2e7 do t[i % 100] = i * 2 + 1 end";

/// Every way to hold on to something: tasks, voices, ramps, delayed events, notes kept back, controllers, note expression.
const HOUR: &str = "local last
function onNote(e)
  local id = postEvent(e)
  playNote(e.note + 12, 50, 100)
  changePan(playNote(e.note, 50, 0), 1, false, 500)
  postEvent(clone(e), 500)
  changeNoteExpression(id, 1, 0.5)
  spawn(function() wait(200) fade(id, nil, 0, 100, true) end)
  runAsync(function() last = e.note end)
  wait(20)
end
function onRelease(e) last = e end";

fn main() -> Result<(), String> {
    if std::env::args().nth(1).as_deref() == Some("memory") {
        return memory_of_an_hour();
    }
    let note = |at| Input::new(f64::from(at) * 50.0, InputKind::note(60, 100, 40.0));
    let dense = Scenario {
        inputs: (0..1200).map(note).collect(),
        ..Scenario::silent()
    };
    let seconds = best(|| play(DENSE, &dense, 60.1))?;
    println!(
        "a minute of dense playing: {seconds:.4} s, {:.0} times real time",
        60.0 / seconds
    );
    let seconds = best(|| play(TASKS, &Scenario::silent(), 10.0))?;
    println!(
        "start, suspend, resume and end of a task: {:.2} us",
        seconds * 10.0
    );
    let seconds = best(|| play(LIVE, &Scenario::silent(), 10.0))?;
    println!(
        "a thousand live tasks for ten seconds: {seconds:.3} s, {:.2} us for each time one wakes",
        seconds
    );
    compute_loop()?;
    memory_of_an_hour()
}

/// Plain Lua and the engine in turns, in one process, because the machine may be busy.
fn compute_loop() -> Result<(), String> {
    let script = format!("setScriptExecTimeOut(1e9) {LOOP}");
    let (mut plain, mut engine) = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        plain = plain.min(plain_lua(LOOP)?);
        engine = engine.min(play(&script, &Scenario::silent(), 0.01)?);
    }
    println!(
        "compute loop of 20 million turns: engine {engine:.3} s, plain Lua 5.2 {plain:.3} s, ratio {:.3}",
        engine / plain
    );
    Ok(())
}

fn plain_lua(script: &str) -> Result<f64, String> {
    let lua = mlua::Lua::new();
    let start = processor_seconds();
    lua.load(script).exec().map_err(|error| error.to_string())?;
    Ok(processor_seconds() - start)
}

/// Twenty notes a second for an hour of virtual time, ten of them at once, with what the Lua state holds every five minutes.
fn memory_of_an_hour() -> Result<(), String> {
    let mut engine = engine(HOUR, &Scenario::silent())?;
    let sample = |ms: u64| (ms * 441 / 10) as i64;
    println!("memory of an hour of dense playing:");
    println!("minute  state KiB  process KiB");
    for step in 0..=72_000u64 {
        let key = (step % 60 + 24) as u8;
        engine.run_until(sample(step * 50));
        engine.input(InputKind::NoteOn {
            note: key,
            velocity: 100,
            tuning: 0.0,
        });
        engine.run_until(sample(step * 50 + 40));
        engine.input(InputKind::NoteOff {
            note: key,
            velocity: 0,
        });
        if step % 6000 == 0 {
            let (state, process) = (engine.state_bytes() / 1024, process_kib());
            println!("{:6}  {state:9}  {process:11}", step / 1200);
        }
    }
    match engine.n_errors() {
        0 => Ok(()),
        n_errors => Err(format!("{n_errors} script errors")),
    }
}

/// The best of three runs: the others were disturbed.
fn best(run: impl Fn() -> Result<f64, String>) -> Result<f64, String> {
    let mut best = f64::MAX;
    for _ in 0..3 {
        best = best.min(run()?);
    }
    Ok(best)
}

/// Plays a script for so many virtual seconds; gives the processor's.
fn play(script: &str, scenario: &Scenario, virtual_seconds: f64) -> Result<f64, String> {
    let until = (virtual_seconds * scenario.sample_rate) as i64;
    let mut engine = engine(script, scenario)?;
    let start = processor_seconds();
    let outcome = engine.run(Some(until));
    let seconds = processor_seconds() - start;
    match outcome.n_errors {
        0 => Ok(seconds),
        n_errors => Err(format!("{n_errors} script errors")),
    }
}

fn engine(script: &str, scenario: &Scenario) -> Result<Engine, String> {
    let source = Source {
        path: "speed.lua".to_owned(),
        text: script.to_owned(),
    };
    let observer = Box::new(|_: &Record| {});
    Engine::new(source, Surroundings::none(), scenario.clone(), observer)
}

/// Seconds that this process has computed: others on the machine do not count.
#[cfg(unix)]
fn processor_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills the structure it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Real time where the processor's cannot be asked.
#[cfg(not(unix))]
fn processor_seconds() -> f64 {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// What the process holds in memory now, or 0 where that cannot be read.
fn process_kib() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4
}
