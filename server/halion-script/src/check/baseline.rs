//! `check --baseline FILE`: known findings that are not shown again.
//!
//! An entry is a rule, a path relative to the folder of the baseline, the text of the finding's line with its blanks made even, and where
//! the path to it ends; never a line number. So it stays with its finding when lines move, are indented anew, or change their order.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use halion_workspace::{Problem, read_text, save_text};
use serde::{Deserialize, Serialize};

use crate::report::{BaselineUse, File, Finding, Report, plural};

/// What a baseline file says at its top.
const HEADER: &str = "\
# Findings that `halion-script check --baseline` does not show again.
# Written by `halion-script check --write-baseline`; delete an entry to see its finding.

";

/// The one version of the format.
const VERSION: u32 = 1;

/// A baseline as it is used up.
pub struct Baseline {
    /// The folder that paths in it start at; absolute.
    folder: PathBuf,
    /// How many findings each entry still hides.
    left: BTreeMap<Key, usize>,
}

/// What makes two findings the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: String,
    rule: String,
    source: String,
    /// `onNote > openURL`, empty where no path belongs to the finding.
    ends: String,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default, rename = "finding", skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    ends: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads a file; what is wrong with it is said with its line.
    pub fn read(path: &Path) -> Result<Baseline, String> {
        let text = read_text(path).map_err(|problem| problem.to_string())?;
        let wrong = |line: usize, what: &str| {
            format!(
                "the baseline `{}` cannot be used, line {line}: {what}; correct it, or write it anew with --write-baseline",
                path.display()
            )
        };
        let document: Document = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start).min(text.len());
            wrong(line_of(&text, start), error.message().trim())
        })?;
        if document.version != VERSION {
            let at = text.find("version").unwrap_or_default();
            let what = format!(
                "its version is {}, and this program knows version {VERSION}",
                document.version
            );
            return Err(wrong(line_of(&text, at), &what));
        }
        let mut left = BTreeMap::new();
        for entry in document.findings {
            let key = Key {
                path: entry.path,
                rule: entry.rule,
                source: even(&entry.source),
                ends: entry.ends,
            };
            *left.entry(key).or_default() += entry.count;
        }
        Ok(Baseline {
            folder: folder_of(path),
            left,
        })
    }

    /// Marks the findings that it knows; as many of a kind as it has.
    pub fn hide(&mut self, report: &mut Report) {
        for file in &mut report.files {
            let path = relative(&self.folder, Path::new(&file.path));
            let keys: Vec<Key> = file
                .findings
                .iter()
                .map(|finding| Key::of(file, finding, &path))
                .collect();
            for (finding, key) in file.findings.iter_mut().zip(&keys) {
                if finding.code != "syntax-error"
                    && let Some(left) = self.left.get_mut(key)
                    && *left > 0
                {
                    *left -= 1;
                    finding.in_baseline = true;
                }
            }
        }
    }

    /// What it did. `roots` are the paths that were checked.
    pub fn summary(&self, report: &Report, roots: &[PathBuf]) -> BaselineUse {
        let hidden = report
            .all_findings(true)
            .filter(|(_, finding)| finding.in_baseline);
        BaselineUse {
            n_hidden: hidden.count(),
            unused: self.unused(report, roots),
        }
    }

    /// Entries that match nothing any more, each in a sentence. Files that were not checked say nothing about theirs.
    fn unused(&self, report: &Report, roots: &[PathBuf]) -> Vec<String> {
        let checked: Vec<String> = report
            .files
            .iter()
            .map(|file| relative(&self.folder, Path::new(&file.path)))
            .collect();
        let folders: Vec<String> = roots
            .iter()
            .filter(|root| root.is_dir())
            .map(|root| relative(&self.folder, root))
            .collect();
        let is_checked = |path: &str| {
            let is_below = |folder: &String| match folder.as_str() {
                "." => !path.starts_with("../"),
                folder => path
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/')),
            };
            checked.iter().any(|known| known == path) || folders.iter().any(is_below)
        };
        let unused = self
            .left
            .iter()
            .filter(|(key, left)| **left > 0 && is_checked(&key.path));
        let said = unused.map(|(key, &left)| {
            let times = match left {
                1 => String::new(),
                n => format!(" ({n} times)"),
            };
            format!("{}: {}: {}{times}", key.path, key.rule, key.source)
        });
        said.collect()
    }
}

impl Key {
    fn of(file: &File, finding: &Finding, path: &str) -> Key {
        let start = finding.span.range.start;
        let line_start = file.text[..start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let line = file.text[line_start..].lines().next().unwrap_or_default();
        let holder = finding.chain.last().map(|step| step.name.as_str());
        let ends = [holder, finding.function.as_deref()];
        let ends: Vec<&str> = match holder {
            Some(_) => ends.into_iter().flatten().collect(),
            None => Vec::new(),
        };
        Key {
            path: path.to_owned(),
            rule: finding.code.to_owned(),
            source: even(line),
            ends: ends.join(" > "),
        }
    }
}

/// Writes all findings of a report. Returns how many there are.
pub fn write(path: &Path, report: &Report) -> Result<usize, Problem> {
    let folder = folder_of(path);
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for file in &report.files {
        let shown = relative(&folder, Path::new(&file.path));
        for finding in &file.findings {
            // A script that does not load is not to be got used to.
            if finding.code != "syntax-error" {
                *counts.entry(Key::of(file, finding, &shown)).or_default() += 1;
            }
        }
    }
    let n = counts.values().sum();
    let entries = counts.into_iter().map(|(key, count)| Entry {
        rule: key.rule,
        path: key.path,
        source: key.source,
        ends: key.ends,
        count,
    });
    let document = Document {
        version: VERSION,
        findings: entries.collect(),
    };
    let text = toml::to_string(&document).expect("strings and numbers are TOML");
    save_text(path, &format!("{HEADER}{text}"))?;
    Ok(n)
}

/// `3 findings are in the baseline now`, for people.
pub fn said(n: usize, path: &Path, report: &Report) -> String {
    let verb = if n == 1 { "is" } else { "are" };
    let findings = report.all_findings(true);
    let n_syntax = findings
        .filter(|(_, one)| one.code == "syntax-error")
        .count();
    let left = match n_syntax {
        0 => String::new(),
        n => format!("; {} not, and will be shown", plural(n, "syntax error")),
    };
    format!(
        "{} {verb} in `{}` now{left}",
        plural(n, "finding"),
        path.display()
    )
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}

/// A line without its indentation, with one blank where there are several.
fn even(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn folder_of(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The way from `folder`, which is absolute, to `path`, with `/` between folders.
fn relative(folder: &Path, path: &Path) -> String {
    let path = normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()));
    let folder = normal(folder);
    let n_shared = path
        .components()
        .zip(folder.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(n_shared).map(|_| "..".to_owned());
    let down = path
        .components()
        .skip(n_shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_folder_of_the_baseline() {
        let root = std::path::absolute("root").unwrap();
        for (folder, path, expected) in [
            ("", "a/b.lua", "a/b.lua"),
            ("ci", "a/b.lua", "../a/b.lua"),
            ("a", "./a/../a/b.lua", "b.lua"),
            ("a", "a", "."),
        ] {
            let found = relative(&root.join(folder), &root.join(path));
            assert_eq!(found, expected, "{path} from {folder}");
        }
    }

    #[test]
    fn blanks_do_not_count() {
        assert_eq!(
            even("\t  openURL( \"a\" )   -- why \r"),
            "openURL( \"a\" ) -- why"
        );
    }
}
