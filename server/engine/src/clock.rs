//! Virtual time: the one place where samples, milliseconds and beats convert into each other.
//!
//! Unit: time is an integer count of samples from the start of the script; milliseconds and beats exist only at the
//! border to the script and to the trace.

use crate::proposed;

/// A position or a length in samples.
pub type Samples = i64;

/// The farthest position a task can wait for; beyond it arithmetic would overflow.
const FOREVER: Samples = i64::MAX / 4;

/// Sample rate, block length and the present instant.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Hz.
    pub sample_rate: f64,
    /// Samples in one audio block.
    pub block_size: Samples,
    /// The present instant, in samples from the start of the script.
    pub now: Samples,
    /// The present block, from 0.
    pub block: u64,
}

impl Clock {
    /// A clock at sample 0.
    pub fn new(sample_rate: f64, block_size: u32) -> Clock {
        Clock {
            sample_rate,
            block_size: Samples::from(block_size),
            now: 0,
            block: 0,
        }
    }

    /// Milliseconds as samples, not rounded (HALion semantics 8.4).
    pub fn ms_to_samples(&self, ms: f64) -> f64 {
        ms * self.sample_rate / 1000.0
    }

    /// Samples as milliseconds.
    pub fn samples_to_ms(&self, samples: f64) -> f64 {
        samples * 1000.0 / self.sample_rate
    }

    /// The present instant in milliseconds.
    pub fn now_ms(&self) -> f64 {
        self.samples_to_ms(self.now as f64)
    }

    /// The first sample at or after `ms` from the start of the script.
    pub fn sample_at_ms(&self, ms: f64) -> Samples {
        whole(self.ms_to_samples(ms))
    }

    /// The first sample at or after a position in samples.
    pub fn sample_at(&self, samples: f64) -> Samples {
        whole(samples)
    }

    /// The first sample at or after `ms` from now, never the present one (HALion semantics 4.1); `None` for durations that
    /// are not positive.
    pub fn after_ms(&self, ms: f64) -> Option<Samples> {
        if ms > 0.0 {
            Some(
                self.now
                    .saturating_add(whole(self.ms_to_samples(ms)).max(1))
                    .min(FOREVER),
            )
        } else {
            None
        }
    }

    /// The first sample of the block after the present one.
    pub fn next_block(&self) -> Samples {
        (self.block as Samples + 1) * self.block_size
    }

    /// The first sample of the present block.
    pub fn block_start(&self) -> Samples {
        self.block as Samples * self.block_size
    }

    /// The last Controller tick at or before `sample`.
    pub fn tick_before(&self, sample: Samples) -> Samples {
        let tick = self.ms_to_samples(proposed::CONTROLLER_TICK_MS);
        whole((sample as f64 / tick).floor() * tick).min(sample)
    }

    /// The Controller tick at or after `sample` (HALion semantics 4.1, 12.1).
    pub fn tick_at(&self, sample: Samples) -> Samples {
        let tick = self.ms_to_samples(proposed::CONTROLLER_TICK_MS);
        whole((sample as f64 / tick).ceil() * tick).max(sample)
    }
}

/// The first whole sample at or after a position; rounding noise of a millionth of a sample is forgiven.
fn whole(samples: f64) -> Samples {
    let samples = (samples - 1e-6).ceil();
    if samples >= FOREVER as f64 {
        FOREVER
    } else {
        samples as Samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_time_between_two_samples_is_the_later_sample() {
        let clock = Clock::new(44100.0, 512);
        assert_eq!(clock.after_ms(10.0), Some(441));
        assert_eq!(clock.after_ms(0.01), Some(1));
        assert_eq!(clock.after_ms(0.0), None);
        assert_eq!(clock.after_ms(f64::NAN), None);
        assert_eq!(clock.after_ms(f64::INFINITY), Some(FOREVER));
    }

    #[test]
    fn controller_ticks_come_every_20_ms() {
        let clock = Clock::new(44100.0, 512);
        assert_eq!(
            [0, 1, 882, 883].map(|sample| clock.tick_at(sample)),
            [0, 882, 882, 1764]
        );
    }
}
