//! One test file: it runs once to say which tests there are, then its tests run one after the other.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use halion_workspace::read_text;
use mlua::{Error, Function, Lua};

use crate::bench::Bench;
use crate::collect::Collected;
use crate::report::{Failure, FileReport, TestReport, Verdict};
use crate::{Plan, budget, failure, sandbox};

/// Records of the trace that a failed test shows.
const N_TRACE: usize = 8;

/// Runs all tests of a file.
pub(crate) fn run_file(path: &Path, plan: &Arc<Plan>) -> FileReport {
    let start = Instant::now();
    let shown = (plan.shown)(path);
    let unusable = |message: String| {
        let failure = Failure {
            message,
            ..Failure::default()
        };
        FileReport::unusable(shown.clone(), failure)
    };
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => return unusable(problem.to_string()),
    };
    let bench = Rc::new(Bench {
        path: path.to_path_buf(),
        shown: shown.clone(),
        text,
        plan: Arc::clone(plan),
        collected: RefCell::default(),
        in_test: Cell::new(false),
        scripts: RefCell::default(),
        prints: RefCell::default(),
        blessed: RefCell::default(),
        deadline: Cell::new(None),
    });
    let interpreter = match sandbox::new(&bench) {
        Ok(interpreter) => interpreter,
        Err(error) => return unusable(format!("cannot set up Lua: {error}")),
    };
    let lua = interpreter.lua();
    let mut report = match declare(lua, &bench) {
        Ok(()) => run_tests(lua, &bench),
        Err(error) => FileReport::unusable(shown, failure::of(&bench, &error)),
    };
    // Its functions are part of the state, which ends here.
    bench.collected.borrow_mut().clear();
    report.elapsed = start.elapsed();
    report
}

/// Runs the file itself.
fn declare(lua: &Lua, bench: &Bench) -> Result<(), Error> {
    budget::refill(lua);
    let chunk = lua.load(&bench.text).set_name(bench.chunk_name());
    let main = chunk
        .set_mode(mlua::chunk::ChunkMode::Text)
        .into_function()?;
    main.call::<()>(())
}

fn run_tests(lua: &Lua, bench: &Rc<Bench>) -> FileReport {
    bench.in_test.set(true);
    // A test cannot declare another one, so the list stays as it is.
    let collected = bench.collected.take();
    let mut report = FileReport {
        path: bench.shown.clone(),
        tests: Vec::new(),
        problem: None,
        n_filtered: 0,
        elapsed: Default::default(),
    };
    for test in &collected.tests {
        let name = collected.full_name(test);
        let is_asked_for = |filter: &String| name.contains(filter.as_str());
        if !bench.plan.filter.as_ref().is_none_or(is_asked_for) {
            report.n_filtered += 1;
            continue;
        }
        let start = Instant::now();
        let verdict = match &test.body {
            Some(body) => run_test(lua, bench, &collected, test.group, body),
            None => Verdict::Pending,
        };
        report.tests.push(TestReport {
            name,
            line: test.line,
            verdict,
            prints: bench.prints.take(),
            blessed: bench.blessed.take(),
            elapsed: start.elapsed(),
        });
    }
    report
}

/// One test with what stands before and after it.
fn run_test(
    lua: &Lua,
    bench: &Rc<Bench>,
    collected: &Collected,
    group: usize,
    body: &Function,
) -> Verdict {
    let groups = collected.path_of(group);
    let before = groups
        .iter()
        .flat_map(|&group| &collected.groups[group].before_each);
    let after = groups
        .iter()
        .rev()
        .flat_map(|&group| &collected.groups[group].after_each);
    budget::refill(lua);
    bench
        .deadline
        .set(Instant::now().checked_add(bench.plan.time_limit));
    let mut failed = call_all(before.chain([body])).err();
    budget::refill(lua);
    // What was opened is closed, also after a failure; the first failure counts.
    for function in after {
        let result = function.call::<()>(());
        failed = failed.or(result.err());
    }
    let failure = failed.map(|error| failure::of(bench, &error));
    let failure = judge(bench, failure);
    bench.scripts.borrow_mut().clear();
    match failure {
        Some(failure) => Verdict::Failed(Box::new(failure)),
        None => Verdict::Passed,
    }
}

fn call_all<'a>(mut functions: impl Iterator<Item = &'a Function>) -> Result<(), Error> {
    functions.try_for_each(|function| function.call::<()>(()))
}

/// A script error that nobody expects fails the test, too; a failure tells what the script did last.
fn judge(bench: &Bench, failure: Option<Failure>) -> Option<Failure> {
    let scripts = bench.scripts.borrow();
    let unexpected: Vec<String> = scripts
        .iter()
        .flat_map(|script| script.borrow().unexpected_errors())
        .collect();
    let mut failure = match (failure, unexpected.is_empty()) {
        (None, true) => return None,
        (Some(failure), _) => failure,
        (None, false) => Failure {
            message: "a script error that the test does not expect".to_owned(),
            ..Failure::default()
        },
    };
    failure.script_errors = unexpected;
    failure.trace = scripts
        .last()
        .map(|script| script.borrow().last_lines(N_TRACE))
        .unwrap_or_default();
    Some(failure)
}
