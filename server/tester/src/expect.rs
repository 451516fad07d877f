//! What a test expects of a script: `script:expect_note { note = 60, at = 250 }` and its relatives.
//!
//! Invariant: what one expectation has found, no later one finds again; so two equal expectations ask for two events.

use halion_engine::Event;
use mlua::{Lua, Result, Table, UserDataMethods, Value};

use crate::failure::{fail, fail_with};
use crate::golden;
use crate::playing::Open;
use crate::report::Detail;
use crate::script::{Script, value_of};
use crate::show;
use crate::wanted::Wanted;

/// Candidates that a failure lists.
const SHOWN: usize = 12;

/// Adds the methods.
pub(crate) fn add_methods<M: UserDataMethods<Script>>(methods: &mut M) {
    methods.add_method(
        "expect_event",
        |lua, script, (kind, fields): (String, Option<Table>)| {
            let fields = or_empty(lua, fields)?;
            expect(lua, script, &kind, &fields)
        },
    );
    methods.add_method("expect_note", |lua, script, fields: Value| {
        expect(lua, script, "note_on", &note_fields(lua, fields)?)
    });
    methods.add_method("expect_note_off", |lua, script, fields: Value| {
        expect(lua, script, "note_off", &note_fields(lua, fields)?)
    });
    methods.add_method("expect_controller", |lua, script, fields: Table| {
        expect(lua, script, "controller", &fields)
    });
    methods.add_method(
        "expect_no_event",
        |lua, script, (kind, fields): (String, Option<Table>)| {
            let fields = or_empty(lua, fields)?;
            expect_none(lua, script, &kind, &fields)
        },
    );
    methods.add_method("expect_no_note", |lua, script, fields: Value| {
        expect_none(lua, script, "note_on", &note_fields(lua, fields)?)
    });
    methods.add_method("expect_no_hanging_note", |lua, script, ()| {
        let keys = script.with(lua, |playing| playing.engine.sounding_notes())?;
        if keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = keys.into_iter().map(show::number).collect();
        let message = format!(
            "notes hang: nothing ends the notes of key {}",
            keys.join(", ")
        );
        Err(fail(lua, message))
    });
    methods.add_method("expect_value", expect_value);
    methods.add_method("expect_print", expect_print);
    methods.add_method("expect_no_print", |lua, script, text: Option<String>| {
        let mut prints = script.with(lua, |playing| playing.open_prints())?;
        prints.retain(|print| text.as_ref().is_none_or(|text| print.item == *text));
        none(lua, "print", prints.iter().map(print_line).collect())
    });
    methods.add_method("expect_error", |lua, script, text: String| {
        expect_error(
            lua,
            script,
            &text,
            format!("a script error with {}", show::quoted(&text)),
        )
    });
    methods.add_method("expect_wrong_thread", |lua, script, function: String| {
        let text = format!("HALion::{function} is not available in the");
        expect_error(
            lua,
            script,
            &text,
            format!("a wrong-thread error of {function}"),
        )
    });
    methods.add_method("expect_no_errors", |lua, script, ()| {
        let errors = script.with(lua, |playing| playing.unexpected_errors())?;
        none(lua, "script error", errors)
    });
    methods.add_method("expect_trace", |lua, script, name: String| {
        let trace = script.with(lua, |playing| playing.trace())?;
        golden::expect(lua, &name, &trace)
    });
}

fn or_empty(lua: &Lua, fields: Option<Table>) -> Result<Table> {
    fields.map_or_else(|| lua.create_table(), Ok)
}

/// `60` stands for `{ note = 60 }`.
fn note_fields(lua: &Lua, fields: Value) -> Result<Table> {
    match fields {
        Value::Nil => lua.create_table(),
        Value::Table(fields) => Ok(fields),
        note @ (Value::Integer(_) | Value::Number(_)) => lua.create_table_from([("note", note)]),
        other => {
            let message = format!(
                "a key or a table such as {{ note = 60 }} is expected, not a {}",
                other.type_name()
            );
            Err(fail(lua, message))
        }
    }
}

/// The places, among the events that nobody has found yet, of those that are wanted.
fn look(lua: &Lua, script: &Script, open: &[Open<Event>], wanted: &Wanted) -> Result<Vec<usize>> {
    let mut fitting = Vec::new();
    for (
        place,
        Open {
            idx,
            ms,
            item: event,
        },
    ) in open.iter().enumerate()
    {
        let end_ms = match event {
            Event::NoteOn { id, .. } => script.with(lua, |playing| playing.end_of(*id, *idx))?,
            _ => None,
        };
        // A function of the test may be called here, so the script must be free.
        if wanted.fits(lua, *ms, event, end_ms)? {
            fitting.push(place);
        }
    }
    Ok(fitting)
}

fn expect(lua: &Lua, script: &Script, kind: &str, fields: &Table) -> Result<()> {
    let wanted = Wanted::read(kind, fields).map_err(|message| fail(lua, message))?;
    let open = script.with(lua, |playing| playing.open_events())?;
    let fitting = look(lua, script, &open, &wanted)?;
    if let Some(&place) = fitting.first() {
        return script.with(lua, |playing| playing.take(open[place].idx));
    }
    // Those of the same kind say more; without any, all of them.
    let is_same = |open: &&Open<Event>| open.item.name() == wanted.kind;
    let mut candidates: Vec<_> = open.iter().filter(is_same).collect();
    if candidates.is_empty() {
        candidates = open.iter().collect();
    }
    let lines = candidates.into_iter().map(line);
    let detail = candidates_of(wanted.text(), lines.collect());
    Err(fail_with(lua, "the script did not send this event", detail))
}

fn expect_none(lua: &Lua, script: &Script, kind: &str, fields: &Table) -> Result<()> {
    let wanted = Wanted::read(kind, fields).map_err(|message| fail(lua, message))?;
    let open = script.with(lua, |playing| playing.open_events())?;
    let fitting = look(lua, script, &open, &wanted)?;
    let lines = fitting.into_iter().map(|place| line(&open[place]));
    none(lua, &wanted.text(), lines.collect())
}

/// `250 ms note_on id=2 note=60 velocity=70`.
fn line(open: &Open<Event>) -> String {
    format!("{} ms {}", show::ms(open.ms), open.item)
}

/// `250 ms "hello"`.
fn print_line(open: &Open<String>) -> String {
    format!("{} ms {}", show::ms(open.ms), show::quoted(&open.item))
}

/// Fails if there is something.
fn none(lua: &Lua, what: &str, lines: Vec<String>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let detail = candidates_of(format!("no {what}"), lines);
    Err(fail_with(
        lua,
        "there is what the test does not expect",
        detail,
    ))
}

fn candidates_of(expected: String, mut found: Vec<String>) -> Detail {
    let n_more = found.len().saturating_sub(SHOWN);
    found.truncate(SHOWN);
    Detail::Candidates {
        expected,
        found,
        n_more,
    }
}

fn expect_value(lua: &Lua, script: &Script, (name, expected): (String, Value)) -> Result<()> {
    let actual = value_of(lua, script, &name)?;
    if show::equal(&expected, &actual) {
        return Ok(());
    }
    let detail = Detail::Values {
        expected: show::value(&expected),
        actual: show::value(&actual),
    };
    let message = format!("the parameter {name} has another value");
    Err(fail_with(lua, message, detail))
}

fn expect_print(lua: &Lua, script: &Script, text: String) -> Result<()> {
    let open = script.with(lua, |playing| playing.open_prints())?;
    if let Some(print) = open.iter().find(|print| print.item == text) {
        return script.with(lua, |playing| playing.take(print.idx));
    }
    let detail = candidates_of(show::quoted(&text), open.iter().map(print_line).collect());
    Err(fail_with(lua, "the script did not print this", detail))
}

fn expect_error(lua: &Lua, script: &Script, text: &str, expected: String) -> Result<()> {
    let open = script.with(lua, |playing| playing.open_errors())?;
    let found = open.iter().find(|error| error.item.text().contains(text));
    if let Some(error) = found {
        return script.with(lua, |playing| playing.take(error.idx));
    }
    let lines = open.into_iter().map(|error| error.item.text());
    let detail = candidates_of(expected, lines.collect());
    Err(fail_with(lua, "the script did not make this error", detail))
}
