//! The scripts the actor knows: which files they have, at which version, and what was found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use halion_ide::{FileId, ScriptKind, Snapshot};
use tower_lsp::lsp_types::{Diagnostic, Url};

use crate::capabilities::Client;
use crate::documents::Text;

/// A script at one version of all its files; immutable, shared with workers.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) snapshot: Snapshot,
    /// In the order of the snapshot's files.
    pub(crate) texts: Vec<Arc<Text>>,
}

impl Version {
    pub(crate) fn new(
        texts: Vec<Arc<Text>>,
        modules: &BTreeMap<String, usize>,
        kind: ScriptKind,
    ) -> Self {
        let files = texts.iter().map(|text| text.file.clone()).collect();
        Self {
            snapshot: Snapshot::new(files, modules, kind),
            texts,
        }
    }

    /// The same, known to be a later version of another one.
    pub(crate) fn after(self, before: &Self) -> Self {
        Self {
            snapshot: self.snapshot.after(&before.snapshot),
            ..self
        }
    }

    /// The same, analysed from scratch.
    pub(crate) fn afresh(self) -> Self {
        Self {
            snapshot: self.snapshot.afresh(),
            ..self
        }
    }

    pub(crate) fn text(&self, file: FileId) -> Option<&Arc<Text>> {
        self.texts.get(file.0 as usize)
    }

    fn place(&self, path: &Path) -> Option<usize> {
        self.texts.iter().position(|text| text.path == path)
    }
}

/// A file inside a version of a script: what a query sees.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) version: Arc<Version>,
    pub(crate) client: Client,
    /// Versions of other scripts that have the file too.
    pub(crate) others: Vec<Arc<Version>>,
    /// Whether lines above functions are wanted.
    pub(crate) wants_lenses: bool,
    /// The place of the file in the version.
    place: usize,
}

impl View {
    /// The file `path` in `version`; `None` if it is not in it.
    pub(crate) fn new(version: Arc<Version>, path: &Path, client: Client) -> Option<Self> {
        let place = version.place(path)?;
        Some(Self {
            version,
            client,
            others: Vec::new(),
            wants_lenses: true,
            place,
        })
    }

    /// The scripts that have the file, the one that is looked at first, each with its place there.
    pub(crate) fn scripts(&self) -> Vec<(&Snapshot, FileId)> {
        let path = &self.text().path;
        let others = self.others.iter().filter_map(|version| {
            let place = u32::try_from(version.place(path)?).ok()?;
            Some((&version.snapshot, FileId(place)))
        });
        std::iter::once((&self.version.snapshot, self.file()))
            .chain(others)
            .collect()
    }

    pub(crate) fn text(&self) -> &Text {
        &self.version.texts[self.place]
    }

    pub(crate) fn file(&self) -> FileId {
        FileId(u32::try_from(self.place).unwrap_or(u32::MAX))
    }
}

/// A script with its newest version and its newest findings.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) version: Arc<Version>,
    /// The version before, if it was analysed, for the next worker to drop once its findings are out: freeing takes a while.
    pub(crate) old_version: Option<Arc<Version>>,
    /// From the name in `require` to the place in the version's texts.
    pub(crate) names: BTreeMap<String, usize>,
    /// The names that were looked for when `names` was made.
    pub(crate) required: BTreeSet<String>,
    /// Grows with every new version of any script, so that late results are told apart.
    pub(crate) revision: u64,
    /// The revision whose findings are in `findings`.
    pub(crate) diagnosed: Option<u64>,
    /// Whether a worker is busy with some revision; there is never more than one per script.
    pub(crate) is_running: bool,
    pub(crate) findings: BTreeMap<Url, Vec<Diagnostic>>,
    /// That of the lines above functions which the client was last told to ask for.
    pub(crate) lens_state: Option<u64>,
}

impl Script {
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.version.place(path).is_some()
    }

    /// The identity of the main file.
    pub(crate) fn main(&self) -> &Path {
        &self.version.texts[0].path
    }

    /// The identities of the other files.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &Path> {
        self.version.texts[1..]
            .iter()
            .map(|text| text.path.as_path())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.version.texts.iter().any(|text| text.is_open())
    }

    /// Whether both are the same texts put together in the same way.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (texts, others) = (&self.version.texts, &other.version.texts);
        texts.len() == others.len()
            && texts
                .iter()
                .zip(others)
                .all(|(text, other)| Arc::ptr_eq(text, other))
            && self.names == other.names
            && self.required == other.required
            && self.version.snapshot.kind() == other.version.snapshot.kind()
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.diagnosed == Some(self.revision)
    }
}

/// All scripts, by the identity of their main file.
#[derive(Debug, Default)]
pub(crate) struct Scripts(pub(crate) BTreeMap<PathBuf, Script>);

impl Scripts {
    /// The script that shows a file best: the one it is the main file of, else the first that loads it.
    pub(crate) fn for_file(&self, path: &Path) -> Option<&Script> {
        self.0
            .get(path)
            .or_else(|| self.0.values().find(|script| script.has(path)))
    }

    pub(crate) fn with_file<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = &'a Script> {
        self.0.values().filter(move |script| script.has(path))
    }

    /// The main files of the scripts that have one of `paths`.
    pub(crate) fn mains_with(&self, path: &Path) -> Vec<PathBuf> {
        self.with_file(path)
            .map(|script| script.main().to_path_buf())
            .collect()
    }

    /// What all scripts found in one file, each finding once; `None` while one of them is not done with its newest
    /// version, because its findings would be for another text.
    pub(crate) fn findings(&self, uri: &Url) -> Option<Vec<Diagnostic>> {
        let mut all: Vec<Diagnostic> = Vec::new();
        for script in self.0.values().filter(|script| script.is_open()) {
            if !script.is_fresh() && script.version.texts.iter().any(|text| text.uri == *uri) {
                return None;
            }
            let n_known = all.len();
            for finding in script.findings.get(uri).into_iter().flatten() {
                let is_known = |known: &Diagnostic| {
                    (&known.range, &known.code, &known.message)
                        == (&finding.range, &finding.code, &finding.message)
                };
                if !all[..n_known].iter().any(is_known) {
                    all.push(finding.clone());
                }
            }
        }
        all.sort_by_key(|finding| (finding.range.start, finding.range.end));
        Some(all)
    }
}
