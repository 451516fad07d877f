//! What an editor gets at the cursor of a test, as text.

use std::sync::Arc;

use halion_analysis::{FileId, Script};
use halion_ide::{File, Snapshot};

use crate::both;

/// The script as the editor crates want it.
pub fn snapshot(script: &Script) -> Snapshot {
    let files = script
        .files
        .iter()
        .map(|file| File::new(file.path.clone(), Arc::clone(&file.text)));
    let modules = script
        .modules
        .iter()
        .map(|(name, file)| (name.clone(), file.idx()));
    Snapshot::new(files.collect(), &modules.collect(), script.kind)
}

/// The hover's Markdown.
pub fn hover(script: &Script, file: FileId, offset: usize) -> String {
    match halion_ide::hover(&snapshot(script), file, offset) {
        Some(hover) => format!("{}\n", hover.markdown.trim_end()),
        None => "nothing\n".to_owned(),
    }
}

/// The first `n` proposals that begin with what is typed already, as editors filter them, one a line.
pub fn complete(script: &Script, file: FileId, offset: usize, n: usize) -> String {
    let completions = halion_ide::completion(&snapshot(script), file, offset);
    let typed = &script.files[file.idx()].text[completions.range.start..offset];
    let lines = completions
        .items
        .iter()
        .filter(|item| item.label.starts_with(typed))
        .take(n)
        .map(|item| format!("{}\n", item.label));
    lines.collect()
}

/// The declarations, as `file:line: text of the line`.
pub fn definition(script: &Script, file: FileId, offset: usize) -> String {
    let targets = halion_ide::goto_definition(&snapshot(script), file, offset);
    let lines = targets.iter().map(|target| {
        let file = &script.files[target.file.idx()];
        let start = u32::try_from(target.range.start).expect("a page is small");
        let line = both::line_of(script, target.file, start.into());
        let text = file.text.lines().nth(line - 1).unwrap_or_default();
        format!("{}:{line}: {}\n", file.path, text.trim())
    });
    lines.collect()
}

/// What stands above the functions, as `file:line: title`.
pub fn lenses(script: &Script) -> String {
    let snapshot = snapshot(script);
    let mut text = String::new();
    for (idx, file) in script.files.iter().enumerate() {
        let id = FileId(u32::try_from(idx).expect("few files"));
        for lens in halion_ide::lenses(&snapshot, id) {
            let line = file.text[..lens.range.start].matches('\n').count() + 1;
            text.push_str(&format!("{}:{line}: {}\n", file.path, lens.title));
        }
    }
    text
}

/// The file after the first fix for the line of the cursor.
pub fn fix(script: &Script, file: FileId, offset: usize) -> String {
    let snapshot = snapshot(script);
    let fixes = halion_ide::quick_fixes(&snapshot, file, offset..offset);
    let Some(fix) = fixes.first() else {
        return "nothing\n".to_owned();
    };
    let changed = fix.apply(&snapshot);
    let text = changed.files()[file.idx()].text();
    format!("-- {}\n{text}", fix.title)
}
