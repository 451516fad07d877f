//! Tells when watched files have changed: once per save, however the editor saves, and never when the bytes are the same.
//!
//! Editors write in place, truncate and write, delete and create, or write a second file and rename it. So the folders
//! are watched and not the files, and any event in them only means: look again. What decides is the bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::{Problem, Reason, identity, words};

/// A save is over when its folder has been quiet for so long.
const QUIET: Duration = Duration::from_millis(75);
/// A folder that never gets quiet is looked at after so long.
const IMPATIENT: Duration = Duration::from_millis(500);
/// A file that is gone or empty is probably being replaced; so long is waited for the rest of the save.
const REPLACING: Duration = Duration::from_millis(300);

/// Keeps the watching going; dropping it ends it.
///
/// It owns notify's own thread and one thread named `watch`, which waits for a folder to get quiet and then calls
/// `on_change`; both end on drop. The channel between them holds one message: more touches of a folder say no more.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    thread: Option<JoinHandle<()>>,
    folders: BTreeSet<PathBuf>,
    files: Arc<Mutex<Files>>,
}

/// Calls `on_change`, on a thread of its own, with the files of `paths` whose bytes have changed: once per save. Files
/// need not exist yet, their folders must. What was on disk when this function was called counts as known.
pub fn watch(
    paths: Vec<PathBuf>,
    mut on_change: impl FnMut(Vec<PathBuf>) + Send + 'static,
) -> Result<Watch, Problem> {
    let (touched, touches) = sync_channel(1);
    let watcher = notify::recommended_watcher(move |event| report_touch(event, &touched));
    let watcher = watcher
        .map_err(|error| unwatchable(paths.first().map_or(Path::new("."), |path| path), &error))?;
    let files = Arc::new(Mutex::new(Files::default()));
    let mut watch = Watch {
        watcher: Some(watcher),
        thread: None,
        folders: BTreeSet::new(),
        files: Arc::clone(&files),
    };
    watch.follow(paths)?;
    let run = move || {
        while let Some(changed) = next_change(&touches, &files) {
            on_change(changed);
        }
    };
    let thread = std::thread::Builder::new()
        .name("watch".to_owned())
        .spawn(run);
    watch.thread = Some(
        thread.map_err(|error| Problem::new(Path::new("."), Reason::Unwatchable(words(&error))))?,
    );
    Ok(watch)
}

impl Watch {
    /// Watches these files too; those watched already stay as they are.
    pub fn follow(&mut self, paths: Vec<PathBuf>) -> Result<(), Problem> {
        for path in paths {
            for folder in [folder_of(&path), folder_of(&identity(&path))] {
                let Some(watcher) = self.watcher.as_mut() else {
                    continue;
                };
                if self.folders.insert(identity(&folder)) {
                    let watched = watcher.watch(&folder, RecursiveMode::NonRecursive);
                    watched.map_err(|error| unwatchable(&folder, &error))?;
                }
            }
            lock(&self.files)
                .known
                .entry(path)
                .or_insert_with_key(|path| std::fs::read(path).ok());
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Without the watcher the channel closes, and the thread ends.
        self.watcher.take();
        let from_inside = self
            .thread
            .as_ref()
            .is_some_and(|thread| thread.thread().id() == std::thread::current().id());
        if let (Some(thread), false) = (self.thread.take(), from_inside) {
            // A panic of `on_change` has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// Reading a file is an event too; looking again because we have looked would never end.
fn report_touch(event: notify::Result<notify::Event>, touched: &SyncSender<()>) {
    let is_write = match event {
        Ok(event) => match event.kind {
            EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
            _ => true,
        },
        // Events were lost: look again.
        Err(_) => true,
    };
    if is_write {
        // A full channel already says so; a closed one means that nobody listens any more.
        let _ = touched.try_send(());
    }
}

/// Waits for the next save and gives the files it changed; `None` when the watch has been dropped.
fn next_change(touches: &Receiver<()>, files: &Mutex<Files>) -> Option<Vec<PathBuf>> {
    loop {
        touches.recv().ok()?;
        let mut patience = REPLACING;
        loop {
            wait_for_quiet(touches)?;
            let seen = lock(files).look();
            if seen.is_settled() {
                break;
            }
            let since = Instant::now();
            match touches.recv_timeout(patience) {
                Ok(()) => patience = patience.saturating_sub(since.elapsed()),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        let changed = lock(files).accept();
        if !changed.is_empty() {
            return Some(changed);
        }
    }
}

fn wait_for_quiet(touches: &Receiver<()>) -> Option<()> {
    let start = Instant::now();
    while start.elapsed() < IMPATIENT {
        match touches.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return Some(()),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    Some(())
}

/// The watched files with the bytes that were last reported; `None` for a file that was never there.
#[derive(Default)]
struct Files {
    known: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

/// What a look at the disk found: the files that differ from what is known.
struct Seen {
    changed: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Seen {
    /// False when a file looks as if it were being replaced: it is gone, or empty and was not.
    fn is_settled(&self) -> bool {
        self.changed
            .iter()
            .all(|(_, bytes)| bytes.as_ref().is_some_and(|bytes| !bytes.is_empty()))
    }
}

impl Files {
    fn look(&self) -> Seen {
        let now = self
            .known
            .iter()
            .map(|(path, known)| (path, known, std::fs::read(path).ok()));
        let changed = now
            .filter(|(_, known, now)| *known != now)
            .map(|(path, _, now)| (path.clone(), now));
        Seen {
            changed: changed.collect(),
        }
    }

    /// Makes what is on disk known and gives the files that are new to it. A file that is gone keeps its known bytes, so
    /// that its return with the same bytes is no change.
    fn accept(&mut self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for (path, bytes) in self.look().changed {
            if bytes.is_some() {
                self.known.insert(path.clone(), bytes);
                paths.push(path);
            }
        }
        paths
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn lock(files: &Mutex<Files>) -> MutexGuard<'_, Files> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unwatchable(path: &Path, error: &notify::Error) -> Problem {
    let reason = match &error.kind {
        notify::ErrorKind::PathNotFound => "no such folder".to_owned(),
        notify::ErrorKind::Io(error) => words(error),
        _ => error.to_string().to_lowercase(),
    };
    Problem::new(path, Reason::Unwatchable(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::folder;
    use std::fs;
    use std::io::Write;
    use std::sync::mpsc::channel;

    /// Watches `a.lua` and `b.lua`, does what `save` does, and then changes `b.lua` as the end mark: all calls up to
    /// the one that names `b.lua` must be `expected`.
    fn check(save: impl FnOnce(&Path), expected: &[&[&str]]) {
        let folder = folder(&[("a.lua", "one"), ("b.lua", "one")]);
        let (send, calls) = channel();
        let paths = ["a.lua", "b.lua"]
            .map(|name| folder.path().join(name))
            .to_vec();
        let _watch = watch(paths, move |paths| send.send(paths).unwrap()).unwrap();
        save(folder.path());
        let mut found = Vec::new();
        for _ in expected {
            let paths = calls.recv_timeout(Duration::from_secs(20)).unwrap();
            found.push(names(&paths));
        }
        assert_eq!(found, expected);
        fs::write(folder.path().join("b.lua"), "end").unwrap();
        let last = calls.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(names(&last), ["b.lua"], "no further call for the same save");
    }

    fn names(paths: &[PathBuf]) -> Vec<String> {
        paths
            .iter()
            .map(|path| path.file_name().unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn a_write_in_place_is_one_call() {
        check(
            |folder| fs::write(folder.join("a.lua"), "two").unwrap(),
            &[&["a.lua"]],
        );
    }

    #[test]
    fn a_write_in_pieces_is_one_call() {
        let save = |folder: &Path| {
            let mut file = fs::File::create(folder.join("a.lua")).unwrap();
            for piece in ["two", "three", "four"] {
                file.write_all(piece.as_bytes()).unwrap();
            }
        };
        check(save, &[&["a.lua"]]);
    }

    #[test]
    fn a_file_replaced_by_rename_is_one_call() {
        let save = |folder: &Path| {
            fs::write(folder.join(".a.lua.tmp"), "two").unwrap();
            fs::rename(folder.join(".a.lua.tmp"), folder.join("a.lua")).unwrap();
        };
        check(save, &[&["a.lua"]]);
    }

    #[test]
    fn a_file_deleted_and_created_again_is_one_call() {
        let save = |folder: &Path| {
            fs::rename(folder.join("a.lua"), folder.join("a.lua~")).unwrap();
            fs::write(folder.join("a.lua"), "two").unwrap();
            fs::remove_file(folder.join("a.lua~")).unwrap();
        };
        check(save, &[&["a.lua"]]);
    }

    #[test]
    fn the_same_bytes_again_are_no_call() {
        let save = |folder: &Path| {
            fs::write(folder.join("a.lua"), "one").unwrap();
            fs::write(folder.join(".tmp"), "one").unwrap();
            fs::rename(folder.join(".tmp"), folder.join("a.lua")).unwrap();
            fs::write(folder.join("unwatched.lua"), "two").unwrap();
        };
        check(save, &[]);
    }

    #[test]
    fn files_saved_together_are_one_call() {
        let save = |folder: &Path| {
            fs::write(folder.join("a.lua"), "two").unwrap();
            fs::write(folder.join("b.lua"), "two").unwrap();
        };
        check(save, &[&["a.lua", "b.lua"]]);
    }

    #[test]
    fn files_can_be_added_and_one_that_was_missing_is_noticed() {
        let folder = folder(&[("a.lua", "one"), ("lib/readme", "")]);
        let (send, calls) = channel();
        let paths = vec![folder.path().join("a.lua")];
        let mut watch = watch(paths, move |paths| send.send(paths).unwrap()).unwrap();
        watch.follow(vec![folder.path().join("lib/b.lua")]).unwrap();
        fs::write(folder.path().join("lib/b.lua"), "new").unwrap();
        assert_eq!(
            names(&calls.recv_timeout(Duration::from_secs(20)).unwrap()),
            ["b.lua"]
        );
        drop(watch);
        assert!(calls.recv().is_err(), "dropping the watch ends its thread");
    }

    #[test]
    fn a_deleted_file_is_no_change_and_its_return_with_the_same_bytes_neither() {
        let folder = folder(&[("a.lua", "one")]);
        let path = folder.path().join("a.lua");
        let mut files = Files {
            known: BTreeMap::from([(path.clone(), Some(b"one".to_vec()))]),
        };
        fs::remove_file(&path).unwrap();
        assert!(!files.look().is_settled());
        assert!(files.accept().is_empty());
        fs::write(&path, "one").unwrap();
        assert!(files.accept().is_empty());
        fs::write(&path, "").unwrap();
        assert!(!files.look().is_settled());
        assert_eq!(files.accept(), [path]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_watched_where_it_points() {
        let target = folder(&[("a.lua", "one")]);
        let links = folder(&[]);
        let link = links.path().join("link.lua");
        std::os::unix::fs::symlink(target.path().join("a.lua"), &link).unwrap();
        let (send, calls) = channel();
        let _watch = watch(vec![link.clone()], move |paths| send.send(paths).unwrap()).unwrap();
        fs::write(target.path().join("a.lua"), "two").unwrap();
        assert_eq!(calls.recv_timeout(Duration::from_secs(20)).unwrap(), [link]);
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let folder = folder(&[]);
        let problem = watch(vec![folder.path().join("gone/a.lua")], |_| {})
            .map(|_| ())
            .unwrap_err();
        assert_eq!(problem.path, folder.path().join("gone"));
        assert!(
            matches!(problem.reason, Reason::Unwatchable(_)),
            "{problem}"
        );
    }
}
