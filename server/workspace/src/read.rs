//! One file: its text, or why it has none; and the texts that an editor holds instead of the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Problem, Reason};

/// The path that stands for a file however it is reached: absolute, with links resolved when the file exists.
pub fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_path_buf())
}

/// Texts of files that are open in an editor and may differ from the disk, or not be there yet.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    texts: BTreeMap<PathBuf, Arc<str>>,
}

impl Overlay {
    /// From now on `path` reads as `text`.
    pub fn set(&mut self, path: &Path, text: impl Into<Arc<str>>) {
        self.texts.insert(identity(path), text.into());
    }

    /// From now on `path` is read from the disk again.
    pub fn remove(&mut self, path: &Path) {
        self.texts.remove(&identity(path));
    }

    /// The text of `path`, when the overlay has one.
    pub fn text(&self, path: &Path) -> Option<&Arc<str>> {
        if self.texts.is_empty() {
            None
        } else {
            self.texts.get(&identity(path))
        }
    }

    /// The files that the overlay has a text for, by their [`identity`].
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.texts.keys().map(PathBuf::as_path)
    }
}

impl FromIterator<(PathBuf, Arc<str>)> for Overlay {
    fn from_iter<T: IntoIterator<Item = (PathBuf, Arc<str>)>>(texts: T) -> Self {
        let mut overlay = Self::default();
        for (path, text) in texts {
            overlay.set(&path, text);
        }
        overlay
    }
}

/// The bytes of a file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Problem> {
    if path.is_dir() {
        return Err(Problem::new(path, Reason::Folder));
    }
    fs::read(path).map_err(|error| Problem::from_io(path, &error))
}

/// The text of a file, without the byte order mark that some editors put in front of it (Lua skips it too).
pub fn read_text(path: &Path) -> Result<String, Problem> {
    let mut bytes = read_bytes(path)?;
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Problem::new(path, Reason::Utf16));
    }
    if let Some(byte) = bytes.iter().position(|byte| *byte == 0) {
        return Err(Problem::new(path, Reason::Binary { byte }));
    }
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..byte]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        Problem::new(path, Reason::InvalidUtf8 { byte, line })
    })
}

/// Puts `text` into a file that is there already, behind its byte order mark if it has one.
pub fn write_text(path: &Path, text: &str) -> Result<(), Problem> {
    let has_mark = read_bytes(path)?.starts_with(b"\xEF\xBB\xBF");
    let mark = if has_mark { "\u{feff}" } else { "" };
    fs::write(path, format!("{mark}{text}")).map_err(|error| Problem::from_io(path, &error))
}

/// Puts `text` into a file, which is made if it is not there.
pub fn save_text(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text)
        .map_err(|error| Problem::new(path, Reason::Unwritable(crate::words(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_behind_the_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lua");
        fs::write(&path, b"\xEF\xBB\xBFold").unwrap();
        write_text(&path, "new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"\xEF\xBB\xBFnew");
    }

    fn check(bytes: &[u8], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lua");
        fs::write(&path, bytes).unwrap();
        let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
        let found = match read_text(&path) {
            Ok(text) => format!("{text:?}"),
            Err(problem) => problem.to_string().replace(&folder, ""),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn text_comes_without_its_byte_order_mark() {
        check(b"\xEF\xBB\xBFprint(1)\r\n", r#""print(1)\r\n""#);
    }

    #[test]
    fn a_binary_file_is_named_with_the_place_of_its_zero_byte() {
        check(
            b"\x1bLua\x52\0",
            "`a.lua` is a binary file (zero byte at byte 5); only scripts in plain text can be read",
        );
    }

    #[test]
    fn another_encoding_is_named_with_byte_and_line() {
        check(
            b"-- ok\n-- gr\xfcn\n",
            "`a.lua` is not valid UTF-8 at byte 11 (line 2); save it with the encoding UTF-8",
        );
    }

    #[test]
    fn missing_files_and_folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_text(folder.path()).unwrap_err().reason, Reason::Folder);
        assert_eq!(
            read_text(&folder.path().join("a.lua")).unwrap_err().reason,
            Reason::Missing
        );
        fs::write(folder.path().join("b.lua"), "").unwrap();
        assert_eq!(
            read_text(&folder.path().join("b.lua/c.lua"))
                .unwrap_err()
                .reason,
            Reason::Missing
        );
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        assert_eq!(
            Problem::from_io(Path::new("a.lua"), &denied).to_string(),
            "cannot read `a.lua`: permission denied"
        );
    }

    #[test]
    fn an_open_editor_answers_for_every_path_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lua");
        fs::write(&path, "on disk").unwrap();
        let mut overlay = Overlay::default();
        overlay.set(&path, "in editor");
        let detour = folder.path().join(".").join("a.lua");
        assert_eq!(overlay.text(&detour).map(|text| &**text), Some("in editor"));
        overlay.remove(&detour);
        assert!(overlay.text(&path).is_none());
    }
}
