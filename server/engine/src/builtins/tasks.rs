//! Suspension and the ways from one thread to the other: `wait`, `spawn`, `runAsync`, `runSync` (HALion semantics 4).

use halion_api::Thread;
use mlua::Value;

use crate::{
    event::short,
    modulation::Output,
    native::{self, Body, Call, Raise, Reply},
    proposed, runtime,
    runtime::Start,
    task::Wait,
    world::{SyncJob, World},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "wait" => wait,
        "waitBeat" => wait_beat,
        "waitForRelease" => wait_for_release,
        "spawn" => spawn,
        "runAsync" => run_async,
        "runSync" => run_sync,
        "defineModulation" => define_modulation,
        "getScriptExecTimeOut" => time_out,
        "setScriptExecTimeOut" => set_time_out,
        _ => return None,
    })
}

fn wait(call: &Call<'_>) -> native::Result {
    let ms = call.number(1)?;
    suspend_for(call, ms, format!("wait {} ms", short(ms)))
}

/// The due time is fixed at the call (HALion semantics 4.3).
fn wait_beat(call: &Call<'_>) -> native::Result {
    let beats = call.number(1)?;
    let tempo = call
        .world(|world| world.transport.tempo)
        .unwrap_or(proposed::FALLBACK_TEMPO);
    suspend_for(
        call,
        beats * 60_000.0 / tempo,
        format!("waitBeat {}", short(beats)),
    )
}

/// Ready at the first sample at or after the due time, or the first Controller tick (HALion semantics 4.1); durations that
/// are not positive end with the next block or tick (HALion semantics 4.2).
fn suspend_for(call: &Call<'_>, ms: f64, reason: String) -> native::Result {
    may_suspend(call)?;
    call.world(|world| {
        let clock = &world.clock;
        let sample = match (world.thread, clock.after_ms(ms)) {
            (Thread::Processor, Some(sample)) => sample,
            (Thread::Processor, None) => clock.next_block(),
            (Thread::Controller, due) => clock.tick_at(due.unwrap_or(clock.now + 1)),
        };
        suspend(world, Wait::Until { sample, reason });
    });
    Ok(Reply::Suspend)
}

fn suspend(world: &mut World, wait: Wait) {
    if let Some(id) = world.current
        && let Some(task) = world.tasks.get_mut(&id)
    {
        task.waiting = Some(wait);
    }
}

/// Global statements are no callback (HALion semantics 4.4).
fn may_suspend(call: &Call<'_>) -> Result<(), Raise> {
    match call.world(|world| world.current_task().map(|task| task.may_suspend)) {
        Some(true) => Ok(()),
        _ => Err(Raise::Script(
            "attempt to yield from outside a coroutine".to_owned(),
        )),
    }
}

/// Ends with the release of the note that started this `onNote` (HALion semantics 4.7, 4.8).
fn wait_for_release(call: &Call<'_>) -> native::Result {
    let Some(note) = call.world(|world| world.current_task().and_then(|task| task.note)) else {
        return Err(Raise::Script(
            "waitForRelease can only be called in onNote".to_owned(),
        ));
    };
    if !call.world(|world| world.slot.keys.is_held(note)) {
        return native::nothing();
    }
    call.world(|world| suspend(world, Wait::Release(note)));
    Ok(Reply::Suspend)
}

/// Starts when the spawner suspends or ends, on its thread, with its note (HALion semantics 4.8, 4.9).
fn spawn(call: &Call<'_>) -> native::Result {
    let function = call.function(1)?;
    let (spawner, note) = call.world(|world| {
        (
            world.current,
            world.current_task().and_then(|task| task.note),
        )
    });
    let Some(spawner) = spawner else {
        return native::nothing();
    };
    let mut start = Start::function(
        call.host,
        call.thread(),
        function,
        call.rest(2),
        Some(spawner),
    );
    start.note = note;
    let (id, arguments) = runtime::create(call.lua, call.host, start)?;
    call.world(|world| world.spawned.push_back((id, arguments)));
    native::nothing()
}

/// The caller is on hold until the function has completed on the Controller (HALion semantics 4.11 to 4.13).
fn run_async(call: &Call<'_>) -> native::Result {
    let job = Some((call.function(1)?, call.rest(2)));
    may_suspend(call)?;
    call.world(|world| suspend(world, Wait::Async { job }));
    Ok(Reply::Suspend)
}

/// The function runs in the next block; one of the same id that is still pending is replaced (HALion semantics 4.14, 4.15).
fn run_sync(call: &Call<'_>) -> native::Result {
    let function = call.function(1)?;
    let id = Some(call.value(2)).filter(|id| !matches!(id, Value::Nil));
    call.world(|world| {
        if !world.has_processor() {
            world.print("[runSync] there is no Processor; the function is dropped".to_owned());
            return;
        }
        if id.is_some() {
            world.sync_jobs.retain(|job| job.id != id);
        }
        let parent = world.current;
        world.sync_jobs.push(SyncJob {
            id,
            function,
            parent,
        });
    });
    native::nothing()
}

/// The next value that `calcModulation` returns goes to this output (HALion semantics 3.3).
fn define_modulation(call: &Call<'_>) -> native::Result {
    let output = Output {
        name: call.string(1)?,
        bipolar: call.flag(2),
    };
    call.world(|world| world.define_modulation(output));
    native::nothing()
}

/// Milliseconds of the thread that asks (HALion semantics 4.18).
fn time_out(call: &Call<'_>) -> native::Result {
    native::number(call.world(|world| *world.time_out_ms()))
}

/// Holds from now on, also for the stretch that sets it (HALion semantics 4.19, the listing of `savePreset`).
fn set_time_out(call: &Call<'_>) -> native::Result {
    let ms = call.number_in(1, 0.0, 1e12)?;
    call.world(|world| *world.time_out_ms() = ms);
    call.host.meter.set_budget(ms);
    native::nothing()
}
