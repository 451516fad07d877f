//! Long strings and long comments. A bracket that is never closed ends before the next line that clearly is a statement, so that
//! what follows survives; the search for the closing bracket stays linear however many are open.

use rustc_hash::FxHashMap;

use super::{Lexer, is_line_break};

/// Where the last `]==]` of each level starts; filled when the first bracket turns out to be open.
#[derive(Default)]
pub(super) struct LongBrackets {
    last: Option<FxHashMap<usize, usize>>,
}

impl LongBrackets {
    /// Whether a `]`, `level` times `=`, `]` starts at or after `offset`. Reads the text once in all.
    fn is_closed(&mut self, bytes: &[u8], level: usize, offset: usize) -> bool {
        let last = self.last.get_or_insert_with(|| last_closings(bytes));
        last.get(&level).is_some_and(|&start| start >= offset)
    }
}

fn last_closings(bytes: &[u8]) -> FxHashMap<usize, usize> {
    let mut last = FxHashMap::default();
    let mut previous: Option<usize> = None;
    for (offset, &byte) in bytes.iter().enumerate() {
        match byte {
            b']' => {
                if let Some(start) = previous {
                    last.insert(offset - start - 1, start);
                }
                previous = Some(offset);
            }
            b'=' => {}
            _ => previous = None,
        }
    }
    last
}

impl Lexer<'_> {
    /// The number of `=` if a long bracket opens here.
    pub(super) fn long_bracket_level(&self) -> Option<usize> {
        let rest = self.bytes[self.offset..].strip_prefix(b"[")?;
        let level = rest.iter().position(|&byte| byte != b'=')?;
        (rest[level] == b'[').then_some(level)
    }

    /// Skips a long bracket that opens here, in a token that starts at `start`.
    pub(super) fn long_bracket(&mut self, start: usize, level: usize, what: &str) {
        let opening_end = self.offset + level + 2;
        self.offset = opening_end;
        if self.brackets.is_closed(self.bytes, level, opening_end) {
            self.skip_to_closing(level);
            return;
        }
        let equals = "=".repeat(level.min(20));
        let message = format!("this long {what} is never closed: add `]{equals}]` at its end");
        self.error(start, opening_end, message);
        self.offset = self.guess_end(opening_end);
    }

    fn skip_to_closing(&mut self, level: usize) {
        loop {
            self.skip_while(|byte| byte != b']');
            let start = self.offset;
            self.offset = (start + 1).min(self.bytes.len());
            self.skip_while(|byte| byte == b'=');
            match self.peek(0) {
                Some(b']') if self.offset - start - 1 == level => {
                    self.offset += 1;
                    return;
                }
                None => return,
                _ => {}
            }
        }
    }

    /// The end of an open bracket: before the blanks that lead to the next line with a statement keyword, else the end of the text.
    fn guess_end(&self, from: usize) -> usize {
        let bytes = self.bytes;
        let mut line_end = from;
        loop {
            let Some(n_bytes) = bytes[line_end..]
                .iter()
                .position(|&byte| is_line_break(byte))
            else {
                return bytes.len();
            };
            line_end += n_bytes;
            let line_start = line_end + 1;
            let line = &bytes[line_start..];
            let n_blanks = line
                .iter()
                .take_while(|&&byte| matches!(byte, b' ' | b'\t'))
                .count();
            let line = &line[n_blanks..];
            let starts = [&b"function "[..], b"local function ", b"local "];
            if starts.iter().any(|start| line.starts_with(start))
                || (n_blanks == 0 && is_end_line(line))
            {
                return line_end;
            }
            line_end = line_start;
        }
    }
}

fn is_end_line(line: &[u8]) -> bool {
    line.strip_prefix(b"end")
        .is_some_and(|rest| rest.first().is_none_or(|&byte| is_line_break(byte)))
}
