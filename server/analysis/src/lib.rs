//! Thread analysis of HALion scripts: which thread every function runs in, and every call that HALion would refuse there.
//!
//! Pure: text and trees in, values out; no IO, no clock, never an error result. Offsets are bytes. The design is THREAD-ANALYSIS.md;
//! facts about HALion come from `halion_api`. Output is the same for the same input, in a fixed order.
//!
//! To read in this order: [`script`] (input), [`diagnostic`] and [`function_info`] (output), `ir` (the program with resolved names),
//! `lower` (trees to it), `value` with `ids`, `names`, `multi` and `origin`, `heap`, `builtins`, `instance` (what the solver works on), `solve` (the solver), `graph` and `paths` (how a function is
//! reached), `explain` (words), `uses` (names in the text), `rules` (one file per diagnostic), `annotation` and `suppress` (comments that speak to them),
//! `incremental` (the next version) with `free_literals`, [`rule_page`] (what an author reads about a rule).

pub mod diagnostic;
pub mod function_info;
pub mod rule_page;
pub mod script;

mod annotation;
mod builtins;
mod explain;
mod free_literals;
mod graph;
mod heap;
mod ids;
mod incremental;
mod instance;
mod ir;
mod lines;
mod lower;
mod multi;
mod names;
mod origin;
mod paths;
mod requires;
mod rules;
mod script_kind;
mod similar;
mod solve;
mod suppress;
mod uses;
mod value;

#[cfg(test)]
mod check;
#[cfg(test)]
mod tests;

use free_literals::FreeLiteral;
use halion_api::Threads;
use halion_syntax::TextSize;

pub use diagnostic::{Code, Diagnostic, Severity, Step, Why};
pub use function_info::FunctionInfo;
pub use incremental::Known;
pub use paths::paths_to;
pub use requires::required_names;
pub use rule_page::RulePage;
pub use script::{FileId, RequiredName, Script, ScriptKind, SourceFile};
pub use solve::Rung;

/// What is known about a script.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Findings, sorted by file and offset.
    pub diagnostics: Vec<Diagnostic>,
    /// Functions of all files, outer ones before those inside, with the threads they run in.
    pub functions: Vec<FunctionInfo>,
    /// What the script was taken for.
    pub kind: ScriptKind,
    /// Expressions evaluated: the work done, for logs and budgets.
    pub steps: u64,
    /// Whether the work budget made the analysis less precise, and how far.
    pub rung: Rung,
}

impl Analysis {
    /// The threads that the function around an offset runs in; none if nobody calls it.
    #[must_use]
    pub fn thread_at(&self, file: FileId, offset: TextSize) -> Threads {
        self.function_at(file, offset)
            .map_or(Threads::NONE, |function| function.runs_on)
    }

    /// The innermost function around an offset, the main chunk included.
    #[must_use]
    pub fn function_at(&self, file: FileId, offset: TextSize) -> Option<&FunctionInfo> {
        let around = self
            .functions
            .iter()
            .filter(|function| function.file == file && function.range.contains_inclusive(offset));
        around.min_by_key(|function| function.range.len())
    }
}

/// Analyses a script with its modules.
#[must_use]
pub fn analyze(script: &Script) -> Analysis {
    let (analysis, _) = solve_script(script, false, &|| false).unwrap_or_default();
    analysis
}

/// By file and offset.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|found| (found.file, found.range.start(), found.code, found.severity));
}

/// The analysis, and for each file the literals that it does not depend on. It ends without a result soon after `is_outdated` says yes.
/// With `coarsely` it begins on [`Rung::Coarse`].
fn solve_script(
    script: &Script,
    coarsely: bool,
    is_outdated: &dyn Fn() -> bool,
) -> Option<(Analysis, Vec<Vec<FreeLiteral>>)> {
    let go_on = || (!is_outdated()).then_some(());
    let mut diagnostics = rules::syntax_error::check(script);
    let mut program = lower::lower(script);
    go_on()?;
    let names = std::mem::take(&mut program.names);
    let kind = script_kind::decide(script, &program, &names);
    let uses = uses::uses(&program, &names, script);
    let mut solver = solve::Solver::new(&program, names, script, kind, is_outdated);
    go_on()?;
    match coarsely {
        true => solver.solve_coarsely(),
        false => solver.solve(),
    }
    go_on()?;
    let lines = lines::Lines::new(script);
    let annotations = annotation::annotations(script);
    let assertions = rules::thread_assertion::read(&program, &lines, &annotations);
    rules::thread_assertion::enter(&assertions, &mut solver);
    let violations = rules::thread_assertion::cut(&assertions, &mut solver);
    let solved = rules::Solved::new(&solver);
    diagnostics.extend(rules::thread_assertion::check(
        &assertions,
        &violations,
        &solver,
        &solved,
    ));
    diagnostics.extend(rules::wrong_thread::check(&solver, &solved, &lines));
    diagnostics.extend(rules::needs_both_threads::check(&solver, &solved));
    diagnostics.extend(rules::run_sync_argument::check(&solver, &solved));
    if !solver.out_of_budget() {
        diagnostics.extend(rules::neighbours(&solver, &solved, &lines, &uses));
    }
    go_on()?;
    let probes = rules::needs_controller::probe(&mut solver, &solved);
    diagnostics.extend(rules::needs_controller::check(&mut solver, &probes));
    go_on()?;
    let complete = !solver.out_of_budget();
    suppress::apply(&lines, &annotations, &mut diagnostics, complete);
    sort(&mut diagnostics);
    let functions = function_info::function_infos(&mut solver, &solved, &probes);
    let free = free_literals::free_literals(&solver, script.files.len());
    let analysis = Analysis {
        diagnostics,
        functions,
        kind: kind.0,
        steps: solver.work(),
        rung: solver.rung(),
    };
    Some((analysis, free))
}
