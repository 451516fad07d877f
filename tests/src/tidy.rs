//! The rules that the project's texts keep, read from the files themselves: edges between crates as ARCHITECTURE.md lists them, a
//! first line that says what a file is for, bounded length, and nothing that belongs to one machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files that may be longer than [`LONGEST`], each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// The most lines a source file may have.
const LONGEST: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
}

/// Every file that git would track, with its path from the root.
fn files() -> Vec<(String, PathBuf)> {
    let mut files: Vec<_> = ignore::WalkBuilder::new(root())
        .hidden(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
        .map(|entry| entry.expect("the workspace is readable").into_path())
        .filter(|path| path.is_file())
        .map(|path| {
            (
                path.strip_prefix(root())
                    .expect("below the root")
                    .to_string_lossy()
                    .replace('\\', "/"),
                path,
            )
        })
        .collect();
    files.sort();
    files
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    extensions.iter().any(|extension| {
        name.rsplit_once('.')
            .is_some_and(|(_, end)| end == *extension)
    })
}

/// Fails with one line for each complaint.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_edges_between_crates_are_those_of_the_architecture() {
    let page =
        std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    let block = page
        .split("```edges\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("it has an `edges` block");
    let written: BTreeSet<String> = block
        .lines()
        .flat_map(|line| {
            let (from, to) = line.split_once("->").expect("a line is `crate -> crates`");
            let from = from.trim().to_owned();
            std::iter::once(format!("{from} ->"))
                .chain(
                    to.split_whitespace()
                        .map(move |to| format!("{from} -> {to}")),
                )
                .collect::<Vec<_>>()
        })
        .collect();
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let short = |name: &str| {
        if name == "halion-script" {
            name.to_owned()
        } else {
            name.trim_start_matches("halion-").to_owned()
        }
    };
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let mut real = BTreeSet::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.name.as_str() != "tests")
    {
        real.insert(format!("{} ->", short(&package.name)));
        // Dev-dependencies are not edges: a test may look at what the crate itself must not.
        let normal = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != cargo_metadata::DependencyKind::Development);
        real.extend(
            normal
                .filter(|dependency| ours.contains(&dependency.name))
                .map(|dependency| {
                    format!("{} -> {}", short(&package.name), short(&dependency.name))
                }),
        );
    }
    let complaints: Vec<String> = (written
        .difference(&real)
        .map(|edge| format!("written but not there: {edge}")))
    .chain(
        real.difference(&written)
            .map(|edge| format!("there but not written: {edge}")),
    )
    .collect();
    none(&complaints);
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|(name, _)| has_extension(name, &["rs"]))
        .filter(|(_, path)| {
            !std::fs::read_to_string(path)
                .expect("readable")
                .starts_with("//! ")
        })
        .map(|(name, _)| format!("{name}: the first line is not `//! ...`"))
        .collect();
    none(&complaints);
}

#[test]
fn source_files_stay_short() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|(name, _)| has_extension(name, &["rs", "ts"]))
        .filter_map(|(name, path)| {
            let n_lines = std::fs::read_to_string(path)
                .expect("readable")
                .lines()
                .count();
            let excused = LONG_FILES.iter().any(|(long, _)| long == name);
            match (n_lines > LONGEST, excused) {
                (true, false) => Some(format!(
                    "{name}: {n_lines} lines; split it, or say in LONG_FILES why not"
                )),
                (false, true) => Some(format!("{name}: no longer long; take it off LONG_FILES")),
                _ => None,
            }
        })
        .collect();
    none(&complaints);
}

#[test]
fn nothing_belongs_to_one_machine() {
    // Written in two halves so that this file does not find itself.
    let needles = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("index.", "crates.io"),
        concat!("registry.", "npmjs"),
        concat!("deb.", "debian.org"),
    ];
    let text_files = [
        "rs", "ts", "js", "mjs", "json", "toml", "md", "sh", "lua", "yml", "yaml", "lock",
    ];
    let mut complaints = Vec::new();
    for (name, path) in files() {
        if !has_extension(&name, &text_files) && name != ".ci/run" {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text file is UTF-8");
        for needle in needles.iter().filter(|needle| text.contains(**needle)) {
            complaints.push(format!("{name}: contains `{needle}`"));
        }
    }
    none(&complaints);
}

#[test]
fn protocol_crates_are_named_once() {
    let rules = [
        ("tower_lsp", "server/lsp/"),
        ("dap::", "server/adapter/"),
        ("rowan::", "server/syntax/"),
        ("notify::", "server/workspace/"),
    ];
    let mut complaints = Vec::new();
    for (name, path) in files()
        .iter()
        .filter(|(name, _)| has_extension(name, &["rs"]) && name.starts_with("server/"))
    {
        let text = std::fs::read_to_string(path).expect("readable");
        for (needle, home) in rules {
            let named = text.lines().any(|line| {
                !line.trim_start().starts_with("//")
                    && line.split(needle).skip(1).count() > 0
                    && !line.contains(&format!("halion_{needle}"))
            });
            if named && !name.starts_with(home) {
                complaints.push(format!("{name}: names `{needle}`, which only {home} may"));
            }
        }
    }
    none(&complaints);
}

/// The numbers that a text names behind "HALion semantics": one, or several with commas and `and` between them.
fn named_rules(text: &str) -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with("//"))
        .collect();
    for list in words.join(" ").split("HALion semantics ").skip(1) {
        let mut rest = list;
        loop {
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches('.');
            if number.is_empty() {
                break;
            }
            rules.insert(number.to_owned());
            let after = &rest[end..];
            let next = [", and ", ", ", " and "]
                .iter()
                .find_map(|between| after.strip_prefix(between));
            match next {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    rules
}

#[test]
fn every_rule_of_halion_is_named_by_a_test() {
    const PAGE: &str = "docs/halion-semantics.md";
    let page = std::fs::read_to_string(root().join(PAGE)).expect("the page of rules exists");
    let rules: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .map(|(rule, _)| rule.to_owned())
        .filter(|rule| rule.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    let is_test = |name: &str| {
        name != "tests/src/tidy.rs"
            && (name.starts_with("tests/")
                || name.contains("/tests/")
                || name.ends_with("/tests.rs")
                || name.ends_with(".test.lua"))
    };
    let (mut tested, mut complaints) = (BTreeSet::new(), Vec::new());
    for (name, path) in files() {
        if !has_extension(&name, &["rs", "md", "lua"]) || name == PAGE {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text file is UTF-8");
        let named = named_rules(&text);
        // A chapter or section stands for the rules in it.
        let unknown = named.iter().filter(|rule| {
            let section = format!("{rule}.");
            !rules.contains(*rule) && !rules.iter().any(|known| known.starts_with(&section))
        });
        complaints.extend(unknown.map(|rule| format!("{name}: there is no rule {rule}")));
        if is_test(&name) {
            tested.extend(named);
        }
    }
    complaints.extend(
        rules
            .difference(&tested)
            .map(|rule| format!("{PAGE}: no test names rule {rule}")),
    );
    none(&complaints);
}
