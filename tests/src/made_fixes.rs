//! Every fix that is offered for made scripts: the finding goes away, the engine plays the changed place, line ends and comments stay.
//!
//! `N=5000` asks for more scripts than usual; a complaint names the seed of its script.

use std::collections::BTreeMap;

use halion_analysis::{Script, SourceFile};
use halion_engine::Scenario;
use halion_ide::{FixKind, fixes_for};
use tests::{editor, fixes, mutate};

/// How many scripts, unless `N` asks for another number.
const N: u64 = 150;

/// The script with line ends of CR LF and a comment behind every line that calls something.
fn with_comments(script: &Script) -> Script {
    let files = script.files.iter().map(|file| {
        let lines = file.text.lines().map(|line| match line.ends_with(')') {
            true => format!("{line} -- why\r\n"),
            false => format!("{line}\r\n"),
        });
        let text: String = lines.collect();
        SourceFile {
            path: file.path.clone(),
            parse: halion_syntax::parse(&text),
            text: text.into(),
        }
    });
    Script {
        files: files.collect(),
        modules: script.modules.clone(),
        kind: script.kind,
    }
}

/// What is wrong with the texts after each fix, and how many fixes of each sort there are.
fn compare_texts(
    script: &Script,
    counts: &mut BTreeMap<FixKind, usize>,
    problems: &mut Vec<String>,
) {
    let snapshot = editor::snapshot(script);
    for idx in 0..snapshot.analysis().diagnostics.len() {
        for fix in fixes_for(&snapshot, idx) {
            *counts.entry(fix.kind).or_default() += 1;
            let changed = fix.apply(&snapshot);
            for (before, after) in snapshot.files().iter().zip(changed.files()) {
                let (before, after) = (before.text(), after.text());
                if after.matches('\n').count() != after.matches("\r\n").count() {
                    problems.push(format!("fix \"{}\": mixed line ends\n{after}", fix.title));
                }
                if after.matches("-- why").count() < before.matches("-- why").count() {
                    problems.push(format!("fix \"{}\": a comment is lost\n{after}", fix.title));
                }
            }
        }
    }
}

#[test]
fn every_fix_for_a_made_script_settles_it() {
    let asked = std::env::var("N").ok().and_then(|n| n.parse().ok());
    let scenario = Scenario::parse(mutate::SCENARIO).expect("the scenario is well-formed");
    let mut counts = BTreeMap::new();
    let mut complaints = Vec::new();
    for seed in 0..asked.unwrap_or(N) {
        let script = with_comments(&mutate::plant(seed, false).script());
        let mut problems = Vec::new();
        let analysis = halion_analysis::analyze(&script);
        fixes::compare(&script, &analysis, &scenario, &mut problems);
        compare_texts(&script, &mut counts, &mut problems);
        complaints.extend(
            problems
                .iter()
                .map(|problem| format!("SEED={seed}: {problem}")),
        );
    }
    println!("{counts:?}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let n_moved: usize = counts
        .iter()
        .filter(|(kind, _)| **kind != FixKind::Suppress)
        .map(|(_, n)| n)
        .sum();
    assert!(n_moved > 20, "the scripts hardly need any fix: {counts:?}");
}
