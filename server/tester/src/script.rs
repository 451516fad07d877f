//! `load_script`, and the object it gives: a script that plays. What comes in, how time goes on, what can be asked.
//!
//! Units: milliseconds from the start of the script; keys and velocities 0 to 127.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use halion_engine::{Event, RecordKind, Source, Value as ParameterValue};
use halion_workspace::read_text;
use mlua::{AnyUserData, FromLua, Lua, Result, Table, UserData, UserDataMethods, Value};

use crate::bench::{Bench, bench};
use crate::failure::fail;
use crate::playing::{Playing, Stuck, thread_name};
use crate::{expect, options, show, wanted};

/// The velocity of keys that a test presses without naming one.
const VELOCITY: f64 = 100.0;

/// The length of notes that a test plays without naming one, in milliseconds.
const LENGTH_MS: f64 = 500.0;

/// How long `settle` waits, in milliseconds.
const SETTLE_MS: f64 = 10_000.0;

/// What test code holds. It outlives its test, but is of no use then.
pub(crate) struct Script(Rc<RefCell<Playing>>);

impl Script {
    /// Does something with the script, unless its test is over.
    pub fn with<T>(&self, lua: &Lua, act: impl FnOnce(&mut Playing) -> T) -> Result<T> {
        let is_alive = bench(lua)
            .scripts
            .borrow()
            .iter()
            .any(|script| Rc::ptr_eq(script, &self.0));
        if !is_alive {
            let message =
                "the script of another test is used; load one in each test, or in before_each";
            return Err(fail(lua, message));
        }
        Ok(act(&mut self.0.borrow_mut()))
    }

    /// Lets something come in, in the words of a scenario.
    fn input(&self, lua: &Lua, kind: &str, values: &Table) -> Result<()> {
        let input = options::input(kind, values).map_err(|message| fail(lua, message))?;
        self.with(lua, |playing| playing.input(input))
    }

    /// The same for a few values by their names.
    fn send<const N: usize>(
        &self,
        lua: &Lua,
        kind: &str,
        values: [(&str, Value); N],
    ) -> Result<()> {
        self.input(lua, kind, &lua.create_table_from(values)?)
    }
}

/// Puts `load_script` into the globals.
pub(crate) fn install(lua: &Lua, globals: &Table) -> Result<()> {
    globals.raw_set("load_script", lua.create_function(load_script)?)
}

fn load_script(lua: &Lua, what: Value) -> Result<Script> {
    let bench = bench(lua);
    if !bench.in_test.get() {
        let message = "load_script stands outside a test; put it into a test or into before_each";
        return Err(fail(lua, message));
    }
    let table = match &what {
        Value::Nil => lua.create_table()?,
        Value::String(path) => lua.create_table_from([("script", path)])?,
        Value::Table(table) => table.clone(),
        other => {
            let message = format!(
                "load_script takes a path or a table of options, not a {}",
                other.type_name()
            );
            return Err(fail(lua, message));
        }
    };
    let refused = |message: String| fail(lua, message);
    let folder = bench.path.parent().unwrap_or("".as_ref());
    let options = options::read(&table, folder).map_err(refused)?;
    let path = options.script.unwrap_or_else(|| default_script(&bench));
    let text = read_text(&path).map_err(|problem| refused(problem.to_string()))?;
    let source = Source {
        path: (bench.plan.shown)(&path),
        text,
    };
    let surroundings = (bench.plan.surroundings)(&path);
    let playing = Playing::start(source, surroundings, options.scenario).map_err(refused)?;
    let playing = Rc::new(RefCell::new(playing));
    bench.scripts.borrow_mut().push(Rc::clone(&playing));
    Ok(Script(playing))
}

/// `x.lua` for `x.test.lua` if there is one, else the `script.lua` of the folder.
fn default_script(bench: &Bench) -> PathBuf {
    let stem = bench.file_name();
    let stem = stem.strip_suffix(".test.lua").unwrap_or(&stem);
    let beside = bench.path.with_file_name(format!("{stem}.lua"));
    if beside.is_file() {
        beside
    } else {
        bench.path.with_file_name("script.lua")
    }
}

/// What a test is told when time did not get as far as it should.
fn moved(lua: &Lua, result: std::result::Result<(), Stuck>) -> Result<()> {
    result.map_err(|stuck| match stuck {
        Stuck::Refused(message) => fail(lua, message),
        Stuck::Late => {
            let seconds = bench(lua).plan.time_limit.as_secs_f64();
            fail(
                lua,
                format!(
                    "the test takes longer than its limit of {seconds} s; --timeout sets another"
                ),
            )
        }
        Stuck::Busy(waiting) if waiting.is_empty() => fail(
            lua,
            "the script does not come to rest: something comes in later",
        ),
        Stuck::Busy(waiting) => fail(
            lua,
            format!("the script does not come to rest: {}", waiting.join(", ")),
        ),
    })
}

impl UserData for Script {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_inputs(methods);
        add_time(methods);
        add_questions(methods);
        expect::add_methods(methods);
    }
}

fn add_inputs<M: UserDataMethods<Script>>(methods: &mut M) {
    type Note = (Value, Option<Value>, Option<Value>);
    methods.add_method("play", |lua, script, (note, velocity, length): Note| {
        let values = [
            ("note", note),
            ("velocity", velocity.unwrap_or(Value::Number(VELOCITY))),
            ("length_ms", length.unwrap_or(Value::Number(LENGTH_MS))),
        ];
        script.send(lua, "note", values)
    });
    methods.add_method(
        "hold",
        |lua, script, (note, velocity): (Value, Option<Value>)| {
            let velocity = velocity.unwrap_or(Value::Number(VELOCITY));
            script.send(lua, "note_on", [("note", note), ("velocity", velocity)])
        },
    );
    methods.add_method(
        "release",
        |lua, script, (note, velocity): (Value, Option<Value>)| {
            let velocity = velocity.unwrap_or(Value::Number(0.0));
            script.send(lua, "note_off", [("note", note), ("velocity", velocity)])
        },
    );
    methods.add_method(
        "controller",
        |lua, script, (number, value): (Value, Value)| {
            script.send(lua, "controller", [("number", number), ("value", value)])
        },
    );
    methods.add_method("bend", |lua, script, bend: Value| {
        script.send(lua, "pitch_bend", [("bend", bend)])
    });
    methods.add_method("after_touch", |lua, script, value: Value| {
        script.send(lua, "after_touch", [("value", value)])
    });
    methods.add_method("trigger_pad", |lua, script, pad: Value| {
        script.send(lua, "trigger_pad", [("pad", pad)])
    });
    methods.add_method("edit", |lua, script, (name, value): (String, Value)| {
        value_of(lua, script, &name)?;
        let name = Value::String(lua.create_string(&name)?);
        script.send(lua, "parameter", [("name", name), ("value", value)])
    });
    methods.add_method("tempo", |lua, script, bpm: Value| {
        script.send(lua, "tempo", [("bpm", bpm)])
    });
    methods.add_method("transport", |lua, script, playing: Value| {
        script.send(lua, "transport", [("playing", playing)])
    });
    methods.add_method("input", |lua, script, values: Table| {
        let Value::String(kind) = values.raw_get("kind")? else {
            return Err(fail(
                lua,
                "an input has a kind, as in { kind = \"note\", note = 60 }",
            ));
        };
        script.input(lua, &kind.to_string_lossy(), &values)
    });
}

fn add_time<M: UserDataMethods<Script>>(methods: &mut M) {
    methods.add_method("now", |lua, script, ()| {
        script.with(lua, |playing| playing.now_ms())
    });
    methods.add_method("advance", |lua, script, ms: f64| {
        let deadline = bench(lua).deadline.get();
        let result = script.with(lua, |playing| playing.advance(ms, deadline))?;
        moved(lua, result)
    });
    methods.add_method("advance_samples", |lua, script, samples: f64| {
        let deadline = bench(lua).deadline.get();
        let result = script.with(lua, |playing| {
            playing.advance(samples * 1000.0 / playing.engine.sample_rate(), deadline)
        })?;
        moved(lua, result)
    });
    methods.add_method("advance_beats", |lua, script, beats: f64| {
        let deadline = bench(lua).deadline.get();
        let tempo = script.with(lua, |playing| playing.engine.tempo())?;
        let Some(tempo) = tempo else {
            return Err(fail(lua, "the host has no tempo, so beats have no length"));
        };
        let result = script.with(lua, |playing| {
            playing.advance(beats * 60_000.0 / tempo, deadline)
        })?;
        moved(lua, result)
    });
    methods.add_method("settle", |lua, script, limit_ms: Option<f64>| {
        let deadline = bench(lua).deadline.get();
        let limit_ms = limit_ms.unwrap_or(SETTLE_MS);
        let result = script.with(lua, |playing| playing.settle(limit_ms, deadline))?;
        moved(lua, result)
    });
}

fn add_questions<M: UserDataMethods<Script>>(methods: &mut M) {
    methods.add_method("value", |lua, script, name: String| {
        value_of(lua, script, &name)
    });
    methods.add_method("evaluate", |lua, script, expression: String| {
        let result = script.with(lua, |playing| playing.engine.evaluate(&expression))?;
        let data = result.map_err(|problem| fail(lua, format!("{expression}: {problem}")))?;
        data.to_lua(lua)
    });
    methods.add_method("modulation", |lua, script, ()| {
        let recent = script.with(lua, |playing| playing.recent())?;
        let values = recent
            .into_iter()
            .rev()
            .find_map(|(_, record)| match record.kind {
                RecordKind::Modulation { values } => Some(values),
                _ => None,
            });
        Ok(values.unwrap_or_default())
    });
    methods.add_method("held", |lua, script, ()| {
        script.with(lua, |playing| playing.engine.held_notes())
    });
    methods.add_method("sounding", |lua, script, ()| {
        script.with(lua, |playing| playing.engine.sounding_notes())
    });
    methods.add_method("events", |lua, script, kind: Option<String>| {
        let recent = script.with(lua, |playing| playing.recent())?;
        let events = recent.iter().filter_map(|(ms, record)| match &record.kind {
            RecordKind::EventOut(event) => Some((*ms, event)),
            _ => None,
        });
        let events =
            events.filter(|(_, event)| kind.as_deref().is_none_or(|kind| kind == event.name()));
        let tables: Result<Vec<Table>> = events
            .map(|(ms, event)| wanted::table(lua, ms, event))
            .collect();
        tables
    });
    methods.add_method("notes", notes);
    methods.add_method("prints", |lua, script, ()| {
        let recent = script.with(lua, |playing| playing.recent())?;
        let prints = recent
            .into_iter()
            .filter_map(|(_, record)| match record.kind {
                RecordKind::Print { text } => Some(text),
                _ => None,
            });
        Ok(prints.collect::<Vec<String>>())
    });
    methods.add_method("errors", |lua, script, ()| {
        let recent = script.with(lua, |playing| playing.recent())?;
        let mut errors = Vec::new();
        for (ms, record) in recent {
            let RecordKind::Error(error) = record.kind else {
                continue;
            };
            let table = lua.create_table()?;
            table.raw_set("at", ms)?;
            table.raw_set("text", error.text())?;
            table.raw_set("message", error.message.as_str())?;
            table.raw_set("callback", error.callback.as_str())?;
            table.raw_set("path", error.path.as_str())?;
            table.raw_set("line", error.line)?;
            table.raw_set("thread", thread_name(error.thread))?;
            errors.push(table);
        }
        Ok(errors)
    });
    methods.add_method("trace", |lua, script, ()| {
        script.with(lua, |playing| playing.trace())
    });
    methods.add_method("clear", |lua, script, ()| {
        script.with(lua, |playing| playing.forget())
    });
}

/// The notes that the script sent, each with its length once it has ended.
fn notes(lua: &Lua, script: &Script, (): ()) -> Result<Vec<Table>> {
    let recent = script.with(lua, |playing| playing.recent())?;
    let mut notes = Vec::new();
    for (idx, (ms, record)) in recent.iter().enumerate() {
        let RecordKind::EventOut(event @ Event::NoteOn { id: note_id, .. }) = &record.kind else {
            continue;
        };
        let table = wanted::table(lua, *ms, event)?;
        table.raw_remove("type")?;
        let ends = |(_, record): &&(f64, halion_engine::Record)| matches!(&record.kind, RecordKind::EventOut(Event::NoteOff { id, .. }) if id == note_id);
        if let Some((end_ms, _)) = recent[idx..].iter().find(ends) {
            table.raw_set("length", end_ms - ms)?;
        }
        notes.push(table);
    }
    Ok(notes)
}

/// The present value of a parameter; a name that the script does not define is an error that lists those it does.
pub(crate) fn value_of(lua: &Lua, script: &Script, name: &str) -> Result<Value> {
    let (value, names) = script.with(lua, |playing| {
        (
            playing.engine.parameter(name),
            playing.engine.parameter_names(),
        )
    })?;
    match value {
        Some(ParameterValue::Number(number)) => Ok(Value::Number(number)),
        Some(ParameterValue::Boolean(boolean)) => Ok(Value::Boolean(boolean)),
        Some(ParameterValue::Text(text)) => Ok(Value::String(lua.create_string(text)?)),
        None if names.is_empty() => Err(fail(
            lua,
            format!(
                "the script has no parameter {}; it defines none",
                show::quoted(name)
            ),
        )),
        None => Err(fail(
            lua,
            format!(
                "the script has no parameter {}; it has {}",
                show::quoted(name),
                names.join(", ")
            ),
        )),
    }
}

impl FromLua for Script {
    fn from_lua(value: Value, lua: &Lua) -> Result<Script> {
        let script = AnyUserData::from_lua(value, lua)?;
        let script = script.borrow::<Script>()?;
        Ok(Script(Rc::clone(&script.0)))
    }
}
