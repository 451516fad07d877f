//! Types and texts of values as a script sees them: class names for HALion's objects (HALion semantics 9.3), and no memory
//! addresses, because those differ from run to run.

use mlua::{Function, Lua, Table, Value};

use crate::{builtins::io, native::Raise, runtime};

/// Key of a class's metatable that holds its name.
pub(crate) const CLASS: &str = "__class";

/// Registry name of the numbers that stand for addresses.
const NUMBERS: &str = "halion.object_numbers";

/// `type(value)`: a class name for HALion's objects.
pub(crate) fn type_name(lua: &Lua, value: &Value) -> String {
    class_of(value).unwrap_or_else(|| {
        let _ = lua;
        match value {
            Value::Integer(_) => "number".to_owned(),
            other => other.type_name().to_owned(),
        }
    })
}

/// The class of one of HALion's objects.
pub(crate) fn class_of(value: &Value) -> Option<String> {
    let Value::Table(table) = value else {
        return None;
    };
    table.metatable()?.raw_get::<Option<String>>(CLASS).ok()?
}

/// `tostring(value)`: a string is itself, byte by byte.
pub(crate) fn shown(lua: &Lua, value: Value) -> Result<Value, Raise> {
    match value {
        Value::String(_) => Ok(value),
        Value::Table(_) => object(lua, &value),
        other => Ok(Value::String(lua.create_string(text(lua, &other)?)?)),
    }
}

/// `tostring(value)` to be written out.
pub(crate) fn text(lua: &Lua, value: &Value) -> Result<String, Raise> {
    match value {
        Value::Nil => Ok("nil".to_owned()),
        Value::Boolean(boolean) => Ok(boolean.to_string()),
        Value::String(text) => Ok(text.to_string_lossy()),
        Value::Integer(_) | Value::Number(_) => {
            let text = lua.coerce_string(value.clone())?;
            Ok(text.map(|text| text.to_string_lossy()).unwrap_or_default())
        }
        _ => match object(lua, value)? {
            Value::String(text) => Ok(text.to_string_lossy()),
            other => text(lua, &other),
        },
    }
}

/// What `__tostring` gives, otherwise type and number.
fn object(lua: &Lua, value: &Value) -> Result<Value, Raise> {
    if let Value::Table(table) = value
        && let Some(metatable) = table.metatable()
        && let Some(function) = metatable.raw_get::<Option<Function>>("__tostring")?
    {
        let shown = function
            .call::<Value>(value.clone())
            .map_err(|error| Raise::Placed(runtime::plain_error(&error)))?;
        return match shown {
            text @ Value::String(_) => Ok(text),
            number @ (Value::Integer(_) | Value::Number(_)) => {
                Ok(Value::String(lua.create_string(text(lua, &number)?)?))
            }
            _ => Err(Raise::Script(
                "'tostring' must return a string to 'print'".to_owned(),
            )),
        };
    }
    if let Value::UserData(data) = value
        && let Some(shown) = io::shown(data, object_number(lua, value)?)
    {
        return Ok(Value::String(lua.create_string(shown)?));
    }
    let address = format!(
        "{}: 0x{:08x}",
        type_name(lua, value),
        object_number(lua, value)?
    );
    Ok(Value::String(lua.create_string(address)?))
}

/// A number for an object, the same as long as it lives, given in the order in which objects are first shown.
fn object_number(lua: &Lua, value: &Value) -> mlua::Result<u32> {
    let numbers = match lua.named_registry_value::<Option<Table>>(NUMBERS)? {
        Some(numbers) => numbers,
        None => {
            let numbers = lua.create_table()?;
            let weak = lua.create_table()?;
            weak.raw_set("__mode", "k")?;
            numbers.set_metatable(Some(weak))?;
            lua.set_named_registry_value(NUMBERS, &numbers)?;
            numbers
        }
    };
    if let Some(number) = numbers.raw_get::<Option<u32>>(value)? {
        return Ok(number);
    }
    let last: u32 = numbers.raw_get::<Option<u32>>(0)?.unwrap_or(0);
    numbers.raw_set(0, last + 1)?;
    numbers.raw_set(value, last + 1)?;
    Ok(last + 1)
}
