//! The files of a played script on disk: the sandbox folder that stands for the user's disk, and the script's own folder.
//!
//! Invariant: without a sandbox folder, nothing that a script writes leaves the memory of the run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use halion_debugger::files::{FileError, Files, Kind, MemoryFiles, Place, Root};
use halion_workspace::{ConfinedFolder, Rights};

/// What a script can reach while it is played.
pub struct ScriptFiles {
    script: ConfinedFolder,
    sandbox: Sandbox,
    written: Arc<AtomicBool>,
}

enum Sandbox {
    Folder(ConfinedFolder),
    Memory(MemoryFiles),
}

impl ScriptFiles {
    /// Files below `sandbox`, or in memory without one, and those in the folder of the script.
    pub fn new(script: &Path, sandbox: Option<&Path>) -> ScriptFiles {
        let dir = match script.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        ScriptFiles {
            script: ConfinedFolder::new(dir, Rights::Read),
            sandbox: match sandbox {
                Some(dir) => Sandbox::Folder(ConfinedFolder::new(dir, Rights::Write)),
                None => Sandbox::Memory(MemoryFiles::default()),
            },
            written: Arc::default(),
        }
    }

    /// Becomes true when the script changes a file.
    pub fn written(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.written)
    }

    fn changed<T>(&self, result: Result<T, FileError>) -> Result<T, FileError> {
        if result.is_ok() {
            self.written.store(true, Ordering::Relaxed);
        }
        result
    }
}

fn kind(folder: &ConfinedFolder, place: &Place) -> Option<Kind> {
    if folder.is_folder(place.path()) || place.path().is_empty() {
        return Some(Kind::Folder);
    }
    let n_bytes = folder.length(place.path()).ok()?;
    Some(Kind::File { n_bytes })
}

impl Files for ScriptFiles {
    fn kind(&mut self, place: &Place) -> Option<Kind> {
        match (place.root(), &mut self.sandbox) {
            (Root::Script, _) => kind(&self.script, place),
            (Root::Sandbox, Sandbox::Folder(folder)) => kind(folder, place),
            (Root::Sandbox, Sandbox::Memory(files)) => files.kind(place),
        }
    }

    fn read(&mut self, place: &Place) -> Result<Vec<u8>, FileError> {
        match (place.root(), &mut self.sandbox) {
            (Root::Script, _) => Ok(self.script.read(place.path())?),
            (Root::Sandbox, Sandbox::Folder(folder)) => Ok(folder.read(place.path())?),
            (Root::Sandbox, Sandbox::Memory(files)) => files.read(place),
        }
    }

    fn write(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        let result = match (place.root(), &mut self.sandbox) {
            (Root::Script, _) => Err(FileError::Denied),
            (_, Sandbox::Folder(folder)) => Ok(folder.write(place.path(), bytes)?),
            (_, Sandbox::Memory(files)) => files.write(place, bytes),
        };
        self.changed(result)
    }

    fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FileError> {
        let result = match (place.root(), &mut self.sandbox) {
            (Root::Script, _) => Err(FileError::Denied),
            (_, Sandbox::Folder(folder)) => Ok(folder.append(place.path(), bytes)?),
            (_, Sandbox::Memory(files)) => files.append(place, bytes),
        };
        self.changed(result)
    }

    fn remove(&mut self, place: &Place) -> Result<(), FileError> {
        let result = match (place.root(), &mut self.sandbox) {
            (Root::Script, _) => Err(FileError::Denied),
            (_, Sandbox::Folder(folder)) => Ok(folder.remove(place.path())?),
            (_, Sandbox::Memory(files)) => files.remove(place),
        };
        self.changed(result)
    }

    fn rename(&mut self, from: &Place, to: &Place) -> Result<(), FileError> {
        if from.root() == Root::Script || to.root() == Root::Script {
            return Err(FileError::Denied);
        }
        let result = match &mut self.sandbox {
            Sandbox::Folder(folder) => Ok(folder.rename(from.path(), to.path())?),
            Sandbox::Memory(files) => files.rename(from, to),
        };
        self.changed(result)
    }
}
