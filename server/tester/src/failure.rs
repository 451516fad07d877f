//! From something wrong inside a test to a [`Failure`] with its place in the test file.

use mlua::{Error, Lua};

use crate::bench::{Bench, bench};
use crate::report::{Detail, Failure, Place};

/// The error of an assertion: a message and the place in the test file that runs now.
pub(crate) fn fail(lua: &Lua, message: impl Into<String>) -> Error {
    fail_with(lua, message, None)
}

/// The same with what was expected and what there was.
pub(crate) fn fail_with(
    lua: &Lua,
    message: impl Into<String>,
    detail: impl Into<Option<Detail>>,
) -> Error {
    let bench = bench(lua);
    let mut places = stack(lua, &bench);
    Error::external(Failure {
        message: message.into(),
        called_from: (places.len() > 1).then(|| places.pop()).flatten(),
        place: (!places.is_empty()).then(|| places.swap_remove(0)),
        detail: detail.into(),
        ..Failure::default()
    })
}

/// The calls in the test file that lead here, innermost first.
fn stack(lua: &Lua, bench: &Bench) -> Vec<Place> {
    let mut places = Vec::new();
    for level in 0.. {
        let seen = lua.inspect_stack(level, |call| {
            let source = call.source();
            let is_test = source.source.as_deref() == Some(&*bench.chunk_name());
            is_test.then(|| call.current_line()).flatten()
        });
        match seen {
            Some(Some(line)) => places.push(bench.place(line as u32)),
            Some(None) => {}
            None => break,
        }
    }
    places
}

/// What a call into the test file failed of: an assertion of ours, or an error of Lua with its place in the message.
pub(crate) fn of(bench: &Bench, error: &Error) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    let text = message(error);
    match bench.place_in(&text) {
        Some((place, rest)) => Failure {
            message: rest.to_owned(),
            place: Some(place),
            ..Failure::default()
        },
        None => Failure {
            message: text,
            ..Failure::default()
        },
    }
}

/// Lua's message without the traceback that mlua adds.
pub(crate) fn message(error: &Error) -> String {
    match error {
        Error::CallbackError { cause, .. } => message(cause),
        Error::RuntimeError(text) | Error::SyntaxError { message: text, .. } => text
            .split("\nstack traceback:")
            .next()
            .unwrap_or_default()
            .to_owned(),
        other => other.to_string(),
    }
}
