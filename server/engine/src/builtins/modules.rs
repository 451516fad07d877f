//! Loading code: `require` through the loader that was handed in, `load` for texts (HALion semantics 11.3).
//!
//! Invariant: no bytecode (it can crash the interpreter), no disk.

use std::rc::Rc;

use halion_api::Threads;
use mlua::{Function, Lua, Table, Value, chunk::ChunkMode};

use crate::{
    builtins::module_search,
    files::{self, Reach},
    native::{self, Call, Raise, Reply},
    runtime::{Host, Runtime, plain_error},
};

/// Registry name of the second half of `require`.
const FINISH: &str = "halion.require";

/// Registry name of the second half of `dofile`.
const RESULTS: &str = "halion.dofile";

/// `package` keeps `loaded`, `preload` and `path`; what searches the disk goes.
pub(super) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    lua.set_named_registry_value(
        FINISH,
        native::function(lua, host, "require", Threads::BOTH, finish)?,
    )?;
    lua.set_named_registry_value(
        RESULTS,
        native::function(lua, host, "dofile", Threads::BOTH, |call| {
            Ok(Reply::Values(call.rest(2)))
        })?,
    )?;
    let package: Table = lua.globals().raw_get("package")?;
    for name in ["loadlib", "searchpath", "searchers", "loaders"] {
        package.raw_set(name, Value::Nil)?;
    }
    package.raw_set("cpath", "")?;
    package.raw_set("path", module_search::LOADER)
}

/// Remembers a text under its path and compiles it; the error is Lua's message.
pub(crate) fn compile(
    lua: &Lua,
    runtime: &Runtime,
    path: &str,
    text: &str,
) -> Result<Function, String> {
    runtime
        .sources
        .borrow_mut()
        .insert(path.to_owned(), Rc::from(text));
    let chunk = lua
        .load(chunk_text(text))
        .set_name(format!("@{path}"))
        .set_mode(ChunkMode::Text);
    chunk.into_function().map_err(|error| plain_error(&error))
}

/// What Lua compiles of a file's text: no byte order mark, and a first line with `#` is a comment, as to Lua's own loader
/// of files.
pub(crate) fn chunk_text(text: &str) -> String {
    match text.strip_prefix('\u{feff}').unwrap_or(text) {
        script if script.starts_with('#') => format!("--{}", &script[1..]),
        script => script.to_owned(),
    }
}

/// `require(name)`: `package.loaded`, then `package.preload`, then `package.path`.
pub(super) fn require(call: &Call<'_>) -> native::Result {
    let name = call.string(1)?;
    let package: Table = call.lua.globals().raw_get("package")?;
    let loaded: Table = package.raw_get("loaded")?;
    let known = loaded.raw_get::<Value>(name.as_str())?;
    // As in Lua 5.2, false counts as not loaded, and nothing tells a module that is being loaded.
    if !matches!(known, Value::Nil | Value::Boolean(false)) {
        return native::value(known);
    }
    let preload = package
        .raw_get::<Option<Table>>("preload")?
        .map(|preload| preload.raw_get::<Value>(name.as_str()))
        .transpose()?;
    let (chunk, origin) = match preload {
        Some(Value::Function(chunk)) => (chunk, ":preload:".to_owned()),
        _ => {
            let source = module_search::find(call, &name)?;
            let chunk =
                compile(call.lua, call.host, &source.path, &source.text).map_err(|message| {
                    Raise::Script(format!("error loading module '{name}': {message}"))
                })?;
            (chunk, source.path)
        }
    };
    Ok(Reply::Call {
        function: chunk,
        arguments: vec![
            call.value(1),
            Value::String(call.lua.create_string(origin)?),
        ],
        after: call.lua.named_registry_value(FINISH)?,
        extra: call.value(1),
    })
}

/// Name and result of the module's chunk: the result, or what the module put into `package.loaded` itself, or true.
fn finish(call: &Call<'_>) -> native::Result {
    let (name, result) = (call.value(1), call.value(2));
    let package: Table = call.lua.globals().raw_get("package")?;
    let loaded: Table = package.raw_get("loaded")?;
    let value = match (result, loaded.raw_get::<Value>(&name)?) {
        (Value::Nil, Value::Nil) => Value::Boolean(true),
        (Value::Nil, already) => already,
        (result, _) => result,
    };
    loaded.raw_set(name, &value)?;
    native::value(value)
}

/// `load(text or function, name, mode, env)`.
pub(super) fn load(call: &Call<'_>) -> native::Result {
    let text = match call.value(1) {
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Function(pieces) => match collect(&pieces) {
            Ok(text) => text,
            Err(Raise::Lua(error)) => return failure(call, plain_error(&error)),
            Err(Raise::Script(message) | Raise::Placed(message)) => return failure(call, message),
        },
        _ => return Err(call.expected(1, "string")),
    };
    call.host.meter.charge_steps(text.len() as u64);
    let mode = if call.value(3).is_nil() {
        "bt".to_owned()
    } else {
        call.string(3)?
    };
    let default_name = String::from_utf8_lossy(&text).into_owned();
    let name = if call.value(2).is_nil() {
        default_name
    } else {
        call.string(2)?
    };
    // To Lua, a name ends at its first zero byte.
    let name = name.split('\0').next().unwrap_or_default().to_owned();
    if text.first() == Some(&0x1b) || !mode.contains('t') {
        let kind = if text.first() == Some(&0x1b) {
            "binary"
        } else {
            "text"
        };
        return failure(
            call,
            format!(
                "attempt to load a {kind} chunk (mode is '{}')",
                if kind == "binary" { "t" } else { &mode }
            ),
        );
    }
    let name = if name.is_empty() {
        "=(load)".to_owned()
    } else {
        name
    };
    let mut chunk = call.lua.load(text).set_name(name).set_mode(ChunkMode::Text);
    if call.has(4)
        && let Value::Table(environment) = call.value(4)
    {
        chunk = chunk.set_environment(environment);
    }
    match chunk.into_function() {
        Ok(function) => native::value(Value::Function(function)),
        Err(error) => failure(call, plain_error(&error)),
    }
}

/// The pieces that a function gives until nil or an empty string.
fn collect(pieces: &Function) -> Result<Vec<u8>, Raise> {
    let mut text = Vec::new();
    loop {
        match pieces.call::<Value>(())? {
            Value::Nil => return Ok(text),
            Value::String(piece) if piece.as_bytes().is_empty() => return Ok(text),
            Value::String(piece) => text.extend_from_slice(&piece.as_bytes()),
            _ => {
                return Err(Raise::Script(
                    "reader function must return a string".to_owned(),
                ));
            }
        }
    }
}

fn failure(call: &Call<'_>, message: String) -> native::Result {
    let message = call.lua.create_string(message)?;
    Ok(Reply::Values(
        [Value::Nil, Value::String(message)].into_iter().collect(),
    ))
}

/// `loadfile(path, mode, env)`: a file of the script, as text (HALion semantics 11.2).
pub(super) fn load_file(call: &Call<'_>) -> native::Result {
    let chunk = match read_chunk(call)? {
        Ok(chunk) => chunk,
        Err(message) => return failure(call, message),
    };
    if call.has(3)
        && let Value::Table(environment) = call.value(3)
    {
        chunk.set_environment(environment)?;
    }
    native::value(Value::Function(chunk))
}

/// `dofile(path)`: the results of the file.
pub(super) fn do_file(call: &Call<'_>) -> native::Result {
    Ok(Reply::Call {
        function: read_chunk(call)?.map_err(Raise::Placed)?,
        arguments: Vec::new(),
        after: call.lua.named_registry_value(RESULTS)?,
        extra: Value::Nil,
    })
}

/// The compiled file of the first argument, or why there is none.
fn read_chunk(call: &Call<'_>) -> Result<Result<Function, String>, Raise> {
    let path = call.string(1)?;
    let bytes = match files::read(call.host, path.as_bytes(), Reach::Lua) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(format!("cannot open {path}: {}", error.text()))),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Err(format!("cannot read {path}: not a text in UTF-8")));
    };
    Ok(compile(call.lua, call.host, &path, &text))
}
