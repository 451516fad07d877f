//! Shows where the analysis and the engine disagree about scripts of your own: what was raised but not marked, what is marked as an
//! error but was not raised, and warnings.
//!
//! `cargo run -p tests --example compare FILES`, with files as `tests::own` reads them. Every callback is played, or what the scenario
//! says that the variable `SCENARIO` names. With `CHAINS=1`, the path to each error is printed too;
//! with `STEPS=1`, the work that the analysis took.

use std::collections::{BTreeMap, BTreeSet};

use halion_analysis::{Analysis, Code, FileId, Rung, Script, Severity, Why};
use halion_engine::RecordKind;
use tests::both::{self, Place};
use tests::own;

fn main() {
    let mut n_cases = 0;
    let mut n_bad = 0;
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for (name, text) in own::cases(&text) {
            n_cases += 1;
            let complaints = compare(name, text);
            n_bad += usize::from(!complaints.is_empty());
            for complaint in complaints {
                println!("{path} {name}: {complaint}");
            }
        }
    }
    println!("{n_cases} scripts, {n_bad} with something to say");
}

fn compare(name: &str, text: &str) -> Vec<String> {
    let script = own::script(&own::files(text));
    let records = both::play(&script, own::scenario());
    let raised = both::refused(&records);
    let mut complaints = Vec::new();
    for record in &records {
        if let RecordKind::Error(error) = &record.kind
            && !error.message.contains("is not available in the")
        {
            complaints.push(format!("script:{}: {}", error.line, error.message));
        }
    }
    let analysis = halion_analysis::analyze(&script);
    // By its name, a case with a plus has something planted in it.
    match name.contains('+') {
        false if name.contains('/') && !raised.is_empty() => complaints.push("RAISES".to_owned()),
        true if raised.is_empty() => complaints.push("RAISES NOTHING".to_owned()),
        _ => {}
    }
    if analysis.rung > Rung::Full {
        complaints.push(format!("RUNG {:?}", analysis.rung));
    }
    if std::env::var_os("STEPS").is_some() {
        println!("{name}: {} steps", analysis.steps);
    }
    if std::env::var_os("CHAINS").is_some() {
        print_chains(name, &script, &analysis);
    }
    let mut marked = BTreeMap::new();
    for diagnostic in &analysis.diagnostics {
        let place = Place {
            path: script.files[diagnostic.file.idx()].path.clone(),
            line: both::line_of(&script, diagnostic.file, diagnostic.range.start()),
        };
        if diagnostic.code != Code::WrongThread {
            if diagnostic.severity <= Severity::Warning {
                complaints.push(format!(
                    "other:{}:{}: {:?} {}",
                    place.path, place.line, diagnostic.code, diagnostic.message
                ));
            }
            continue;
        }
        let incomplete = (diagnostic.chain.first()).is_none_or(|step| step.why != Why::Entry);
        if diagnostic.severity == Severity::Error && incomplete {
            complaints.push(format!("NO CHAIN:{}", place.line));
        }
        let known = marked
            .entry(place)
            .or_insert((diagnostic.severity, diagnostic.message.clone()));
        if diagnostic.severity < known.0 {
            *known = (diagnostic.severity, diagnostic.message.clone());
        }
    }
    for Place { path, line } in &raised {
        let place = Place {
            path: path.clone(),
            line: *line,
        };
        match marked.get(&place) {
            Some((Severity::Error, _)) => {}
            Some((severity, message)) => {
                complaints.push(format!("WEAK {path}:{line}: {severity:?} {message}"));
            }
            None => complaints.push(format!("MISSED {path}:{line}")),
        }
    }
    for (place, (severity, message)) in &marked {
        if *severity <= Severity::Warning && !raised.contains(place) {
            complaints.push(format!(
                "FALSE {severity:?} {}:{}: {message}",
                place.path, place.line
            ));
        }
    }
    let seen: BTreeSet<_> = complaints.drain(..).collect();
    seen.into_iter().collect()
}

fn print_chains(name: &str, script: &Script, analysis: &Analysis) {
    let errors = analysis.diagnostics.iter();
    for found in errors.filter(|found| found.severity == Severity::Error) {
        println!("{name}: {}", found.message);
        for step in &found.chain {
            let line = |file: FileId, start| both::line_of(script, file, start);
            let supplied = step
                .supplied_at
                .map(|(file, range)| line(file, range.start()));
            println!(
                "  {}: {:?} {}, supplied at {supplied:?}",
                line(step.file, step.range.start()),
                step.why,
                step.shown_name()
            );
        }
    }
}
