//! Plays `everything.lua` and writes its trace: the determinism test compares the bytes of several processes.

use halion_engine::{Engine, Record, Scenario, Source, Surroundings, trace_line};

fn main() -> Result<(), String> {
    let script = Source {
        path: "everything.lua".to_owned(),
        text: include_str!("everything.lua").to_owned(),
    };
    let observer = Box::new(|record: &Record| println!("{}", trace_line(record, 44100.0)));
    Engine::new(script, Surroundings::none(), Scenario::default(), observer)?.run(None);
    Ok(())
}
