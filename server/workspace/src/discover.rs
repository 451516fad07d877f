//! All scripts below some paths: every `.lua` file that no other one requires is a script of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::load::Reader;
use crate::test_files::is_test_file;
use crate::{Loaded, Options, Overlay, Problem, Reason, identity};

/// The scripts that were found, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// By order of the paths asked for, within a folder by path.
    pub scripts: Vec<Loaded>,
    /// Paths that do not exist, files that are no text, folders without scripts; each once.
    pub problems: Vec<Problem>,
}

/// Like [`survey`] for callers that take what there is: fails, with the first problem, only when nothing could be read.
pub fn discover(
    paths: &[PathBuf],
    options: &Options,
    overlay: &Overlay,
    requires: &dyn Fn(&str) -> Vec<String>,
) -> Result<Vec<Loaded>, Problem> {
    let survey = survey(paths, options, overlay, requires);
    match survey.problems.into_iter().next() {
        Some(problem) if survey.scripts.is_empty() => Err(problem),
        _ => Ok(survey.scripts),
    }
}

/// Finds the scripts among `paths`: files as they are named, folders with all that is in them, except what is hidden or
/// ignored by git, and except tests. A file that another found one requires is part of that script; of files that only require each
/// other in a circle, the first is the script.
pub fn survey(
    paths: &[PathBuf],
    options: &Options,
    overlay: &Overlay,
    requires: &dyn Fn(&str) -> Vec<String>,
) -> Survey {
    let mut survey = Survey::default();
    let mut seen = BTreeSet::new();
    let mut reader = Reader::new(options, overlay, requires);
    let mut found = Vec::new();
    for path in lua_files(paths, overlay, &mut survey.problems) {
        if !seen.insert(identity(&path)) {
            continue;
        }
        match reader.load(&path) {
            Ok(loaded) => found.push(Found::new(loaded)),
            Err(problem) => survey.problems.push(problem),
        }
    }
    survey.scripts = scripts_among(found);
    for problem in survey.scripts.iter().flat_map(|script| &script.problems) {
        if !survey
            .problems
            .iter()
            .any(|known| identity(&known.path) == identity(&problem.path))
        {
            survey.problems.push(problem.clone());
        }
    }
    survey
}

/// The files that `paths` stand for, in order, possibly twice.
fn lua_files(paths: &[PathBuf], overlay: &Overlay, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            if path.exists() || overlay.text(path).is_some() {
                files.push(path.clone());
            } else {
                problems.push(Problem::new(path, Reason::Missing));
            }
            continue;
        }
        let mut inside = lua_files_in(path);
        inside.retain(|path| !is_test_file(path));
        if inside.is_empty() {
            problems.push(Problem::new(path, Reason::NoScripts));
        }
        files.extend(inside);
    }
    files
}

/// All `.lua` files of a folder, also tests.
pub(crate) fn lua_files_in(folder: &Path) -> Vec<PathBuf> {
    // Entries that cannot be visited (a link in a circle, a folder without permission) are no scripts.
    let mut walk = WalkBuilder::new(folder);
    let walk = walk
        .require_git(false)
        .follow_links(true)
        .sort_by_file_path(Path::cmp)
        .build();
    let files = walk.filter_map(Result::ok).map(|entry| entry.into_path());
    files
        .filter(|path| is_lua(path) && path.is_file())
        .collect()
}

pub(crate) fn is_lua(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("lua"))
}

struct Found {
    loaded: Loaded,
    main: PathBuf,
    /// The identities of all its files.
    files: BTreeSet<PathBuf>,
}

impl Found {
    fn new(loaded: Loaded) -> Self {
        let files = loaded
            .files
            .iter()
            .map(|file| identity(&file.path))
            .collect();
        Self {
            main: identity(&loaded.main),
            files,
            loaded,
        }
    }
}

fn scripts_among(found: Vec<Found>) -> Vec<Loaded> {
    // By file: the places in `found` of the scripts that load it.
    let mut loaded_by: BTreeMap<&PathBuf, Vec<usize>> = BTreeMap::new();
    for (idx, script) in found.iter().enumerate() {
        for file in &script.files {
            loaded_by.entry(file).or_default().push(idx);
        }
    }
    let is_module = |idx: usize| {
        let file = &found[idx];
        loaded_by[&file.main].iter().any(|&other_idx| {
            let requires_back = file.files.contains(&found[other_idx].main);
            other_idx != idx && (!requires_back || other_idx < idx)
        })
    };
    let mut is_script: Vec<bool> = (0..found.len()).map(|idx| !is_module(idx)).collect();
    // A module is searched from its script's folder, so a chain of requires may end earlier when it starts at a module:
    // what no script reached is a script after all.
    let mut reached: BTreeSet<&PathBuf> = BTreeSet::new();
    reached.extend(
        found
            .iter()
            .zip(&is_script)
            .filter(|(_, is_script)| **is_script)
            .flat_map(|(file, _)| &file.files),
    );
    for (file, is_script) in found.iter().zip(&mut is_script) {
        if !reached.contains(&file.main) {
            *is_script = true;
            reached.extend(&file.files);
        }
    }
    found
        .into_iter()
        .zip(is_script)
        .filter(|(_, is_script)| *is_script)
        .map(|(file, _)| file.loaded)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::{folder, requires};

    fn check(files: &[(&str, &str)], paths: &[&str], expected: &[&str]) {
        let folder = folder(files);
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        let survey = survey(&paths, &Options::default(), &Overlay::default(), &requires);
        let shown = |path: &Path| match path
            .strip_prefix(folder.path())
            .unwrap()
            .display()
            .to_string()
        {
            root if root.is_empty() => ".".to_owned(),
            path => path,
        };
        let mut found: Vec<String> = Vec::new();
        for script in &survey.scripts {
            found.push(
                script
                    .paths()
                    .iter()
                    .map(|path| shown(path))
                    .collect::<Vec<_>>()
                    .join(" + "),
            );
        }
        found.extend(
            survey
                .problems
                .iter()
                .map(|problem| format!("{}: {:?}", shown(&problem.path), problem.reason)),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn what_another_file_requires_is_part_of_that_script() {
        let files = [
            ("a.lua", "require z"),
            ("b.lua", ""),
            ("sub/c.lua", ""),
            ("z.lua", ""),
            ("note.txt", ""),
        ];
        check(&files, &["."], &["a.lua + z.lua", "b.lua", "sub/c.lua"]);
        check(&files, &["z.lua", "a.lua"], &["a.lua + z.lua"]);
        check(&files, &["z.lua"], &["z.lua"]);
        check(
            &files,
            &["b.lua", ".", "b.lua"],
            &["b.lua", "a.lua + z.lua", "sub/c.lua"],
        );
    }

    #[test]
    fn of_files_in_a_circle_the_first_is_the_script() {
        let files = [
            ("a.lua", "require b"),
            ("b.lua", "require c"),
            ("c.lua", "require a"),
            ("d.lua", "require d"),
        ];
        check(&files, &["."], &["a.lua + b.lua + c.lua", "d.lua"]);
        let led = [
            ("a.lua", "require b"),
            ("b.lua", "require a"),
            ("main.lua", "require b"),
        ];
        check(&led, &["."], &["main.lua + b.lua + a.lua"]);
    }

    #[test]
    fn hidden_and_ignored_files_are_left_out_unless_named() {
        let files = [
            (".gitignore", "build/\n*.gen.lua"),
            ("a.lua", ""),
            ("build/b.lua", ""),
            (".x/c.lua", ""),
            ("d.gen.lua", ""),
        ];
        check(&files, &["."], &["a.lua"]);
        check(&files, &["build/b.lua"], &["build/b.lua"]);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_found() {
        let files = [
            ("a.lua", ""),
            ("b.lua", "\0"),
            ("c/readme.md", ""),
            ("d.lua", "require b"),
        ];
        check(
            &files,
            &["gone.lua", ".", "c"],
            &[
                "a.lua",
                "d.lua",
                "gone.lua: Missing",
                "c: NoScripts",
                "b.lua: Binary { byte: 0 }",
            ],
        );
    }

    #[test]
    fn discover_fails_only_when_there_is_nothing() {
        let folder = folder(&[("a.lua", ""), ("b.lua", "\0")]);
        let find = |path: &str| {
            discover(
                &[folder.path().join(path)],
                &Options::default(),
                &Overlay::default(),
                &requires,
            )
        };
        assert_eq!(find(".").unwrap().len(), 1);
        assert_eq!(
            find("b.lua").unwrap_err().reason,
            Reason::Binary { byte: 0 }
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_of_links_end() {
        let files = folder(&[("a.lua", ""), ("real/b.lua", "")]);
        let other = folder(&[("c.lua", "")]);
        std::os::unix::fs::symlink(files.path(), files.path().join("real/up")).unwrap();
        std::os::unix::fs::symlink(other.path(), files.path().join("other")).unwrap();
        let survey = survey(
            &[files.path().to_path_buf()],
            &Options::default(),
            &Overlay::default(),
            &requires,
        );
        let found: Vec<_> = survey
            .scripts
            .iter()
            .map(|script| script.main.strip_prefix(files.path()).unwrap())
            .collect();
        assert_eq!(
            found,
            [
                Path::new("a.lua"),
                Path::new("other/c.lua"),
                Path::new("real/b.lua")
            ]
        );
    }
}
