//! Values by position: `select`, `table.unpack`, `table.concat`.

use smallvec::SmallVec;

use super::Solver;
use super::constants::as_number;
use super::frame::Frame;
use crate::value::{Multi, SetId, TableId, Value};

/// Items of a table that `table.unpack` gives by position.
const MAX_UNPACKED: u32 = 8;

impl Solver<'_> {
    /// `table.concat(list, separator)` of a list that was written out.
    pub(super) fn concat(&mut self, frame: &mut Frame, args: &Multi) -> SetId {
        let list = args.get(0, &mut self.values);
        let separator = match args.count() {
            Some(1) => Some(self.text("")),
            Some(2) => Some(args.get(1, &mut self.values)),
            _ => None,
        };
        let texts = separator.and_then(|separator| {
            let Value::Table(table) = self.values.single(list)? else {
                return None;
            };
            let mut texts = Vec::new();
            for item in self.items(frame, table)? {
                if !texts.is_empty() {
                    texts.push(separator);
                }
                texts.push(item);
            }
            self.join_texts(&texts)
        });
        texts.unwrap_or(self.sets.text)
    }

    /// The items of a short list of constants whose end is certain.
    fn items(&mut self, frame: &mut Frame, table: TableId) -> Option<Vec<SetId>> {
        let mut items = Vec::new();
        for position in 1..=MAX_UNPACKED + 1 {
            let key = self.number(f64::from(position));
            let list = self.values.one(Value::Table(table));
            let item = self.raw_read(frame, list, key);
            match self.values.single(item)? {
                Value::Nil => return Some(items),
                Value::Str(_) | Value::Num(_) => items.push(item),
                _ => return None,
            }
        }
        None
    }

    pub(super) fn select(&mut self, first: SetId, args: &Multi) -> Multi {
        match self.values.single(first) {
            Some(Value::Num(bits)) if f64::from_bits(bits) >= 1.0 => {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "positive and small"
                )]
                let count = f64::from_bits(bits) as usize;
                args.skip(count)
            }
            Some(Value::Num(bits)) if args.count().is_some() => {
                // Counted from the end.
                let count = as_number(args.items.len()) + f64::from_bits(bits);
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "clamped, and small"
                )]
                args.skip(count.max(1.0) as usize)
            }
            Some(Value::Str(_)) => match args.count() {
                Some(count) => Multi::one(self.number(as_number(count - 1))),
                None => Multi::one(self.sets.index),
            },
            _ => {
                let mut rest = args.rest;
                for &set in args.items.iter().skip(1) {
                    rest = self.values.union(rest, set);
                }
                let rest = self.values.with(rest, Value::Nil);
                Multi {
                    items: smallvec::smallvec![rest],
                    rest,
                    ..Multi::default()
                }
            }
        }
    }

    /// `table.unpack(list, from, to)`.
    pub(super) fn unpack(&mut self, frame: &mut Frame, args: &Multi) -> Multi {
        let tables = args.get(0, &mut self.values);
        let tables = self.values.filter(tables, |value| {
            matches!(value, Value::Table(_) | Value::Hosts(_))
        });
        if tables.is_empty() {
            return self.unknown_results();
        }
        let rest = self.read_items(frame, tables);
        let from = match args.items.get(1) {
            None => Some(1.0),
            Some(&set) => self.constant_or(set, 1.0),
        };
        let Some(from) = from else {
            return Multi {
                items: smallvec::smallvec![rest],
                rest,
                ..Multi::default()
            };
        };
        let to = args.items.get(2);
        let to = to.and_then(|&set| self.constant_or(set, f64::INFINITY));
        let mut items: SmallVec<[SetId; 4]> = SmallVec::new();
        for position in 0..MAX_UNPACKED {
            let position = from + f64::from(position);
            if to.is_some_and(|to| position > to) {
                return Multi {
                    items,
                    ..Multi::default()
                };
            }
            let key = self.number(position);
            let set = self.raw_read(frame, tables, key);
            items.push(set);
        }
        Multi {
            items,
            rest,
            ..Multi::default()
        }
    }

    /// The only number of a set; `default` for nil.
    fn constant_or(&self, set: SetId, default: f64) -> Option<f64> {
        match self.values.single(set)? {
            Value::Num(bits) => Some(f64::from_bits(bits)),
            Value::Nil => Some(default),
            _ => None,
        }
    }
}
