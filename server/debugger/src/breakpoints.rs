//! Breakpoints of a session: what was asked for, where it was set, and whether it holds.
//!
//! Shared by the front end, which changes it at any time, and the engine's thread, which takes a snapshot when the
//! version has changed. Lines count from 1. Paths are the engine's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::vocabulary::{BreakpointId, Place};

/// One breakpoint as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakpoint {
    /// Its name for the whole session.
    pub id: BreakpointId,
    /// Where it was set: the first line with code at or after the wanted one, or the wanted one if it holds nowhere.
    pub place: Place,
    /// The line that was asked for.
    pub wanted_line: u32,
    /// Why it cannot be hit; `None` when it can.
    pub problem: Option<String>,
}

/// All breakpoints of a session; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Breakpoints {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    files: Mutex<BTreeMap<String, File>>,
    version: AtomicU64,
    last_id: AtomicI64,
}

/// The breakpoints of one file.
#[derive(Debug, Default)]
struct File {
    entries: Vec<Entry>,
    state: FileState,
}

#[derive(Debug)]
struct Entry {
    breakpoint: Breakpoint,
    /// Why its line cannot be hit, whatever is loaded.
    code_problem: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum FileState {
    /// No script was launched yet.
    #[default]
    Unknown,
    /// A script was launched and has not loaded the file so far.
    NotLoaded,
    Loaded,
}

/// Lines with breakpoints, for the engine's thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    version: u64,
    lines: BTreeMap<u32, Vec<(String, BreakpointId)>>,
}

impl Breakpoints {
    /// No breakpoints.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces all breakpoints of one file by these lines and says where each was set, in the same order. `text` is
    /// what the file holds, `None` if it cannot be read. A line that had a breakpoint before keeps its id.
    pub fn set(&self, path: &str, text: Option<&str>, lines: &[u32]) -> Vec<Breakpoint> {
        let mut files = self.lock();
        // A file that nobody asked about yet is as far as the others: loading one tells that a script runs.
        let is_running = files.values().any(|file| file.state != FileState::Unknown);
        let unnamed = if is_running {
            FileState::NotLoaded
        } else {
            FileState::Unknown
        };
        let file = files.entry(path.to_owned()).or_insert_with(|| File {
            entries: Vec::new(),
            state: unnamed,
        });
        let mut old: Vec<Breakpoint> = file
            .entries
            .drain(..)
            .map(|entry| entry.breakpoint)
            .collect();
        for &wanted_line in lines {
            let kept = old
                .iter()
                .position(|breakpoint| breakpoint.wanted_line == wanted_line);
            let id = kept.map_or_else(|| self.next_id(), |position| old.remove(position).id);
            let place = Place {
                path: path.to_owned(),
                line: wanted_line,
            };
            let breakpoint = Breakpoint {
                id,
                place,
                wanted_line,
                problem: None,
            };
            file.entries.push(Entry {
                breakpoint,
                code_problem: None,
            });
        }
        file.resolve(text);
        self.changed();
        file.breakpoints()
    }

    /// A script was launched, from the beginning: it has loaded this file and no other. Gives the breakpoints that
    /// changed.
    pub fn restart(&self, path: &str, text: &str) -> Vec<Breakpoint> {
        let mut files = self.lock();
        let before = all(&files);
        for file in files.values_mut() {
            file.state = FileState::NotLoaded;
            file.tell();
        }
        let main = files.entry(path.to_owned()).or_default();
        main.state = FileState::Loaded;
        main.resolve(Some(text));
        self.changed();
        changes(&before, all(&files))
    }

    /// The script has loaded this file, and this is the text that runs. Gives the breakpoints that changed.
    pub fn loaded(&self, path: &str, text: &str) -> Vec<Breakpoint> {
        let mut files = self.lock();
        let before = all(&files);
        let file = files.entry(path.to_owned()).or_default();
        file.state = FileState::Loaded;
        file.resolve(Some(text));
        self.changed();
        changes(&before, all(&files))
    }

    /// Brings `snapshot` up to date; false if it was. A breakpoint in a file that is not loaded yet is in it too: the
    /// file may be loaded and run before anybody looks again.
    pub(crate) fn refresh(&self, snapshot: &mut Snapshot) -> bool {
        let version = self.shared.version.load(Ordering::Acquire);
        if snapshot.version == version {
            return false;
        }
        let mut lines: BTreeMap<u32, Vec<(String, BreakpointId)>> = BTreeMap::new();
        let files = self.lock();
        let entries = files.values().flat_map(|file| &file.entries);
        for Entry { breakpoint, .. } in entries.filter(|entry| entry.code_problem.is_none()) {
            lines
                .entry(breakpoint.place.line)
                .or_default()
                .push((breakpoint.place.path.clone(), breakpoint.id));
        }
        *snapshot = Snapshot { version, lines };
        true
    }

    fn next_id(&self) -> BreakpointId {
        BreakpointId(self.shared.last_id.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn changed(&self) {
        self.shared.version.fetch_add(1, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, File>> {
        self.shared
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn all(files: &BTreeMap<String, File>) -> Vec<Breakpoint> {
    files.values().flat_map(File::breakpoints).collect()
}

fn changes(before: &[Breakpoint], after: Vec<Breakpoint>) -> Vec<Breakpoint> {
    after
        .into_iter()
        .filter(|breakpoint| !before.contains(breakpoint))
        .collect()
}

impl File {
    fn breakpoints(&self) -> Vec<Breakpoint> {
        self.entries
            .iter()
            .map(|entry| entry.breakpoint.clone())
            .collect()
    }

    fn resolve(&mut self, text: Option<&str>) {
        let code = match text {
            None => Err(String::from("the file cannot be read")),
            Some(text) => halion_engine::debug::code_lines(text).map(|code| code.lines),
        };
        for Entry {
            breakpoint,
            code_problem,
        } in &mut self.entries
        {
            (breakpoint.place.line, *code_problem) = place(breakpoint.wanted_line, &code);
        }
        self.tell();
    }

    /// Says what is wrong with each breakpoint: its line, else that the file is not loaded.
    fn tell(&mut self) {
        let is_missing = self.state == FileState::NotLoaded;
        for Entry {
            breakpoint,
            code_problem,
        } in &mut self.entries
        {
            let missing =
                || is_missing.then(|| String::from("the script has not loaded this file"));
            breakpoint.problem = code_problem.clone().or_else(missing);
        }
    }
}

/// The first line with code at or after `wanted`, or why there is none.
fn place(wanted: u32, code: &Result<BTreeSet<u32>, String>) -> (u32, Option<String>) {
    match code {
        Err(problem) => (wanted, Some(problem.clone())),
        Ok(code) => match code.range(wanted..).next() {
            Some(&line) => (line, None),
            None => (
                wanted,
                Some(format!("there is no code at or after line {wanted}")),
            ),
        },
    }
}

impl Snapshot {
    /// The breakpoints at this place.
    pub(crate) fn at(&self, line: u32, path: &str) -> Vec<BreakpointId> {
        let here = self.lines.get(&line).into_iter().flatten();
        here.filter(|(file, _)| file == path)
            .map(|(_, id)| *id)
            .collect()
    }

    /// All lines that have one, in any file.
    pub(crate) fn lines(&self) -> impl Iterator<Item = u32> + '_ {
        self.lines.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str =
        "-- a remark\nlocal x = 1\n\nfunction f()\n  -- nothing\nend\nreturn x\n-- the end\n";

    fn lines(breakpoints: &[Breakpoint]) -> Vec<(u32, bool)> {
        breakpoints
            .iter()
            .map(|breakpoint| (breakpoint.place.line, breakpoint.problem.is_none()))
            .collect()
    }

    #[test]
    fn breakpoints_move_down_to_a_line_with_code() {
        let set = Breakpoints::new().set("a.lua", Some(SCRIPT), &[1, 2, 5, 8]);
        assert_eq!(lines(&set), [(2, true), (2, true), (6, true), (8, false)]);
        assert_eq!(
            set[3].problem.as_deref(),
            Some("there is no code at or after line 8")
        );
    }

    #[test]
    fn a_line_keeps_its_id_and_gone_ones_are_not_used_again() {
        let breakpoints = Breakpoints::new();
        let first = breakpoints.set("a.lua", Some(SCRIPT), &[2, 7]);
        let second = breakpoints.set("a.lua", Some(SCRIPT), &[7, 4]);
        assert_eq!(second[0].id, first[1].id);
        assert!(second[1].id > first[1].id);
    }

    #[test]
    fn a_file_that_cannot_be_compiled_says_why() {
        let set = Breakpoints::new().set("a.lua", Some("x = = 1"), &[1]);
        assert_eq!(
            set[0].problem.as_deref(),
            Some("line 1: unexpected symbol near '='")
        );
        assert_eq!(
            lines(&Breakpoints::new().set("a.lua", None, &[3])),
            [(3, false)]
        );
    }

    #[test]
    fn only_loaded_files_hold_breakpoints() {
        let breakpoints = Breakpoints::new();
        assert_eq!(
            lines(&breakpoints.set("a.lua", Some(SCRIPT), &[2])),
            [(2, true)]
        );
        assert_eq!(
            lines(&breakpoints.set("b.lua", Some(SCRIPT), &[2])),
            [(2, true)]
        );
        let changed = breakpoints.restart("a.lua", SCRIPT);
        assert_eq!(lines(&changed), [(2, false)], "b.lua is not loaded yet");
        assert_eq!(lines(&breakpoints.loaded("b.lua", SCRIPT)), [(2, true)]);
        assert_eq!(
            lines(&breakpoints.set("c.lua", Some(SCRIPT), &[2])),
            [(2, false)]
        );
    }

    #[test]
    fn other_text_moves_breakpoints() {
        let breakpoints = Breakpoints::new();
        breakpoints.set("a.lua", Some(SCRIPT), &[2]);
        assert_eq!(breakpoints.restart("a.lua", SCRIPT), []);
        assert_eq!(
            lines(&breakpoints.restart("a.lua", "\n\n\nlocal x")),
            [(4, true)]
        );
    }

    #[test]
    fn a_snapshot_follows_changes() {
        let breakpoints = Breakpoints::new();
        let mut snapshot = Snapshot::default();
        assert!(!breakpoints.refresh(&mut snapshot));
        let set = breakpoints.set("a.lua", Some(SCRIPT), &[2]);
        assert!(breakpoints.refresh(&mut snapshot));
        assert_eq!(snapshot.at(2, "a.lua"), [set[0].id]);
        assert_eq!(snapshot.at(2, "b.lua"), []);
    }
}
