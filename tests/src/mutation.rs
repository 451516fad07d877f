//! Compares the analysis with the engine on thousands of made scripts and prints how often it was right.
//!
//! The engine is the judge: a planted call that it refuses is an error to be found, anything else must stay silent. Run with
//! `cargo test --release -p tests --test mutation -- --nocapture` to see the figures; `SEED=n` shows one script with its findings.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use halion_analysis::{Code, Severity};
use tests::both::{self, Place};
use tests::mutate::{self, Planted};

/// How many scripts of each sort, planted and clean.
const N: u64 = 2000;

#[derive(Default)]
struct Tally {
    found: usize,
    missed: usize,
    false_errors: usize,
    without_chain: usize,
    warned: usize,
    examples: Vec<String>,
}

fn judge(
    planted: &Planted,
    silent: bool,
    tally: &mut Tally,
    missed_by_way: &mut BTreeMap<&'static str, usize>,
) {
    let script = both::script(&planted.text);
    let raised = both::raised(&script, mutate::SCENARIO);
    let analysis = halion_analysis::analyze(&script);
    let place = |line| Place {
        path: "script.lua".to_owned(),
        line,
    };
    let is_error = raised.contains(&place(planted.line));
    let mut found = false;
    let mut false_error = None;
    for diagnostic in &analysis.diagnostics {
        let line = both::line_of(&script, diagnostic.file, diagnostic.range.start());
        let certain = diagnostic.severity == Severity::Error;
        if diagnostic.code == Code::WrongThread && line == planted.line && is_error {
            found |= certain;
            tally.warned += usize::from(!certain);
            let complete = diagnostic
                .chain
                .first()
                .is_some_and(|step| step.why == halion_analysis::Why::Entry);
            tally.without_chain += usize::from(certain && !complete);
        } else if certain {
            false_error = Some(format!("line {line}: {}", diagnostic.message));
        }
    }
    let describe = |what: &str| {
        format!(
            "{what}: SEED={} {}from {} by {:?}",
            planted.seed,
            if silent { "SILENT=1 " } else { "" },
            planted.entry,
            planted.ways
        )
    };
    if let Some(message) = false_error {
        tally.false_errors += 1;
        tally
            .examples
            .push(describe(&format!("false error ({message})")));
    }
    if is_error && found {
        tally.found += 1;
    } else if is_error {
        tally.missed += 1;
        tally.examples.push(describe("missed"));
        for way in &planted.ways {
            *missed_by_way.entry(way).or_default() += 1;
        }
    } else if !silent {
        tally.examples.push(describe(&format!(
            "the engine does not raise it, only {raised:?}"
        )));
    }
}

#[test]
fn the_analysis_finds_what_the_engine_raises_and_nothing_else() {
    let mut tally = Tally::default();
    let mut missed_by_way = BTreeMap::new();
    for seed in 0..N {
        judge(
            &mutate::plant(seed, false),
            false,
            &mut tally,
            &mut missed_by_way,
        );
        judge(
            &mutate::plant(seed, true),
            true,
            &mut tally,
            &mut missed_by_way,
        );
    }
    let n_true = tally.found + tally.missed;
    let recall = tally.found as f64 / n_true as f64;
    let precision = tally.found as f64 / (tally.found + tally.false_errors) as f64;
    let mut report = String::new();
    let _ = writeln!(
        report,
        "{} scripts, {n_true} with an error that the engine raises",
        2 * N
    );
    let _ = writeln!(
        report,
        "recall    {:.2}%  ({} missed, {} of them warned)",
        100.0 * recall,
        tally.missed,
        tally.warned
    );
    let _ = writeln!(
        report,
        "precision {:.2}%  ({} false errors)",
        100.0 * precision,
        tally.false_errors
    );
    let _ = writeln!(
        report,
        "errors without a complete chain: {}",
        tally.without_chain
    );
    println!("{report}");
    for example in tally.examples.iter().take(20) {
        println!("{example}");
    }
    if !missed_by_way.is_empty() {
        println!("ways in missed scripts: {missed_by_way:?}");
    }
    assert!(
        n_true as u64 >= N * 9 / 10,
        "most planted calls must be real errors\n{report}"
    );
    assert!(
        recall >= 0.995 && precision >= 0.995 && tally.without_chain == 0,
        "{report}"
    );
}

#[test]
fn one_script_of_interest() {
    let Ok(seed) = std::env::var("SEED") else {
        return;
    };
    let planted = mutate::plant(
        seed.parse().expect("SEED is a number"),
        std::env::var_os("SILENT").is_some(),
    );
    println!("{}", planted.text);
    let script = both::script(&planted.text);
    println!("engine: {:?}", both::raised(&script, mutate::SCENARIO));
    for diagnostic in &halion_analysis::analyze(&script).diagnostics {
        println!(
            "{:?} {:?}: {}",
            diagnostic.severity, diagnostic.code, diagnostic.message
        );
    }
}
