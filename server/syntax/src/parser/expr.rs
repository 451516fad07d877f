//! The expressions of Lua 5.2, by precedence climbing as in `lparser.c`.

use rowan::Checkpoint;

use super::{Done, Parser};
use crate::kind::SyntaxKind;

/// Binds a unary operator closer than all binary ones but `^`.
const UNARY: u8 = 8;

/// How close a binary operator binds to its left and to its right side.
fn binding(kind: SyntaxKind) -> Option<(u8, u8)> {
    Some(match kind {
        SyntaxKind::Or => (1, 1),
        SyntaxKind::And => (2, 2),
        SyntaxKind::EqEq
        | SyntaxKind::NotEq
        | SyntaxKind::Less
        | SyntaxKind::LessEq
        | SyntaxKind::Greater
        | SyntaxKind::GreaterEq => (3, 3),
        SyntaxKind::Concat => (5, 4),
        SyntaxKind::Plus | SyntaxKind::Minus => (6, 6),
        SyntaxKind::Star | SyntaxKind::Slash | SyntaxKind::Percent => (7, 7),
        SyntaxKind::Caret => (10, 9),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression; `what` names it if it is missing.
    pub(super) fn expr(&mut self, what: &str) -> Option<Done> {
        self.sub_expr(0, what)
    }

    /// One or more expressions.
    pub(super) fn expr_list(&mut self) {
        self.expr("a value");
        while self.eat(SyntaxKind::Comma) {
            self.expr("a value");
        }
    }

    fn sub_expr(&mut self, limit: u8, what: &str) -> Option<Done> {
        if !self.enter_level() {
            return Some(self.skip_deep_expr());
        }
        let checkpoint = self.checkpoint();
        let operand = match self.kind {
            SyntaxKind::Not | SyntaxKind::Minus | SyntaxKind::Hash => Some(self.unary()),
            _ => self.operand(what),
        };
        let done = operand.map(|done| self.binary(checkpoint, done, limit));
        self.leave_level();
        done
    }

    fn unary(&mut self) -> Done {
        self.start(SyntaxKind::UnaryExpr);
        self.bump();
        self.sub_expr(UNARY, "a value");
        self.close(SyntaxKind::UnaryExpr)
    }

    /// The binary operators behind `left` that bind closer than `limit`.
    fn binary(&mut self, checkpoint: Checkpoint, left: Done, limit: u8) -> Done {
        let mut done = left;
        let mut n_links = 0;
        let mut is_flat = false;
        while let Some((_, right)) = binding(self.kind).filter(|&(left, _)| left > limit) {
            if !is_flat {
                is_flat = !self.may_wrap(done, n_links);
                self.start_at(checkpoint, SyntaxKind::BinaryExpr, done.height);
            }
            self.bump();
            self.sub_expr(right, "a value");
            n_links += 1;
            if !is_flat {
                done = self.close(SyntaxKind::BinaryExpr);
            }
        }
        if is_flat {
            self.close(SyntaxKind::BinaryExpr)
        } else {
            done
        }
    }

    fn operand(&mut self, what: &str) -> Option<Done> {
        match self.kind {
            SyntaxKind::Number
            | SyntaxKind::Str
            | SyntaxKind::Nil
            | SyntaxKind::True
            | SyntaxKind::False => Some(self.single(SyntaxKind::LiteralExpr)),
            SyntaxKind::Dots => {
                if !self.scopes.is_vararg() {
                    let message = "`...` outside of a function with `...` parameters: add `...` to the parameters";
                    self.push_scope_error(self.token_range(self.current), message.to_owned());
                }
                Some(self.single(SyntaxKind::VarargExpr))
            }
            SyntaxKind::LBrace => Some(self.table()),
            SyntaxKind::Function if !self.starts_function_statement() => Some(self.function_expr()),
            SyntaxKind::Name | SyntaxKind::LParen => self.suffixed(),
            _ => {
                self.expected(what);
                None
            }
        }
    }

    /// A node of one token.
    fn single(&mut self, kind: SyntaxKind) -> Done {
        self.start(kind);
        self.bump();
        self.close(kind)
    }

    /// A name or an expression in parentheses, and what follows it: fields, indices, calls.
    pub(super) fn suffixed(&mut self) -> Option<Done> {
        let checkpoint = self.checkpoint();
        let mut done = match self.kind {
            SyntaxKind::Name => self.single(SyntaxKind::NameExpr),
            SyntaxKind::LParen => self.parenthesized(),
            _ => {
                self.expected("a variable");
                return None;
            }
        };
        let mut n_links = 0;
        let mut is_flat = false;
        let mut is_call = false;
        while let Some(kind) = link(self.kind) {
            is_call = kind != SyntaxKind::IndexExpr;
            if !is_flat {
                is_flat = !self.may_wrap(done, n_links);
                let kind = if is_flat { SyntaxKind::LongChain } else { kind };
                self.start_at(checkpoint, kind, done.height);
            }
            self.link();
            n_links += 1;
            if !is_flat {
                done = self.close(kind);
            }
        }
        if is_flat {
            done = self.close(SyntaxKind::LongChain);
        }
        self.chain_ends_with_call = is_flat && is_call;
        Some(done)
    }

    fn parenthesized(&mut self) -> Done {
        let opener = self.current;
        self.start(SyntaxKind::ParenExpr);
        self.bump();
        self.expr("a value");
        self.expect_closing(opener, SyntaxKind::RParen);
        self.close(SyntaxKind::ParenExpr)
    }

    /// One `.name`, `[index]`, `:name(...)` or `(...)`, into the open node.
    fn link(&mut self) {
        match self.kind {
            SyntaxKind::Dot => self.name_after_sign(),
            SyntaxKind::Colon => {
                self.name_after_sign();
                match self.kind {
                    SyntaxKind::LParen | SyntaxKind::LBrace | SyntaxKind::Str => self.arguments(),
                    _ => {
                        self.error("`(` expected: a method is called with arguments, as in `a:b()`")
                    }
                }
            }
            SyntaxKind::LBracket => {
                let opener = self.current;
                self.bump();
                self.expr("an index");
                self.expect_closing(opener, SyntaxKind::RBracket);
            }
            _ => self.arguments(),
        }
    }

    fn name_after_sign(&mut self) {
        self.bump();
        if self.eat(SyntaxKind::Name) {
            return;
        }
        let touches = self.position == self.current;
        if self.kind.is_keyword() && touches {
            let word = self.shown();
            self.error(format!(
                "{word} is a word of Lua, not a name: write `[\"...\"]` with the name in quotes"
            ));
            self.bump();
        } else {
            self.expected("a name");
        }
    }

    fn arguments(&mut self) {
        self.start(SyntaxKind::ArgList);
        match self.kind {
            SyntaxKind::Str => {
                self.single(SyntaxKind::LiteralExpr);
            }
            SyntaxKind::LBrace => {
                self.table();
            }
            _ => self.parenthesized_arguments(),
        }
        self.close(SyntaxKind::ArgList);
    }

    fn parenthesized_arguments(&mut self) {
        let opener = self.current;
        self.bump();
        if self.eat(SyntaxKind::RParen) {
            return;
        }
        loop {
            self.expr("an argument or `)`");
            if self.eat(SyntaxKind::Comma) {
                continue;
            }
            if self.at(SyntaxKind::RParen) || self.first_on_line() {
                break;
            }
            if self.starts_expr() {
                self.expected("`,` or `)`");
                continue;
            }
            if self.is_junk() {
                self.expected("`,` or `)`");
                self.skip_junk_until_closing();
                if self.eat(SyntaxKind::Comma) {
                    continue;
                }
            }
            break;
        }
        self.expect_closing(opener, SyntaxKind::RParen);
    }
}

/// The node that a link of a chain makes.
fn link(kind: SyntaxKind) -> Option<SyntaxKind> {
    match kind {
        SyntaxKind::Dot | SyntaxKind::LBracket => Some(SyntaxKind::IndexExpr),
        SyntaxKind::Colon => Some(SyntaxKind::MethodCallExpr),
        SyntaxKind::LParen | SyntaxKind::LBrace | SyntaxKind::Str => Some(SyntaxKind::CallExpr),
        _ => None,
    }
}
