//! Lua's `io` library over the files that were handed in (HALion semantics 11.1, 11.2).
//!
//! Invariant: what a script writes is in its file when it flushes or closes it, when nothing refers to it any more, or when
//! the engine ends. There is no console: standard input is empty, and what goes to standard output is shown in the trace.

mod formats;
mod handle;
mod methods;
mod stream;

use halion_api::Threads;
use mlua::{AnyUserData, Lua, Table, Value};

use crate::{
    files::{self, FileError, Reach},
    native::{self, Body, Call, Raise},
    runtime::Host,
};
pub(super) use handle::failure;
use handle::{Handle, METHODS, Target, handle_of, with};
pub(crate) use handle::{OpenFiles, shown};
use methods::{asked_for, close, flush, line_reader, lines, read, seek, set_buffering, write};
use stream::{Mode, Stream};

/// Registry names of the default files.
const INPUT: &str = "halion.io.input";
const OUTPUT: &str = "halion.io.output";

/// Fills the library; what HALion leaves out has been removed from it before.
pub(super) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let methods = lua.create_table()?;
    for (name, body) in [
        ("close", close as Body),
        ("flush", flush),
        ("lines", lines),
        ("read", read),
        ("seek", seek),
        ("setvbuf", set_buffering),
        ("write", write),
    ] {
        methods.raw_set(name, native::method(lua, host, name, body)?)?;
    }
    lua.set_named_registry_value(METHODS, methods)?;
    let io: Table = lua.globals().raw_get("io")?;
    for (name, body) in [
        ("close", io_close as Body),
        ("flush", |call| with_default(call, OUTPUT, flush)),
        ("input", |call| set_default(call, INPUT, "r")),
        ("lines", io_lines),
        ("open", open),
        ("output", |call| set_default(call, OUTPUT, "w")),
        ("read", |call| with_default(call, INPUT, read)),
        ("type", kind_of),
        ("write", |call| with_default(call, OUTPUT, write)),
    ] {
        io.raw_set(
            name,
            native::function(lua, host, name, Threads::BOTH, body)?,
        )?;
    }
    let input = Handle::object(lua, host, Target::Input)?;
    let output = Handle::object(lua, host, Target::Output("stdout"))?;
    let errors = Handle::object(lua, host, Target::Output("stderr"))?;
    lua.set_named_registry_value(INPUT, &input)?;
    lua.set_named_registry_value(OUTPUT, &output)?;
    io.raw_set("stdin", input)?;
    io.raw_set("stdout", output)?;
    io.raw_set("stderr", errors)
}

fn open_stream(call: &Call<'_>, path: &[u8], mode: Mode) -> Result<AnyUserData, OpenError> {
    call.host.meter.charge_call();
    let place = files::locate(call.host, path, Reach::Lua)?;
    let stream = Stream::open(call.host.files.borrow_mut().as_mut(), place, mode)?;
    call.host.meter.charge_memory(stream.len());
    if call.host.open_files.get().opened(stream.len()).is_err() {
        // Files that nothing refers to any more are closed first.
        call.lua.gc_collect()?;
        call.lua.gc_collect()?;
    }
    let open = call.host.open_files.get().opened(stream.len())?;
    let handle = Handle::object(call.lua, call.host, Target::File(stream))?;
    call.host.open_files.set(open);
    Ok(handle)
}

/// A file that does not open is a value to `io.open`, and an error to `io.lines`.
enum OpenError {
    File(FileError),
    Lua(mlua::Error),
}

impl std::convert::From<FileError> for OpenError {
    fn from(error: FileError) -> OpenError {
        OpenError::File(error)
    }
}

impl std::convert::From<mlua::Error> for OpenError {
    fn from(error: mlua::Error) -> OpenError {
        OpenError::Lua(error)
    }
}

/// `io.open(path, mode)`
fn open(call: &Call<'_>) -> native::Result {
    let path = call.bytes(1)?;
    let mode = if call.value(2).is_nil() {
        "r".to_owned()
    } else {
        call.string(2)?
    };
    let mode = Mode::parse(&mode).ok_or_else(|| call.bad(2, "invalid mode"))?;
    match open_stream(call, &path, mode) {
        Ok(handle) => native::value(Value::UserData(handle)),
        Err(OpenError::File(error)) => failure(call, Some(&String::from_utf8_lossy(&path)), &error),
        Err(OpenError::Lua(error)) => Err(error.into()),
    }
}

/// Opens a file or raises why not, in the words of Lua 5.2.
fn open_or_raise(call: &Call<'_>, at: usize, mode: &str) -> Result<AnyUserData, Raise> {
    let path = call.bytes(at)?;
    let mode = Mode::parse(mode).ok_or_else(|| call.bad(at, "invalid mode"))?;
    open_stream(call, &path, mode).map_err(|error| match error {
        OpenError::File(error) => Raise::Script(format!(
            "cannot open file '{}' ({})",
            String::from_utf8_lossy(&path),
            error.text()
        )),
        OpenError::Lua(error) => error.into(),
    })
}

/// `io.type(value)`
fn kind_of(call: &Call<'_>) -> native::Result {
    if !call.has(1) {
        return Err(call.bad(1, "value expected"));
    }
    let Value::UserData(data) = call.value(1) else {
        return native::value(Value::Nil);
    };
    let Ok(handle) = data.borrow::<Handle>() else {
        return native::value(Value::Nil);
    };
    let kind = if handle.is_open() {
        "file"
    } else {
        "closed file"
    };
    native::value(Value::String(call.lua.create_string(kind)?))
}

/// Runs a method on a default file, which goes in front of the arguments.
fn with_default(call: &Call<'_>, which: &str, method: Body) -> native::Result {
    let data: AnyUserData = call.lua.named_registry_value(which)?;
    if !data.borrow::<Handle>()?.is_open() {
        let name = if which == INPUT { "input" } else { "output" };
        return Err(Raise::Script(format!("standard {name} file is closed")));
    }
    let mut args = call.args.clone();
    args.push_front(Value::UserData(data));
    method(&Call {
        args,
        first: 1,
        ..*call
    })
}

/// `io.input(file or path)` and `io.output`
fn set_default(call: &Call<'_>, which: &str, mode: &str) -> native::Result {
    match call.value(1) {
        Value::Nil => {}
        value @ Value::UserData(_) => {
            let data = handle_of(Some(&value)).ok_or_else(|| call.expected(1, "FILE*"))?;
            with(&data, |_, _| Ok(()))?;
            call.lua.set_named_registry_value(which, data)?;
        }
        _ => {
            let handle = open_or_raise(call, 1, mode)?;
            call.lua.set_named_registry_value(which, handle)?;
        }
    }
    native::value(call.lua.named_registry_value(which)?)
}

fn io_close(call: &Call<'_>) -> native::Result {
    if !call.has(1) {
        return with_default(call, OUTPUT, close);
    }
    if handle_of(Some(&call.value(1))).is_none() {
        return Err(call.expected(1, "FILE*"));
    }
    close(call)
}

/// `io.lines(path, formats)`: the file is closed at its end.
fn io_lines(call: &Call<'_>) -> native::Result {
    if call.value(1).is_nil() {
        let args = call.rest(2);
        return with_default(&Call { args, ..*call }, INPUT, lines);
    }
    let handle = open_or_raise(call, 1, "r")?;
    line_reader(call, handle, asked_for(call, 2), true)
}
