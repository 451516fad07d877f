//! How long the analysis of a version of a script takes, parsing included: cold, and after an edit. CPU time of the thread, so that
//! other work on the machine does not count.
//!
//! `cargo bench -p halion-analysis` compares with the last run; `cargo bench -p halion-analysis --bench versions -- --table [PATHS]` prints percentiles
//! for generated scripts and for the files and folders given.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion};
use halion_analysis::{FileId, Known, Rung, Script, ScriptKind, SourceFile};
use halion_syntax::{TextRange, TextSize};
use support::generate::{self, Dice};
use support::{Edit, Files, Kind, cpu_ms, edit, module_name, n_lines, percentiles};

/// Files of this length make up a script.
const LINES_PER_FILE: usize = 3000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--table") {
        let paths = args.iter().filter(|arg| !arg.starts_with("--"));
        table(&paths.map(String::as_str).collect::<Vec<_>>());
    } else if args.iter().any(|arg| arg == "--bench") {
        compare();
    }
    // `cargo test` starts this too, without either.
}

/// A file as the parser left it.
fn source(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        parse: halion_syntax::parse(text),
        text: Arc::from(text),
    }
}

fn parsed(files: &Files) -> Script {
    let names = files.iter().enumerate().skip(1);
    let modules = names.map(|(idx, (path, _))| (module_name(path), FileId(idx as u32)));
    Script {
        files: files
            .iter()
            .map(|(path, text)| source(path, text))
            .collect(),
        modules: modules.collect::<BTreeMap<_, _>>(),
        kind: ScriptKind::Auto,
    }
}

fn edited(script: &Script, edit: &Edit) -> Script {
    let size = |bytes: usize| TextSize::try_from(bytes).expect("less than 4 GB");
    let mut script = script.clone();
    let file = &mut script.files[edit.file];
    let text = [
        &file.text[..edit.bytes.start],
        &edit.piece,
        &file.text[edit.bytes.end..],
    ]
    .concat();
    let replaced = TextRange::new(size(edit.bytes.start), size(edit.bytes.end));
    file.parse = file.parse.edited(&text, replaced, size(edit.piece.len()));
    file.text = Arc::from(text);
    script
}

fn table(paths: &[&str]) {
    println!(
        "CPU ms of one thread; edits of blanks, comments and numbers keep the structure, others change it.\n"
    );
    println!(
        "| script | lines | files | cold | kept: p50 | p95 | p99 | changed: p50 | p95 | p99 | steps |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for n_lines in [500, 2000, 10_000, 100_000] {
        row("generated", &generate::script(n_lines, LINES_PER_FILE));
    }
    row("one file", &generate::script(100_000, 200_000));
    for path in paths {
        match support::read(Path::new(path)) {
            Ok(files) => row(path.rsplit('/').next().unwrap_or(path), &files),
            Err(error) => eprintln!("failed to read {path}: {error}"),
        }
    }
}

fn row(name: &str, files: &Files) {
    let (cold, known) = cpu_ms(|| Known::first(parsed(files)));
    let script = parsed(files);
    let known = if name.is_empty() {
        known
    } else {
        Known::first(script.clone())
    };
    let mut dice = Dice(1);
    let n_changed = ((2000.0 / cold) as usize).clamp(10, 100);
    let mut measure = |kind: Kind, n: usize| {
        let times = (0..n).map(|_| {
            let edit = edit(files, kind, &mut dice);
            cpu_ms(|| known.next(edited(&script, &edit))).0
        });
        percentiles(times.collect())
    };
    let kept = measure(Kind::Kept, 200);
    let changed = measure(Kind::Changed, n_changed);
    let [kept, changed] =
        [kept, changed].map(|times| times.map(|ms| format!("{ms:.2}")).join(" | "));
    let steps = known.analysis().steps;
    let more = if known.analysis().rung > Rung::Full {
        "+"
    } else {
        ""
    };
    println!(
        "| {name} | {} | {} | {cold:.1} | {kept} | {changed} | {steps}{more} |",
        n_lines(files),
        files.len()
    );
}

fn compare() {
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .sample_size(20)
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    for n_lines in [500, 2000, 10_000] {
        let files = generate::script(n_lines, LINES_PER_FILE);
        let mut group = criterion.benchmark_group(format!("{n_lines} lines"));
        group.bench_function("cold", |bench| {
            bench.iter(|| Known::first(parsed(&files)));
        });
        let known = Known::first(parsed(&files));
        let script = parsed(&files);
        let known = Known::next(&known, script.clone());
        for kind in [Kind::Kept, Kind::Changed] {
            let mut dice = Dice(1);
            group.bench_function(format!("{kind:?}").to_lowercase(), |bench| {
                bench.iter_batched(
                    || edit(&files, kind, &mut dice),
                    |edit| known.next(edited(&script, &edit)),
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
    criterion.final_summary();
}

/// CPU time of the thread.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = cpu_time::ThreadTime;
    type Value = Duration;

    fn start(&self) -> Self::Intermediate {
        cpu_time::ThreadTime::now()
    }

    fn end(&self, start: Self::Intermediate) -> Duration {
        start.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}
