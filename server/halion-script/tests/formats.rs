//! What `check` writes for programs has the shape that is promised: JSON by its contract, SARIF by its schema.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{folder, halion_script, root, write};
use serde::Deserialize;

/// The contract of `check --format json`, with no field more and none less.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Diagnostic {
    code: String,
    severity: Severity,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: String,
    function: Option<String>,
    thread: Option<Thread>,
    chain: Vec<Step>,
    supplied_at: Option<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    path: String,
    line: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Information,
    Hint,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Thread {
    Controller,
    Processor,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    path: String,
    line: u32,
    thread: Thread,
    why: Why,
    supplied_at: Option<Place>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Why {
    Entry,
    Call,
    RunAsync,
    RunSync,
    Spawn,
    Callback,
    Argument,
    Store,
}

#[test]
fn the_sample_that_is_wrong_has_exactly_one_error() {
    let said = halion_script(root(), &["check", "samples/open_url", "--format", "json"]);
    assert_eq!(said.code, 1);
    let document: Document = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document.version, 1);
    let [file] = &document.files[..] else {
        panic!("{document:?}")
    };
    assert_eq!(file.path, "samples/open_url/script.lua");
    let [found] = &file.diagnostics[..] else {
        panic!("{file:?}")
    };
    assert_eq!(
        (found.code.as_str(), &found.severity),
        ("wrong-thread", &Severity::Error)
    );
    assert_eq!(
        (found.line, found.column, found.end_line, found.end_column),
        (9, 3, 9, 10)
    );
    assert_eq!(
        (found.function.as_deref(), &found.thread),
        (Some("openURL"), &Some(Thread::Processor))
    );
    assert!(found.message.contains("openURL"), "{}", found.message);
    let [step] = &found.chain[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (step.name.as_str(), step.line, &step.thread, &step.why),
        ("onNote", 8, &Thread::Processor, &Why::Entry)
    );
    assert_eq!(step.path, file.path);
}

/// `openURL` is called as `pages.open`, by a function that is handed over.
const OTHER_NAMES: &str = "local pages = {\n  open = openURL,\n}\nlocal function call(f)\n  f()\nend\nfunction onNote(event)\n  call(function()\n    pages.open(\"\")\n  end)\nend\n";

#[test]
fn json_says_where_a_function_under_another_name_comes_from() {
    let folder = folder(&[("main.lua", OTHER_NAMES)]);
    let said = halion_script(folder.path(), &["check", "main.lua", "--format", "json"]);
    let document: Document = serde_json::from_str(&said.out).unwrap();
    let found = &document.files[0].diagnostics[0];
    let of = |place: &Option<Place>| place.as_ref().map(|place| (place.path.clone(), place.line));
    assert_eq!(of(&found.supplied_at), Some(("main.lua".to_owned(), 2)));
    let last = found.chain.last().unwrap();
    assert_eq!(of(&last.supplied_at), Some(("main.lua".to_owned(), 8)));
    assert_eq!(of(&found.chain[0].supplied_at), None);
}

#[test]
fn sarif_links_to_where_a_function_under_another_name_comes_from() {
    let folder = folder(&[("main.lua", OTHER_NAMES)]);
    let run = sarif(folder.path(), &["main.lua"]);
    let result = &run["results"][0];
    let related = result["relatedLocations"].as_array().unwrap();
    let related: Vec<(u64, u64, &str)> = related
        .iter()
        .map(|location| {
            let line = &location["physicalLocation"]["region"]["startLine"];
            let said = location["message"]["text"].as_str().unwrap();
            (
                location["id"].as_u64().unwrap(),
                line.as_u64().unwrap(),
                said,
            )
        })
        .collect();
    assert_eq!(
        related,
        [
            (1, 8, "a function without name handed over here"),
            (2, 2, "`openURL` comes from here"),
        ]
    );
    let said = result["message"]["text"].as_str().unwrap();
    assert!(
        said.ends_with(
            "\na function without name [handed over here](1)\n`openURL` [comes from here](2)"
        ),
        "{said}"
    );
    let plain = sarif(root(), &["samples/open_url"]);
    assert_eq!(
        plain["results"][0]["relatedLocations"],
        serde_json::Value::Null
    );
}

#[test]
fn sarif_tells_why_findings_may_not_be_complete() {
    let busy: String = (0..14)
        .map(|n| format!("function all.f{n}(v) for k, f in pairs(all) do f({{ v }}, k) end return {{ v }} end\n"))
        .collect();
    let busy =
        format!("all = {{}}\n{busy}function onNote(e) for k, f in pairs(all) do f(e) end end\n");
    let folder = folder(&[
        ("busy.lua", &busy),
        ("lost.lua", "require \"lost.module\"\n"),
        ("bad.lua", "\0"),
    ]);
    let run = sarif(folder.path(), &["bad.lua", "busy.lua", "lost.lua"]);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    let notes: Vec<[&str; 3]> = notes
        .iter()
        .map(|note| {
            let artifact = &note["locations"][0]["physicalLocation"]["artifactLocation"];
            let texts = [&note["descriptor"]["id"], &note["level"], &artifact["uri"]];
            texts.map(|text| text.as_str().unwrap())
        })
        .collect();
    assert_eq!(
        notes,
        [
            ["unusable-path", "error", "bad.lua"],
            ["module-not-found", "warning", "lost.lua"],
            ["limit-reached", "warning", "busy.lua"],
        ]
    );
    let fine = sarif(root(), &["samples/open_url"]);
    assert_eq!(
        fine["invocations"][0],
        serde_json::json!({ "executionSuccessful": true, "toolExecutionNotifications": [] }),
        "findings are no failure of the check"
    );
}

/// The run that `check --format sarif` tells, which obeys the schema.
fn sarif(folder: &Path, paths: &[&str]) -> serde_json::Value {
    let args = [&["check", "--format", "sarif", "--hints"], paths].concat();
    let said = halion_script(folder, &args);
    let mut sarif: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let schema = sarif_schema();
    let complaints: Vec<String> = schema
        .iter_errors(&sarif)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    sarif["runs"][0].take()
}

#[test]
fn sarif_obeys_its_schema() {
    let folder = folder(&[
        (
            "main.lua",
            "local web = require \"lib.web\"\nfunction onNote(event)\n  web.open(event)\nend\nfunction dead() openURL(\"\") end\n",
        ),
        (
            "lib/web.lua",
            "local web = {}\nfunction web.open(text)\n  runAsync(openURL, \"\")\n  openURL(\"\")\nend\nreturn web\n",
        ),
        ("a name with blanks.lua", "x = = 1\n"),
    ]);
    write(folder.path(), "empty.lua", b"");
    for path in [".", "empty.lua"] {
        let run = sarif(folder.path(), &[path]);
        for result in run["results"].as_array().unwrap() {
            let rule = result["ruleIndex"]
                .as_u64()
                .expect("each result names its rule");
            assert_eq!(
                run["tool"]["driver"]["rules"][usize::try_from(rule).unwrap()]["id"],
                result["ruleId"]
            );
        }
    }
    let run = sarif(root(), &["samples/open_url"]);
    let result = &run["results"][0];
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "samples/open_url/script.lua"
    );
    let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(flow.as_array().unwrap().len(), 2, "the entry and the call");
    assert_eq!(
        flow[0]["location"]["physicalLocation"]["region"]["startLine"],
        8
    );
}

/// The official schema, as it lies beside the types that we write SARIF with.
fn sarif_schema() -> jsonschema::Validator {
    let rustc = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    // What this test was built from is there; what other systems would need is not.
    let options = ["--offline", "--filter-platform", host]
        .map(str::to_owned)
        .to_vec();
    let mut command = cargo_metadata::MetadataCommand::new();
    let metadata = command
        .manifest_path(root().join("Cargo.toml"))
        .other_options(options)
        .exec()
        .unwrap();
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "serde-sarif")
        .unwrap();
    let schema = package
        .manifest_path
        .parent()
        .unwrap()
        .join("src/schema.json");
    // One pattern of the official schema has a bracket too many, which stricter regular expressions refuse.
    let schema = std::fs::read_to_string(schema).unwrap();
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema = serde_json::from_str(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}
