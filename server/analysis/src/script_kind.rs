//! MIDI module or UI script (THREAD-ANALYSIS 2.4, HALion semantics 10): told from what the script uses unless the user says.

use halion_api::api;

use crate::ir::{ExprKind, Program, Stat};
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
    let assigned = |name: &str| {
        names.find(name).is_some_and(|name| {
            program
                .funs
                .iter()
                .any(|fun| assigns(program, &fun.body.0, name))
        })
    };
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

fn assigns(program: &Program, stats: &[Stat], name: crate::ir::Name) -> bool {
    stats.iter().any(|stat| match stat {
        Stat::Assign(targets, _) => targets.iter().any(|&target| matches!(program.expr(target).kind, ExprKind::Global(global) if global == name)),
        Stat::Do(block) => assigns(program, &block.0, name),
        Stat::If(arms, otherwise) => {
            arms.iter().any(|(_, block)| assigns(program, &block.0, name)) || otherwise.as_ref().is_some_and(|block| assigns(program, &block.0, name))
        }
        _ => false,
    })
}
