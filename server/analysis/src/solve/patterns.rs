//! `string.match`, `find`, `gmatch` and `gsub` of constants: handlers are often named by parts of a text.

use halion_pattern::{Capture, Found, Search, find};

use super::Solver;
use super::constants::{MAX_TEXT_LEN, MAX_TEXTS, as_number};
use super::iterate::Row;
use super::numerals::number_text;
use crate::builtins::Special;
use crate::value::{Multi, SetId, Value};

/// Texts longer than this, in bytes, are not searched.
const MAX_SUBJECT: usize = 512;
/// Parts of one text that are told apart.
const MAX_PARTS: usize = 48;
/// Steps after which a search is given up.
const MAX_STEPS: u64 = 20_000;

impl Solver<'_> {
    /// `text:match(pattern)` and `text:find(pattern)`, also from a position on; `None` if something is no constant.
    pub(super) fn match_texts(&mut self, function: &str, args: &Multi) -> Option<Multi> {
        let texts = self.subjects(*args.items.first()?)?;
        let pattern = self.pattern_of(*args.items.get(1)?)?;
        if !args.rest.is_empty() {
            return None;
        }
        let from = match args.items.get(2) {
            Some(&set) => self.position(set)?,
            None => 0,
        };
        let is_plain = match args.items.get(3) {
            Some(&set) => self.values.single(set)? == Value::True,
            None => false,
        };
        let mut all: Option<Multi> = None;
        for text in texts {
            let found = match is_plain {
                true => plain(&text, &pattern, from),
                false => matches(Search::First(from), &text, &pattern)?.pop(),
            };
            let mut results = Multi::default();
            match found {
                None => results.items.push(self.sets.nil),
                Some(found) => {
                    if function == "find" {
                        results.items.push(self.number(as_number(found.start + 1)));
                        results.items.push(self.number(as_number(found.end)));
                    }
                    let captures = match function {
                        "find" => self.captured(&text, &found.captures),
                        _ => self.parts(&text, &found),
                    };
                    results.items.extend(captures);
                }
            }
            self.merge_results(&mut all, Some(results));
        }
        all
    }

    /// The bindings of `for a, b in text:gmatch(pattern)`.
    pub(super) fn gmatch_rows(&mut self, text: SetId, pattern: SetId) -> Option<Vec<Row>> {
        let texts = self.subjects(text)?;
        let pattern = self.pattern_of(pattern)?;
        if pattern.starts_with('^') {
            return None;
        }
        let mut rows = Vec::new();
        for text in texts {
            for found in all_parts(&text, &pattern)? {
                rows.push(self.parts(&text, &found).into());
            }
        }
        Some(rows)
    }

    /// `text:gsub(pattern, replacement)` with a text or a function of the string library as the replacement.
    pub(super) fn replace(&mut self, args: &Multi) -> Option<Multi> {
        let &[text, pattern, replacement] = args.items.as_slice() else {
            return None;
        };
        let replacement = match self.values.single_kind(replacement)? {
            Value::Builtin(builtin) => {
                let builtin = self.builtins.get(builtin);
                let is_case = matches!(builtin.short.as_str(), "upper" | "lower");
                let is_folded = builtin.special == Special::Constant && is_case;
                Err(is_folded.then(|| builtin.short.clone())?)
            }
            Value::Str(_) | Value::Num(_) => Ok(self.pattern_of(replacement)?),
            _ => return None,
        };
        let pattern = self.pattern_of(pattern)?;
        let mut all: Option<Multi> = None;
        for text in self.subjects(text)? {
            let parts = all_parts(&text, &pattern)?;
            let mut result = String::new();
            let mut from = 0;
            for found in &parts {
                result.push_str(&text[from..found.start]);
                match &replacement {
                    Ok(replacement) => result.push_str(&filled(replacement, &text, found)?),
                    Err(function) => {
                        let part = match found.captures.first() {
                            None => &text[found.start..found.end],
                            Some(&Capture::Text(start, end)) => &text[start..end],
                            Some(Capture::Position(_)) => return None,
                        };
                        result.push_str(&match function.as_str() {
                            "upper" => part.to_ascii_uppercase(),
                            _ => part.to_ascii_lowercase(),
                        });
                    }
                }
                from = found.end;
            }
            result.push_str(&text[from..]);
            if result.len() > MAX_TEXT_LEN {
                return None;
            }
            let results = [self.text(&result), self.number(as_number(parts.len()))];
            self.merge_results(&mut all, Some(Self::args(&results)));
        }
        all
    }

    /// The captures of a part, or all of it if there are none.
    fn parts(&mut self, text: &str, found: &Found) -> Vec<SetId> {
        match found.captures.as_slice() {
            [] => vec![self.text(&text[found.start..found.end])],
            captures => self.captured(text, captures),
        }
    }

    fn captured(&mut self, text: &str, captures: &[Capture]) -> Vec<SetId> {
        let captures = captures.iter().map(|&capture| match capture {
            Capture::Text(start, end) => self.text(&text[start..end]),
            Capture::Position(at) => self.number(as_number(at + 1)),
        });
        captures.collect()
    }

    /// The texts to search, if there are few and each is known.
    fn subjects(&mut self, set: SetId) -> Option<Vec<String>> {
        if set.is_empty() || self.values.elems(set).len() > MAX_TEXTS {
            return None;
        }
        let texts = self.values.values(set).map(|value| match value {
            Value::Str(name) => Some(self.names.text(name).to_owned()),
            Value::Num(bits) => number_text(f64::from_bits(bits)),
            _ => None,
        });
        let texts: Vec<String> = texts.collect::<Option<_>>()?;
        let fits = |text: &String| text.is_ascii() && text.len() <= MAX_SUBJECT;
        texts.iter().all(fits).then_some(texts)
    }

    fn pattern_of(&mut self, set: SetId) -> Option<String> {
        let mut texts = self.subjects(set)?;
        texts.pop().filter(|_| texts.is_empty())
    }

    /// A position in a text, from 0.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the comparisons"
    )]
    fn position(&mut self, set: SetId) -> Option<usize> {
        match self.values.single(set)? {
            Value::Nil => Some(0),
            Value::Num(bits) => {
                let number = f64::from_bits(bits);
                let fits = (1.0..=1e6).contains(&number) && number == number.trunc();
                fits.then_some(number as usize - 1)
            }
            _ => None,
        }
    }
}

/// What a search finds; `None` if the pattern is malformed, or it takes too long.
fn matches(search: Search, text: &str, pattern: &str) -> Option<Vec<Found>> {
    find(search, text.as_bytes(), pattern.as_bytes(), MAX_STEPS).ok()
}

/// All parts of a text that fit, as `gmatch` and `gsub` find them, if there are few.
fn all_parts(text: &str, pattern: &str) -> Option<Vec<Found>> {
    let parts = matches(Search::Replace(MAX_PARTS + 1), text, pattern)?;
    (parts.len() <= MAX_PARTS).then_some(parts)
}

fn plain(text: &str, part: &str, from: usize) -> Option<Found> {
    let start = text.get(from..)?.find(part)? + from;
    Some(Found {
        start,
        end: start + part.len(),
        captures: Vec::new(),
    })
}

/// A replacement with its `%1` put in.
fn filled(replacement: &str, text: &str, found: &Found) -> Option<String> {
    let mut result = String::new();
    let mut letters = replacement.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            result.push(letter);
            continue;
        }
        let whole = Capture::Text(found.start, found.end);
        let capture = match letters.next()? {
            '%' => {
                result.push('%');
                continue;
            }
            '0' => whole,
            '1' if found.captures.is_empty() => whole,
            digit => *found.captures.get(digit.to_digit(10)? as usize - 1)?,
        };
        match capture {
            Capture::Text(start, end) => result.push_str(&text[start..end]),
            Capture::Position(at) => result.push_str(&format!("{}", at + 1)),
        }
    }
    Some(result)
}
