//! The statements of Lua 5.2.

use super::Parser;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    pub(super) fn statements(&mut self, opener: Option<usize>) {
        while !self.is_block_end(opener) {
            let before = self.current;
            let n_holes = self.n_holes;
            let is_function =
                self.at(SyntaxKind::Function) || self.next_kind() == SyntaxKind::Function;
            match self.kind {
                SyntaxKind::End | SyntaxKind::Else | SyntaxKind::ElseIf | SyntaxKind::Until => {
                    self.stray_end()
                }
                SyntaxKind::Return => self.last_statement(opener),
                _ => self.statement(),
            }
            if self.n_holes > n_holes {
                self.skip_junk();
            } else if is_function && opener.is_none() {
                self.is_stray_end_told = false;
            }
            if self.current == before {
                self.junk_token();
            }
        }
    }

    /// A `return`; nothing may follow it in its block.
    fn last_statement(&mut self, opener: Option<usize>) {
        let n_holes = self.n_holes;
        self.statement();
        if !self.is_block_end(opener) && self.n_holes == n_holes && !self.is_end_word() {
            self.error("`return` must be the last statement of its block: write `do return end` to leave early");
        }
    }

    fn is_end_word(&self) -> bool {
        matches!(
            self.kind,
            SyntaxKind::End | SyntaxKind::Else | SyntaxKind::ElseIf | SyntaxKind::Until
        )
    }

    /// `end`, `else`, `elseif` or `until` that closes nothing.
    fn stray_end(&mut self) {
        self.errors.n_broken_blocks += 1;
        let message = match self.kind {
            SyntaxKind::End => {
                "this `end` closes nothing: remove it, or add what it should close".to_owned()
            }
            SyntaxKind::Until => {
                "this `until` has no `repeat`: remove it, or add the `repeat`".to_owned()
            }
            _ => format!(
                "this {} has no `if`: remove it, or add the `if`",
                self.shown()
            ),
        };
        if !self.is_stray_end_told {
            self.error_here(message);
        }
        self.junk_token();
        self.silence();
    }

    pub(super) fn statement(&mut self) {
        if !self.enter_level() {
            self.skip_deep_statement();
            return;
        }
        self.any_statement();
        self.leave_level();
    }

    fn any_statement(&mut self) {
        match self.kind {
            SyntaxKind::Semicolon => self.simple(SyntaxKind::EmptyStat),
            SyntaxKind::If => self.if_statement(),
            SyntaxKind::While => self.while_statement(),
            SyntaxKind::Do => self.do_statement(),
            SyntaxKind::For => self.for_statement(),
            SyntaxKind::Repeat => self.repeat_statement(),
            SyntaxKind::Function => self.function_statement(),
            SyntaxKind::Local => self.local_statement(),
            SyntaxKind::ColonColon => self.label_statement(),
            SyntaxKind::Return => self.return_statement(),
            SyntaxKind::Break => self.break_statement(),
            SyntaxKind::Goto => self.goto_statement(),
            _ => self.expression_statement(),
        }
    }

    /// A statement of one token.
    pub(super) fn simple(&mut self, kind: SyntaxKind) {
        self.start(kind);
        self.bump();
        self.close(kind);
    }

    /// One or more names, each a new local.
    pub(super) fn names(&mut self, what: &str) {
        loop {
            if self.at(SyntaxKind::Name) {
                self.declare_name();
            } else if !self.name_expected(what) {
                return;
            }
            if !self.eat(SyntaxKind::Comma) {
                return;
            }
        }
    }

    /// Tells that a name is missing. A keyword that clearly stands in its place is taken; then the answer is `true`.
    pub(super) fn name_expected(&mut self, what: &str) -> bool {
        if !self.kind.is_keyword() || self.first_on_line() {
            self.expected(what);
            return false;
        }
        let word = self.shown();
        self.error(format!(
            "{what} expected: {word} is a word of Lua, choose another name"
        ));
        let is_used_as_name = matches!(
            self.next_kind(),
            SyntaxKind::Eq
                | SyntaxKind::Comma
                | SyntaxKind::LParen
                | SyntaxKind::Dot
                | SyntaxKind::Colon
        );
        if is_used_as_name {
            self.bump();
        }
        is_used_as_name
    }

    fn local_statement(&mut self) {
        if self.next_kind() == SyntaxKind::Function {
            return self.local_function_statement();
        }
        self.start(SyntaxKind::LocalStat);
        self.bump();
        self.names("the name of a local variable");
        if self.eat(SyntaxKind::Eq) {
            self.expr_list();
        }
        self.scopes.activate();
        self.close(SyntaxKind::LocalStat);
    }

    fn local_function_statement(&mut self) {
        self.start(SyntaxKind::LocalFunctionStat);
        self.bump();
        let opener = self.current;
        self.bump();
        if self.at(SyntaxKind::Name) && !self.first_on_line()
            || self.at(SyntaxKind::Name) && self.next_kind() == SyntaxKind::LParen
        {
            self.declare_name();
            self.scopes.activate();
        } else {
            self.name_expected("the name of the function");
        }
        self.function_rest(opener, false);
        self.close(SyntaxKind::LocalFunctionStat);
    }

    fn function_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::FunctionStat);
        self.bump();
        self.start(SyntaxKind::FunctionName);
        let mut is_method = false;
        if self.eat_name("the name of the function") {
            while self.at(SyntaxKind::Dot) {
                self.bump();
                self.eat_name("a name");
            }
            if self.eat(SyntaxKind::Colon) {
                is_method = true;
                self.eat_name("a name");
            }
        }
        self.close(SyntaxKind::FunctionName);
        self.function_rest(opener, is_method);
        self.close(SyntaxKind::FunctionStat);
    }

    fn eat_name(&mut self, what: &str) -> bool {
        self.eat(SyntaxKind::Name) || self.name_expected(what)
    }

    fn return_statement(&mut self) {
        self.start(SyntaxKind::ReturnStat);
        self.bump();
        let has_values = match self.kind {
            SyntaxKind::Semicolon | SyntaxKind::Eof => false,
            _ => !(self.is_end_word() || self.first_on_line() && self.starts_statement()),
        };
        if has_values {
            self.expr_list();
        }
        self.eat(SyntaxKind::Semicolon);
        self.close(SyntaxKind::ReturnStat);
    }

    /// An assignment or a call.
    fn expression_statement(&mut self) {
        if !matches!(self.kind, SyntaxKind::Name | SyntaxKind::LParen) {
            let message = match self.kind {
                SyntaxKind::Then => {
                    "this `then` has no `if`: remove it, or add the `if`".to_owned()
                }
                _ if self.first_on_line() => {
                    format!("a statement cannot start with {}", self.shown())
                }
                _ => format!(
                    "{} does not fit here: the statement before it is complete",
                    self.shown()
                ),
            };
            self.error_here(message);
            return self.junk_token();
        }
        let first = self.current;
        let checkpoint = self.checkpoint();
        let Some(done) = self.suffixed() else { return };
        if matches!(self.kind, SyntaxKind::Eq | SyntaxKind::Comma) {
            self.check_target(done.kind, first);
            self.start_at(checkpoint, SyntaxKind::AssignStat, done.height);
            self.assignment();
            self.close(SyntaxKind::AssignStat);
            return;
        }
        let is_call = matches!(done.kind, SyntaxKind::CallExpr | SyntaxKind::MethodCallExpr)
            || self.chain_ends_with_call;
        if !is_call {
            let message = self.no_statement(first);
            self.error(message);
        }
        self.start_at(checkpoint, SyntaxKind::CallStat, done.height);
        self.close(SyntaxKind::CallStat);
    }

    /// Why the expression from token `first` on is no statement; words of other languages get their own answer.
    fn no_statement(&self, first: usize) -> String {
        let shown = self.shown_from(first);
        let sign = self.token_text(self.current);
        match (self.kind, self.next_kind()) {
            (SyntaxKind::Plus | SyntaxKind::Minus | SyntaxKind::Star | SyntaxKind::Slash, SyntaxKind::Eq) => {
                format!("Lua has no `{sign}=`: write `x = x {sign} 1` with your names")
            }
            (SyntaxKind::Plus, SyntaxKind::Plus) => "Lua has no `++`: write `x = x + 1`".to_owned(),
            _ if shown == "`continue`" => {
                "Lua has no `continue`: write `goto continue`, and `::continue::` before the `end` of the loop".to_owned()
            }
            _ => format!("{shown} is no statement: call it with `()`, or assign to it with `=`"),
        }
    }

    /// Further targets, `=` and the values.
    fn assignment(&mut self) {
        let mut n_targets = 1;
        while self.eat(SyntaxKind::Comma) {
            let first = self.current;
            match self.suffixed() {
                Some(done) => self.check_target(done.kind, first),
                None => break,
            }
            if self.is_over_limit(n_targets) {
                self.too_deep();
            }
            n_targets += 1;
        }
        if self.eat_or_error(
            SyntaxKind::Eq,
            "`=` expected after the variables to assign to",
        ) {
            self.expr_list();
        }
    }

    fn check_target(&mut self, kind: SyntaxKind, first: usize) {
        let is_target = match kind {
            SyntaxKind::NameExpr | SyntaxKind::IndexExpr => true,
            SyntaxKind::LongChain => !self.chain_ends_with_call,
            _ => false,
        };
        if !is_target {
            self.error(format!(
                "cannot assign to {}: only to a name, `a.b` or `a[b]`",
                self.shown_from(first)
            ));
        }
    }
}
