//! Plays a script in the engine and finds the wrong-thread errors that it raises, to compare with the analysis.
//!
//! Lines count from 1.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use halion_analysis::{FileId, Script, ScriptKind, SourceFile};
use halion_engine::files::{MemoryFiles, Root};
use halion_engine::{Engine, Observer, Record, RecordKind, Scenario, Source, Surroundings};
use halion_syntax::TextSize;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// As the user sees it.
    pub path: String,
    /// From 1.
    pub line: usize,
}

/// A script of one file, `script.lua`.
pub fn script(text: &str) -> Script {
    let file = SourceFile {
        path: "script.lua".to_owned(),
        text: text.into(),
        parse: halion_syntax::parse(text),
    };
    Script {
        files: vec![file],
        modules: BTreeMap::new(),
        kind: ScriptKind::Auto,
    }
}

/// The line of a byte offset.
pub fn line_of(script: &Script, file: FileId, offset: TextSize) -> usize {
    script.files[file.idx()].text[..usize::from(offset)]
        .matches('\n')
        .count()
        + 1
}

/// Everything the engine records while it plays `scenario` into `script`.
pub fn play(script: &Script, scenario: Scenario) -> Vec<Record> {
    let records = Arc::new(Mutex::new(Vec::new()));
    let source = |file: FileId| {
        let file = &script.files[file.idx()];
        Source {
            path: file.path.clone(),
            text: file.text.to_string(),
        }
    };
    let modules: BTreeMap<String, Source> = script
        .modules
        .iter()
        .map(|(name, file)| (name.clone(), source(*file)))
        .collect();
    let load = Box::new(move |name: &str| {
        modules
            .get(name)
            .cloned()
            .ok_or_else(|| format!("no file `{name}`"))
    });
    let mut files = MemoryFiles::default();
    for file in &script.files {
        files.put(Root::Script, &file.path, file.text.as_bytes());
    }
    match Engine::new(
        source(FileId(0)),
        Surroundings {
            modules: load,
            files: Box::new(files),
        },
        scenario,
        Box::new(Collector(Arc::clone(&records))),
    ) {
        Ok(mut engine) => drop(engine.run(None)),
        Err(problem) => panic!("the engine does not start: {problem}"),
    }
    Arc::try_unwrap(records).map_or_else(
        |shared| shared.lock().expect("one thread").clone(),
        |records| records.into_inner().expect("one thread"),
    )
}

/// Where the engine raises a wrong-thread error while it plays the scenario.
pub fn raised(script: &Script, scenario: &str) -> BTreeSet<Place> {
    wrong_threads(&play(
        script,
        Scenario::parse(scenario).expect("the scenario is well-formed"),
    ))
}

/// The wrong-thread errors among `records`.
pub fn wrong_threads(records: &[Record]) -> BTreeSet<Place> {
    let errors = records.iter().filter_map(|record| match &record.kind {
        RecordKind::Error(error) if error.message.contains("is not available in the") => {
            Some(error)
        }
        _ => None,
    });
    errors
        .map(|error| Place {
            path: error.path.clone(),
            line: error.line as usize,
        })
        .collect()
}

/// The lines where the engine refuses a call. One that is refused below `tostring` is reported at the call of that, with its own place
/// in front of the message.
pub fn refused<'a>(records: impl IntoIterator<Item = &'a Record>) -> BTreeSet<Place> {
    let errors = records.into_iter().filter_map(|record| match &record.kind {
        RecordKind::Error(error) => Some(error),
        _ => None,
    });
    errors
        .filter_map(|error| {
            let (before, _) = error.message.split_once("Function HALion::")?;
            let inner = before.trim_end_matches([' ', ':']).split(' ').next_back();
            let inner = inner.and_then(|place| place.rsplit_once(':'));
            let inner = inner.and_then(|(path, line)| Some((path.to_owned(), line.parse().ok()?)));
            let (path, line) = inner.unwrap_or((error.path.clone(), error.line as usize));
            Some(Place { path, line })
        })
        .collect()
}

/// Keeps every record.
struct Collector(Arc<Mutex<Vec<Record>>>);

impl Observer for Collector {
    fn record(&mut self, record: &Record) {
        self.0.lock().expect("one thread").push(record.clone());
    }
}
