//! From folders and open texts to scripts with their modules, on a worker thread.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use halion_workspace::{Loaded, Options, Overlay, identity, survey};

/// What to look at: everything is data taken at one moment.
#[derive(Debug)]
pub(crate) struct Request {
    /// Folders to search for scripts; empty when only `documents` are to be loaded.
    pub(crate) folders: Vec<PathBuf>,
    /// Files to read besides, wherever they are.
    pub(crate) documents: Vec<PathBuf>,
    pub(crate) options: Options,
    /// The texts of open documents by path.
    pub(crate) open: Vec<(PathBuf, Arc<str>)>,
}

/// A script as it was found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The script first, then its modules.
    pub(crate) files: Vec<FoundFile>,
    /// From the name in `require` to the place in `files`.
    pub(crate) modules: BTreeMap<String, usize>,
    /// Every name that was looked for, found or not.
    pub(crate) required: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct FoundFile {
    /// The file's identity.
    pub(crate) path: PathBuf,
    /// The path by which it was found.
    pub(crate) shown: PathBuf,
    pub(crate) text: String,
}

/// Finds and reads the scripts; a file that another one requires is part of that script. What cannot be read is logged:
/// a folder holds more than scripts.
pub(crate) fn collect(request: &Request) -> Vec<Found> {
    let overlay: Overlay = request.open.iter().cloned().collect();
    let requires = |text: &str| halion_ide::requires(text);
    let paths = [request.folders.as_slice(), &request.documents].concat();
    let survey = survey(&paths, &request.options, &overlay, &requires);
    for problem in &survey.problems {
        tracing::info!("{problem}");
    }
    survey.scripts.into_iter().map(found).collect()
}

fn found(loaded: Loaded) -> Found {
    let files = loaded.files.into_iter().map(|file| FoundFile {
        path: identity(&file.path),
        shown: file.path,
        text: file.text,
    });
    let files: Vec<FoundFile> = files.collect();
    let required = files
        .iter()
        .flat_map(|file| halion_ide::requires(&file.text))
        .collect();
    Found {
        files,
        modules: loaded.modules,
        required,
    }
}
