//! A folder that nobody leaves: what a played script does to files happens below it, or not at all.
//!
//! Invariant: no operation reads or changes anything outside of the folder, whatever the path says and wherever links
//! lead; only regular files are opened, so nothing blocks; what a run adds has an end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Bytes of the largest file that is read.
pub const READ_LIMIT: u64 = 256 << 20;
/// Bytes that the files of a folder may grow by, all together.
pub const GROWTH_LIMIT: u64 = 256 << 20;
/// Files and folders that may be made.
pub const NEW_FILES_LIMIT: u32 = 10_000;

/// What may be done in a [`ConfinedFolder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Reading only.
    Read,
    /// Everything.
    Write,
}

/// A folder with what is left of its limits. Paths are relative to it, with `/` between folders.
#[derive(Debug)]
pub struct ConfinedFolder {
    dir: PathBuf,
    rights: Rights,
    room: u64,
    new_files: u32,
}

impl ConfinedFolder {
    /// The folder need not exist yet; the first file that is written makes it.
    pub fn new(dir: &Path, rights: Rights) -> ConfinedFolder {
        ConfinedFolder {
            dir: dir.to_path_buf(),
            rights,
            room: GROWTH_LIMIT,
            new_files: NEW_FILES_LIMIT,
        }
    }

    /// Is there a folder?
    pub fn is_folder(&self, path: &str) -> bool {
        self.resolve(path).is_ok_and(|path| path.is_dir())
    }

    /// Length of a file in bytes.
    pub fn length(&self, path: &str) -> io::Result<u64> {
        let metadata = fs::metadata(self.resolve(path)?)?;
        regular(&metadata)?;
        Ok(metadata.len())
    }

    /// The content of a file.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let path = self.resolve(path)?;
        let metadata = fs::metadata(&path)?;
        regular(&metadata)?;
        if metadata.len() > READ_LIMIT {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let mut bytes = Vec::new();
        // A file may grow while it is read.
        File::open(path)?.take(READ_LIMIT).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Replaces the content of a file, or makes it with its folders.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let (path, old_len) = self.prepare(path)?;
        let growth = (bytes.len() as u64).saturating_sub(old_len);
        self.take_room(growth)?;
        fs::write(path, bytes)?;
        self.room += old_len.saturating_sub(bytes.len() as u64);
        Ok(())
    }

    /// Adds to the end of a file, or makes it with its folders.
    pub fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let (path, _) = self.prepare(path)?;
        self.take_room(bytes.len() as u64)?;
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)
    }

    /// Removes a file or an empty folder.
    pub fn remove(&mut self, path: &str) -> io::Result<()> {
        let path = self.resolve_to_change(path)?;
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            fs::remove_dir(path)?;
        } else {
            fs::remove_file(path)?;
            self.room = self.room.saturating_add(metadata.len()).min(GROWTH_LIMIT);
        }
        Ok(())
    }

    /// Gives a file or a folder another name; a file of that name is replaced.
    pub fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let from = self.resolve_to_change(from)?;
        fs::metadata(&from)?;
        let (to, _) = self.prepare(to)?;
        fs::rename(from, to)
    }

    /// Where a file is to be written, with its folders made, and its length before.
    fn prepare(&mut self, path: &str) -> io::Result<(PathBuf, u64)> {
        let path = self.resolve_to_change(path)?;
        let old_len = match fs::metadata(&path) {
            Ok(metadata) => {
                regular(&metadata)?;
                metadata.len()
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let parent = path.parent().unwrap_or(&self.dir).to_path_buf();
                let missing = parent.ancestors().take_while(|folder| !folder.exists());
                let n_new = missing.count() as u32 + 1;
                self.new_files = self
                    .new_files
                    .checked_sub(n_new)
                    .ok_or(ErrorKind::StorageFull)?;
                fs::create_dir_all(parent)?;
                0
            }
            Err(error) => return Err(error),
        };
        Ok((path, old_len))
    }

    fn take_room(&mut self, n_bytes: u64) -> io::Result<()> {
        self.room = self
            .room
            .checked_sub(n_bytes)
            .ok_or(ErrorKind::StorageFull)?;
        Ok(())
    }

    fn resolve_to_change(&self, path: &str) -> io::Result<PathBuf> {
        if self.rights == Rights::Read || path.is_empty() {
            return Err(ErrorKind::PermissionDenied.into());
        }
        self.resolve(path)
    }

    /// The path on disk, links followed as far as something exists; denied if it would be outside.
    fn resolve(&self, path: &str) -> io::Result<PathBuf> {
        let denied = || io::Error::from(ErrorKind::PermissionDenied);
        let root = match fs::canonicalize(&self.dir) {
            Ok(root) => root,
            Err(error) if error.kind() == ErrorKind::NotFound => std::path::absolute(&self.dir)?,
            Err(error) => return Err(error),
        };
        let mut real = root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let mut components = Path::new(part).components();
            let (Some(Component::Normal(name)), None) = (components.next(), components.next())
            else {
                return Err(denied());
            };
            if name != part || part.contains(['\0', '\\']) {
                return Err(denied());
            }
            real.push(name);
            match fs::symlink_metadata(&real) {
                // A link to nothing is not followed: writing to it would make a file somewhere.
                Ok(metadata) if metadata.is_symlink() => {
                    real = fs::canonicalize(&real).map_err(|_| denied())?;
                    if !real.starts_with(&root) {
                        return Err(denied());
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(real)
    }
}

/// Pipes, sockets and devices could block or do anything else.
fn regular(metadata: &fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        Err(ErrorKind::IsADirectory.into())
    } else if metadata.is_file() {
        Ok(())
    } else {
        Err(ErrorKind::PermissionDenied.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(rights: Rights) -> (tempfile::TempDir, ConfinedFolder) {
        let outer = tempfile::tempdir().unwrap();
        fs::write(outer.path().join("secret"), "secret").unwrap();
        let dir = outer.path().join("inside");
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("a.txt"), "a").unwrap();
        let folder = ConfinedFolder::new(&dir, rights);
        (outer, folder)
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(result: io::Result<T>, kind: ErrorKind) {
        assert_eq!(result.unwrap_err().kind(), kind);
    }

    #[test]
    fn files_are_made_with_their_folders_and_changed() {
        let (_outer, mut folder) = folder(Rights::Write);
        folder.write("x/y/b.txt", b"one").unwrap();
        folder.append("x/y/b.txt", b" two").unwrap();
        assert_eq!(folder.read("x/y/b.txt").unwrap(), b"one two");
        assert!(folder.is_folder("x/y"));
        assert_eq!(folder.length("x/y/b.txt").unwrap(), 7);
        refused(folder.read("x"), ErrorKind::IsADirectory);
        refused(folder.remove("x"), ErrorKind::DirectoryNotEmpty);
        folder.rename("x/y/b.txt", "a.txt").unwrap();
        assert_eq!(folder.read("a.txt").unwrap(), b"one two");
        folder.remove("x/y").unwrap();
        assert!(!folder.is_folder("x/y"));
        refused(folder.length("a.txt/b"), ErrorKind::NotADirectory);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_empty_until_something_is_written() {
        let outer = tempfile::tempdir().unwrap();
        let mut folder = ConfinedFolder::new(&outer.path().join("new"), Rights::Write);
        refused(folder.read("a"), ErrorKind::NotFound);
        assert!(!outer.path().join("new").exists());
        folder.write("a", b"").unwrap();
        assert!(outer.path().join("new/a").exists());
    }

    #[test]
    fn a_path_that_leaves_is_denied() {
        let (outer, mut folder) = folder(Rights::Write);
        let absolute = outer.path().join("secret").display().to_string();
        for path in [
            "../secret",
            "x/../../secret",
            ".",
            "a.txt/..",
            "a\0b",
            "a\\b",
        ] {
            refused(folder.read(path), ErrorKind::PermissionDenied);
            refused(folder.write(path, b"x"), ErrorKind::PermissionDenied);
            refused(folder.rename("a.txt", path), ErrorKind::PermissionDenied);
        }
        // An absolute path is one below the folder.
        refused(folder.read(&absolute), ErrorKind::NotFound);
        assert_eq!(fs::read(outer.path().join("secret")).unwrap(), b"secret");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leaves_is_denied_and_one_that_stays_is_followed() {
        use std::os::unix::fs::symlink;
        let (outer, mut folder) = folder(Rights::Write);
        let inside = outer.path().join("inside");
        symlink(outer.path().join("secret"), inside.join("file")).unwrap();
        symlink(outer.path(), inside.join("up")).unwrap();
        symlink(outer.path().join("nothing"), inside.join("dangling")).unwrap();
        symlink("loop", inside.join("loop")).unwrap();
        symlink("a.txt", inside.join("own")).unwrap();
        for path in ["file", "up/secret", "up/new", "dangling", "loop", "up"] {
            refused(folder.read(path), ErrorKind::PermissionDenied);
            refused(folder.write(path, b"x"), ErrorKind::PermissionDenied);
            refused(folder.append(path, b"x"), ErrorKind::PermissionDenied);
            refused(folder.remove(path), ErrorKind::PermissionDenied);
            refused(folder.length(path), ErrorKind::PermissionDenied);
            assert!(!folder.is_folder(path));
            refused(folder.rename("a.txt", path), ErrorKind::PermissionDenied);
        }
        assert_eq!(folder.read("own").unwrap(), b"a");
        assert_eq!(fs::read(outer.path().join("secret")).unwrap(), b"secret");
        assert!(!outer.path().join("nothing").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_opened_because_it_would_block() {
        let (outer, mut folder) = folder(Rights::Write);
        let pipe = outer.path().join("inside/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        refused(folder.read("pipe"), ErrorKind::PermissionDenied);
        refused(folder.write("pipe", b"x"), ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_folder_to_read_is_never_changed() {
        let (_outer, mut folder) = folder(Rights::Read);
        assert_eq!(folder.read("a.txt").unwrap(), b"a");
        refused(folder.write("b", b""), ErrorKind::PermissionDenied);
        refused(folder.append("a.txt", b"b"), ErrorKind::PermissionDenied);
        refused(folder.remove("a.txt"), ErrorKind::PermissionDenied);
        refused(folder.rename("a.txt", "b"), ErrorKind::PermissionDenied);
    }

    #[test]
    fn limits_keep_the_disk_from_filling() {
        let (outer, mut folder) = folder(Rights::Write);
        folder.room = 10;
        folder.write("b", &[0; 8]).unwrap();
        refused(folder.append("b", &[0; 3]), ErrorKind::StorageFull);
        folder.write("b", &[0; 2]).unwrap();
        folder.append("b", &[0; 8]).unwrap();
        folder.remove("b").unwrap();
        folder.write("c", &[0; 10]).unwrap();
        folder.new_files = 1;
        refused(folder.write("x/y", b""), ErrorKind::StorageFull);
        assert!(!outer.path().join("inside/x").exists());
        let huge = File::create(outer.path().join("inside/huge")).unwrap();
        huge.set_len(READ_LIMIT + 1).unwrap();
        refused(folder.read("huge"), ErrorKind::FileTooLarge);
    }
}
