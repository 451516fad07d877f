//! Scripts to measure with, edits as people make them, and CPU time.
#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement reads a clock, and files that it is given"
)]

pub mod generate;

use std::path::{Path, PathBuf};

use generate::Dice;

/// Paths with texts, the main file first.
pub type Files = Vec<(String, String)>;

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
    /// To blanks, comments and numbers that are no keys: the structure stays.
    Kept,
    /// To names and statements; now and then the text is half-typed afterwards.
    Changed,
}

/// One edit of one file.
pub struct Edit {
    pub file: usize,
    pub bytes: std::ops::Range<usize>,
    pub piece: String,
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

/// The next number that is not a key.
fn number(text: &str) -> Option<usize> {
    let starts = text.match_indices(|letter: char| letter.is_ascii_digit());
    let mut starts = starts.map(|(start, _)| start);
    starts.find(|&start| {
        let before = text[..start].trim_end_matches(' ');
        before.len() < start && before.ends_with(['=', '*', '/', '+', '<', '>', ','])
            || before.ends_with('(')
    })
}

/// CPU time of this thread, in milliseconds.
pub fn cpu_ms<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = cpu_time::ThreadTime::now();
    let result = work();
    (start.elapsed().as_secs_f64() * 1e3, result)
}

/// p50, p95, p99.
pub fn percentiles(mut ms: Vec<f64>) -> [f64; 3] {
    ms.sort_by(f64::total_cmp);
    [0.5, 0.95, 0.99].map(|part| {
        let rank = (ms.len() as f64 * part).ceil() as usize;
        ms.get(rank.max(1) - 1).copied().unwrap_or_default()
    })
}
