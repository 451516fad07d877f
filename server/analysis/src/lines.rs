//! Lines of the files, for grouping findings by line. Lines count from 0.

use halion_syntax::{LineIndex, TextSize};

use crate::script::{FileId, Script};

/// Line starts of all files.
pub(crate) struct Lines(Vec<LineIndex>);

impl Lines {
    /// Of a script.
    pub fn new(script: &Script) -> Lines {
        Lines(
            script
                .files
                .iter()
                .map(|file| LineIndex::new(&file.text))
                .collect(),
        )
    }

    /// The 0-based line of an offset.
    pub fn line(&self, file: FileId, offset: TextSize) -> u32 {
        self.0[file.idx()].line_col(offset).line
    }
}
