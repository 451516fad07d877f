//! Scripts to measure with, edits as people make them, and CPU time.
#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement reads a clock, and files that it is given"
)]

pub mod cpu;
pub mod generate;

use std::fmt;
use std::path::{Path, PathBuf};

use generate::Dice;

/// Generated files of this length make up a script.
pub const LINES_PER_FILE: usize = 3000;

/// Paths with texts, the main file first.
pub type Files = Vec<(String, String)>;

/// What the arguments of the process ask for; `cargo test` starts a benchmark too, and asks for nothing.
pub fn start(table: impl FnOnce(&[&str]), compare: impl FnOnce()) {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--table") {
        let paths = args.iter().filter(|arg| !arg.starts_with("--"));
        table(&paths.map(String::as_str).collect::<Vec<_>>());
    } else if args.iter().any(|arg| arg == "--bench") {
        compare();
    }
}

/// The scripts of a table with their names: those at the paths, or generated ones if there are none.
pub fn scripts(paths: &[&str]) -> Vec<(String, Files)> {
    if paths.is_empty() {
        let sizes = [500, 2000, 10_000, 100_000].into_iter();
        let generated = sizes.map(|n_lines| generate::script(n_lines, LINES_PER_FILE));
        let one_file = generate::script(100_000, 200_000);
        let named = generated.map(|files| ("generated".to_owned(), files));
        return named.chain([("one file".to_owned(), one_file)]).collect();
    }
    let given = paths.iter().filter_map(|path| match read(Path::new(path)) {
        Ok(files) => Some((path.rsplit('/').next().unwrap_or(path).to_owned(), files)),
        Err(error) => {
            eprintln!("failed to read {path}: {error}");
            None
        }
    });
    given.collect()
}

/// The name by which a file is required.
pub fn module_name(path: &str) -> String {
    let path = path.trim_end_matches(".lua");
    path.strip_suffix("/init").unwrap_or(path).replace('/', ".")
}

/// A file by itself, or all files of a folder with a main file that requires each of them.
pub fn read(path: &Path) -> std::io::Result<Files> {
    if path.is_file() {
        return Ok(vec![("main.lua".to_owned(), text(path)?)]);
    }
    let mut files = Vec::new();
    find(path, &mut files)?;
    files.sort();
    let mut all = vec![("main.lua".to_owned(), String::new())];
    for file in files {
        let name = file
            .strip_prefix(path)
            .unwrap_or(&file)
            .display()
            .to_string();
        all[0].1 += &format!("require \"{}\"\n", module_name(&name));
        all.push((name, text(&file)?));
    }
    Ok(all)
}

fn text(path: &Path) -> std::io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "lua") {
            files.push(path);
        }
    }
    Ok(())
}

pub fn n_lines(files: &Files) -> usize {
    files.iter().map(|(_, text)| text.lines().count()).sum()
}

/// What a keystroke does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To blanks, comments and numbers that are neither keys nor tested (THREAD-ANALYSIS 2.9): the structure stays.
    Kept,
    /// To names and statements; now and then the text is half-typed afterwards.
    Changed,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kept => "kept",
            Kind::Changed => "changed",
        }
    }
}

/// One edit of one file.
pub struct Edit {
    pub file: usize,
    pub bytes: std::ops::Range<usize>,
    pub piece: String,
}

/// So many edits that change the structure are made, in a few seconds, of a script that takes so long at first.
pub fn n_changed(cold_ms: f64) -> usize {
    ((4000.0 / cold_ms) as usize).clamp(40, 200)
}

/// An edit somewhere in the script.
pub fn edit(files: &Files, kind: Kind, dice: &mut Dice) -> Edit {
    loop {
        let file = dice.below(files.len());
        let text = &files[file].1;
        if text.len() < 40 {
            continue;
        }
        let at = text.floor_char_boundary(dice.below(text.len()));
        let line = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let found =
            |wanted: &str, skip: usize| text[at..].find(wanted).map(|found| at + found + skip);
        let (bytes, piece) = match (kind, dice.below(4)) {
            (Kind::Kept, 0) => (line..line, "\n"),
            (Kind::Kept, 1) => (line..line, "-- a line above\n"),
            (Kind::Kept, 2) => match number(&text[at..]) {
                Some(number) => (at + number..at + number, "1"),
                None => continue,
            },
            (Kind::Kept, _) => match found(" = ", 1) {
                Some(gap) => (gap..gap, " "),
                None => continue,
            },
            (Kind::Changed, 0) => match found(".", 1) {
                Some(name) => (name..name, "x"),
                None => continue,
            },
            (Kind::Changed, 1) => match found("  local ", 2) {
                Some(start) => (start..start, "openURL(\"the page\") "),
                None => continue,
            },
            (Kind::Changed, 2) => match found("return ", 7) {
                Some(start) => (start..start, "not "),
                None => continue,
            },
            (Kind::Changed, _) => match found("(", 0) {
                Some(start) => (start..start, "("),
                None => continue,
            },
        };
        let piece = piece.to_owned();
        return Edit { file, bytes, piece };
    }
}

/// The next number that is neither a key nor written in a comparison or as the bound of a loop.
fn number(text: &str) -> Option<usize> {
    let starts = text.match_indices(|letter: char| letter.is_ascii_digit());
    let mut starts = starts.map(|(start, _)| start);
    starts.find(|&start| {
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..start].trim_end_matches(' ');
        let number = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        let behind = text[start..].trim_start_matches(number).trim_start();
        let is_value = before.len() < start - line && before.ends_with(['=', '*', '/', '+', ','])
            || before.ends_with('(');
        let is_tested = ["==", "~=", "<=", ">="]
            .iter()
            .any(|test| before.ends_with(test))
            || ["==", "~=", "<", ">"]
                .iter()
                .any(|test| behind.starts_with(test))
            || before.trim_start().starts_with("for ");
        is_value && !is_tested
    })
}

/// CPU time of this thread, in milliseconds.
pub fn cpu_ms<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = cpu_time::ThreadTime::now();
    let result = work();
    (start.elapsed().as_secs_f64() * 1e3, result)
}

/// How long edits of a kind took, as cells of a table.
pub struct Percentiles {
    n: usize,
    ms: [f64; 3],
}

impl Percentiles {
    /// The cells above those of edits that keep the structure and of edits that change it.
    pub const HEAD: &str = " kept: n | p50 | p95 | p99 | changed: n | p50 | p95 | p99 |";
    pub const RULE: &str = "--:|--:|--:|--:|--:|--:|--:|--:|";

    pub fn of(mut ms: Vec<f64>) -> Percentiles {
        ms.sort_by(f64::total_cmp);
        let n = ms.len();
        let percentile = |part: f64| {
            let rank = (n as f64 * part).ceil() as usize;
            ms.get(rank.max(1) - 1).copied().unwrap_or_default()
        };
        Percentiles {
            n,
            ms: [0.5, 0.95, 0.99].map(percentile),
        }
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p95, p99] = self.ms;
        write!(f, " {} | {p50:.2} | {p95:.2} | {p99:.2} |", self.n)
    }
}
