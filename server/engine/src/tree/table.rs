//! The structure of table values: a script gets a copy, changes it and sets it back; its structure must stay (HALion
//! semantics 9.16). What rows hold is read from the tables of the `api` crate.

use halion_api::{Table, api};

use crate::{
    event::short,
    tree::{Definition, Kind, TableValue, Value},
};

/// What the rows of a parameter's table are, by the last part of its name; `None` if the manual does not list it.
pub fn rows(definition: &Definition) -> Option<&'static Table> {
    if definition.kind == Kind::Envelope {
        return api().table("EnvelopePoint");
    }
    let last = definition.name.rsplit('.').next().unwrap_or_default();
    api().table(last)
}

/// Is the new value of a parameter built like the old one? Rows may come and go, except voice groups, whose number is fixed.
pub(super) fn check(definition: &Definition, value: &Value, old: &Value) -> Result<(), String> {
    let name = &definition.name;
    let Some(rows) = rows(definition) else {
        return alike(value, old)
            .then_some(())
            .ok_or_else(|| format!("\"{name}\" must keep its structure"));
    };
    let Value::Table(table) = value else {
        let got = value.type_name();
        return Err(format!("\"{name}\" must be a table, got {got}"));
    };
    if let Some(key) = table.fields.keys().next() {
        return Err(format!(
            "\"{name}\" must be an array, but has a field {key}"
        ));
    }
    if definition.kind == Kind::Envelope && table.items.is_empty() {
        return Err(format!("\"{name}\" must keep at least one point"));
    }
    if let (true, Value::Table(old)) = (rows.name == "VoiceGroupsData", old)
        && old.items.len() != table.items.len()
    {
        let (expected, got) = (old.items.len(), table.items.len());
        return Err(format!(
            "\"{name}\" must keep its {expected} entries, got {got}"
        ));
    }
    check_rows(rows, &table.items).map_err(|why| format!("\"{name}\"{why}"))
}

/// Checks every row; the error starts with its place, such as `[2].level`.
pub fn check_rows(rows: &Table, items: &[Value]) -> Result<(), String> {
    for (at, item) in items.iter().enumerate() {
        let checked = match item {
            Value::Table(row) if row.items.is_empty() => check_fields(rows, row),
            other => Err(format!(": table expected, got {}", other.type_name())),
        };
        checked.map_err(|why| format!("[{}]{why}", at + 1))?;
    }
    Ok(())
}

/// Checks the named fields of a table; the error starts with the field.
pub fn check_fields(shape: &Table, table: &TableValue) -> Result<(), String> {
    if let Some(unknown) = table.fields.keys().find(|key| shape.field(key).is_none()) {
        return Err(format!(".{unknown} is no field of {}", shape.name));
    }
    for field in shape
        .fields
        .iter()
        .filter(|field| !field.name.contains('['))
    {
        let name = &field.name;
        let Some(value) = table.fields.get(name) else {
            if field.optional || field.nilable {
                continue;
            }
            return Err(format!(".{name} is missing"));
        };
        let fits = field.types.iter().any(|expected| match value {
            Value::Element(_) => api().class(expected).is_some(),
            other => other.type_name() == expected,
        });
        if !fits {
            let (expected, got) = (field.types.join(" or "), value.type_name());
            return Err(format!(".{name}: {expected} expected, got {got}"));
        }
        if let (Value::Number(number), Some(range)) = (value, &field.range)
            && !range.contains(*number)
        {
            return Err(format!(
                ".{name} is {}, but must be {range}",
                short(*number)
            ));
        }
    }
    Ok(())
}

/// Checks a wavetable: waves as an array, and the settings (HALion semantics 9.16). Not every setting has to be there.
pub fn check_wavetable(wavetable: &TableValue) -> Result<(), String> {
    let shape = |name: &str| {
        api()
            .table(name)
            .ok_or_else(|| format!(": no table {name}"))
    };
    check_fields(shape("Wavetable")?, wavetable)?;
    check_rows(shape("Wave")?, &wavetable.items)
}

/// The same types all the way down; arrays may differ in length.
fn alike(value: &Value, old: &Value) -> bool {
    match (value, old) {
        (Value::Table(_), Value::Table(old)) if old.items.is_empty() && old.fields.is_empty() => {
            true
        }
        (Value::Table(new), Value::Table(old)) => {
            let items_alike = match old.items.first() {
                Some(first) => new.items.iter().all(|item| alike(item, first)),
                None => true,
            };
            let old_field = |key: &String| old.fields.get(key);
            items_alike
                && new.fields.len() == old.fields.len()
                && (new.fields.iter())
                    .all(|(key, value)| old_field(key).is_some_and(|old| alike(value, old)))
        }
        _ => value.type_name() == old.type_name(),
    }
}
