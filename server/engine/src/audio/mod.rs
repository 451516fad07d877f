//! WAV files as `AudioFile` sees them: properties, what samplers store beside the sound, and the sound itself.
//!
//! Invariant: no bytes make reading fail in another way than by an error. Positions are in samples from 0, a frame counts
//! once; sound is between -1 and 1. Other formats than WAV are not read.

mod onsets;
mod pitch;
mod riff;

use std::io::Cursor;
use std::rc::Rc;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

pub(crate) use onsets::{Onsets, onsets};
pub(crate) use pitch::{Pitch, pitch_track};
use riff::Stored;

/// Samples, all channels together, that a file may have; more would not fit into memory beside the script.
const MOST_SAMPLES: u64 = 32 << 20;

/// An open file.
#[derive(Debug)]
pub(crate) struct Audio {
    bytes: Rc<[u8]>,
    pub rate: u32,
    pub bits: u16,
    pub channels: u16,
    /// Frames.
    pub length: usize,
    pub stored: Stored,
}

/// Reads a file; the error says why it is none that can be used.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Audio, String> {
    let bytes: Rc<[u8]> = bytes.into();
    let reader = WavReader::new(Cursor::new(&*bytes)).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    if spec.channels == 0 || spec.sample_rate == 0 || u64::from(reader.len()) > MOST_SAMPLES {
        return Err("no sound, or too much of it".to_owned());
    }
    // A file that was cut off says that it is longer than it is.
    let frame_bytes = usize::from(spec.channels) * usize::from(spec.bits_per_sample.div_ceil(8));
    let n_present = bytes.len() / frame_bytes.max(1);
    let length = (reader.duration() as usize).min(n_present);
    let stored = riff::stored(&bytes);
    Ok(Audio {
        rate: spec.sample_rate,
        bits: spec.bits_per_sample,
        channels: spec.channels,
        length,
        stored,
        bytes,
    })
}

/// A part of a file in frames, inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub start: usize,
    pub length: usize,
}

impl Audio {
    /// The part that a script names: up to the end if the length is 0 or less.
    pub fn part(&self, start: f64, length: f64) -> Part {
        // The casts saturate.
        let start = (start.max(0.0) as usize).min(self.length);
        let rest = self.length - start;
        let length = if length <= 0.0 {
            rest
        } else {
            (length as usize).min(rest)
        };
        Part { start, length }
    }

    /// The samples of a part, channels in turn; fewer where the file ends early.
    pub fn samples(&self, part: Part) -> Vec<f32> {
        let Ok(mut reader) = WavReader::new(Cursor::new(&*self.bytes)) else {
            return Vec::new();
        };
        let start = u32::try_from(part.start).unwrap_or(u32::MAX);
        if reader.seek(start).is_err() {
            return Vec::new();
        }
        let n_samples = part.length * usize::from(self.channels);
        match reader.spec().sample_format {
            SampleFormat::Float => {
                let samples = reader.samples::<f32>().map_while(Result::ok);
                samples.take(n_samples).map(finite).collect()
            }
            SampleFormat::Int => {
                let scale = (1.0f64 / 2f64.powi(i32::from(self.bits.clamp(1, 32)) - 1)) as f32;
                let samples = reader.samples::<i32>().map_while(Result::ok);
                samples
                    .take(n_samples)
                    .map(|sample| sample as f32 * scale)
                    .collect()
            }
        }
    }

    /// One channel of a part, from 1; 0 is the sum of all, divided by their number.
    pub fn channel(&self, part: Part, channel: u16) -> Vec<f32> {
        let n_channels = usize::from(self.channels);
        let samples = self.samples(part);
        let frames = samples.chunks_exact(n_channels);
        match usize::from(channel).checked_sub(1) {
            Some(idx) => frames.filter_map(|frame| frame.get(idx).copied()).collect(),
            None => frames
                .map(|frame| frame.iter().sum::<f32>() / n_channels as f32)
                .collect(),
        }
    }

    /// The level of a part in all channels: the highest sample, or the root of the mean square.
    pub fn level(&self, part: Part, rms: bool) -> f64 {
        let samples = self.samples(part);
        if rms {
            let sum: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            return (sum / samples.len().max(1) as f64).sqrt();
        }
        samples
            .iter()
            .fold(0.0, |peak: f64, &x| peak.max(f64::from(x).abs()))
    }
}

/// What is no number sounds like nothing.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

/// A WAV file of 32-bit floats.
pub(crate) fn write(rate: u32, channels: u16, samples: &[f32]) -> Result<Vec<u8>, String> {
    let spec = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).map_err(|error| error.to_string())?;
    for &sample in samples {
        writer
            .write_sample(sample)
            .map_err(|error| error.to_string())?;
    }
    writer.finalize().map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(audio: &Audio) -> Part {
        audio.part(0.0, 0.0)
    }

    #[test]
    fn levels_are_exact() {
        let audio = read(write(48_000, 2, &[0.5, -1.0, 0.5, 0.0]).unwrap()).unwrap();
        assert_eq!(
            (audio.rate, audio.channels, audio.bits, audio.length),
            (48_000, 2, 32, 2)
        );
        assert_eq!(audio.level(whole(&audio), false), 1.0);
        assert_eq!(audio.level(whole(&audio), true), (1.5f64 / 4.0).sqrt());
        assert_eq!(audio.level(audio.part(1.0, 9.0), false), 0.5);
        assert_eq!(audio.level(audio.part(9.0, 9.0), true), 0.0);
        assert_eq!(audio.channel(whole(&audio), 2), [-1.0, 0.0]);
        assert_eq!(audio.channel(whole(&audio), 0), [-0.25, 0.25]);
        assert_eq!(audio.channel(whole(&audio), 3), [0f32; 0]);
    }

    #[test]
    fn every_bit_depth_has_the_same_full_scale() {
        for bits in [8, 16, 24, 32] {
            let spec = WavSpec {
                channels: 1,
                sample_rate: 8000,
                bits_per_sample: bits,
                sample_format: SampleFormat::Int,
            };
            let mut bytes = Cursor::new(Vec::new());
            let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
            writer.write_sample(-(1i64 << (bits - 1)) as i32).unwrap();
            writer.write_sample(1i32 << (bits - 2)).unwrap();
            writer.finalize().unwrap();
            let audio = read(bytes.into_inner()).unwrap();
            assert_eq!(audio.bits, bits);
            assert_eq!(audio.samples(whole(&audio)), [-1.0, 0.5]);
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_as_long_as_it_is() {
        let mut bytes = write(8000, 1, &[0.5; 100]).unwrap();
        bytes.truncate(bytes.len() - 40);
        let audio = read(bytes).unwrap();
        assert!(audio.samples(whole(&audio)).len() <= 90);
        assert_eq!(audio.level(whole(&audio), false), 0.5);
        assert!(read(Vec::new()).is_err());
        assert!(read(b"RIFF\xff\xff\xff\xffWAVE".to_vec()).is_err());
    }

    proptest! {
        /// Whatever the bytes: an error or a file, never a panic, and never more sound than bytes.
        #[test]
        fn bytes_are_a_file_or_an_error(
            changes in prop::collection::vec((0usize..200, any::<u8>()), 0..12),
            cut in 0usize..300,
        ) {
            let mut bytes = write(44_100, 2, &[0.25; 32]).unwrap();
            riff::tests::add_chunks(&mut bytes);
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            let n_bytes = bytes.len();
            if let Ok(audio) = read(bytes) {
                let samples = audio.samples(whole(&audio));
                prop_assert!(samples.len() <= n_bytes);
                prop_assert!(samples.iter().all(|sample| sample.is_finite()));
                audio.level(whole(&audio), true);
                onsets(&audio, whole(&audio), &Onsets { peak_db: -60.0, sensitivity: 0.0, distance_ms: 0.0 });
                pitch_track(&audio, 0);
            }
        }
    }
}
