//! Pitch by autocorrelation: a simple method of our own, not HALion's.
//!
//! The sound is brought to about 11 kHz by averaging neighbours. Every 20 ms, a window of 40 ms is compared with itself,
//! shifted by the periods of 40 to 2000 Hz; the first shift whose likeness (twice the correlation over the energy of both) comes
//! close to the best one is the period, refined by a parabola. Below a likeness of 0.6 or -60 dB there is no pitch.

use super::Audio;

const RATE: u32 = 11_025;
const STEP_MS: f64 = 20.0;
const WINDOW_MS: f64 = 40.0;
const LOWEST_HZ: f64 = 40.0;
const HIGHEST_HZ: f64 = 2000.0;
const LEAST_LIKENESS: f64 = 0.6;
const LEAST_POWER: f64 = 1e-6;

/// The pitch at every step of a channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pitch {
    /// Samples of the file from one step to the next.
    step: f64,
    /// Note numbers with decimals; `None` where there is no pitch.
    notes: Vec<Option<f64>>,
}

impl Pitch {
    /// The mean of the steps in a part, or of the one nearest to its middle; `None` without a pitch.
    pub fn of(&self, start: usize, length: usize) -> Option<f64> {
        let step_at = |position: f64| (position / self.step) as usize;
        let (from, to) = (
            (start as f64 / self.step).ceil() as usize,
            step_at((start + length) as f64),
        );
        let inside = self.notes.get(from..to).unwrap_or_default();
        let voiced: Vec<f64> = if inside.is_empty() {
            let middle = step_at(start as f64 + length as f64 / 2.0);
            self.notes
                .get(middle)
                .or(self.notes.last())
                .copied()
                .flatten()
                .into_iter()
                .collect()
        } else {
            inside.iter().copied().flatten().collect()
        };
        (!voiced.is_empty()).then(|| voiced.iter().sum::<f64>() / voiced.len() as f64)
    }
}

/// Analyses one channel from 1, or the sum of all for 0.
pub(crate) fn pitch_track(audio: &Audio, channel: u16) -> Pitch {
    let sound = audio.channel(audio.part(0.0, 0.0), channel);
    let factor = (audio.rate / RATE).max(1) as usize;
    let rate = f64::from(audio.rate) / factor as f64;
    let mean =
        |samples: &[f32]| samples.iter().map(|&x| f64::from(x)).sum::<f64>() / samples.len() as f64;
    let slow: Vec<f64> = sound.chunks(factor).map(mean).collect();
    let samples = |ms: f64| ((ms / 1000.0 * rate) as usize).max(1);
    let (step, window) = (samples(STEP_MS), samples(WINDOW_MS));
    let periods = [(rate / HIGHEST_HZ) as usize, (rate / LOWEST_HZ) as usize];
    let notes = (0..slow.len()).step_by(step).map(|start| {
        let end = slow.len().min(start + window + periods[1]);
        let period = period(&slow[start..end], window, periods)?;
        Some(69.0 + 12.0 * (rate / period / 440.0).log2())
    });
    Pitch {
        step: (step * factor) as f64,
        notes: notes.collect(),
    }
}

/// The period of a sound in samples.
fn period(sound: &[f64], window: usize, [shortest, longest]: [usize; 2]) -> Option<f64> {
    let longest = longest.min(sound.len().saturating_sub(window));
    if longest < shortest + 2 {
        return None;
    }
    let power = sound[..window].iter().map(|x| x * x).sum::<f64>() / window as f64;
    if power < LEAST_POWER {
        return None;
    }
    let likeness = |shift: usize| {
        let pairs = sound[..window].iter().zip(&sound[shift..]);
        let (correlation, energy) = pairs.fold((0.0, 0.0), |(correlation, energy), (x, y)| {
            (correlation + x * y, energy + x * x + y * y)
        });
        if energy > 0.0 {
            2.0 * correlation / energy
        } else {
            0.0
        }
    };
    let from = shortest.max(1) - 1;
    let curve: Vec<f64> = (from..=longest).map(likeness).collect();
    let peaks: Vec<usize> = (1..curve.len() - 1)
        .filter(|&idx| curve[idx] > curve[idx - 1] && curve[idx] >= curve[idx + 1])
        .collect();
    let best = peaks.iter().map(|&idx| curve[idx]).fold(0.0, f64::max);
    if best < LEAST_LIKENESS {
        return None;
    }
    let idx = *peaks.iter().find(|&&idx| curve[idx] >= 0.93 * best)?;
    let (left, top, right) = (curve[idx - 1], curve[idx], curve[idx + 1]);
    let bend = left - 2.0 * top + right;
    let offset = if bend == 0.0 {
        0.0
    } else {
        0.5 * (left - right) / bend
    };
    Some((from + idx) as f64 + offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{read, write};

    fn tone(hz: f64, rate: u32) -> Audio {
        let sound: Vec<f32> = (0..rate / 2)
            .map(|idx| {
                let phase = f64::from(idx) * hz / f64::from(rate) * std::f64::consts::TAU;
                (0.5 * phase.sin() + 0.2 * (2.0 * phase).sin()) as f32
            })
            .collect();
        read(write(rate, 1, &sound).unwrap()).unwrap()
    }

    #[test]
    fn tones_are_found_within_five_cents() {
        for rate in [44_100, 48_000, 96_000] {
            for note in [36.0f64, 48.0, 60.0, 69.0, 76.0] {
                let hz = 440.0 * ((note - 69.0) / 12.0).exp2();
                let pitch = pitch_track(&tone(hz, rate), 0)
                    .of(0, rate as usize / 4)
                    .unwrap();
                assert!(
                    (pitch - note).abs() < 0.05,
                    "{rate} Hz, note {note}: {pitch}"
                );
            }
        }
    }

    #[test]
    fn silence_and_noise_have_no_pitch() {
        let silence = read(write(44_100, 1, &[0.0; 9000]).unwrap()).unwrap();
        assert_eq!(pitch_track(&silence, 1).of(0, 9000), None);
        let mut state = 1u32;
        let noise: Vec<f32> = (0..44_100)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        let noise = read(write(44_100, 1, &noise).unwrap()).unwrap();
        assert_eq!(pitch_track(&noise, 0).of(0, 30_000), None);
    }

    #[test]
    fn a_part_shorter_than_a_step_has_the_pitch_around_it() {
        let pitch = Pitch {
            step: 100.0,
            notes: vec![Some(60.0), None, Some(62.0), Some(64.0)],
        };
        assert_eq!(pitch.of(0, 400), Some(62.0));
        assert_eq!(pitch.of(210, 10), Some(62.0));
        assert_eq!(pitch.of(110, 10), None);
        assert_eq!(pitch.of(900, 0), Some(64.0));
        assert_eq!(
            Pitch {
                step: 1.0,
                notes: Vec::new()
            }
            .of(0, 0),
            None
        );
    }
}
