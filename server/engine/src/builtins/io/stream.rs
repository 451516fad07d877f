//! An open file: what a script reads, writes and seeks in, until it is flushed to where the files are kept.
//!
//! Invariant: a stream sees the file as it was when it was opened, and its own writes. Positions are bytes from 0.

use crate::files::{FileError, Files, Kind, Place};

/// Bytes that one open file may hold.
pub(super) const LIMIT: usize = 64 << 20;

/// What `io.open`'s mode asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    read: bool,
    write: bool,
    /// Everything is written at the end.
    append: bool,
    /// The file is emptied first.
    truncate: bool,
}

impl Mode {
    /// `r`, `w` or `a`, then `+` or not, then `b` or not; `None` for anything else.
    pub fn parse(mode: &str) -> Option<Mode> {
        let mode = mode.strip_suffix('b').unwrap_or(mode);
        let (letter, plus) = match mode.strip_suffix('+') {
            Some(letter) => (letter, true),
            None => (mode, false),
        };
        let is = |known| letter == known;
        (is("r") || is("w") || is("a")).then_some(Mode {
            read: is("r") || plus,
            write: !is("r") || plus,
            append: is("a"),
            truncate: is("w"),
        })
    }
}

/// When what is written leaves for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffering {
    Full,
    /// After each call of `write`.
    None,
}

/// Where `seek` counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Start,
    Here,
    End,
}

/// One open file.
#[derive(Debug)]
pub(super) struct Stream {
    place: Place,
    mode: Mode,
    bytes: Vec<u8>,
    position: usize,
    /// So many bytes from the start are in the file as they are here.
    n_saved: usize,
    is_saved: bool,
    pub buffering: Buffering,
}

impl Stream {
    /// Opens a file as C's `fopen` does: reading needs it, writing makes it.
    pub fn open(files: &mut dyn Files, place: Place, mode: Mode) -> Result<Stream, FileError> {
        let kind = files.kind(&place);
        if kind == Some(Kind::Folder) || place.is_given() {
            return Err(FileError::IsFolder);
        }
        if mode.truncate {
            files.write(&place, b"")?;
        } else if mode.write && (mode.append || kind.is_some()) {
            // Says whether writing is allowed.
            files.append(&place, b"")?;
        }
        let bytes = if mode.truncate {
            Vec::new()
        } else {
            files.read(&place)?
        };
        if bytes.len() > LIMIT {
            return Err(FileError::TooLarge);
        }
        Ok(Stream {
            place,
            mode,
            position: 0,
            n_saved: bytes.len(),
            is_saved: true,
            bytes,
            buffering: Buffering::Full,
        })
    }

    /// Bytes it holds in memory.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    fn rest(&self) -> Result<&[u8], FileError> {
        if !self.mode.read {
            return Err(FileError::NotOpenForThis);
        }
        Ok(self.bytes.get(self.position..).unwrap_or_default())
    }

    fn take(&mut self, n_bytes: usize) -> Result<&[u8], FileError> {
        let start = self.position;
        let n_bytes = n_bytes.min(self.rest()?.len());
        self.position += n_bytes;
        Ok(self.bytes.get(start..start + n_bytes).unwrap_or_default())
    }

    /// So many bytes, or as many as there are; none at the end.
    pub fn read(&mut self, n_bytes: usize) -> Result<Option<&[u8]>, FileError> {
        if self.rest()?.is_empty() {
            return Ok(None);
        }
        self.take(n_bytes).map(Some)
    }

    /// All that is left; at the end that is nothing.
    pub fn read_all(&mut self) -> Result<&[u8], FileError> {
        self.take(usize::MAX)
    }

    /// A line with its end; none at the end of the file.
    pub fn read_line(&mut self) -> Result<Option<&[u8]>, FileError> {
        let rest = self.rest()?;
        let length = rest.iter().position(|&byte| byte == b'\n');
        let length = length.map_or(rest.len(), |newline| newline + 1);
        self.read(length.max(1))
    }

    /// What C's `scanf` takes for a number, behind blanks; may not be one in the end.
    pub fn read_number_text(&mut self) -> Result<&[u8], FileError> {
        let rest = self.rest()?;
        let blanks = rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x0b);
        let n_blanks = blanks.count();
        let n_digits = number_length(&rest[n_blanks..]);
        self.position += n_blanks;
        self.take(n_digits)
    }

    /// Writes at the position, or at the end when appending; a gap behind the end becomes zeros.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if !self.mode.write {
            return Err(FileError::NotOpenForThis);
        }
        if self.mode.append {
            self.position = self.bytes.len();
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let end = self.position.saturating_add(bytes.len());
        if end > LIMIT {
            return Err(FileError::Full);
        }
        self.n_saved = self.n_saved.min(self.position);
        self.is_saved = false;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[self.position..end].copy_from_slice(bytes);
        self.position = end;
        Ok(())
    }

    /// Sends to the file what it does not have yet.
    pub fn flush(&mut self, files: &mut dyn Files) -> Result<(), FileError> {
        if self.is_saved {
            return Ok(());
        }
        // A file that only grew is not written anew, and one that others append to keeps what they wrote.
        let n_bytes = match files.kind(&self.place) {
            Some(Kind::File { n_bytes }) => n_bytes,
            _ => 0,
        };
        if self.mode.append || n_bytes == self.n_saved as u64 {
            files.append(&self.place, &self.bytes[self.n_saved..])?;
        } else {
            files.write(&self.place, &self.bytes)?;
        }
        (self.n_saved, self.is_saved) = (self.bytes.len(), true);
        Ok(())
    }

    /// The new position; an error before the start.
    pub fn seek(&mut self, from: From, offset: i64) -> Result<usize, FileError> {
        let base = match from {
            From::Start => 0,
            From::Here => self.position,
            From::End => self.bytes.len(),
        };
        let position = (base as i64)
            .checked_add(offset)
            .and_then(|to| usize::try_from(to).ok());
        self.position = position.ok_or(FileError::InvalidPosition)?;
        Ok(self.position)
    }
}

/// How many bytes can be the beginning of a decimal or hexadecimal number.
fn number_length(bytes: &[u8]) -> usize {
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let is_hex = bytes.get(at) == Some(&b'0') && matches!(bytes.get(at + 1), Some(b'x' | b'X'));
    if is_hex {
        at += 2;
    }
    let digits = |at: usize, hex: bool| {
        let rest = bytes.get(at..).unwrap_or_default();
        let is_digit = |byte: &&u8| {
            if hex {
                byte.is_ascii_hexdigit()
            } else {
                byte.is_ascii_digit()
            }
        };
        rest.iter().take_while(is_digit).count()
    };
    at += digits(at, is_hex);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        at += digits(at, is_hex);
    }
    let exponent: &[u8] = if is_hex { b"pP" } else { b"eE" };
    if at > 0 && bytes.get(at).is_some_and(|byte| exponent.contains(byte)) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at += digits(at, false);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{MemoryFiles, Root};

    fn place() -> Place {
        Place::below(Root::Sandbox, "a.txt").unwrap()
    }

    fn open(files: &mut MemoryFiles, mode: &str) -> Result<Stream, FileError> {
        Stream::open(files, place(), Mode::parse(mode).unwrap())
    }

    #[test]
    fn modes_are_those_of_lua() {
        for mode in ["r", "w", "a", "r+", "w+", "a+", "rb", "w+b"] {
            assert!(Mode::parse(mode).is_some(), "{mode}");
        }
        for mode in ["", "x", "rw", "rb+", "r++", "b", "+"] {
            assert!(Mode::parse(mode).is_none(), "{mode}");
        }
    }

    #[test]
    fn a_stream_reads_and_writes_in_place_and_appends_at_the_end() {
        let mut files = MemoryFiles::default();
        assert_eq!(open(&mut files, "r").unwrap_err(), FileError::Missing);
        assert_eq!(open(&mut files, "r+").unwrap_err(), FileError::Missing);
        let mut stream = open(&mut files, "w").unwrap();
        stream.write(b"one\ntwo").unwrap();
        assert_eq!(stream.read(1).unwrap_err(), FileError::NotOpenForThis);
        assert_eq!(files.read(&place()), Ok(Vec::new()));
        stream.flush(&mut files).unwrap();
        assert_eq!(files.read(&place()), Ok(b"one\ntwo".to_vec()));
        let mut stream = open(&mut files, "r+").unwrap();
        assert_eq!(stream.read_line(), Ok(Some(&b"one\n"[..])));
        stream.write(b"T").unwrap();
        assert_eq!(stream.read_line(), Ok(Some(&b"wo"[..])));
        assert_eq!(stream.read_line(), Ok(None));
        assert_eq!(stream.read_all(), Ok(&b""[..]));
        assert_eq!(stream.seek(From::Start, 9), Ok(9));
        stream.write(b"!").unwrap();
        stream.flush(&mut files).unwrap();
        assert_eq!(files.read(&place()), Ok(b"one\nTwo\0\0!".to_vec()));
        let mut stream = open(&mut files, "a+").unwrap();
        assert_eq!(stream.read(3), Ok(Some(&b"one"[..])));
        stream.write(b"?").unwrap();
        stream.flush(&mut files).unwrap();
        assert_eq!(files.read(&place()), Ok(b"one\nTwo\0\0!?".to_vec()));
        assert_eq!(
            stream.seek(From::Here, -99),
            Err(FileError::InvalidPosition)
        );
        assert_eq!(
            stream.seek(From::End, i64::MAX),
            Err(FileError::InvalidPosition)
        );
    }

    #[test]
    fn a_huge_position_costs_nothing() {
        let mut files = MemoryFiles::default();
        let mut stream = open(&mut files, "w+").unwrap();
        stream.seek(From::Start, i64::MAX).unwrap();
        assert_eq!(stream.read(1), Ok(None));
        assert_eq!(stream.write(b"x"), Err(FileError::Full));
    }

    #[test]
    fn numbers_end_where_they_can_be_none_any_more() {
        for (text, length) in [
            ("12,", 2),
            ("-1.5e3x", 6),
            ("0x1F.8p2 ", 8),
            ("abc", 0),
            ("1e+", 3),
            (".5", 2),
            ("", 0),
        ] {
            assert_eq!(number_length(text.as_bytes()), length, "{text}");
        }
    }
}
