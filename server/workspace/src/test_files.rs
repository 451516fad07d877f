//! The tests beside scripts: those of `echo.lua` stand in `echo.test.lua`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::discover::{is_lua, lua_files_in};
use crate::{Problem, Reason, identity};

/// What the name of a test file ends with.
const ENDING: &str = ".test.lua";

/// True for `echo.test.lua`.
pub fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.len() > ENDING.len() && name.to_ascii_lowercase().ends_with(ENDING)
}

/// The test files among `paths`, each once, and what cannot be used: a test file is itself, a script stands for the tests
/// beside it, a folder for all that are in it, except what is hidden or ignored by git.
pub fn test_files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in paths {
        match files_of(path) {
            Ok(found) => files.extend(found.into_iter().filter(|path| seen.insert(identity(path)))),
            Err(reason) => problems.push(Problem::new(path, reason)),
        }
    }
    (files, problems)
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, Reason> {
    if path.is_dir() {
        let mut files = lua_files_in(path);
        files.retain(|path| is_test_file(path));
        return if files.is_empty() {
            Err(Reason::NoTests)
        } else {
            Ok(files)
        };
    }
    if !path.exists() {
        return Err(Reason::Missing);
    }
    if is_test_file(path) {
        return Ok(vec![path.to_path_buf()]);
    }
    let beside = path.with_extension(ENDING.trim_start_matches('.'));
    if is_lua(path) && beside.is_file() {
        Ok(vec![beside])
    } else {
        Err(Reason::NoTests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::folder;

    #[test]
    fn files_scripts_and_folders_stand_for_tests() {
        let files = folder(&[
            ("a/script.lua", ""),
            ("a/script.test.lua", ""),
            ("b/more.test.lua", ""),
            ("b/untested.lua", ""),
            (".hidden/c.test.lua", ""),
            ("empty/x.txt", ""),
        ]);
        let at = |path: &str| files.path().join(path);
        let find = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(|path| at(path)).collect();
            let (found, problems) = test_files(&paths);
            let relative = |path: &Path| {
                path.strip_prefix(files.path())
                    .unwrap()
                    .display()
                    .to_string()
            };
            let found = found.iter().map(|path| relative(path));
            let problems = problems
                .iter()
                .map(|problem| format!("{}: {:?}", relative(&problem.path), problem.reason));
            found.chain(problems).collect::<Vec<_>>()
        };
        assert_eq!(find(&["."]), ["a/script.test.lua", "b/more.test.lua"]);
        assert_eq!(find(&["a/script.lua", "a"]), ["a/script.test.lua"]);
        assert_eq!(
            find(&["b/untested.lua", "empty", "gone"]),
            ["b/untested.lua: NoTests", "empty: NoTests", "gone: Missing"]
        );
    }

    #[test]
    fn a_test_file_has_a_name_before_its_ending() {
        assert!(is_test_file(Path::new("a/echo.test.lua")));
        assert!(!is_test_file(Path::new("a/.test.lua")));
        assert!(!is_test_file(Path::new("a/test.lua")));
    }
}
