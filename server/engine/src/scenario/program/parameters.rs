//! Parameters in a file: definitions and values.

use std::sync::Arc;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{keys, read::Reader, references::Target};
use crate::{
    event::short,
    scenario::{
        ScenarioError,
        read::{self, Fields, Lines, list},
    },
    tree::{Definition, Kind, NodeId, ParameterSet, TableValue, Value, default_set, table},
};

/// Reads one `[[parameter_set]]`; gives it with its line.
pub(super) fn set(
    table: &DeTable<'_>,
    line: u32,
    lines: Lines<'_>,
) -> Result<(ParameterSet, u32), ScenarioError> {
    let fields = read::table(table, keys::PARAMETER_SET, line, lines)?;
    let mut set = ParameterSet::new(&fields.text("name"));
    let Some(value) = table.get("parameters") else {
        return Ok((set, line));
    };
    let at = lines.at(value.span().start);
    list(value.get_ref(), "parameters", at, lines, |table, line| {
        let fields = read::table(table, keys::DEFINITION, line, lines)?;
        let name = fields.text("name");
        if name.is_empty() {
            let message = "`name` is missing; it must be a text in quotes".to_owned();
            return Err(ScenarioError::at(line, message));
        }
        let definition = definition(&name, table, &fields, set.free_id(), lines)?;
        if !set.add(definition) {
            let message = format!("the name or the id of \"{name}\" is there twice");
            return Err(ScenarioError::at(line, message));
        }
        Ok(())
    })?;
    Ok((set, line))
}

/// Reads a definition; what it leaves out follows from its default value.
fn definition(
    name: &str,
    table: &DeTable<'_>,
    fields: &Fields,
    free_id: i64,
    lines: Lines<'_>,
) -> Result<Definition, ScenarioError> {
    let given = |key: &str| table.get(key).map(|given| value(given, lines)).transpose();
    let kind = match fields.text("type").as_str() {
        "float" => Some(Kind::Float),
        "integer" => Some(Kind::Integer),
        "boolean" => Some(Kind::Boolean),
        "string" => Some(Kind::Text),
        "variant" => Some(Kind::Variant),
        "envelope" => Some(Kind::Envelope),
        _ => None,
    };
    let default = match given("default")?.or(given("value")?) {
        Some(default) => default,
        None => match kind {
            Some(Kind::Boolean) => Value::Boolean(false),
            Some(Kind::Text) => Value::Text(String::new()),
            Some(Kind::Variant | Kind::Envelope) => Value::array(Vec::new()),
            _ => Value::Number(fields.optional_number("min").unwrap_or(0.0).max(0.0)),
        },
    };
    let id = fields.optional_number("id").map_or(free_id, |id| id as i64);
    let mut definition = Definition::of_value(id, name, default);
    if table::rows(&definition).is_some_and(|rows| rows.name == "VoiceGroupsData")
        && definition.default == Value::array(Vec::new())
    {
        definition.default = voice_groups();
    }
    if let Some(kind) = kind {
        definition.kind = kind;
    }
    if let Some(strings) = given("strings")? {
        definition.kind = Kind::Choice(texts(&strings).ok_or_else(|| {
            fields.error("strings", "`strings` must be an array of texts".to_owned())
        })?);
    }
    if let Kind::Choice(texts) = &definition.kind {
        definition.min = fields.optional_number("min").unwrap_or(0.0);
        definition.max = definition.min + texts.len().saturating_sub(1) as f64;
    }
    if let Some(min) = fields.optional_number("min") {
        definition.min = min;
        definition.max = definition.max.max(min);
    }
    if let Some(max) = fields.optional_number("max") {
        definition.max = max;
    }
    if fields.has("long_name") {
        definition.long_name = fields.text("long_name");
    }
    definition.unit = fields.text("unit");
    definition.read_only = fields.boolean("read_only");
    definition.write_always = fields.boolean("write_always");
    definition.automatable = !fields.has("automatable") || fields.boolean("automatable");
    definition.persistent = !fields.has("persistent") || fields.boolean("persistent");
    Ok(definition)
}

/// The 128 voice groups of a layer, which nobody writes down.
fn voice_groups() -> Value {
    let fields = [
        ("maxPolyphony", 128.0),
        ("exclusiveGroup", 0.0),
        ("stealMode", 1.0),
    ];
    let group = fields.map(|(name, number)| (name.to_owned(), Value::Number(number)));
    Value::array(vec![Value::fields(group); 128])
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let Value::Table(table) = value else {
        return None;
    };
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    table.items.iter().map(text).collect()
}

/// Reads the `parameters` of an element.
pub(super) fn values(
    reader: &mut Reader<'_>,
    node: NodeId,
    parameters: &Spanned<DeValue<'_>>,
) -> Result<(), ScenarioError> {
    let lines = reader.lines;
    let DeValue::Table(parameters) = parameters.get_ref() else {
        let message = "`parameters` must be a table, such as { Level = -6.0 }".to_owned();
        return Err(ScenarioError::at(
            lines.at(parameters.span().start),
            message,
        ));
    };
    for (key, given) in parameters.iter() {
        let name: &str = key.get_ref();
        let line = lines.at(key.span().start);
        let long = match given.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        };
        let known = (reader.tree.get(node)).and_then(|node| node.parameters.named(name).cloned());
        let definition = match (known, long) {
            (Some(known), None) => known,
            (known, Some(table)) => {
                let fields = read::table(table, keys::DEFINITION, line, lines)?;
                let only_value = table.len() == 1 && table.contains_key("value");
                match known {
                    Some(known) if only_value => known,
                    known => {
                        let id = match known {
                            Some(known) => known.id,
                            None => free_id(reader, node),
                        };
                        let definition = definition(name, table, &fields, id, lines)?;
                        define(reader, node, &definition, line)?;
                        definition
                    }
                }
            }
            (None, None) => {
                let value = value(given, lines)?;
                let definition = Definition::of_value(free_id(reader, node), name, value);
                define(reader, node, &definition, line)?;
                definition
            }
        };
        let given = match long {
            Some(table) => match table.get("value") {
                Some(given) => value(given, lines)?,
                None => continue,
            },
            None => value(given, lines)?,
        };
        set_value(reader, node, &definition, given, line)?;
    }
    Ok(())
}

fn free_id(reader: &Reader<'_>, node: NodeId) -> i64 {
    let node = reader.tree.get(node);
    node.map_or(1, |node| node.parameters.free_id())
}

/// Gives the element a parameter of its own, or replaces the one of that name.
fn define(
    reader: &mut Reader<'_>,
    node: NodeId,
    definition: &Definition,
    line: u32,
) -> Result<(), ScenarioError> {
    let Some(element) = reader.tree.get_mut(node) else {
        return Ok(());
    };
    let mut own = ParameterSet::new("");
    let others = element.parameters.iter();
    let mut fits = true;
    for other in others.filter(|other| other.name != definition.name) {
        fits &= own.add(other.clone());
    }
    fits &= own.add(definition.clone());
    element.parameters = Arc::new(own);
    if fits {
        return Ok(());
    }
    let message = format!(
        "the id {} of \"{}\" is taken",
        definition.id, definition.name
    );
    Err(ScenarioError::at(line, message))
}

fn set_value(
    reader: &mut Reader<'_>,
    node: NodeId,
    definition: &Definition,
    mut given: Value,
    line: u32,
) -> Result<(), ScenarioError> {
    for (at, field, path) in references(definition, &mut given, node) {
        let target = Target::Cell {
            node,
            parameter: definition.id,
            at,
            field,
        };
        reader.later(line, path, target);
    }
    let fitted = definition
        .fit(given.clone(), &definition.default)
        .map_err(|why| ScenarioError::at(line, why))?;
    let Some(element) = reader.tree.get_mut(node) else {
        return Ok(());
    };
    let is_ours = default_set(element.class, element.module_type()).named(&definition.name)
        == Some(definition);
    let value = match (&given, &fitted) {
        // A dump may hold numbers beyond the range that HALion names; those of a person are mistakes.
        (Value::Number(number), Value::Number(inside)) if number != inside => {
            if is_ours {
                let (min, max) = (short(definition.min), short(definition.max));
                let number = short(*number);
                let kind = match definition.kind {
                    Kind::Float => "a number",
                    _ => "a whole number",
                };
                let name = &definition.name;
                let message =
                    format!("\"{name}\" is {number}; it must be {kind} from {min} to {max}");
                return Err(ScenarioError::at(line, message));
            }
            given
        }
        _ => fitted,
    };
    element.set_value(definition, value);
    Ok(())
}

/// Paths of elements in the rows of a table; the element itself stands in until they are resolved.
fn references(
    definition: &Definition,
    value: &mut Value,
    node: NodeId,
) -> Vec<(usize, String, String)> {
    let (Some(rows), Value::Table(table)) = (table::rows(definition), value) else {
        return Vec::new();
    };
    let mut references = Vec::new();
    for (at, row) in table.items.iter_mut().enumerate() {
        let Value::Table(row) = row else { continue };
        for (name, value) in &mut row.fields {
            let is_element = rows.field(name).is_some_and(|field| {
                let api = halion_api::api();
                field.types.iter().any(|name| api.class(name).is_some())
            });
            if let (true, Value::Text(path)) = (is_element, &*value) {
                references.push((at, name.clone(), path.clone()));
                *value = Value::Element(node);
            }
        }
    }
    references
}

/// A value of any kind; dates are not among them.
pub(super) fn value(
    given: &Spanned<DeValue<'_>>,
    lines: Lines<'_>,
) -> Result<Value, ScenarioError> {
    Ok(match given.get_ref() {
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Array(items) => Value::array(
            items
                .iter()
                .map(|item| value(item, lines))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(fields) => {
            let field = |(key, given): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                Ok((key.to_string(), value(given, lines)?))
            };
            Value::Table(TableValue {
                items: Vec::new(),
                fields: fields.iter().map(field).collect::<Result<_, _>>()?,
            })
        }
        other => Value::Number(read::number(other).ok_or_else(|| {
            let message =
                "a value must be a number, true, false, a text in quotes, an array or a table";
            ScenarioError::at(lines.at(given.span().start), message.to_owned())
        })?),
    })
}
