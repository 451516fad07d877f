//! `---@thread processor` above a function: what its author says about its thread (THREAD-ANALYSIS 2.6).
//!
//! It is checked where the function is called: a call from the other thread is reported there, and not followed. A marked function that
//! the analysis does not see running in that thread becomes an entry.

use std::collections::{BTreeMap, BTreeSet};

use halion_api::{Thread, Threads};
use halion_syntax::{TextRange, TextSize};

use super::Solved;
use crate::annotation::{Annotation, NOT_MARKED};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::explain::{call_step, chain_to, message, via_steps};
use crate::graph::{Grade, Reach, grade_of};
use crate::instance::{Edge, Phase, Root};
use crate::ir::{FunId, Program};
use crate::lines::Lines;
use crate::script::FileId;
use crate::solve::Solver;
use crate::value::InstId;

/// The marked functions.
pub(crate) struct Assertions {
    threads: BTreeMap<FunId, Thread>,
    /// Comments that mark nothing.
    remarks: Vec<Diagnostic>,
}

/// A call of a marked function from the other thread.
pub(crate) struct Violation {
    from: InstId,
    edge: Edge,
}

/// Finds the function below each comment.
pub(crate) fn read(program: &Program, lines: &Lines, annotations: &[Annotation]) -> Assertions {
    let functions = if annotations.is_empty() {
        Vec::new()
    } else {
        functions_in_order(program)
    };
    let mut assertions = Assertions {
        threads: BTreeMap::new(),
        remarks: Vec::new(),
    };
    for annotation in annotations.iter().filter(|one| one.tag == "thread") {
        let mut words = annotation.text.split_whitespace();
        let word = words.next().unwrap_or_default();
        let thread = thread_named(word);
        if !annotation.is_marked && thread.is_none() {
            continue;
        }
        let other = words.next().and_then(thread_named);
        let below = function_below(&functions, lines, annotation);
        let problem = match (thread, below) {
            _ if !annotation.is_marked => NOT_MARKED.to_owned(),
            (Some(thread), _) if other.is_some_and(|other| other != thread) => {
                "only one thread can be named here: what may run in both needs no comment"
                    .to_owned()
            }
            (Some(thread), Some(fun)) => {
                assertions.threads.insert(fun, thread);
                continue;
            }
            (Some(_), None) => "there is no function below this comment".to_owned(),
            (None, _) => format!("a thread is controller or processor, not \"{word}\""),
        };
        assertions.remarks.push(Diagnostic::new(
            Code::UnusedSuppression,
            Severity::Hint,
            annotation.file,
            if word.is_empty() {
                annotation.range
            } else {
                TextRange::at(annotation.start, TextSize::of(word))
            },
            problem,
        ));
    }
    assertions
}

fn thread_named(word: &str) -> Option<Thread> {
    let mut threads = [Thread::Controller, Thread::Processor].into_iter();
    threads.find(|thread| thread.id().eq_ignore_ascii_case(word))
}

/// Functions by their file and start, outer ones first.
fn functions_in_order(program: &Program) -> Vec<(FileId, TextSize, FunId)> {
    let mut functions: Vec<_> = program
        .funs
        .iter()
        .enumerate()
        .filter(|(_, fun)| !fun.is_chunk())
        .map(|(idx, fun)| {
            let id = FunId(u32::try_from(idx).expect("fewer than 2^32 functions"));
            (fun.file, fun.range.start(), id)
        })
        .collect();
    functions.sort_unstable();
    functions
}

/// The outermost function that starts in the line of the next code.
fn function_below(
    functions: &[(FileId, TextSize, FunId)],
    lines: &Lines,
    annotation: &Annotation,
) -> Option<FunId> {
    let next = annotation.next?;
    let from =
        functions.partition_point(|&(file, start, _)| (file, start) < (annotation.file, next));
    let &(file, start, fun) = functions.get(from)?;
    let fits = file == annotation.file && lines.line(file, start) == lines.line(file, next);
    fits.then_some(fun)
}

/// Makes entries of marked functions that are not seen in their thread.
pub(crate) fn enter(assertions: &Assertions, solver: &mut Solver) {
    if assertions.threads.is_empty() {
        return;
    }
    let roots = solver.roots.clone();
    let reach = Reach::new(solver, &roots);
    let live = |solver: &Solver, fun: FunId, thread: Option<Thread>| {
        (0..solver.insts.len()).find_map(|idx| {
            let inst = InstId(u32::try_from(idx).expect("instances are bounded"));
            let instance = &solver.insts[idx];
            let fits = thread.is_none_or(|thread| instance.phase.thread() == thread);
            (instance.fun == fun && fits && reach.get(inst).is_some()).then_some(inst)
        })
    };
    for (&fun, &thread) in &assertions.threads {
        // HALion decides where its callbacks run.
        let is_entry = roots
            .iter()
            .any(|root| solver.insts[root.inst.idx()].fun == fun);
        if is_entry || live(solver, fun, Some(thread)).is_some() || solver.out_of_budget() {
            continue;
        }
        let parent = solver.program.fun(fun).parent;
        let Some(env) = parent.and_then(|parent| live(solver, parent, None)) else {
            continue;
        };
        let inst = solver.probe(fun, env, Phase::later(thread));
        solver.roots.push(Root {
            inst,
            callback: None,
            registered: None,
            unsure: false,
        });
    }
}

/// Takes calls from the other thread out of the graph: they are reported where they stand, not inside the function.
pub(crate) fn cut(assertions: &Assertions, solver: &mut Solver) -> Vec<Violation> {
    let mut violations = Vec::new();
    if assertions.threads.is_empty() {
        return violations;
    }
    for idx in 0..solver.insts.len() {
        let edges = std::mem::take(&mut solver.insts[idx].edges);
        let mut kept = Vec::with_capacity(edges.len());
        for edge in edges {
            let to = &solver.insts[edge.to.idx()];
            let marked = assertions.threads.get(&to.fun);
            if marked.is_some_and(|&thread| thread != to.phase.thread()) {
                let from = InstId(u32::try_from(idx).expect("instances are bounded"));
                violations.push(Violation { from, edge });
            } else {
                kept.push(edge);
            }
        }
        solver.insts[idx].edges = kept;
    }
    violations
}

/// Findings at the calls, once per place, and at callbacks whose mark contradicts HALion.
pub(crate) fn check(
    assertions: &Assertions,
    violations: &[Violation],
    solver: &Solver,
    solved: &Solved,
) -> Vec<Diagnostic> {
    let mut diagnostics = assertions.remarks.clone();
    let mut found: BTreeMap<(FileId, TextSize), Diagnostic> = BTreeMap::new();
    for violation in violations {
        let Some(reached) = solved.reach.get(violation.from) else {
            continue;
        };
        let diagnostic = at_call(violation, reached.grade, solver, solved);
        let place = (diagnostic.file, diagnostic.range.start());
        let known = found.entry(place).or_insert_with(|| diagnostic.clone());
        if diagnostic.severity < known.severity {
            *known = diagnostic;
        }
    }
    diagnostics.extend(found.into_values());
    let mut seen = BTreeSet::new();
    for root in &solved.roots {
        let instance = &solver.insts[root.inst.idx()];
        let thread = instance.phase.thread();
        let marked = assertions.threads.get(&instance.fun);
        if marked.is_some_and(|&marked| marked != thread) && seen.insert(instance.fun) {
            let fun = solver.program.fun(instance.fun);
            diagnostics.push(Diagnostic::new(
                Code::WrongThread,
                Severity::Warning,
                fun.file,
                fun.name_range,
                format!(
                    "HALion runs {} in {}, whatever the comment above it says",
                    fun.shown_name(),
                    thread.name()
                ),
            ));
        }
    }
    diagnostics
}

fn at_call(violation: &Violation, reached: Grade, solver: &Solver, solved: &Solved) -> Diagnostic {
    let Violation { from, edge } = violation;
    let to = &solver.insts[edge.to.idx()];
    let name = solver.program.fun(to.fun).name.clone();
    let thread = to.phase.thread();
    let other = match thread {
        Thread::Controller => Thread::Processor,
        Thread::Processor => Thread::Controller,
    };
    let severity = match reached.max(grade_of(edge.how.unsure, edge.how.protected)) {
        Grade::Certain => Severity::Error,
        Grade::Unsure => Severity::Warning,
        Grade::Protected => Severity::Hint,
    };
    let mut chain = chain_to(solver, &solved.reach, &solved.roots, *from);
    chain.extend(via_steps(solver, &edge.how));
    let text = message(&name, Threads::from(other), thread, &chain);
    let step = call_step(solver, *from, edge);
    let hop = match other {
        Thread::Controller => format!("runAsync({name}, ...)"),
        Thread::Processor => format!("runSync({name})"),
    };
    Diagnostic {
        function: Some(name.clone()),
        thread: Some(thread),
        chain,
        supplied_at: step.supplied_at,
        help: vec![format!(
            "{name} is marked ---@thread {}: call it with {hop}",
            other.id()
        )],
        ..Diagnostic::new(Code::WrongThread, severity, step.file, step.range, text)
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_marked_function_is_checked_where_it_is_called() {
        check(
            r#"
            ---@thread processor
            local function play(note)
              playNote(note)
            end

            ---@thread controller
            function notify() messageBox("x") end

            function onLoad()
              play(60) -- error: [wrong-thread] "play" onLoad
              runSync(play)
              notify()
            end

            function onNote(event)
              play(60)
              notify() -- error: [wrong-thread] "notify" onNote
              runAsync(notify)
              pcall(notify) -- hint: [wrong-thread] "notify"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_marked_function_that_nobody_calls_is_an_entry() {
        check(
            r#"
            ---@thread processor
            function later()
              openURL("u") -- error: [wrong-thread] "openURL" later
            end
            local handlers = {
              ---@thread controller
              stop = function() playNote(60) end, -- error: [wrong-thread] "playNote" stop
            }
            "#,
            "",
        );
    }

    #[test]
    fn a_comment_that_marks_nothing_is_reported() {
        check(
            r#"
            ---@thread proccessor -- hint: [unused-suppression] "proccessor"
            function f() end
            ---@thread controller processor -- hint: [unused-suppression] "controller"
            function g() end
            -- @thread controller -- hint: [unused-suppression] "controller"
            function h() end
            -- @thread local data is not for this analysis
            ---@thread: controller -- a colon does no harm
            function i() playNote(60) end -- error: [wrong-thread] "playNote" i
            ---@thread controller
            function onNote(event) postEvent(event) end -- warning: [wrong-thread] "onNote"
            "#,
            "",
        );
    }
}
