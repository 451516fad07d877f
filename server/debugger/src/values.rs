//! Values as people read them: one line each, and what is inside, sorted and in pages.
//!
//! Invariant: reading runs nothing of the script (raw access only), except an object's own `__tostring`.

use std::cmp::Ordering;

use halion_engine::evaluate;
use halion_engine::inspect::mlua::{Lua, Table, Value};
use halion_engine::inspect::{self, Named};

use crate::vocabulary::{Filter, Page};

/// Characters of a string inside a one-line preview.
const INNER_STRING: usize = 24;
/// Characters of a string on its own line.
const OUTER_STRING: usize = 1000;
/// Characters after which a preview of a table ends with an ellipsis.
const PREVIEW: usize = 60;

/// A value on one line.
pub(crate) fn text(lua: &Lua, value: &Value) -> String {
    match value {
        Value::Table(table) => preview(lua, table),
        Value::String(text) => quote(&text.to_string_lossy(), OUTER_STRING),
        other => atom(lua, other),
    }
}

/// The string itself, without quotes, for what is copied or printed.
pub(crate) fn full_text(lua: &Lua, value: &Value) -> String {
    match value {
        Value::String(text) => quote(&text.to_string_lossy(), usize::MAX),
        other => text(lua, other),
    }
}

/// Lua's name of the type, or the class of a HALion object.
pub(crate) fn type_name(value: &Value) -> String {
    match value {
        Value::Table(_) => inspect::class_name(value).unwrap_or_else(|| String::from("table")),
        Value::Integer(_) => String::from("number"),
        other => other.type_name().to_owned(),
    }
}

/// How many fields with names and how many array items a value has.
pub(crate) fn counts(value: &Value) -> (usize, usize) {
    match value {
        Value::Table(_) if inspect::class_name(value).is_some() => (inspect::n_fields(value), 0),
        Value::Table(table) => {
            let n_indexed = n_indexed(table);
            let n_all =
                table.pairs::<Value, Value>().count() + usize::from(table.metatable().is_some());
            (n_all.saturating_sub(n_indexed), n_indexed)
        }
        _ => (0, 0),
    }
}

/// A field of a value.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) value: Value,
    /// What to write after an expression for the table to get at the field.
    pub(crate) access: Option<String>,
    /// The key, if the field can be assigned to.
    pub(crate) key: Option<Key>,
}

/// The key of a field.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// A field of one of HALion's objects.
    Name(String),
    /// A key of a table.
    Value(Value),
}

/// The fields of a value: array items, then the others sorted by key, then the metatable.
pub(crate) fn items(lua: &Lua, value: &Value, page: Page) -> Vec<Item> {
    let Value::Table(table) = value else {
        return Vec::new();
    };
    if let Some(object) = inspect::object(value) {
        let contents = object.contents.into_iter().map(|inside| Item {
            name: inside.name,
            value: inside.value,
            access: None,
            key: None,
        });
        let items = object.fields.into_iter().map(field).chain(contents);
        let count = page.count.unwrap_or(usize::MAX);
        return items.skip(page.start).take(count).collect();
    }
    let n_indexed = n_indexed(table);
    let mut items = Vec::new();
    let n_before = if page.filter == Some(Filter::Named) {
        0
    } else {
        n_indexed
    };
    let count = page.count.unwrap_or(usize::MAX);
    for index in (page.start..n_before).take(count) {
        let index = index as i64 + 1;
        items.push(Item {
            name: format!("[{index}]"),
            value: table.raw_get(index).unwrap_or(Value::Nil),
            access: Some(format!("[{index}]")),
            key: Some(Key::Value(Value::Integer(index))),
        });
    }
    if page.filter != Some(Filter::Indexed) && items.len() < count {
        let start = page.start.saturating_sub(n_before);
        items.extend(
            named(lua, table, n_indexed)
                .into_iter()
                .skip(start)
                .take(count - items.len()),
        );
    }
    items
}

fn field(field: Named) -> Item {
    Item {
        access: Some(format!(".{}", field.name)),
        key: Some(Key::Name(field.name.clone())),
        name: field.name,
        value: field.value,
    }
}

fn named(lua: &Lua, table: &Table, n_indexed: usize) -> Vec<Item> {
    let is_indexed = |key: &Value| matches!(key, Value::Integer(index) if (1..=n_indexed as i64).contains(index));
    let pairs = table.pairs::<Value, Value>().flatten();
    let mut named: Vec<(Value, Value)> = pairs.filter(|(key, _)| !is_indexed(key)).collect();
    named.sort_by(|(a, _), (b, _)| order(a, b));
    let mut items: Vec<Item> = named
        .into_iter()
        .map(|(key, value)| {
            let (name, access) = key_text(lua, &key);
            Item {
                name,
                value,
                access,
                key: Some(Key::Value(key)),
            }
        })
        .collect();
    if let Some(metatable) = table.metatable() {
        let value = Value::Table(metatable);
        items.push(Item {
            name: String::from("(metatable)"),
            value,
            access: None,
            key: None,
        });
    }
    items
}

/// The array part: `1..n` without a gap.
fn n_indexed(table: &Table) -> usize {
    let end = table.raw_len();
    // `#` may be any border; only a table without nil in between is shown as an array.
    let is_gapless = end <= 16
        && (1..=end).all(|index| !matches!(table.raw_get(index as i64), Ok(Value::Nil) | Err(_)));
    if end > 16 || is_gapless { end } else { 0 }
}

/// Numbers by size, then strings by letters, then everything else.
fn order(a: &Value, b: &Value) -> Ordering {
    let number = |value: &Value| match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    };
    let rank = |value: &Value| match value {
        Value::Integer(_) | Value::Number(_) => 0,
        Value::String(_) => 1,
        _ => 2,
    };
    match (number(a), number(b), a, b) {
        (Some(a), Some(b), _, _) => a.total_cmp(&b),
        (_, _, Value::String(a), Value::String(b)) => a.as_bytes().cmp(&b.as_bytes()),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// How a key is shown, and how it is written after a table.
fn key_text(lua: &Lua, key: &Value) -> (String, Option<String>) {
    match key {
        Value::String(name) => {
            let name = name.to_string_lossy();
            if is_name(&name) {
                return (name.clone(), Some(format!(".{name}")));
            }
            let quoted = format!("[{}]", quote(&name, OUTER_STRING));
            (quoted.clone(), Some(quoted))
        }
        Value::Integer(_) | Value::Number(_) | Value::Boolean(_) => {
            let text = format!("[{}]", atom(lua, key));
            (text.clone(), Some(text))
        }
        other => (format!("[{}]", atom(lua, other)), None),
    }
}

fn is_name(text: &str) -> bool {
    const KEYWORDS: &str = " and break do else elseif end false for function goto if in local nil not or repeat return then true until while ";
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&format!(" {text} "))
}

/// `{60, 64, name = "x", …}`.
fn preview(lua: &Lua, table: &Table) -> String {
    let value = Value::Table(table.clone());
    if let Some(text) = object_text(lua, &value) {
        return text;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut length = 0;
    let (n_named, n_indexed) = counts(&value);
    let page = Page {
        count: Some(12),
        ..Page::default()
    };
    let shown = items(lua, &value, page);
    let is_cut = shown.len() < n_named + n_indexed;
    for item in shown {
        let inner = match &item.value {
            Value::Table(inner) => object_text(lua, &item.value)
                .unwrap_or_else(|| String::from(if inner.is_empty() { "{}" } else { "{…}" })),
            Value::String(text) => quote(&text.to_string_lossy(), INNER_STRING),
            other => atom(lua, other),
        };
        let is_indexed = matches!(item.key, Some(Key::Value(Value::Integer(index))) if index >= 1 && index as usize <= n_indexed);
        let part = if is_indexed {
            inner
        } else {
            format!("{} = {inner}", item.name)
        };
        length += part.chars().count() + 2;
        if length > PREVIEW && !parts.is_empty() {
            parts.push(String::from("…"));
            return format!("{{{}}}", parts.join(", "));
        }
        parts.push(part);
    }
    if is_cut {
        parts.push(String::from("…"));
    }
    format!("{{{}}}", parts.join(", "))
}

/// What an object says of itself, or its class and name.
fn object_text(lua: &Lua, value: &Value) -> Option<String> {
    let own = own_text(lua, value);
    own.or_else(|| {
        let (class, title) = inspect::title(value)?;
        Some(match title {
            Some(title) => format!("{class} {}", quote(&title, INNER_STRING)),
            None => class,
        })
    })
}

/// What an object's `__tostring` says.
fn own_text(lua: &Lua, value: &Value) -> Option<String> {
    let meta = match value {
        Value::Table(table) => table.metatable()?.raw_get::<Value>("__tostring").ok()?,
        _ => return None,
    };
    let Value::Function(to_string) = meta else {
        return None;
    };
    // On a coroutine of its own: it may be the script's function and wait, or never end.
    let texts = evaluate::call(lua, to_string, vec![value.clone()]).ok()?;
    match texts.first() {
        Some(Value::String(text)) => Some(text.to_string_lossy()),
        _ => None,
    }
}

/// A value that is not taken apart.
fn atom(lua: &Lua, value: &Value) -> String {
    match value {
        Value::Nil => String::from("nil"),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Function(function) => {
            let info = function.info();
            match (
                info.source
                    .as_deref()
                    .and_then(|source| source.strip_prefix('@')),
                info.line_defined,
            ) {
                (Some(path), Some(line)) => format!("function ({}:{line})", file_name(path)),
                _ => String::from("function (built in)"),
            }
        }
        Value::UserData(_) => String::from("userdata"),
        Value::Table(_) => String::from("{…}"),
        Value::Thread(_) => String::from("coroutine"),
        Value::LightUserData(_) => String::from("userdata"),
        Value::String(text) => quote(&text.to_string_lossy(), INNER_STRING),
        number => match lua.coerce_string(number.clone()) {
            Ok(Some(text)) => text.to_string_lossy(),
            _ => type_name(number),
        },
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A string as it would be written in a script, cut after so many characters.
pub(crate) fn quote(text: &str, limit: usize) -> String {
    let mut quoted = String::from("\"");
    for (n, c) in text.chars().enumerate() {
        if n == limit {
            return quoted + "…\"";
        }
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\{}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(source: &str, expected: &str) {
        let lua = Lua::new();
        let value: Value = lua.load(source).set_name("@/music/a.lua").eval().unwrap();
        assert_eq!(text(&lua, &value), expected, "{source}");
    }

    #[test]
    fn values_on_one_line() {
        check("return 1", "1");
        check("return 0.1", "0.1");
        check("return 1e300", "1e+300");
        check("return 'a\\n\"b\"'", r#""a\n\"b\"""#);
        check("return {60, 64, 67}", "{60, 64, 67}");
        check(
            "return {b = 1, a = {}, ['x y'] = {1}, 'first'}",
            r#"{"first", a = {}, b = 1, ["x y"] = {…}}"#,
        );
        check("return function() end", "function (a.lua:1)");
        check("return print", "function (built in)");
        check(
            "return setmetatable({}, {__tostring = function() return 'mine' end})",
            "mine",
        );
    }

    #[test]
    fn previews_end() {
        let lua = Lua::new();
        let value: Value = lua
            .load("local t = {} for i = 1, 1000 do t[i] = i end return t")
            .eval()
            .unwrap();
        assert_eq!(
            text(&lua, &value),
            "{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …}"
        );
    }

    fn names(source: &str, page: Page) -> Vec<String> {
        let lua = Lua::new();
        let value: Value = lua.load(source).eval().unwrap();
        items(&lua, &value, page)
            .into_iter()
            .map(|item| item.name)
            .collect()
    }

    #[test]
    fn pages_of_a_table() {
        let source = "local t = {z = 1, y = 2, [0.5] = 3, [true] = 4} for i = 1, 30 do t[i] = i end return t";
        let page = |filter, start, count| Page {
            filter,
            start,
            count: Some(count),
        };
        assert_eq!(
            names(source, page(Some(Filter::Indexed), 28, 10)),
            ["[29]", "[30]"]
        );
        assert_eq!(
            names(source, page(Some(Filter::Named), 0, 10)),
            ["[0.5]", "y", "z", "[true]"]
        );
        assert_eq!(names(source, page(None, 29, 3)), ["[30]", "[0.5]", "y"]);
        assert_eq!(names("return {1, nil, 3}", Page::default()), ["[1]", "[3]"]);
    }
}
