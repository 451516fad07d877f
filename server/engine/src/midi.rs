//! Standard MIDI Files as scenarios: all tracks merged, tempo map honoured.
//!
//! Unit: ticks inside, milliseconds outside. Channels are not told apart, as a script module listens to one.

use midly::{Format, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEventKind};

use crate::scenario::{Input, InputKind, Scenario};

/// Reads a file; the message of an error says what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Scenario, String> {
    let file = Smf::parse(bytes).map_err(|error| format!("not a Standard MIDI File: {error}"))?;
    if file.header.format == Format::Sequential && file.tracks.len() > 1 {
        return Err(
            "MIDI files of format 2 (independent songs) cannot be played; save it as format 0 or 1"
                .to_owned(),
        );
    }
    let mut events = Vec::new();
    for track in &file.tracks {
        let mut tick = 0u64;
        for event in track {
            tick += u64::from(event.delta.as_int());
            events.push((tick, event.kind));
        }
    }
    events.sort_by_key(|&(tick, _)| tick);
    let mut scenario = Scenario::silent();
    let playing = InputKind::Transport { playing: true };
    scenario.inputs.push(Input::new(0.0, playing));
    let mut time = TempoMap::new(file.header.timing);
    for (tick, kind) in events {
        let at_ms = time.ms(tick);
        let kind = match kind {
            TrackEventKind::Midi { message, .. } => message_input(message),
            TrackEventKind::Meta(MetaMessage::Tempo(us)) => {
                time.tempo(f64::from(us.as_int()));
                let bpm = 60_000_000.0 / f64::from(us.as_int().max(1));
                if at_ms == 0.0 {
                    scenario.tempo = bpm;
                }
                Some(InputKind::Tempo { bpm })
            }
            _ => None,
        };
        scenario
            .inputs
            .extend(kind.map(|kind| Input::new(at_ms, kind)));
    }
    Ok(scenario)
}

/// What a channel message means for a script; key pressure and program changes mean nothing yet.
fn message_input(message: MidiMessage) -> Option<InputKind> {
    Some(match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => InputKind::NoteOn {
            note: key.as_int(),
            velocity: vel.as_int(),
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
        MidiMessage::Aftertouch { .. } | MidiMessage::ProgramChange { .. } => return None,
    })
}

fn bend_of(bend: PitchBend) -> f64 {
    (f64::from(bend.as_int()) / 8191.0).clamp(-1.0, 1.0)
}

/// Where a tick lies in milliseconds, asked in the order of ticks.
struct TempoMap {
    /// Ticks of a quarter note, or the fixed length of a tick for SMPTE time.
    ticks_per_beat: f64,
    us_per_beat: f64,
    fixed: bool,
    tick: u64,
    ms: f64,
}

impl TempoMap {
    fn new(timing: Timing) -> TempoMap {
        let (ticks_per_beat, us_per_beat, fixed) = match timing {
            Timing::Metrical(ticks) => (f64::from(ticks.as_int().max(1)), 500_000.0, false),
            Timing::Timecode(frames, ticks) => (
                f64::from(frames.as_f32()) * f64::from(ticks.max(1)),
                1_000_000.0,
                true,
            ),
        };
        TempoMap {
            ticks_per_beat,
            us_per_beat,
            fixed,
            tick: 0,
            ms: 0.0,
        }
    }

    fn ms(&mut self, tick: u64) -> f64 {
        self.ms += (tick - self.tick) as f64 * self.us_per_beat / self.ticks_per_beat / 1000.0;
        self.tick = tick;
        self.ms
    }

    fn tempo(&mut self, us_per_beat: f64) {
        if !self.fixed {
            self.us_per_beat = us_per_beat.max(1.0);
        }
    }
}
