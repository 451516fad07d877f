//! What the picture of a run shows: bars, arrows, notes and marks, made of records.
//!
//! Units: milliseconds from the start of the script; keys and velocities as in MIDI.

use std::collections::BTreeMap;

use halion_engine::{Event, ParameterChange, Record, RecordKind, Scenario, TaskId, Thread};
use serde::Serialize;

/// More rows than this lie on each other.
const MOST_ROWS: usize = 240;

/// A bar keeps the row free for so long after its end, as a part of the whole run, so that short ones lie below each other.
const ROOM: f64 = 1.0 / 160.0;

/// The most room that a bar keeps free, in milliseconds.
const MOST_ROOM_MS: f64 = 40.0;

/// Everything in the picture.
#[derive(Debug, Default, Serialize)]
pub struct Timeline {
    /// The script and what was played to it.
    pub title: String,
    /// Where the run ended.
    pub length_ms: f64,
    /// Milliseconds of an audio block.
    pub block_ms: f64,
    /// Where the tempo changes, the start first.
    pub tempo: Vec<Tempo>,
    /// A bar for each task, in the order of their start.
    pub bars: Vec<Bar>,
    /// Who caused whom.
    pub arrows: Vec<Arrow>,
    /// Notes, in and out.
    pub notes: Vec<Note>,
    /// What happens at one instant.
    pub marks: Vec<Mark>,
}

/// The tempo from an instant on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tempo {
    at: f64,
    /// Beats per minute; 0 if the host tells none.
    bpm: f64,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    id: u32,
    name: String,
    /// 0 is the Controller, 1 the Processor.
    lane: u8,
    row: usize,
    start: f64,
    end: f64,
    /// It was still there when the run ended.
    open: bool,
    /// It died of a script error.
    failed: bool,
    /// Where it waits, and for what; between them it runs, which takes no virtual time.
    waits: Vec<Wait>,
}

/// A suspended part of a task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wait {
    start: f64,
    end: f64,
    reason: String,
}

/// A task causes another, or lets it go on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arrow {
    kind: &'static str,
    /// Places of bars.
    from: usize,
    to: usize,
    start: f64,
    end: f64,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// Sent by the module; else it came in.
    sent: bool,
    key: f64,
    velocity: f64,
    start: f64,
    end: f64,
    /// Nothing ended it.
    open: bool,
}

/// Something at one instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    kind: &'static str,
    at: f64,
    text: String,
    /// The place of the bar it belongs to.
    bar: Option<usize>,
}

impl Timeline {
    /// The picture of a run; `end` is the sample at which it ended.
    pub fn new(title: String, scenario: &Scenario, records: &[Record], end: i64) -> Timeline {
        let ms = |sample: i64| rounded(sample as f64 * 1000.0 / scenario.sample_rate);
        let mut maker = Maker {
            timeline: Timeline {
                title,
                length_ms: ms(end),
                block_ms: rounded(f64::from(scenario.block_size) * 1000.0 / scenario.sample_rate),
                tempo: vec![Tempo {
                    at: 0.0,
                    bpm: scenario.tempo,
                }],
                ..Timeline::default()
            },
            places: BTreeMap::new(),
            parents: BTreeMap::new(),
            last_seen: BTreeMap::new(),
            changed_by: None,
            sounding: BTreeMap::new(),
        };
        for record in records {
            maker.add(record, ms(record.sample));
        }
        maker.finish()
    }
}

/// Microseconds are enough, and keep the page small.
fn rounded(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

/// A timeline in the making.
struct Maker {
    timeline: Timeline,
    /// Place of each task's bar.
    places: BTreeMap<TaskId, usize>,
    /// The caller of `runAsync` by its function's task.
    parents: BTreeMap<TaskId, TaskId>,
    /// When a task last did something.
    last_seen: BTreeMap<TaskId, f64>,
    /// The task that has just changed a parameter: a task that starts next is the change callback.
    changed_by: Option<TaskId>,
    /// Places of notes that sound, by direction and id.
    sounding: BTreeMap<(bool, i64), usize>,
}

impl Maker {
    fn add(&mut self, record: &Record, ms: f64) {
        let changed_by = self.changed_by.take();
        match &record.kind {
            RecordKind::TaskStart { name, parent } => {
                self.start(record, ms, name, *parent, changed_by);
            }
            RecordKind::Suspend { reason } => {
                let wait = Wait {
                    start: ms,
                    end: ms,
                    reason: reason.clone(),
                };
                self.with_bar(record.task, |bar| bar.waits.push(wait));
            }
            RecordKind::Resume => self.with_bar(record.task, |bar| end_wait(bar, ms)),
            RecordKind::TaskEnd => self.end(record.task, ms, false),
            RecordKind::Error(error) => {
                self.mark("error", record, ms, error.text());
                self.end(record.task, ms, true);
            }
            RecordKind::EventIn(event) => self.event(record, ms, event, false),
            RecordKind::EventOut(event) => self.event(record, ms, event, true),
            RecordKind::VoicesCut { id, .. } => self.end_note(true, *id, ms),
            RecordKind::Parameter { name, value, by } => {
                if *by == ParameterChange::SetParameter {
                    self.changed_by = Some(record.task);
                }
                self.mark("parameter", record, ms, format!("{name} = {value}"));
            }
            RecordKind::Print { text } => self.mark("print", record, ms, text.clone()),
            RecordKind::RampEnd { .. } | RecordKind::Modulation { .. } => {}
            // Saving, loading, the program tree and the like: in the words of the trace.
            other => self.mark("other", record, ms, other.to_string()),
        }
        self.last_seen.insert(record.task, ms);
    }

    fn start(
        &mut self,
        record: &Record,
        ms: f64,
        name: &str,
        parent: Option<TaskId>,
        changed_by: Option<TaskId>,
    ) {
        let place = self.timeline.bars.len();
        self.places.insert(record.task, place);
        let lane = lane(record.thread);
        self.timeline.bars.push(Bar {
            id: record.task.0,
            name: name.to_owned(),
            lane,
            row: 0,
            start: ms,
            end: ms,
            open: true,
            failed: false,
            waits: Vec::new(),
        });
        let Some((parent, from)) = parent.and_then(|id| Some((id, *self.places.get(&id)?))) else {
            return;
        };
        let waits_for = self.timeline.bars[from]
            .waits
            .last()
            .filter(|wait| wait.start == wait.end);
        let in_run_async = waits_for.is_some_and(|wait| wait.reason == "runAsync");
        let kind = match (self.timeline.bars[from].lane, lane) {
            _ if changed_by == Some(parent) => "change",
            (1, 0) if in_run_async => "runAsync",
            (1, 0) => "change",
            (0, 1) => "runSync",
            _ => "spawn",
        };
        if kind == "runAsync" {
            self.parents.insert(record.task, parent);
        }
        let start = self.last_seen.get(&parent).copied().unwrap_or(ms);
        self.timeline.arrows.push(Arrow {
            kind,
            from,
            to: place,
            start,
            end: ms,
        });
    }

    /// A task is done; who waited for it in `runAsync` goes on in the next block.
    fn end(&mut self, task: TaskId, ms: f64, failed: bool) {
        self.with_bar(task, |bar| {
            end_wait(bar, ms);
            (bar.end, bar.open, bar.failed) = (ms, false, failed);
        });
        let caller = self
            .parents
            .remove(&task)
            .and_then(|caller| self.places.get(&caller));
        if let (Some(&from), Some(&to)) = (self.places.get(&task), caller) {
            // Where it arrives is known when the caller goes on.
            self.timeline.arrows.push(Arrow {
                kind: "back",
                from,
                to,
                start: ms,
                end: ms,
            });
        }
    }

    fn event(&mut self, record: &Record, ms: f64, event: &Event, sent: bool) {
        match event {
            Event::NoteOn {
                id, note, velocity, ..
            } => {
                self.sounding.insert((sent, *id), self.timeline.notes.len());
                self.timeline.notes.push(Note {
                    sent,
                    key: *note,
                    velocity: *velocity,
                    start: ms,
                    end: ms,
                    open: true,
                });
            }
            Event::NoteOff { id, .. } => self.end_note(sent, *id, ms),
            Event::Tempo { bpm } if !sent => self.timeline.tempo.push(Tempo { at: ms, bpm: *bpm }),
            _ => self.mark(
                if sent { "sent" } else { "input" },
                record,
                ms,
                event.to_string(),
            ),
        }
    }

    fn end_note(&mut self, sent: bool, id: i64, ms: f64) {
        if let Some(place) = self.sounding.remove(&(sent, id)) {
            let note = &mut self.timeline.notes[place];
            (note.end, note.open) = (ms, false);
        }
    }

    fn mark(&mut self, kind: &'static str, record: &Record, ms: f64, text: String) {
        let bar = self.places.get(&record.task).copied();
        self.timeline.marks.push(Mark {
            kind,
            at: ms,
            text,
            bar,
        });
    }

    fn with_bar(&mut self, task: TaskId, change: impl FnOnce(&mut Bar)) {
        if let Some(&place) = self.places.get(&task) {
            change(&mut self.timeline.bars[place]);
        }
    }

    fn finish(mut self) -> Timeline {
        let timeline = &mut self.timeline;
        let end = timeline.length_ms;
        for bar in timeline.bars.iter_mut().filter(|bar| bar.open) {
            bar.end = bar.end.max(end);
            end_wait(bar, bar.end);
        }
        for note in timeline.notes.iter_mut().filter(|note| note.open) {
            note.end = note.end.max(end);
        }
        for arrow in timeline
            .arrows
            .iter_mut()
            .filter(|arrow| arrow.kind == "back")
        {
            let waits = &timeline.bars[arrow.to].waits;
            let ends = waits
                .iter()
                .map(|wait| wait.end)
                .find(|&end| end >= arrow.start);
            arrow.end = ends.unwrap_or(arrow.start);
        }
        arrange(&mut timeline.bars, (end * ROOM).min(MOST_ROOM_MS));
        self.timeline
    }
}

/// The wait that a task is in ends, if it is in one.
fn end_wait(bar: &mut Bar, ms: f64) {
    if let Some(wait) = bar.waits.last_mut().filter(|wait| wait.start == wait.end) {
        wait.end = ms;
    }
}

fn lane(thread: Thread) -> u8 {
    match thread {
        Thread::Controller => 0,
        Thread::Processor => 1,
    }
}

/// Gives each bar the first row of its lane that is free.
fn arrange(bars: &mut [Bar], room_ms: f64) {
    let mut free: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for bar in bars {
        let rows = &mut free[usize::from(bar.lane)];
        let row = rows
            .iter()
            .position(|&free| free <= bar.start)
            .unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(0.0);
        }
        rows[row] = bar.end + room_ms;
        bar.row = row % MOST_ROWS;
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
