//! `break`, `goto` and labels.

use super::Parser;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    pub(super) fn break_statement(&mut self) {
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

    pub(super) fn goto_statement(&mut self) {
        self.most.has_labels = true;
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

    pub(super) fn label_statement(&mut self) {
        self.most.has_labels = true;
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
}
