//! Slips beside the threads: a misspelt name, a forgotten `local`, a change callback that does not exist yet, an id for `runSync`.
//!
//! None of these is safe: what the author meant is a guess.

use halion_analysis::Code;
use halion_syntax::ast::{AssignStat, AstNode, CallExpr, Expr};
use halion_syntax::{SyntaxKind, SyntaxToken};

use super::run_sync::instead_of_id;
use super::site::{Site, all_names, bytes};
use super::{Draft, FixKind};
use crate::names::{Meaning, global_name, meaning};

/// Offered for the rule of the finding.
pub(super) fn draft(site: &Site) -> Option<Draft> {
    match site.finding.code {
        Code::UnknownFunction | Code::UnknownField => rename(site),
        Code::AccidentalGlobal => local(site),
        Code::NilCallback => later(site),
        Code::RunSyncArgument => argument(site),
        _ => None,
    }
}

fn slip(title: String, edits: Vec<(std::ops::Range<usize>, String)>) -> Draft {
    Draft {
        title,
        kind: FixKind::Slip,
        edits,
        safe: false,
        note: String::new(),
    }
}

/// The name that was probably meant.
fn rename(site: &Site) -> Option<Draft> {
    let meant = site.finding.meant.as_ref()?;
    let is_name = site.name.kind() == SyntaxKind::Name;
    let range = bytes(site.finding.range);
    (is_name && bytes(site.name.text_range()) == range)
        .then(|| slip(format!("Write {meant}"), vec![(range, meant.clone())]))
}

/// `local` in front of the assignment, if all uses of the variable are behind it in the same block.
fn local(site: &Site) -> Option<Draft> {
    let name = &site.name;
    let assignment = name.parent_ancestors().find_map(AssignStat::cast)?;
    let statement = assignment.syntax();
    let only_target = statement.first_token()? == *name
        && assignment.targets().count() == 1
        && assignment.values().count() == 1;
    let block = statement.parent()?;
    let root = block.ancestors().last()?;
    let (start, scope) = (statement.text_range().start(), block.text_range());
    let is_same = |other: &SyntaxToken| {
        other.text() == name.text() && meaning(other) == Some(Meaning::Global)
    };
    let in_scope = all_names(&root).filter(is_same).all(|other| {
        let at = other.text_range();
        scope.contains_range(at) && at.start() >= start
    });
    let start = bytes(name.text_range()).start;
    (only_target && in_scope).then(|| {
        slip(
            format!("Make {} a local variable", name.text()),
            vec![(start..start, "local ".to_owned())],
        )
    })
}

/// A function that looks the name up when the parameter changes.
fn later(site: &Site) -> Option<Draft> {
    let (file, range) = site.finding.supplied_at?;
    let root = site.name.parent_ancestors().last()?;
    let defined = root.token_at_offset(range.start()).right_biased()?;
    let is_global =
        file == site.finding.file && meaning(&defined).is_some_and(|one| one == Meaning::Global);
    let name = site.name.text();
    is_global.then(|| {
        slip(
            format!("Look {name} up when the parameter changes"),
            vec![(
                bytes(site.name.text_range()),
                format!("function() {name}() end"),
            )],
        )
    })
}

/// `runSync(f, value)` becomes `runSync(function() f(value) end)`.
fn argument(site: &Site) -> Option<Draft> {
    let mut calls = site.name.parent_ancestors().filter_map(CallExpr::cast);
    let call = calls.find(|call| {
        let callee = call.callee();
        callee.is_some_and(|callee| global_name(callee.syntax()).as_deref() == Some("runSync"))
    })?;
    let args: Vec<Expr> = call.args().collect();
    let [function @ Expr::Name(_), value] = &args[..] else {
        return None;
    };
    let is_statement = call.syntax().parent()?.kind() == SyntaxKind::CallStat;
    let edits = instead_of_id(site, call.syntax(), function, value)?;
    is_statement.then(|| Draft {
        note: "it runs in the next audio block, after what follows here".to_owned(),
        ..slip("Hand the value over in a function".to_owned(), edits)
    })
}

#[cfg(test)]
mod tests {
    use super::super::FixKind;
    use super::super::tests::{check_kind, check_lacks};

    fn check(text: &str, expected: &str) {
        check_kind(text, FixKind::Slip, expected);
    }

    fn check_none(text: &str) {
        check_lacks(text, FixKind::Slip);
    }

    #[test]
    fn a_misspelt_name_is_corrected() {
        check(
            "function onNote(e)\n  $0playnote(e.note, 100)\nend",
            "function onNote(e)\n  playNote(e.note, 100)\nend",
        );
        check(
            "function onNote(e)\n  print(e.$0velocty)\nend",
            "function onNote(e)\n  print(e.velocity)\nend",
        );
        check(
            "function onNote(e)\n  print(e.type == EventType.$0noteon)\nend",
            "function onNote(e)\n  print(e.type == EventType.noteOn)\nend",
        );
        check_none("function onNote(e)\n  print(e.$0bogus)\nend");
        check_none("function onNote(e)\n  print($0e['velocty'])\nend");
    }

    #[test]
    fn a_forgotten_local_is_put_in() {
        check(
            "function onNote(e)\n  $0pitch = e.note + 1 -- up\n  print(pitch)\nend",
            "function onNote(e)\n  local pitch = e.note + 1 -- up\n  print(pitch)\nend",
        );
        check(
            "function onNote(e)\n  for i = 1, 2 do\n    $0n = i\n    spawn(function() print(n) end)\n  end\nend",
            "function onNote(e)\n  for i = 1, 2 do\n    local n = i\n    spawn(function() print(n) end)\n  end\nend",
        );
        // Not all of it is in the block behind the assignment.
        check_none(
            "function onNote(e)\n  if e.note > 1 then $0high = 1 else high = 2 end\n  print(high)\nend",
        );
        check_none("function onNote(e)\n  $0a, b = 1, 2\n  print(a, b)\nend");
    }

    #[test]
    fn a_callback_further_down_is_looked_up_later() {
        check(
            "defineParameter('a', 'A', 0, 0, 1, 1, $0changed)\nfunction changed() print(a) end",
            "defineParameter('a', 'A', 0, 0, 1, 1, function() changed() end)\nfunction changed() print(a) end",
        );
        check_none(
            "defineParameter('a', 'A', 0, 0, 1, 1, $0changed)\nlocal function changed() print(a) end",
        );
    }

    #[test]
    fn a_value_for_run_sync_is_taken_along() {
        check(
            "function onLoadIntoSlot()\n  local id = 7\n  runSync(releaseVoice, $0id)\nend",
            "function onLoadIntoSlot()\n  local id = 7\n  runSync(function() releaseVoice(id) end)\nend",
        );
        check(
            "ids = { 1 }\nfunction onLoadIntoSlot()\n  for i = 1, 2 do\n    runSync(releaseVoice, $0ids[i])\n  end\nend\nfunction onNote() ids = {} end",
            "ids = { 1 }\nfunction onLoadIntoSlot()\n  for i = 1, 2 do\n    do\n      local value = ids[i]\n      runSync(function() releaseVoice(value) end)\n    end\n  end\nend\nfunction onNote() ids = {} end",
        );
    }
}
