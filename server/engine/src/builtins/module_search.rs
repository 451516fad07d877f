//! Where `require` looks: the entries of `package.path` from left to right (HALion semantics 11.3).
//!
//! Invariant: `?.lua`, which the path starts with, stands for everything the loader that was handed in knows: the script's
//! folder, the workspace and the library folders. It is asked last if the script has taken the entry out.

use mlua::{Table, Value};

use crate::{
    engine::Source,
    files::{self, Reach},
    native::{Call, Raise},
};

/// The entry of the loader.
pub(super) const LOADER: &str = "?.lua";

/// Entries of a path that are looked at; more are a mistake.
const MOST_ENTRIES: usize = 100;

/// The source of a module, or why there is none.
pub(super) fn find(call: &Call<'_>, name: &str) -> Result<Source, Raise> {
    let mut tried = Vec::new();
    let path = path(call)?;
    let entries: Vec<&str> = path.split(';').filter(|entry| !entry.is_empty()).collect();
    let with_loader = entries.contains(&LOADER);
    let last = (!with_loader).then_some(LOADER);
    for entry in entries.into_iter().take(MOST_ENTRIES).chain(last) {
        call.host.meter.charge_call();
        let found = if entry == LOADER {
            (call.host.modules.borrow_mut())(name)
        } else {
            at(call, entry, name)
        };
        match found {
            Ok(source) => return Ok(source),
            Err(why) => tried.push(why),
        }
    }
    Err(Raise::Script(format!(
        "module '{name}' not found: {}",
        tried.join("; ")
    )))
}

fn path(call: &Call<'_>) -> Result<String, Raise> {
    let package: Table = call.lua.globals().raw_get("package")?;
    match package.raw_get::<Value>("path")? {
        Value::String(path) => Ok(path.to_string_lossy()),
        _ => Err(Raise::Script("'package.path' must be a string".to_owned())),
    }
}

/// Looks for a module where one entry says. Below the script's folder the loader is asked, because it knows the file by the
/// path under which the user knows it.
fn at(call: &Call<'_>, entry: &str, name: &str) -> Result<Source, String> {
    let folder = entry
        .strip_suffix(LOADER)
        .and_then(|folder| folder.strip_suffix('/'));
    let script_dir = &call.host.script_dir;
    let folder = folder.map(|folder| match folder.strip_prefix(script_dir.as_str()) {
        Some(below) if !script_dir.is_empty() && below.starts_with('/') => &below[1..],
        _ => folder.strip_prefix("./").unwrap_or(folder),
    });
    if let Some(folder) = folder
        && !folder.starts_with('/')
        && !folder.contains(['.', ':', '\\'])
        && let Ok(source) =
            (call.host.modules.borrow_mut())(&format!("{}.{name}", folder.replace('/', ".")))
    {
        return Ok(source);
    }
    let path = entry.replace('?', &name.replace('.', "/"));
    let bytes = files::read(call.host, path.as_bytes(), Reach::Lua)
        .map_err(|error| format!("{path}: {}", error.text()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { path, text }),
        Err(_) => Err(format!("{path}: not a text in UTF-8")),
    }
}
