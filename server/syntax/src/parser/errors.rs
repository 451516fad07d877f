//! What the parser says, and where. Invariant: one hole is told once: after an error nothing more is told before a token that starts
//! a line has gone into the tree.

use rowan::{TextRange, TextSize};

use super::{MAX_ERRORS, Parser};
use crate::kind::SyntaxKind;
use crate::{LineIndex, SyntaxError};

impl<'t> Parser<'t> {
    pub(super) fn eat_or_error(&mut self, kind: SyntaxKind, message: &str) -> bool {
        let is_there = self.eat(kind);
        if !is_there {
            self.error(message);
        }
        is_there
    }

    /// Reports that `what` is missing: behind the token before if a line ends there, else in place of the current one.
    pub(super) fn expected(&mut self, what: &str) {
        let message = match self.previous() {
            Some(index) if self.first_on_line() => {
                format!("{what} expected after {}", shorten(self.token_text(index)))
            }
            _ => format!("{what} expected, not {}", self.shown()),
        };
        self.error(message);
    }

    /// Reports that something is missing before the current token, or that the token does not fit.
    pub(super) fn error(&mut self, message: impl Into<String>) {
        self.error_in(self.hole_range(), message.into());
    }

    /// Reports that the current token is wrong, if it or its line has not been told of.
    pub(super) fn error_here(&mut self, message: String) {
        if self.first_on_line() && self.error_at != Some(self.current) {
            self.error_at = None;
        }
        self.error_in(self.token_range(self.current), message);
    }

    fn error_in(&mut self, range: TextRange, message: String) {
        let is_told = self.error_at.is_some() || self.tokens[self.current].is_bad;
        self.error_at = Some(self.current);
        self.n_holes += 1;
        if !is_told && self.errors.list.len() < MAX_ERRORS {
            self.is_stray_end_told = true;
            self.errors.list.push(SyntaxError { range, message });
        }
    }

    /// Reports what is no hole in the grammar: a label twice, too many locals.
    pub(super) fn push_scope_error(&mut self, range: TextRange, message: String) {
        if self.scope_errors.len() < MAX_ERRORS {
            self.scope_errors.push(SyntaxError { range, message });
        }
    }

    /// The current token, or the one before if a line ends between them.
    fn hole_range(&self) -> TextRange {
        let before = if self.first_on_line() {
            self.previous()
        } else {
            None
        };
        self.token_range(before.unwrap_or(self.current))
    }

    /// The token before the current one.
    fn previous(&self) -> Option<usize> {
        self.tokens[..self.position]
            .iter()
            .rposition(|token| !token.kind.is_trivia())
    }

    pub(super) fn token_range(&self, index: usize) -> TextRange {
        let start = self.tokens[index].start;
        let end = self.tokens.get(index + 1).map_or(start, |next| next.start);
        TextRange::new(TextSize::new(start), TextSize::new(end))
    }

    pub(super) fn token_text(&self, index: usize) -> &'t str {
        &self.text[self.token_range(index)]
    }

    /// The current token for a message.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            SyntaxKind::Eof => "the end of the file".to_owned(),
            _ => shorten(self.token_text(self.current)),
        }
    }

    /// The text from a token up to the current one, for a message.
    pub(super) fn shown_from(&self, first: usize) -> String {
        let start = self.tokens[first].start as usize;
        let end = self.tokens[self.position].start as usize;
        shorten(self.text[start..end.max(start)].trim_end())
    }

    /// 1-based line of a token, for a message.
    pub(super) fn line_number(&self, index: usize) -> u32 {
        let lines = self.lines.get_or_init(|| LineIndex::new(self.text));
        lines.line_col(TextSize::new(self.tokens[index].start)).line + 1
    }

    pub(super) fn too_deep(&mut self) {
        if std::mem::replace(&mut self.is_too_deep_told, true) {
            return self.silence();
        }
        self.error("too many levels of nesting here (Lua allows 200): move the inner part into a function or a variable of its own");
    }
}

/// The first 30 characters of the first line, as code.
fn shorten(text: &str) -> String {
    let short: String = text
        .chars()
        .take(30)
        .take_while(|&character| !matches!(character, '\n' | '\r'))
        .collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    format!("`{short}{dots}`")
}
