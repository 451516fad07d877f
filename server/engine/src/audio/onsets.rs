//! Where sounds begin, by energy: a simple method of our own, not HALion's.
//!
//! The sum of the channels is cut into steps of 5 ms. A step begins a sound if its highest sample reaches the peak threshold
//! and its energy is well above the loudest of the four steps before: by 3 dB at a sensitivity threshold of 0 %, infinitely at
//! 100 %. The onset is the first sample in the step that reaches a tenth of its peak.

use super::{Audio, Part};

/// What counts as an onset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onsets {
    /// Softest level in dB.
    pub peak_db: f64,
    /// Least weight in percent.
    pub sensitivity: f64,
    /// Shortest distance between two in ms.
    pub distance_ms: f64,
}

/// Steps that a rise in energy is measured against.
const STEPS_BEFORE: usize = 4;

/// The positions of the onsets in a part, in samples from the start of the file.
pub(crate) fn onsets(audio: &Audio, part: Part, options: &Onsets) -> Vec<usize> {
    let sound = audio.channel(part, 0);
    let step = (audio.rate as usize / 200).max(1);
    let distance = options.distance_ms / 1000.0 * f64::from(audio.rate);
    let least_peak = 10f64.powf(options.peak_db / 20.0);
    let least_rise = 0.5 + options.sensitivity / 200.0;
    let mut energies: Vec<f64> = Vec::new();
    let mut found: Vec<usize> = Vec::new();
    let mut rises = false;
    for (idx, samples) in sound.chunks(step).enumerate() {
        let square = |&x: &f32| f64::from(x) * f64::from(x);
        let energy = samples.iter().map(square).sum::<f64>() / samples.len() as f64;
        let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        let before = energies[energies.len().saturating_sub(STEPS_BEFORE)..].iter();
        let before = before.fold(0.0f64, |most, &energy| most.max(energy));
        energies.push(energy);
        let rose = std::mem::replace(&mut rises, false);
        rises = energy > 0.0 && 1.0 - before / energy >= least_rise;
        // A sound that begins late in a step rises through the next one, too.
        if !rises || rose || f64::from(peak) < least_peak {
            continue;
        }
        let first = samples
            .iter()
            .position(|x| x.abs() >= peak / 10.0)
            .unwrap_or(0);
        let position = part.start + idx * step + first;
        if found
            .last()
            .is_none_or(|last| (position - last) as f64 >= distance)
        {
            found.push(position);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{read, write};

    /// Three clicks of falling level that fade, the last into the one before.
    fn clicks() -> Audio {
        let mut sound = vec![0.0f32; 24_000];
        for (start, level) in [(1000, 0.8), (9000, 0.4), (13_000, 0.05)] {
            for (idx, sample) in sound[start..start + 4000].iter_mut().enumerate() {
                let sign = if idx % 20 < 10 { 1.0 } else { -1.0 };
                *sample = sign * level * (-(idx as f32) / 800.0).exp();
            }
        }
        read(write(48_000, 1, &sound).unwrap()).unwrap()
    }

    #[track_caller]
    fn check(peak_db: f64, sensitivity: f64, distance_ms: f64, expected: &[usize]) {
        let audio = clicks();
        let options = Onsets {
            peak_db,
            sensitivity,
            distance_ms,
        };
        assert_eq!(onsets(&audio, audio.part(0.0, 0.0), &options), expected);
    }

    #[test]
    fn every_threshold_counts() {
        check(-96.0, 0.0, 0.0, &[1000, 9000, 13_000]);
        check(-20.0, 0.0, 0.0, &[1000, 9000]);
        check(-96.0, 0.0, 200.0, &[1000, 13_000]);
        check(-96.0, 99.0, 0.0, &[1000, 9000]);
    }

    #[test]
    fn positions_count_from_the_start_of_the_file() {
        let audio = clicks();
        let options = Onsets {
            peak_db: -96.0,
            sensitivity: 0.0,
            distance_ms: 0.0,
        };
        assert_eq!(onsets(&audio, audio.part(8000.0, 4000.0), &options), [9000]);
        assert_eq!(
            onsets(&audio, audio.part(99_999.0, 0.0), &options),
            [0usize; 0]
        );
    }
}
