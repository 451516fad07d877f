//! File objects: what they are connected to, and what is left of the limits.

use std::cell::RefCell;

use mlua::{AnyUserData, Lua, Table, UserData, UserDataFields, Value};

use super::stream::Stream;
use crate::{
    files::FileError,
    native::{self, Call, Raise, Reply},
    runtime::Host,
};

/// Files that a script may have open at once.
const OPEN_LIMIT: usize = 256;
/// Bytes that all open files together may hold.
const BYTES_LIMIT: usize = 256 << 20;

/// Registry name of the methods.
pub(super) const METHODS: &str = "halion.io.methods";

/// What an open file is connected to.
pub(super) enum Target {
    File(Stream),
    /// Always at its end.
    Input,
    /// Shown in the trace, behind its name.
    Output(&'static str),
    Closed,
}

/// The object that `io.open` gives.
pub(crate) struct Handle {
    host: Host,
    target: RefCell<Target>,
}

impl UserData for Handle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__index", |lua| lua.named_registry_value::<Table>(METHODS));
    }
}

impl Handle {
    pub(super) fn object(lua: &Lua, host: &Host, target: Target) -> mlua::Result<AnyUserData> {
        lua.create_userdata(Handle {
            host: host.clone(),
            target: RefCell::new(target),
        })
    }

    /// Is it open?
    pub fn is_open(&self) -> bool {
        !matches!(*self.target.borrow(), Target::Closed)
    }

    pub(super) fn close(&self) -> Result<(), FileError> {
        let target = std::mem::replace(&mut *self.target.borrow_mut(), Target::Closed);
        let Target::File(mut stream) = target else {
            return Ok(());
        };
        self.host
            .open_files
            .set(self.host.open_files.get().closed(stream.len()));
        match self.host.files.try_borrow_mut() {
            Ok(mut files) => stream.flush(files.as_mut()),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, as in C.
        let _ = self.close();
    }
}

/// How much the script has open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OpenFiles {
    n_files: usize,
    n_bytes: usize,
}

impl OpenFiles {
    pub(super) fn opened(self, n_bytes: usize) -> Result<OpenFiles, FileError> {
        if self.n_files >= OPEN_LIMIT {
            return Err(FileError::TooManyOpen);
        }
        OpenFiles {
            n_files: self.n_files + 1,
            ..self
        }
        .grown(n_bytes)
    }

    pub(super) fn grown(self, n_bytes: usize) -> Result<OpenFiles, FileError> {
        let n_bytes = self.n_bytes + n_bytes;
        if n_bytes > BYTES_LIMIT {
            return Err(FileError::Full);
        }
        Ok(OpenFiles { n_bytes, ..self })
    }

    fn closed(self, n_bytes: usize) -> OpenFiles {
        OpenFiles {
            n_files: self.n_files.saturating_sub(1),
            n_bytes: self.n_bytes.saturating_sub(n_bytes),
        }
    }
}

/// `tostring(file)`.
pub(crate) fn shown(handle: &AnyUserData, number: u32) -> Option<String> {
    let handle = handle.borrow::<Handle>().ok()?;
    Some(if handle.is_open() {
        format!("file (0x{number:08x})")
    } else {
        "file (closed)".to_owned()
    })
}

/// The file that a value is.
pub(super) fn handle_of(value: Option<&Value>) -> Option<AnyUserData> {
    match value {
        Some(Value::UserData(data)) if data.is::<Handle>() => Some(data.clone()),
        _ => None,
    }
}

/// Works on an open file.
pub(super) fn with<R>(
    data: &AnyUserData,
    work: impl FnOnce(&Host, &mut Target) -> Result<R, Raise>,
) -> Result<R, Raise> {
    let handle = data.borrow::<Handle>()?;
    if !handle.is_open() {
        return Err(Raise::Script("attempt to use a closed file".to_owned()));
    }
    let mut target = handle.target.borrow_mut();
    work(&handle.host, &mut target)
}

/// nil, a message and a number, as Lua's library gives them.
pub(in crate::builtins) fn failure(
    call: &Call<'_>,
    path: Option<&str>,
    error: &FileError,
) -> native::Result {
    let text = match path {
        Some(path) => format!("{path}: {}", error.text()),
        None => error.text().to_owned(),
    };
    let text = Value::String(call.lua.create_string(text)?);
    let results = [Value::Nil, text, Value::Number(f64::from(error.number()))];
    Ok(Reply::Values(results.into_iter().collect()))
}

pub(super) fn done(call: &Call<'_>, result: Result<(), FileError>) -> native::Result {
    match result {
        Ok(()) => native::boolean(true),
        Err(error) => failure(call, None, &error),
    }
}
