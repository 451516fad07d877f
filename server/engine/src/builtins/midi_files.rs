//! `readMidiFile`, `writeMidiFile` and the event lists in between (the manual, MIDI-Sequence-Table; HALion semantics 5.18, 11.2).

use halion_api::api;
use mlua::{Table, Value};

use crate::{
    builtins::{event_object, types},
    files::{self, Reach},
    midi_file::{self, Sequence, SequenceTrack},
    native::{self, Body, Call, Raise},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "readMidiFile" => read_midi_file,
        "writeMidiFile" => write_midi_file,
        "insertEvent" => insert_event,
        "sortEvents" => sort_events,
        _ => return None,
    })
}

/// Nil if the file cannot be read; the trace says why.
fn read_midi_file(call: &Call<'_>) -> native::Result {
    let path = call.bytes(1)?;
    let sequence = files::read(call.host, &path, Reach::Halion)
        .map_err(|error| error.text().to_owned())
        .and_then(|bytes| {
            call.host.meter.charge_memory(bytes.len());
            midi_file::read(&bytes)
        });
    match sequence {
        Ok(sequence) => native::value(Value::Table(table(call, &sequence)?)),
        Err(why) => {
            say(call, &path, &why);
            native::value(Value::Nil)
        }
    }
}

fn say(call: &Call<'_>, path: &[u8], why: &str) {
    let text = format!("[{}] {}: {why}", call.name, String::from_utf8_lossy(path));
    call.world(|world| world.print(text));
}

/// False if the file cannot be written; the trace says why.
fn write_midi_file(call: &Call<'_>) -> native::Result {
    let path = call.bytes(1)?;
    let sequence = sequence(call, &call.table(2)?)?;
    let bytes = midi_file::write(&sequence).map_err(|why| call.bad(2, &why))?;
    let written = files::locate(call.host, &path, Reach::Halion)
        .and_then(|place| call.host.files.borrow_mut().write(&place, &bytes));
    if let Err(error) = &written {
        say(call, &path, error.text());
    }
    native::boolean(written.is_ok())
}

/// Puts the event behind those at its position or before.
fn insert_event(call: &Call<'_>) -> native::Result {
    let events = call.table(1)?;
    let position = position_of(call, 2, &call.value(2))?;
    let length = events.raw_len();
    let mut at = length + 1;
    while at > 1 && position_of(call, 1, &events.raw_get(at - 1)?)? > position {
        at -= 1;
    }
    call.host
        .meter
        .charge_memory((length + 1 - at) * size_of::<Value>());
    for idx in (at..=length).rev() {
        events.raw_set(idx + 1, events.raw_get::<Value>(idx)?)?;
    }
    events.raw_set(at, call.value(2))?;
    native::nothing()
}

/// Events at one position keep their order.
fn sort_events(call: &Call<'_>) -> native::Result {
    let events = call.table(1)?;
    let mut sorted = Vec::new();
    for idx in 1..=events.raw_len() {
        let event = events.raw_get::<Value>(idx)?;
        sorted.push((position_of(call, 1, &event)?, event));
    }
    call.host
        .meter
        .charge_memory(sorted.len() * size_of::<(f64, Value)>());
    sorted.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    for (idx, (_, event)) in sorted.into_iter().enumerate() {
        events.raw_set(idx + 1, event)?;
    }
    native::nothing()
}

/// The position of an event in beats; a position that was never set is 0.
fn position_of(call: &Call<'_>, at: usize, event: &Value) -> Result<f64, Raise> {
    let (Some("Event"), Value::Table(table)) = (types::class_of(event).as_deref(), event) else {
        let got = types::type_name(call.lua, event);
        return Err(call.bad(at, &format!("Event expected, got {got}")));
    };
    match table.raw_get::<Value>("ppqPosition")? {
        Value::Nil => Ok(0.0),
        Value::Integer(beats) => Ok(beats as f64),
        Value::Number(beats) if !beats.is_nan() => Ok(beats),
        other => {
            let got = types::text(call.lua, &other)?;
            Err(call.bad(
                at,
                &format!("field 'ppqPosition' is {got}, expected a number"),
            ))
        }
    }
}

/// The table that a script gets.
fn table(call: &Call<'_>, sequence: &Sequence) -> Result<Table, Raise> {
    let lua = call.lua;
    let table = lua.create_table()?;
    table.raw_set("format", i32::from(!sequence.is_single_track))?;
    table.raw_set("smpteformat", sequence.smpte_format)?;
    table.raw_set("division", sequence.division)?;
    table.raw_set("tempo", sequence.tempo)?;
    let signature = lua.create_table()?;
    signature.raw_set("numerator", sequence.signature.0)?;
    signature.raw_set("denominator", sequence.signature.1)?;
    table.raw_set("signature", signature)?;
    table.raw_set("songname", lua.create_string(&sequence.song_name)?)?;
    let tracks = lua.create_table()?;
    for (idx, track) in sequence.tracks.iter().enumerate() {
        let object = lua.create_table()?;
        object.raw_set("name", lua.create_string(&track.name)?)?;
        object.raw_set("channel", track.channel)?;
        let events = lua.create_table_with_capacity(track.events.len(), 0)?;
        for (idx, (beats, event)) in track.events.iter().enumerate() {
            events.raw_set(idx + 1, event_object::object(lua, event, *beats)?)?;
        }
        object.raw_set("events", events)?;
        tracks.raw_set(idx + 1, object)?;
    }
    table.raw_set("tracks", tracks)?;
    Ok(table)
}

/// The sequence that a table of a script describes; what is left out has the manual's default.
fn sequence(call: &Call<'_>, table: &Table) -> Result<Sequence, Raise> {
    let default = Sequence::default();
    let fields = Fields {
        call,
        table,
        of: String::new(),
    };
    let formats = api().enumeration("MidiFileFormat");
    let format = fields.whole("format", 0.0, 0.0, 1.0)? as i64;
    let name = formats.and_then(|formats| formats.constant_of(format));
    let signature = match fields.table("signature")? {
        Some(table) => {
            let fields = Fields {
                call,
                table: &table,
                of: "signature.".to_owned(),
            };
            let numerator = fields.whole("numerator", 4.0, 1.0, 255.0)? as u8;
            let denominator = fields.whole("denominator", 4.0, 1.0, 32_768.0)? as u32;
            if !denominator.is_power_of_two() {
                return Err(call.bad(2, "field 'signature.denominator' must be a power of two"));
            }
            (numerator, denominator)
        }
        None => default.signature,
    };
    let mut tracks = Vec::new();
    if let Some(list) = fields.table("tracks")? {
        for idx in 1..=list.raw_len() {
            let of = format!("tracks[{idx}]");
            let Value::Table(track) = list.raw_get::<Value>(idx)? else {
                return Err(call.bad(2, &format!("field '{of}' must be a table")));
            };
            tracks.push(self::track(call, &track, of + ".")?);
        }
    }
    Ok(Sequence {
        is_single_track: name.is_none_or(|name| name.name == "singleMultiChannelTrack"),
        smpte_format: fields.whole("smpteformat", 0.0, -30.0, 0.0)? as i8,
        division: fields.whole("division", f64::from(default.division), 1.0, 32_767.0)? as u16,
        tempo: fields.number("tempo", default.tempo, 1.0, 60_000.0)?,
        signature,
        song_name: fields.text("songname")?,
        tracks,
    })
}

fn track(call: &Call<'_>, table: &Table, of: String) -> Result<SequenceTrack, Raise> {
    let fields = Fields { call, table, of };
    let mut events = Vec::new();
    if let Some(list) = fields.table("events")? {
        for idx in 1..=list.raw_len() {
            let event = list.raw_get::<Value>(idx)?;
            let beats = position_of(call, 2, &event)?;
            if !(0.0..=1e9).contains(&beats) {
                let at = format!("{}events[{idx}].ppqPosition", fields.of);
                return Err(call.bad(2, &format!("field '{at}' is {beats}, expected 0 or more")));
            }
            events.push((beats, event_object::read_value(call, 2, &event)?));
        }
    }
    Ok(SequenceTrack {
        name: fields.text("name")?,
        channel: fields.whole("channel", 1.0, 1.0, 16.0)? as u8,
        events,
    })
}

/// The fields of one table of the argument.
struct Fields<'a> {
    call: &'a Call<'a>,
    table: &'a Table,
    /// Path to the table, for messages.
    of: String,
}

impl Fields<'_> {
    fn bad(&self, name: &str, why: &str) -> Raise {
        self.call
            .bad(2, &format!("field '{}{name}' {why}", self.of))
    }

    fn number(&self, name: &str, default: f64, low: f64, high: f64) -> Result<f64, Raise> {
        let number = match self.table.raw_get::<Value>(name)? {
            Value::Nil => default,
            Value::Integer(number) => number as f64,
            Value::Number(number) => number,
            _ => return Err(self.bad(name, "must be a number")),
        };
        if (low..=high).contains(&number) {
            Ok(number)
        } else {
            Err(self.bad(name, &format!("is {number}, expected {low} to {high}")))
        }
    }

    fn whole(&self, name: &str, default: f64, low: f64, high: f64) -> Result<f64, Raise> {
        let number = self.number(name, default, low, high)?;
        if number.fract() == 0.0 {
            Ok(number)
        } else {
            Err(self.bad(name, &format!("is {number}, expected a whole number")))
        }
    }

    fn text(&self, name: &str) -> Result<Vec<u8>, Raise> {
        match self.table.raw_get::<Value>(name)? {
            Value::Nil => Ok(Vec::new()),
            Value::String(text) => Ok(text.as_bytes().to_vec()),
            _ => Err(self.bad(name, "must be a string")),
        }
    }

    fn table(&self, name: &str) -> Result<Option<Table>, Raise> {
        match self.table.raw_get::<Value>(name)? {
            Value::Nil => Ok(None),
            Value::Table(table) => Ok(Some(table)),
            _ => Err(self.bad(name, "must be a table")),
        }
    }
}
