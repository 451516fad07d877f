//! Prints the whole reference as Markdown: name, threads, signatures, description, parameters and link of every entry, in the order of the data.

use halion_api::{Callback, Class, Enumeration, Function, Library, Table, Value, api};

fn main() {
    let api = api();
    println!("# HALion Script reference");
    println!("\n## Functions");
    api.functions().iter().for_each(function);
    println!("\n## Classes");
    api.classes().iter().for_each(class);
    println!("\n## Callbacks");
    api.callbacks()
        .iter()
        .chain(api.ui_callbacks())
        .for_each(callback);
    println!("\n## Constants");
    api.enums().iter().for_each(enumeration);
    println!("\n## Controller numbers\n\nThe numbers 0 to 127 are those of MIDI.\n");
    for number in api.controller_numbers() {
        println!(
            "- {} **{}** {}",
            number.number, number.name, number.description
        );
    }
    println!("\n## Tables");
    api.tables().iter().for_each(table);
    println!("\n## Lua standard library");
    api.lua().libraries().iter().for_each(library);
}

fn heading(name: &str, facts: &str, since: Option<&str>, url: &str) {
    let since = since
        .map(|version| format!(", since HALion {version}"))
        .unwrap_or_default();
    println!("\n### {name}\n\n*{facts}{since}* ([page]({url}))\n");
}

fn function(function: &Function) {
    let threads = if function.ui_only {
        "UI scripts".to_owned()
    } else {
        function.threads.to_string()
    };
    heading(
        &function.qualified_name(),
        &threads,
        function.since.as_deref(),
        &function.url(),
    );
    println!(
        "```lua\n{}\n```\n\n{}",
        function.signatures.join("\n"),
        function.description
    );
    values("", &function.params);
    values("", &function.named_params);
    values("returns ", &function.returns);
    if let Some(dispute) = &function.dispute {
        println!("\nThe page says {}. {}", dispute.stated, dispute.note);
    }
    if let Some(erratum) = &function.erratum {
        println!("\n{erratum}");
    }
}

fn class(class: &Class) {
    let extends = class
        .extends
        .as_ref()
        .map(|base| format!("extends {base}, "))
        .unwrap_or_default();
    heading(
        &class.name,
        &format!("{extends}fields: {}", class.threads),
        class.since.as_deref(),
        &class.url(),
    );
    println!("{}\n", class.description);
    for field in &class.fields {
        println!(
            "- `{}` {}: {}",
            field.name,
            field.types.join(" or "),
            field.description
        );
    }
    class.constructor.iter().for_each(function);
    class.methods.iter().copied().for_each(function);
}

fn callback(callback: &Callback) {
    let facts = format!("{}, when {}", callback.thread, callback.trigger);
    heading(
        &callback.name,
        &facts,
        callback.since.as_deref(),
        &callback.url(),
    );
    println!(
        "```lua\n{}\n```\n\n{}",
        callback.signatures.join("\n"),
        callback.description
    );
    values("", &callback.params);
    values("event.", &callback.event_fields);
    values("returns ", &callback.returns);
    values("returns .", &callback.result_keys);
}

fn enumeration(enumeration: &Enumeration) {
    heading(
        &enumeration.name,
        &enumeration.threads().to_string(),
        enumeration.since.as_deref(),
        &enumeration.url(),
    );
    println!("{}\n", enumeration.description);
    for constant in &enumeration.constants {
        println!(
            "- `{}.{}` = {}: {}",
            enumeration.name, constant.name, constant.value, constant.description
        );
    }
}

fn table(table: &Table) {
    let source = table
        .obtained_by
        .as_deref()
        .unwrap_or("part of another table");
    heading(&table.name, source, table.since.as_deref(), &table.url());
    println!("{}", table.description);
    values(".", &table.fields);
}

fn library(library: &Library) {
    println!("\n### {}\n\n{}\n", library.name, library.description);
    for entry in &library.entries {
        println!(
            "- `{}` ({:?}) {}",
            entry.signature, entry.availability, entry.description
        );
    }
}

fn values(prefix: &str, values: &[Value]) {
    if !values.is_empty() {
        println!();
    }
    for value in values {
        let optional = value.optional.then(|| "optional".to_owned());
        let range = value.range.map(|range| range.to_string());
        let unit = value.unit.map(|unit| unit.to_string());
        let default = value
            .default
            .as_ref()
            .map(|default| format!("default {default}"));
        let special = value
            .special
            .iter()
            .map(|special| format!("{}: {}", special.value, special.meaning));
        let facts = [Some(value.type_text()), optional, range, unit, default]
            .into_iter()
            .flatten();
        let facts: Vec<String> = facts.chain(special).collect();
        println!(
            "- `{prefix}{}` ({}) {}",
            value.name,
            facts.join("; "),
            value.description
        );
        self::values(&format!("{prefix}{}.", value.name), &value.keys);
    }
}
