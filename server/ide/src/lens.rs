//! What stands above each function in an editor: the threads it runs in with the entries that lead there, or what it would need
//! (THREAD-ANALYSIS 2.6, 2.7).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use halion_analysis::{FileId, FunctionInfo, Step, paths_to};
use halion_api::Threads;
use halion_syntax::TextSize;

use crate::Snapshot;
use crate::place::{entry_name, is_chunk};

/// Of the entries, so many are named.
const ENTRIES_SHOWN: usize = 3;

/// A line above a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name of the function where it is declared, in bytes.
    pub range: Range<usize>,
    /// `Processor (onNote, onRelease)`, `needs Controller`.
    pub title: String,
    /// Whether [`callers`] has something to show.
    pub is_called: bool,
}

/// A line for each named function of a file that there is something to say about, in the order of the text.
#[must_use]
pub fn lenses(snapshot: &Snapshot, file: FileId) -> Vec<Lens> {
    let functions = snapshot.analysis().functions.iter();
    let named = functions.filter(|function| {
        function.file == file && !is_chunk(function) && function.name != "<anonymous>"
    });
    let lenses = named.filter_map(|function| {
        Some(Lens {
            range: function.name_range.start().into()..function.name_range.end().into(),
            title: title(function)?,
            is_called: !function.runs_on.is_empty(),
        })
    });
    lenses.collect()
}

/// The ways to the function that an offset is in: for each entry the steps from HALion to it. Takes as long as an analysis.
#[must_use]
pub fn callers(snapshot: &Snapshot, file: FileId, offset: usize) -> Vec<Vec<Step>> {
    match TextSize::try_from(offset) {
        Ok(offset) => paths_to(snapshot.script(), file, offset),
        Err(_) => Vec::new(),
    }
}

/// What the titles of all lines are made of, as one number; another one means that lines changed, wherever they stand.
pub(crate) fn state(functions: &[FunctionInfo]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for function in functions {
        let FunctionInfo {
            name,
            file,
            runs_on,
            entries,
            fails_on,
            unseen,
            ..
        } = function;
        (name, file, runs_on, entries, fails_on, unseen).hash(&mut hasher);
    }
    hasher.finish()
}

fn title(function: &FunctionInfo) -> Option<String> {
    let is_called = !function.runs_on.is_empty();
    let known = match (is_called, function.fails_on) {
        (true, _) => Some(runs(function)),
        (false, Threads::PROCESSOR) => Some("needs Controller".to_owned()),
        (false, Threads::CONTROLLER) => Some("needs Processor".to_owned()),
        (false, Threads::BOTH) => Some("no thread can run this".to_owned()),
        (false, _) => None,
    };
    let unseen = match (function.unseen, is_called) {
        (false, _) => None,
        (true, true) => Some("also called from code that cannot be seen"),
        (true, false) => Some("called from code that cannot be seen"),
    };
    match (known, unseen) {
        (Some(known), Some(unseen)) => Some(format!("{known} · {unseen}")),
        (known, unseen) => known.or(unseen.map(str::to_owned)),
    }
}

/// `Processor (onNote, onRelease)`; an entry that only HALion calls needs no list.
fn runs(function: &FunctionInfo) -> String {
    let entries: Vec<&str> = function
        .entries
        .iter()
        .map(|name| entry_name(name))
        .collect();
    let threads = function.runs_on;
    if entries.is_empty() || entries == [function.name.as_str()] {
        return threads.to_string();
    }
    let shown = entries.len().min(ENTRIES_SHOWN);
    let list = entries[..shown].join(", ");
    match entries.len() - shown {
        0 => format!("{threads} ({list})"),
        n => format!("{threads} ({list} and {n} more)"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use halion_analysis::ScriptKind;

    use super::*;
    use crate::File;

    fn snapshot(text: &str) -> Snapshot {
        let file = File::new("a.lua".into(), text.into());
        Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto)
    }

    /// The names of functions with what stands above them.
    fn check(text: &str, expected: &[(&str, &str)]) {
        let snapshot = snapshot(text);
        let lenses = lenses(&snapshot, FileId(0));
        let found: Vec<(&str, &str)> = lenses
            .iter()
            .map(|lens| (&text[lens.range.clone()], lens.title.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_function_in_use_has_its_threads_and_entries() {
        check(
            "local function say() print(1) end\nfunction onNote() say() end\nfunction onIdle() say() end",
            &[
                ("say", "Controller and Processor (onIdle, onNote)"),
                ("onNote", "Processor"),
                ("onIdle", "Controller"),
            ],
        );
        check(
            "local function say() print(1) end\nsay()\nfunction onNote() say() end\nfunction onRelease() say() end\nfunction onInit() say() end",
            &[
                (
                    "say",
                    "Controller and Processor (global statements, onInit, onNote and 1 more)",
                ),
                ("onNote", "Processor"),
                ("onRelease", "Processor"),
                ("onInit", "Processor"),
            ],
        );
    }

    #[test]
    fn a_function_that_nobody_calls_has_what_it_needs() {
        check(
            "function help() openURL('a') end",
            &[("help", "needs Controller")],
        );
        check(
            "function play() playNote(1, 1) end",
            &[("play", "needs Processor")],
        );
        check(
            "function both() playNote(1, 1) openURL('a') end",
            &[("both", "no thread can run this")],
        );
        check(
            "function either() if getContext() == 'Processor' then playNote(1, 1) else openURL('a') end end\nfunction neither() print(1) end",
            &[],
        );
    }

    #[test]
    fn the_state_is_that_of_the_titles() {
        let state = |text: &str| snapshot(text).lens_state();
        let text = "local function go() print(1) end\nfunction onNote() go() end";
        assert_eq!(state(text), state(&format!("-- moved\n{text}")));
        for other in ["function onIdle() go() end", "function onNote() end"] {
            let other = format!("local function go() print(1) end\n{other}");
            assert_ne!(state(text), state(&other), "{other}");
        }
    }

    #[test]
    fn a_callback_that_another_one_replaces_has_nothing() {
        check(
            "function onNote() openURL('a') end\nfunction onNote() print(1) end",
            &[("onNote", "Processor")],
        );
    }

    #[test]
    fn globals_may_be_called_from_code_that_cannot_be_seen() {
        check(
            "load('help()')()\nfunction help() openURL('a') end\nlocal function own() print(1) end\nfunction onNote() own() end\nt = { f = function() end }\nfunction t.g() print(1) end",
            &[
                (
                    "help",
                    "needs Controller · called from code that cannot be seen",
                ),
                ("own", "Processor (onNote)"),
                (
                    "onNote",
                    "Processor · also called from code that cannot be seen",
                ),
                ("f", "called from code that cannot be seen"),
                ("g", "called from code that cannot be seen"),
            ],
        );
    }

    #[test]
    fn each_entry_has_a_way_to_the_function() {
        let text = "local function say() print(1) end\nlocal function more() say() end\nfunction onNote() more() end\nfunction onIdle() runSync(say) end";
        let snapshot = snapshot(text);
        let at = text.find("say").unwrap();
        let names: Vec<String> = callers(&snapshot, FileId(0), at)
            .iter()
            .map(|path| {
                let names: Vec<&str> = path.iter().map(|step| step.name.as_str()).collect();
                names.join(" > ")
            })
            .collect();
        assert_eq!(names, ["onIdle > runSync > say", "onNote > more > say"]);
        assert!(callers(&snapshot, FileId(7), 0).is_empty());
    }
}
