//! The statements of Lua 5.2.

use super::Parser;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    pub(super) fn statements(&mut self, opener: Option<usize>) {
        while !self.is_block_end(opener) {
            let before = self.current;
            let n_holes = self.n_holes;
            match self.kind {
                SyntaxKind::End | SyntaxKind::Else | SyntaxKind::ElseIf | SyntaxKind::Until => {
                    self.stray_end()
                }
                SyntaxKind::Return => self.last_statement(opener),
                _ => self.statement(),
            }
            if self.n_holes > n_holes {
                self.skip_junk();
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
        self.errors.is_structure_broken = true;
        let range = self.token_range(self.current);
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
        self.error_in(range, message);
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
    fn simple(&mut self, kind: SyntaxKind) {
        self.start(kind);
        self.bump();
        self.close(kind);
    }

    fn do_statement(&mut self) {
        let opener = self.current;
        self.start(SyntaxKind::DoStat);
        self.bump();
        self.scoped_block(opener);
        self.expect_end(opener, SyntaxKind::End);
        self.close(SyntaxKind::DoStat);
    }

    fn while_statement(&mut self) {
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
            self.error(format!("`do` expected, not {}", self.shown()));
            self.skip_junk();
            self.eat(SyntaxKind::Do);
        }
    }

    fn repeat_statement(&mut self) {
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

    fn if_statement(&mut self) {
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
            self.error(format!("`then` expected, not {}", self.shown()));
            self.skip_junk();
            self.eat(SyntaxKind::Then);
        }
        // Lua reads a `goto` or `break` right behind `then` without entering a level.
        let is_jump = matches!(self.kind, SyntaxKind::Goto | SyntaxKind::Break);
        self.n_free_levels = u32::from(is_jump);
        self.scoped_block(opener);
        self.n_free_levels = 0;
    }

    fn for_statement(&mut self) {
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
            self.error(format!("`=` or `in` expected, not {}", self.shown()));
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

    /// One or more names, each a new local.
    fn names(&mut self, what: &str) {
        loop {
            if !self.at(SyntaxKind::Name) {
                self.name_expected(what);
                return;
            }
            self.declare_name();
            if !self.eat(SyntaxKind::Comma) {
                return;
            }
        }
    }

    /// Tells that a name is missing; takes a keyword in its place if it touches the token before.
    pub(super) fn name_expected(&mut self, what: &str) {
        if self.kind.is_keyword() && !self.first_on_line() {
            self.error(format!(
                "{what} expected: {} is a word of Lua, choose another name",
                self.shown()
            ));
        } else {
            self.error(format!("{what} expected, not {}", self.shown()));
        }
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
                self.eat_name("a name after `.`");
            }
            if self.eat(SyntaxKind::Colon) {
                is_method = true;
                self.eat_name("a name after `:`");
            }
        }
        self.close(SyntaxKind::FunctionName);
        self.function_rest(opener, is_method);
        self.close(SyntaxKind::FunctionStat);
    }

    fn eat_name(&mut self, what: &str) -> bool {
        let is_there = self.eat(SyntaxKind::Name);
        if !is_there {
            self.name_expected(what);
        }
        is_there
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

    fn break_statement(&mut self) {
        let range = self.token_range(self.current);
        match self.scopes.add_break() {
            Ok(true) => {}
            Ok(false) => self.push_scope_error(
                range,
                "`break` outside of a loop: use `return` to leave the function".to_owned(),
            ),
            Err(full) => self.push_scope_error(range, full.0.to_owned()),
        }
        self.simple(SyntaxKind::BreakStat);
    }

    fn goto_statement(&mut self) {
        self.start(SyntaxKind::GotoStat);
        self.bump();
        if self.at(SyntaxKind::Name) {
            let (range, name) = (
                self.token_range(self.current),
                self.token_text(self.current),
            );
            if let Err(full) = self.scopes.add_goto(name, self.current) {
                self.push_scope_error(range, full.0.to_owned());
            }
            self.bump();
        } else {
            self.name_expected("the name of a label");
        }
        self.close(SyntaxKind::GotoStat);
    }

    fn label_statement(&mut self) {
        self.start(SyntaxKind::LabelStat);
        self.bump();
        let name_token = self.current;
        let is_named = self.at(SyntaxKind::Name);
        if is_named {
            let name = self.token_text(name_token);
            if let Some(first) = self.scopes.add_label(name, name_token) {
                let line = self.line_number(first);
                let message = format!(
                    "label `{name}` is already defined on line {line}: choose another name"
                );
                self.push_scope_error(self.token_range(name_token), message);
            } else if self.scopes.has_too_many_labels() {
                self.push_scope_error(
                    self.token_range(name_token),
                    "more than 32767 labels".to_owned(),
                );
            }
            self.bump();
        } else {
            self.name_expected("the name of a label");
        }
        self.eat_or_error(
            SyntaxKind::ColonColon,
            "`::` expected after the name of the label",
        );
        self.close(SyntaxKind::LabelStat);
        // As in Lua, the void statements that follow are part of the label: they nest.
        while matches!(self.kind, SyntaxKind::Semicolon | SyntaxKind::ColonColon) {
            let before = self.current;
            self.statement();
            if self.current == before {
                break;
            }
        }
        if is_named {
            self.resolve_label(name_token);
        }
    }

    fn resolve_label(&mut self, name_token: usize) {
        let name = self.token_text(name_token);
        let is_last = matches!(
            self.kind,
            SyntaxKind::End | SyntaxKind::Else | SyntaxKind::ElseIf | SyntaxKind::Eof
        );
        for (goto, local) in self.scopes.resolve_label(name, is_last) {
            let message = format!(
                "`goto {name}` jumps into the scope of local `{local}`: declare the local before the `goto`, or put it into `do ... end`"
            );
            self.push_scope_error(self.token_range(goto.token), message);
        }
    }

    /// An assignment or a call.
    fn expression_statement(&mut self) {
        if !matches!(self.kind, SyntaxKind::Name | SyntaxKind::LParen) {
            let range = self.token_range(self.current);
            self.error_in(
                range,
                format!("a statement cannot start with {}", self.shown()),
            );
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
            self.error(format!(
                "{} is no statement: call it with `()`, or assign to it with `=`",
                self.shown_from(first)
            ));
        }
        self.start_at(checkpoint, SyntaxKind::CallStat, done.height);
        self.close(SyntaxKind::CallStat);
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
