//! A script at one moment: the texts of its files, and what follows from them, found at the first question and kept.
//!
//! Files are shared between snapshots, so a text is parsed once, however many scripts and versions it is in. A file and a snapshot that
//! follow others take over what an edit left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use halion_analysis::{Analysis, FileId, Known, Rung, Script, ScriptKind, SourceFile};
use halion_syntax::{Parse, TextRange, TextSize, parse};

use crate::check::names;
use crate::lens;

/// Scripts from so many bytes on give up an analysis that nobody needs any more; smaller ones are done before that matters.
const HUGE: usize = 500_000;

/// What a question about a huge script unwinds with, once [`Snapshot::outdate`] has been called: the answer would be of no use.
#[derive(Clone, Copy, Debug)]
pub struct Outdated;

/// A text with its path; immutable.
pub struct File {
    path: String,
    text: Arc<str>,
    parse: OnceLock<Parse>,
    required: OnceLock<Vec<String>>,
    /// Until it is parsed: a tree is large.
    before: Mutex<Option<Before>>,
}

/// An earlier text of the file, and what one edit from there would be.
#[derive(Clone)]
struct Before {
    parse: Parse,
    replaced: TextRange,
    inserted: TextSize,
}

impl Before {
    /// The same with a further edit behind it.
    fn then(&self, replaced: TextRange, inserted: TextSize) -> Before {
        let Before {
            parse,
            replaced: first,
            inserted: first_inserted,
        } = self;
        let touched = TextRange::at(first.start(), *first_inserted).cover(replaced);
        Before {
            parse: parse.clone(),
            replaced: TextRange::new(
                touched.start(),
                touched.end() - first_inserted + first.len(),
            ),
            inserted: touched.len() - replaced.len() + inserted,
        }
    }
}

impl File {
    /// `path` is as messages show it.
    #[must_use]
    pub fn new(path: String, text: Arc<str>) -> Arc<Self> {
        Arc::new(Self {
            path,
            text,
            parse: OnceLock::new(),
            required: OnceLock::new(),
            before: Mutex::default(),
        })
    }

    /// The same file with another text, in which `inserted` bytes stand in place of the bytes `replaced`.
    #[must_use]
    pub fn edited(&self, text: Arc<str>, replaced: TextRange, inserted: TextSize) -> Arc<Self> {
        let parsed = |parse: &Parse| Before {
            parse: parse.clone(),
            replaced,
            inserted,
        };
        let before = match self.parse.get() {
            Some(parse) => Some(parsed(parse)),
            None => {
                let before = lock(&self.before).clone();
                match before {
                    Some(before) => Some(before.then(replaced, inserted)),
                    // It may have been parsed just now.
                    None => self.parse.get().map(parsed),
                }
            }
        };
        Arc::new(Self {
            path: self.path.clone(),
            text,
            parse: OnceLock::new(),
            required: OnceLock::new(),
            before: Mutex::new(before),
        })
    }

    /// The path as messages show it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The tree, made at the first call.
    pub fn parse(&self) -> &Parse {
        if let Some(parse) = self.parse.get() {
            return parse;
        }
        let before = lock(&self.before).clone();
        let parse = self.parse.get_or_init(|| match before {
            Some(before) => {
                let (replaced, inserted) = (before.replaced, before.inserted);
                before.parse.edited(&self.text, replaced, inserted)
            }
            None => parse(&self.text),
        });
        *lock(&self.before) = None;
        parse
    }

    /// The constant names that the file gives to `require`, in order.
    fn required(&self) -> &[String] {
        self.required
            .get_or_init(|| names(&self.text, self.parse()))
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({:?}, {} bytes)", self.path, self.text.len())
    }
}

/// A script with its modules at one moment. [`FileId`]s are places in the list of files.
pub struct Snapshot {
    files: Vec<Arc<File>>,
    modules: BTreeMap<String, FileId>,
    kind: ScriptKind,
    script: OnceLock<Script>,
    solved: OnceLock<Arc<Solved>>,
    /// Until it is solved itself.
    before: Mutex<Option<Arc<Solved>>>,
    /// Whether the analysis goes by the texts alone; versions behind this one may still go by the one before it.
    is_from_scratch: bool,
    is_outdated: AtomicBool,
}

/// What follows from the texts.
struct Solved {
    known: Known,
    /// The constant names that the files give to `require`.
    required: BTreeSet<String>,
    lens_state: u64,
}

impl Snapshot {
    /// `files` starts with the script itself; `modules` leads from the name in `require` to a place in `files`.
    #[must_use]
    pub fn new(files: Vec<Arc<File>>, modules: &BTreeMap<String, usize>, kind: ScriptKind) -> Self {
        let modules = modules
            .iter()
            .map(|(name, place)| (name.clone(), file_id(*place)));
        Self {
            modules: modules.collect(),
            files,
            kind,
            script: OnceLock::new(),
            solved: OnceLock::new(),
            before: Mutex::default(),
            is_from_scratch: false,
            is_outdated: AtomicBool::new(false),
        }
    }

    /// The same script with other texts in some files; the other files are shared.
    #[must_use]
    pub fn with_texts(&self, mut texts: BTreeMap<FileId, String>) -> Self {
        let files = self.files.iter().enumerate();
        let files = files.map(|(place, file)| match texts.remove(&file_id(place)) {
            Some(text) => File::new(file.path.clone(), text.into()),
            None => Arc::clone(file),
        });
        Self {
            files: files.collect(),
            modules: self.modules.clone(),
            kind: self.kind,
            script: OnceLock::new(),
            solved: OnceLock::new(),
            before: Mutex::default(),
            is_from_scratch: false,
            is_outdated: AtomicBool::new(false),
        }
    }

    /// The same, known to be a later version of another one.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        let solved = match before.solved.get() {
            Some(solved) => Some(solved.clone()),
            // It may have been solved just now.
            None => lock(&before.before)
                .clone()
                .or_else(|| before.solved.get().cloned()),
        };
        Self {
            before: Mutex::new(solved),
            ..self
        }
    }

    /// The same, analysed from scratch.
    #[must_use]
    pub fn afresh(self) -> Self {
        Self {
            is_from_scratch: true,
            ..self
        }
    }

    /// Says that a later version has come. The analysis of a huge script then gives up, and questions that wait for it unwind with
    /// [`Outdated`]: several analyses at once would take more time and memory than there is.
    pub fn outdate(&self) {
        self.is_outdated.store(true, Ordering::Relaxed);
    }

    /// Bytes of all texts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.files.iter().map(|file| file.text.len()).sum()
    }

    /// Whether the analysis is there and only moved from that of the version before, which takes next to nothing.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        let solved = self.solved.get();
        solved.is_some_and(|solved| solved.known.is_moved())
    }

    /// Whether the analysis begins on the coarse rung because that of the version before ended there: one of a new snapshot of the same
    /// texts may tell more.
    #[must_use]
    pub fn begins_coarsely(&self) -> bool {
        let before = lock(&self.before).clone();
        match self.solved.get() {
            Some(solved) => solved.known.begun_coarsely(),
            None => {
                let is_coarse = |before: Arc<Solved>| before.known.analysis().rung >= Rung::Coarse;
                !self.is_from_scratch && before.is_some_and(is_coarse)
            }
        }
    }

    /// The script first, then its modules.
    #[must_use]
    pub fn files(&self) -> &[Arc<File>] {
        &self.files
    }

    /// A file of this snapshot.
    #[must_use]
    pub fn file(&self, file: FileId) -> Option<&File> {
        self.files.get(file.idx()).map(Arc::as_ref)
    }

    /// What the user said the script is.
    #[must_use]
    pub fn kind(&self) -> ScriptKind {
        self.kind
    }

    /// The parsed script.
    pub fn script(&self) -> &Script {
        self.script.get_or_init(|| {
            let files = self.files.iter().map(|file| SourceFile {
                path: file.path.clone(),
                text: file.text.clone(),
                parse: file.parse().clone(),
            });
            Script {
                files: files.collect(),
                modules: self.modules.clone(),
                kind: self.kind,
            }
        })
    }

    /// What the analysis says. The first caller pays for it, others wait for it.
    pub fn analysis(&self) -> &Analysis {
        self.solved().known.analysis()
    }

    /// The constant names that the files give to `require`.
    pub fn required(&self) -> &BTreeSet<String> {
        &self.solved().required
    }

    /// Another number when the [`lenses`](lens::lenses) of a file have other titles.
    pub fn lens_state(&self) -> u64 {
        self.solved().lens_state
    }

    fn solved(&self) -> &Solved {
        let solved = self.solved.get_or_init(|| {
            let is_huge = self.size() >= HUGE;
            let is_outdated = || is_huge && self.is_outdated.load(Ordering::Relaxed);
            let before = lock(&self.before).clone();
            let before = before.filter(|_| !self.is_from_scratch);
            let known = before.as_ref().map(|before| &before.known);
            let Some(known) = Known::unless(&is_outdated, known, self.script().clone()) else {
                resume_unwind(Box::new(Outdated));
            };
            let (required, lens_state) = match &before {
                // What moved has the same calls of `require`, and functions that run where they did.
                Some(before) if known.is_moved() => (before.required.clone(), before.lens_state),
                _ => {
                    let names = self.files.iter().flat_map(|file| file.required());
                    let functions = &known.analysis().functions;
                    (names.cloned().collect(), lens::state(functions))
                }
            };
            Arc::new(Solved {
                known,
                required,
                lens_state,
            })
        });
        // Two versions of a large script are more than is needed.
        drop(lock(&self.before).take());
        solved
    }
}

/// No panic leaves what is in there half-done.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("files", &self.files)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn file_id(place: usize) -> FileId {
    FileId(u32::try_from(place).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        let file = File::new("a.lua".into(), text.into());
        Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto)
    }

    #[test]
    fn a_huge_script_that_is_outdated_is_not_analysed() {
        let old = snapshot(&"x = 1\n".repeat(HUGE / 6 + 1));
        old.outdate();
        let answer = catch_unwind(AssertUnwindSafe(|| old.analysis().functions.len()));
        assert!(answer.expect_err("nobody needs it").is::<Outdated>());
        assert!(old.solved.get().is_none());
        let small = snapshot("x = 1\n");
        small.outdate();
        assert_eq!(small.analysis().functions.len(), 1);
    }

    #[test]
    fn a_version_that_is_known_lets_go_of_the_one_before() {
        let old = snapshot("function onNote(e)\nend\n");
        old.analysis();
        let file = old.files[0].edited(
            "function onNote(e)\n\nend\n".into(),
            TextRange::at(19.into(), 0.into()),
            1.into(),
        );
        let new = Snapshot::new(vec![file], &BTreeMap::new(), ScriptKind::Auto).after(&old);
        assert!(lock(&new.before).is_some() && lock(&new.files[0].before).is_some());
        assert!(!new.is_moved(), "not known yet");
        new.analysis();
        assert!(new.is_moved() && !old.is_moved());
        assert!(lock(&new.before).is_none() && lock(&new.files[0].before).is_none());
        let solved = old.solved.get().expect("it was asked for");
        assert_eq!(Arc::strong_count(solved), 1);
    }
}
