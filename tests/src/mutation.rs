//! Compares the analysis with the engine on thousands of made scripts and prints how often it was right.
//!
//! The engine is the judge: each line where it refuses a call is an error to be found, and no other line may have one. Run with
//! `cargo test --release -p tests --test mutation -- --nocapture` to see the figures; `SEED=n` shows one script with its findings,
//! `SILENT=1` its clean twin.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use halion_analysis::{Code, Script, Severity, Why};
use halion_engine::Scenario;
use tests::both::{self, Place};
use tests::mutate::{self, Planted};

/// How many scripts of each sort, planted and clean, unless `N=20000` asks for another number.
const N: u64 = 2500;

/// Figures of all scripts, or of those with one way.
#[derive(Default, Clone)]
struct Tally {
    scripts: usize,
    found: usize,
    missed: usize,
    warned: usize,
    false_errors: usize,
    without_chain: usize,
    not_raised: usize,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.scripts += other.scripts;
        self.found += other.found;
        self.missed += other.missed;
        self.warned += other.warned;
        self.false_errors += other.false_errors;
        self.without_chain += other.without_chain;
        self.not_raised += other.not_raised;
    }

    fn recall(&self) -> f64 {
        share(self.found, self.missed)
    }

    fn precision(&self) -> f64 {
        share(self.found, self.false_errors)
    }
}

fn share(good: usize, bad: usize) -> f64 {
    if bad == 0 {
        1.0
    } else {
        good as f64 / (good + bad) as f64
    }
}

/// The lines where the engine refuses a call.
fn raised(script: &Script) -> BTreeSet<Place> {
    let scenario = Scenario::parse(mutate::SCENARIO).expect("the scenario is well-formed");
    both::refused(&both::play(script, scenario))
}

/// Compares both sides of one script; complaints go to `examples`.
fn judge(planted: &Planted, examples: &mut Vec<String>) -> Tally {
    let script = planted.script();
    let raised = raised(&script);
    let analysis = halion_analysis::analyze(&script);
    let mut errors = BTreeMap::new();
    let mut warnings = BTreeSet::new();
    let mut tally = Tally {
        scripts: 1,
        ..Tally::default()
    };
    for diagnostic in &analysis.diagnostics {
        let place = Place {
            path: script.files[diagnostic.file.idx()].path.clone(),
            line: both::line_of(&script, diagnostic.file, diagnostic.range.start()),
        };
        if diagnostic.severity == Severity::Error {
            let first = diagnostic.chain.first();
            let complete = first.is_some_and(|step| step.why == Why::Entry);
            tally.without_chain += usize::from(!complete);
            errors.insert(place, diagnostic.message.clone());
        } else if diagnostic.code == Code::WrongThread {
            warnings.insert(place);
        }
    }
    let mut complain = |what: String| {
        examples.push(format!(
            "{what}: SEED={} {}from {} by {:?}",
            planted.seed,
            if planted.silent { "SILENT=1 " } else { "" },
            planted.entry,
            planted.ways
        ));
    };
    for place in &raised {
        if errors.contains_key(place) {
            tally.found += 1;
        } else {
            tally.missed += 1;
            tally.warned += usize::from(warnings.contains(place));
            complain(format!("missed {}:{}", place.path, place.line));
        }
    }
    for (place, message) in errors.iter().filter(|(place, _)| !raised.contains(place)) {
        tally.false_errors += 1;
        complain(format!(
            "false error at {}:{} ({message})",
            place.path, place.line
        ));
    }
    if raised.is_empty() != planted.silent {
        tally.not_raised += 1;
        complain(format!("the engine raises {raised:?}"));
    }
    tally
}

/// All scripts of one sort.
fn judge_all(silent: bool) -> Vec<(Planted, Tally, Vec<String>)> {
    let judge = |seed| {
        let planted = mutate::plant(seed, silent);
        let mut complaints = Vec::new();
        let tally = judge(&planted, &mut complaints);
        (planted, tally, complaints)
    };
    (0..n_scripts()).map(judge).collect()
}

fn n_scripts() -> u64 {
    let asked = std::env::var("N").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(N)
}

#[test]
fn the_analysis_finds_what_the_engine_raises_and_nothing_else() {
    let mut all = Tally::default();
    let mut by_way: BTreeMap<(bool, &str), Tally> = BTreeMap::new();
    let mut examples = Vec::new();
    let halves = [false, true];
    let judged = std::thread::scope(|scope| {
        let threads = halves.map(|silent| scope.spawn(move || judge_all(silent)));
        threads.map(|thread| thread.join().expect("a half of the scripts is judged"))
    });
    for (planted, tally, complaints) in judged.into_iter().flatten() {
        all.add(&tally);
        let ways: BTreeSet<&str> = planted.ways.iter().copied().collect();
        for way in ways {
            by_way.entry((planted.silent, way)).or_default().add(&tally);
        }
        examples.extend(complaints);
    }
    println!(
        "{:<40} {:>8} {:>8} {:>8} {:>10} {:>10}",
        "way", "scripts", "found", "missed", "recall", "precision"
    );
    for ((silent, way), tally) in &by_way {
        println!(
            "{:<40} {:>8} {:>8} {:>8} {:>9.2}% {:>9.2}%",
            format!("{way}{}", if *silent { " (clean)" } else { "" }),
            tally.scripts,
            tally.found,
            tally.missed,
            100.0 * tally.recall(),
            100.0 * tally.precision()
        );
    }
    let report = report(&all);
    println!("{report}");
    for example in examples.iter().take(60) {
        println!("{example}");
    }
    let n = n_scripts();
    assert!(
        all.found as u64 >= n * 19 / 20 && all.not_raised as u64 <= n / 50,
        "what is planted must be raised, and its twin must not\n{report}"
    );
    assert!(
        all.recall() >= 0.995 && all.precision() >= 0.995 && all.without_chain == 0,
        "{report}"
    );
}

fn report(all: &Tally) -> String {
    let (n_ways, n_silent) = mutate::n_ways();
    let mut report = String::new();
    let _ = writeln!(
        report,
        "{} scripts from {n_ways} ways and {n_silent} that lead nowhere; the engine raises {} errors",
        all.scripts,
        all.found + all.missed
    );
    let _ = writeln!(
        report,
        "recall    {:.2}%  ({} missed, {} of them warned)",
        100.0 * all.recall(),
        all.missed,
        all.warned
    );
    let _ = writeln!(
        report,
        "precision {:.2}%  ({} false errors in {} scripts)",
        100.0 * all.precision(),
        all.false_errors,
        all.scripts
    );
    let _ = writeln!(
        report,
        "errors without a complete chain: {}; scripts that do not do what was planned: {}",
        all.without_chain, all.not_raised
    );
    report
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
    for (path, text) in &planted.files {
        println!("-- {path}\n{text}");
    }
    let script = planted.script();
    println!("engine: {:?}", raised(&script));
    for diagnostic in &halion_analysis::analyze(&script).diagnostics {
        println!(
            "{:?} {:?}: {}",
            diagnostic.severity, diagnostic.code, diagnostic.message
        );
    }
}
