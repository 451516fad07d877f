//! The values of numbers and strings as written. A wrong escape stands for itself, a wrong number has no value.

/// The bytes that a string token stands for; `None` if `text` is no string token. An open string counts up to its end.
pub(crate) fn string_value(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        &quote @ (b'"' | b'\'') => {
            let body = &bytes[1..];
            Some(unescape(body, quote))
        }
        b'[' => {
            let level = bytes[1..].iter().position(|&byte| byte != b'=')?;
            let body = bytes.get(level + 2..)?;
            let closing = [b"]", "=".repeat(level).as_bytes(), b"]"].concat();
            Some(join_lines(
                body.strip_suffix(closing.as_slice()).unwrap_or(body),
            ))
        }
        _ => None,
    }
}

/// A long string's text: the first line break falls away, and every other one is `\n`.
fn join_lines(body: &[u8]) -> Vec<u8> {
    let mut rest = &body[line_break_length(body)..];
    let mut value = Vec::with_capacity(rest.len());
    while let Some(&byte) = rest.first() {
        let n_break = line_break_length(rest);
        value.push(if n_break > 0 { b'\n' } else { byte });
        rest = &rest[n_break.max(1)..];
    }
    value
}

/// Bytes of the line break at the start: `\n`, `\r`, `\r\n` or `\n\r`.
fn line_break_length(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] | [b'\n', b'\r', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn unescape(body: &[u8], quote: u8) -> Vec<u8> {
    let mut value = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => rest = escape(after, &mut value),
            _ if byte == quote => break,
            _ => value.push(byte),
        }
    }
    value
}

/// Reads what follows a backslash; returns what follows the escape.
fn escape<'t>(text: &'t [u8], value: &mut Vec<u8>) -> &'t [u8] {
    let Some((&byte, rest)) = text.split_first() else {
        return text;
    };
    let simple = match byte {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' | b'"' | b'\'' => byte,
        b'\r' | b'\n' => {
            value.push(b'\n');
            return &text[line_break_length(text)..];
        }
        b'z' => return skip_blanks(rest),
        b'x' => {
            let digits = rest
                .iter()
                .take(2)
                .map_while(|&digit| char::from(digit).to_digit(16));
            let code = digits.clone().fold(0, |code, digit| code * 16 + digit);
            value.push(code as u8);
            return &rest[digits.count()..];
        }
        b'0'..=b'9' => {
            let digits = text
                .iter()
                .take(3)
                .map_while(|&digit| char::from(digit).to_digit(10));
            let code = digits.clone().fold(0, |code, digit| code * 10 + digit);
            value.push(code.min(255) as u8);
            return &text[digits.count()..];
        }
        _ => {
            value.push(b'\\');
            byte
        }
    };
    value.push(simple);
    rest
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let n_blanks = text
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12))
        .count();
    &text[n_blanks..]
}

/// The value of a number token; `None` if it is malformed.
#[must_use]
pub fn number_value(text: &str) -> Option<f64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => hex_value(digits),
        None if text.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')
        }) =>
        {
            text.parse().ok()
        }
        None => None,
    }
}

/// `FF`, `1.8p4`: 64 bits of the mantissa are kept, and one more if anything is lost, so that rounding to a double is right.
fn hex_value(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, clamp_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut bits: u64 = 0;
    let mut shift: i64 = 0;
    for (index, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let digit = u64::from(char::from(digit).to_digit(16)?);
        let is_fraction = index >= whole.len();
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            shift -= if is_fraction { 4 } else { 0 };
        } else {
            bits |= u64::from(digit != 0);
            shift += if is_fraction { 0 } else { 4 };
        }
    }
    Some(scale(bits, shift.saturating_add(exponent)))
}

fn clamp_exponent(text: &str) -> Option<i64> {
    let digits = text.trim_start_matches(['+', '-']);
    if digits.is_empty()
        || text.len() - digits.len() > 1
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let value = digits
        .parse::<i64>()
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    Some(if text.starts_with('-') { -value } else { value })
}

/// `bits` times two to the power of `exponent`, rounded once.
fn scale(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let n_bits = 64 - i64::from(bits.leading_zeros());
    let top = exponent.saturating_add(n_bits);
    if top > 1024 {
        return f64::INFINITY;
    }
    if top < -1080 {
        return 0.0;
    }
    // A double keeps 53 bits, and fewer below 2^-1022: what is cut off decides the rounding, half goes to even.
    let kept = (top + 1074).clamp(0, 53);
    let cut = (n_bits - kept).max(0) as u32;
    let (mut mantissa, lost) = match cut {
        0 => (bits, 0),
        64.. => (0, bits),
        _ => (bits >> cut, bits << (64 - cut)),
    };
    let half = 1u64 << 63;
    let is_up = match cut {
        0 => false,
        64 => lost > half,
        65.. => false,
        _ => lost > half || (lost == half && mantissa & 1 == 1),
    };
    mantissa += u64::from(is_up);
    let exponent = exponent + i64::from(cut);
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    let half_way = exponent.clamp(-1022, 1023);
    mantissa as f64 * power(half_way) * power((exponent - half_way).clamp(-1022, 1023))
}
