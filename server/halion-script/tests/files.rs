//! `run` with a script that reads and writes files: where they go, and what the user is told.

#![allow(clippy::unwrap_used)]

mod common;

use common::{folder, halion_script};
use std::fs;

const SCRIPT: &str = r#"
local file, why = io.open("C:/Users/me/Documents/Steinberg/notes/a.txt", "w")
print(file and "opened" or why)
if file then file:write("text") file:close() end
print(io.open("data.txt"):read("*a"))
print(io.open("../outside.txt"))
"#;

#[test]
fn files_stay_in_memory_unless_a_folder_is_named() {
    let folder = folder(&[
        ("script/main.lua", SCRIPT),
        ("script/data.txt", "data"),
        ("outside.txt", "secret"),
    ]);
    let ran = halion_script(folder.path(), &["run", "--no-check", "script/main.lua"]);
    assert!(
        ran.all().contains(
            "the script wrote files, which are gone with the run: --files DIR keeps them"
        )
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_named_folder_holds_what_the_script_writes() {
    let folder = folder(&[
        ("script/main.lua", SCRIPT),
        ("script/data.txt", "data"),
        ("outside.txt", "secret"),
    ]);
    let args = ["run", "--no-check", "script/main.lua", "--files", "disk"];
    let shown = halion_script(folder.path(), &args).all();
    assert!(
        shown.contains("opened") && shown.contains("data"),
        "{shown}"
    );
    assert!(
        shown.contains("../outside.txt: permission denied"),
        "{shown}"
    );
    assert!(
        shown.contains("the script wrote files below disk\n"),
        "{shown}"
    );
    let written = folder.path().join("disk/Documents/Steinberg/notes/a.txt");
    assert_eq!(fs::read_to_string(written).unwrap(), "text");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused() {
    let folder = folder(&[("script/main.lua", SCRIPT), ("script/data.txt", "data")]);
    let documents = folder.path().join("disk/Documents");
    fs::create_dir_all(&documents).unwrap();
    std::os::unix::fs::symlink(folder.path(), documents.join("Steinberg")).unwrap();
    let args = ["run", "--no-check", "script/main.lua", "--files", "disk"];
    let shown = halion_script(folder.path(), &args).all();
    assert_eq!(shown.matches("permission denied").count(), 2, "{shown}");
    assert!(!folder.path().join("notes").exists());
}

#[test]
fn a_file_is_no_folder_for_files() {
    let folder = folder(&[("script/main.lua", SCRIPT), ("disk", "")]);
    let args = ["run", "script/main.lua", "--files", "disk"];
    let shown = halion_script(folder.path(), &args).all();
    assert!(
        shown.contains("`disk` is a file, but a folder is expected here"),
        "{shown}"
    );
}
