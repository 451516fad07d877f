//! `load_script { tempo = 90, .. }`: from a Lua table to a scenario, through the text that a scenario file would have.
//!
//! Invariant: what can be set and in which range is known to the scenario's own reader alone.

use std::path::{Path, PathBuf};

use halion_engine::{Input, Scenario};
use halion_workspace::{read_bytes, read_text};
use mlua::{Table, Value};

use crate::show;

/// What `load_script` was asked for.
pub(crate) struct Options {
    pub script: Option<PathBuf>,
    pub scenario: Scenario,
}

/// Reads the table of `load_script`; paths count from `folder`.
pub(crate) fn read(options: &Table, folder: &Path) -> Result<Options, String> {
    let mut settings = table(options, "load_script")?;
    let path = |settings: &mut toml::Table, key: &str| match settings.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(path)) => Ok(Some(folder.join(path))),
        Some(_) => Err(format!("`{key}` must be the path of a file")),
    };
    let script = path(&mut settings, "script")?;
    let scenario = path(&mut settings, "scenario")?;
    let scenario = match scenario {
        Some(path) if is_midi(&path) => {
            let bytes = read_bytes(&path).map_err(|problem| problem.to_string())?;
            if let Some(key) = settings.keys().next() {
                return Err(format!("`{key}` cannot be set beside a MIDI file"));
            }
            Scenario::from_midi(&bytes).map_err(|error| in_file(&path, &error.to_string()))?
        }
        Some(path) => {
            let text = read_text(&path).map_err(|problem| problem.to_string())?;
            // First as it stands, so that an error names its line.
            Scenario::parse(&text).map_err(|error| in_file(&path, &error.to_string()))?;
            let mut file: toml::Table =
                toml::from_str(&text).map_err(|error| in_file(&path, error.message()))?;
            file.extend(settings);
            parse(&file)?
        }
        None => parse(&settings)?,
    };
    let scenario = with_program(scenario, folder)?;
    Ok(Options { script, scenario })
}

/// Reads the file that describes the program tree, if one is named.
fn with_program(mut scenario: Scenario, folder: &Path) -> Result<Scenario, String> {
    let Some(path) = scenario.program.file().map(|file| folder.join(file)) else {
        return Ok(scenario);
    };
    let text = read_text(&path).map_err(|problem| problem.to_string())?;
    let resolved = scenario.program.resolve(&text);
    resolved.map_err(|error| in_file(&path, &error.to_string()))?;
    Ok(scenario)
}

fn is_midi(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("mid") || end.eq_ignore_ascii_case("midi"))
}

fn in_file(path: &Path, message: &str) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}: {message}")
}

/// One input from the name of its kind and its values, as an `[[input]]` of a scenario file says them.
pub(crate) fn input(kind: &str, values: &Table) -> Result<Input, String> {
    let mut input = table(values, kind)?;
    input.insert("at_ms".to_owned(), toml::Value::Integer(0));
    input.insert("kind".to_owned(), toml::Value::String(kind.to_owned()));
    let inputs = toml::Value::Array(vec![toml::Value::Table(input)]);
    let scenario = parse(&toml::Table::from_iter([("input".to_owned(), inputs)]))?;
    let input = scenario.inputs.into_iter().next();
    Ok(input.expect("one input was written"))
}

fn parse(table: &toml::Table) -> Result<Scenario, String> {
    let text = toml::to_string(table).map_err(|error| error.to_string())?;
    Scenario::parse(&text).map_err(|error| error.message)
}

fn table(table: &Table, name: &str) -> Result<toml::Table, String> {
    match to_toml(&Value::Table(table.clone()), name, 0)? {
        toml::Value::Table(table) => Ok(table),
        _ => Err(format!(
            "{name} takes names with values, such as {{ tempo = 90 }}"
        )),
    }
}

/// Deeper tables are no scenario.
const DEEPEST: usize = 32;

fn to_toml(value: &Value, name: &str, depth: usize) -> Result<toml::Value, String> {
    if depth > DEEPEST {
        return Err(format!("`{name}` is nested too deeply"));
    }
    Ok(match value {
        Value::Boolean(boolean) => toml::Value::Boolean(*boolean),
        Value::Integer(integer) => toml::Value::Integer(*integer),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            toml::Value::Integer(*number as i64)
        }
        Value::Number(number) => toml::Value::Float(*number),
        Value::String(text) => toml::Value::String(text.to_string_lossy()),
        Value::Table(table) if table.raw_len() > 0 => {
            let items = table.sequence_values::<Value>();
            let items: Result<_, String> = items
                .map(|item| {
                    let item = item.map_err(|error| error.to_string())?;
                    to_toml(&item, name, depth + 1)
                })
                .collect();
            toml::Value::Array(items?)
        }
        Value::Table(table) => {
            let mut items = toml::Table::new();
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = pair.map_err(|error| error.to_string())?;
                let Value::String(key) = key else {
                    return Err(format!("`{name}` has the key {}", show::value(&key)));
                };
                let key = key.to_string_lossy();
                let value = to_toml(&value, &key, depth + 1)?;
                items.insert(key, value);
            }
            toml::Value::Table(items)
        }
        other => {
            let type_name = other.type_name();
            return Err(format!(
                "`{name}` is a {type_name}; it must be a number, a text, true, false or a table"
            ));
        }
    })
}
