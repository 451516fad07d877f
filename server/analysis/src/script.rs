//! What is analysed: the files of one script with their parse trees (HALion semantics 1.4: all share one Lua state).
//!
//! Pure data handed in by the caller; nothing here reads a disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use halion_syntax::{Parse, TextRange};

/// A file of a [`Script`], by its place in [`Script::files`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

impl FileId {
    /// As an index.
    #[must_use]
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// One file.
#[derive(Clone)]
pub struct SourceFile {
    /// As shown to the user.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
    /// Its tree.
    pub parse: Parse,
}

/// What sort of script it is (HALion semantics 10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScriptKind {
    /// To be told from what the script uses.
    #[default]
    Auto,
    /// A MIDI module script: Controller and Processor.
    Midi,
    /// A UI script: Controller only.
    Ui,
}

/// A main file with the modules it loads.
#[derive(Clone)]
pub struct Script {
    /// The first one is the main chunk.
    pub files: Vec<SourceFile>,
    /// The file behind each name given to `require`.
    pub modules: BTreeMap<String, FileId>,
    /// MIDI module or UI script.
    pub kind: ScriptKind,
}

/// A constant name given to `require`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredName {
    /// The name.
    pub name: String,
    /// The bytes of the argument.
    pub range: TextRange,
}
