//! A script that a test plays: its engine and all that it has recorded. Nothing here knows the test's Lua.
//!
//! Unit: milliseconds from the start of the script.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Instant;

use halion_engine::{
    Engine, Event, Input, Record, RecordKind, Scenario, ScriptError, Source, Surroundings, Thread,
};

/// The farthest that one step goes: an hour.
const LONGEST_MS: f64 = 3_600_000.0;

/// Virtual time between two looks at the clock on the wall.
const STEP_MS: f64 = 250.0;

/// A script and what became of it.
pub(crate) struct Playing {
    pub engine: Engine,
    records: Rc<RefCell<Vec<Record>>>,
    /// Places of the records that an expectation has found.
    found: BTreeSet<usize>,
    /// What was recorded before is not looked at any more.
    start: usize,
}

/// A record that an expectation may find.
pub(crate) struct Open<T> {
    /// Its place among all records.
    pub idx: usize,
    /// When, in milliseconds.
    pub ms: f64,
    /// What it holds.
    pub item: T,
}

/// Why time did not get as far as it should.
pub(crate) enum Stuck {
    /// What was asked for makes no sense.
    Refused(String),
    /// The time limit of the test, in real time, is over.
    Late,
    /// There is still something to do; the tasks that wait, a line each.
    Busy(Vec<String>),
}

impl Playing {
    /// Starts a script: global statements, `onInit`, and what its scenario holds for the first instant.
    pub fn start(
        source: Source,
        surroundings: Surroundings,
        scenario: Scenario,
    ) -> Result<Playing, String> {
        let records = Rc::new(RefCell::new(Vec::new()));
        let observed = Rc::clone(&records);
        let observer = Box::new(move |record: &Record| observed.borrow_mut().push(record.clone()));
        let mut engine = Engine::new(source, surroundings, scenario, observer)?;
        engine.run_until(0);
        Ok(Playing {
            engine,
            records,
            found: BTreeSet::new(),
            start: 0,
        })
    }

    /// Virtual time in milliseconds.
    pub fn now_ms(&self) -> f64 {
        self.ms(self.engine.now())
    }

    fn ms(&self, sample: i64) -> f64 {
        sample as f64 * 1000.0 / self.engine.sample_rate()
    }

    /// Lets something come in now.
    pub fn input(&mut self, input: Input) {
        self.engine.let_in(input);
    }

    /// Lets time go on.
    pub fn advance(&mut self, ms: f64, deadline: Option<Instant>) -> Result<(), Stuck> {
        if !(0.0..=LONGEST_MS).contains(&ms) {
            return Err(Stuck::Refused(format!(
                "time can go on by 0 to {LONGEST_MS} ms (an hour) at once, not by {ms}"
            )));
        }
        let samples = ms * self.engine.sample_rate() / 1000.0;
        // A millionth of a sample is noise of the conversion.
        self.advance_samples((samples - 1e-6).ceil() as i64, deadline)
    }

    fn advance_samples(&mut self, samples: i64, deadline: Option<Instant>) -> Result<(), Stuck> {
        let end = self.engine.now() + samples.max(0);
        let step = (STEP_MS * self.engine.sample_rate() / 1000.0) as i64;
        loop {
            let next = end.min(self.engine.now() + step.max(1));
            self.engine.run_until(next);
            if next == end {
                return Ok(());
            }
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                return Err(Stuck::Late);
            }
        }
    }

    /// Lets time go on until nothing is left to do, at most for `limit_ms`.
    pub fn settle(&mut self, limit_ms: f64, deadline: Option<Instant>) -> Result<(), Stuck> {
        if !(0.0..=LONGEST_MS).contains(&limit_ms) {
            return Err(Stuck::Refused(format!(
                "the limit is 0 to {LONGEST_MS} ms (an hour), not {limit_ms}"
            )));
        }
        let end = self.now_ms() + limit_ms;
        while self.engine.is_busy() {
            if self.now_ms() >= end {
                return Err(Stuck::Busy(self.waiting()));
            }
            self.engine.step_block();
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                return Err(Stuck::Late);
            }
        }
        Ok(())
    }

    /// The tasks that wait, as `onNote #3 waits: waitForRelease`.
    fn waiting(&self) -> Vec<String> {
        let mut tasks: BTreeMap<_, (String, Option<String>)> = BTreeMap::new();
        for record in self.records.borrow().iter() {
            match &record.kind {
                RecordKind::TaskStart { name, .. } => {
                    tasks.insert(record.task, (name.clone(), None));
                }
                RecordKind::Suspend { reason } => {
                    if let Some((_, waits)) = tasks.get_mut(&record.task) {
                        *waits = Some(reason.clone());
                    }
                }
                RecordKind::TaskEnd | RecordKind::Error(_) => {
                    tasks.remove(&record.task);
                }
                _ => {}
            }
        }
        let waits = |(task, (name, waits)): (halion_engine::TaskId, (String, Option<String>))| {
            Some(format!("{name} #{} waits: {}", task.0, waits?))
        };
        tasks.into_iter().filter_map(waits).collect()
    }

    /// From now on nothing that happened before is looked at.
    pub fn forget(&mut self) {
        self.start = self.records.borrow().len();
    }

    /// Keeps what an expectation has found from being found again.
    pub fn take(&mut self, idx: usize) {
        self.found.insert(idx);
    }

    /// Records from a place on that no expectation has found.
    fn open<T>(&self, start: usize, pick: impl Fn(&Record) -> Option<T>) -> Vec<Open<T>> {
        let records = self.records.borrow();
        let open = records.iter().enumerate().skip(start);
        let open = open.filter(|(idx, _)| !self.found.contains(idx));
        open.filter_map(|(idx, record)| {
            let ms = self.ms(record.sample);
            let item = pick(record)?;
            Some(Open { idx, ms, item })
        })
        .collect()
    }

    /// What the script sent on and no expectation has found.
    pub fn open_events(&self) -> Vec<Open<Event>> {
        self.open(self.start, |record| match &record.kind {
            RecordKind::EventOut(event) => Some(event.clone()),
            _ => None,
        })
    }

    /// What the script printed and no expectation has found.
    pub fn open_prints(&self) -> Vec<Open<String>> {
        self.open(self.start, |record| match &record.kind {
            RecordKind::Print { text } => Some(text.clone()),
            _ => None,
        })
    }

    /// Script errors that no expectation has found, however often the test has forgotten what was before.
    pub fn open_errors(&self) -> Vec<Open<ScriptError>> {
        self.open(0, |record| match &record.kind {
            RecordKind::Error(error) => Some((**error).clone()),
            _ => None,
        })
    }

    /// The same in HALion's words.
    pub fn unexpected_errors(&self) -> Vec<String> {
        let errors = self.open_errors();
        errors.into_iter().map(|error| error.item.text()).collect()
    }

    /// Records since [`Playing::forget`] with their times, found or not.
    pub fn recent(&self) -> Vec<(f64, Record)> {
        let records = self.records.borrow();
        let recent = records.iter().skip(self.start);
        recent
            .map(|record| (self.ms(record.sample), record.clone()))
            .collect()
    }

    /// The end of a sent note, if it has ended, in milliseconds.
    pub fn end_of(&self, note_id: i64, from_idx: usize) -> Option<f64> {
        let records = self.records.borrow();
        let ends = |record: &&Record| matches!(&record.kind, RecordKind::EventOut(Event::NoteOff { id, .. }) if *id == note_id);
        let end = records.iter().skip(from_idx).find(ends)?;
        Some(self.ms(end.sample))
    }

    /// The whole readable trace.
    pub fn trace(&self) -> Vec<String> {
        self.lines(0)
    }

    /// Its last lines.
    pub fn last_lines(&self, n: usize) -> Vec<String> {
        self.lines(self.records.borrow().len().saturating_sub(n))
    }

    fn lines(&self, from: usize) -> Vec<String> {
        let records = self.records.borrow();
        let rate = self.engine.sample_rate();
        records[from..]
            .iter()
            .map(|record| record.text(rate))
            .collect()
    }
}

/// The word of the manual for a thread.
pub(crate) fn thread_name(thread: Thread) -> &'static str {
    match thread {
        Thread::Controller => "Controller",
        Thread::Processor => "Processor",
    }
}
