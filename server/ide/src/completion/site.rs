//! Where something is being written: the word that has been begun, what stands before it, and in which thread it will run.

use std::ops::Range;

use halion_analysis::FileId;
use halion_api::Threads;
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

use crate::place::{Place, handed_over};
use crate::{Snapshot, names};

/// Where something is being written.
pub(super) struct Site<'a> {
    pub(super) snapshot: &'a Snapshot,
    file: FileId,
    /// The bytes of the word that has been begun.
    pub(super) range: Range<usize>,
    /// The token that has been begun, if any.
    word: Option<SyntaxToken>,
    /// The last token before it that counts.
    pub(super) before: Option<SyntaxToken>,
    root: SyntaxNode,
}

impl<'a> Site<'a> {
    pub(super) fn at(snapshot: &'a Snapshot, file: FileId, offset: TextSize) -> Option<Self> {
        let root = snapshot.file(file)?.parse().syntax();
        if offset > root.text_range().end() {
            return None;
        }
        let left = root
            .token_at_offset(offset)
            .left_biased()
            .filter(|token| token.text_range().start() < offset);
        let is_word =
            |token: &SyntaxToken| token.kind() == SyntaxKind::Name || token.kind().is_keyword();
        let is_free_text = |token: &SyntaxToken| {
            use SyntaxKind::{Comment, Number, Shebang, Str};
            matches!(token.kind(), Comment | Str | Number | Shebang)
        };
        if left.as_ref().is_some_and(is_free_text) {
            return None;
        }
        let word = left.clone().filter(is_word);
        let start = word
            .as_ref()
            .map_or(offset, |word| word.text_range().start());
        let before = match &word {
            Some(word) => names::before(word),
            None => left.and_then(|left| match left.kind().is_trivia() {
                true => names::before(&left),
                false => Some(left),
            }),
        };
        Some(Self {
            snapshot,
            file,
            range: start.into()..offset.into(),
            word,
            before,
            root,
        })
    }

    /// Whether the word is a name that is being declared.
    pub(super) fn declares(&self) -> bool {
        let token = self
            .word
            .as_ref()
            .filter(|word| word.kind() == SyntaxKind::Name)
            .or(self.before.as_ref());
        let Some(parent) = token.and_then(SyntaxToken::parent) else {
            return false;
        };
        let is_list = self
            .before
            .as_ref()
            .is_some_and(|before| before.kind() == SyntaxKind::Comma);
        match parent.kind() {
            SyntaxKind::ParamList => self
                .before
                .as_ref()
                .is_none_or(|before| before.kind() != SyntaxKind::RParen),
            SyntaxKind::LocalStat | SyntaxKind::NumericForStat | SyntaxKind::GenericForStat => {
                let has_value = parent.children_with_tokens().any(|element| {
                    matches!(element.kind(), SyntaxKind::Eq | SyntaxKind::In)
                        && usize::from(element.text_range().end()) <= self.range.start
                });
                !has_value && (self.word.is_some() || is_list)
            }
            _ => false,
        }
    }

    /// The threads in which what is written here will run: those of the place, or of what a function is handed to.
    pub(super) fn threads(&self) -> Threads {
        let offset = TextSize::try_from(self.range.start).unwrap_or_default();
        let runs_on = Place::at(self.snapshot, self.file, offset).runs_on();
        let handed_over = self
            .before
            .as_ref()
            .and_then(|before| handed_over(before, runs_on));
        handed_over.map_or(runs_on, |(_, threads)| threads)
    }

    pub(super) fn node(&self) -> SyntaxNode {
        let token = self.word.as_ref().or(self.before.as_ref());
        token
            .and_then(SyntaxToken::parent)
            .unwrap_or_else(|| self.root.clone())
    }
}
