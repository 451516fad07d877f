//! Methods of files: reading, writing, seeking, closing.

use mlua::{AnyUserData, Value};

use super::{
    formats,
    handle::{Handle, Target, done, failure, handle_of, with},
    stream::{Buffering, From},
};
use crate::{
    builtins::types,
    files::FileError,
    native::{self, Call, Raise, Reply},
    runtime::Host,
};

/// The file a method was called on.
fn this(call: &Call<'_>) -> Result<AnyUserData, Raise> {
    let value = call.args.front();
    handle_of(value).ok_or_else(|| {
        let got = value.map_or_else(
            || "no value".to_owned(),
            |value| types::type_name(call.lua, value),
        );
        Raise::Script(format!(
            "calling '{}' on bad self (FILE* expected, got {got})",
            call.name
        ))
    })
}

/// `file:close()`; the standard files stay open.
pub(super) fn close(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    call.host.meter.charge_call();
    let is_standard = with(&data, |_, target| Ok(!matches!(target, Target::File(_))))?;
    if is_standard {
        let message = call.lua.create_string("cannot close standard file")?;
        return Ok(Reply::Values(
            [Value::Nil, Value::String(message)].into_iter().collect(),
        ));
    }
    let result = data.borrow::<Handle>()?.close();
    done(call, result)
}

/// `file:flush()`
pub(super) fn flush(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    call.host.meter.charge_call();
    let result = with(&data, |host, target| {
        Ok(match target {
            Target::File(stream) => stream.flush(host.files.borrow_mut().as_mut()),
            _ => Ok(()),
        })
    })?;
    done(call, result)
}

/// `file:setvbuf(mode, size)`; "line" is as good as none here.
pub(super) fn set_buffering(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    let buffering = match call.string(1)?.as_str() {
        "full" => Buffering::Full,
        "no" | "line" => Buffering::None,
        other => return Err(call.bad(1, &format!("invalid option '{other}'"))),
    };
    call.number_or(2, 0.0)?;
    with(&data, |_, target| {
        if let Target::File(stream) = target {
            stream.buffering = buffering;
        }
        Ok(())
    })?;
    native::boolean(true)
}

/// `file:seek(from, offset)`
pub(super) fn seek(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    let from = if call.value(1).is_nil() {
        "cur".to_owned()
    } else {
        call.string(1)?
    };
    let from = match from.as_str() {
        "set" => From::Start,
        "cur" => From::Here,
        "end" => From::End,
        other => return Err(call.bad(1, &format!("invalid option '{other}'"))),
    };
    let offset = call.number_or(2, 0.0)?;
    if offset.fract() != 0.0 || offset.abs() >= 9.2e18 || offset.is_nan() {
        return Err(call.bad(2, "not an integer in proper range"));
    }
    let result = with(&data, |_, target| {
        Ok(match target {
            Target::File(stream) => stream.seek(from, offset as i64),
            _ => Err(FileError::NotSeekable),
        })
    })?;
    match result {
        Ok(position) => native::number(position as f64),
        Err(error) => failure(call, None, &error),
    }
}

/// `file:write(values)`: texts and numbers; gives the file.
pub(super) fn write(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    call.host.meter.charge_call();
    let mut all = Vec::new();
    for at in 1..call.args.len() {
        match call.value(at) {
            Value::String(text) => all.extend_from_slice(&text.as_bytes()),
            number @ (Value::Integer(_) | Value::Number(_)) => {
                let text = call.lua.coerce_string(number)?;
                all.extend_from_slice(
                    &text
                        .map(|text| text.as_bytes().to_vec())
                        .unwrap_or_default(),
                );
            }
            _ => return Err(call.expected(at, "string")),
        }
    }
    call.host.meter.charge_memory(all.len());
    match with(&data, |host, target| Ok(write_bytes(host, target, &all)))? {
        Ok(()) => native::value(Value::UserData(data)),
        Err(error) => failure(call, None, &error),
    }
}

fn write_bytes(host: &Host, target: &mut Target, bytes: &[u8]) -> Result<(), FileError> {
    match target {
        Target::File(stream) => {
            let before = stream.len();
            let room = host.open_files.get().grown(bytes.len());
            room.and_then(|_| stream.write(bytes))?;
            let grown = host.open_files.get().grown(stream.len() - before)?;
            host.open_files.set(grown);
            if stream.buffering == Buffering::None {
                stream.flush(host.files.borrow_mut().as_mut())?;
            }
            Ok(())
        }
        Target::Output(name) => {
            let text = String::from_utf8_lossy(bytes);
            let text = format!("[{name}] {}", text.trim_end_matches('\n'));
            host.world.borrow_mut().print(text);
            Ok(())
        }
        Target::Input | Target::Closed => Err(FileError::NotOpenForThis),
    }
}

/// `file:read(formats)`
pub(super) fn read(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    call.host.meter.charge_call();
    match read_values(call, &data, &asked_for(call, 1))? {
        Ok(values) => Ok(Reply::Values(values.into_iter().collect())),
        Err(error) => failure(call, None, &error),
    }
}

fn read_values(
    call: &Call<'_>,
    data: &AnyUserData,
    formats: &[Value],
) -> Result<Result<Vec<Value>, FileError>, Raise> {
    with(data, |_, target| match target {
        Target::File(stream) => formats::values(call, stream, formats),
        Target::Input => formats::at_end(call, formats),
        Target::Output(_) | Target::Closed => Ok(Err(FileError::NotOpenForThis)),
    })
}

pub(super) fn asked_for(call: &Call<'_>, at: usize) -> Vec<Value> {
    call.rest(at).into_iter().collect()
}

/// `file:lines(formats)`
pub(super) fn lines(call: &Call<'_>) -> native::Result {
    let data = this(call)?;
    with(&data, |_, _| Ok(()))?;
    line_reader(call, data, asked_for(call, 1), false)
}

/// The function that a loop calls for the next values.
pub(super) fn line_reader(
    call: &Call<'_>,
    data: AnyUserData,
    formats: Vec<Value>,
    close_at_end: bool,
) -> native::Result {
    let next = move |call: &Call<'_>| {
        call.host.meter.charge_call();
        if !data.borrow::<Handle>()?.is_open() {
            return Err(Raise::Script("file is already closed".to_owned()));
        }
        let values = read_values(call, &data, &formats)?
            .map_err(|error| Raise::Script(error.text().to_owned()))?;
        if values.first().is_some_and(Value::is_nil) {
            if close_at_end {
                // A file that was only read has nothing to flush.
                let _ = data.borrow::<Handle>()?.close();
            }
            return native::nothing();
        }
        Ok(Reply::Values(values.into_iter().collect()))
    };
    let next = native::closure(call.lua, call.host, "lines", next)?;
    native::value(Value::Function(next))
}
