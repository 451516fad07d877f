//! Quick fixes as code actions: each carries its edits and the finding that it settles.

use halion_ide::{Fix, FixKind, quick_fixes};
use tower_lsp::lsp_types::*;

use crate::scripts::View;

impl View {
    /// The fixes for the findings in the lines of `range`. The best one of a finding is preferred, unless it only hides it.
    pub(crate) fn code_actions(
        &self,
        range: Range,
        context: &CodeActionContext,
    ) -> CodeActionResponse {
        let is_wanted = context.only.as_ref().is_none_or(|kinds| {
            kinds
                .iter()
                .any(|kind| *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY)
        });
        if !is_wanted {
            return Vec::new();
        }
        let lines = self.text().lines();
        let bytes = lines.offset(range.start)..lines.offset(range.end);
        let fixes = quick_fixes(&self.version.snapshot, self.file(), bytes);
        let actions = fixes.iter().enumerate().filter_map(|(idx, fix)| {
            let is_best = idx == 0 || fixes[idx - 1].finding != fix.finding;
            self.code_action(fix, is_best && fix.kind != FixKind::Suppress, context)
        });
        actions.map(CodeActionOrCommand::CodeAction).collect()
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
