//! The documentation of the scenario format, in Markdown, from the tables that read it.

use std::fmt::Write as _;

use super::{
    KEYS, input,
    program::program_reference,
    schema::{Form, Key, Need},
};
use crate::event::short;

/// Every key of a scenario file and every kind of input, as sections of a Markdown page.
pub fn scenario_reference() -> String {
    let mut page = String::from("## Keys of the file\n\n");
    table(&mut page, KEYS);
    nested(&mut page, "", KEYS);
    page.push_str("## Inputs\n\nEach `[[input]]` has these keys and those of its kind:\n\n");
    table(&mut page, input::COMMON);
    for kind in input::kinds() {
        let _ = writeln!(page, "### `{}`\n\n{}\n", kind.name, kind.doc);
        table(&mut page, kind.keys);
        nested(&mut page, "input.", kind.keys);
    }
    page.push_str("## The program tree\n\n");
    page.push_str(&program_reference());
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// A section for each table within a table.
fn nested(page: &mut String, above: &str, keys: &[Key]) {
    for key in keys {
        let (inner, path) = match key.form {
            Form::Table(inner) => (inner, format!("[{above}{}]", key.name)),
            Form::Tables(inner) => (inner, format!("[[{above}{}]]", key.name)),
            _ => continue,
        };
        let _ = writeln!(page, "### `{path}`\n\n{}\n", key.doc);
        table(page, inner);
        nested(page, &format!("{above}{}.", key.name), inner);
    }
}

fn table(page: &mut String, keys: &[Key]) {
    if keys.is_empty() {
        return;
    }
    page.push_str("| key | value | if it is missing | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let value = match key.form {
            Form::Kind => "a text in quotes".to_owned(),
            form => form.to_string(),
        };
        let missing = match key.need {
            Need::Required => "an error".to_owned(),
            Need::Optional => String::new(),
            Need::Or(default) => short(default),
            Need::OrText(default) => format!("\"{default}\""),
        };
        let _ = writeln!(
            page,
            "| `{}` | {value} | {missing} | {} |",
            key.name, key.doc
        );
    }
    page.push('\n');
}
