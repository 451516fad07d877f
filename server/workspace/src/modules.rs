//! From a name in `require "a.b"` to a file, as HALion is assumed to search (HALion semantics 11.3).

use std::path::{Component, Path, PathBuf};

/// Where modules are searched besides the folder of the script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Folders that are open in the editor or named on the command line; searched after the script's own folder.
    pub workspace_dirs: Vec<PathBuf>,
    /// Configured library folders, such as HALion's `Library/scripts`; searched last, in this order.
    pub library_dirs: Vec<PathBuf>,
}

/// The modules of Lua itself, which `require` finds loaded already.
const LOADED_BY_LUA: [&str; 10] = [
    "_G",
    "bit32",
    "coroutine",
    "debug",
    "io",
    "math",
    "os",
    "package",
    "string",
    "table",
];

/// True for `require "string"` and the like: there is no file to look for.
pub fn is_loaded_by_lua(name: &str) -> bool {
    LOADED_BY_LUA.contains(&name)
}

/// The file that `require(name)` loads in a script that lies in `script_dir`: `a.b` is `a/b.lua`, else `a/b/init.lua`,
/// in the script's folder, then the workspace folders, then the library folders. A name that would leave these folders
/// finds nothing.
pub fn find_module(name: &str, script_dir: &Path, options: &Options) -> Option<PathBuf> {
    let relative = relative_path(name)?;
    let folders = [script_dir].into_iter();
    let folders = folders.chain(
        options
            .workspace_dirs
            .iter()
            .chain(&options.library_dirs)
            .map(PathBuf::as_path),
    );
    let mut candidates = folders.flat_map(|folder| {
        [
            folder.join(&relative).with_added_extension("lua"),
            folder.join(&relative).join("init.lua"),
        ]
    });
    candidates.find(|path| path.is_file())
}

/// `a.b` and `a/b` as the path `a/b`; `None` for names such as `..x` or `/x` that are no path below a folder.
fn relative_path(name: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in name.split(['.', '/']) {
        let mut components = Path::new(part).components();
        let (Some(Component::Normal(component)), None) = (components.next(), components.next())
        else {
            return None;
        };
        if component != part || part.contains(['\0', '\\']) {
            return None;
        }
        path.push(component);
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_script_folder_comes_first_and_the_libraries_last() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for file in [
            "script/one.lua",
            "work/one.lua",
            "work/two.lua",
            "lib/two.lua",
            "lib/a/b.lua",
            "lib/a/b/init.lua",
            "lib/c/d/init.lua",
        ] {
            fs::create_dir_all(at(file).parent().unwrap()).unwrap();
            fs::write(at(file), "").unwrap();
        }
        let options = Options {
            workspace_dirs: vec![at("work")],
            library_dirs: vec![at("missing"), at("lib")],
        };
        let find = |name| find_module(name, &at("script"), &options);
        assert_eq!(find("one"), Some(at("script/one.lua")));
        assert_eq!(find("two"), Some(at("work/two.lua")));
        assert_eq!(find("a.b"), Some(at("lib/a/b.lua")));
        assert_eq!(find("a/b"), Some(at("lib/a/b.lua")));
        assert_eq!(find("c.d"), Some(at("lib/c/d/init.lua")));
        assert_eq!(find("a"), None);
    }

    #[test]
    fn names_cannot_leave_the_folders() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("script")).unwrap();
        fs::write(root.path().join("secret.lua"), "").unwrap();
        let absolute = root.path().join("secret").display().to_string();
        for name in [
            "../secret",
            "..secret",
            "",
            ".",
            "/secret",
            "a\0b",
            &absolute,
        ] {
            assert_eq!(
                find_module(name, &root.path().join("script"), &Options::default()),
                None,
                "{name:?}"
            );
        }
    }
}
