//! Values of element parameters between Lua and the tree: numbers, booleans, texts, elements, and tables as copies (HALion
//! semantics 9.16).

use std::collections::BTreeMap;

use mlua::{Lua, Value as LuaValue};

use crate::{
    builtins::{elements, types},
    native::{Call, Raise},
    runtime::Host,
    tree::{TableValue, Value},
};

/// Deepest nesting of a table that is set.
const DEEPEST: usize = 16;

/// Most values in a table that is set; two wavetables of 256 waves in six channels need fewer.
const MOST_VALUES: usize = 30_000_000;

/// The value as Lua has it; tables are new ones.
pub(super) fn to_lua(lua: &Lua, host: &Host, value: &Value) -> mlua::Result<LuaValue> {
    Ok(match value {
        Value::Number(number) => LuaValue::Number(*number),
        Value::Boolean(boolean) => LuaValue::Boolean(*boolean),
        Value::Text(text) => LuaValue::String(lua.create_string(text)?),
        Value::Element(node) => {
            let exists = host.world.borrow().tree.get(*node).is_some();
            if !exists {
                return Ok(LuaValue::Nil);
            }
            LuaValue::Table(elements::object(lua, host, *node)?)
        }
        Value::Table(value) => {
            let table = lua.create_table()?;
            for (at, item) in (1..).zip(&value.items) {
                table.raw_set(at, to_lua(lua, host, item)?)?;
            }
            for (name, field) in &value.fields {
                table.raw_set(name.as_str(), to_lua(lua, host, field)?)?;
            }
            LuaValue::Table(table)
        }
    })
}

/// A value that a script sets, in argument `at`.
pub(super) fn from_lua(call: &Call<'_>, at: usize) -> Result<Value, Raise> {
    let mut n_left = MOST_VALUES;
    convert(call, &call.value(at), DEEPEST, &mut n_left).map_err(|why| match why {
        Bad::Type(what) => call.bad(at, &what),
        Bad::Lua(error) => Raise::Lua(error),
    })
}

enum Bad {
    Type(String),
    Lua(mlua::Error),
}

impl From<mlua::Error> for Bad {
    fn from(error: mlua::Error) -> Bad {
        Bad::Lua(error)
    }
}

fn convert(
    call: &Call<'_>,
    value: &LuaValue,
    depth: usize,
    n_left: &mut usize,
) -> Result<Value, Bad> {
    let refuse = |what: &str| Err(Bad::Type(what.to_owned()));
    if *n_left == 0 {
        return refuse("the table has too many values");
    }
    *n_left -= 1;
    match value {
        LuaValue::Integer(number) => Ok(Value::Number(*number as f64)),
        LuaValue::Number(number) => Ok(Value::Number(*number)),
        LuaValue::Boolean(boolean) => Ok(Value::Boolean(*boolean)),
        LuaValue::String(text) => Ok(Value::Text(text.to_string_lossy())),
        LuaValue::Table(table) => {
            if let Some(node) = elements::node_of(value) {
                return Ok(Value::Element(node));
            }
            if let Some(class) = types::class_of(value) {
                return refuse(&format!("table expected, got {class}"));
            }
            if depth == 0 {
                return refuse("the table nests too deep");
            }
            let n_items = table.raw_len();
            let mut items = Vec::new();
            for at in 1..=n_items {
                items.push(convert(call, &table.raw_get(at)?, depth - 1, n_left)?);
            }
            let mut fields = BTreeMap::new();
            for pair in table.pairs::<LuaValue, LuaValue>() {
                let (key, value) = pair?;
                match key {
                    LuaValue::String(name) => {
                        let value = convert(call, &value, depth - 1, n_left)?;
                        fields.insert(name.to_string_lossy(), value);
                    }
                    LuaValue::Integer(at) if (1..=n_items as i64).contains(&at) => {}
                    LuaValue::Number(at) if at >= 1.0 && at <= n_items as f64 => {}
                    _ => return refuse("the table must have names or positions from 1 as keys"),
                }
            }
            Ok(Value::Table(TableValue { items, fields }))
        }
        other => refuse(&format!(
            "number, boolean, string or table expected, got {}",
            types::type_name(call.lua, other)
        )),
    }
}
