//! One run of the engine, on a thread of its own, with all that the command shows of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use halion_engine::{End, Engine, Record, RecordKind, ScriptError, Surroundings, trace_line};

use super::inputs::{Inputs, Refusal};
use super::summary::Summary;
use super::table::Rows;

/// Lua calls native functions and these call Lua: deep recursion of a script needs room.
const STACK_BYTES: usize = 64 << 20;

/// What stays in memory of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The rows of the table: bounded, however long the run.
    Rows,
    /// Every record, too.
    Records,
}

/// Where the trace goes.
pub type Trace = Box<dyn Write + Send>;

/// What came of a run.
#[derive(Debug)]
pub struct Played {
    /// The table.
    pub rows: Rows,
    /// What each function did in all.
    pub summary: Summary,
    /// Hz.
    pub sample_rate: f64,
    /// The script errors in order, each text once.
    pub errors: Vec<Repeated>,
    /// How many there were in all.
    pub n_errors: usize,
    /// Events that reached the script.
    pub n_in: usize,
    /// Events that it sent on.
    pub n_out: usize,
    /// Where virtual time stood in the end, in ms.
    pub length_ms: f64,
    /// True when there was more to do.
    pub cut_short: bool,
    /// All records, if something is made of them in the end.
    pub records: Vec<Record>,
    /// Where virtual time stood in the end, in samples.
    pub end: i64,
    /// True when the script has written, renamed or removed a file.
    pub wrote_files: bool,
    /// Why the trace is not complete.
    pub trace_error: Option<io::Error>,
}

/// An error that happened once or several times.
#[derive(Debug)]
pub struct Repeated {
    /// The first time.
    pub error: ScriptError,
    /// How often, from 1.
    pub n_times: usize,
}

/// Plays the script on a new thread (an [`Engine`] stays on the thread that made it) and waits for its end.
pub fn play(
    inputs: &Inputs,
    until_ms: Option<f64>,
    trace: Option<Trace>,
    keep: Keep,
) -> Result<Played, Refusal> {
    let inputs = inputs.clone();
    let thread = std::thread::Builder::new()
        .name("engine".to_owned())
        .stack_size(STACK_BYTES);
    let thread = thread.spawn(move || play_here(&inputs, until_ms, trace, keep));
    let thread = thread.map_err(|error| {
        Refusal::Content(format!("cannot start a thread for the engine: {error}"))
    })?;
    // A panic there is ours: it ends the program in the same way as one here would.
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn play_here(
    inputs: &Inputs,
    until_ms: Option<f64>,
    trace: Option<Trace>,
    keep: Keep,
) -> Result<Played, Refusal> {
    let source = inputs.source()?;
    let scenario = inputs.scenario()?;
    let sample_rate = scenario.sample_rate;
    let recorder = Rc::new(RefCell::new(Recorder::new(sample_rate, trace, keep)));
    // The engine owns its observer, so what it is told is shared.
    let observer = Rc::clone(&recorder);
    let observer = Box::new(move |record: &Record| observer.borrow_mut().record(record));
    let files = inputs.files();
    let wrote_files = files.written();
    let surroundings = Surroundings {
        modules: Box::new(inputs.modules()),
        files: Box::new(files),
    };
    let mut engine = Engine::new(source, surroundings, scenario, observer)
        .map_err(|error| Refusal::Content(format!("the engine does not start: {error}")))?;
    // A whole number of samples; the cast saturates for times beyond all ages.
    let outcome = engine.run(until_ms.map(|ms| (ms * sample_rate / 1000.0).ceil() as i64));
    drop(engine);
    let mut played = recorder
        .replace(Recorder::new(sample_rate, None, Keep::Rows))
        .finish();
    played.end = outcome.sample;
    played.length_ms = outcome.sample as f64 * 1000.0 / sample_rate;
    played.wrote_files = wrote_files.load(Ordering::Relaxed);
    played.cut_short = outcome.end == End::TimeReached;
    Ok(played)
}

/// Keeps what the engine tells.
struct Recorder {
    sample_rate: f64,
    trace: Option<BufWriter<Trace>>,
    keep: Keep,
    played: Played,
    /// From the text of an error to its place in `played.errors`.
    seen: BTreeMap<String, usize>,
}

impl Recorder {
    fn new(sample_rate: f64, trace: Option<Trace>, keep: Keep) -> Self {
        let rows = Rows::new(sample_rate);
        let played = Played {
            rows,
            summary: Summary::default(),
            sample_rate,
            errors: Vec::new(),
            n_errors: 0,
            n_in: 0,
            n_out: 0,
            length_ms: 0.0,
            cut_short: false,
            records: Vec::new(),
            end: 0,
            wrote_files: false,
            trace_error: None,
        };
        Self {
            sample_rate,
            trace: trace.map(BufWriter::new),
            keep,
            played,
            seen: BTreeMap::new(),
        }
    }

    fn record(&mut self, record: &Record) {
        if let Some(trace) = &mut self.trace
            && let Err(error) = writeln!(trace, "{}", trace_line(record, self.sample_rate))
        {
            self.played.trace_error.get_or_insert(error);
            self.trace = None;
        }
        match &record.kind {
            RecordKind::Error(error) => self.count(error),
            RecordKind::EventIn(_) => self.played.n_in += 1,
            RecordKind::EventOut(_) => self.played.n_out += 1,
            _ => {}
        }
        self.played.rows.push(record);
        self.played.summary.push(record);
        if self.keep == Keep::Records {
            self.played.records.push(record.clone());
        }
    }

    fn count(&mut self, error: &ScriptError) {
        self.played.n_errors += 1;
        let text = error.text();
        match self.seen.get(&text) {
            Some(idx) => self.played.errors[*idx].n_times += 1,
            None => {
                self.seen.insert(text, self.played.errors.len());
                self.played.errors.push(Repeated {
                    error: error.clone(),
                    n_times: 1,
                });
            }
        }
    }

    fn finish(mut self) -> Played {
        if let Some(mut trace) = self.trace.take()
            && let Err(error) = trace.flush()
        {
            self.played.trace_error.get_or_insert(error);
        }
        self.played
    }
}
