//! `endless-loop`: a loop without an end that never waits, so HALion stops the script with a time-out (HALion semantics 4.18).
//!
//! Only loops whose condition is constant, `for` loops up to infinity and `goto` back under no condition, without a way out, where every
//! call is known and neither waits nor raises an error. So are loops until something changes that cannot change before they wait, such as
//! whether a key is held; about the time, that is only assumed (HALion semantics 8.5).

use halion_api::{Thread, api};
use halion_syntax::TextRange;

use super::facts::Facts;
use super::loop_condition::{is_frozen, truth};
use super::quiet::{Quiet, blocks};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::instance::Phase;
use crate::ir::{ExprId, ExprKind, FunId, Name, Program, Stat};
use crate::script::FileId;
use crate::uses::{LoopKind, LoopUse};
use crate::value::InstId;

/// Why a loop has no end.
enum Endless {
    /// Its condition is constant.
    Constant,
    /// Its condition asks this function, whose answer cannot change meanwhile.
    Frozen(&'static str, Severity),
}

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut quiet = Quiet::new(facts);
    for one in &facts.uses.loops {
        let Some(why) = endless(facts, one) else {
            continue;
        };
        let runs = facts.runs(one.fun);
        let conditions = match one.kind {
            LoopKind::While(condition) | LoopKind::Until(condition) => vec![condition],
            LoopKind::For(_) | LoopKind::Goto(..) => Vec::new(),
        };
        let stuck = runs
            .iter()
            .all(|&inst| quiet.statements(inst, one.body, &conditions));
        let fits = match why {
            Endless::Constant => true,
            Endless::Frozen(function, _) => runs.iter().all(|&inst| works(facts, function, inst)),
        };
        if let (Some(&first), true, true) = (runs.first(), stuck, fits) {
            diagnostics.push(diagnostic(facts, one, &why, first));
        }
    }
    diagnostics
}

fn diagnostic(facts: &Facts, one: &LoopUse, why: &Endless, inst: InstId) -> Diagnostic {
    let solver = facts.solver;
    let thread = solver.insts[inst.idx()].phase.thread();
    let limit_ms = match thread {
        Thread::Controller => 5000,
        Thread::Processor => 1000,
    };
    let (file, range) = place(facts, one);
    let name = solver.program.fun(one.fun).shown_name();
    let stops = format!(
        "HALion stops the script after {limit_ms} ms in the {}",
        thread.name()
    );
    let (severity, message, help) = match why {
        Endless::Constant => (
            Severity::Warning,
            format!("this loop in {name} never ends and never waits: {stops}"),
            "call wait or waitBeat in the loop, or give it an end".to_owned(),
        ),
        Endless::Frozen(function, severity) => (
            *severity,
            format!(
                "this loop in {name} never waits, and {function} gives the same until it does: {stops}"
            ),
            "call wait or waitBeat in the loop".to_owned(),
        ),
    };
    Diagnostic {
        thread: Some(thread),
        help: vec![help],
        ..Diagnostic::new(Code::EndlessLoop, severity, file, range, message)
    }
}

/// Whether a function of the Processor gives an answer in an instance.
fn works(facts: &Facts, function: &str, inst: InstId) -> bool {
    let only_in = api()
        .function(function)
        .map_or(&[][..], |function| &function.only_in);
    let mut entries = facts.solved.entries[inst.idx()].iter();
    let is_there = entries.all(|&root| {
        let callback = facts.solved.roots[root].callback.as_ref();
        only_in.is_empty() || callback.is_some_and(|callback| only_in.contains(callback))
    });
    is_there && facts.solver.insts[inst.idx()].phase == Phase::RunP
}

/// What is marked: the condition, the limit, or the `goto`.
fn place(facts: &Facts, one: &LoopUse) -> (FileId, TextRange) {
    let expr = match one.kind {
        LoopKind::While(condition) | LoopKind::Until(condition) => condition,
        LoopKind::For(bounds) => bounds[1],
        LoopKind::Goto(file, range) => return (file, range),
    };
    let expr = facts.solver.program.expr(expr);
    (expr.file, expr.range)
}

fn endless(facts: &Facts, one: &LoopUse) -> Option<Endless> {
    let program = facts.solver.program;
    let truth = |condition| truth(facts, condition, one.fun);
    let is_constant = match one.kind {
        LoopKind::While(condition) => truth(condition) == Some(true),
        LoopKind::Until(condition) => truth(condition) == Some(false),
        LoopKind::For(bounds) => is_infinite(facts, bounds, one.fun),
        LoopKind::Goto(..) => true,
    };
    let why = match one.kind {
        _ if is_constant => Endless::Constant,
        LoopKind::While(condition) | LoopKind::Until(condition) => {
            let mut asked = None;
            let is_frozen = is_frozen(facts, condition, one, &mut asked);
            let (function, severity) = asked.filter(|_| is_frozen)?;
            Endless::Frozen(function, severity)
        }
        _ => return None,
    };
    let mut labels = Vec::new();
    labels_in(one.body, &mut labels);
    let all = match labels.is_empty() {
        true => Vec::new(),
        false => {
            let mut all = Vec::new();
            labels_in(&program.fun(one.fun).body.0, &mut all);
            all
        }
    };
    let way_out = WayOut {
        program,
        // A label of a name that is there once is the one that is meant.
        inside: labels
            .into_iter()
            .filter(|label| all.iter().filter(|other| *other == label).count() == 1)
            .collect(),
    };
    (!way_out.leaves(one.body, false)).then_some(why)
}

/// `for i = 1, math.huge do`.
fn is_infinite(facts: &Facts, bounds: &[ExprId], fun: FunId) -> bool {
    let [_, limit, ref step @ ..] = *bounds else {
        return false;
    };
    // No need to look at a number which is written there.
    if matches!(facts.solver.program.expr(limit).kind, ExprKind::Num(_)) {
        return false;
    }
    let limit = facts.number(limit, fun).filter(|limit| limit.is_infinite());
    let step = match step {
        [] => Some(1.0),
        [step, ..] => limit.and_then(|_| facts.number(*step, fun)),
    };
    limit
        .zip(step)
        .is_some_and(|(limit, step)| limit * step > 0.0)
}

fn labels_in(body: &[Stat], labels: &mut Vec<Name>) {
    for stat in body {
        if let Stat::Label(label) = stat {
            labels.push(*label);
        }
        for block in blocks(stat) {
            labels_in(&block.0, labels);
        }
    }
}

/// How statements can be left.
struct WayOut<'a> {
    program: &'a Program,
    /// Labels that a `goto` can lead to and stay.
    inside: Vec<Name>,
}

impl WayOut<'_> {
    /// Whether a `return`, `goto` or `break` leads out; a `break` of an inner loop stays inside.
    fn leaves(&self, body: &[Stat], in_loop: bool) -> bool {
        body.iter().any(|stat| match stat {
            Stat::Return(_) => true,
            Stat::Break => !in_loop,
            Stat::Goto(label, _) => !self.inside.contains(label),
            // An iterator that is not made by a call here may do anything.
            Stat::GenericFor(_, exprs, _, inner) => {
                let made_here = exprs.first().is_some_and(|&expr| {
                    matches!(self.program.expr(expr).kind, ExprKind::Call { .. })
                });
                !made_here || self.leaves(&inner.body.0, true)
            }
            stat => {
                let in_loop = in_loop || !matches!(stat, Stat::Do(_) | Stat::If(..));
                blocks(stat)
                    .into_iter()
                    .any(|block| self.leaves(&block.0, in_loop))
            }
        })
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

    #[test]
    fn spellings_of_a_loop_without_end() {
        check(
            r#"
            local i = 1
            function onNote(event)
              while 1 == 1 do print(1) end -- warning: [endless-loop] "1 == 1"
            end
            function onRelease(event)
              ::top::
              playNote(60)
              goto top -- warning: [endless-loop] "goto top"
            end
            function onController(event)
              while true and 2 > 1 do -- warning: [endless-loop] "true and 2 > 1"
                if event.value > 3 then goto continue end
                print(event.value)
                ::continue::
              end
            end
            function onPitchBend(event)
              for k = 1, 1 / 0, 2 do print(k) end -- warning: [endless-loop] "1 / 0"
            end
            function onAfterTouch(event)
              while i <= 10 do print(i) end -- warning: [endless-loop] "i <= 10"
            end
            function onData(event)
              do ::again:: if event.type then print(1) end goto again end -- warning: [endless-loop] "goto again"
            end
            "#,
            "",
        );
        check(
            r#"
            function onNote(event)
              ::top::
              if event.note < 3 then goto top end
              ::wait::
              wait(1)
              goto wait
            end
            function onRelease(event)
              while true do
                ::top::
                if event.note > 3 then break end
                goto top
              end
              for i = 1, -math.huge do end
              for i = 1, math.huge, -1 do end
              while 1 ~= 1 or "a" == "b" do end
            end
            "#,
            "an end",
        );
    }

    #[test]
    fn what_stays_the_same_until_the_script_waits() {
        check(
            r#"
            function onNote(event)
              while isNoteHeld() do playNote(event.note + 12, 100) end -- warning: [endless-loop] "isNoteHeld()"
            end
            function onRelease(event)
              repeat until not isKeyDown(event.note) -- warning: [endless-loop] "not isKeyDown(event.note)"
            end
            function onController(event)
              local start = getTime()
              while getTime() < start + 100 do end -- information: [endless-loop] "getTime() < start + 100"
            end
            "#,
            "",
        );
        check(
            r#"
            local stop = false
            function onNote(event)
              while isNoteHeld() do wait(10) end
              local n = 0
              while isNoteHeld() and n < 10 do n = n + 1 end
              while isKeyDown(event.note) do event.note = event.note + 1 end
              while isKeyDown(60) and not stop do end
              stop = true
            end
            "#,
            "something changes",
        );
    }

    #[test]
    fn a_loop_that_ends_by_an_error_is_none_without_an_end() {
        check(
            r#"
            local list = { next = { next = {} } }
            local notes, at = { 60, 64 }, 1
            local function step(node) return node.next.next end
            function onNote(event)
              local node = list
              while true do node = node.next end
            end
            function onRelease(event)
              local i = 1
              while true do playNote(notes[i] + 12) i = i + 1 end
            end
            function onController(event)
              while true do playNote(notes[at], 100) at = at + 1 end
            end
            function onPitchBend(event)
              local node = list
              while true do node = step(node) end
            end
            "#,
            "",
        );
        check(
            r#"
            local notes, at = { 60, 64 }, 1
            local state = { count = 0 }
            function onNote(event)
              while true do -- warning: [endless-loop] "true"
                local note = notes[math.random(#notes)]
                playNote(note + 12)
                state.count = state.count + 1
              end
            end
            function onRelease(event)
              while true do -- warning: [endless-loop] "true"
                playNote(notes[at], event.velocity)
                at = at % #notes + 1
              end
            end
            "#,
            "",
        );
    }
}
