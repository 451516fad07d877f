//! Numbers as Lua writes and reads them: `tostring`, `tonumber`, and the directives of `string.format`.

use super::constants::MAX_TEXT_LEN;

/// How Lua writes a number: `%.14g`. Nothing for what is not finite.
pub(super) fn number_text(number: f64) -> Option<String> {
    significant(number, 14)
}

/// `%.14g` and the like.
fn significant(number: f64, digits: i32) -> Option<String> {
    if number == number.trunc() && number.abs() < 10_f64.powi(digits) {
        return Some(format!("{number:.0}"));
    }
    if !number.is_finite() {
        return None;
    }
    let most = usize::try_from(digits - 1).ok()?;
    let long = format!("{number:.most$e}");
    let (mantissa, exponent) = long.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..digits).contains(&exponent) {
        let decimals = usize::try_from(digits - 1 - exponent).ok()?;
        return Some(trimmed(&format!("{number:.decimals$}")));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs()))
}

/// `tonumber(text)`: `Err` if it is none for certain, `None` if it is not known here.
pub(super) fn read_number(text: &str) -> Option<Result<f64, ()>> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        let is_hex = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_hexdigit());
        return is_hex.then(|| digits_in(digits, 16))?.map(Ok);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Some(Ok(number)),
        Ok(_) => None,
        _ if text.contains(['x', 'X']) => None,
        _ => Some(Err(())),
    }
}

/// `tonumber(text, base)`, in the same way.
pub(super) fn read_in_base(text: &str, base: f64) -> Option<Result<f64, ()>> {
    let base = (2..=36).find(|&known| f64::from(known) == base)?;
    let text = text.trim();
    if text.starts_with(['-', '+']) {
        return None;
    }
    let is_plain = !text.is_empty() && text.chars().all(|digit| digit.is_digit(base));
    match is_plain {
        true => digits_in(text, base).map(Ok),
        false => Some(Err(())),
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "more than 53 bits are not counted with"
)]
fn digits_in(digits: &str, base: u32) -> Option<f64> {
    let is_plain = digits.chars().all(|digit| digit.is_digit(base));
    let number = u64::from_str_radix(digits, base).ok()?;
    (is_plain && number < 1 << 53).then_some(number as f64)
}

/// A text or a number for a directive of `string.format`: `spec` is what stands between `%` and the letter.
pub(super) fn formatted(spec: &str, letter: &str, value: Result<f64, &str>) -> Option<String> {
    let is_left = spec.starts_with('-');
    let spec = spec.strip_prefix('-').unwrap_or(spec);
    let (width, precision) = match spec.split_once('.') {
        Some((width, precision)) => (width, Some(precision.parse::<usize>().ok()?)),
        None => (spec, None),
    };
    let is_zero = width.starts_with('0');
    let count = match width {
        "" => 0,
        width if width.bytes().all(|byte| byte.is_ascii_digit()) => width.parse().ok()?,
        _ => return None,
    };
    if count >= MAX_TEXT_LEN || precision.is_some_and(|precision| precision > 20) {
        return None;
    }
    let is_whole = |number: f64| number == number.trunc() && number.abs() < 1e14;
    let text = match (letter, value, precision) {
        ("s", Err(text), _) if text.is_ascii() => {
            let end = precision.unwrap_or(text.len()).min(text.len());
            text[..end].to_owned()
        }
        ("s", Ok(number), None) => number_text(number)?,
        ("d" | "i", Ok(number), None) if is_whole(number) => format!("{number:.0}"),
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and not negative"
        )]
        ("x" | "X", Ok(number), None) if is_whole(number) && number >= 0.0 => match letter {
            "x" => format!("{:x}", number as u64),
            _ => format!("{:X}", number as u64),
        },
        ("f", Ok(number), precision) if number.is_finite() => {
            format!("{number:.*}", precision.unwrap_or(6))
        }
        ("g", Ok(number), None) => significant(number, 6)?,
        _ => return None,
    };
    Some(match (is_left, is_zero) {
        (true, _) => format!("{text:<count$}"),
        (false, true) if letter == "s" || text.starts_with('-') => return None,
        (false, true) => format!("{text:0>count$}"),
        (false, false) => format!("{text:>count$}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{formatted, number_text, read_in_base, read_number};

    #[test]
    fn what_is_not_counted_with_is_not_known() {
        assert_eq!(read_in_base("ffffffffffffff", 16.0), None);
        assert_eq!(read_in_base("+ff", 16.0), None);
        assert_eq!(read_in_base("fg", 16.0), Some(Err(())));
        assert_eq!(read_number("1e400"), None);
        assert_eq!(formatted("+2", "d", Ok(3.0)), None);
    }

    #[test]
    fn numbers_as_lua_writes_them() {
        let text = |number| number_text(number).unwrap_or_default();
        assert_eq!(text(5.0), "5");
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(-1.25), "-1.25");
        assert_eq!(text(1.0 / 3.0), "0.33333333333333");
        assert_eq!(text(1e15), "1e+15");
        assert_eq!(text(1.5e-7), "1.5e-07");
        assert_eq!(number_text(f64::NAN), None);
    }

    #[test]
    fn numbers_as_lua_reads_them() {
        assert_eq!(read_number(" 0x10 "), Some(Ok(16.0)));
        assert_eq!(read_number("1e2"), Some(Ok(100.0)));
        assert_eq!(read_number("12a"), Some(Err(())));
        assert_eq!(read_in_base("ff", 16.0), Some(Ok(255.0)));
        assert_eq!(read_in_base("12", 2.0), Some(Err(())));
    }

    #[test]
    fn directives_of_format() {
        let text = |spec, letter, value| formatted(spec, letter, value).unwrap_or_default();
        assert_eq!(text("02", "d", Ok(3.0)), "03");
        assert_eq!(text("-5", "s", Err("ab")), "ab   ");
        assert_eq!(text(".1", "f", Ok(1.25)), "1.2");
        assert_eq!(text("", "x", Ok(255.0)), "ff");
        assert_eq!(text("", "g", Ok(0.1)), "0.1");
        assert_eq!(formatted("", "d", Ok(1.5)), None);
    }
}
