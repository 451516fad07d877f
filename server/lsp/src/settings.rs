//! What the user set: `{ "halionScript": { "scriptKind": "auto|midi|ui", "libraryDirs": [..], "codeLens": true } }`.
//!
//! A value that makes no sense is named to the user and leaves the default.

use std::path::{Path, PathBuf};

use halion_ide::ScriptKind;
use serde_json::Value;

/// The section of the client's settings that is ours.
pub(crate) const SECTION: &str = "halionScript";

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) kind: ScriptKind,
    /// Whether lines above functions are shown.
    pub(crate) code_lens: bool,
    /// As the user wrote them; see [`Settings::library_dirs`].
    dirs: Vec<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kind: ScriptKind::Auto,
            code_lens: true,
            dirs: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether `value` is or holds our section, and does not just announce a change.
    pub(crate) fn are_in(value: &Value) -> bool {
        let section = value.get(SECTION).unwrap_or(value);
        let keys = ["scriptKind", "libraryDirs", "codeLens"];
        keys.iter().any(|key| section.get(key).is_some())
            || value.get(SECTION).is_some_and(Value::is_object)
    }

    /// The settings in `value`, which is our section or holds it, and what is wrong with them.
    pub(crate) fn read(value: &Value) -> (Self, Vec<String>) {
        let section = value.get(SECTION).unwrap_or(value);
        let mut problems = Vec::new();
        let kind = match section.get("scriptKind") {
            None | Some(Value::Null) => ScriptKind::Auto,
            Some(kind) => match kind.as_str() {
                Some("auto") => ScriptKind::Auto,
                Some("midi") => ScriptKind::Midi,
                Some("ui") => ScriptKind::Ui,
                _ => {
                    problems.push(format!(
                        "{SECTION}.scriptKind is {kind}; write \"auto\", \"midi\" or \"ui\""
                    ));
                    ScriptKind::Auto
                }
            },
        };
        let dirs = match section.get("libraryDirs") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(dirs)) => {
                let paths = dirs.iter().filter_map(|dir| match dir.as_str() {
                    Some(dir) if !dir.is_empty() => Some(PathBuf::from(dir)),
                    _ => {
                        problems.push(format!(
                            "{SECTION}.libraryDirs holds {dir}; write folders as strings"
                        ));
                        None
                    }
                });
                paths.collect()
            }
            Some(other) => {
                problems.push(format!(
                    "{SECTION}.libraryDirs is {other}; write a list of folders"
                ));
                Vec::new()
            }
        };
        let code_lens = match section.get("codeLens") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(wanted)) => *wanted,
            Some(other) => {
                problems.push(format!(
                    "{SECTION}.codeLens is {other}; write true or false"
                ));
                true
            }
        };
        let settings = Self {
            kind,
            code_lens,
            dirs,
        };
        (settings, problems)
    }

    /// The library folders; relative ones are below the first workspace folder.
    pub(crate) fn library_dirs(&self, workspace_dirs: &[PathBuf]) -> Vec<PathBuf> {
        let base = workspace_dirs
            .first()
            .map_or(Path::new(""), PathBuf::as_path);
        self.dirs.iter().map(|dir| base.join(dir)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_section_may_be_named_or_bare() {
        let bare = json!({ "scriptKind": "ui", "libraryDirs": ["lib", "/opt/lib"] });
        let (settings, problems) = Settings::read(&json!({ SECTION: bare }));
        assert_eq!(Settings::read(&bare), (settings.clone(), problems));
        assert_eq!(settings.kind, ScriptKind::Ui);
        let dirs = settings.library_dirs(&["/scripts".into(), "/other".into()]);
        assert_eq!(
            dirs,
            [PathBuf::from("/scripts/lib"), PathBuf::from("/opt/lib")]
        );
    }

    #[test]
    fn nonsense_is_named_and_the_rest_is_taken() {
        let (settings, problems) =
            Settings::read(&json!({ "scriptKind": 7, "libraryDirs": ["a", null] }));
        assert_eq!(settings.dirs, [PathBuf::from("a")]);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("scriptKind is 7"), "{problems:?}");
    }

    #[test]
    fn a_mere_announcement_holds_no_settings() {
        assert!(!Settings::are_in(&Value::Null));
        assert!(!Settings::are_in(&json!({})));
        assert!(Settings::are_in(&json!({ SECTION: {} })));
    }
}
