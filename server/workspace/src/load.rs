//! A script with the modules it requires, however deep, each file once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::modules::is_loaded_by_lua;
use crate::{Options, Overlay, Problem, find_module, identity, read_text};

/// A script and its modules, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The script itself, in the form in which it was asked for.
    pub main: PathBuf,
    /// All files; the first is `main`, the others follow in the order in which they are first required.
    pub files: Vec<LoadedFile>,
    /// From the name in `require` to the place in `files`.
    pub modules: BTreeMap<String, usize>,
    /// Required names for which no file was found, in order of appearance.
    pub missing: Vec<String>,
    /// Modules whose file was found but could not be read; their names are in neither `modules` nor `missing`.
    pub problems: Vec<Problem>,
}

/// One file of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    /// Where it was found.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

impl Loaded {
    /// The paths of all files, the script first.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }
}

/// Reads the script `main` and every module it requires. `requires` gives the names that a text requires, in order.
/// Fails only when `main` itself cannot be read.
pub fn load_script(
    main: &Path,
    options: &Options,
    overlay: &Overlay,
    requires: &dyn Fn(&str) -> Vec<String>,
) -> Result<Loaded, Problem> {
    Reader::new(options, overlay, requires).load(main)
}

/// Reads files, each once, also when several scripts share it.
pub(crate) struct Reader<'a> {
    options: &'a Options,
    overlay: &'a Overlay,
    requires: &'a dyn Fn(&str) -> Vec<String>,
    /// By identity of the file.
    read: BTreeMap<PathBuf, Result<Text, Problem>>,
}

#[derive(Clone)]
struct Text {
    text: String,
    requires: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        options: &'a Options,
        overlay: &'a Overlay,
        requires: &'a dyn Fn(&str) -> Vec<String>,
    ) -> Self {
        Self {
            options,
            overlay,
            requires,
            read: BTreeMap::new(),
        }
    }

    pub(crate) fn load(&mut self, main: &Path) -> Result<Loaded, Problem> {
        let folder = main.parent().unwrap_or(Path::new(""));
        let text = self.text(main)?;
        let mut loaded = Loaded {
            main: main.to_path_buf(),
            files: vec![LoadedFile {
                path: main.to_path_buf(),
                text: text.text,
            }],
            modules: BTreeMap::new(),
            missing: Vec::new(),
            problems: Vec::new(),
        };
        let mut places = BTreeMap::from([(identity(main), 0)]);
        let mut names = text.requires;
        let mut done = 0;
        while let Some(name) = names.get(done).cloned() {
            done += 1;
            if is_loaded_by_lua(&name) || names[..done - 1].contains(&name) {
                continue;
            }
            let Some(path) = find_module(&name, folder, self.options) else {
                loaded.missing.push(name);
                continue;
            };
            let place = match places.get(&identity(&path)) {
                Some(place) => *place,
                None => match self.text(&path) {
                    Ok(text) => {
                        names.extend(text.requires);
                        places.insert(identity(&path), loaded.files.len());
                        loaded.files.push(LoadedFile {
                            path,
                            text: text.text,
                        });
                        loaded.files.len() - 1
                    }
                    Err(problem) => {
                        loaded.problems.push(problem);
                        continue;
                    }
                },
            };
            loaded.modules.insert(name, place);
        }
        Ok(loaded)
    }

    fn text(&mut self, path: &Path) -> Result<Text, Problem> {
        let key = identity(path);
        if let Some(read) = self.read.get(&key) {
            // The file may have been reached by another path before; the problem names the one asked for now.
            return read
                .clone()
                .map_err(|problem| Problem::new(path, problem.reason));
        }
        let text = match self.overlay.text(path) {
            Some(text) => Ok(text.to_string()),
            None => read_text(path),
        };
        let read = text.map(|text| Text {
            requires: (self.requires)(&text),
            text,
        });
        self.read.insert(key, read.clone());
        read
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fs;

    /// A stand-in for the parser: every line that is `require NAME`.
    pub(crate) fn requires(text: &str) -> Vec<String> {
        text.lines()
            .filter_map(|line| line.strip_prefix("require "))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(folder: &tempfile::TempDir, loaded: &Loaded) -> Vec<String> {
        let relative = |path: PathBuf| {
            path.strip_prefix(folder.path())
                .unwrap()
                .display()
                .to_string()
        };
        loaded.paths().into_iter().map(relative).collect()
    }

    fn load(folder: &tempfile::TempDir, main: &str) -> Loaded {
        load_script(
            &folder.path().join(main),
            &Options::default(),
            &Overlay::default(),
            &requires,
        )
        .unwrap()
    }

    #[test]
    fn modules_of_modules_are_found_from_the_folder_of_the_script() {
        let folder = folder(&[
            (
                "main.lua",
                "require lib.a\nrequire string\nrequire nowhere\nrequire nowhere",
            ),
            ("lib/a.lua", "require lib.b"),
            ("lib/b.lua", "require lib.a\nrequire main"),
        ]);
        let loaded = load(&folder, "main.lua");
        assert_eq!(
            names(&folder, &loaded),
            ["main.lua", "lib/a.lua", "lib/b.lua"]
        );
        assert_eq!(
            loaded.modules,
            BTreeMap::from([("lib.a".into(), 1), ("lib.b".into(), 2), ("main".into(), 0)])
        );
        assert_eq!(loaded.missing, ["nowhere"]);
    }

    #[test]
    fn a_module_that_cannot_be_read_does_not_stop_the_script() {
        let folder = folder(&[
            ("main.lua", "require bad\nrequire good"),
            ("bad.lua", "a\0b"),
            ("good.lua", ""),
        ]);
        let loaded = load(&folder, "main.lua");
        assert_eq!(names(&folder, &loaded), ["main.lua", "good.lua"]);
        assert_eq!(loaded.problems.len(), 1);
        assert_eq!(loaded.problems[0].reason, crate::Reason::Binary { byte: 1 });
    }

    #[test]
    fn the_text_in_the_editor_counts_and_not_the_disk() {
        let folder = folder(&[("main.lua", "require a"), ("a.lua", ""), ("b.lua", "")]);
        let main = folder.path().join("main.lua");
        let overlay = Overlay::from_iter([(main.clone(), "require b".into())]);
        let loaded = load_script(&main, &Options::default(), &overlay, &requires).unwrap();
        assert_eq!(names(&folder, &loaded), ["main.lua", "b.lua"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_reached_by_two_names_is_loaded_once() {
        let folder = folder(&[("main.lua", "require a\nrequire b"), ("a.lua", "")]);
        std::os::unix::fs::symlink("a.lua", folder.path().join("b.lua")).unwrap();
        let loaded = load(&folder, "main.lua");
        assert_eq!(names(&folder, &loaded), ["main.lua", "a.lua"]);
        assert_eq!(
            loaded.modules,
            BTreeMap::from([("a".into(), 1), ("b".into(), 1)])
        );
    }
}
