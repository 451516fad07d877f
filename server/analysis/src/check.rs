//! The fixture of this crate's tests: a script with its expected findings written behind the lines they stand in.
//!
//! `-- error: [wrong-thread] "openURL" onNote > helper` expects an error of that code in this line, at exactly that text, with that
//! chain (left out: any). Several expectations in a line are separated by ` -- `. Hints are only compared where one is expected, or
//! where `-- no hint` stands. Further files start with a line `-- file: name.lua`, which `require "name"` finds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use halion_syntax::LineIndex;

use crate::{Analysis, FileId, Script, ScriptKind, Severity, SourceFile, Step, analyze};

/// Builds a script of one or several files.
pub(crate) fn script(text: &str, kind: ScriptKind) -> Script {
    let mut files: Vec<(String, String)> = vec![("script.lua".to_owned(), String::new())];
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("-- file: ") {
            files.push((name.to_owned(), String::new()));
        } else {
            let (_, last) = files.last_mut().expect("there is a first file");
            last.push_str(line);
            last.push('\n');
        }
    }
    let mut modules = BTreeMap::new();
    for (idx, (name, _)) in files.iter().enumerate().skip(1) {
        modules.insert(
            name.trim_end_matches(".lua").replace('/', "."),
            FileId(u32::try_from(idx).expect("few files")),
        );
    }
    let files = files
        .into_iter()
        .map(|(path, text)| SourceFile {
            path,
            parse: halion_syntax::parse(&text),
            text: Arc::from(text),
        })
        .collect();
    Script {
        files,
        modules,
        kind,
    }
}

/// Analyses a script and compares with what it expects; `what` names the case in a failure.
#[track_caller]
pub(crate) fn check(text: &str, what: &str) {
    check_kind(text, what, ScriptKind::Auto);
}

#[track_caller]
pub(crate) fn check_kind(text: &str, what: &str, kind: ScriptKind) {
    let script = script(text, kind);
    let analysis = analyze(&script);
    let (mut missing, mut surplus) = (String::new(), String::new());
    let mut taken = vec![false; analysis.diagnostics.len()];
    let mut hints_matter = Vec::new();
    for (idx, file) in script.files.iter().enumerate() {
        for (line, text) in file.text.lines().enumerate() {
            for expected in text.split("-- ").skip(1) {
                let place = (idx, u32::try_from(line).expect("few lines"));
                if expected.trim() == "no hint" {
                    hints_matter.push(place);
                } else if expected.contains(": [")
                    && !found(&script, &analysis, place, expected.trim(), &mut taken)
                {
                    let _ = writeln!(missing, "  {}:{}: {expected}", file.path, line + 1);
                }
            }
        }
    }
    for (diagnostic, _) in analysis
        .diagnostics
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| !**taken)
    {
        let file = &script.files[diagnostic.file.idx()];
        let line = LineIndex::new(&file.text)
            .line_col(diagnostic.range.start())
            .line;
        let matters = diagnostic.severity < Severity::Information
            || hints_matter.contains(&(diagnostic.file.idx(), line));
        if matters && diagnostic.code.as_str() != "syntax-error" {
            let _ = writeln!(
                surplus,
                "  {}:{}: {}: [{}] {}",
                file.path,
                line + 1,
                diagnostic.severity.as_str(),
                diagnostic.code.as_str(),
                diagnostic.message
            );
        }
    }
    if !missing.is_empty() || !surplus.is_empty() {
        let all: String = analysis
            .diagnostics
            .iter()
            .fold(String::new(), |mut all, diagnostic| {
                let _ = writeln!(all, "  {:?} {}", diagnostic.severity, diagnostic.message);
                all
            });
        panic!(
            "{what}\nexpected, not found:\n{missing}found, not expected:\n{surplus}all:\n{all}script:\n{text}"
        );
    }
}

fn found(
    script: &Script,
    analysis: &Analysis,
    place: (usize, u32),
    expected: &str,
    taken: &mut [bool],
) -> bool {
    let (head, chain) = expected
        .rsplit_once("\" ")
        .map_or((expected, None), |(head, chain)| (head, Some(chain.trim())));
    let head = head.trim_end_matches('"');
    for (idx, diagnostic) in analysis.diagnostics.iter().enumerate() {
        let file = &script.files[diagnostic.file.idx()];
        let line = LineIndex::new(&file.text)
            .line_col(diagnostic.range.start())
            .line;
        let text = format!(
            "{}: [{}] \"{}",
            diagnostic.severity.as_str(),
            diagnostic.code.as_str(),
            &file.text[diagnostic.range]
        );
        let chain_fits = chain.is_none_or(|chain| names(&diagnostic.chain) == chain);
        if !taken[idx] && (diagnostic.file.idx(), line) == place && text == head && chain_fits {
            taken[idx] = true;
            return true;
        }
    }
    false
}

/// `onNote > <anonymous>`: the names of a chain.
pub(crate) fn names(chain: &[Step]) -> String {
    let names: Vec<&str> = chain.iter().map(|step| step.name.as_str()).collect();
    names.join(" > ")
}
