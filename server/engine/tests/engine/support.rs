//! The one fixture: `check(script, inputs, expected trace)`.
//!
//! Inputs are lines of TOML for one `[[input]]` each, or a whole scenario; the trace is the readable one, a record a line.

use std::{cell::RefCell, rc::Rc};

use halion_engine::{
    Engine, Outcome, Record, RecordKind, Scenario, Source, Surroundings, trace_line,
};

/// What a run left behind.
pub struct Ran {
    pub records: Vec<Record>,
    pub outcome: Outcome,
    pub sample_rate: f64,
}

/// Runs a script named `script.lua` without modules.
pub fn run(script: &str, inputs: &str) -> Ran {
    run_with(script, inputs, &[])
}

/// Runs a script with modules, each a name and a text.
pub fn run_with(script: &str, inputs: &str, modules: &[(&str, &str)]) -> Ran {
    let scenario = Scenario::parse(&scenario_text(inputs)).expect("the scenario is well-formed");
    let modules: Vec<(String, String)> = modules
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let loader = move |name: &str| {
        let found = modules.iter().find(|(known, _)| known == name);
        found
            .map(|(name, text)| Source {
                path: format!("{name}.lua"),
                text: text.clone(),
            })
            .ok_or_else(|| "no such file".to_owned())
    };
    let records = Rc::new(RefCell::new(Vec::new()));
    let observed = records.clone();
    let observer = move |record: &Record| observed.borrow_mut().push(record.clone());
    let source = Source {
        path: "script.lua".to_owned(),
        text: script.to_owned(),
    };
    let surroundings = Surroundings {
        modules: Box::new(loader),
        ..Surroundings::none()
    };
    let mut engine =
        Engine::new(source, surroundings, scenario, Box::new(observer)).expect("Lua can be set up");
    let outcome = engine.run(None);
    let sample_rate = engine.sample_rate();
    drop(engine);
    Ran {
        records: records.take(),
        outcome,
        sample_rate,
    }
}

/// `0 ms note 60 500` stands for a note; other lines are TOML.
fn scenario_text(inputs: &str) -> String {
    let mut text = String::new();
    for line in inputs
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [at, "ms", "note", note, length, ..] => {
                let rest = words[5..].join("\n");
                text.push_str(&format!(
                    "[[input]]\nat_ms = {at}\nkind = \"note\"\nnote = {note}\nvelocity = 100\nlength_ms = {length}\n{rest}\n"
                ));
            }
            [at, "ms", kind, ..] => {
                let rest = words[3..].join("\n");
                text.push_str(&format!(
                    "[[input]]\nat_ms = {at}\nkind = \"{kind}\"\n{rest}\n"
                ));
            }
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

impl Ran {
    /// The whole trace.
    pub fn text(&self) -> String {
        self.lines(|_| true)
    }

    /// The trace without task_start, suspend, resume, task_end and events.
    pub fn prints(&self) -> String {
        self.lines(|kind| {
            matches!(
                kind,
                RecordKind::Print { .. } | RecordKind::Error(_) | RecordKind::NotSimulated { .. }
            )
        })
    }

    /// What left the module.
    pub fn events_out(&self) -> String {
        self.lines(|kind| matches!(kind, RecordKind::EventOut(_) | RecordKind::Error(_)))
    }

    /// What left the module, what became of the voices, and prints.
    pub fn voices(&self) -> String {
        self.lines(|kind| {
            matches!(
                kind,
                RecordKind::EventOut(_)
                    | RecordKind::RampEnd { .. }
                    | RecordKind::VoicesCut { .. }
                    | RecordKind::Print { .. }
                    | RecordKind::Error(_)
            )
        })
    }

    fn lines(&self, keep: impl Fn(&RecordKind) -> bool) -> String {
        let kept = self.records.iter().filter(|record| keep(&record.kind));
        kept.map(|record| record.text(self.sample_rate) + "\n")
            .collect()
    }

    /// The trace as JSON lines.
    pub fn json(&self) -> String {
        self.records
            .iter()
            .map(|record| trace_line(record, self.sample_rate) + "\n")
            .collect()
    }
}

/// Runs and compares the whole trace; leading blanks of the expected lines do not count.
#[track_caller]
pub fn check(script: &str, inputs: &str, expected: &str) {
    compare(&run(script, inputs).text(), expected);
}

/// Runs and compares prints and errors only.
#[track_caller]
pub fn check_prints(script: &str, inputs: &str, expected: &str) {
    compare(&run(script, inputs).prints(), expected);
}

/// Runs and compares the events that leave only.
#[track_caller]
pub fn check_events(script: &str, inputs: &str, expected: &str) {
    compare(&run(script, inputs).events_out(), expected);
}

#[track_caller]
pub fn compare(got: &str, expected: &str) {
    let lines = |text: &str| {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (got, expected) = (lines(got), lines(expected));
    assert!(
        got == expected,
        "got:\n{}\n\nexpected:\n{}",
        got.join("\n"),
        expected.join("\n")
    );
}
