//! Writing to the output pane and to a file besides (HALion semantics 11.4, 11.5, 11.6).

use crate::{
    builtins::{elements, types},
    files::{self, Place, Reach},
    native::{self, Body, Call},
};

/// The file that gets what is printed.
pub(crate) struct OutputFile {
    place: Place,
    path: String,
    /// Keeps the output out of the pane.
    silent: bool,
}

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "printRaw" => print_raw,
        "startWriteOutputToFile" => start_file,
        "stopWriteOutputToFile" => stop_file,
        _ => return None,
    })
}

/// Separates its arguments with a space, where stock Lua writes a tab.
pub(crate) fn print(call: &Call<'_>) -> native::Result {
    write(call, " ", "\n")
}

/// Separates nothing. A record is a piece of output; here pieces do not end a line.
fn print_raw(call: &Call<'_>) -> native::Result {
    write(call, "", "")
}

fn write(call: &Call<'_>, separator: &str, end: &str) -> native::Result {
    call.host.meter.charge_call();
    let mut text = String::new();
    for (at, value) in call.args.iter().enumerate() {
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(&types::text(call.lua, value)?);
    }
    let silent = write_to_file(call, &format!("{text}{end}"));
    if !silent {
        call.world(|world| world.print(text));
    }
    native::nothing()
}

/// Adds to the file, if there is one; true if the pane stays as it is. A file that cannot be written any more is given up.
fn write_to_file(call: &Call<'_>, text: &str) -> bool {
    let Some(file) = call.world(|world| world.output_file.take()) else {
        return false;
    };
    call.host.meter.charge_memory(text.len());
    let written = call
        .host
        .files
        .borrow_mut()
        .append(&file.place, text.as_bytes());
    let silent = file.silent;
    match written {
        Ok(()) => call.world(|world| world.output_file = Some(file)),
        Err(error) => {
            let why = format!("[startWriteOutputToFile] {}: {}", file.path, error.text());
            call.world(|world| world.print(why));
            return false;
        }
    }
    silent
}

/// `startWriteOutputToFile(filename, append, silent)`; a file that cannot be written is told and changes nothing.
fn start_file(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let (path, append, silent) = (call.string(1)?, call.flag(2), call.flag(3));
    let place = files::locate(call.host, path.as_bytes(), Reach::Halion);
    let opened = place.and_then(|place| {
        let mut files = call.host.files.borrow_mut();
        if append {
            files.append(&place, b"")?;
        } else {
            files.write(&place, b"")?;
        }
        Ok(place)
    });
    match opened {
        Ok(place) => call.world(|world| {
            world.output_file = Some(OutputFile {
                place,
                path,
                silent,
            });
        }),
        Err(error) => {
            let why = format!("[{}] {path}: {}", call.name, error.text());
            call.world(|world| world.print(why));
        }
    }
    native::nothing()
}

fn stop_file(call: &Call<'_>) -> native::Result {
    call.world(|world| world.output_file = None);
    native::nothing()
}
