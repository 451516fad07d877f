//! Files in memory: for tests, literate pages, and whoever has no disk to offer.

use std::collections::BTreeMap;

use super::{FileError, Files, Kind, Place, Root};

/// Bytes that all files together may hold.
const LIMIT: usize = 64 << 20;

/// Files that live as long as this value. The script's folder is read-only, as on disk.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<Place, Vec<u8>>,
}

impl MemoryFiles {
    /// Puts a file there before the run; `path` is relative to the root, with `/` between folders.
    pub fn put(&mut self, root: Root, path: &str, bytes: impl Into<Vec<u8>>) {
        if let Some(place) = Place::below(root, path) {
            self.files.insert(place, bytes.into());
        }
    }

    fn is_folder(&self, place: &Place) -> bool {
        place.is_given() || self.files.keys().any(|file| file.is_inside(place))
    }

    /// May a file be written there, and is there room for `n_bytes` more?
    fn check_write(&self, place: &Place, n_bytes: usize) -> Result<(), FileError> {
        if place.root() == Root::Script {
            return Err(FileError::Denied);
        }
        if self.is_folder(place) {
            return Err(FileError::IsFolder);
        }
        if self.files.keys().any(|file| place.is_inside(file)) {
            return Err(FileError::NotAFolder);
        }
        let used: usize = self.files.values().map(Vec::len).sum();
        if used.saturating_add(n_bytes) > LIMIT {
            return Err(FileError::Full);
        }
        Ok(())
    }
}

impl Files for MemoryFiles {
    fn kind(&mut self, place: &Place) -> Option<Kind> {
        if let Some(bytes) = self.files.get(place) {
            return Some(Kind::File {
                n_bytes: bytes.len() as u64,
            });
        }
        self.is_folder(place).then_some(Kind::Folder)
    }

    fn read(&mut self, place: &Place) -> Result<Vec<u8>, FileError> {
        match self.files.get(place) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.is_folder(place) => Err(FileError::IsFolder),
            None => Err(FileError::Missing),
        }
    }

    fn write(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        let old = self.files.get(place).map_or(0, Vec::len);
        self.check_write(place, bytes.len().saturating_sub(old))?;
        self.files.insert(place.clone(), bytes.to_vec());
        Ok(())
    }

    fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        self.check_write(place, bytes.len())?;
        self.files
            .entry(place.clone())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }

    fn remove(&mut self, place: &Place) -> Result<(), FileError> {
        if place.root() == Root::Script || place.is_given() {
            return Err(FileError::Denied);
        }
        match self.files.remove(place) {
            Some(_) => Ok(()),
            // A folder exists here only for the files in it.
            None if self.is_folder(place) => Err(FileError::NotEmpty),
            None => Err(FileError::Missing),
        }
    }

    fn rename(&mut self, from: &Place, to: &Place) -> Result<(), FileError> {
        if from.root() == Root::Script {
            return Err(FileError::Denied);
        }
        let bytes = self.read(from)?;
        self.check_write(to, 0)?;
        self.files.remove(from);
        self.files.insert(to.clone(), bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Place {
        Place::below(Root::Sandbox, path).expect("a path below the root")
    }

    #[test]
    fn what_is_written_is_read_and_folders_come_with_their_files() {
        let mut files = MemoryFiles::default();
        files.write(&place("a/b.txt"), b"one").unwrap();
        files.append(&place("a/b.txt"), b" two").unwrap();
        assert_eq!(files.read(&place("a/b.txt")), Ok(b"one two".to_vec()));
        assert_eq!(files.kind(&place("a")), Some(Kind::Folder));
        assert_eq!(files.read(&place("a")), Err(FileError::IsFolder));
        assert_eq!(files.remove(&place("a")), Err(FileError::NotEmpty));
        assert_eq!(
            files.write(&place("a/b.txt/c"), b""),
            Err(FileError::NotAFolder)
        );
        files.rename(&place("a/b.txt"), &place("c.txt")).unwrap();
        assert_eq!(files.kind(&place("a")), None);
        files.remove(&place("c.txt")).unwrap();
        assert_eq!(files.read(&place("c.txt")), Err(FileError::Missing));
    }

    #[test]
    fn the_script_folder_is_read_only_and_memory_has_an_end() {
        let mut files = MemoryFiles::default();
        files.put(Root::Script, "data.txt", "x");
        let data = Place::below(Root::Script, "data.txt").unwrap();
        assert_eq!(files.read(&data), Ok(b"x".to_vec()));
        assert_eq!(files.write(&data, b"y"), Err(FileError::Denied));
        assert_eq!(files.remove(&data), Err(FileError::Denied));
        assert_eq!(files.rename(&data, &place("a")), Err(FileError::Denied));
        let much = vec![0; LIMIT + 1];
        assert_eq!(files.write(&place("much"), &much), Err(FileError::Full));
    }
}
