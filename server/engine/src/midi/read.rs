//! A Standard MIDI File as a scenario: all tracks merged, tempo and time signatures as maps of the song.
//!
//! Invariant: any bytes give a scenario or an error, never a panic. Unit: ticks inside, milliseconds outside.

use std::collections::BTreeMap;

use midly::{Format, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEventKind};

use crate::{
    event::Signature,
    midi_file,
    scenario::{Input, InputKind, LONGEST_MS, Scenario},
    transport::MapEntry,
};

/// Reads a file; the message of an error says what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Scenario, String> {
    let file = midi_file::parse(bytes)?;
    if file.header.format == Format::Sequential && file.tracks.len() > 1 {
        return Err(
            "MIDI files of format 2 (independent songs) cannot be played; save it as format 0 or 1"
                .to_owned(),
        );
    }
    let mut scenario = Scenario::silent();
    let mut push = |at_ms, kind| scenario.inputs.push(Input::new(at_ms, kind));
    let playing = true;
    let at_beats = None;
    push(0.0, InputKind::Transport { playing, at_beats });
    let mut song = Song::new(file.header.timing);
    let mut open = OpenNotes::default();
    for (tick, kind) in merged(&file) {
        let at_ms = song.ms(tick);
        if at_ms > LONGEST_MS {
            return Err("the MIDI file lasts longer than a day".to_owned());
        }
        match kind {
            TrackEventKind::Midi { channel, message } => {
                open.follow(channel.as_int(), message);
                push(at_ms, message_input(message));
            }
            TrackEventKind::SysEx(data) => {
                let bytes = [&[0xF0], data].concat();
                push(at_ms, InputKind::Data { bytes });
            }
            TrackEventKind::Escape(data) if data.first() == Some(&0xF0) => {
                let bytes = data.to_vec();
                push(at_ms, InputKind::Data { bytes });
            }
            TrackEventKind::Meta(MetaMessage::Tempo(us)) => song.tempo(us.as_int()),
            TrackEventKind::Meta(MetaMessage::TimeSignature(numerator, power, ..)) => {
                song.signature(numerator, power);
            }
            TrackEventKind::Meta(_) | TrackEventKind::Escape(_) => {}
        }
    }
    for note in open.keys() {
        push(song.ms, InputKind::NoteOff { note, velocity: 0 });
    }
    (scenario.tempo_map, scenario.time_signature_map) = (song.tempi, song.signatures);
    Ok(scenario)
}

/// The events of all tracks with their ticks; at one tick tempo and time signature come first, then track by track.
fn merged<'a>(file: &'a Smf<'a>) -> Vec<(u64, TrackEventKind<'a>)> {
    let mut events = Vec::new();
    for track in &file.tracks {
        let mut tick = 0u64;
        for event in track {
            tick += u64::from(event.delta.as_int());
            events.push((tick, event.kind));
        }
    }
    events.sort_by_key(|(tick, kind)| (*tick, !matches!(kind, TrackEventKind::Meta(_))));
    events
}

/// What a channel message is to a script.
fn message_input(message: MidiMessage) -> InputKind {
    match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => InputKind::NoteOn {
            note: key.as_int(),
            velocity: vel.as_int(),
            tuning: 0.0,
        },
        MidiMessage::NoteOn { key, .. } => InputKind::NoteOff {
            note: key.as_int(),
            velocity: 0,
        },
        MidiMessage::NoteOff { key, vel } => InputKind::NoteOff {
            note: key.as_int(),
            velocity: vel.as_int(),
        },
        MidiMessage::Controller { controller, value } => InputKind::Controller {
            number: controller.as_int(),
            value: value.as_int(),
        },
        MidiMessage::PitchBend { bend } => InputKind::PitchBend {
            bend: bend_of(bend),
        },
        MidiMessage::ChannelAftertouch { vel } => InputKind::AfterTouch {
            value: vel.as_int(),
        },
        MidiMessage::Aftertouch { key, vel } => InputKind::PolyAfterTouch {
            note: key.as_int(),
            value: vel.as_int(),
        },
        MidiMessage::ProgramChange { program } => InputKind::ProgramChange {
            program: program.as_int(),
        },
    }
}

fn bend_of(bend: PitchBend) -> f64 {
    (f64::from(bend.as_int()) / 8191.0).clamp(-1.0, 1.0)
}

/// How often each key of each channel is down.
#[derive(Default)]
struct OpenNotes(BTreeMap<(u8, u8), u32>);

impl OpenNotes {
    fn follow(&mut self, channel: u8, message: MidiMessage) {
        match message {
            MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => {
                *self.0.entry((channel, key.as_int())).or_default() += 1;
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                if let Some(open) = self.0.get_mut(&(channel, key.as_int())) {
                    *open = open.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// A key for each note that the file leaves open.
    fn keys(self) -> impl Iterator<Item = u8> {
        let times = |((_, key), open): ((u8, u8), u32)| (0..open).map(move |_| key);
        self.0.into_iter().flat_map(times)
    }
}

/// Where a tick lies in milliseconds and quarter notes, asked in the order of ticks.
struct Song {
    /// Ticks of a quarter note, or of a second for SMPTE time.
    ticks_per_beat: f64,
    us_per_beat: f64,
    /// SMPTE time knows no quarter notes, so its tempo moves nothing.
    is_smpte: bool,
    tick: u64,
    ms: f64,
    tempi: Vec<MapEntry<f64>>,
    signatures: Vec<MapEntry<Signature>>,
}

impl Song {
    fn new(timing: Timing) -> Song {
        let (ticks_per_beat, us_per_beat, is_smpte) = match timing {
            Timing::Metrical(ticks) => (f64::from(ticks.as_int().max(1)), 500_000.0, false),
            Timing::Timecode(frames, ticks) => (
                f64::from(frames.as_f32()) * f64::from(ticks.max(1)),
                1_000_000.0,
                true,
            ),
        };
        Song {
            ticks_per_beat,
            us_per_beat,
            is_smpte,
            tick: 0,
            ms: 0.0,
            tempi: Vec::new(),
            signatures: Vec::new(),
        }
    }

    fn ms(&mut self, tick: u64) -> f64 {
        self.ms += (tick - self.tick) as f64 * self.us_per_beat / self.ticks_per_beat / 1000.0;
        self.tick = tick;
        self.ms
    }

    fn at_beats(&self) -> f64 {
        self.tick as f64 / self.ticks_per_beat
    }

    fn tempo(&mut self, us_per_beat: u32) {
        if !self.is_smpte {
            self.us_per_beat = f64::from(us_per_beat.max(1));
            let (at_beats, bpm) = (self.at_beats(), 60_000_000.0 / self.us_per_beat);
            set(&mut self.tempi, at_beats, bpm);
        }
    }

    /// The denominator is a power of two.
    fn signature(&mut self, numerator: u8, power: u8) {
        let denominator = 1u32.checked_shl(power.into()).unwrap_or(0);
        let signature = Signature::new(numerator.into(), denominator);
        if let Some(signature) = signature.filter(|_| !self.is_smpte) {
            let at_beats = self.at_beats();
            set(&mut self.signatures, at_beats, signature);
        }
    }
}

/// The last entry of a position counts.
fn set<T>(map: &mut Vec<MapEntry<T>>, at_beats: f64, value: T) {
    map.retain(|entry| entry.at_beats != at_beats);
    map.push(MapEntry { at_beats, value });
}
