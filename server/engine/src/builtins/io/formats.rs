//! What `file:read` and `lines` understand: a number of bytes, `*n`, `*l`, `*L`, `*a`.

use mlua::Value;

use super::stream::Stream;
use crate::{
    files::FileError,
    native::{Call, Raise},
};

/// One thing to read.
enum Format {
    Bytes(usize),
    Number,
    Line,
    LineWithEnd,
    All,
}

/// What a script asks for; without formats that is a line.
fn parse(call: &Call<'_>, formats: &[Value]) -> Result<Vec<Format>, Raise> {
    if formats.is_empty() {
        return Ok(vec![Format::Line]);
    }
    let formats = formats
        .iter()
        .enumerate()
        .map(|(idx, format)| match format {
            Value::Integer(count) => {
                Ok(Format::Bytes(usize::try_from(*count).unwrap_or(usize::MAX)))
            }
            // The cast saturates; nothing is so large.
            Value::Number(count) => Ok(Format::Bytes(if *count < 0.0 {
                usize::MAX
            } else {
                *count as usize
            })),
            Value::String(text) => match &*text.as_bytes() {
                [b'*', b'n', ..] => Ok(Format::Number),
                [b'*', b'l', ..] => Ok(Format::Line),
                [b'*', b'L', ..] => Ok(Format::LineWithEnd),
                [b'*', b'a', ..] => Ok(Format::All),
                [b'*', ..] => Err(call.bad(idx + 1, "invalid format")),
                _ => Err(call.bad(idx + 1, "invalid option")),
            },
            _ => Err(call.bad(idx + 1, "invalid option")),
        });
    formats.collect()
}

/// The values up to the first that cannot be read, which is nil.
pub(super) fn values(
    call: &Call<'_>,
    stream: &mut Stream,
    formats: &[Value],
) -> Result<Result<Vec<Value>, FileError>, Raise> {
    let mut values = Vec::new();
    for format in parse(call, formats)? {
        let value = match value(call, stream, &format)? {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        };
        let failed = value.is_nil();
        values.push(value);
        if failed {
            break;
        }
    }
    Ok(Ok(values))
}

/// What an empty file gives.
pub(super) fn at_end(
    call: &Call<'_>,
    formats: &[Value],
) -> Result<Result<Vec<Value>, FileError>, Raise> {
    let mut values = Vec::new();
    for format in parse(call, formats)? {
        if let Format::All = format {
            values.push(Value::String(call.lua.create_string("")?));
        } else {
            values.push(Value::Nil);
            break;
        }
    }
    Ok(Ok(values))
}

fn value(
    call: &Call<'_>,
    stream: &mut Stream,
    format: &Format,
) -> Result<Result<Value, FileError>, Raise> {
    let bytes = match format {
        Format::Number => return number(call, stream),
        Format::Bytes(count) => stream.read(*count),
        Format::All => stream.read_all().map(Some),
        Format::LineWithEnd => stream.read_line(),
        Format::Line => stream
            .read_line()
            .map(|line| line.map(|line| line.strip_suffix(b"\n").unwrap_or(line))),
    };
    Ok(match bytes {
        Ok(Some(bytes)) => {
            call.host.meter.charge_memory(bytes.len());
            Ok(Value::String(call.lua.create_string(bytes)?))
        }
        Ok(None) => Ok(Value::Nil),
        Err(error) => Err(error),
    })
}

fn number(call: &Call<'_>, stream: &mut Stream) -> Result<Result<Value, FileError>, Raise> {
    let text = match stream.read_number_text() {
        Ok(text) => Value::String(call.lua.create_string(text)?),
        Err(error) => return Ok(Err(error)),
    };
    let number = call.lua.coerce_number(text)?;
    Ok(Ok(number.map_or(Value::Nil, Value::Number)))
}
