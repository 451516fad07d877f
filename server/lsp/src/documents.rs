//! Texts of files: what the client sees in open documents, version by version, and what lies on disk.
//!
//! A text is replaced, never changed in place, so that whoever took it keeps the version it asked for.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use halion_ide::{File, TextRange, TextSize};
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

use crate::convert::{Encoding, Lines};

/// One file at one version.
#[derive(Debug)]
pub(crate) struct Text {
    /// The address; for an open document exactly as the client wrote it.
    pub(crate) uri: Url,
    /// The file's identity: two texts are of the same file when these are equal.
    pub(crate) path: PathBuf,
    /// The client's number of this version; `None` when the text is from the disk.
    pub(crate) version: Option<i32>,
    pub(crate) file: Arc<File>,
    encoding: Encoding,
    lines: OnceLock<Lines>,
}

impl Text {
    /// A document as the client opened it.
    pub(crate) fn opened(uri: Url, version: i32, text: &str, encoding: Encoding) -> Self {
        let path = path_of(&uri);
        let file = File::new(path.display().to_string(), text.into());
        Self {
            path: halion_workspace::identity(&path),
            ..Self::new(uri, path, Some(version), file, encoding)
        }
    }

    /// A file as it lies on disk; `path` is its identity, `shown` how it was found.
    pub(crate) fn on_disk(
        path: PathBuf,
        shown: &Path,
        text: &str,
        encoding: Encoding,
    ) -> Option<Self> {
        let file = File::new(shown.display().to_string(), text.into());
        Some(Self::new(uri_of(shown)?, path, None, file, encoding))
    }

    fn new(
        uri: Url,
        path: PathBuf,
        version: Option<i32>,
        file: Arc<File>,
        encoding: Encoding,
    ) -> Self {
        Self {
            uri,
            path,
            version,
            file,
            encoding,
            lines: OnceLock::new(),
        }
    }

    /// The text after `changes`, applied one after the other, each to the result of those before it.
    pub(crate) fn changed(&self, version: i32, changes: &[TextDocumentContentChangeEvent]) -> Self {
        let mut file = self.file.clone();
        let mut lines = Cow::Borrowed(self.lines());
        for change in changes {
            match change.range {
                None => {
                    file = File::new(file.path().to_owned(), change.text.as_str().into());
                    lines = Cow::Owned(Lines::new(file.text().clone(), self.encoding));
                }
                Some(range) => {
                    let bytes = lines.bytes(range);
                    let old = file.text();
                    let text = [&old[..bytes.start], &change.text, &old[bytes.end..]];
                    let text: Arc<str> = text.concat().into();
                    let edited = lines.edited(text.clone(), bytes.clone(), change.text.len());
                    lines = Cow::Owned(edited);
                    let replaced = TextRange::new(size(bytes.start), size(bytes.end));
                    file = file.edited(text, replaced, size(change.text.len()));
                }
            }
        }
        let changed = Self::new(
            self.uri.clone(),
            self.path.clone(),
            Some(version),
            file,
            self.encoding,
        );
        changed.lines.set(lines.into_owned()).ok();
        changed
    }

    /// Its lines, found at the first call.
    pub(crate) fn lines(&self) -> &Lines {
        self.lines
            .get_or_init(|| Lines::new(self.file.text().clone(), self.encoding))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.version.is_some()
    }
}

fn size(bytes: usize) -> TextSize {
    TextSize::try_from(bytes).unwrap_or(TextSize::new(u32::MAX))
}

/// The path of a document. One that is no file (`untitled:Untitled-1`) gets its address as a path nothing lies at.
pub(crate) fn path_of(uri: &Url) -> PathBuf {
    file_path(uri).unwrap_or_else(|| PathBuf::from(uri.as_str()))
}

/// The path of a document that is a file.
pub(crate) fn file_path(uri: &Url) -> Option<PathBuf> {
    (uri.scheme() == "file")
        .then(|| uri.to_file_path().ok())
        .flatten()
}

/// The address of a file.
fn uri_of(path: &Path) -> Option<Url> {
    Url::from_file_path(std::path::absolute(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::{Position, Range};

    use super::*;

    fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1));
        TextDocumentContentChangeEvent {
            range: Some(range),
            range_length: None,
            text: text.into(),
        }
    }

    fn check(text: &str, changes: &[TextDocumentContentChangeEvent], expected: &str) {
        let uri = Url::parse("untitled:Untitled-1").expect("an address");
        let text = Text::opened(uri, 1, text, Encoding::Utf16).changed(2, changes);
        assert_eq!(&**text.file.text(), expected);
        assert_eq!(text.version, Some(2));
    }

    #[test]
    fn changes_of_one_message_build_on_each_other() {
        let edits = [
            edit((0, 1), (0, 3), "b\n"),
            edit((1, 0), (1, 1), "C"),
            edit((2, 1), (2, 1), "!"),
        ];
        check("a🎹c\nd", &edits, "ab\nC\nd!");
    }

    #[test]
    fn a_change_without_range_is_the_whole_text() {
        let whole = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: "new".into(),
        };
        check("old", &[whole], "new");
    }

    #[test]
    fn a_change_outside_the_text_is_at_its_end() {
        check("a", &[edit((5, 0), (9, 9), "b")], "ab");
    }

    #[test]
    fn random_edits_give_what_an_editor_of_utf_16_gives() {
        // A linear congruential generator, so that every run makes the same edits.
        let mut state = 7_u64;
        let mut below = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % bound
        };
        let uri = Url::parse("untitled:Untitled-1").expect("an address");
        let mut text = Text::opened(uri, 0, "", Encoding::Utf16);
        let mut model: Vec<Vec<u16>> = vec![Vec::new()];
        let pieces = ["a", "\n", "🎹", "é", "x = 1\ny", "f()", ""];
        for version in 1..=2_000 {
            let mut place = || {
                let line = below(model.len());
                let mut column = below(model[line].len() + 1);
                // Not between the two halves of a character.
                if model[line]
                    .get(column)
                    .is_some_and(|unit| (0xDC00..0xE000).contains(unit))
                {
                    column -= 1;
                }
                (line, column)
            };
            let (mut start, mut end) = (place(), place());
            if end < start {
                std::mem::swap(&mut start, &mut end);
            }
            if end.0 > start.0 + 2 {
                end = start;
            }
            let piece = pieces[below(pieces.len())];
            let position = |(line, column): (usize, usize)| (line as u32, column as u32);
            text = text.changed(version, &[edit(position(start), position(end), piece)]);

            let mut joined = model[start.0][..start.1].to_vec();
            joined.extend(piece.encode_utf16());
            joined.extend(&model[end.0][end.1..]);
            let lines = joined
                .split(|unit| *unit == u16::from(b'\n'))
                .map(<[u16]>::to_vec);
            model.splice(start.0..=end.0, lines.collect::<Vec<_>>());
            let lines: Vec<String> = model
                .iter()
                .map(|line| String::from_utf16(line).expect("whole characters"))
                .collect();
            assert_eq!(**text.file.text(), *lines.join("\n"), "version {version}");
            let lines = Lines::new(text.file.text().clone(), Encoding::Utf16);
            assert_eq!(*text.lines(), lines, "version {version}");
        }
    }
}
