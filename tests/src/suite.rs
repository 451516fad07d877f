//! Runs the literate pages below `tests/suite` and the pages of the rules: each heading with blocks is a test of the analysis, the engine and the editor at once.
//!
//! CONTRIBUTING.md describes the blocks. `UPDATE=1` rewrites the expected blocks of a page instead of failing.

use std::path::Path;

use tests::{case, page};

fn run_page(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let update = std::env::var_os("UPDATE").is_some();
    let mut problems = Vec::new();
    let mut rewrites = Vec::new();
    for case in page::read(&text) {
        let outcome = case::run(&case);
        let titled = |problem: &String| format!("## {}\n{problem}", case.title);
        problems.extend(outcome.problems.iter().map(titled));
        if !update {
            problems.extend(
                outcome
                    .rewrites
                    .iter()
                    .map(|rewrite| titled(&rewrite.problem)),
            );
        }
        rewrites.extend(outcome.rewrites);
    }
    if update {
        let mut text = text;
        rewrites.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.range.start));
        for rewrite in rewrites {
            text.replace_range(rewrite.range, &rewrite.text);
        }
        std::fs::write(path, text)?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n\n").into())
    }
}

datatest_stable::harness! {
    { test = run_page, root = "suite", pattern = r"\.md$" },
    { test = run_page, root = "../server/analysis/rules", pattern = r"\.md$" },
}
