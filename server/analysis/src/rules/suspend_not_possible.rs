//! `suspend-not-possible`: a call that puts its caller on hold, where nothing can be put on hold.
//!
//! That is in global statements (HALion semantics 4.4), below a function of Lua or HALion that cannot be suspended, such as
//! `table.sort` and the filter of `findZones` (4.6), and in `calcModulation`, which runs every 32 samples (3.3).

use std::collections::BTreeMap;

use halion_api::{Function, api};
use halion_syntax::TextSize;

use super::below::{Start, below, is_certain};
use super::facts::Facts;
use super::wrong_thread;
use crate::diagnostic::{Code, Diagnostic, Severity, Step, Why};
use crate::explain::{chain_to, short_chain, via_steps};
use crate::graph::Grade;
use crate::instance::{BuiltinCall, How, Phase};
use crate::script::FileId;

type Found = BTreeMap<(FileId, TextSize), Diagnostic>;

/// All findings, one per call.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut found = Found::new();
    in_global_statements(facts, &mut found);
    below_a_boundary(facts, &mut found);
    in_callbacks_that_must_not_wait(facts, &mut found);
    found.into_values().collect()
}

fn in_global_statements(facts: &Facts, found: &mut Found) {
    let solver = facts.solver;
    for (inst, grade) in facts.reached() {
        if grade != Grade::Certain {
            continue;
        }
        for call in &solver.insts[inst.idx()].calls {
            if call.how.phase != Phase::LoadC || !is_certain(&call.how) {
                continue;
            }
            let Some(function) = suspending(facts, call) else {
                continue;
            };
            if function.not_in_global_statements {
                let mut chain = chain_to(solver, &facts.solved.reach, &facts.solved.roots, inst);
                chain.extend(via_steps(solver, &call.how));
                let message = format!(
                    "{} cannot wait while the script is loaded: {}",
                    function.name,
                    short_chain(&chain)
                );
                let help = "global statements must run through: call it in a callback, or in a function given to spawn";
                report(facts, call, function, message, help, chain, found);
            }
        }
    }
}

/// What control passes through here that cannot be suspended: `sort`, `gsub`, a filter.
fn boundary(how: &How) -> Option<&str> {
    let through = how.via.iter().find(|via| {
        let name = via.name.as_str();
        let filter = || {
            let methods = api().methods_named(name).iter().copied();
            methods.chain(api().function(name)).any(|function| {
                let params = &function.function_params;
                params.iter().any(|param| param.sync && !param.may_suspend)
            })
        };
        via.why == Why::Callback && (name == "sort" || name == "gsub" || filter())
    });
    through.map(|via| via.name.as_str())
}

fn below_a_boundary(facts: &Facts, found: &mut Found) {
    let solver = facts.solver;
    let mut starts = Vec::new();
    for (inst, grade) in facts.reached() {
        if grade != Grade::Certain {
            continue;
        }
        let instance = &solver.insts[inst.idx()];
        for (idx, edge) in instance.edges.iter().enumerate() {
            if is_certain(&edge.how) && !edge.how.deferred && boundary(&edge.how).is_some() {
                starts.push(Start::Edge(inst, idx));
            }
        }
    }
    let below = below(solver, &starts, |edge| !edge.how.deferred);
    for &inst in below.instances() {
        for call in &solver.insts[inst.idx()].calls {
            let Some(function) = suspending(facts, call).filter(|_| is_certain(&call.how)) else {
                continue;
            };
            let mut chain = below.chain(solver, facts.solved, inst);
            chain.extend(via_steps(solver, &call.how));
            let message = format!(
                "{} cannot wait here, because what it would interrupt cannot be interrupted: {}",
                function.name,
                short_chain(&chain)
            );
            let help = "collect what is to be done in a table, and wait behind this call";
            report(facts, call, function, message, help, chain, found);
        }
    }
}

fn in_callbacks_that_must_not_wait(facts: &Facts, found: &mut Found) {
    let solver = facts.solver;
    for root in &facts.solved.roots {
        let callback = root
            .callback
            .as_deref()
            .and_then(|name| api().callback(name));
        let Some(callback) = callback.filter(|callback| callback.may_suspend == Some(false)) else {
            continue;
        };
        let below = below(solver, &[Start::Instance(root.inst)], |edge| {
            !edge.how.deferred
        });
        for &inst in below.instances() {
            for call in &solver.insts[inst.idx()].calls {
                let Some(function) = suspending(facts, call).filter(|_| is_certain(&call.how))
                else {
                    continue;
                };
                let mut chain = below.chain(solver, facts.solved, inst);
                chain.extend(via_steps(solver, &call.how));
                let message = format!(
                    "{} must not wait in {}, which HALion calls every 32 samples: {}",
                    function.name,
                    callback.name,
                    short_chain(&chain)
                );
                let help = "wait in another callback, and let this one read a variable";
                report(facts, call, function, message, help, chain, found);
            }
        }
    }
}

/// The function of HALion, if it puts its caller on hold and works in this thread; its wrong thread is another finding.
fn suspending(facts: &Facts, call: &BuiltinCall) -> Option<&'static Function> {
    let function = facts.solver.builtins.get(call.builtin).api?;
    let fails = wrong_thread::severity(facts.solver, call, Grade::Certain).is_some();
    (function.suspends && !fails && !call.how.deferred).then_some(function)
}

fn report(
    facts: &Facts,
    call: &BuiltinCall,
    function: &Function,
    message: String,
    help: &str,
    chain: Vec<Step>,
    found: &mut Found,
) {
    let program = facts.solver.program;
    let file = program.expr(call.how.callee).file;
    let range = program.name_range(call.how.callee);
    found
        .entry((file, range.start()))
        .or_insert_with(|| Diagnostic {
            function: Some(function.name.clone()),
            thread: Some(call.how.phase.thread()),
            chain,
            help: vec![help.to_owned()],
            ..Diagnostic::new(
                Code::SuspendNotPossible,
                Severity::Warning,
                file,
                range,
                message,
            )
        });
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn global_statements_must_run_through() {
        check(
            r#"
            local function pause()
              wait(10) -- warning: [suspend-not-possible] "wait" <main> > pause
            end
            pause()
            waitBeat(1) -- warning: [suspend-not-possible] "waitBeat" <main>
            spawn(function() wait(10) end)
            function onLoad() wait(10) end
            pcall(wait, 10)
            "#,
            "",
        );
    }

    #[test]
    fn a_comparator_and_a_filter_cannot_wait() {
        check(
            r#"
            local function compare(a, b)
              wait(1) -- warning: [suspend-not-possible] "wait" onNote > sort > compare
              return a < b
            end
            function onNote(event)
              table.sort({ 2, 1 }, compare)
              string.gsub("a", "a", function(c)
                runAsync(print, c) -- warning: [suspend-not-possible] "runAsync" onNote > gsub > <anonymous>
              end)
              this.program:findZones(true, function(zone)
                spawn(function() wait(10) end)
                waitForRelease() -- warning: [suspend-not-possible] "waitForRelease"
              end)
              pcall(function() wait(10) end)
            end
            "#,
            "",
        );
    }

    #[test]
    fn calc_modulation_must_not_wait() {
        check(
            r#"
            local function step()
              wait(1) -- warning: [suspend-not-possible] "wait" calcModulation > step
            end
            function calcModulation()
              step()
              spawn(function() wait(1) end)
              return 0
            end
            function onNote(event) step() end
            "#,
            "",
        );
    }
}
