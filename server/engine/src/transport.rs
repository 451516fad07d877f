//! The host as the script sees it: tempo, time signature, and where the song stands (HALion semantics 8.2, 8.3).
//!
//! Units: song positions in quarter notes from the start of the song; anchors in samples, not rounded, so that nothing drifts.

use crate::{
    clock::{Clock, Samples},
    event::{Event, Signature},
    proposed,
    scenario::Scenario,
    world::World,
};

/// What the song says from a position on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapEntry<T> {
    /// Quarter notes from the start of the song.
    pub at_beats: f64,
    /// What holds from there on.
    pub value: T,
}

/// The host's transport.
pub(crate) struct Transport {
    /// Beats per minute; `None` if the host tells none.
    pub tempo: Option<f64>,
    /// `None` if the host tells none.
    pub signature: Option<Signature>,
    pub playing: bool,
    /// Where the song stood when tempo or transport last changed, and when that was.
    anchor_beats: f64,
    anchor_ms: f64,
    anchor_samples: f64,
    /// Where the last bar began that is known to begin.
    bar_beats: f64,
    /// Both in the order of position.
    tempo_map: Vec<MapEntry<f64>>,
    signature_map: Vec<MapEntry<Signature>>,
}

impl Transport {
    /// A host that stands at the start of its song.
    pub fn new(scenario: &Scenario) -> Transport {
        let mut tempo_map = scenario.tempo_map.clone();
        let mut signature_map = scenario.time_signature_map.clone();
        let tempo = Some(scenario.tempo).filter(|&tempo| tempo > 0.0);
        complete(&mut tempo_map, tempo);
        complete(&mut signature_map, scenario.time_signature);
        let mut transport = Transport {
            tempo,
            signature: scenario.time_signature,
            playing: false,
            anchor_beats: 0.0,
            anchor_ms: 0.0,
            anchor_samples: 0.0,
            bar_beats: 0.0,
            tempo_map,
            signature_map,
        };
        transport.look_up(0.0);
        transport
    }

    /// Milliseconds of a quarter note; `None` without tempo.
    pub fn beat_ms(&self) -> Option<f64> {
        self.tempo.map(|tempo| 60_000.0 / tempo)
    }

    /// Song position in quarter notes; `None` while stopped or without tempo (HALion semantics 8.3).
    pub fn beats(&self, clock: &Clock) -> Option<f64> {
        let beats = self.anchor_beats + self.ms_since(clock, clock.now as f64) / self.beat_ms()?;
        self.playing.then_some(beats)
    }

    /// Song position in milliseconds; `None` while stopped.
    pub fn song_ms(&self, clock: &Clock) -> Option<f64> {
        let ms = self.anchor_ms + self.ms_since(clock, clock.now as f64);
        self.playing.then_some(ms)
    }

    /// Position in the bar in quarter notes; `None` while stopped or without tempo or signature.
    pub fn beats_in_bar(&self, clock: &Clock) -> Option<f64> {
        let bar_beats = self.signature?.bar_beats();
        Some((self.beats(clock)? - self.bar_beats).rem_euclid(bar_beats))
    }

    /// The host changes its tempo by hand; the song goes on from where it is.
    pub fn set_tempo(&mut self, clock: &Clock, tempo: Option<f64>) {
        self.anchor_at(clock, clock.now as f64);
        self.tempo = tempo;
    }

    /// The host changes its time signature by hand; a bar begins here.
    pub fn set_signature(&mut self, clock: &Clock, signature: Option<Signature>) {
        if let Some(beats) = self.beats(clock) {
            self.bar_beats = beats;
        }
        self.signature = signature;
    }

    /// The host starts or stops, there where it stands or at a position.
    pub fn set_playing(&mut self, clock: &Clock, playing: bool, at_beats: Option<f64>) {
        self.anchor_at(clock, clock.now as f64);
        self.playing = playing;
        if let Some(beats) = at_beats {
            self.anchor_beats = beats;
            self.anchor_ms = self.ms_at(beats);
            self.bar_beats = 0.0;
            self.look_up(beats);
        }
    }

    /// The sample at which the song reaches the next entry of its maps.
    pub fn next_change(&self, clock: &Clock) -> Option<Samples> {
        let beats = self.next_entry()?;
        Some(clock.sample_at(self.samples_at(clock, beats)?))
    }

    /// The song reaches the entries that are due: tempo first, then time signature.
    pub fn changes_due(&mut self, clock: &Clock) -> Vec<Event> {
        let mut events = Vec::new();
        while self.next_change(clock).is_some_and(|at| at <= clock.now)
            && let Some(beats) = self.next_entry()
            && let Some(samples) = self.samples_at(clock, beats)
        {
            self.anchor_at(clock, samples);
            self.anchor_beats = beats;
            let (tempo, signature) = (self.tempo, self.signature);
            self.look_up(beats);
            if self.tempo != tempo {
                let bpm = self.tempo.unwrap_or(0.0);
                events.push(Event::Tempo { bpm });
            }
            if self.signature != signature {
                let signature = self.signature;
                events.push(Event::TimeSignature { signature });
            }
        }
        events
    }

    fn ms_since(&self, clock: &Clock, samples: f64) -> f64 {
        clock.samples_to_ms(samples - self.anchor_samples)
    }

    /// When the song reaches a position, in samples that are not rounded.
    fn samples_at(&self, clock: &Clock, beats: f64) -> Option<f64> {
        let ms = (beats - self.anchor_beats) * self.beat_ms()?;
        Some(self.anchor_samples + clock.ms_to_samples(ms))
    }

    /// Remembers where the song stands.
    fn anchor_at(&mut self, clock: &Clock, samples: f64) {
        if self.playing {
            let ms = self.ms_since(clock, samples);
            self.anchor_ms += ms;
            self.anchor_beats += self.beat_ms().map_or(0.0, |beat_ms| ms / beat_ms);
        }
        self.anchor_samples = samples;
    }

    /// The position of the next entry of either map.
    fn next_entry(&self) -> Option<f64> {
        if !self.playing {
            return None;
        }
        let tempo = self.tempo_map.iter().map(|entry| entry.at_beats);
        let signature = self.signature_map.iter().map(|entry| entry.at_beats);
        let after = |&beats: &f64| beats > self.anchor_beats;
        let next = [tempo.clone().find(after), signature.clone().find(after)];
        next.into_iter().flatten().min_by(f64::total_cmp)
    }

    /// Takes over what the maps say at a position.
    fn look_up(&mut self, beats: f64) {
        if let Some(entry) = last_before(&self.tempo_map, beats) {
            self.tempo = Some(entry.value);
        }
        if let Some(entry) = last_before(&self.signature_map, beats) {
            self.signature = Some(entry.value);
            self.bar_beats = entry.at_beats;
        }
    }

    /// Milliseconds from the start of the song to a position.
    fn ms_at(&self, beats: f64) -> f64 {
        let (mut ms, mut from) = (0.0, 0.0);
        let mut tempo = self.tempo.unwrap_or(proposed::FALLBACK_TEMPO);
        for entry in self.tempo_map.iter().filter(|entry| entry.at_beats < beats) {
            ms += (entry.at_beats - from) * 60_000.0 / tempo;
            (from, tempo) = (entry.at_beats, entry.value);
        }
        ms + (beats - from) * 60_000.0 / tempo
    }
}

impl World {
    /// Song position in quarter notes; `None` while stopped or without tempo.
    pub fn beats(&self) -> Option<f64> {
        self.transport.beats(&self.clock)
    }
}

/// Sorts a map; what the scenario says without one holds before its first entry.
fn complete<T>(map: &mut Vec<MapEntry<T>>, value: Option<T>) {
    map.sort_by(|a, b| a.at_beats.total_cmp(&b.at_beats));
    if map.first().is_some_and(|first| first.at_beats > 0.0)
        && let Some(value) = value
    {
        let at_beats = 0.0;
        map.insert(0, MapEntry { at_beats, value });
    }
}

fn last_before<T>(map: &[MapEntry<T>], beats: f64) -> Option<&MapEntry<T>> {
    map.iter().rfind(|entry| entry.at_beats <= beats)
}
