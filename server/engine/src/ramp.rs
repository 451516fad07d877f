//! A value that moves in a straight line from one sample to another: volume, pan, tuning, note expression and fades of a note.
//!
//! Unit: positions in samples from the start of the script.

use crate::clock::Samples;

/// A value on its way; before its start and after its end it stands still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ramp {
    pub from: f64,
    pub to: f64,
    start: Samples,
    pub end: Samples,
}

impl Ramp {
    /// A value that stands still.
    pub fn resting(value: f64) -> Ramp {
        Ramp {
            from: value,
            to: value,
            start: 0,
            end: 0,
        }
    }

    /// A value that moves for so many samples from `start` on.
    pub fn moving(from: f64, to: f64, start: Samples, length: Samples) -> Ramp {
        Ramp {
            from,
            to,
            start,
            end: start.saturating_add(length.max(0)),
        }
    }

    /// The value at a sample.
    pub fn at(&self, sample: Samples) -> f64 {
        if sample >= self.end {
            return self.to;
        }
        let share = (sample - self.start).max(0) as f64 / (self.end - self.start) as f64;
        self.from + (self.to - self.from) * share
    }

    /// Is it on its way at a sample?
    pub fn is_moving(&self, sample: Samples) -> bool {
        sample < self.end
    }

    /// How much of the way to a new target is left, from 0 to 1, for a value that may be on its way already: the remaining
    /// distance by the whole one (HALion semantics 5.12).
    pub fn share_left(&self, sample: Samples, target: f64) -> f64 {
        if !self.is_moving(sample) {
            return 1.0;
        }
        let whole = (self.from - target).abs().max((self.to - target).abs());
        if whole == 0.0 {
            return 0.0;
        }
        (self.at(sample) - target).abs() / whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_moves_in_a_straight_line() {
        let ramp = Ramp::moving(0.0, 2.0, 100, 200);
        assert_eq!(
            [0, 100, 200, 300, 400].map(|sample| ramp.at(sample)),
            [0.0, 0.0, 1.0, 2.0, 2.0]
        );
        assert_eq!(Ramp::moving(1.0, 0.5, 7, 0).at(7), 0.5);
    }

    /// HALion semantics 5.12: back from three tenths of the way takes three tenths of the time.
    #[test]
    fn the_time_shrinks_with_the_distance() {
        let ramp = Ramp::moving(0.0, 1.0, 0, 1000);
        assert_eq!(ramp.share_left(300, 0.0), 0.3);
        assert_eq!(ramp.share_left(300, 1.0), 0.7);
        assert_eq!(ramp.share_left(1000, 0.0), 1.0);
        assert_eq!(Ramp::moving(1.0, 1.0, 0, 10).share_left(5, 1.0), 0.0);
    }
}
