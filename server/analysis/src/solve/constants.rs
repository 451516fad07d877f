//! Arithmetic, comparisons and text functions on constants: conditions and keys that a script puts together are as good as written out.
//!
//! Only single constants are counted with, so that a loop that counts does not make a new constant each round; a few texts at once
//! are, because they are keys.

use super::Solver;
use super::frame::Frame;
use super::numerals::{formatted, number_text, read_in_base, read_number};
use crate::ir::{ExprId, Operator};
use crate::origin::Relation;
use crate::value::{Multi, SetId, Value, ValueId};

/// Constant texts are followed up to this many at once.
pub(super) const MAX_TEXTS: usize = 32;
/// Texts longer than this, in bytes, are some string.
pub(super) const MAX_TEXT_LEN: usize = 64;

impl Solver<'_> {
    /// `a + b`, `a < b`, `-a`, `#a` of constants; `None` if they are not. Numbers that were only computed with stay sealed.
    pub(super) fn fold(
        &mut self,
        expr: ExprId,
        operator: Operator,
        sets: &[SetId],
    ) -> Option<SetId> {
        let first = *sets.first()?;
        let left = self.values.sole(first)?;
        let right = self.values.sole(*sets.get(1).unwrap_or(&first))?;
        match (
            operator.event,
            self.values.kind(left),
            self.values.kind(right),
        ) {
            ("__len", Value::Str(_), _) => {
                let Value::Str(name) = self.values.get(left) else {
                    return None;
                };
                Some(self.number(as_number(self.names.text(name).len())))
            }
            ("__lt" | "__le", Value::Num(_), Value::Num(_))
            | ("__lt" | "__le", Value::Str(_), Value::Str(_)) => {
                let (left, right) = match operator.is_greater {
                    true => (right, left),
                    false => (left, right),
                };
                let holds = self.is_ordered(operator.event, left, right);
                Some(if holds { self.sets.yes } else { self.sets.no })
            }
            (event, Value::Num(a), Value::Num(b)) => {
                let result = arithmetic(event, f64::from_bits(a), f64::from_bits(b))?;
                let result = Value::Num(normal(result).to_bits());
                Some(self.values.made(expr, [left, right], result))
            }
            _ => None,
        }
    }

    fn is_ordered(&self, event: &str, left: ValueId, right: ValueId) -> bool {
        let relation = match event {
            "__lt" => Relation::Less,
            _ => Relation::LessOrEqual,
        };
        if let Some(holds) = self.values.compare(relation, left, right) {
            return holds;
        }
        match (self.values.get(left), self.values.get(right)) {
            (Value::Str(left), Value::Str(right)) => {
                let order = self.names.text(left).cmp(self.names.text(right));
                order.is_lt() || (order.is_eq() && relation == Relation::LessOrEqual)
            }
            _ => false,
        }
    }

    pub(super) fn number(&mut self, number: f64) -> SetId {
        self.values.one(Value::Num(normal(number).to_bits()))
    }

    /// The result of a function of `string` or `math`, or of `tostring` and `tonumber`, by its short name.
    pub(super) fn fold_call(&mut self, function: &str, args: &Multi) -> Option<SetId> {
        if function == "format" {
            return self.format(args);
        }
        let first = *args.items.first()?;
        let is_text = function == "tostring";
        let is_constant = |set: SetId| {
            let mut kinds = self.values.kinds(set);
            kinds.all(|kind| match kind {
                Value::Num(_) | Value::Str(_) => true,
                Value::Nil | Value::Absent | Value::False | Value::True => is_text,
                _ => false,
            })
        };
        if !args.rest.is_empty() || !args.items.iter().all(|&set| is_constant(set)) {
            return None;
        }
        if self.values.count(first) > MAX_TEXTS {
            return None;
        }
        let mut further = Vec::new();
        for &set in args.items.iter().skip(1) {
            match self.values.single(set)? {
                Value::Num(bits) => further.push(f64::from_bits(bits)),
                _ => return None,
            }
        }
        let mut results = Vec::new();
        for value in self.values.values(first).collect::<Vec<_>>() {
            results.push(match value {
                Value::Num(bits) => self.fold_number(function, f64::from_bits(bits), &further)?,
                Value::Str(name) => {
                    let text = self.names.text(name).to_owned();
                    self.fold_text(function, &text, &further)?
                }
                Value::True => Value::Str(self.names.id("true")),
                Value::False => Value::Str(self.names.id("false")),
                Value::Nil | Value::Absent => Value::Str(self.names.id("nil")),
                _ => return None,
            });
        }
        Some(self.values.of(&results))
    }

    fn fold_number(&mut self, function: &str, number: f64, further: &[f64]) -> Option<Value> {
        let result = match (function, further) {
            ("tonumber", []) => number,
            ("floor", []) => number.floor(),
            ("ceil", []) => number.ceil(),
            ("abs", []) => number.abs(),
            ("max", _) => further.iter().copied().fold(number, f64::max),
            ("min", _) => further.iter().copied().fold(number, f64::min),
            ("btest", _) => {
                return Some(match bits("band", number, further)? == 0.0 {
                    true => Value::False,
                    false => Value::True,
                });
            }
            ("bnot", []) => f64::from(u32::MAX) - bits("band", number, &[])?,
            ("fmod", [divisor]) => number % divisor,
            ("sqrt", []) => number.sqrt(),
            ("pow", [exponent]) => number.powf(*exponent),
            ("char", _) => {
                let mut text = String::new();
                for code in std::iter::once(&number).chain(further) {
                    let code = (0..128_u8).find(|&byte| f64::from(byte) == *code)?;
                    text.push(char::from(code));
                }
                return Some(Value::Str(self.names.id(&text)));
            }
            ("band" | "bor" | "bxor" | "lshift" | "rshift", _) => bits(function, number, further)?,
            ("tostring", []) => {
                let text = number_text(number)?;
                return Some(Value::Str(self.names.id(&text)));
            }
            _ => return None,
        };
        Some(Value::Num(result.to_bits()))
    }

    fn fold_text(&mut self, function: &str, text: &str, further: &[f64]) -> Option<Value> {
        if !text.is_ascii() {
            return None;
        }
        let result = match (function, further) {
            ("upper", []) => text.to_ascii_uppercase(),
            ("lower", []) => text.to_ascii_lowercase(),
            ("reverse", []) => text.chars().rev().collect(),
            ("tostring", []) => text.to_owned(),
            ("len", []) => return Some(Value::Num(as_number(text.len()).to_bits())),
            ("tonumber", []) => return read_number(text).map(number_or_nil),
            ("tonumber", [base]) => return read_in_base(text, *base).map(number_or_nil),
            ("sub", [from]) => part(text, *from, -1.0).to_owned(),
            ("sub", [from, to]) => part(text, *from, *to).to_owned(),
            ("byte", []) => {
                return Some(match text.bytes().next() {
                    Some(byte) => Value::Num(f64::from(byte).to_bits()),
                    None => Value::Nil,
                });
            }
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounded by the comparison"
            )]
            ("rep", [count]) if *count >= 0.0 && *count * as_number(text.len()) <= 64.0 => {
                text.repeat(*count as usize)
            }
            _ => return None,
        };
        (result.len() <= MAX_TEXT_LEN).then(|| Value::Str(self.names.id(&result)))
    }

    /// `string.format` of constants.
    fn format(&mut self, args: &Multi) -> Option<SetId> {
        let Value::Str(pattern) = self.values.single(*args.items.first()?)? else {
            return None;
        };
        let pattern = self.names.text(pattern).to_owned();
        let mut parts = pattern.split('%');
        let mut sets = vec![self.text(parts.next()?)];
        let mut position = 1;
        while let Some(part) = parts.next() {
            if part.is_empty() {
                // `%%`: the text behind it is plain.
                let rest = parts.next()?;
                sets.push(self.text(&format!("%{rest}")));
                continue;
            }
            let letter_at = part.find(|letter: char| letter.is_ascii_alphabetic())?;
            let (spec, part) = part.split_at(letter_at);
            let (letter, plain) = part.split_at_checked(1)?;
            let set = *args.items.get(position)?;
            position += 1;
            let is_plain = spec.is_empty() && letter == "s";
            let fits = |value: Value| match value {
                Value::Str(_) => letter == "s",
                Value::Num(_) => true,
                _ => false,
            };
            if !self.values.kinds(set).all(fits) {
                return None;
            }
            let set = match is_plain {
                true => set,
                false => self.formatted(set, spec, letter)?,
            };
            sets.push(set);
            sets.push(self.text(plain));
        }
        self.join_texts(&sets)
    }

    /// Constants as a directive of `string.format` writes them.
    fn formatted(&mut self, set: SetId, spec: &str, letter: &str) -> Option<SetId> {
        let mut texts = SetId::EMPTY;
        for (value, _) in self.values.list(set) {
            let value = match value {
                Value::Num(bits) => Ok(f64::from_bits(bits)),
                Value::Str(name) => Err(self.names.text(name)),
                _ => return None,
            };
            let text = formatted(spec, letter, value)?;
            let text = self.text(&text);
            texts = self.values.union(texts, text);
        }
        Some(texts)
    }

    pub(super) fn text(&mut self, text: &str) -> SetId {
        let name = self.names.id(text);
        self.values.one(Value::Str(name))
    }

    /// `a .. b`; no new texts where a loop goes on making them.
    pub(super) fn concat_texts(&mut self, frame: &Frame, sets: &[SetId]) -> Option<SetId> {
        let n_names = self.names.len();
        let joined = match sets {
            &[left, right] => match self.joined.get(&(left, right)) {
                Some(&known) => known,
                None => {
                    let joined = self.join_texts(sets);
                    self.joined.insert((left, right), joined);
                    joined
                }
            },
            _ => self.join_texts(sets),
        };
        joined.filter(|_| !frame.late || self.names.len() == n_names)
    }

    /// Joined constants, so that `_G["on" .. name]` has a key; `None` if a part is not one, or if there would be too many.
    pub(super) fn join_texts(&mut self, sets: &[SetId]) -> Option<SetId> {
        let is_text = |kind| matches!(kind, Value::Str(_) | Value::Num(_));
        if !(sets.iter()).all(|&set| self.values.kinds(set).all(is_text)) {
            return None;
        }
        let mut n_texts = 1;
        for &set in sets {
            n_texts *= self.values.count(set);
            if n_texts > MAX_TEXTS {
                return None;
            }
        }
        let mut texts = vec![String::new()];
        for &set in sets {
            let mut next = Vec::with_capacity(n_texts);
            for value in self.values.values(set) {
                let number;
                let part = match value {
                    Value::Str(name) => self.names.text(name),
                    Value::Num(bits) => {
                        number = number_text(f64::from_bits(bits))?;
                        &number
                    }
                    _ => return None,
                };
                if texts
                    .iter()
                    .any(|text| text.len() + part.len() > MAX_TEXT_LEN)
                {
                    return None;
                }
                next.extend(texts.iter().map(|text| [text, part].concat()));
            }
            texts = next;
        }
        let values: Vec<Value> = texts
            .iter()
            .map(|text| Value::Str(self.names.id(text)))
            .collect();
        Some(self.values.of(&values))
    }
}

/// Lua has one zero as a key.
fn normal(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// An operation of Lua on numbers.
fn arithmetic(event: &str, left: f64, right: f64) -> Option<f64> {
    Some(match event {
        "__add" => left + right,
        "__sub" => left - right,
        "__mul" => left * right,
        "__div" => left / right,
        "__mod" => left - (left / right).floor() * right,
        "__pow" => left.powf(right),
        "__unm" => -left,
        _ => return None,
    })
}

fn number_or_nil(read: Result<f64, ()>) -> Value {
    match read {
        Ok(number) => Value::Num(number.to_bits()),
        Err(()) => Value::Nil,
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "lengths of texts and lists are small"
)]
pub(super) fn as_number(count: usize) -> f64 {
    count as f64
}

/// A function of `bit32` on whole numbers of 32 bits.
fn bits(function: &str, number: f64, further: &[f64]) -> Option<f64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to fit"
    )]
    let whole = |number: f64| {
        let fits = number >= 0.0 && number <= f64::from(u32::MAX) && number == number.trunc();
        fits.then_some(number as u32)
    };
    let mut result = whole(number)?;
    for &operand in further {
        let operand = whole(operand)?;
        result = match function {
            "band" => result & operand,
            "bor" => result | operand,
            "bxor" => result ^ operand,
            "lshift" => result.checked_shl(operand).unwrap_or(0),
            _ => result.checked_shr(operand).unwrap_or(0),
        };
    }
    Some(f64::from(result))
}

/// `text:sub(from, to)` of a text of single bytes.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the text first"
)]
fn part(text: &str, from: f64, to: f64) -> &str {
    let length = as_number(text.len());
    let place = |at: f64| if at < 0.0 { length + at + 1.0 } else { at };
    let (from, to) = (place(from).max(1.0), place(to).min(length));
    if from > to {
        return "";
    }
    &text[from as usize - 1..to as usize]
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_a_text_as_lua_counts() {
        assert_eq!(part("onNote", 1.0, 2.0), "on");
        assert_eq!(part("onNote", 3.0, -1.0), "Note");
        assert_eq!(part("onNote", -4.0, 99.0), "Note");
        assert_eq!(part("onNote", 5.0, 2.0), "");
        assert_eq!(part("", 1.0, 1.0), "");
    }
}
