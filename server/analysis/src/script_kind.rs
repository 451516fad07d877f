//! MIDI module or UI script (THREAD-ANALYSIS 2.4, HALion semantics 10): told from what the script uses unless the user says.

use halion_api::api;
use rustc_hash::FxHashSet;

use crate::ir::{ExprKind, Name, Program, Stat};
use crate::script::{Script, ScriptKind};
use crate::value::Names;

/// The kind, and whether the evidence contradicts itself.
pub(crate) fn decide(script: &Script, program: &Program, names: &Names) -> (ScriptKind, bool) {
    if script.kind != ScriptKind::Auto {
        return (script.kind, false);
    }
    let uses_element = names.find("getElement").is_some_and(|element| {
        program
            .exprs
            .iter()
            .any(|expr| matches!(expr.kind, ExprKind::Global(name) if name == element))
    });
    let mut globals = FxHashSet::default();
    for fun in &program.funs {
        assigned_globals(program, &fun.body.0, &mut globals);
    }
    let assigned = |name: &str| names.find(name).is_some_and(|name| globals.contains(&name));
    let has_ui_callback = api()
        .ui_callbacks()
        .iter()
        .any(|callback| assigned(&callback.name));
    if !uses_element && !has_ui_callback {
        return (ScriptKind::Midi, false);
    }
    // Callbacks of the Processor never fire in a UI script, so their presence speaks for a MIDI module.
    let has_event_callback = api().callbacks().iter().any(|callback| {
        callback.thread == halion_api::Thread::Processor && assigned(&callback.name)
    });
    if has_event_callback {
        (ScriptKind::Midi, uses_element)
    } else {
        (ScriptKind::Ui, false)
    }
}

fn assigned_globals(program: &Program, stats: &[Stat], out: &mut FxHashSet<Name>) {
    for stat in stats {
        match stat {
            Stat::Assign(targets, _) => {
                out.extend(
                    targets
                        .iter()
                        .filter_map(|&target| match program.expr(target).kind {
                            ExprKind::Global(name) => Some(name),
                            _ => None,
                        }),
                )
            }
            Stat::Do(block) => assigned_globals(program, &block.0, out),
            Stat::If(arms, otherwise) => {
                for block in arms.iter().map(|(_, block)| block).chain(otherwise) {
                    assigned_globals(program, &block.0, out);
                }
            }
            _ => {}
        }
    }
}
