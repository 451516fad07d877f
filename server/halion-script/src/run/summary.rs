//! What each callback and function did in all, for runs that are too long for the table of rows.
//!
//! Memory is bounded by the tasks that live and the functions that a script has.

use std::collections::BTreeMap;

use comfy_table::{Attribute, Cell, CellAlignment, LineStyle, Table, TableStyle};
use halion_engine::{Record, RecordKind, TaskId};

use crate::report::thread_name;

/// Functions that are shown, those with the most tasks first.
const SHOWN: usize = 12;

/// One function on one thread.
#[derive(Debug, Default)]
struct Sum {
    n_tasks: usize,
    n_waits: usize,
    n_errors: usize,
    /// In samples of virtual time.
    longest: i64,
}

/// Sums up records as they come.
#[derive(Debug, Default)]
pub struct Summary {
    sums: BTreeMap<(&'static str, String), Sum>,
    /// Where the live tasks belong, and when they began.
    live: BTreeMap<TaskId, ((&'static str, String), i64)>,
}

impl Summary {
    /// Adds what a record says.
    pub fn push(&mut self, record: &Record) {
        if let RecordKind::TaskStart { name, .. } = &record.kind {
            let key = (thread_name(record.thread.id()), name.clone());
            self.sums.entry(key.clone()).or_default().n_tasks += 1;
            self.live.insert(record.task, (key, record.sample));
            return;
        }
        let Some((key, start)) = self.live.get(&record.task) else {
            return;
        };
        let Some(sum) = self.sums.get_mut(key) else {
            return;
        };
        sum.longest = sum.longest.max(record.sample - start);
        match record.kind {
            RecordKind::Suspend { .. } => sum.n_waits += 1,
            RecordKind::Error(_) => {
                sum.n_errors += 1;
                self.live.remove(&record.task);
            }
            RecordKind::TaskEnd => {
                self.live.remove(&record.task);
            }
            _ => {}
        }
    }

    /// A table, the functions with the most tasks on top.
    pub fn render(&self, sample_rate: f64) -> String {
        let mut sums: Vec<_> = self.sums.iter().collect();
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.n_tasks));
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
        table.enforce_styling();
        table.set_header(
            ["function", "thread", "tasks", "waits", "errors", "longest"]
                .map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
        );
        for ((thread, name), sum) in sums.into_iter().take(SHOWN) {
            let longest_ms = sum.longest as f64 * 1000.0 / sample_rate;
            table.add_row([
                super::table::one_line(name),
                (*thread).to_owned(),
                sum.n_tasks.to_string(),
                sum.n_waits.to_string(),
                sum.n_errors.to_string(),
                format!("{longest_ms:.0} ms"),
            ]);
        }
        for idx in 2..6 {
            if let Some(column) = table.column_mut(idx) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
            .lines()
            .map(|line| super::table::trim_styled_end(&line) + "\n")
            .collect()
    }
}
