//! Arguments checked against the facts about a function: type, range, constant.
//!
//! Invariant: what passes here fits every parameter's type; a body may read it without looking again.

use halion_api::{Function as ApiFunction, Param, api};
use mlua::Value;

use crate::{
    builtins::{elements, types},
    event::short,
    native::{Call, Raise},
};

/// Checks every argument of a call; one that is missing counts as nil.
pub(crate) fn check(call: &Call<'_>, function: &ApiFunction) -> Result<(), Raise> {
    let params = function.params.iter().take_while(|param| !param.variadic);
    for (at, param) in (1..).zip(params) {
        let value = call.value(at);
        if value.is_nil() && (param.optional || param.nilable) {
            continue;
        }
        if !param
            .types
            .iter()
            .any(|expected| fits(call, &value, expected))
        {
            // As Lua's own functions say it.
            let expected = param.types.join(" or ").replace("any", "value");
            return Err(call.expected(at, &expected));
        }
        check_number(call, at, &value, param)?;
    }
    Ok(())
}

/// Numbers and texts convert into each other as everywhere in Lua; anything is true or false.
fn fits(call: &Call<'_>, value: &Value, expected: &str) -> bool {
    match (expected, value) {
        ("any", value) => !value.is_nil(),
        ("boolean", _) => true,
        ("number" | "integer", Value::Integer(_) | Value::Number(_))
        | ("string", Value::String(_) | Value::Integer(_) | Value::Number(_))
        | ("function", Value::Function(_)) => true,
        ("number" | "integer", Value::String(_)) => {
            matches!(call.lua.coerce_number(value.clone()), Ok(Some(_)))
        }
        ("table", Value::Table(_)) => types::class_of(value).is_none(),
        (class, value) => match elements::class_of(call, value) {
            Some(own) => own.is(class),
            None => {
                types::class_of(value).as_deref() == Some(class) && api().class(class).is_some()
            }
        },
    }
}

fn check_number(call: &Call<'_>, at: usize, value: &Value, param: &Param) -> Result<(), Raise> {
    let is_number = |name: &String| name == "number" || name == "integer";
    if !param.types.iter().any(is_number) {
        return Ok(());
    }
    // A name in quotes is a name, even if it reads as a number.
    let may_be_text = param.types.iter().any(|name| name == "string");
    let number = match call.lua.coerce_number(value.clone()) {
        Ok(Some(number)) if !(may_be_text && matches!(value, Value::String(_))) => number,
        _ => return Ok(()),
    };
    if !number.is_finite() {
        return Err(call.bad(at, &format!("finite number expected, got {number}")));
    }
    if let Some(range) = param.range
        && !range.contains(number)
    {
        return Err(call.bad(at, &format!("{range} expected, got {}", short(number))));
    }
    let enumeration = param
        .enumeration
        .as_deref()
        .and_then(|name| api().enumeration(name));
    if let Some(enumeration) = enumeration
        && (number.fract() != 0.0 || enumeration.constant_of(number as i64).is_none())
    {
        let name = &enumeration.name;
        return Err(call.bad(
            at,
            &format!("a constant of {name} expected, got {}", short(number)),
        ));
    }
    Ok(())
}
