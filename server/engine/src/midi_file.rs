//! Standard MIDI Files as the sequences of `readMidiFile` and `writeMidiFile`: bytes in, plain data out, and back.
//!
//! Unit: positions in beats (quarter notes). A track of a sequence has one channel, so a track of a file that uses several
//! becomes several. What HALion's events cannot say is left out: key pressure, further tempos and signatures, texts.

use midly::{
    Format, Fps, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, Track, TrackEvent,
    TrackEventKind,
    num::{u4, u7, u14, u15, u24, u28},
};

use crate::event::Event;

/// A MIDI sequence; the defaults are those of the manual's MIDI-Sequence-Table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sequence {
    /// All channels in one track?
    pub is_single_track: bool,
    /// 0 for ticks per beat, else minus the frames of a second: -24, -25, -29, -30.
    pub smpte_format: i8,
    /// Ticks per beat or per frame.
    pub division: u16,
    /// Beats per minute.
    pub tempo: f64,
    /// Numerator and denominator.
    pub signature: (u8, u32),
    pub song_name: Vec<u8>,
    pub tracks: Vec<SequenceTrack>,
}

/// A track of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SequenceTrack {
    pub name: Vec<u8>,
    /// From 1.
    pub channel: u8,
    /// Positions in beats, in order.
    pub events: Vec<(f64, Event)>,
}

impl Default for Sequence {
    fn default() -> Sequence {
        Sequence {
            is_single_track: true,
            smpte_format: 0,
            division: 480,
            tempo: 120.0,
            signature: (4, 4),
            song_name: Vec::new(),
            tracks: Vec::new(),
        }
    }
}

impl Sequence {
    /// Ticks of a beat; SMPTE time has none of its own, so the tempo gives it.
    fn ticks_per_beat(&self) -> f64 {
        match self.smpte_format {
            0 => f64::from(self.division),
            format => {
                let frames = if format == -29 {
                    30_000.0 / 1001.0
                } else {
                    f64::from(-format)
                };
                frames * f64::from(self.division) * 60.0 / self.tempo
            }
        }
    }
}

/// Parses a file; the message of an error says what is wrong with it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Smf<'_>, String> {
    // The highest byte of the division; midly negates it, and this one has no negative.
    if bytes.get(12) == Some(&0x80) {
        return Err("not a Standard MIDI File: its division makes no sense".to_owned());
    }
    Smf::parse(bytes).map_err(|error| format!("not a Standard MIDI File: {error}"))
}

/// Reads a file; the message of an error says what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Sequence, String> {
    let file = parse(bytes)?;
    if file.header.format == Format::Sequential {
        return Err("MIDI files of format 2 (independent songs) cannot be read".to_owned());
    }
    let mut sequence = Sequence {
        is_single_track: file.header.format == Format::SingleTrack,
        ..Sequence::default()
    };
    (sequence.smpte_format, sequence.division) = match file.header.timing {
        Timing::Metrical(ticks) => (0, ticks.as_int().max(1)),
        Timing::Timecode(frames, ticks) => (-(frames.as_int() as i8), u16::from(ticks.max(1))),
    };
    read_conductor(&file, &mut sequence);
    let ticks_per_beat = sequence.ticks_per_beat();
    for (idx, track) in file.tracks.iter().enumerate() {
        let tracks = read_track(track, ticks_per_beat);
        let is_conductor = idx == 0 && tracks.iter().all(|track| track.events.is_empty());
        if !is_conductor {
            sequence.tracks.extend(tracks);
        }
    }
    Ok(sequence)
}

/// The first tempo and signature anywhere, and the name of the first track, which is that of the song.
fn read_conductor(file: &Smf<'_>, sequence: &mut Sequence) {
    let mut first: [Option<u64>; 2] = [None; 2];
    for track in &file.tracks {
        let mut tick = 0;
        for event in track {
            tick += u64::from(event.delta.as_int());
            let earlier = |known: &mut Option<u64>| {
                known
                    .is_none_or(|known| tick < known)
                    .then(|| *known = Some(tick))
                    .is_some()
            };
            match event.kind {
                TrackEventKind::Meta(MetaMessage::Tempo(us)) if earlier(&mut first[0]) => {
                    sequence.tempo = 60_000_000.0 / f64::from(us.as_int().max(1));
                }
                TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, _, _))
                    if earlier(&mut first[1]) =>
                {
                    sequence.signature = (numerator, 1 << power.min(31));
                }
                _ => {}
            }
        }
    }
    let name = file.tracks.first().and_then(|track| name_of(track));
    sequence.song_name = name.unwrap_or_default().to_vec();
}

fn name_of<'a>(track: &[TrackEvent<'a>]) -> Option<&'a [u8]> {
    track.iter().find_map(|event| match event.kind {
        TrackEventKind::Meta(MetaMessage::TrackName(name)) => Some(name),
        _ => None,
    })
}

/// A track for each channel, in the order in which the channels appear.
fn read_track(track: &[TrackEvent<'_>], ticks_per_beat: f64) -> Vec<SequenceTrack> {
    let name = name_of(track).unwrap_or_default().to_vec();
    let new_track = |channel: u8| SequenceTrack {
        name: name.clone(),
        channel: channel + 1,
        events: Vec::new(),
    };
    let mut tracks: Vec<SequenceTrack> = Vec::new();
    // Of the event before, or named ahead of what has none.
    let mut last = None;
    let mut tick = 0u64;
    for event in track {
        tick += u64::from(event.delta.as_int());
        let (channel, event) = match event.kind {
            TrackEventKind::Midi { channel, message } => match read_message(message) {
                Some(event) => (channel.as_int(), event),
                None => continue,
            },
            TrackEventKind::SysEx(data) => {
                let bytes = [&[0xf0], data].concat();
                (last.unwrap_or(0), Event::Data { bytes })
            }
            TrackEventKind::Meta(MetaMessage::MidiChannel(channel)) => {
                last = Some(channel.as_int());
                continue;
            }
            _ => continue,
        };
        last = Some(channel);
        let at = tracks.iter().position(|track| track.channel == channel + 1);
        let at = at.unwrap_or_else(|| {
            tracks.push(new_track(channel));
            tracks.len() - 1
        });
        tracks[at]
            .events
            .push((tick as f64 / ticks_per_beat, event));
    }
    if tracks.is_empty() {
        tracks.push(new_track(last.unwrap_or(0)));
    }
    tracks
}

/// What a channel message is to a script (HALion semantics 5.18).
fn read_message(message: MidiMessage) -> Option<Event> {
    let number = |value: u7| f64::from(value.as_int());
    Some(match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => Event::NoteOn {
            id: -1,
            note: number(key),
            velocity: number(vel),
            tuning: 0.0,
            volume: 1.0,
            pan: 0.0,
        },
        MidiMessage::NoteOn { key, vel } | MidiMessage::NoteOff { key, vel } => Event::NoteOff {
            id: -1,
            note: number(key),
            velocity: number(vel),
            tuning: 0.0,
        },
        MidiMessage::Controller { controller, value } => Event::Controller {
            number: i64::from(controller.as_int()),
            value: number(value),
        },
        MidiMessage::ProgramChange { program } => Event::ProgramChange {
            program: number(program),
        },
        MidiMessage::ChannelAftertouch { vel } => Event::AfterTouch { value: number(vel) },
        MidiMessage::PitchBend { bend } => Event::PitchBend {
            bend: (f64::from(bend.as_int()) / 8191.0).clamp(-1.0, 1.0),
        },
        MidiMessage::Aftertouch { .. } => return None,
    })
}

/// Writes a file; the message of an error says what does not fit into one.
pub(crate) fn write(sequence: &Sequence) -> Result<Vec<u8>, String> {
    let ticks_per_beat = sequence.ticks_per_beat();
    let mut conductor: Vec<(u64, TrackEventKind<'_>)> = Vec::new();
    if !sequence.song_name.is_empty() {
        conductor.push((0, meta(MetaMessage::TrackName(&sequence.song_name))));
    }
    let us_per_beat = (60_000_000.0 / sequence.tempo).round();
    if !(1.0..=f64::from(0x00ff_ffff)).contains(&us_per_beat) {
        return Err(format!(
            "a tempo of {} does not fit into a MIDI file",
            sequence.tempo
        ));
    }
    conductor.push((0, meta(MetaMessage::Tempo(u24::new(us_per_beat as u32)))));
    let (numerator, denominator) = sequence.signature;
    let power = denominator.trailing_zeros() as u8;
    conductor.push((0, meta(MetaMessage::TimeSignature(numerator, power, 24, 8))));
    let mut tracks = Vec::new();
    for track in &sequence.tracks {
        let mut events = Vec::new();
        if !sequence.is_single_track {
            if !track.name.is_empty() {
                events.push((0, meta(MetaMessage::TrackName(&track.name))));
            }
            events.push((0, meta(MetaMessage::MidiChannel(channel_of(track.channel)))));
        }
        for (beats, event) in &track.events {
            let tick = (beats * ticks_per_beat).round() as u64;
            if let Event::Data { .. } = event {
                events.push((
                    tick,
                    meta(MetaMessage::MidiChannel(channel_of(track.channel))),
                ));
            }
            events.extend(write_event(track.channel, event).map(|kind| (tick, kind)));
        }
        tracks.push(events);
    }
    if sequence.is_single_track {
        let all = tracks.into_iter().flatten();
        tracks = vec![conductor.into_iter().chain(all).collect()];
    } else {
        tracks.insert(0, conductor);
    }
    let tracks = tracks.into_iter().map(finish).collect::<Result<_, _>>()?;
    let file = Smf {
        header: Header::new(format_of(sequence), timing_of(sequence)?),
        tracks,
    };
    let mut bytes = Vec::new();
    file.write_std(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// From 1 to 16 as a file counts, from 0 to 15.
fn channel_of(channel: u8) -> u4 {
    u4::new(channel.saturating_sub(1) & 15)
}

fn format_of(sequence: &Sequence) -> Format {
    if sequence.is_single_track {
        Format::SingleTrack
    } else {
        Format::Parallel
    }
}

fn timing_of(sequence: &Sequence) -> Result<Timing, String> {
    if sequence.smpte_format == 0 {
        return Ok(Timing::Metrical(u15::new(sequence.division & 0x7fff)));
    }
    let frames = Fps::from_int(sequence.smpte_format.unsigned_abs());
    let frames = frames.ok_or("smpteformat must be 0, -24, -25, -29 or -30")?;
    let ticks = u8::try_from(sequence.division)
        .map_err(|_| "division must be at most 255 ticks per frame")?;
    Ok(Timing::Timecode(frames, ticks))
}

fn meta(message: MetaMessage<'_>) -> TrackEventKind<'_> {
    TrackEventKind::Meta(message)
}

/// Puts events in order and counts from one to the next.
fn finish(mut events: Vec<(u64, TrackEventKind<'_>)>) -> Result<Track<'_>, String> {
    events.sort_by_key(|(tick, _)| *tick);
    let mut last = 0;
    let mut track = Track::new();
    for (tick, kind) in events {
        let delta = u32::try_from(tick - last).ok().and_then(u28::try_from);
        let delta = delta.ok_or("a position is too late for a MIDI file")?;
        track.push(TrackEvent { delta, kind });
        last = tick;
    }
    track.push(TrackEvent {
        delta: u28::new(0),
        kind: meta(MetaMessage::EndOfTrack),
    });
    Ok(track)
}

/// `None` for what a MIDI file has no message for.
fn write_event(channel: u8, event: &Event) -> Option<TrackEventKind<'_>> {
    let number = |value: f64| u7::new(value.round().clamp(0.0, 127.0) as u8);
    let message = match event {
        Event::NoteOn { note, velocity, .. } => MidiMessage::NoteOn {
            key: number(*note),
            // 0 would end the note.
            vel: number(velocity.max(1.0)),
        },
        Event::NoteOff { note, velocity, .. } => MidiMessage::NoteOff {
            key: number(*note),
            vel: number(*velocity),
        },
        Event::Controller {
            number: controller,
            value,
        } => MidiMessage::Controller {
            controller: u7::try_from(u8::try_from(*controller).ok()?)?,
            value: number(*value),
        },
        Event::ProgramChange { program } => MidiMessage::ProgramChange {
            program: number(*program),
        },
        Event::AfterTouch { value } => MidiMessage::ChannelAftertouch {
            vel: number(*value),
        },
        Event::PitchBend { bend } => MidiMessage::PitchBend {
            bend: PitchBend(u14::new((bend * 8191.0 + 8192.0).round() as u16 & 0x3fff)),
        },
        Event::Data { bytes } => {
            return Some(TrackEventKind::SysEx(
                bytes.strip_prefix(&[0xf0]).unwrap_or(bytes),
            ));
        }
        _ => return None,
    };
    Some(TrackEventKind::Midi {
        channel: channel_of(channel),
        message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(beats: f64, note: f64, velocity: f64) -> (f64, Event) {
        let event = Event::NoteOn {
            id: -1,
            note,
            velocity,
            tuning: 0.0,
            volume: 1.0,
            pan: 0.0,
        };
        (beats, event)
    }

    fn sequence() -> Sequence {
        let off = Event::NoteOff {
            id: -1,
            note: 60.0,
            velocity: 64.0,
            tuning: 0.0,
        };
        let lead = vec![
            (0.0, Event::ProgramChange { program: 5.0 }),
            note(0.0, 60.0, 100.0),
            (1.5, off),
            (1.5, Event::PitchBend { bend: -1.0 }),
            (2.0, Event::PitchBend { bend: 1.0 }),
            (2.0, Event::PitchBend { bend: 0.0 }),
            (
                3.0,
                Event::Controller {
                    number: 7,
                    value: 90.0,
                },
            ),
            (3.0, Event::AfterTouch { value: 12.0 }),
            (
                4.0,
                Event::Data {
                    bytes: vec![0xf0, 1, 2, 0xf7],
                },
            ),
        ];
        Sequence {
            is_single_track: false,
            tempo: 96.0,
            signature: (6, 8),
            song_name: b"Song".to_vec(),
            tracks: vec![
                SequenceTrack {
                    name: b"Lead".to_vec(),
                    channel: 1,
                    events: lead,
                },
                SequenceTrack {
                    name: b"Empty".to_vec(),
                    channel: 16,
                    events: Vec::new(),
                },
                SequenceTrack {
                    name: Vec::new(),
                    channel: 10,
                    events: vec![note(0.25, 36.0, 1.0)],
                },
            ],
            ..Sequence::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let parallel = sequence();
        assert_eq!(read(&write(&parallel).unwrap()), Ok(parallel.clone()));
        // One track for all keeps what has a channel; its name is that of the song.
        let single = Sequence {
            is_single_track: true,
            ..parallel.clone()
        };
        let mut expected = single.clone();
        expected.tracks.remove(1);
        for track in &mut expected.tracks {
            track.name = b"Song".to_vec();
        }
        assert_eq!(read(&write(&single).unwrap()), Ok(expected));
    }

    #[test]
    fn smpte_time_counts_frames() {
        let mut sequence = sequence();
        (sequence.smpte_format, sequence.division, sequence.tempo) = (-25, 40, 120.0);
        assert_eq!(sequence.ticks_per_beat(), 500.0);
        assert_eq!(read(&write(&sequence).unwrap()), Ok(sequence));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let with = |change: fn(&mut Sequence)| {
            let mut sequence = sequence();
            change(&mut sequence);
            write(&sequence).unwrap_err()
        };
        assert_eq!(
            with(|s| s.tempo = 0.5),
            "a tempo of 0.5 does not fit into a MIDI file"
        );
        assert_eq!(
            with(|s| s.smpte_format = -23),
            "smpteformat must be 0, -24, -25, -29 or -30"
        );
        assert_eq!(
            with(|s| s.tracks[0].events[1].0 = 1e12),
            "a position is too late for a MIDI file"
        );
    }

    #[test]
    fn no_bytes_make_reading_fail_in_another_way_than_by_an_error() {
        let good = write(&sequence()).unwrap();
        let mut n_read = 0;
        for at in 0..good.len() {
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                n_read += usize::from(read(&bad).is_ok_and(|sequence| write(&sequence).is_ok()));
            }
            let _ = read(&good[..at]);
        }
        assert!(n_read > 100, "most changes leave a file that can be read");
        assert!(read(b"MThd").is_err() && read(b"").is_err());
    }
}
