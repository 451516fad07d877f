//! From a path to words: the chain of steps, its short form, the message and the help (THREAD-ANALYSIS 2.7).

use halion_api::{Thread, Threads};
use halion_syntax::TextRange;

use crate::diagnostic::{Step, Why};
use crate::graph::Reach;
use crate::instance::{BuiltinCall, Edge, How, Phase, Root};
use crate::ir::{ExprId, ExprKind};
use crate::script::FileId;
use crate::solve::Solver;
use crate::value::{InstId, ValueId};

/// What the user calls an entry.
pub(crate) fn entry_name(solver: &Solver, root: &Root) -> String {
    root.callback
        .clone()
        .unwrap_or_else(|| fun_name(solver, root.inst))
}

fn fun_name(solver: &Solver, inst: InstId) -> String {
    solver
        .program
        .fun(solver.insts[inst.idx()].fun)
        .name
        .clone()
}

/// The steps from the entry to the instance.
pub(crate) fn chain_to(solver: &Solver, reach: &Reach, roots: &[Root], inst: InstId) -> Vec<Step> {
    let mut steps = Vec::new();
    let Some(reached) = reach.get(inst) else {
        return steps;
    };
    let root = &roots[reached.root];
    let first = &solver.insts[root.inst.idx()];
    let fun = solver.program.fun(first.fun);
    steps.push(Step {
        name: entry_name(solver, root),
        file: fun.file,
        range: fun.name_range,
        thread: first.phase.thread(),
        why: Why::Entry,
        supplied_at: root.registered.map(|at| place(solver, at)),
    });
    for (from, edge) in reach.path(solver, inst) {
        steps.extend(via_steps(solver, &edge.how));
        steps.push(call_step(solver, from, edge));
    }
    steps
}

/// A step for each thing that control passes through.
pub(crate) fn via_steps(solver: &Solver, how: &How) -> Vec<Step> {
    how.via
        .iter()
        .map(|via| Step {
            name: via.name.clone(),
            file: solver.program.expr(via.site).file,
            range: solver.program.name_range(via.site),
            thread: via.thread,
            why: if via.why == Why::Entry {
                Why::Entry
            } else if via.name.starts_with("__") {
                Why::Callback
            } else {
                Why::Call
            },
            supplied_at: None,
        })
        .collect()
}

/// The step into what an edge calls.
pub(crate) fn call_step(solver: &Solver, from: InstId, edge: &Edge) -> Step {
    let to = &solver.insts[edge.to.idx()];
    let supplied = if edge.how.via.is_empty() {
        supplied(solver, from, edge.how.callee, edge.value)
    } else {
        None
    };
    let why = match (edge.how.via.last(), supplied) {
        (Some(via), _) => via.why,
        (None, Some((why, _))) => why,
        (None, None) => Why::Call,
    };
    Step {
        name: fun_name(solver, edge.to),
        file: solver.program.expr(edge.how.callee).file,
        range: solver.program.name_range(edge.how.callee),
        thread: to.phase.thread(),
        why,
        supplied_at: supplied.map(|(_, at)| place(solver, at)),
    }
}

fn place(solver: &Solver, at: ExprId) -> (FileId, TextRange) {
    (solver.program.expr(at).file, solver.program.name_range(at))
}

/// Where a called function came from, if not by its own name: passed as an argument or stored.
pub(crate) fn supplied(
    solver: &Solver,
    inst: InstId,
    callee: ExprId,
    value: ValueId,
) -> Option<(Why, ExprId)> {
    let mut at = (inst, callee);
    let mut found = None;
    // An argument may have been passed on from further out.
    for _ in 0..16 {
        let program = solver.program;
        let (level, var) = match program.expr(at.1).kind {
            ExprKind::Local(var) => (0, var),
            ExprKind::Upvalue(levels, var) => (levels, var),
            ExprKind::Paren(inner) => {
                at.1 = inner;
                continue;
            }
            _ => break,
        };
        let mut owner = at.0;
        for _ in 0..level {
            owner = solver.insts.get(owner.idx())?.env;
        }
        let fun = program.fun(solver.insts.get(owner.idx())?.fun);
        if var.idx() >= fun.n_params {
            break;
        }
        let Some(&(caller, argument)) = solver.passed_at.get(&(owner, var.0, value)) else {
            break;
        };
        found = Some((Why::Argument, argument));
        at = (caller, argument);
    }
    if found.is_some() {
        return found;
    }
    let is_field = match &solver.program.expr(callee).kind {
        ExprKind::Global(_) | ExprKind::Local(_) | ExprKind::Upvalue(..) => false,
        ExprKind::Index { .. } | ExprKind::Method { .. } => true,
        _ => return None,
    };
    let stored = solver.stored_at.get(&value).copied()?;
    let is_own_name = match solver.program.expr(stored).kind {
        ExprKind::Fun(fun) if is_field => {
            let fun = solver.program.fun(fun);
            fun.is_declared && text(solver, fun.file, fun.name_range) == name_text(solver, callee)
        }
        ExprKind::Fun(_) => true,
        _ => false,
    };
    if is_own_name {
        None
    } else {
        Some((Why::Store, stored))
    }
}

/// The last name of what is called.
fn name_text<'a>(solver: &'a Solver, callee: ExprId) -> &'a str {
    let (file, range) = place(solver, callee);
    text(solver, file, range)
}

fn text<'a>(solver: &'a Solver, file: FileId, range: TextRange) -> &'a str {
    let text = &solver.script.files[file.idx()].text;
    text.get(usize::from(range.start())..usize::from(range.end()))
        .unwrap_or_default()
}

/// Names at either end of a chain that are shown in a message; the steps have them all.
const AT_EITHER_END: usize = 4;

/// `onNote > playAll > notify`.
pub(crate) fn short_chain(steps: &[Step]) -> String {
    let mut names: Vec<&str> = steps.iter().map(Step::shown_name).collect();
    if names.len() > 2 * AT_EITHER_END + 1 {
        names.splice(AT_EITHER_END..names.len() - AT_EITHER_END, ["..."]);
    }
    names.join(" > ")
}

/// `openURL only works in Controller, but this runs in Processor: onNote > playAll > notify`.
pub(crate) fn message(function: &str, threads: Threads, thread: Thread, steps: &[Step]) -> String {
    let chain = short_chain(steps);
    match threads.single() {
        Some(only) => format!(
            "{function} only works in {}, but this runs in {}: {chain}",
            only.name(),
            thread.name()
        ),
        None => format!("{function} does not work in {}: {chain}", thread.name()),
    }
}

/// What to do about it, in HALion's words.
pub(crate) fn help(solver: &Solver, call: &BuiltinCall, steps: &[Step]) -> Vec<String> {
    let builtin = solver.builtins.get(call.builtin);
    let name = &builtin.short;
    let Some(function) = builtin.api else {
        return vec![assignment_help(name, call.how.phase, steps)];
    };
    if function.ui_only {
        return vec![
            "reach the program by `this`, the script module, and `this.program`".to_owned(),
        ];
    }
    let mut help = Vec::new();
    let entry = steps
        .first()
        .map(|step| step.name.as_str())
        .unwrap_or_default();
    match call.how.phase {
        Phase::RunP if name == "runSync" => {
            help.push(
                "this code already runs in the Processor: call the function directly".to_owned(),
            );
        }
        Phase::RunC | Phase::LoadC if name == "runAsync" => {
            help.push(
                "this code already runs in the Controller: call the function directly".to_owned(),
            );
        }
        Phase::RunP => {
            if entry == "calcModulation" {
                help.push(format!("calcModulation must not wait: call {name} in a Controller callback and keep its result in a variable"));
            } else if is_below_c_call(steps) {
                help.push(format!(
                    "collect what is needed here, and call {name} behind this call with runAsync"
                ));
            } else {
                help.push(format!("wrap the call in runAsync, as in {}; the callback is on hold until the Controller has done it", run_async_form(solver, call)));
                if !function.returns.is_empty() {
                    help.push(
                        "runAsync gives no result back: let the function store it in a variable"
                            .to_owned(),
                    );
                }
            }
        }
        Phase::LoadC => {
            help.push(format!("global statements run in the Controller: move the call of {name} to onInit, the first callback in the Processor"));
        }
        Phase::RunC => {
            help.push(format!("wrap the call in runSync, as in runSync(function() {name}(...) end); it runs in the next audio block"));
            if steps.first().is_some_and(|step| step.supplied_at.is_some()) {
                help.push(
                    "or define the parameter with named arguments and processorCallback = true"
                        .to_owned(),
                );
            }
        }
    }
    help
}

/// The same for an assignment to a field.
fn assignment_help(name: &str, phase: Phase, steps: &[Step]) -> String {
    let is_on_processor = phase.thread() == Thread::Processor;
    let in_calc_modulation = steps
        .first()
        .is_some_and(|step| step.name == "calcModulation");
    if is_on_processor && in_calc_modulation {
        format!("calcModulation must not wait: assign {name} in a Controller callback")
    } else if is_on_processor && is_below_c_call(steps) {
        format!(
            "collect the objects here, and assign {name} behind this call in a function given to runAsync"
        )
    } else if is_on_processor {
        format!(
            "assign it in the Controller, as in runAsync(function() object.{name} = ... end); the callback is on hold until it is done"
        )
    } else {
        format!(
            "assign it in the Processor, as in runSync(function() object.{name} = ... end); it runs in the next audio block"
        )
    }
}

fn is_below_c_call(steps: &[Step]) -> bool {
    steps
        .iter()
        .any(|step| step.name == "sort" || step.name == "gsub" || step.name.starts_with("find"))
}

fn run_async_form(solver: &Solver, call: &BuiltinCall) -> String {
    let function = solver.builtins.get(call.builtin);
    let name = &function.short;
    match &solver.program.expr(call.how.callee).kind {
        ExprKind::Method { .. } => format!("runAsync(object.{name}, object, ...)"),
        _ => format!("runAsync({name}, ...)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chain_shows_its_ends() {
        let step = |name: String| Step {
            name,
            file: FileId(0),
            range: TextRange::default(),
            thread: Thread::Processor,
            why: crate::diagnostic::Why::Call,
            supplied_at: None,
        };
        let chain =
            |n: u32| short_chain(&(0..n).map(|n| step(format!("f{n}"))).collect::<Vec<_>>());
        assert_eq!(chain(3), "f0 > f1 > f2");
        assert_eq!(chain(9), "f0 > f1 > f2 > f3 > f4 > f5 > f6 > f7 > f8");
        assert_eq!(
            chain(100),
            "f0 > f1 > f2 > f3 > ... > f96 > f97 > f98 > f99"
        );
    }
}
