//! What to do with tokens that fit nowhere. Invariant: each way out takes at least one token, or ends where a statement can start.

use super::{Done, Parser};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// The current token into an error node.
    pub(super) fn junk_token(&mut self) {
        self.start(SyntaxKind::Error);
        self.bump();
        self.close(SyntaxKind::Error);
    }

    /// The rest of a broken statement's line, up to where a statement can start, into an error node.
    pub(super) fn skip_junk(&mut self) {
        if self.first_on_line()
            || !self.is_junk()
            || matches!(self.kind, SyntaxKind::Name | SyntaxKind::LParen)
        {
            return;
        }
        self.start(SyntaxKind::Error);
        while !self.first_on_line() && self.is_junk() {
            self.bump();
        }
        self.close(SyntaxKind::Error);
        self.silence();
    }

    /// Junk on this line up to the `)` or `,` that belongs to the open parenthesis.
    pub(super) fn skip_junk_until_closing(&mut self) {
        self.start(SyntaxKind::Error);
        let mut depth = 0;
        while !self.first_on_line() && self.is_junk() {
            match self.kind {
                SyntaxKind::LParen => depth += 1,
                SyntaxKind::RParen | SyntaxKind::Comma if depth == 0 => break,
                SyntaxKind::RParen => depth -= 1,
                _ => {}
            }
            self.bump();
        }
        self.close(SyntaxKind::Error);
        self.silence();
    }

    /// Takes the next error at the current token for one that is told.
    pub(super) fn silence(&mut self) {
        self.n_holes += 1;
        self.error_at = Some(self.current);
    }

    /// A token that neither starts a statement by a keyword nor closes a block.
    pub(super) fn is_junk(&self) -> bool {
        !self.starts_statement()
            && !matches!(
                self.kind,
                SyntaxKind::End
                    | SyntaxKind::Else
                    | SyntaxKind::ElseIf
                    | SyntaxKind::Until
                    | SyntaxKind::Then
                    | SyntaxKind::Do
                    | SyntaxKind::Semicolon
                    | SyntaxKind::Eof
            )
    }

    /// A keyword (or `::`) that only a statement starts with.
    pub(super) fn starts_statement(&self) -> bool {
        match self.kind {
            SyntaxKind::Local
            | SyntaxKind::If
            | SyntaxKind::While
            | SyntaxKind::For
            | SyntaxKind::Repeat
            | SyntaxKind::Return
            | SyntaxKind::Break
            | SyntaxKind::Goto
            | SyntaxKind::Do
            | SyntaxKind::ColonColon => true,
            SyntaxKind::Function => self.next_kind() == SyntaxKind::Name,
            _ => false,
        }
    }

    /// `function name` at the start of a line: never part of an expression that is still open.
    pub(super) fn starts_function_statement(&self) -> bool {
        self.at(SyntaxKind::Function)
            && self.first_on_line()
            && self.next_kind() == SyntaxKind::Name
    }

    pub(super) fn starts_expr(&self) -> bool {
        match self.kind {
            SyntaxKind::Name
            | SyntaxKind::Number
            | SyntaxKind::Str
            | SyntaxKind::Nil
            | SyntaxKind::True
            | SyntaxKind::False
            | SyntaxKind::Dots
            | SyntaxKind::LBrace
            | SyntaxKind::LParen
            | SyntaxKind::Not
            | SyntaxKind::Minus
            | SyntaxKind::Hash => true,
            SyntaxKind::Function => !self.starts_function_statement(),
            _ => false,
        }
    }

    /// An expression beyond the limit of nesting, flat, up to what ends it.
    pub(super) fn skip_deep_expr(&mut self) -> Done {
        self.start(SyntaxKind::Error);
        let mut n_open = 0u32;
        loop {
            let is_end = n_open == 0
                && (self.starts_statement()
                    || matches!(
                        self.kind,
                        SyntaxKind::Comma | SyntaxKind::Eq | SyntaxKind::Then
                    ));
            if self.at(SyntaxKind::Eof) || is_end || !self.count_nesting(&mut n_open) {
                break;
            }
            self.bump();
        }
        let done = self.close(SyntaxKind::Error);
        self.silence();
        done
    }

    /// A statement beyond the limit of nesting with all that follows in its block, flat.
    pub(super) fn skip_deep_statement(&mut self) {
        self.start(SyntaxKind::Error);
        let mut n_open = 0u32;
        while !self.at(SyntaxKind::Eof) {
            let is_end = n_open == 0 && matches!(self.kind, SyntaxKind::Else | SyntaxKind::ElseIf);
            if is_end || !self.count_nesting(&mut n_open) {
                break;
            }
            self.bump();
        }
        self.close(SyntaxKind::Error);
        self.silence();
    }

    /// Counts what the current token opens or closes; `false` if it closes what was open before.
    fn count_nesting(&self, n_open: &mut u32) -> bool {
        match self.kind {
            SyntaxKind::LParen | SyntaxKind::LBrace | SyntaxKind::LBracket => *n_open += 1,
            SyntaxKind::Function | SyntaxKind::If | SyntaxKind::Do | SyntaxKind::Repeat => {
                *n_open += 1
            }
            SyntaxKind::RParen
            | SyntaxKind::RBrace
            | SyntaxKind::RBracket
            | SyntaxKind::End
            | SyntaxKind::Until => match n_open.checked_sub(1) {
                Some(left) => *n_open = left,
                None => return false,
            },
            _ => {}
        }
        true
    }
}
