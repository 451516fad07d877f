//! Byte offsets to protocol positions and back: the only file that knows UTF-16.
//!
//! Lines and columns here are 0-based. A column counts units of the negotiated [`Encoding`]. Positions past the end
//! of a line or of the text mean its end, as the protocol says; a column inside a character means its start.

use std::sync::Arc;

use tower_lsp::lsp_types::{Position, PositionEncodingKind, Range};

/// The unit in which the client counts columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit units, what the protocol uses when nothing else is agreed.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The cheapest encoding among those the client offers; UTF-16 when it offers none.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers = |kind| offered.is_some_and(|offered| offered.contains(&kind));
        if offers(PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if !offers(PositionEncodingKind::UTF16) && offers(PositionEncodingKind::UTF32) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with the starts of its lines. A line ends at `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    text: Arc<str>,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Lines {
    pub(crate) fn new(text: Arc<str>, encoding: Encoding) -> Self {
        let mut starts = vec![0];
        add_starts(text.as_bytes(), 0..text.len(), &mut starts);
        Self {
            text,
            starts,
            encoding,
        }
    }

    /// The lines of `text`, which has `inserted` bytes in place of the bytes `replaced`; only those are looked at.
    pub(crate) fn edited(
        &self,
        text: Arc<str>,
        replaced: std::ops::Range<usize>,
        inserted: usize,
    ) -> Self {
        // A line break may be joined with the byte before or behind it.
        let from = replaced.start.saturating_sub(1);
        let to = replaced.end + 1;
        let kept = self.starts.partition_point(|&start| start <= from);
        let behind = self.starts.partition_point(|&start| start <= to);
        let mut starts = Vec::with_capacity(self.starts.len() + 8);
        starts.extend_from_slice(&self.starts[..kept]);
        let end = (to - replaced.len() + inserted).min(text.len());
        add_starts(text.as_bytes(), from..end, &mut starts);
        let moved = self.starts[behind..].iter();
        starts.extend(moved.map(|start| start - replaced.len() + inserted));
        Self {
            text,
            starts,
            encoding: self.encoding,
        }
    }

    /// The byte offset of a position.
    pub(crate) fn offset(&self, position: Position) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else {
            return self.text.len();
        };
        let wanted = position.character as usize;
        let mut column = 0;
        for (idx, character) in
            self.text[start..self.line_end(position.line as usize)].char_indices()
        {
            let next = column + self.encoding.units(character);
            if next > wanted {
                return start + idx;
            }
            column = next;
        }
        self.line_end(position.line as usize)
    }

    /// The byte range of a protocol range; a range whose ends are swapped is read the other way round.
    pub(crate) fn bytes(&self, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end)..start.max(end)
    }

    /// The position of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line];
        let before = &self.text[start..offset.min(self.line_end(line)).max(start)];
        let column: usize = match self.encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            encoding => before.chars().map(|c| encoding.units(c)).sum(),
        };
        Position::new(saturate(line), saturate(column))
    }

    /// The protocol range of a byte range.
    pub(crate) fn range(&self, bytes: std::ops::Range<usize>) -> Range {
        Range::new(self.position(bytes.start), self.position(bytes.end))
    }

    /// The offset where the line's text ends, before its line break.
    fn line_end(&self, line: usize) -> usize {
        let start = self.starts[line];
        let end = self
            .starts
            .get(line + 1)
            .copied()
            .unwrap_or(self.text.len());
        let text = &self.text[start..end];
        start + text.trim_end_matches(['\n', '\r']).len()
    }
}

/// Adds the starts of the lines that end with one of these bytes.
fn add_starts(text: &[u8], bytes: std::ops::Range<usize>, starts: &mut Vec<usize>) {
    for idx in bytes {
        let ends_line = match text[idx] {
            b'\n' => true,
            b'\r' => text.get(idx + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            starts.push(idx + 1);
        }
    }
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, encoding: Encoding, offset: usize, line: u32, character: u32) {
        let lines = Lines::new(text.into(), encoding);
        let position = Position::new(line, character);
        assert_eq!(
            lines.position(offset),
            position,
            "offset {offset} of {text:?}"
        );
        assert_eq!(lines.offset(position), offset, "{position:?} of {text:?}");
    }

    #[test]
    fn columns_count_the_negotiated_units() {
        let text = "x = \"🎹é\" y";
        let offset = text.find(" y").expect("is there");
        check(text, Encoding::Utf8, offset, 0, 12);
        check(text, Encoding::Utf16, offset, 0, 9);
        check(text, Encoding::Utf32, offset, 0, 8);
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        check("a\r\nb\rc\nd", Encoding::Utf16, 3, 1, 0);
        check("a\r\nb\rc\nd", Encoding::Utf16, 5, 2, 0);
        check("a\r\nb\rc\nd", Encoding::Utf16, 8, 3, 1);
        check("", Encoding::Utf16, 0, 0, 0);
        check("a\n", Encoding::Utf16, 2, 1, 0);
    }

    /// All texts of up to so many of these characters.
    fn texts(length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut longest = all.clone();
        for _ in 0..length {
            longest = longest
                .iter()
                .flat_map(|text| ["a", "\r", "\n"].map(|more| format!("{text}{more}")))
                .collect();
            all.extend(longest.iter().cloned());
        }
        all
    }

    #[test]
    fn edited_lines_are_the_lines_of_the_edited_text() {
        for text in texts(4) {
            let lines = Lines::new(text.as_str().into(), Encoding::Utf16);
            for start in 0..=text.len() {
                for end in start..=text.len() {
                    for insert in texts(2) {
                        let edited: Arc<str> =
                            [&text[..start], &insert, &text[end..]].concat().into();
                        assert_eq!(
                            lines.edited(edited.clone(), start..end, insert.len()),
                            Lines::new(edited, Encoding::Utf16),
                            "{text:?} {start}..{end} {insert:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_position_past_the_end_is_the_end() {
        let lines = Lines::new("ab\ncd".into(), Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 99)), 2);
        assert_eq!(lines.offset(Position::new(9, 0)), 5);
    }

    #[test]
    fn a_column_inside_a_character_is_its_start() {
        let lines = Lines::new("🎹x".into(), Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 1)), 0);
        assert_eq!(lines.offset(Position::new(0, 2)), 4);
        assert_eq!(lines.position(2), Position::new(0, 0));
    }

    #[test]
    fn utf_8_is_taken_when_offered() {
        let offered = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::negotiate(Some(&offered)), Encoding::Utf8);
        assert_eq!(
            Encoding::negotiate(Some(&[PositionEncodingKind::UTF32])),
            Encoding::Utf32
        );
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
    }
}
