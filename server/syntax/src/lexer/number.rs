//! Numbers: what Lua reads as one, and which of these it takes.

use super::Lexer;
use crate::kind::SyntaxKind;

impl Lexer<'_> {
    /// `read_numeral` of `llex.c`: takes too much on purpose, so that `3a` is one wrong number and not two tokens.
    pub(super) fn number(&mut self) -> SyntaxKind {
        let start = self.offset;
        let first = self.bytes[start];
        if first == b'.' {
            self.offset += 1;
        }
        let digit = self.bytes[self.offset];
        self.offset += 1;
        let is_hex = digit == b'0' && matches!(self.peek(0), Some(b'x' | b'X'));
        if is_hex {
            self.offset += 1;
        }
        loop {
            match self.peek(0) {
                Some(b'p' | b'P') if is_hex => self.exponent(),
                Some(b'e' | b'E') if !is_hex => self.exponent(),
                Some(byte) if byte.is_ascii_hexdigit() || byte == b'.' => self.offset += 1,
                _ => break,
            }
        }
        if !is_well_formed(&self.bytes[start..self.offset]) {
            let text = &self.text[start..self.offset];
            let shown: String = text.chars().take(40).collect();
            self.error(
                start,
                self.offset,
                format!("`{shown}` is not a number: {}", advice(text)),
            );
        }
        SyntaxKind::Number
    }

    fn exponent(&mut self) {
        self.offset += 1;
        if matches!(self.peek(0), Some(b'+' | b'-')) {
            self.offset += 1;
        }
    }
}

fn advice(text: &str) -> &'static str {
    if text.starts_with("0x") || text.starts_with("0X") {
        "after `0x` come hexadecimal digits, as in `0xFF` or `0x1p4`"
    } else if text.contains("..") {
        "put a blank before `..`"
    } else if text.ends_with(['e', 'E', '+', '-']) {
        "digits are missing after the exponent"
    } else {
        "write it like 12, 0.5, 1e3 or 0xFF"
    }
}

/// What `strtod` takes whole.
fn is_well_formed(text: &[u8]) -> bool {
    let (is_hex, digits) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let is_digit = |byte: &u8| {
        if is_hex {
            byte.is_ascii_hexdigit()
        } else {
            byte.is_ascii_digit()
        }
    };
    let n_whole = digits.iter().take_while(|byte| is_digit(byte)).count();
    let mut rest = &digits[n_whole..];
    let mut n_digits = n_whole;
    if let [b'.', fraction @ ..] = rest {
        let n_fraction = fraction.iter().take_while(|byte| is_digit(byte)).count();
        n_digits += n_fraction;
        rest = &fraction[n_fraction..];
    }
    let exponent = match rest {
        [] => return n_digits > 0,
        [b'e' | b'E', exponent @ ..] if !is_hex => exponent,
        [b'p' | b'P', exponent @ ..] if is_hex => exponent,
        _ => return false,
    };
    let exponent = match exponent {
        [b'+' | b'-', rest @ ..] => rest,
        _ => exponent,
    };
    n_digits > 0 && !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
}
