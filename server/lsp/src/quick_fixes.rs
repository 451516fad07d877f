//! Quick fixes as code actions: each carries its edits and the finding that it settles. All safe ones of a file are one action.

use halion_ide::{Fix, FixKind, fix_all, quick_fixes};
use tower_lsp::lsp_types::*;

use crate::scripts::View;

/// All safe fixes of a file; made when it is asked for, since each fix costs an analysis.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.halionScript");

impl View {
    /// The fixes for the findings in the lines of `range`. The best one of a finding is preferred, unless it only hides it.
    pub(crate) fn code_actions(
        &self,
        range: Range,
        context: &CodeActionContext,
    ) -> CodeActionResponse {
        let asks_for = |wanted: &CodeActionKind| {
            let is_asked = |kind: &CodeActionKind| {
                let rest = wanted.as_str().strip_prefix(kind.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            context
                .only
                .as_ref()
                .is_some_and(|kinds| kinds.iter().any(is_asked))
        };
        let is_everything = |kind: &CodeActionKind| *kind == CodeActionKind::EMPTY;
        let is_open = (context.only.as_ref()).is_none_or(|kinds| kinds.iter().any(is_everything));
        let mut all = Vec::new();
        if asks_for(&FIX_ALL) {
            all.extend(self.fix_all().map(CodeActionOrCommand::CodeAction));
        }
        if !is_open && !asks_for(&CodeActionKind::QUICKFIX) {
            return all;
        }
        let lines = self.text().lines();
        let bytes = lines.offset(range.start)..lines.offset(range.end);
        let fixes = quick_fixes(&self.version.snapshot, self.file(), bytes);
        let actions = fixes.iter().enumerate().filter_map(|(idx, fix)| {
            let is_best = idx == 0 || fixes[idx - 1].finding != fix.finding;
            self.code_action(fix, is_best && fix.kind != FixKind::Suppress, context)
        });
        all.extend(actions.map(CodeActionOrCommand::CodeAction));
        all
    }

    /// One edit from the first to the last character that differs.
    fn fix_all(&self) -> Option<CodeAction> {
        let (fixed, n) = fix_all(&self.scripts())?;
        let text = self.text().file.text();
        let same = |(a, b): &(char, char)| a == b;
        let pairs = text.chars().zip(fixed.chars());
        let start: usize = pairs.take_while(same).map(|(a, _)| a.len_utf8()).sum();
        let pairs = text[start..]
            .chars()
            .rev()
            .zip(fixed[start..].chars().rev());
        let end: usize = pairs.take_while(same).map(|(a, _)| a.len_utf8()).sum();
        let edit = TextEdit {
            range: self.text().lines().range(start..text.len() - end),
            new_text: fixed[start..fixed.len() - end].to_owned(),
        };
        let changes = [(self.text().uri.clone(), vec![edit])].into();
        let fixes = if n == 1 { "fix" } else { "fixes" };
        Some(CodeAction {
            title: format!("Make the {n} {fixes} that cannot change what the script does"),
            kind: Some(FIX_ALL),
            edit: Some(WorkspaceEdit {
                changes: Some(changes),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        })
    }

    fn code_action(
        &self,
        fix: &Fix,
        is_preferred: bool,
        context: &CodeActionContext,
    ) -> Option<CodeAction> {
        let finding = halion_ide::diagnostics(&self.version.snapshot).get(fix.finding)?;
        let text = self.version.text(finding.file)?;
        let marked = usize::from(finding.range.start())..usize::from(finding.range.end());
        let marked = text.lines().range(marked);
        let code = NumberOrString::String(finding.code.as_str().into());
        // The client knows its findings by what it was sent, so it gets them back as they are.
        let settled: Vec<Diagnostic> = context
            .diagnostics
            .iter()
            .filter(|known| known.range == marked && known.code.as_ref() == Some(&code))
            .cloned()
            .collect();
        let mut changes: std::collections::HashMap<Url, Vec<TextEdit>> = Default::default();
        for edit in &fix.edits {
            let text = self.version.text(edit.file)?;
            let edits = changes.entry(text.uri.clone()).or_default();
            edits.push(TextEdit {
                range: text.lines().range(edit.range.clone()),
                new_text: edit.text.clone(),
            });
        }
        let title = match fix.note.as_str() {
            "" => fix.title.clone(),
            note => format!("{} ({note})", fix.title),
        };
        Some(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: (!settled.is_empty()).then_some(settled),
            edit: Some(WorkspaceEdit {
                changes: Some(changes),
                ..WorkspaceEdit::default()
            }),
            is_preferred: Some(is_preferred),
            ..CodeAction::default()
        })
    }
}
