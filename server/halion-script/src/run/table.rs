//! The table of `run`: what happened when, on which thread, in which task. It keeps to 100 columns.
//!
//! Rows come as records do, in order; a long run is shown with its start and its end.

use std::collections::{BTreeMap, VecDeque};

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table,
    TableStyle, Width,
};
use halion_engine::{Record, RecordKind, TaskId};

use crate::report::{plural, thread_name};

/// More rows than this are cut in the middle.
const ROWS_AT_START: usize = 40;
/// So many rows are kept at the end.
const ROWS_AT_END: usize = 20;
/// A table is never wider, also on a wider terminal; on a narrower one it is as wide as that.
const WIDTH: u16 = 100;

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    ms: f64,
    block: u64,
    thread: String,
    task: String,
    what: String,
    kind: Kind,
}

/// What a row is about, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A task starts, pauses, goes on, ends.
    Task,
    /// Something the script says or sends.
    Output,
    /// Something from outside.
    Input,
    Error,
    /// The engine has something to say about itself.
    Remark,
}

/// Makes rows of records as they come.
#[derive(Debug)]
pub struct Rows {
    sample_rate: f64,
    names: BTreeMap<TaskId, String>,
    /// The first rows, and the last ones when there are more.
    start: Vec<Row>,
    end: VecDeque<Row>,
    n_hidden: usize,
    /// The task whose start is the last row: when it ends at once, that row says so.
    just_started: Option<TaskId>,
}

impl Rows {
    /// No rows yet; times are shown for this sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            names: BTreeMap::new(),
            start: Vec::new(),
            end: VecDeque::new(),
            n_hidden: 0,
            just_started: None,
        }
    }

    /// Adds what a record says.
    pub fn push(&mut self, record: &Record) {
        if matches!(record.kind, RecordKind::TaskEnd)
            && self.just_started.take() == Some(record.task)
        {
            if let Some(row) = self.end.back_mut().or(self.start.last_mut()) {
                row.what.push_str(", ends");
            }
            return;
        }
        let (kind, what) = self.describe(record);
        self.just_started =
            matches!(record.kind, RecordKind::TaskStart { .. }).then_some(record.task);
        let task = self
            .names
            .get(&record.task)
            .map(|name| format!("{name} #{}", record.task.0))
            .unwrap_or_default();
        let ms = record.sample as f64 * 1000.0 / self.sample_rate;
        self.add(Row {
            ms,
            block: record.block,
            thread: match record.slot {
                Some(slot) => format!("{} {slot}", thread_name(record.thread.id())),
                None => thread_name(record.thread.id()).to_owned(),
            },
            task,
            what,
            kind,
        });
    }

    /// Memory stays bounded, however long the run.
    fn add(&mut self, mut row: Row) {
        row.task = one_line(&row.task);
        row.what = one_line(&row.what);
        if self.start.len() < ROWS_AT_START {
            self.start.push(row);
            return;
        }
        self.end.push_back(row);
        if self.end.len() > ROWS_AT_END {
            self.end.pop_front();
            self.n_hidden += 1;
        }
    }

    fn describe(&mut self, record: &Record) -> (Kind, String) {
        match &record.kind {
            RecordKind::TaskStart { name, parent } => {
                self.names.insert(record.task, name.clone());
                let parent = parent.and_then(|parent| {
                    Some(format!(
                        " (from {} #{})",
                        self.names.get(&parent)?,
                        parent.0
                    ))
                });
                (Kind::Task, format!("starts{}", parent.unwrap_or_default()))
            }
            RecordKind::Suspend { reason } => (Kind::Task, format!("waits: {reason}")),
            RecordKind::Resume => (Kind::Task, "goes on".to_owned()),
            RecordKind::TaskEnd => (Kind::Task, "ends".to_owned()),
            RecordKind::Print { text } => (Kind::Output, format!("prints {text}")),
            RecordKind::Error(error) => {
                let file = error.path.rsplit('/').next().unwrap_or_default();
                (
                    Kind::Error,
                    match error.line {
                        0 => format!("error in {file}: {}", error.message),
                        line => format!("error in {file}:{line}: {}", error.message),
                    },
                )
            }
            RecordKind::EventIn(event) => (Kind::Input, format!("in  {event}")),
            RecordKind::EventOut(event) => (Kind::Output, format!("out {event}")),
            RecordKind::Parameter { name, value, by } => {
                (Kind::Input, format!("{name} = {value} ({})", by.name()))
            }
            RecordKind::Element { element, change } => {
                (Kind::Output, format!("{element} {change}"))
            }
            RecordKind::ElementParameter {
                element,
                name,
                value,
                by,
            } => (
                Kind::Output,
                format!("{element} {name} = {value} ({})", by.name()),
            ),
            RecordKind::RampEnd { id, what, value } => (
                Kind::Output,
                format!("{} of note {id} arrives at {value}", what.name()),
            ),
            RecordKind::VoicesCut { id, reason } => (
                Kind::Output,
                format!("voices of note {id} end ({})", reason.name()),
            ),
            RecordKind::Saved { .. }
            | RecordKind::Modulation { .. }
            | RecordKind::Answer { .. } => (Kind::Output, record.kind.to_string()),
            RecordKind::Loaded { .. }
            | RecordKind::Reloaded
            | RecordKind::EntersSlot { .. }
            | RecordKind::LeavesSlot { .. }
            | RecordKind::Undone { .. } => (Kind::Input, record.kind.to_string()),
            RecordKind::NotSimulated { name } => (
                Kind::Remark,
                format!("{name} is not simulated yet and does nothing"),
            ),
        }
    }

    /// Were rows left out?
    pub fn is_cut(&self) -> bool {
        self.n_hidden > 0
    }

    /// The table with colours, and how to see the rest when rows were left out.
    pub fn render(&self) -> String {
        if self.start.is_empty() {
            return String::new();
        }
        let mut table = Table::new();
        let style = TableStyle::new().header_separator(LineStyle::none().fill('─'));
        let width = table.width().map_or(WIDTH, |terminal| terminal.min(WIDTH));
        table
            .load_style(style)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
        table.enforce_styling();
        table.set_header(
            ["ms", "block", "thread", "task", "what"]
                .map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
        );
        table.add_rows(self.start.iter().map(cells));
        if self.n_hidden > 0 {
            let note = format!(
                "{} in between: see all with --trace FILE",
                plural(self.n_hidden, "row")
            );
            table.add_row(
                ["", "", "", "..", &note].map(|text| Cell::new(text).add_attribute(Attribute::Dim)),
            );
        }
        table.add_rows(self.end.iter().map(cells));
        for idx in [0, 1] {
            if let Some(column) = table.column_mut(idx) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let constraint = |width| ColumnConstraint::UpperBoundary(Width::Fixed(width));
        table.set_constraints([
            constraint(11),
            constraint(8),
            constraint(14),
            constraint(30),
            ColumnConstraint::UpperBoundary(Width::Fixed(60)),
        ]);
        table
            .lines()
            .map(|line| trim_styled_end(&line) + "\n")
            .collect()
    }
}

fn cells(row: &Row) -> Vec<Cell> {
    let thread = if row.thread.starts_with("Controller") {
        Color::Cyan
    } else {
        Color::Magenta
    };
    let what = Cell::new(&row.what);
    let what = match row.kind {
        Kind::Task => what,
        Kind::Input => what.fg(Color::Blue),
        Kind::Output => what.fg(Color::Green),
        Kind::Error => what.fg(Color::Red).add_attribute(Attribute::Bold),
        Kind::Remark => what.fg(Color::Yellow),
    };
    vec![
        Cell::new(format!("{:.2}", row.ms)),
        Cell::new(row.block).add_attribute(Attribute::Dim),
        Cell::new(&row.thread).fg(thread),
        Cell::new(&row.task),
        what,
    ]
}

/// A line without the blanks that fill its last cell, which stand before the end of its colour.
pub fn trim_styled_end(line: &str) -> String {
    let mut text = line.trim_end();
    let mut escapes = Vec::new();
    while let Some((start, escape)) = text
        .rsplit_once('\x1b')
        .filter(|(_, escape)| escape.find('m') == Some(escape.len() - 1))
    {
        escapes.push(escape);
        text = start.trim_end();
    }
    let ends = escapes.iter().rev().map(|escape| format!("\x1b{escape}"));
    text.to_owned() + &ends.collect::<String>()
}

/// A text of the script without what could disturb the table or the terminal.
pub fn one_line(text: &str) -> String {
    text.trim_end()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_end_go_and_colours_stay() {
        assert_eq!(
            trim_styled_end("a \x1b[31m\x1b[1mb  \x1b[0m \x1b[39m "),
            "a \x1b[31m\x1b[1mb\x1b[0m\x1b[39m"
        );
        assert_eq!(trim_styled_end("a  "), "a");
    }
}
