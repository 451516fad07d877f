//! Lua values as text for people: keys in order, no addresses, short tables on one line. And whether two values are alike.

use mlua::{Table, Value};

/// Deeper tables are shown as `{..}`, and are alike only if they are one.
const DEEPEST: usize = 12;

/// A table this wide is broken into lines, in characters.
const WIDEST: usize = 72;

/// Items of a table that are shown.
const MOST: usize = 200;

/// A value as one would write it in Lua.
pub(crate) fn value(value: &Value) -> String {
    nested(value, 0)
}

/// A number as people read it: no `.0` behind whole numbers, and the shortest digits otherwise.
pub(crate) fn number(number: f64) -> String {
    format!("{number}")
}

/// Milliseconds to a thousandth, as in traces.
pub(crate) fn ms(ms: f64) -> String {
    number((ms * 1000.0).round() / 1000.0)
}

fn nested(value: &Value, depth: usize) -> String {
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Number(float) => number(*float),
        Value::String(text) => quoted(&text.to_string_lossy()),
        Value::Table(_) if depth >= DEEPEST => "{..}".to_owned(),
        Value::Table(table) => list(table, depth),
        other => format!("<{}>", other.type_name()),
    }
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => shown.push_str("\\\""),
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control() => shown.push_str(&format!("\\{}", c as u32)),
            c => shown.push(c),
        }
    }
    shown.push('"');
    shown
}

fn list(table: &Table, depth: usize) -> String {
    let pairs = pairs(table);
    let n_more = pairs.len().saturating_sub(MOST);
    let length = table.raw_len();
    let mut items: Vec<String> = Vec::new();
    for (key, value) in pairs.iter().take(MOST) {
        let value = nested(value, depth + 1);
        items.push(match key {
            Value::Integer(index) if (1..=length as i64).contains(index) => value,
            Value::Number(index)
                if index.fract() == 0.0 && (1.0..=length as f64).contains(index) =>
            {
                value
            }
            Value::String(name) if is_name(&name.to_string_lossy()) => {
                format!("{} = {value}", name.to_string_lossy())
            }
            other => format!("[{}] = {value}", nested(other, depth + 1)),
        });
    }
    if n_more > 0 {
        items.push(format!("-- and {n_more} more"));
    }
    if items.is_empty() {
        return "{}".to_owned();
    }
    let one_line = format!("{{ {} }}", items.join(", "));
    if one_line.chars().count() <= WIDEST && !one_line.contains('\n') && n_more == 0 {
        return one_line;
    }
    let indented: String = items
        .iter()
        .map(|item| format!("  {},\n", item.replace('\n', "\n  ")))
        .collect();
    format!("{{\n{indented}}}")
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The items of a table without its metatable, numbers first, then texts, each in order.
fn pairs(table: &Table) -> Vec<(Value, Value)> {
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    // Raw iteration fails for no table.
    let _ = table.for_each(|key: Value, value: Value| {
        pairs.push((key, value));
        Ok(())
    });
    let rank = |value: &Value| match value {
        Value::Integer(integer) => (0, *integer as f64, String::new()),
        Value::Number(number) => (0, *number, String::new()),
        Value::String(text) => (1, 0.0, text.to_string_lossy()),
        Value::Boolean(boolean) => (2, f64::from(u8::from(*boolean)), String::new()),
        other => (3, 0.0, other.type_name().to_owned()),
    };
    pairs.sort_by(|(left, _), (right, _)| {
        let (left, right) = (rank(left), rank(right));
        (left.0.cmp(&right.0))
            .then(left.1.total_cmp(&right.1))
            .then(left.2.cmp(&right.2))
    });
    pairs
}

/// Are two values alike? Tables are when all their items are.
pub(crate) fn alike(left: &Value, right: &Value) -> bool {
    alike_within(left, right, 0)
}

fn alike_within(left: &Value, right: &Value, depth: usize) -> bool {
    let (Value::Table(left), Value::Table(right)) = (left, right) else {
        return equal(left, right);
    };
    if left == right {
        return true;
    }
    if depth >= DEEPEST {
        return false;
    }
    let items = pairs(left);
    items.len() == pairs(right).len()
        && items.iter().all(|(key, value)| {
            let other = right.raw_get::<Value>(key.clone());
            other.is_ok_and(|other| alike_within(value, &other, depth + 1))
        })
}

/// A number, whichever way Lua hands it over.
pub(crate) fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

/// Are two values equal as `==` says, without metamethods?
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (as_number(left), as_number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlua::Lua;

    fn check(source: &str, expected: &str) {
        let lua = Lua::new();
        assert_eq!(value(&lua.load(source).eval::<Value>().unwrap()), expected);
    }

    #[test]
    fn values_read_as_they_are_written() {
        check("1.5", "1.5");
        check("60", "60");
        check("'a\\n\"b\"'", "\"a\\n\\\"b\\\"\"");
        check("{}", "{}");
        check("{ 1, 'two', { x = true } }", "{ 1, \"two\", { x = true } }");
        check(
            "{ b = 1, a = 2, 7, [10] = 8, ['not a name'] = 9 }",
            "{ 7, [10] = 8, a = 2, b = 1, [\"not a name\"] = 9 }",
        );
        check("print", "<function>");
    }

    #[test]
    fn wide_tables_have_a_line_for_each_item() {
        check(
            "{ { note = 60, velocity = 100, at = 0 }, { note = 64, velocity = 100, at = 250.5 } }",
            "{\n  { at = 0, note = 60, velocity = 100 },\n  { at = 250.5, note = 64, velocity = 100 },\n}",
        );
    }

    #[test]
    fn tables_in_a_circle_come_to_an_end() {
        let lua = Lua::new();
        let circle: Value = lua.load("local t = {} t.t = t return t").eval().unwrap();
        assert!(value(&circle).contains("{..}"));
        let other: Value = lua.load("local t = {} t.t = t return t").eval().unwrap();
        assert!(alike(&circle, &circle));
        assert!(!alike(&circle, &other));
    }

    #[test]
    fn tables_are_alike_when_their_items_are() {
        let lua = Lua::new();
        let alike = |left: &str, right: &str| {
            let left: Value = lua.load(left).eval().unwrap();
            let right: Value = lua.load(right).eval().unwrap();
            super::alike(&left, &right)
        };
        assert!(alike("{ 1, { a = 2 } }", "{ 1, { a = 2 } }"));
        assert!(!alike("{ 1, { a = 2 } }", "{ 1, { a = 3 } }"));
        assert!(!alike("{ 1 }", "{ 1, 2 }"));
        assert!(!alike("{ 1, 2 }", "{ 1 }"));
        assert!(!alike("1", "'1'"));
    }
}
