//! Parameters and bodies of functions, and the blocks of all statements.

use super::structure::indent_of;
use super::{Done, Parser};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// The whole file.
    pub(super) fn chunk(&mut self) {
        self.start_with_trivia(SyntaxKind::Chunk);
        self.scopes.open_function(true);
        self.block(None);
        self.close_function();
        self.close(SyntaxKind::Chunk);
    }

    /// `function() ... end` as an expression.
    pub(super) fn function_expr(&mut self) -> Done {
        let opener = self.current;
        self.start(SyntaxKind::FunctionExpr);
        self.bump();
        if self.at(SyntaxKind::Name) && !self.first_on_line() {
            self.error("a function inside an expression has no name: remove it, or make it a statement of its own");
            self.bump();
        }
        self.function_rest(opener, false);
        self.close(SyntaxKind::FunctionExpr)
    }

    /// Parameters, body and `end`; `opener` is the token `function`.
    pub(super) fn function_rest(&mut self, opener: usize, is_method: bool) {
        if self.scopes.sees_many_locals() {
            self.errors.has_many_locals = true;
        }
        self.scopes.open_function(false);
        if is_method {
            self.declare_text("self");
        }
        self.parameters();
        self.scopes.activate();
        self.block(Some(opener));
        self.expect_end(opener, SyntaxKind::End);
        self.close_function();
    }

    fn close_function(&mut self) {
        for (name, goto) in self.scopes.close_function() {
            let range = self.token_range(goto.token);
            self.push_scope_error(range, format!("no label `{name}` is visible here: write `::{name}::` in this or an outer block"));
        }
    }

    fn parameters(&mut self) {
        if !self.at(SyntaxKind::LParen) {
            self.error("`(` expected: write the parameters, or `()` if there are none");
            return;
        }
        let opener = self.current;
        self.start(SyntaxKind::ParamList);
        self.bump();
        if !self.at(SyntaxKind::RParen) {
            self.parameter_names();
        }
        self.expect_closing(opener, SyntaxKind::RParen);
        self.close(SyntaxKind::ParamList);
    }

    fn parameter_names(&mut self) {
        loop {
            match self.kind {
                SyntaxKind::Name if !self.is_next_statement() => self.declare_name(),
                SyntaxKind::Dots => {
                    self.bump();
                    self.scopes.set_vararg();
                    return;
                }
                _ => {
                    self.expected("a parameter name, `...` or `)`");
                    if self.first_on_line() || !self.is_junk() {
                        return;
                    }
                    self.skip_junk_until_closing();
                    return;
                }
            }
            if !self.eat(SyntaxKind::Comma) {
                return;
            }
        }
    }

    /// Whether the current name starts a line and goes on as no parameter does.
    fn is_next_statement(&self) -> bool {
        self.first_on_line() && !matches!(self.next_kind(), SyntaxKind::Comma | SyntaxKind::RParen)
    }

    /// Declares the current name and moves on.
    pub(super) fn declare_name(&mut self) {
        let name = self.token_text(self.current);
        let range = self.token_range(self.current);
        if let Err(full) = self.scopes.declare(name) {
            self.push_scope_error(range, full.0.to_owned());
        }
        self.bump();
    }

    /// Declares a local that is not written: `self`, or one of the three of a `for`.
    pub(super) fn declare_text(&mut self, name: &'static str) {
        if let Err(full) = self.scopes.declare(name) {
            self.push_scope_error(self.token_range(self.current), full.0.to_owned());
        }
    }

    /// Statements up to the `end` or the like that closes them (it is not taken). `opener` is `None` for the whole file.
    pub(super) fn block(&mut self, opener: Option<usize>) {
        self.start_with_trivia(SyntaxKind::Block);
        if let Some(opener) = opener {
            self.openers.push(opener);
        }
        self.statements(opener);
        if opener.is_some() {
            self.openers.pop();
        }
        self.skip_trivia();
        self.close(SyntaxKind::Block);
    }

    /// A block with locals of its own.
    pub(super) fn scoped_block(&mut self, opener: usize) {
        self.scopes.open_block(false);
        self.block(Some(opener));
        self.scopes.close_block();
    }

    /// Whether the current token closes the block, or starts a line that by its indentation lies behind a block without `end`.
    pub(super) fn is_block_end(&self, opener: Option<usize>) -> bool {
        match self.kind {
            SyntaxKind::Eof => true,
            _ if opener.is_some_and(|opener| self.is_behind(opener)) => true,
            SyntaxKind::End => opener.is_some(),
            SyntaxKind::Else | SyntaxKind::ElseIf => self.is_inside(SyntaxKind::If),
            SyntaxKind::Until => self.is_inside(SyntaxKind::Repeat),
            _ => false,
        }
    }

    /// Whether an opener of this kind is open in the current function.
    fn is_inside(&self, kind: SyntaxKind) -> bool {
        let kinds = self
            .openers
            .iter()
            .rev()
            .map(|&opener| self.tokens[opener].kind);
        kinds
            .take_while(|&opener| opener != SyntaxKind::Function)
            .any(|opener| opener == kind)
    }

    pub(super) fn is_behind(&self, opener: usize) -> bool {
        let Some(unclosed) = self.unclosed.get(&opener) else {
            return false;
        };
        if !self.first_on_line() {
            return false;
        }
        let indent = indent_of(self.text, self.tokens[self.current].start);
        let goes_on = match self.kind {
            SyntaxKind::Else | SyntaxKind::ElseIf => self.tokens[opener].kind == SyntaxKind::If,
            SyntaxKind::Until => self.tokens[opener].kind == SyntaxKind::Repeat,
            _ => false,
        };
        if goes_on {
            indent < unclosed.indent
        } else {
            indent <= unclosed.indent
        }
    }

    /// Takes the `end` or `until` that closes `opener`, or tells that it is missing.
    pub(super) fn expect_end(&mut self, opener: usize, closing: SyntaxKind) -> bool {
        if self.at(closing) && !self.is_behind(opener) {
            self.bump();
            return true;
        }
        let word = if closing == SyntaxKind::Until {
            "until"
        } else {
            "end"
        };
        let opening = self.token_text(opener);
        let line = self.line_number(opener);
        self.errors.n_broken_blocks += 1;
        self.error(format!(
            "`{word}` expected to close `{opening}` at line {line}"
        ));
        false
    }

    /// Takes the `)`, `]` or `}` that closes the token `opener`, or tells that it is missing.
    pub(super) fn expect_closing(&mut self, opener: usize, closing: SyntaxKind) {
        if self.eat(closing) {
            return;
        }
        let sign = match closing {
            SyntaxKind::RParen => ")",
            SyntaxKind::RBracket => "]",
            _ => "}",
        };
        let opening = self.token_text(opener);
        let line = self.line_number(opener);
        self.error(format!(
            "`{sign}` expected to close `{opening}` at line {line}"
        ));
    }
}
