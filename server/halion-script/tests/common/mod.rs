//! Starts the program as a user does and keeps what it says.

#![allow(dead_code, reason = "each test program uses its part")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command said.
#[derive(Debug)]
pub struct Said {
    /// Standard output, without times.
    pub out: String,
    /// Standard error, without times.
    pub err: String,
    /// The exit code.
    pub code: i32,
}

impl Said {
    /// All of it, as an expected text shows it.
    pub fn all(&self) -> String {
        let err = if self.err.is_empty() {
            String::new()
        } else {
            format!("--- stderr\n{}", self.err)
        };
        format!("{}{err}--- exit {}\n", self.out, self.code)
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
}

/// The command, in `folder`, with nothing of the environment that changes what is shown.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_halion-script"));
    command.current_dir(folder).args(args);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `halion-script ARGS` in `folder`.
pub fn halion_script(folder: &Path, args: &[&str]) -> Said {
    let output = command(folder, args).output().unwrap();
    let text = |bytes| without_times(&String::from_utf8(bytes).unwrap());
    Said {
        out: text(output.stdout),
        err: text(output.stderr),
        code: output.status.code().unwrap(),
    }
}

/// A summary ends with the time it took: `.., 12 ms` becomes `.., 1 ms`.
pub fn without_times(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let timed = line
            .strip_suffix(" ms")
            .and_then(|line| line.rsplit_once(", "));
        match timed {
            Some((start, ms)) if ms.bytes().all(|byte| byte.is_ascii_digit()) => {
                lines.push(format!("{start}, 1 ms"))
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text.as_bytes());
    }
    folder
}

/// Writes a file of any content.
pub fn write(folder: &Path, path: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}
