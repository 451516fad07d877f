//! How long a keystroke takes in the language server, from the message with the edit to the message with the findings for it. CPU time of
//! the process: server and client, their JSON included, but not other work on the machine.
//!
//! `cargo bench -p halion-lsp` compares with the last run; `cargo bench -p halion-lsp --bench edit_latency -- --table [PATHS]` prints
//! percentiles for generated scripts, or for the files and folders given.

mod client;
#[path = "../../../analysis/benches/support/mod.rs"]
mod support;

use std::time::Duration;

use client::Session;
use criterion::BenchmarkId;
use support::generate::{self, Dice};
use support::{Files, Kind, LINES_PER_FILE, Percentiles, cpu, edit, n_changed, n_lines};
use tokio::runtime::Runtime;

fn main() {
    let runtime = Runtime::new().expect("threads");
    support::start(|paths| runtime.block_on(table(paths)), || compare(&runtime));
}

async fn table(paths: &[&str]) {
    println!(
        "CPU ms of the process; edits of blanks, comments and numbers keep the structure, others change it.\n"
    );
    println!("| script | lines | files | cold |{}", Percentiles::HEAD);
    println!("|---|--:|--:|--:|{}", Percentiles::RULE);
    for (name, files) in support::scripts(paths) {
        row(&name, &files).await;
    }
}

async fn row(name: &str, files: &Files) {
    let (mut session, cold) = Session::open(files).await;
    let cold = ms(cold);
    let mut dice = Dice(1);
    let mut cells = String::new();
    for (kind, n) in [(Kind::Kept, 200), (Kind::Changed, n_changed(cold))] {
        let mut times = Vec::new();
        for _ in 0..n {
            let edit = edit(files, kind, &mut dice);
            times.push(ms(session.make(&edit).await));
            session.take_back(&edit).await;
        }
        cells += &Percentiles::of(times).to_string();
    }
    let (n_lines, n_files) = (n_lines(files), files.len());
    println!("| {name} | {n_lines} | {n_files} | {cold:.1} |{cells}");
    session.close().await;
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn compare(runtime: &Runtime) {
    let mut criterion = cpu::criterion();
    for n_lines in [500, 2000, 10_000] {
        let files = generate::script(n_lines, LINES_PER_FILE);
        let mut group = criterion.benchmark_group(format!("server, {n_lines} lines"));
        group.bench_function("cold", |bench| {
            bench.iter_custom(|n| {
                runtime.block_on(async {
                    let mut time = Duration::ZERO;
                    for _ in 0..n {
                        let (session, cold) = Session::open(&files).await;
                        session.close().await;
                        time += cold;
                    }
                    time
                })
            });
        });
        let (mut session, _) = runtime.block_on(Session::open(&files));
        for kind in [Kind::Kept, Kind::Changed] {
            let mut dice = Dice(1);
            group.bench_function(BenchmarkId::from_parameter(kind.name()), |bench| {
                bench.iter_custom(|n| {
                    runtime.block_on(async {
                        let mut time = Duration::ZERO;
                        for _ in 0..n {
                            let edit = edit(&files, kind, &mut dice);
                            time += session.make(&edit).await;
                            session.take_back(&edit).await;
                        }
                        time
                    })
                });
            });
        }
        runtime.block_on(session.close());
        group.finish();
    }
    criterion.final_summary();
}
