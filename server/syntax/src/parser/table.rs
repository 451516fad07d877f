//! Tables.

use super::structure::indent_of;
use super::{Done, Parser};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// `{ ... }`
    pub(super) fn table(&mut self) -> Done {
        let opener = self.current;
        self.start(SyntaxKind::TableExpr);
        self.bump();
        let mut is_broken = false;
        let mut opener_indent = None;
        while !self.at(SyntaxKind::RBrace) {
            let before = self.current;
            self.field();
            if self.eat(SyntaxKind::Comma) || self.eat(SyntaxKind::Semicolon) {
                continue;
            }
            if self.at(SyntaxKind::RBrace)
                || self.current == before
                || !self.goes_on(opener, &mut opener_indent)
            {
                break;
            }
            if !is_broken {
                self.expected("`,` or `}`");
            }
            is_broken = true;
        }
        if is_broken && !self.at(SyntaxKind::RBrace) {
            self.silence();
        }
        self.expect_closing(opener, SyntaxKind::RBrace);
        self.close(SyntaxKind::TableExpr)
    }

    fn field(&mut self) {
        self.start(SyntaxKind::Field);
        match self.kind {
            SyntaxKind::LBracket => {
                let opener = self.current;
                self.bump();
                self.expr("a key");
                self.expect_closing(opener, SyntaxKind::RBracket);
                if self.eat_or_error(SyntaxKind::Eq, "`=` and a value expected after the key") {
                    self.expr("a value");
                }
            }
            SyntaxKind::Name if self.next_kind() == SyntaxKind::Eq => {
                self.bump();
                self.bump();
                self.expr("a value");
            }
            _ => {
                self.expr("a value or `}`");
            }
        }
        self.close(SyntaxKind::Field);
    }

    /// Whether another field seems to follow although the separator is missing. `opener_indent` is worked out once per table.
    fn goes_on(&self, opener: usize, opener_indent: &mut Option<u32>) -> bool {
        if !self.starts_expr() && !self.at(SyntaxKind::LBracket) {
            return false;
        }
        if !self.first_on_line() {
            return true;
        }
        let opener_indent = *opener_indent.get_or_insert_with(|| {
            let first = self.tokens[..=opener]
                .iter()
                .rfind(|token| !token.kind.is_trivia() && token.first_on_line);
            first.map_or(0, |token| indent_of(self.text, token.start))
        });
        indent_of(self.text, self.tokens[self.current].start) > opener_indent
    }
}
