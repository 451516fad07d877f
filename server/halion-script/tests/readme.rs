//! The READMEs of the samples are tests: every command in a `console` block says what the block shows.
//!
//! A line that starts with `$ ` is a command, started in the root of the repository; what follows is its output, and
//! behind it its standard error. `UPDATE=1` writes what the commands say now into the files.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{halion_script, root};

#[test]
fn the_readme_of_each_sample_shows_what_its_commands_say() {
    let mut n_commands = 0;
    let samples = std::fs::read_dir(root().join("samples")).unwrap();
    let mut folders: Vec<_> = samples
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        for file in ["script.lua", "README.md", ".vscode/launch.json"] {
            assert!(
                folder.join(file).is_file(),
                "{} has no {file}",
                folder.display()
            );
        }
        n_commands += check(&folder.join("README.md"));
    }
    assert!(n_commands >= 6, "only {n_commands} commands were found");
}

/// Gives the number of commands.
fn check(readme: &Path) -> usize {
    let expected = std::fs::read_to_string(readme).unwrap();
    let mut found = String::new();
    let mut n_commands = 0;
    let mut in_console = false;
    for line in expected.lines() {
        match (in_console, line) {
            (false, "```console") => in_console = true,
            (true, "```") => in_console = false,
            (true, line) if line.starts_with("$ ") => {
                n_commands += 1;
                found.push_str(line);
                found.push('\n');
                found.push_str(&output_of(line));
                continue;
            }
            (true, _) => continue,
            (false, _) => {}
        }
        found.push_str(line);
        found.push('\n');
    }
    if found != expected && std::env::var_os("UPDATE").is_some() {
        std::fs::write(readme, &found).unwrap();
        return n_commands;
    }
    assert!(
        found == expected,
        "{} is out of date (UPDATE=1 writes it anew):\n{found}",
        readme.display()
    );
    n_commands
}

fn output_of(line: &str) -> String {
    let mut words = line.split_whitespace().skip(1);
    assert_eq!(
        words.next(),
        Some("halion-script"),
        "only this program can be shown: {line}"
    );
    let said = halion_script(root(), &words.collect::<Vec<_>>());
    format!("{}{}", said.out, said.err).trim_end().to_owned() + "\n"
}
