//! Runs one test of a literate page: marks against the analysis, `trace` against the engine, `hover` and its like against the
//! editor, and the engine against the analysis.
//!
//! Lines count from 1, as the pages' readers count them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use halion_analysis::{Analysis, Code, FileId, Script, ScriptKind, Severity, SourceFile};
use halion_engine::{Record, Scenario};

use crate::both::{self, Place};
use crate::editor;
use crate::page::{Block, Case};

/// What a test found: complaints, and the expected blocks as they should read.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Each says what differs, for people.
    pub problems: Vec<String>,
    /// Expected blocks that differ from what happened.
    pub rewrites: Vec<Rewrite>,
}

/// An expected block that differs.
#[derive(Debug)]
pub struct Rewrite {
    /// Where its text stands in the page.
    pub range: Range<usize>,
    /// The text that belongs there.
    pub text: String,
    /// What differs, for people.
    pub problem: String,
}

/// The mark of the place an editor block asks about.
const CURSOR: &str = "$0";

/// How many proposals a `complete` block shows.
const N_PROPOSALS: usize = 8;

/// Runs `case` and compares everything it states.
pub fn run(case: &Case) -> Outcome {
    let mut outcome = Outcome::default();
    let (mut script, cursor) = script(case);
    let scenario = match scenario(case) {
        Ok(scenario) => scenario,
        Err(problem) => {
            outcome.problems.push(problem);
            return outcome;
        }
    };
    if scenario.script_kind == halion_engine::ScriptKind::Ui {
        script.kind = ScriptKind::Ui;
    }
    let analysis = halion_analysis::analyze(&script);
    compare_marks(&script, &analysis, &mut outcome);
    let errors_marked = wrong_threads(&script, &analysis, |severity| severity == Severity::Error);
    let played = case
        .blocks
        .iter()
        .any(|block| matches!(block.language.as_str(), "toml" | "trace"));
    crate::fixes::compare(&script, &analysis, &scenario, &mut outcome.problems);
    if played || !errors_marked.is_empty() {
        let sample_rate = scenario.sample_rate;
        let records = both::play(&script, scenario);
        compare_sides(&script, &analysis, &errors_marked, &records, &mut outcome);
        for block in case.blocks.iter().filter(|block| block.language == "trace") {
            let trace = records.iter().fold(String::new(), |trace, record| {
                trace + &record.text(sample_rate) + "\n"
            });
            expect(block, &trace, &mut outcome);
        }
    }
    for block in &case.blocks {
        match block.language.as_str() {
            "lua" | "toml" | "trace" => {}
            "chain" => expect(block, &chains(&script, &analysis), &mut outcome),
            "lens" => expect(block, &editor::lenses(&script), &mut outcome),
            "hover" | "complete" | "definition" | "fix" => match cursor {
                Some((file, offset)) => {
                    let actual = match block.language.as_str() {
                        "hover" => editor::hover(&script, file, offset),
                        "complete" => editor::complete(&script, file, offset, N_PROPOSALS),
                        "fix" => editor::fix(&script, file, offset),
                        _ => editor::definition(&script, file, offset),
                    };
                    expect(block, &actual, &mut outcome);
                }
                None => outcome.problems.push(format!(
                    "`{}` needs a `{CURSOR}` in a script",
                    block.language
                )),
            },
            other => outcome.problems.push(format!("unknown block `{other}`")),
        }
    }
    outcome
}

fn expect(block: &Block, actual: &str, outcome: &mut Outcome) {
    if block.text != actual {
        let problem = format!(
            "expected {}:\n{}actual:\n{actual}",
            block.language, block.text
        );
        outcome.rewrites.push(Rewrite {
            range: block.range.clone(),
            text: actual.to_owned(),
            problem,
        });
    }
}

/// The script of a case and where its cursor stands. A block without a path is `script.lua`, the main chunk.
fn script(case: &Case) -> (Script, Option<(FileId, usize)>) {
    let mut blocks: Vec<&Block> = case
        .blocks
        .iter()
        .filter(|block| block.language == "lua")
        .collect();
    blocks.sort_by_key(|block| block.path.is_some());
    let mut script = Script {
        files: Vec::new(),
        modules: Default::default(),
        kind: ScriptKind::Auto,
    };
    let mut cursor = None;
    for (index, block) in blocks.into_iter().enumerate() {
        let file = FileId(u32::try_from(index).expect("few files"));
        let path = block
            .path
            .clone()
            .unwrap_or_else(|| "script.lua".to_owned());
        let mut text = block.text.clone();
        if let Some(offset) = text.find(CURSOR) {
            text.replace_range(offset..offset + CURSOR.len(), "");
            cursor = Some((file, offset));
        }
        script
            .modules
            .insert(path.trim_end_matches(".lua").replace('/', "."), file);
        script.files.push(SourceFile {
            parse: halion_syntax::parse(&text),
            text: text.into(),
            path,
        });
    }
    (script, cursor)
}

fn scenario(case: &Case) -> Result<Scenario, String> {
    match case.blocks.iter().find(|block| block.language == "toml") {
        Some(block) => {
            Scenario::parse(&block.text).map_err(|error| format!("the scenario: {error}"))
        }
        None => Ok(Scenario::default()),
    }
}

/// A finding as the marks speak of it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    path: String,
    line: usize,
    severity: String,
    code: String,
}

/// Compares `-- error: [code] "part of the message"` comments with the findings on their lines, both ways.
fn compare_marks(script: &Script, analysis: &Analysis, outcome: &mut Outcome) {
    let mut open: Vec<(Mark, String)> = Vec::new();
    for diagnostic in &analysis.diagnostics {
        let mark = Mark {
            path: script.files[diagnostic.file.idx()].path.clone(),
            line: both::line_of(script, diagnostic.file, diagnostic.range.start()),
            severity: format!("{:?}", diagnostic.severity).to_lowercase(),
            code: diagnostic.code.as_str().to_owned(),
        };
        open.push((mark, diagnostic.message.clone()));
    }
    for file in &script.files {
        for (index, line) in file.text.lines().enumerate() {
            for (severity, code, quotes) in marks(line) {
                let wanted = Mark {
                    path: file.path.clone(),
                    line: index + 1,
                    severity,
                    code,
                };
                let found = open.iter().position(|(mark, message)| {
                    *mark == wanted && quotes.iter().all(|quote| message.contains(quote))
                });
                match found {
                    Some(position) => drop(open.remove(position)),
                    None => outcome.problems.push(format!(
                        "{}:{}: marked, but not found: {} [{}] {quotes:?}",
                        file.path,
                        index + 1,
                        wanted.severity,
                        wanted.code
                    )),
                }
            }
        }
    }
    for (mark, message) in open {
        outcome.problems.push(format!(
            "{}:{}: found, but not marked: {} [{}] {message}",
            mark.path, mark.line, mark.severity, mark.code
        ));
    }
}

/// The marks of one line: severity, code and the quoted parts of the message. Several marks are parted by `;`.
fn marks(line: &str) -> Vec<(String, String, Vec<String>)> {
    let Some((_, comment)) = line.split_once("-- ") else {
        return Vec::new();
    };
    let read = |part: &str| {
        let (severity, rest) = part.trim().split_once(": [")?;
        if !["error", "warning", "information", "hint"].contains(&severity) {
            return None;
        }
        let (code, rest) = rest.split_once(']')?;
        let quotes = rest
            .split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        Some((severity.to_owned(), code.to_owned(), quotes))
    };
    comment.split(';').filter_map(read).collect()
}

fn wrong_threads(
    script: &Script,
    analysis: &Analysis,
    wanted: impl Fn(Severity) -> bool,
) -> BTreeSet<Place> {
    let wrong = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::WrongThread && wanted(diagnostic.severity))
        // A call against a `---@thread` comment is the author's mistake, not HALion's error.
        .filter(|diagnostic| diagnostic.runtime_text.is_some());
    wrong
        .map(|diagnostic| Place {
            path: script.files[diagnostic.file.idx()].path.clone(),
            line: both::line_of(script, diagnostic.file, diagnostic.range.start()),
        })
        .collect()
}

/// The engine and the analysis check each other: what was raised was marked, and what is marked as an Error is raised.
fn compare_sides(
    script: &Script,
    analysis: &Analysis,
    errors_marked: &BTreeSet<Place>,
    records: &[Record],
    outcome: &mut Outcome,
) {
    let raised = both::wrong_threads(records);
    let marked = wrong_threads(script, analysis, |_| true);
    for Place { path, line } in raised.difference(&marked) {
        outcome.problems.push(format!(
            "{path}:{line}: the engine raises a wrong-thread error that the analysis did not mark"
        ));
    }
    for Place { path, line } in errors_marked.difference(&raised) {
        outcome.problems.push(format!(
            "{path}:{line}: marked as an error, but the scenario does not raise it"
        ));
    }
}

/// The findings with their chains, one step a line.
fn chains(script: &Script, analysis: &Analysis) -> String {
    let mut text = String::new();
    for diagnostic in &analysis.diagnostics {
        let line = both::line_of(script, diagnostic.file, diagnostic.range.start());
        let function = diagnostic.function.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "{}:{line}: {function}",
            script.files[diagnostic.file.idx()].path
        );
        for step in &diagnostic.chain {
            let line = both::line_of(script, step.file, step.range.start());
            let _ = writeln!(
                text,
                "  {}:{line}: {} {} ({})",
                script.files[step.file.idx()].path,
                step.why.as_str(),
                step.name,
                step.thread.id()
            );
        }
    }
    text
}
