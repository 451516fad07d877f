//! What samplers store beside the sound of a WAV file: the chunks `smpl`, `inst` and `acid`.
//!
//! Invariant: a chunk that is too short, or a value that cannot be, counts as not stored.

/// Properties that a file may say; `None` if it does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stored {
    pub root_key: Option<f64>,
    pub keys: Option<(f64, f64)>,
    pub velocities: Option<(f64, f64)>,
    /// Cents.
    pub detune: Option<f64>,
    /// dB.
    pub level: Option<f64>,
    /// Beats per minute.
    pub tempo: Option<f64>,
    pub beats: Option<f64>,
    /// Numerator and denominator.
    pub signature: Option<(f64, f64)>,
    /// First sample, and the one behind the last.
    pub loops: Vec<(f64, f64)>,
}

/// Loops that are read; more are a broken file.
const MOST_LOOPS: usize = 1024;

/// Reads all chunks. `inst` goes before `smpl`, and `acid` comes last, where they say the same.
pub(super) fn stored(bytes: &[u8]) -> Stored {
    let mut stored = Stored::default();
    let chunk = |name: &[u8; 4]| {
        chunks(bytes)
            .find(|(id, _)| id == name)
            .map(|(_, data)| data)
    };
    if let Some(data) = chunk(b"inst") {
        instrument(data, &mut stored);
    }
    if let Some(data) = chunk(b"smpl") {
        sampler(data, &mut stored);
    }
    if let Some(data) = chunk(b"acid") {
        acid(data, &mut stored);
    }
    stored
}

/// The chunks of a RIFF file with their data, as far as it goes.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let id: [u8; 4] = rest.get(..4)?.try_into().ok()?;
        let size = whole(rest, 4)? as usize;
        let data = &rest[8..rest.len().min(8usize.saturating_add(size))];
        // Chunks start at even places.
        let next = 8usize.saturating_add(size).saturating_add(size & 1);
        rest = rest.get(next..).unwrap_or_default();
        Some((id, data))
    })
}

fn whole(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn key(number: u32) -> Option<f64> {
    (number <= 127).then_some(f64::from(number))
}

/// Seven bytes: root key, fine tuning in cents, gain in dB, then the ranges of keys and velocities.
fn instrument(data: &[u8], stored: &mut Stored) {
    let &[
        root,
        tuning,
        gain,
        key_low,
        key_high,
        velocity_low,
        velocity_high,
        ..,
    ] = data
    else {
        return;
    };
    let range = |low: u8, high: u8| Some((key(low.into())?, key(high.into())?));
    stored.root_key = key(root.into());
    stored.detune = Some(f64::from(tuning.cast_signed()));
    stored.level = Some(f64::from(gain.cast_signed()));
    stored.keys = range(key_low, key_high);
    stored.velocities = range(velocity_low, velocity_high);
}

/// Root key with its fraction of a semitone, and the loops, whose ends are played too.
fn sampler(data: &[u8], stored: &mut Stored) {
    let Some(n_loops) = whole(data, 28) else {
        return;
    };
    let root_key = whole(data, 12).and_then(key);
    stored.root_key = stored.root_key.or(root_key);
    let fraction = whole(data, 16).map(|fraction| f64::from(fraction) / 2f64.powi(32) * 100.0);
    stored.detune = stored.detune.or(fraction.filter(|_| root_key.is_some()));
    for idx in 0..(n_loops as usize).min(MOST_LOOPS) {
        let at = 36 + idx * 24;
        let (Some(start), Some(last)) = (whole(data, at + 8), whole(data, at + 12)) else {
            return;
        };
        if start <= last {
            // HALion's end is a marker behind the last sample.
            stored.loops.push((f64::from(start), f64::from(last) + 1.0));
        }
    }
}

/// Tempo, beats and time signature of a loop; a one-shot has none.
fn acid(data: &[u8], stored: &mut Stored) {
    const ONE_SHOT: u32 = 1;
    const HAS_ROOT: u32 = 2;
    let (Some(flags), Some(root), Some(beats), Some(tempo)) = (
        whole(data, 0),
        short(data, 4),
        whole(data, 12),
        whole(data, 20),
    ) else {
        return;
    };
    if flags & HAS_ROOT != 0 {
        stored.root_key = stored.root_key.or(key(root.into()));
    }
    if flags & ONE_SHOT != 0 {
        return;
    }
    let tempo = f64::from(f32::from_bits(tempo));
    stored.tempo = (1.0..=1000.0).contains(&tempo).then_some(tempo);
    stored.beats = (beats > 0).then_some(f64::from(beats));
    if let (Some(denominator @ 1..), Some(numerator @ 1..)) = (short(data, 16), short(data, 18)) {
        stored.signature = Some((f64::from(numerator), f64::from(denominator)));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn add(bytes: &mut Vec<u8>, id: &[u8; 4], data: &[u8]) {
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(&(data.len() as u32).to_le_bytes());
        bytes.extend_from_slice(data);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    }

    /// Adds one of each chunk.
    pub fn add_chunks(bytes: &mut Vec<u8>) {
        let words = |words: &[u32]| {
            words
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        add(bytes, b"inst", &[62, 0xf6, 3, 10, 90, 1, 100]);
        let smpl = [
            0,
            0,
            0,
            64,
            1 << 31,
            0,
            0,
            2,
            0,
            0,
            0,
            4,
            19,
            0,
            0,
            1,
            0,
            9,
            3,
            0,
            0,
        ];
        add(bytes, b"smpl", &words(&smpl));
        let mut acid = words(&[2, 60, 0, 8]);
        acid.extend_from_slice(&[4, 0, 3, 0]);
        acid.extend_from_slice(&96f32.to_le_bytes());
        add(bytes, b"acid", &acid);
    }

    #[test]
    fn every_chunk_is_read() {
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        add_chunks(&mut bytes);
        let expected = Stored {
            root_key: Some(62.0),
            keys: Some((10.0, 90.0)),
            velocities: Some((1.0, 100.0)),
            detune: Some(-10.0),
            level: Some(3.0),
            tempo: Some(96.0),
            beats: Some(8.0),
            signature: Some((3.0, 4.0)),
            loops: vec![(4.0, 20.0)],
        };
        assert_eq!(stored(&bytes), expected);
        let without_inst = [&bytes[..12], &bytes[28..]].concat();
        let stored = stored(&without_inst);
        assert_eq!((stored.root_key, stored.detune), (Some(64.0), Some(50.0)));
    }

    #[test]
    fn a_file_that_says_nothing_has_nothing() {
        for bytes in [
            &b""[..],
            b"RIFF\0\0\0\0WAVE",
            b"RIFF\0\0\0\0WAVEsmpl\xff\xff\xff\xff",
        ] {
            assert_eq!(stored(bytes), Stored::default());
        }
    }
}
