//! Data that a script gives away to be kept: what `onSave` returns, and the values of parameters (HALion semantics 3.3).
//!
//! Invariant: plain data without a Lua state, so that it outlives one; tables are trees, in an order that never changes.

use std::{cmp::Ordering, fmt};

use mlua::{Lua, Table, Value};

use crate::{builtins::types, event::short, proposed};

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Nothing.
    Nil,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string's bytes.
    Text(Vec<u8>),
    /// Keys and values, sorted by key: numbers, then texts, then booleans.
    Table(Vec<(Data, Data)>),
}

impl Data {
    /// Copies a value; the error says what cannot be stored and under which key it was found.
    pub(crate) fn of(lua: &Lua, value: &Value) -> Result<Data, String> {
        let mut walk = Walk {
            lua,
            path: String::new(),
            open: Vec::new(),
            n_values: 0,
        };
        walk.value(value)
    }

    /// The value in a Lua state.
    pub fn to_lua(&self, lua: &Lua) -> mlua::Result<Value> {
        Ok(match self {
            Data::Nil => Value::Nil,
            Data::Boolean(boolean) => Value::Boolean(*boolean),
            Data::Number(number) => Value::Number(*number),
            Data::Text(text) => Value::String(lua.create_string(text)?),
            Data::Table(pairs) => {
                let table = lua.create_table()?;
                for (key, value) in pairs {
                    table.raw_set(key.to_lua(lua)?, value.to_lua(lua)?)?;
                }
                Value::Table(table)
            }
        })
    }

    /// A table of these pairs, in any order.
    pub(crate) fn table(mut pairs: Vec<(Data, Data)>) -> Data {
        pairs.sort_by(|(a, _), (b, _)| a.order(b));
        Data::Table(pairs)
    }

    /// A text.
    pub(crate) fn text(text: &str) -> Data {
        Data::Text(text.as_bytes().to_vec())
    }

    /// The value of a key that is a text.
    pub(crate) fn get(&self, name: &str) -> Option<&Data> {
        match self {
            Data::Table(pairs) => pairs
                .iter()
                .find(|(key, _)| matches!(key, Data::Text(key) if key == name.as_bytes()))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// `string`, `number` and so on.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Data::Nil => "nil",
            Data::Boolean(_) => "boolean",
            Data::Number(_) => "number",
            Data::Text(_) => "string",
            Data::Table(_) => "table",
        }
    }

    /// Numbers by size, texts by bytes, kinds apart.
    fn order(&self, other: &Data) -> Ordering {
        let rank = |stored: &Data| match stored {
            Data::Number(_) => 0,
            Data::Text(_) => 1,
            Data::Boolean(_) => 2,
            Data::Nil | Data::Table(_) => 3,
        };
        match (self, other) {
            (Data::Number(a), Data::Number(b)) => a.total_cmp(b),
            (Data::Text(a), Data::Text(b)) => a.cmp(b),
            (Data::Boolean(a), Data::Boolean(b)) => a.cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl fmt::Display for Data {
    /// As Lua would write it: `{ 1, 2, name = "x" }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Data::Nil => f.write_str("nil"),
            Data::Boolean(boolean) => write!(f, "{boolean}"),
            Data::Number(number) => f.write_str(&short(*number)),
            Data::Text(text) => write!(f, "{:?}", String::from_utf8_lossy(text)),
            Data::Table(pairs) if pairs.is_empty() => f.write_str("{}"),
            Data::Table(pairs) => {
                for (at, (key, value)) in pairs.iter().enumerate() {
                    f.write_str(if at == 0 { "{ " } else { ", " })?;
                    match key {
                        Data::Number(number) if *number == at as f64 + 1.0 => {}
                        Data::Text(name) if is_name(name) => {
                            write!(f, "{} = ", String::from_utf8_lossy(name))?;
                        }
                        key => write!(f, "[{key}] = ")?,
                    }
                    write!(f, "{value}")?;
                }
                f.write_str(" }")
            }
        }
    }
}

fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|first| !first.is_ascii_digit())
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// So much of a path says where to look.
const SHOWN_PATH: usize = 60;

/// A walk through a value.
struct Walk<'a> {
    lua: &'a Lua,
    /// Where it stands, such as `settings.list[2]`.
    path: String,
    /// The tables it is in.
    open: Vec<*const std::ffi::c_void>,
    n_values: usize,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) -> Result<Data, String> {
        self.n_values += 1;
        if self.n_values > proposed::STORED_VALUES {
            return Err(format!(
                "more than {} values cannot be stored",
                proposed::STORED_VALUES
            ));
        }
        match value {
            Value::Nil => Ok(Data::Nil),
            Value::Boolean(boolean) => Ok(Data::Boolean(*boolean)),
            Value::Integer(number) => Ok(Data::Number(*number as f64)),
            Value::Number(number) => Ok(Data::Number(*number)),
            Value::String(text) => Ok(Data::Text(text.as_bytes().to_vec())),
            Value::Table(table) if types::class_of(value).is_none() => self.table(table),
            other => {
                let what = types::type_name(self.lua, other);
                Err(self.refuse(&format!("a value of type {what}")))
            }
        }
    }

    fn table(&mut self, table: &Table) -> Result<Data, String> {
        let address = table.to_pointer();
        if self.open.contains(&address) {
            return Err(self.refuse("a table that contains itself"));
        }
        if self.open.len() >= proposed::STORED_DEPTH {
            return Err(self.refuse("a table this deep inside others"));
        }
        self.open.push(address);
        let mut pairs = Vec::new();
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair.map_err(|error| error.to_string())?;
            let length = self.path.len();
            let key = self.key(&key)?;
            pairs.push((key, self.value(&value)?));
            self.path.truncate(length);
        }
        self.open.pop();
        Ok(Data::table(pairs))
    }

    /// A key, which joins the path.
    fn key(&mut self, key: &Value) -> Result<Data, String> {
        let stored = match key {
            Value::Table(_) => {
                let what = types::type_name(self.lua, key);
                return Err(self.refuse(&format!("a key of type {what}")));
            }
            key => self.value(key)?,
        };
        match &stored {
            Data::Text(name) if is_name(name) => {
                let dot = if self.path.is_empty() { "" } else { "." };
                self.path
                    .push_str(&format!("{dot}{}", String::from_utf8_lossy(name)));
            }
            key => self.path.push_str(&format!("[{key}]")),
        }
        Ok(stored)
    }

    fn refuse(&self, what: &str) -> String {
        let place = if self.path.is_empty() {
            String::new()
        } else {
            let start: String = self.path.chars().take(SHOWN_PATH).collect();
            let more = if start.len() < self.path.len() {
                "..."
            } else {
                ""
            };
            format!(" at '{start}{more}'")
        };
        format!(
            "{what}{place} cannot be stored; nil, booleans, numbers, strings and tables of them can"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(expression: &str) -> String {
        let lua = Lua::new();
        let value: Value = lua.load(expression).eval().unwrap();
        match Data::of(&lua, &value) {
            Ok(stored) => {
                let again = stored.to_lua(&lua).unwrap();
                assert_eq!(Data::of(&lua, &again).as_ref(), Ok(&stored));
                stored.to_string()
            }
            Err(why) => why,
        }
    }

    #[test]
    fn plain_data_comes_back_as_it_was() {
        assert_eq!(
            stored("{ 1, 'two', { false }, x = 0.5, ['a b'] = 1, [true] = 2, [10] = 3 }"),
            r#"{ 1, "two", { false }, [10] = 3, ["a b"] = 1, x = 0.5, [true] = 2 }"#
        );
        assert_eq!(stored("nil"), "nil");
        assert_eq!(stored("{}"), "{}");
        assert_eq!(
            stored("{ 1e300, -1/0, 2^53 }"),
            "{ 1e300, -inf, 9007199254740992 }"
        );
    }

    #[test]
    fn what_cannot_be_stored_is_named_with_its_key() {
        let rest = " cannot be stored; nil, booleans, numbers, strings and tables of them can";
        for (expression, what) in [
            ("print", "a value of type function"),
            ("{ a = { 1, print } }", "a value of type function at 'a[2]'"),
            (
                "(function() local t = { x = {} } t.x.y = t return t end)()",
                "a table that contains itself at 'x.y'",
            ),
            ("{ [{}] = 1 }", "a key of type table"),
            ("{ [print] = 1 }", "a value of type function"),
            (
                "{ [('x'):rep(100)] = print }",
                &format!("a value of type function at '{}...'", "x".repeat(60)),
            ),
        ] {
            assert_eq!(stored(expression), format!("{what}{rest}"));
        }
    }

    /// Tables that share tables have few of them and many values.
    #[test]
    fn a_bomb_of_shared_tables_is_refused() {
        let bomb = "(function() local t = {} for i = 1, 60 do t = { t, t } end return t end)()";
        assert_eq!(stored(bomb), "more than 100000 values cannot be stored");
    }
}
