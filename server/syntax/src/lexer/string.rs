//! Strings in quotes, with the escapes of Lua 5.2. An open string ends with its line.

use super::{Lexer, is_blank, is_line_break};
use crate::kind::SyntaxKind;

impl Lexer<'_> {
    pub(super) fn short_string(&mut self, quote: u8) -> SyntaxKind {
        let start = self.offset;
        self.offset += 1;
        loop {
            self.skip_while(|byte| byte != quote && byte != b'\\' && !is_line_break(byte));
            match self.peek(0) {
                Some(b'\\') => self.escape(),
                Some(byte) if byte == quote => {
                    self.offset += 1;
                    return SyntaxKind::Str;
                }
                _ => {
                    let quote = char::from(quote);
                    let message = format!("this string is never closed: add {quote} at its end");
                    self.error(start, self.offset, message);
                    return SyntaxKind::Str;
                }
            }
        }
    }

    /// One escape; stands on the backslash.
    fn escape(&mut self) {
        let start = self.offset;
        self.offset += 1;
        match self.peek(0) {
            Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"' | b'\'') => {
                self.offset += 1
            }
            Some(byte @ (b'\n' | b'\r')) => {
                self.offset += 1;
                if self
                    .peek(0)
                    .is_some_and(|next| is_line_break(next) && next != byte)
                {
                    self.offset += 1;
                }
            }
            Some(b'z') => {
                self.offset += 1;
                self.skip_while(is_blank);
            }
            Some(b'x') => self.hex_escape(start),
            Some(b'0'..=b'9') => self.decimal_escape(start),
            Some(_) => {
                let n_bytes = self.text[self.offset..]
                    .chars()
                    .next()
                    .map_or(0, char::len_utf8);
                self.offset += n_bytes;
                let shown = &self.text[start..self.offset];
                let message =
                    format!("`{shown}` is no escape of Lua 5.2: write `\\\\` for a backslash");
                self.error(start, self.offset, message);
            }
            None => {}
        }
    }

    fn hex_escape(&mut self, start: usize) {
        self.offset += 1;
        let n_digits = (0..2)
            .take_while(|&n| self.peek(n).is_some_and(|byte| byte.is_ascii_hexdigit()))
            .count();
        self.offset += n_digits;
        if n_digits < 2 {
            let message = "`\\x` needs two hexadecimal digits, as in `\\x7F`";
            self.error(start, self.offset, message.to_owned());
        }
    }

    fn decimal_escape(&mut self, start: usize) {
        let n_digits = (0..3)
            .take_while(|&n| self.peek(n).is_some_and(|byte| byte.is_ascii_digit()))
            .count();
        self.offset += n_digits;
        let digits = &self.text[start + 1..self.offset];
        if digits.parse::<u32>().is_ok_and(|value| value > 255) {
            let message = format!("`\\{digits}` is too large: a byte goes up to `\\255`");
            self.error(start, self.offset, message);
        }
    }
}
