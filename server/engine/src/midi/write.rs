//! What a script sent on as a Standard MIDI File: notes, controllers, bends, aftertouch, system exclusive, and the host's tempo.
//!
//! Invariant: an event lies within half a tick of its sample, also after any number of tempo changes. What MIDI has no message for
//! (values of single notes, trigger pads, HALion's own controllers) is left out; a note whose voices are cut gets a note-off.

use std::collections::{BTreeMap, BTreeSet};

use midly::{
    Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, Track, TrackEvent,
    TrackEventKind,
    num::{u4, u7, u15, u24, u28},
};

use crate::{
    event::{Event, Signature},
    record::{Record, RecordKind},
    scenario::Scenario,
    transport::Transport,
};

/// Ticks of a quarter note: a multiple of what sequencers use, and half a millisecond at 120 beats per minute.
const TICKS_PER_BEAT: u16 = 960;

/// The tempo of a MIDI file that says nothing.
const DEFAULT_US_PER_BEAT: f64 = 500_000.0;

/// A file of format 0 with everything that left the module. The first tick is the start of the script, and slot 0 plays on
/// channel 1. Notes that are still open at the last record end there.
pub fn midi_file<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    scenario: &Scenario,
) -> Vec<u8> {
    let host = Transport::new(scenario);
    let mut song = Song::new(scenario.sample_rate);
    song.tempo(0, host.tempo.unwrap_or(0.0));
    song.signature(0, host.signature);
    let mut last = 0;
    for record in records {
        last = record.sample;
        let channel = (record.slot.unwrap_or(0) % 16) as u8;
        match &record.kind {
            RecordKind::EventIn(Event::Tempo { bpm }) => song.tempo(last, *bpm),
            RecordKind::EventIn(Event::TimeSignature { signature }) => {
                song.signature(last, *signature);
            }
            RecordKind::EventOut(event) => song.event(last, channel, event),
            RecordKind::VoicesCut { id, .. } => {
                song.close(last, *id, 0.0);
                song.cut.insert(*id);
            }
            _ => {}
        }
    }
    song.close_all(last);
    song.finish()
}

/// The track in the making.
struct Song<'a> {
    sample_rate: f64,
    us_per_beat: f64,
    /// A tick and the exact sample it lies at, from where the present tempo holds.
    anchor_tick: u64,
    anchor_sample: f64,
    events: Vec<(u64, TrackEventKind<'a>)>,
    /// Channel and key of each note that has not ended, by id.
    open: BTreeMap<i64, (u8, u8)>,
    /// Channel and key of each note that sounds again after its voices were cut.
    again: BTreeSet<(u8, u8)>,
    /// Ids of the notes whose voices were cut: their note-offs have nothing to end.
    cut: BTreeSet<i64>,
}

impl<'a> Song<'a> {
    fn new(sample_rate: f64) -> Song<'a> {
        Song {
            sample_rate,
            us_per_beat: DEFAULT_US_PER_BEAT,
            anchor_tick: 0,
            anchor_sample: 0.0,
            events: Vec::new(),
            open: BTreeMap::new(),
            again: BTreeSet::new(),
            cut: BTreeSet::new(),
        }
    }

    fn samples_per_tick(&self) -> f64 {
        self.us_per_beat / f64::from(TICKS_PER_BEAT) * self.sample_rate / 1e6
    }

    fn tick(&self, sample: i64) -> u64 {
        let ticks = (sample as f64 - self.anchor_sample) / self.samples_per_tick();
        self.anchor_tick + ticks.round().max(0.0) as u64
    }

    fn push(&mut self, sample: i64, kind: TrackEventKind<'a>) {
        let tick = self.tick(sample);
        self.events.push((tick, kind));
    }

    fn tempo(&mut self, sample: i64, bpm: f64) {
        if bpm <= 0.0 {
            return;
        }
        let tick = self.tick(sample);
        self.anchor_sample += (tick - self.anchor_tick) as f64 * self.samples_per_tick();
        self.anchor_tick = tick;
        let us_per_beat = (60e6 / bpm).round().clamp(1.0, 16_777_215.0);
        self.us_per_beat = us_per_beat;
        let tempo = MetaMessage::Tempo(u24::from(us_per_beat as u32));
        self.events.push((tick, TrackEventKind::Meta(tempo)));
    }

    fn signature(&mut self, sample: i64, signature: Option<Signature>) {
        let Some(signature) = signature else { return };
        let (numerator, denominator) = (signature.numerator as u8, signature.denominator);
        let meta = MetaMessage::TimeSignature(numerator, denominator.trailing_zeros() as u8, 24, 8);
        self.push(sample, TrackEventKind::Meta(meta));
    }

    fn event(&mut self, sample: i64, channel: u8, event: &'a Event) {
        let message = match event {
            Event::NoteOn {
                id, note, velocity, ..
            } => {
                let key = seven_bits(*note);
                self.open.insert(*id, (channel, key.as_int()));
                // Velocity 0 would be a note-off.
                let vel = seven_bits(velocity.max(1.0));
                MidiMessage::NoteOn { key, vel }
            }
            Event::NoteOff {
                id, note, velocity, ..
            } => {
                let (key, vel) = (seven_bits(*note), seven_bits(*velocity));
                if self.open.contains_key(id) {
                    return self.close(sample, *id, *velocity);
                }
                if !self.again.remove(&(channel, key.as_int())) && self.cut.contains(id) {
                    return;
                }
                MidiMessage::NoteOff { key, vel }
            }
            Event::Retrigger { note, velocity, .. } => {
                let (key, vel) = (seven_bits(*note), seven_bits(velocity.max(1.0)));
                self.again.insert((channel, key.as_int()));
                MidiMessage::NoteOn { key, vel }
            }
            Event::Controller { number, value } if *number < 128 => MidiMessage::Controller {
                controller: seven_bits(*number as f64),
                value: seven_bits(*value),
            },
            Event::PitchBend { bend } => MidiMessage::PitchBend {
                bend: PitchBend::from_int((bend * 8191.0).round() as i16),
            },
            Event::AfterTouch { value } => MidiMessage::ChannelAftertouch {
                vel: seven_bits(*value),
            },
            Event::PolyAfterTouch { note, value } => MidiMessage::Aftertouch {
                key: seven_bits(*note),
                vel: seven_bits(*value),
            },
            Event::ProgramChange { program } => MidiMessage::ProgramChange {
                program: seven_bits(*program),
            },
            Event::Data { bytes } => {
                let kind = match bytes.split_first() {
                    Some((0xF0, data)) => TrackEventKind::SysEx(data),
                    _ => TrackEventKind::Escape(bytes),
                };
                return self.push(sample, kind);
            }
            _ => return,
        };
        self.message(sample, channel, message);
    }

    fn message(&mut self, sample: i64, channel: u8, message: MidiMessage) {
        let channel = u4::from(channel);
        self.push(sample, TrackEventKind::Midi { channel, message });
    }

    /// Ends a note; one that has ended already is left alone.
    fn close(&mut self, sample: i64, id: i64, velocity: f64) {
        if let Some((channel, key)) = self.open.remove(&id) {
            let (key, vel) = (u7::from(key), seven_bits(velocity));
            self.message(sample, channel, MidiMessage::NoteOff { key, vel });
        }
    }

    /// Ends what is still open.
    fn close_all(&mut self, sample: i64) {
        while let Some((&id, _)) = self.open.first_key_value() {
            self.close(sample, id, 0.0);
        }
        for (channel, key) in std::mem::take(&mut self.again) {
            let (key, vel) = (u7::from(key), u7::from(0));
            self.message(sample, channel, MidiMessage::NoteOff { key, vel });
        }
    }

    fn finish(self) -> Vec<u8> {
        let mut track = Track::new();
        let mut last = 0;
        for (tick, kind) in self.events {
            let delta = (tick - last).min(u64::from(u28::max_value().as_int()));
            track.push(TrackEvent {
                delta: u28::from(delta as u32),
                kind,
            });
            last = tick;
        }
        track.push(TrackEvent {
            delta: u28::from(0),
            kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
        });
        let timing = Timing::Metrical(u15::from(TICKS_PER_BEAT));
        let mut file = Smf::new(Header::new(Format::SingleTrack, timing));
        file.tracks.push(track);
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        let _ = file.write(&mut bytes);
        bytes
    }
}

fn seven_bits(value: f64) -> u7 {
    u7::from(value.round().clamp(0.0, 127.0) as u8)
}
