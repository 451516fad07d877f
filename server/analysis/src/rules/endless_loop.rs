//! `endless-loop`: a loop without an end that never waits, so HALion stops the script with a time-out (HALion semantics 4.18).
//!
//! Only `while true`, `repeat ... until false` and `for i = 1, math.huge` without a way out, where every call is known and neither waits nor raises an error.

use halion_api::{Availability, Thread, api};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Facts;
use super::wrong_thread;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::graph::Grade;
use crate::ir::{Block, ExprId, ExprKind, FunId, Program, Stat};
use crate::uses::{LoopUse, calls_in};
use crate::value::InstId;

/// Functions of the Lua library that may end a loop or run what cannot be seen.
const MAY_LEAVE: [&str; 11] = [
    "error",
    "assert",
    "pcall",
    "xpcall",
    "load",
    "loadstring",
    "loadfile",
    "dofile",
    "require",
    "module",
    "debug.sethook",
];

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut quiet = Quiet {
        facts,
        known: FxHashMap::default(),
        resolved: FxHashMap::default(),
    };
    for one in facts.uses.loops.iter().filter(|one| is_endless(facts, one)) {
        let runs = facts.runs(one.fun);
        let stuck = runs.iter().all(|&inst| quiet.block(inst, &one.body.body));
        if let (Some(&first), true) = (runs.first(), stuck) {
            diagnostics.push(diagnostic(facts, one, first));
        }
    }
    diagnostics
}

fn diagnostic(facts: &Facts, one: &LoopUse, inst: InstId) -> Diagnostic {
    let solver = facts.solver;
    let thread = solver.insts[inst.idx()].phase.thread();
    let limit_ms = match thread {
        Thread::Controller => 5000,
        Thread::Processor => 1000,
    };
    let condition = solver.program.expr(one.condition);
    Diagnostic {
        thread: Some(thread),
        help: vec!["call wait or waitBeat in the loop, or give it an end".to_owned()],
        ..Diagnostic::new(
            Code::EndlessLoop,
            Severity::Warning,
            condition.file,
            condition.range,
            format!(
                "this loop in {} never ends and never waits: HALion stops the script after {limit_ms} ms in the {}",
                solver.program.fun(one.fun).shown_name(),
                thread.name()
            ),
        )
    }
}

fn is_endless(facts: &Facts, one: &LoopUse) -> bool {
    let program = facts.solver.program;
    truth(facts, one.condition, one.fun) == Some(one.is_while)
        && !one.body.has_break
        && !leaves(program, &one.body.body)
}

/// Whether a constant condition holds.
fn truth(facts: &Facts, condition: ExprId, fun: FunId) -> Option<bool> {
    let (condition, fun) = facts.resolve(condition, fun);
    match facts.solver.program.expr(condition).kind {
        ExprKind::Bool(yes) => Some(yes),
        ExprKind::Num(_) | ExprKind::Str(_) => Some(true),
        ExprKind::Nil => Some(false),
        ExprKind::Not(inner) => truth(facts, inner, fun).map(|yes| !yes),
        ExprKind::Index { .. } => {
            let (base, key) = facts.index(condition)?;
            let library = facts.global(base)?;
            let is_huge = facts.text(library) == "math" && facts.text(key) == "huge";
            (is_huge && !facts.uses.is_assigned(library)).then_some(true)
        }
        _ => None,
    }
}

/// Whether a `return` or `goto` is inside; a `break` of an inner loop stays inside.
fn leaves(program: &Program, block: &Block) -> bool {
    let leaves = |block: &Block| leaves(program, block);
    block.0.iter().any(|stat| match stat {
        Stat::Return(_) | Stat::Goto(_) => true,
        Stat::Do(block) => leaves(block),
        Stat::While(_, body) | Stat::Repeat(body, _) | Stat::NumericFor(_, _, body) => {
            leaves(&body.body)
        }
        // An iterator that is not made by a call here may do anything.
        Stat::GenericFor(_, exprs, _, body) => {
            let made_here = exprs
                .first()
                .is_some_and(|&expr| matches!(program.expr(expr).kind, ExprKind::Call { .. }));
            !made_here || leaves(&body.body)
        }
        Stat::If(arms, otherwise) => {
            arms.iter().any(|(_, block)| leaves(block)) || otherwise.as_ref().is_some_and(leaves)
        }
        _ => false,
    })
}

/// Which code neither waits nor ends a loop around it.
struct Quiet<'a> {
    facts: &'a Facts<'a>,
    known: FxHashMap<InstId, bool>,
    /// Calls of each instance whose callee is known.
    resolved: FxHashMap<InstId, FxHashSet<ExprId>>,
}

impl Quiet<'_> {
    fn function(&mut self, inst: InstId) -> bool {
        if let Some(&known) = self.known.get(&inst) {
            return known;
        }
        // A function that calls itself overflows the stack in the end.
        self.known.insert(inst, false);
        let fun: FunId = self.facts.solver.insts[inst.idx()].fun;
        let quiet = self.block(inst, &self.facts.solver.program.fun(fun).body);
        self.known.insert(inst, quiet);
        quiet
    }

    fn block(&mut self, inst: InstId, block: &Block) -> bool {
        let solver = self.facts.solver;
        if !calls_in(solver.program, block)
            .iter()
            .all(|&call| self.call_is_known(inst, call))
        {
            return false;
        }
        // What is called implicitly stands among the edges too.
        let Some(range) = range_of(self.facts, block) else {
            return true;
        };
        let instance = &solver.insts[inst.idx()];
        let inside = |site: ExprId| range.contains_range(solver.program.expr(site).range);
        let mut builtins = instance.calls.iter().filter(|call| inside(call.how.site));
        let waits = builtins.any(|call| {
            let builtin = solver.builtins.get(call.builtin);
            let fails = wrong_thread::severity(solver, call, Grade::Certain).is_some();
            let may_wait = match builtin.api {
                Some(function) => function.suspends && !call.how.deferred,
                None => builtin.field.is_none(),
            };
            fails || may_wait
        });
        let edges: Vec<InstId> = instance
            .edges
            .iter()
            .filter(|edge| inside(edge.how.site) && !edge.how.deferred)
            .map(|edge| edge.to)
            .collect();
        !waits && edges.into_iter().all(|to| self.function(to))
    }

    /// Whether the analysis knows what a call leads to.
    fn call_is_known(&mut self, inst: InstId, call: ExprId) -> bool {
        let solver = self.facts.solver;
        let resolved = self.resolved.entry(inst).or_insert_with(|| {
            let instance = &solver.insts[inst.idx()];
            let edges = instance.edges.iter().map(|edge| &edge.how);
            let builtins = instance.calls.iter().map(|call| &call.how);
            let certain = edges.chain(builtins).filter(|how| !how.unsure);
            certain.map(|how| how.site).collect()
        });
        resolved.contains(&call) || self.is_harmless(call)
    }

    /// A function of the Lua library under its own name that does nothing but its work.
    fn is_harmless(&self, call: ExprId) -> bool {
        let facts = self.facts;
        let ExprKind::Call { callee, .. } = facts.solver.program.expr(call).kind else {
            return false;
        };
        let name = match (facts.global(callee), facts.index(callee)) {
            (Some(name), _) if !facts.uses.is_assigned(name) => facts.text(name).to_owned(),
            (_, Some((base, key))) => match facts.global(base) {
                Some(library) if !facts.uses.is_assigned(library) => {
                    format!("{}.{}", facts.text(library), facts.text(key))
                }
                _ => return false,
            },
            _ => return false,
        };
        let entry = api().lua().entry(&name);
        !facts.uses.hidden_globals
            && !MAY_LEAVE.contains(&name.as_str())
            && entry.is_some_and(|entry| entry.availability == Availability::Available)
    }
}

/// From the first statement's first expression to the last one's.
fn range_of(facts: &Facts, block: &Block) -> Option<halion_syntax::TextRange> {
    let mut exprs = Vec::new();
    collect(block, &mut exprs);
    let ranges = exprs
        .iter()
        .map(|&expr| facts.solver.program.expr(expr).range);
    ranges.reduce(halion_syntax::TextRange::cover)
}

fn collect(block: &Block, out: &mut Vec<ExprId>) {
    for stat in &block.0 {
        match stat {
            Stat::Local(_, exprs) | Stat::Return(exprs) => out.extend(exprs),
            Stat::LocalFunction(_, expr) | Stat::Call(expr) => out.push(*expr),
            Stat::Assign(targets, exprs) => out.extend(targets.iter().chain(exprs)),
            Stat::Do(block) => collect(block, out),
            Stat::While(condition, body) | Stat::Repeat(body, condition) => {
                out.push(*condition);
                collect(&body.body, out);
            }
            Stat::If(arms, otherwise) => {
                for (condition, block) in arms {
                    out.push(*condition);
                    collect(block, out);
                }
                if let Some(block) = otherwise {
                    collect(block, out);
                }
            }
            Stat::NumericFor(_, exprs, body) => {
                out.extend(exprs);
                collect(&body.body, out);
            }
            Stat::GenericFor(_, exprs, site, body) => {
                out.extend(exprs);
                out.push(*site);
                collect(&body.body, out);
            }
            Stat::Break | Stat::Goto(_) | Stat::Label(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_loop_that_never_ends_and_never_waits() {
        check(
            r#"
            local n = 0
            local function count() n = n + 1 end
            function onNote(event)
              while true do -- warning: [endless-loop] "true"
                count()
                print(n, math.random())
                for i = 1, 3 do if i == 2 then break end end
              end
            end
            function onRelease(event)
              repeat playNote(60) until false -- warning: [endless-loop] "false"
            end
            local run = true
            function onController(event)
              while run do count() end -- warning: [endless-loop] "run"
            end
            function onPitchBend(event)
              for i = 1, math.huge do count() end -- warning: [endless-loop] "math.huge"
            end
            function onLoad()
              repeat until not true -- warning: [endless-loop] "not true"
            end
            function onSave()
              while 1 do end -- warning: [endless-loop] "1"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_loop_that_waits_ends_or_calls_the_unknown_is_fine() {
        check(
            r#"
            local function pause() wait(10) end
            local slow = setmetatable({}, { __index = function() wait(1) end })
            local steps = {}
            local function check(x) if not x then error("end") end end
            local function find(t) while true do if t[1] then return t end end end
            function onNote(event)
              spawn(function() while true do wait(1) end end)
              spawn(function() while true do pause() end end)
              spawn(function() while true do print(slow.x) end end)
              spawn(function() while true do steps[event.note]() end end)
              spawn(function() while true do event.note() end end)
              spawn(function() while true do check(n) end end)
              spawn(function() while true do runAsync(print) end end)
              spawn(function() while true do pcall(wait, 1) end end)
              spawn(function() while true do if event.note > 3 then break end end end)
              spawn(function() while true do assert(event) end end)
              spawn(function() while event.note > 1 do end end)
              spawn(function() repeat local x = 1 goto out until nil ::out:: end)
              find({})
              for i = 1, math.huge do if event.note < i then break end end
              for i = 1, math.pi do n = i end
              local more = true
              while more do more = event.note > 3 end
            end
            "#,
            "",
        );
    }
}
