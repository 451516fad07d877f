//! From the text of a path to a place that a script may use (HALion semantics 11.2).
//!
//! Invariant: a place is a root and a path below it without empty parts, `.`, `..`, `\` or what a system would take for
//! a device or a stream, so whoever joins the two stays below the root unless a link leads out of it.

/// What places are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The folder that stands for the whole disk: `Documents/Steinberg`, `Documents/tmp`, and for HALion's own functions
    /// everything else, such as `C/Samples/kick.wav`.
    Sandbox,
    /// The folder of the script, which is read-only, like the VST Sound that contains a script.
    Script,
}

/// Who opens a file. HALion's own functions take any path, Lua's libraries do not (HALion semantics 11.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `io`, `os`, `dofile` and `loadfile`.
    Lua,
    /// `readMidiFile`, `AudioFile.open`, `loadPreset` and the like.
    Halion,
}

/// A file or folder below a root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    root: Root,
    path: String,
}

impl Place {
    /// A path relative to a root; `None` if it is not below it. The empty path is the root itself.
    pub fn below(root: Root, path: &str) -> Option<Place> {
        let parts = resolve(path)?;
        Some(Place {
            root,
            path: parts.join("/"),
        })
    }

    /// What the path is relative to.
    pub fn root(&self) -> Root {
        self.root
    }

    /// The path below the root, with `/` between folders.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A folder that is there on every computer: a root, or one that HALion lets a script use.
    pub(crate) fn is_given(&self) -> bool {
        const GIVEN: [&str; 3] = ["Documents", "Documents/Steinberg", "Documents/tmp"];
        self.is_root() || self.root == Root::Sandbox && GIVEN.contains(&self.path.as_str())
    }

    pub(super) fn is_root(&self) -> bool {
        self.path.is_empty()
    }

    pub(super) fn is_inside(&self, folder: &Place) -> bool {
        self.root == folder.root
            && self
                .path
                .strip_prefix(&folder.path)
                .is_some_and(|rest| rest.starts_with('/') || folder.is_root() && !rest.is_empty())
    }

    /// The place that a path of a script means; `None` where HALion denies permission. `script_dir` is the folder of the
    /// script as its path is written, which scripts get from `debug.getinfo`.
    pub(crate) fn locate(path: &[u8], script_dir: &str, reach: Reach) -> Option<Place> {
        let path = std::str::from_utf8(path).ok()?.replace('\\', "/");
        let script_dir = script_dir.replace('\\', "/");
        if path.starts_with("//") {
            return None;
        }
        if !script_dir.is_empty()
            && let Some(rest) = path.strip_prefix(&script_dir)
            && rest.starts_with('/')
            && let Some(place) = Place::below(Root::Script, rest)
        {
            return Some(place);
        }
        let (drive, below) = match path.as_bytes() {
            [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => {
                (Some(char::from(letter.to_ascii_uppercase())), &path[3..])
            }
            [b'/', ..] => (None, &path[1..]),
            _ => return Place::below(Root::Script, &path),
        };
        let mut parts = resolve(below)?;
        if let Some(n_home) = length_of_home(&parts, drive) {
            parts.drain(..n_home);
            canonical(&mut parts, 0, "Documents");
            if parts.first() == Some(&"Documents") {
                canonical(&mut parts, 1, "Steinberg");
                canonical(&mut parts, 1, "tmp");
                let place = Place {
                    root: Root::Sandbox,
                    path: parts.join("/"),
                };
                let open = matches!(parts.get(1), Some(&"Steinberg" | &"tmp"));
                return (open || reach == Reach::Halion).then_some(place);
            }
        }
        if reach == Reach::Lua {
            return None;
        }
        let drive = drive.map(String::from);
        let parts = drive.as_deref().into_iter().chain(resolve(below)?);
        Some(Place {
            root: Root::Sandbox,
            path: parts.collect::<Vec<_>>().join("/"),
        })
    }
}

/// The parts of a path without `.` and `..`; `None` if it would leave where it starts or has a part that no file may have.
fn resolve(path: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part if is_name(part) => parts.push(part),
            _ => return None,
        }
    }
    Some(parts)
}

/// A name that means the same file on every system: no control characters, no streams, no devices.
fn is_name(part: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let is_port = ["COM", "LPT"].iter().any(|port| {
        let number = stem.strip_prefix(port);
        number.is_some_and(|number| {
            number.chars().count() == 1
                && number.contains(|digit: char| digit.is_ascii_digit() || "¹²³".contains(digit))
        })
    });
    !part.contains(|c: char| c.is_control() || c == ':' || c == '\\')
        && !part.ends_with(['.', ' '])
        && !is_port
        && !DEVICES.contains(&stem.as_str())
}

/// How many parts name the home of a user: `Users/x`, `home/x`, `root`, and `Users/x` of a drive.
fn length_of_home(parts: &[&str], drive: Option<char>) -> Option<usize> {
    let first = parts.first()?;
    let folder = if drive.is_some() || first.eq_ignore_ascii_case("users") {
        first.eq_ignore_ascii_case("users")
    } else {
        *first == "home"
    };
    if folder && parts.len() > 2 {
        return Some(2);
    }
    (drive.is_none() && *first == "root" && parts.len() > 1).then_some(1)
}

/// Writes a part as it is spelled in the sandbox; most systems do not tell upper from lower case here.
fn canonical<'a>(parts: &mut [&'a str], idx: usize, name: &'a str) {
    if let Some(part) = parts.get_mut(idx)
        && part.eq_ignore_ascii_case(name)
    {
        *part = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reach: Reach, paths: &[(&str, &str)]) {
        for (path, expected) in paths {
            let place = Place::locate(path.as_bytes(), "songs/demo", reach);
            let shown = place.map_or("denied".to_owned(), |place| {
                format!("{:?} {}", place.root(), place.path())
            });
            assert_eq!(&shown, expected, "{path:?}");
        }
    }

    /// HALion semantics 11.2
    #[test]
    fn lua_reaches_the_two_folders_of_any_user_and_the_folder_of_the_script() {
        check(
            Reach::Lua,
            &[
                (
                    "/Users/ann/Documents/Steinberg/a.txt",
                    "Sandbox Documents/Steinberg/a.txt",
                ),
                ("\\home\\ann\\Documents\\tmp\\a", "Sandbox Documents/tmp/a"),
                ("\\root\\Documents\\tmp\\a", "Sandbox Documents/tmp/a"),
                (
                    "C:/Users/ann/Documents/Steinberg/x/a",
                    "Sandbox Documents/Steinberg/x/a",
                ),
                (
                    "c:\\users\\ann\\documents\\steinberg\\a",
                    "Sandbox Documents/Steinberg/a",
                ),
                ("/Users/ann/Documents/tmp", "Sandbox Documents/tmp"),
                (
                    "/Users/ann/Documents/Steinberg/x/../a",
                    "Sandbox Documents/Steinberg/a",
                ),
                ("data.txt", "Script data.txt"),
                ("./data//more.txt", "Script data/more.txt"),
                ("songs/demo/data.txt", "Script data.txt"),
                ("", "Script "),
            ],
        );
    }

    /// HALion semantics 11.2
    #[test]
    fn lua_is_denied_everything_else() {
        for path in [
            "/etc/passwd",
            "/Users/ann/Documents/other/a",
            "/Users/ann/Documents/Steinberg/../../.ssh/id",
            "/Users/ann/Documents/Steinberg/../other",
            "/Users/ann/Documents",
            "/Documents/Steinberg/a",
            "C:/Windows/a",
            "C:a",
            "C:",
            "//server/share/Users/ann/Documents/tmp/a",
            "\\\\?\\C:\\Users\\ann\\Documents\\tmp\\a",
            "../a",
            "songs/demo/../../../a",
            "a/../../b",
            "/Users/ann/Documents/tmp/NUL",
            "/Users/ann/Documents/tmp/com1.txt",
            "/Users/ann/Documents/tmp/a:stream",
            "/Users/ann/Documents/tmp/a.",
            "/Users/ann/Documents/tmp/a\0b",
            "con",
            "a\nb",
            "/",
            "..",
        ] {
            check(Reach::Lua, &[(path, "denied")]);
        }
        assert_eq!(Place::locate(b"\xff", "", Reach::Lua), None);
    }

    /// HALion semantics 11.2
    #[test]
    fn functions_of_halion_take_any_path_and_the_sandbox_stands_for_the_disk() {
        check(
            Reach::Halion,
            &[
                ("C:/Samples/kick.wav", "Sandbox C/Samples/kick.wav"),
                ("/Volumes/x/kick.wav", "Sandbox Volumes/x/kick.wav"),
                (
                    "/Users/ann/Documents/Steinberg/a",
                    "Sandbox Documents/Steinberg/a",
                ),
                ("/Users/ann/Music/a", "Sandbox Users/ann/Music/a"),
                ("kick.wav", "Script kick.wav"),
                ("/../etc/passwd", "denied"),
                ("//server/share/a", "denied"),
            ],
        );
    }
}
