//! `assert` in the style of busted: `assert(condition, message)` as Lua has it, and `assert.same(expected, actual)` and
//! its relatives, also as `assert.are.same` and `assert.is.same`.

use mlua::{Function, Lua, MultiValue, Result, Table, Value};

use crate::failure::{fail, fail_with, message};
use crate::report::Detail;
use crate::show;

/// An assertion about one value: its name, what is expected, and whether the value is so.
type Kind = (&'static str, &'static str, fn(&Value) -> bool);

/// Puts `assert` into the globals.
pub(crate) fn install(lua: &Lua, globals: &Table) -> Result<()> {
    let assert = lua.create_table()?;
    for alias in ["are", "is", "has"] {
        assert.raw_set(alias, &assert)?;
    }
    assert.raw_set("equal", lua.create_function(equal)?)?;
    assert.raw_set("same", lua.create_function(same)?)?;
    assert.raw_set("near", lua.create_function(near)?)?;
    assert.raw_set("has_error", lua.create_function(has_error)?)?;
    assert.raw_set("error", lua.create_function(has_error)?)?;
    let kinds: [Kind; 6] = [
        ("is_true", "true", |value| *value == Value::Boolean(true)),
        ("is_false", "false", |value| *value == Value::Boolean(false)),
        ("is_nil", "nil", Value::is_nil),
        ("is_not_nil", "a value that is not nil", |value| {
            !value.is_nil()
        }),
        ("is_truthy", "neither nil nor false", is_truthy),
        ("is_falsy", "nil or false", |value| !is_truthy(value)),
    ];
    for (name, expected, fits) in kinds {
        let check = move |lua: &Lua, (value, why): (Value, Option<String>)| {
            if fits(&value) {
                return Ok(());
            }
            let detail = Detail::Values {
                expected: expected.to_owned(),
                actual: show::value(&value),
            };
            Err(fail_with(
                lua,
                why.unwrap_or_else(|| format!("assert.{name}")),
                detail,
            ))
        };
        assert.raw_set(name, lua.create_function(check)?)?;
    }
    let meta = lua.create_table()?;
    meta.raw_set("__call", lua.create_function(plain)?)?;
    assert.set_metatable(Some(meta))?;
    globals.raw_set("assert", assert)
}

fn is_truthy(value: &Value) -> bool {
    !matches!(value, Value::Nil | Value::Boolean(false))
}

/// `assert(condition, message)` gives its arguments back.
fn plain(lua: &Lua, (_, values): (Table, MultiValue)) -> Result<MultiValue> {
    if values.front().is_some_and(is_truthy) {
        return Ok(values);
    }
    match values.get(1) {
        Some(Value::String(message)) => Err(fail(lua, message.to_string_lossy())),
        Some(value) if !value.is_nil() => Err(fail(lua, show::value(value))),
        _ => Err(fail(lua, "assertion failed!")),
    }
}

type Compared = (Value, Value, Option<String>);

fn equal(lua: &Lua, (expected, actual, why): Compared) -> Result<()> {
    if show::equal(&expected, &actual) {
        return Ok(());
    }
    let both_tables = expected.is_table() && actual.is_table();
    let hint = if both_tables {
        " (two tables are equal only if they are one; see assert.same)"
    } else {
        ""
    };
    differ(
        lua,
        why.unwrap_or_else(|| format!("the values are not equal{hint}")),
        &expected,
        &actual,
    )
}

fn same(lua: &Lua, (expected, actual, why): Compared) -> Result<()> {
    if show::alike(&expected, &actual) {
        return Ok(());
    }
    differ(
        lua,
        why.unwrap_or_else(|| "the values are not the same".to_owned()),
        &expected,
        &actual,
    )
}

fn differ(lua: &Lua, message: String, expected: &Value, actual: &Value) -> Result<()> {
    let detail = Detail::Values {
        expected: show::value(expected),
        actual: show::value(actual),
    };
    Err(fail_with(lua, message, detail))
}

fn near(lua: &Lua, (expected, actual, tolerance): (f64, Value, f64)) -> Result<()> {
    let is_near = |actual: f64| (actual - expected).abs() <= tolerance;
    if show::as_number(&actual).is_some_and(is_near) {
        return Ok(());
    }
    let detail = Detail::Values {
        expected: format!("{} ± {}", show::number(expected), show::number(tolerance)),
        actual: show::value(&actual),
    };
    Err(fail_with(lua, "the number is not near", detail))
}

/// Calls a function that must fail, with an error that holds the text.
fn has_error(lua: &Lua, (function, text): (Function, Option<String>)) -> Result<()> {
    let error = match function.call::<MultiValue>(()) {
        Ok(_) => return Err(fail(lua, "the function ends without an error")),
        Err(error) => message(&error),
    };
    match text {
        Some(text) if !error.contains(&text) => {
            let detail = Detail::Values {
                expected: format!("an error with {}", show::quoted(&text)),
                actual: error,
            };
            Err(fail_with(
                lua,
                "the function fails of something else",
                detail,
            ))
        }
        _ => Ok(()),
    }
}
