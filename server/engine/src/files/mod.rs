//! The files that a script can reach: a small trait that whoever runs the engine implements, and an implementation in memory.
//!
//! Invariant: the engine touches no disk. A path of a script becomes a [`Place`] first, and a place never leaves its root.

mod memory;
mod place;

use std::io::{self, ErrorKind};

use crate::runtime::Runtime;

pub use memory::MemoryFiles;
pub use place::{Place, Reach, Root};

/// Where the files of a run are kept. Folders that a written file needs are made.
pub trait Files: Send {
    /// What is there; `None` if nothing is.
    fn kind(&mut self, place: &Place) -> Option<Kind>;
    /// The whole content of a file.
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, FileError>;
    /// Replaces the content of a file, or makes it.
    fn write(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError>;
    /// Adds to the end of a file, or makes it.
    fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError>;
    /// Removes a file or an empty folder.
    fn remove(&mut self, place: &Place) -> Result<(), FileError>;
    /// Gives a file another name or folder; a file of that name is replaced.
    fn rename(&mut self, from: &Place, to: &Place) -> Result<(), FileError>;
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File {
        /// Its length.
        n_bytes: u64,
    },
    /// A folder.
    Folder,
}

/// Why a file cannot be used; its text is what HALion shows behind the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing is there.
    Missing,
    /// Outside of the folders that a script may use, or read-only (HALion semantics 11.2).
    Denied,
    /// A folder where a file is needed.
    IsFolder,
    /// A file where a folder is needed.
    NotAFolder,
    /// Only empty folders can be removed.
    NotEmpty,
    /// More than the limit of a run.
    Full,
    /// Larger than what is read.
    TooLarge,
    /// Reading from what is open for writing, or the other way round.
    NotOpenForThis,
    /// A position before the start of the file.
    InvalidPosition,
    /// More open files than a script may have.
    TooManyOpen,
    /// Standard input and output have no position.
    NotSeekable,
    /// What the system says, in its words.
    Other(String),
}

impl FileError {
    /// The words of C's library, except where the rule has its own (HALion semantics 11.2).
    pub fn text(&self) -> &str {
        match self {
            FileError::Missing => "No such file or directory",
            FileError::Denied => "permission denied",
            FileError::IsFolder => "Is a directory",
            FileError::NotAFolder => "Not a directory",
            FileError::NotEmpty => "Directory not empty",
            FileError::Full => "No space left on device",
            FileError::TooLarge => "File too large",
            FileError::NotOpenForThis => "Bad file descriptor",
            FileError::InvalidPosition => "Invalid argument",
            FileError::TooManyOpen => "Too many open files",
            FileError::NotSeekable => "Illegal seek",
            FileError::Other(text) => text,
        }
    }

    /// The number of C's library, the third result of `io.open`; the same on every machine.
    pub fn number(&self) -> i32 {
        match self {
            FileError::Missing => 2,
            FileError::Other(_) => 5,
            FileError::NotOpenForThis => 9,
            FileError::Denied => 13,
            FileError::NotAFolder => 20,
            FileError::IsFolder => 21,
            FileError::InvalidPosition => 22,
            FileError::TooManyOpen => 24,
            FileError::TooLarge => 27,
            FileError::Full => 28,
            FileError::NotSeekable => 29,
            FileError::NotEmpty => 39,
        }
    }
}

/// The folder part of a path.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |end| &path[..end])
}

/// The place that a path of the script means.
pub(crate) fn locate(runtime: &Runtime, path: &[u8], reach: Reach) -> Result<Place, FileError> {
    if path.is_empty() {
        return Err(FileError::Missing);
    }
    Place::locate(path, &runtime.script_dir, reach).ok_or(FileError::Denied)
}

/// The content of a file of the script.
pub(crate) fn read(runtime: &Runtime, path: &[u8], reach: Reach) -> Result<Vec<u8>, FileError> {
    let place = locate(runtime, path, reach)?;
    runtime.files.borrow_mut().read(&place)
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> FileError {
        match error.kind() {
            ErrorKind::NotFound => FileError::Missing,
            ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
                FileError::Denied
            }
            ErrorKind::IsADirectory => FileError::IsFolder,
            ErrorKind::NotADirectory => FileError::NotAFolder,
            ErrorKind::DirectoryNotEmpty => FileError::NotEmpty,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::Full,
            ErrorKind::FileTooLarge => FileError::TooLarge,
            _ => FileError::Other(error.to_string()),
        }
    }
}
