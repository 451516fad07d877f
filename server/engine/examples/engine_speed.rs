//! Prints how fast the engine is: dense playing against real time, the life of a task, and a compute loop.
//!
//! Run with `cargo run --release -p halion-engine --example engine_speed`.

#![expect(
    clippy::disallowed_methods,
    reason = "it measures real time from outside the engine"
)]

use std::time::Instant;

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

/// Arithmetic and table access, as plain Lua would run it.
const LOOP: &str = "setScriptExecTimeOut(1e9) local t = {}
for i = 1, 2e7 do t[i % 100] = i * 2 + 1 end";

fn main() -> Result<(), String> {
    let notes =
        (0..1200).map(|at| Input::new(f64::from(at) * 50.0, InputKind::note(60, 100, 40.0)));
    let dense = Scenario {
        inputs: notes.collect(),
        ..Scenario::silent()
    };
    let seconds = play(DENSE, dense, 60.1)?;
    println!(
        "a minute of dense playing: {seconds:.3} s, {:.0} times real time",
        60.0 / seconds
    );
    let seconds = play(TASKS, Scenario::silent(), 10.0)?;
    println!(
        "start, suspend, resume, end of a task: {:.2} us",
        seconds * 10.0
    );
    let seconds = play(LOOP, Scenario::silent(), 1.0)?;
    println!("compute loop of 20 million turns: {seconds:.3} s");
    Ok(())
}

/// Plays a script for so many virtual seconds; gives the real ones.
fn play(script: &str, scenario: Scenario, virtual_seconds: f64) -> Result<f64, String> {
    let script = Source {
        path: "speed.lua".to_owned(),
        text: script.to_owned(),
    };
    let until = (virtual_seconds * scenario.sample_rate) as i64;
    let observer = Box::new(|_: &Record| {});
    let mut engine = Engine::new(script, Surroundings::none(), scenario, observer)?;
    let start = Instant::now();
    let outcome = engine.run(Some(until));
    let seconds = start.elapsed().as_secs_f64();
    match outcome.n_errors {
        0 => Ok(seconds),
        n_errors => Err(format!("{n_errors} script errors")),
    }
}
