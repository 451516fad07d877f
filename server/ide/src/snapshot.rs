//! A script at one moment: the texts of its files, and what follows from them, found at the first question and kept.
//!
//! Files are shared between snapshots, so a text is parsed once, however many scripts and versions it is in. A file and a snapshot that
//! follow others take over what an edit left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use halion_analysis::{Analysis, FileId, Known, Script, ScriptKind, SourceFile};
use halion_syntax::{Parse, TextRange, TextSize, parse};

use crate::check::names;
use crate::lens;

/// A text with its path; immutable.
pub struct File {
    path: String,
    text: Arc<str>,
    parse: OnceLock<Parse>,
    required: OnceLock<Vec<String>>,
    before: Option<Before>,
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
            before: None,
        })
    }

    /// The same file with another text, in which `inserted` bytes stand in place of the bytes `replaced`.
    #[must_use]
    pub fn edited(&self, text: Arc<str>, replaced: TextRange, inserted: TextSize) -> Arc<Self> {
        let before = match (self.parse.get(), &self.before) {
            (Some(parse), _) => Some(Before {
                parse: parse.clone(),
                replaced,
                inserted,
            }),
            (None, before) => before
                .as_ref()
                .map(|before| before.then(replaced, inserted)),
        };
        Arc::new(Self {
            path: self.path.clone(),
            text,
            parse: OnceLock::new(),
            required: OnceLock::new(),
            before,
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
        self.parse.get_or_init(|| match &self.before {
            Some(before) => {
                let (replaced, inserted) = (before.replaced, before.inserted);
                before.parse.edited(&self.text, replaced, inserted)
            }
            None => parse(&self.text),
        })
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
    before: Option<Arc<Solved>>,
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
            before: None,
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
            before: None,
        }
    }

    /// The same, known to be a later version of another one.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        let solved = before.solved.get().or(before.before.as_ref());
        Self {
            before: solved.cloned(),
            ..self
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
        self.solved.get_or_init(|| {
            let script = self.script().clone();
            let known = match &self.before {
                Some(before) => before.known.next(script),
                None => Known::first(script),
            };
            let (required, lens_state) = match &self.before {
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
        })
    }
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
