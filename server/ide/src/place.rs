//! In which threads a place in the text runs, by the innermost function round it.

use halion_analysis::{Code, Diagnostic, FileId, FunctionInfo};
use halion_api::{RunsOn, Thread, Threads, api};
use halion_syntax::{SyntaxKind, SyntaxToken, TextRange, TextSize};

use crate::Snapshot;
use crate::names::global_name;

/// Where an offset is.
#[derive(Debug)]
pub(crate) enum Place<'a> {
    /// Inside a function.
    Function(&'a FunctionInfo),
    /// In the global statements, which run in the Controller (HALion semantics 2.1).
    Main,
}

impl Place<'_> {
    pub(crate) fn at(snapshot: &Snapshot, file: FileId, offset: TextSize) -> Place<'_> {
        let functions = snapshot.analysis().functions.iter();
        let around = functions.filter(|function| {
            function.file == file
                && function.range.contains_inclusive(offset)
                && !is_chunk(function)
        });
        around
            .min_by_key(|function| function.range.len())
            .map_or(Place::Main, Place::Function)
    }

    /// The threads it runs in; none if nobody gets here.
    pub(crate) fn runs_on(&self) -> Threads {
        match self {
            Place::Function(function) => function.runs_on,
            Place::Main => Threads::of(Thread::Controller),
        }
    }

    /// `This function runs in Processor (onNote, onRelease)`.
    pub(crate) fn describe(&self) -> String {
        match self {
            Place::Main => "Global statements run in Controller".to_owned(),
            Place::Function(function) => format!("This function {}", runs_in(function)),
        }
    }
}

/// `runs in Processor (onNote, onRelease)`, or that nobody calls it.
pub(crate) fn runs_in(function: &FunctionInfo) -> String {
    if function.runs_on.is_empty() {
        return "is called by nobody".to_owned();
    }
    let entries: Vec<&str> = function
        .entries
        .iter()
        .map(|entry| entry_name(entry))
        .collect();
    match entries.is_empty() {
        true => format!("runs in {}", function.runs_on),
        false => format!("runs in {} ({})", function.runs_on, entries.join(", ")),
    }
}

/// What runs a function value that is written as an argument behind `before`, a parenthesis or comma, and in which
/// threads: `runAsync` in the Controller.
pub(crate) fn handed_over(
    before: &SyntaxToken,
    caller: Threads,
) -> Option<(&'static str, Threads)> {
    let is_list = matches!(before.kind(), SyntaxKind::LParen | SyntaxKind::Comma);
    let args = before
        .parent()
        .filter(|node| is_list && node.kind() == SyntaxKind::ArgList)?;
    let call = args
        .parent()
        .filter(|node| node.kind() == SyntaxKind::CallExpr)?;
    let function = api().function(&global_name(&call.first_child()?)?)?;
    let end = before.text_range().end();
    let commas = args
        .children_with_tokens()
        .filter(|element| element.kind() == SyntaxKind::Comma && element.text_range().end() <= end);
    let position = u32::try_from(commas.count() + 1).ok();
    let mut params = function.function_params.iter();
    let param = params.find(|param| param.position == position && param.only_if.is_none())?;
    let threads = match param.runs_on {
        RunsOn::Caller => caller,
        RunsOn::Controller => Threads::CONTROLLER,
        RunsOn::Processor => Threads::PROCESSOR,
    };
    Some((&function.name, threads))
}

/// The finding that says that the call of this name fails, if there is one.
pub(crate) fn finding(snapshot: &Snapshot, file: FileId, name: TextRange) -> Option<&Diagnostic> {
    let findings = snapshot.analysis().diagnostics.iter();
    findings.into_iter().find(|finding| {
        finding.code == Code::WrongThread
            && finding.file == file
            && finding.range.intersect(name) == Some(name)
    })
}

/// An entry as people call it.
pub(crate) fn entry_name(entry: &str) -> &str {
    match entry {
        "<main>" => "global statements",
        entry => entry,
    }
}

pub(crate) fn is_chunk(function: &FunctionInfo) -> bool {
    function.name == "<main>"
}
