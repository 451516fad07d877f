//! A script at one moment: the texts of its files, and what follows from them, found at the first question and kept.
//!
//! Files are shared between snapshots, so a text is parsed once, however many scripts and versions it is in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use halion_analysis::{Analysis, FileId, Script, ScriptKind, SourceFile, analyze};
use halion_syntax::{Parse, parse};

/// A text with its path; immutable.
pub struct File {
    path: String,
    text: Arc<str>,
    parse: OnceLock<Parse>,
}

impl File {
    /// `path` is as messages show it.
    #[must_use]
    pub fn new(path: String, text: Arc<str>) -> Arc<Self> {
        Arc::new(Self {
            path,
            text,
            parse: OnceLock::new(),
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
        self.parse.get_or_init(|| parse(&self.text))
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
    analysis: OnceLock<Analysis>,
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
            analysis: OnceLock::new(),
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
            analysis: OnceLock::new(),
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
        self.analysis.get_or_init(|| analyze(self.script()))
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
