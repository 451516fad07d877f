//! Why a path could not be used, said so that the reader knows what to do. One problem names one path.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A path that could not be used, and why. `Display` is one lower-case sentence that names the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path in the form in which it was asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What can be wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is nothing at the path.
    Missing,
    /// A file is expected, the path is a folder.
    Folder,
    /// A folder is expected, the path is a file.
    NotAFolder,
    /// The file holds a NUL byte, so it is no text.
    Binary {
        /// Offset of the first NUL in bytes, from 0.
        byte: usize,
    },
    /// The file begins with the byte order mark of UTF-16.
    Utf16,
    /// The file is text in some other encoding.
    InvalidUtf8 {
        /// Offset of the first byte that is not UTF-8, from 0.
        byte: usize,
        /// The line that holds it, from 1.
        line: usize,
    },
    /// The operating system refuses; its own words.
    Unreadable(String),
    /// The file cannot be written; the operating system's own words.
    Unwritable(String),
    /// A folder in which there is no test file, or a script without one.
    NoTests,
    /// A folder in which there is no `.lua` file to check.
    NoScripts,
    /// A folder without `script.lua`, and the `.lua` files that are in it.
    NoMainScript(Vec<PathBuf>),
    /// The folder of the file cannot be watched; the operating system's own words.
    Unwatchable(String),
}

impl Problem {
    /// A problem with `path`.
    pub fn new(path: &Path, reason: Reason) -> Self {
        Self {
            path: path.to_path_buf(),
            reason,
        }
    }

    /// What the operating system's error on reading `path` means.
    pub fn from_io(path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Reason::Missing,
            io::ErrorKind::IsADirectory => Reason::Folder,
            io::ErrorKind::PermissionDenied => Reason::Unreadable("permission denied".to_owned()),
            _ => Reason::Unreadable(words(error)),
        };
        Self::new(path, reason)
    }
}

/// What the operating system says, without its number.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A walk through `.` gives `./a.lua`, which nobody would type.
        let path = self
            .path
            .strip_prefix(".")
            .ok()
            .filter(|path| !path.as_os_str().is_empty());
        let path = path.unwrap_or(&self.path).display();
        match &self.reason {
            Reason::Missing => write!(
                f,
                "there is no file or folder `{path}`; check the spelling and the current folder"
            ),
            Reason::Folder => write!(
                f,
                "`{path}` is a folder, but a file is expected here; name a file inside it"
            ),
            Reason::NotAFolder => write!(f, "`{path}` is a file, but a folder is expected here"),
            Reason::Binary { byte } => {
                write!(
                    f,
                    "`{path}` is a binary file (zero byte at byte {byte}); only scripts in plain text can be read"
                )
            }
            Reason::Utf16 => write!(
                f,
                "`{path}` has the encoding UTF-16; save it with the encoding UTF-8"
            ),
            Reason::InvalidUtf8 { byte, line } => {
                write!(
                    f,
                    "`{path}` is not valid UTF-8 at byte {byte} (line {line}); save it with the encoding UTF-8"
                )
            }
            Reason::Unreadable(why) => write!(f, "cannot read `{path}`: {why}"),
            Reason::Unwritable(why) => write!(f, "cannot write `{path}`: {why}"),
            Reason::NoTests => write!(
                f,
                "`{path}` has no tests; those of `x.lua` stand in `x.test.lua` beside it"
            ),
            Reason::NoScripts => write!(
                f,
                "there is no .lua file in `{path}` (hidden and git-ignored files are left out)"
            ),
            Reason::NoMainScript(found) if found.is_empty() => {
                write!(
                    f,
                    "the folder `{path}` holds no script; a sample folder has a script.lua"
                )
            }
            Reason::NoMainScript(found) => {
                let shown: Vec<String> = found
                    .iter()
                    .take(3)
                    .map(|path| format!("`{}`", path.display()))
                    .collect();
                let more = if found.len() > shown.len() {
                    ", .."
                } else {
                    ""
                };
                write!(
                    f,
                    "the folder `{path}` has no script.lua; name the script: {}{more}",
                    shown.join(" or ")
                )
            }
            Reason::Unwatchable(why) => write!(f, "cannot watch `{path}` for changes: {why}"),
        }
    }
}

impl std::error::Error for Problem {}
