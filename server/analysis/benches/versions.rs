//! How long the analysis of a version of a script takes, parsing included: cold, and after an edit. CPU time of the thread, so that
//! other work on the machine does not count.
//!
//! `cargo bench -p halion-analysis` compares with the last run; `cargo bench -p halion-analysis --bench versions -- --table [PATHS]` prints percentiles
//! for generated scripts, or for the files and folders given.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use criterion::BatchSize;
use halion_analysis::{FileId, Known, Rung, Script, ScriptKind, SourceFile};
use halion_syntax::{TextRange, TextSize};
use support::generate::{self, Dice};
use support::{
    Edit, Files, Kind, LINES_PER_FILE, Percentiles, cpu, cpu_ms, edit, module_name, n_changed,
    n_lines,
};

fn main() {
    support::start(table, compare);
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
        "CPU ms of one thread. Of 200 edits of blanks, comments and numbers, the first n kept the structure.\n"
    );
    println!(
        "| script | lines | files | cold |{} steps |",
        Percentiles::HEAD
    );
    println!("|---|--:|--:|--:|{}--:|", Percentiles::RULE);
    for (name, files) in support::scripts(paths) {
        row(&name, &files);
    }
}

fn row(name: &str, files: &Files) {
    let (cold, _) = cpu_ms(|| Known::first(parsed(files)));
    let script = parsed(files);
    let known = Known::first(script.clone());
    let mut dice = Dice(1);
    let (mut kept, mut changed) = (Vec::new(), Vec::new());
    for (kind, n) in [(Kind::Kept, 200), (Kind::Changed, n_changed(cold))] {
        for _ in 0..n {
            let edit = edit(files, kind, &mut dice);
            let (ms, next) = cpu_ms(|| known.next(edited(&script, &edit)));
            // A number that decides something changes the structure.
            match next.is_moved() {
                true => kept.push(ms),
                false => changed.push(ms),
            }
        }
    }
    let (kept, changed) = (Percentiles::of(kept), Percentiles::of(changed));
    let steps = known.analysis().steps;
    let more = if known.analysis().rung > Rung::Full {
        "+"
    } else {
        ""
    };
    println!(
        "| {name} | {} | {} | {cold:.1} |{kept}{changed} {steps}{more} |",
        n_lines(files),
        files.len()
    );
}

fn compare() {
    let mut criterion = cpu::criterion();
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
            group.bench_function(kind.name(), |bench| {
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
