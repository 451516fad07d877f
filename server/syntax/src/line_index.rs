//! Offsets to lines and back. Lines and columns count from 0; a line ends with `\n`, `\r\n` or `\r`.

use rowan::{TextRange, TextSize};

/// A place as line and column in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// 0-based line.
    pub line: u32,
    /// 0-based column in bytes.
    pub col: u32,
}

/// Where the lines of one text start, and which lines hold more than ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// Offset of the first byte of each line; never empty.
    starts: Vec<u32>,
    /// Offset of each line's end, before its line break; as many as `starts`.
    ends: Vec<u32>,
    /// Characters outside ASCII in order of their offsets.
    wide: Vec<Wide>,
    length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wide {
    offset: u32,
    /// Bytes minus UTF-16 units of this character and all wide ones before it.
    surplus: u32,
    n_bytes: u8,
}

impl LineIndex {
    /// Reads `text` once.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut ends = Vec::new();
        for (offset, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n')) {
                let n_break = if byte == b'\n' && offset > 0 && bytes[offset - 1] == b'\r' {
                    2
                } else {
                    1
                };
                ends.push(to_u32(offset + 1 - n_break));
                starts.push(to_u32(offset + 1));
            }
        }
        ends.push(to_u32(bytes.len()));
        let mut wide = Vec::new();
        if !text.is_ascii() {
            let mut surplus = 0;
            for (offset, character) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
                surplus += to_u32(character.len_utf8() - character.len_utf16());
                let n_bytes = if character.len_utf8() == 4 {
                    4
                } else {
                    character.len_utf8() as u8
                };
                wide.push(Wide {
                    offset: to_u32(offset),
                    surplus,
                    n_bytes,
                });
            }
        }
        LineIndex {
            starts,
            ends,
            wide,
            length: to_u32(bytes.len()),
        }
    }

    /// The number of lines; the empty text has one.
    pub fn line_count(&self) -> u32 {
        to_u32(self.starts.len())
    }

    /// Line and byte column of `offset`; past the end means the end.
    pub fn line_col(&self, offset: TextSize) -> LineCol {
        let offset = u32::from(offset).min(self.length);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        LineCol {
            line: to_u32(line),
            col: offset - self.starts[line],
        }
    }

    /// Line and column in UTF-16 units. An offset inside a character counts as its start.
    pub fn utf16(&self, offset: TextSize) -> (u32, u32) {
        let LineCol { line, .. } = self.line_col(offset);
        let start = self.starts[line as usize];
        let offset = self.character_start(u32::from(offset).min(self.length));
        (
            line,
            (offset - start) - (self.surplus(offset) - self.surplus(start)),
        )
    }

    /// The offset of a line and a column in UTF-16 units. `None` if there is no such line; a column past the end of the line
    /// means its end, before the line break.
    pub fn offset_utf16(&self, line: u32, col: u32) -> Option<TextSize> {
        let start = *self.starts.get(line as usize)?;
        let end = self.ends[line as usize];
        let mut offset = start;
        let mut left = col;
        let from = self.wide.partition_point(|wide| wide.offset < start);
        for wide in self.wide[from..]
            .iter()
            .take_while(|wide| wide.offset < end)
        {
            let narrow = wide.offset - offset;
            if left <= narrow {
                break;
            }
            let n_units = if wide.n_bytes == 4 { 2 } else { 1 };
            if left < narrow + n_units {
                return Some(TextSize::new(wide.offset));
            }
            left -= narrow + n_units;
            offset = wide.offset + u32::from(wide.n_bytes);
        }
        Some(TextSize::new(offset.saturating_add(left).min(end)))
    }

    /// The offset of a line and a column in bytes. `None` if there is no such line; past the end of the line means its end.
    pub fn offset(&self, place: LineCol) -> Option<TextSize> {
        let start = *self.starts.get(place.line as usize)?;
        let end = self.ends[place.line as usize];
        Some(TextSize::new(start.saturating_add(place.col).min(end)))
    }

    /// The range of a 0-based line with its line break (the last one has none). `None` if there is no such line.
    pub fn line_range(&self, line: u32) -> Option<TextRange> {
        let start = *self.starts.get(line as usize)?;
        let end = self
            .starts
            .get(line as usize + 1)
            .copied()
            .unwrap_or(self.length);
        Some(TextRange::new(TextSize::new(start), TextSize::new(end)))
    }

    /// Bytes minus UTF-16 units of all characters before `offset`.
    fn surplus(&self, offset: u32) -> u32 {
        let n_before = self.wide.partition_point(|wide| wide.offset < offset);
        n_before
            .checked_sub(1)
            .map_or(0, |last| self.wide[last].surplus)
    }

    fn character_start(&self, offset: u32) -> u32 {
        let n_before = self.wide.partition_point(|wide| wide.offset < offset);
        match n_before.checked_sub(1).map(|last| self.wide[last]) {
            Some(wide) if wide.offset + u32::from(wide.n_bytes) > offset => wide.offset,
            _ => offset,
        }
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
