//! Formats of parameters in the manner of C's `printf`: one number, conversions e, E, f, g and G (HALion semantics 6.11).

use std::{iter::Peekable, str::Chars};

/// A format that was found to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Format {
    before: String,
    left: bool,
    zeros: bool,
    /// What stands in front of a number that is not negative.
    sign: &'static str,
    width: usize,
    precision: usize,
    conversion: char,
    after: String,
}

/// Longest width and precision, as in Lua's `string.format`.
const LONGEST: usize = 99;

impl Format {
    /// Reads `%.2f dB`, or a conversion alone, such as `f`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Format> {
        let text = match text {
            "e" | "E" | "f" | "g" | "G" => format!("%{text}"),
            text => text.to_owned(),
        };
        let mut rest = text.chars().peekable();
        let (before, true) = literal(&mut rest)? else {
            return None;
        };
        let (mut left, mut zeros, mut sign) = (false, false, "");
        while let Some(flag) = rest.next_if(|flag| "-0+ ".contains(*flag)) {
            match flag {
                '-' => left = true,
                '0' => zeros = true,
                '+' => sign = "+",
                _ => sign = if sign.is_empty() { " " } else { sign },
            }
        }
        let width = number(&mut rest)?.unwrap_or(0);
        let precision = match rest.next_if_eq(&'.') {
            Some(_) => number(&mut rest)?.unwrap_or(0),
            None => 6,
        };
        let conversion = rest.next().filter(|letter| "eEfgG".contains(*letter))?;
        let (after, false) = literal(&mut rest)? else {
            return None;
        };
        Some(Format {
            before,
            left,
            zeros,
            sign,
            width,
            precision,
            conversion,
            after,
        })
    }

    /// A number as this format shows it.
    pub fn show(&self, number: f64) -> String {
        let digits = match self.conversion.to_ascii_lowercase() {
            _ if !number.is_finite() => number.abs().to_string().to_lowercase(),
            'f' => format!("{:.*}", self.precision, number.abs()),
            'e' => exponential(number.abs(), self.precision),
            _ => shortest(number.abs(), self.precision.max(1)),
        };
        let digits = if self.conversion.is_ascii_uppercase() {
            digits.to_uppercase()
        } else {
            digits
        };
        let sign = if number.is_sign_negative() && !number.is_nan() {
            "-"
        } else {
            self.sign
        };
        let room = self.width.saturating_sub(sign.len() + digits.len());
        let number = if self.left {
            format!("{sign}{digits}{}", " ".repeat(room))
        } else if self.zeros {
            format!("{sign}{}{digits}", "0".repeat(room))
        } else {
            format!("{}{sign}{digits}", " ".repeat(room))
        };
        format!("{}{number}{}", self.before, self.after)
    }
}

/// Text up to a conversion, with `%%` for a percent sign, and whether there is one.
fn literal(rest: &mut Peekable<Chars<'_>>) -> Option<(String, bool)> {
    let mut text = String::new();
    while let Some(next) = rest.next() {
        if next != '%' {
            text.push(next);
        } else if rest.next_if_eq(&'%').is_some() {
            text.push('%');
        } else {
            return Some((text, true));
        }
    }
    Some((text, false))
}

/// Digits as a number; `None` for too large a one.
fn number(rest: &mut Peekable<Chars<'_>>) -> Option<Option<usize>> {
    let mut number = None;
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        let value = number.unwrap_or(0) * 10 + digit as usize - '0' as usize;
        if value > LONGEST {
            return None;
        }
        number = Some(value);
    }
    Some(number)
}

/// `1.50e+02`: the exponent has a sign and two digits at least.
fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%g`: so many significant digits, without zeros at the end, with an exponent only where that is shorter.
fn shortest(number: f64, significant: usize) -> String {
    let text = exponential(number, significant - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
    let power: i32 = exponent.parse().unwrap_or(0);
    let significant = i32::try_from(significant).unwrap_or(i32::MAX);
    if power < -4 || power >= significant {
        return format!("{}e{exponent}", trimmed(digits));
    }
    let decimals = usize::try_from(significant - 1 - power).unwrap_or(0);
    trimmed(&format!("{number:.decimals$}")).to_owned()
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_by_printf() {
        for (format, number, expected) in [
            ("f", 1.5, "1.500000"),
            ("%.1f dB", -2.71, "-2.7 dB"),
            ("%+6.1f|", 2.0, "  +2.0|"),
            ("%-6.1f|", 2.0, "2.0   |"),
            ("%06.1f", -2.0, "-002.0"),
            ("% g", 3.0, " 3"),
            ("%.3e", 12345.678, "1.235e+04"),
            ("%E", 0.00012, "1.200000E-04"),
            ("%g", 100000.0, "100000"),
            ("%g", 1000000.0, "1e+06"),
            ("%g", 0.0001, "0.0001"),
            ("%G", 0.00001, "1E-05"),
            ("%.3g%%", 99.95, "100%"),
            ("%.0f", 2.5, "2"),
            ("%g", 0.0, "0"),
            ("%f", f64::INFINITY, "inf"),
        ] {
            let shown = Format::parse(format).unwrap().show(number);
            assert_eq!(shown, expected, "{format}");
        }
    }

    #[test]
    fn anything_else_is_no_format() {
        for text in [
            "", "d", "%d", "%s", "%f %f", "%", "%.100f", "%5", "none", "%*f",
        ] {
            assert_eq!(Format::parse(text), None, "{text}");
        }
    }
}
