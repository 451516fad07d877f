//! What an editor asks about a script: one file per question, each a free function over a [`Snapshot`] and a byte offset.
//!
//! Pure: no IO, no clock, no protocol types; results are plain data in editor words. Offsets are bytes. A snapshot never
//! changes, so any number of threads may ask about it while the text moves on.
//!
//! In reading order: [`snapshot`] what is asked about, [`check`] everything about a script at once, as the command line
//! wants it, `names` what a name in the text stands for, `class_of` the class of an expression, `place` in which thread a
//! place runs, `verdict` whether a function fits there, `facts` HALion's API as Markdown, then the questions: [`diagnostics`](mod@diagnostics),
//! [`hover`](mod@hover), [`completion`](mod@completion), [`signature_help`](mod@signature_help),
//! [`goto_definition`](mod@goto_definition), [`document_symbols`](mod@document_symbols), [`lens`], [`quick_fix`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
mod class_of;
pub mod completion;
pub mod diagnostics;
pub mod document_symbols;
mod facts;
pub mod goto_definition;
pub mod hover;
pub mod lens;
mod names;
mod place;
pub mod quick_fix;
pub mod signature_help;
pub mod snapshot;
mod verdict;

pub use check::{Checked, check, requires};
pub use completion::{Completions, Item, ItemKind, Rank, completion, documentation};
pub use diagnostics::{diagnostics, reference_url};
pub use document_symbols::{Symbol, SymbolKind, document_symbols};
pub use goto_definition::{Target, goto_definition};
pub use halion_analysis::{
    Analysis, Code, Diagnostic, FileId, FunctionInfo, RulePage, Rung, Script, ScriptKind, Severity,
    SourceFile, Step, Why,
};
pub use halion_api::{Thread, Threads};
pub use halion_syntax::{LineCol, LineIndex, TextRange, TextSize};
pub use hover::{Hover, hover};
pub use lens::{Lens, callers, lenses};
pub use quick_fix::{
    Edit, Fix, FixKind, best_fix, fix_all, fixes_for, has_new_finding, quick_fixes,
};
pub use signature_help::{Signature, SignatureHelp, signature_help};
pub use snapshot::{File, Outdated, Snapshot};
