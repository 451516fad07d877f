//! Test files side by side on several threads, their reports one after the other.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, Builder};

use crate::Plan;
use crate::report::{Failure, FileReport};
use crate::run_file::run_file;

/// Lua calls native functions and these call Lua: deep recursion of a script needs room.
const STACK_BYTES: usize = 64 << 20;

/// Runs test files on at most `n_threads` threads, which end with the last file. Hands each report on as soon as those of
/// all files before it are there.
pub fn run(files: &[PathBuf], plan: Plan, n_threads: usize, mut done: impl FnMut(FileReport)) {
    let plan = Arc::new(plan);
    let next = AtomicUsize::new(0);
    let (reports, received) = channel();
    thread::scope(|scope| {
        for _ in 0..n_threads.clamp(1, files.len().max(1)) {
            let (reports, plan, next) = (reports.clone(), &plan, &next);
            let builder = Builder::new()
                .name("tests".to_owned())
                .stack_size(STACK_BYTES);
            // Without a further thread, those that run already take the files.
            let _ = builder.spawn_scoped(scope, move || work(files, plan, next, &reports));
        }
        drop(reports);
        let mut early = BTreeMap::new();
        let mut n_done = 0;
        for (idx, report) in received {
            early.insert(idx, report);
            while let Some(report) = early.remove(&n_done) {
                done(report);
                n_done += 1;
            }
        }
    });
}

/// Takes files until none is left.
fn work(
    files: &[PathBuf],
    plan: &Arc<Plan>,
    next: &AtomicUsize,
    reports: &Sender<(usize, FileReport)>,
) {
    loop {
        let idx = next.fetch_add(1, Ordering::Relaxed);
        let Some(path) = files.get(idx) else { return };
        let report = catch_unwind(AssertUnwindSafe(|| run_file(path, plan)));
        let report = report.unwrap_or_else(|_| {
            FileReport::unusable(
                (plan.shown)(path),
                Failure {
                    message: "a bug in halion-script ended the tests of this file".to_owned(),
                    ..Failure::default()
                },
            )
        });
        if reports.send((idx, report)).is_err() {
            return;
        }
    }
}
