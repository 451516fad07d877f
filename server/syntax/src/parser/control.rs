//! Statements with blocks: `do`, `while`, `repeat`, `if`, `for`.

use super::Parser;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    pub(super) fn do_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::DoStat);
        self.bump();
        self.scoped_block(opener);
        self.expect_end(opener, SyntaxKind::End);
        self.close(SyntaxKind::DoStat);
    }

    pub(super) fn while_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::WhileStat);
        self.bump();
        self.expr("a condition");
        self.scopes.open_block(true);
        self.expect_do();
        self.scoped_block(opener);
        self.expect_end(opener, SyntaxKind::End);
        self.scopes.close_block();
        self.close(SyntaxKind::WhileStat);
    }

    fn expect_do(&mut self) {
        if !self.eat(SyntaxKind::Do) {
            self.expected("`do`");
            self.skip_junk();
            self.eat(SyntaxKind::Do);
        }
    }

    pub(super) fn repeat_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::RepeatStat);
        self.bump();
        self.scopes.open_block(true);
        self.scopes.open_block(false);
        self.block(Some(opener));
        if self.expect_end(opener, SyntaxKind::Until) {
            self.expr("a condition");
        }
        self.scopes.close_block();
        self.scopes.close_block();
        self.close(SyntaxKind::RepeatStat);
    }

    pub(super) fn if_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::IfStat);
        self.bump();
        self.then_block(opener);
        let mut has_else = false;
        while matches!(self.kind, SyntaxKind::ElseIf | SyntaxKind::Else) && !self.is_behind(opener)
        {
            if has_else {
                self.error("`else` must be the last part of an `if`: move it to the end");
            }
            if self.at(SyntaxKind::ElseIf) {
                self.start(SyntaxKind::ElseIfClause);
                self.bump();
                self.then_block(opener);
                self.close(SyntaxKind::ElseIfClause);
            } else {
                has_else = true;
                self.start(SyntaxKind::ElseClause);
                self.bump();
                self.scoped_block(opener);
                self.close(SyntaxKind::ElseClause);
            }
        }
        self.expect_end(opener, SyntaxKind::End);
        self.close(SyntaxKind::IfStat);
    }

    fn then_block(&mut self, opener: usize) {
        self.expr("a condition");
        if !self.eat(SyntaxKind::Then) {
            match self.kind {
                SyntaxKind::Eq => {
                    self.error("`then` expected, not `=`: two values are compared with `==`")
                }
                _ => self.expected("`then`"),
            }
            self.skip_junk();
            self.eat(SyntaxKind::Then);
        }
        // Lua reads a `goto` or `break` right behind `then` without entering a level.
        let is_jump = matches!(self.kind, SyntaxKind::Goto | SyntaxKind::Break);
        self.n_free_levels = u32::from(is_jump);
        self.scoped_block(opener);
        self.n_free_levels = 0;
    }

    pub(super) fn for_statement(&mut self) {
        let opener = self.current;
        let checkpoint = self.checkpoint();
        self.scopes.open_block(true);
        let is_numeric = self.for_head_is_numeric();
        let kind = if is_numeric {
            SyntaxKind::NumericForStat
        } else {
            SyntaxKind::GenericForStat
        };
        self.start_at(checkpoint, kind, 0);
        self.bump();
        for name in ["(for index)", "(for limit)", "(for step)"] {
            self.declare_text(name);
        }
        self.names("the name of a loop variable");
        if is_numeric {
            self.numeric_range();
        } else if self.eat(SyntaxKind::In) {
            self.expr_list();
        } else {
            self.expected("`=` or `in`");
        }
        self.scopes.activate_some(3);
        self.expect_do();
        self.scopes.open_block(false);
        self.scopes.activate();
        self.scoped_block(opener);
        self.scopes.close_block();
        self.expect_end(opener, SyntaxKind::End);
        self.scopes.close_block();
        self.close(kind);
    }

    /// Whether `=` follows the first name.
    fn for_head_is_numeric(&self) -> bool {
        let mut rest = self.tokens[self.current + 1..]
            .iter()
            .map(|token| token.kind)
            .filter(|kind| !kind.is_trivia());
        rest.next() == Some(SyntaxKind::Name) && rest.next() == Some(SyntaxKind::Eq)
    }

    fn numeric_range(&mut self) {
        self.bump();
        self.expr("a start value");
        if self.eat_or_error(
            SyntaxKind::Comma,
            "`,` and the last value expected, as in `for i = 1, 10 do`",
        ) {
            self.expr("a last value");
            if self.eat(SyntaxKind::Comma) {
                self.expr("a step");
            }
        }
    }
}
