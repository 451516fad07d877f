//! A script from its texts to its findings in one call, as the command line wants it.

use std::collections::BTreeMap;
use std::sync::Arc;

use halion_analysis::{Analysis, Diagnostic, FileId, ScriptKind, SourceFile, required_names};

use crate::{File, Snapshot};

/// A script whose analysis is done.
#[derive(Debug)]
pub struct Checked {
    snapshot: Snapshot,
}

impl Checked {
    /// By file, then by place.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.analysis().diagnostics
    }

    /// All that the analysis found.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        self.snapshot.analysis()
    }

    /// The files with their trees, the script first.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.snapshot.script().files
    }

    /// One of these files.
    #[must_use]
    pub fn file(&self, file: FileId) -> Option<&SourceFile> {
        self.files().get(file.idx())
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// For further questions.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

/// Parses and analyses a script with its modules.
///
/// `files` are paths, as messages show them, with their texts; the first is the script. `modules` leads from the name in
/// `require` to a place in `files`.
#[must_use]
pub fn check(
    files: impl IntoIterator<Item = (String, Arc<str>)>,
    modules: &BTreeMap<String, usize>,
    kind: ScriptKind,
) -> Checked {
    let files = files
        .into_iter()
        .map(|(path, text)| File::new(path, text))
        .collect();
    let snapshot = Snapshot::new(files, modules, kind);
    snapshot.analysis();
    Checked { snapshot }
}

/// The constant names that a text gives to `require`, in order; what the workspace asks when it looks for modules.
#[must_use]
pub fn requires(text: &str) -> Vec<String> {
    names(text, &halion_syntax::parse(text))
}

pub(crate) fn names(text: &str, parse: &halion_syntax::Parse) -> Vec<String> {
    let required = required_names(text, parse);
    required.into_iter().map(|required| required.name).collect()
}
