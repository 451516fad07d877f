//! What a run is pointed at: a script, or a sample folder that holds `script.lua` and maybe `scenario.toml`.

use std::path::{Path, PathBuf};

use crate::discover::is_lua;
use crate::{Problem, Reason};

/// A script to run and the scenario that lies beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTarget {
    /// The script.
    pub script: PathBuf,
    /// `scenario.toml` in the same folder, when the script is the `script.lua` of that folder.
    pub scenario: Option<PathBuf>,
}

/// Resolves what the user named. The files are not read yet.
pub fn run_target(path: &Path) -> Result<RunTarget, Problem> {
    let script = if path.is_dir() {
        path.join("script.lua")
    } else {
        path.to_path_buf()
    };
    if script.is_dir() {
        return Err(Problem::new(&script, Reason::Folder));
    }
    if !script.exists() {
        let reason = if path.is_dir() {
            Reason::NoMainScript(lua_files_of(path))
        } else {
            Reason::Missing
        };
        return Err(Problem::new(path, reason));
    }
    let beside = script.with_file_name("scenario.toml");
    let is_sample = script.file_name().is_some_and(|name| name == "script.lua");
    Ok(RunTarget {
        scenario: (is_sample && beside.is_file()).then_some(beside),
        script,
    })
}

fn lua_files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_lua(path) && path.is_file())
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::folder;

    #[test]
    fn a_sample_is_its_folder_or_its_script() {
        let files = folder(&[
            ("s/script.lua", ""),
            ("s/scenario.toml", ""),
            ("s/other.lua", ""),
            ("t/script.lua", ""),
        ]);
        let at = |path: &str| files.path().join(path);
        let sample = RunTarget {
            script: at("s/script.lua"),
            scenario: Some(at("s/scenario.toml")),
        };
        assert_eq!(run_target(&at("s")).unwrap(), sample);
        assert_eq!(run_target(&at("s/script.lua")).unwrap(), sample);
        assert_eq!(run_target(&at("t")).unwrap().scenario, None);
        assert_eq!(run_target(&at("s/other.lua")).unwrap().scenario, None);
    }

    #[test]
    fn a_folder_without_script_names_the_scripts_in_it() {
        let files = folder(&[("a/one.lua", ""), ("a/two.lua", ""), ("b/x.txt", "")]);
        let message = |path: &str| {
            let problem = run_target(&files.path().join(path))
                .unwrap_err()
                .to_string();
            problem.replace(&format!("{}/", files.path().display()), "")
        };
        assert_eq!(
            message("a"),
            "the folder `a` has no script.lua; name the script: `a/one.lua` or `a/two.lua`"
        );
        assert_eq!(
            message("b"),
            "the folder `b` holds no script; a sample folder has a script.lua"
        );
        assert_eq!(
            message("c.lua"),
            "there is no file or folder `c.lua`; check the spelling and the current folder"
        );
    }
}
