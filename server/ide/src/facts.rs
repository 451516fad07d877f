//! HALion's API as Markdown: the signature, a line with the threads, what it does, its parameters, the reference page.

use std::fmt::Write as _;

use halion_api::{
    Access, Availability, Callback, Class, Constant, Enumeration, Field, Function, FunctionKind,
    Global, LuaEntry, LuaKind, RunsOn, Threads, Value,
};

/// Lua source as a block of its own.
pub(crate) fn code(lines: &[String]) -> String {
    format!("```lua\n{}\n```\n", lines.join("\n"))
}

/// `**Controller only**`, the first thing a script author looks for.
pub(crate) fn badge(threads: Threads) -> &'static str {
    match threads {
        Threads::CONTROLLER => "**Controller only**",
        Threads::PROCESSOR => "**Processor only**",
        Threads::BOTH => "**Controller and Processor**",
        _ => "**Not available in HALion**",
    }
}

pub(crate) fn function_badge(function: &Function) -> String {
    let threads = if function.ui_only {
        "**UI scripts only** (Controller)"
    } else {
        badge(function.threads)
    };
    let deprecated = if function.deprecated {
        " · deprecated"
    } else {
        ""
    };
    format!(
        "{threads}{}{deprecated}\n",
        since(function.since.as_deref())
    )
}

/// Signatures, threads, `verdict` about the place, and all that is known.
pub(crate) fn function(function: &Function, verdict: Option<&str>) -> String {
    let mut text = code(&signatures(function));
    text.push_str(&function_badge(function));
    paragraph(&mut text, verdict.unwrap_or_default());
    text.push_str(&function_body(function));
    link(&mut text, &function.qualified_name(), &function.url());
    text
}

/// The description, parameters, results and remarks.
pub(crate) fn function_body(function: &Function) -> String {
    let mut text = String::new();
    paragraph(&mut text, &function.description);
    values(&mut text, "Parameters", &function.params);
    values(&mut text, "Keys of the table", &function.named_params);
    values(&mut text, "Returns", &function.returns);
    let mut remarks = Vec::new();
    for param in &function.function_params {
        let runs = match param.runs_on {
            RunsOn::Caller => "the caller's thread".to_owned(),
            RunsOn::Controller => "Controller".to_owned(),
            RunsOn::Processor => "Processor".to_owned(),
        };
        let only_if = param
            .only_if
            .as_ref()
            .map(|key| format!(" if `{key}` is true"))
            .unwrap_or_default();
        remarks.push(format!("`{}` runs in {runs}{only_if}.", param.param));
    }
    if function.suspends {
        remarks.push("Puts the calling task on hold.".into());
    }
    if !function.only_in.is_empty() {
        let callbacks: Vec<String> = function
            .only_in
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        remarks.push(format!("Only in {}.", callbacks.join(", ")));
    }
    if function.not_in_global_statements {
        remarks.push("Fails in global statements.".into());
    }
    for case in &function.argument_threads {
        remarks.push(format!(
            "With a first argument of type {}: {}.",
            case.argument_type, case.threads
        ));
    }
    if let Some(dispute) = &function.dispute {
        let stated = (dispute.stated != function.threads)
            .then(|| format!("The reference page says {}. ", dispute.stated));
        remarks.push(stated.unwrap_or_default() + &dispute.note);
    }
    remarks.extend(function.erratum.clone());
    paragraph(&mut text, &remarks.join("  \n"));
    text
}

/// The forms of the call with what they give: `playNote(note, velocity) -> noteID`; methods with their class in front.
pub(crate) fn signatures(function: &Function) -> Vec<String> {
    let class = match (function.kind, &function.class) {
        (FunctionKind::Method, Some(class)) => format!("{class}:"),
        _ => String::new(),
    };
    let results: Vec<&str> = function
        .returns
        .iter()
        .map(|value| value.name.as_str())
        .collect();
    let results = match results.is_empty() {
        true => String::new(),
        false => format!(" -> {}", results.join(", ")),
    };
    let forms = function.signatures.iter();
    forms
        .map(|form| format!("{class}{form}{results}"))
        .collect()
}

pub(crate) fn callback(callback: &Callback, runs: Option<&str>) -> String {
    let declarations: Vec<String> = callback
        .signatures
        .iter()
        .map(|signature| format!("function {signature}"))
        .collect();
    let mut text = code(&declarations);
    let kind = if callback.ui_only {
        " · callback of UI scripts"
    } else {
        " · callback"
    };
    let assumed = if callback.thread_assumed {
        " (assumed)"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "**Runs in {}**{assumed}{kind}{}",
        callback.thread,
        since(callback.since.as_deref())
    );
    paragraph(&mut text, runs.unwrap_or_default());
    paragraph(&mut text, &callback.description);
    if !callback.trigger.is_empty() {
        paragraph(
            &mut text,
            &format!("Called when {}.", callback.trigger.trim_end_matches('.')),
        );
    }
    values(&mut text, "Parameters", &callback.params);
    values(&mut text, "Fields of the event", &callback.event_fields);
    values(&mut text, "Returns", &callback.returns);
    values(&mut text, "Keys of the result", &callback.result_keys);
    let mut remarks = Vec::new();
    remarks.extend(
        callback
            .pass_on_with
            .as_ref()
            .map(|name| format!("Pass the event on with `{name}`.")),
    );
    remarks.extend(
        callback
            .fallback
            .as_ref()
            .map(|name| format!("If it is not defined, `{name}` gets the event.")),
    );
    remarks.extend(
        callback
            .period_samples
            .map(|samples| format!("Called every {samples} samples.")),
    );
    remarks.extend((callback.may_suspend == Some(false)).then(|| "Must not wait.".to_owned()));
    remarks.extend(callback.erratum.clone());
    paragraph(&mut text, &remarks.join("  \n"));
    link(&mut text, &callback.name, &callback.url());
    text
}

pub(crate) fn class(class: &Class, verdict: Option<&str>) -> String {
    let extends = class
        .extends
        .as_ref()
        .map(|base| format!(" : {base}"))
        .unwrap_or_default();
    let mut text = code(&[format!("class {}{extends}", class.name)]);
    let _ = writeln!(
        text,
        "{}{}",
        badge(class.threads),
        since(class.since.as_deref())
    );
    paragraph(&mut text, &class.description);
    if let Some(constructor) = &class.constructor {
        text.push_str(&code(&signatures(constructor)));
        text.push_str(&function_badge(constructor));
        paragraph(&mut text, verdict.unwrap_or_default());
        text.push_str(&function_body(constructor));
    }
    link(&mut text, &class.name, &class.url());
    text
}

pub(crate) fn field(class: &Class, field: &Field) -> String {
    let mut text = code(&[format!(
        "{}.{}: {}",
        class.name,
        field.name,
        field.types.join(" or ")
    )]);
    let access = match field.access {
        Access::ReadOnly => " · read only".to_owned(),
        Access::ReadWrite if field.assigned_in == Threads::BOTH => String::new(),
        Access::ReadWrite => format!(" · assigned in {} only", field.assigned_in),
    };
    let _ = writeln!(
        text,
        "{}{access}{}",
        badge(class.threads),
        since(field.since.as_deref())
    );
    let mut facts = Vec::new();
    facts.extend(field.range.map(|range| range.to_string()));
    facts.extend(field.unit.map(|unit| unit.to_string()));
    facts.extend(
        field
            .enumeration
            .as_ref()
            .map(|name| format!("a constant of `{name}`")),
    );
    facts.extend(
        field
            .special
            .iter()
            .map(|special| format!("`{}`: {}", special.value, special.meaning)),
    );
    if field.nilable {
        facts.push("may be nil".into());
    }
    paragraph(&mut text, &field.description);
    paragraph(&mut text, &facts.join("; "));
    link(&mut text, &class.name, &class.url());
    text
}

pub(crate) fn constant(enumeration: &Enumeration, constant: &Constant) -> String {
    let mut text = code(&[format!(
        "{}.{} = {}",
        enumeration.name, constant.name, constant.value
    )]);
    let version = constant.since.as_deref().or(enumeration.since.as_deref());
    let _ = writeln!(text, "{}{}", badge(enumeration.threads()), since(version));
    paragraph(&mut text, &constant.description);
    link(&mut text, &enumeration.name, &enumeration.url());
    text
}

pub(crate) fn enumeration(enumeration: &Enumeration) -> String {
    let constants = enumeration.constants.iter().map(|constant| {
        format!(
            "{}.{} = {}",
            enumeration.name, constant.name, constant.value
        )
    });
    let mut text = code(&constants.take(24).collect::<Vec<_>>());
    let _ = writeln!(
        text,
        "{}{}",
        badge(enumeration.threads()),
        since(enumeration.since.as_deref())
    );
    if enumeration.constants.len() > 24 {
        paragraph(
            &mut text,
            &format!(
                "{} constants, the first 24 shown.",
                enumeration.constants.len()
            ),
        );
    }
    paragraph(&mut text, &enumeration.description);
    link(&mut text, &enumeration.name, &enumeration.url());
    text
}

pub(crate) fn global(global: &Global) -> String {
    let mut text = code(&[format!("{}: {}", global.name, global.value_type)]);
    let place = if global.midi_only {
        "**MIDI module scripts only**"
    } else {
        badge(Threads::BOTH)
    };
    let _ = writeln!(text, "{place}");
    paragraph(&mut text, &global.description);
    link(&mut text, &global.name, &global.url());
    text
}

pub(crate) fn lua(entry: &LuaEntry) -> String {
    let kind = match entry.kind {
        LuaKind::Function => "function",
        LuaKind::Value => "value",
    };
    let mut text = code(std::slice::from_ref(&entry.signature));
    let remark = match entry.availability {
        Availability::Available => String::new(),
        Availability::Removed => " · HALion leaves it out".to_owned(),
        Availability::Absent => {
            let part_of = entry.part_of.as_deref().unwrap_or("another Lua");
            format!(" · part of {part_of}, not of Lua 5.2")
        }
        Availability::Deprecated => " · left over from Lua 5.1".to_owned(),
    };
    let _ = writeln!(
        text,
        "{} · Lua standard {kind}{remark}",
        badge(entry.threads())
    );
    paragraph(&mut text, &entry.description);
    if let Some(instead) = &entry.instead {
        paragraph(
            &mut text,
            &match instead.starts_with("the ") || instead.starts_with("a ") {
                true => format!("Write {instead} instead."),
                false => format!("Write `{instead}` instead."),
            },
        );
    }
    link(&mut text, &entry.qualified_name(), &entry.url());
    text
}

/// `note` number, 0 to 127 (default 60): what it is.
fn values(text: &mut String, title: &str, values: &[Value]) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}:");
    for value in values {
        let _ = writeln!(text, "- {}", value_line(value));
    }
}

pub(crate) fn value_line(value: &Value) -> String {
    let mut facts = vec![value.type_text()];
    facts.extend(value.range.map(|range| range.to_string()));
    facts.extend(value.unit.map(|unit| unit.to_string()));
    facts.extend(
        value
            .enumeration
            .as_ref()
            .map(|name| format!("a constant of `{name}`")),
    );
    if !value.values.is_empty() {
        let values: Vec<String> = value
            .values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect();
        facts.push(values.join(" or "));
    }
    match &value.default {
        Some(default) => facts.push(format!("default `{default}`")),
        None if value.optional && !value.variadic => facts.push("optional".into()),
        None => {}
    }
    facts.extend(
        value
            .since
            .as_ref()
            .map(|version| format!("since HALion {version}")),
    );
    let description = if value.description.is_empty() {
        String::new()
    } else {
        format!(": {}", value.description)
    };
    let mut line = format!("`{}` {}{description}", value.name, facts.join(", "));
    for special in &value.special {
        let _ = write!(line, "\n  - `{}`: {}", special.value, special.meaning);
    }
    line
}

fn since(version: Option<&str>) -> String {
    version
        .map(|version| format!(" · since HALion {version}"))
        .unwrap_or_default()
}

fn paragraph(text: &mut String, paragraph: &str) {
    if !paragraph.is_empty() {
        let _ = writeln!(text, "\n{paragraph}");
    }
}

fn link(text: &mut String, name: &str, url: &str) {
    let _ = write!(text, "\n[Reference: {name}]({url})");
}
