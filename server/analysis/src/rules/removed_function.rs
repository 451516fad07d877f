//! `removed-function`: a function of Lua that HALion leaves out, such as `os.execute` and all of `coroutine` (HALion semantics 11.1).
//!
//! Its name is nil, so the call fails. A script that tests for the name first is left alone.

use halion_api::{Availability, LuaEntry, api};

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprId, ExprKind, FunId, Name};
use crate::uses::UseKind;

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let program = facts.solver.program;
    let mut diagnostics = Vec::new();
    for one in &facts.uses.fields {
        if let Some((base, key)) = facts.index(one.expr)
            && let Some(library) = facts.global(facts.resolve(base, one.fun).0)
            && let Some(entry) = removed(facts, library, key, one.kind)
        {
            diagnostics.push(diagnostic(facts, entry, one.expr, one.fun));
        }
    }
    for call in &facts.uses.calls {
        let (callee, name) = match &program.expr(call.expr).kind {
            ExprKind::Call { callee, .. } => (*callee, facts.global(*callee)),
            // `coroutine:wrap(f)`
            _ => continue,
        };
        let Some(name) = name else { continue };
        let entry = api().lua().entry(facts.text(name));
        let missing = entry.filter(|entry| is_missing(entry));
        if let Some(entry) = missing
            && !facts.uses.is_assigned(name)
            && !facts.uses.is_tested(name)
        {
            diagnostics.push(diagnostic(facts, entry, callee, call.fun));
        }
    }
    diagnostics
}

fn is_missing(entry: &LuaEntry) -> bool {
    matches!(
        entry.availability,
        Availability::Removed | Availability::Absent
    )
}

/// The entry of `library.key`, if its use fails.
fn removed(facts: &Facts, library: Name, key: Name, kind: UseKind) -> Option<&'static LuaEntry> {
    if facts.uses.is_assigned(library) {
        return None;
    }
    let known = api().lua().library(facts.text(library))?;
    let full_name = format!("{}.{}", known.name, facts.text(key));
    let entry = api()
        .lua()
        .entry(&full_name)
        .filter(|entry| is_missing(entry))?;
    if known.availability == Availability::Removed {
        // Even to look for the function in nil fails.
        return (!facts.uses.is_tested(library)).then_some(entry);
    }
    // `local o = os` adds nothing to the library; a function it is given to may.
    let mut uses = facts.uses.of(library).iter();
    let is_alias = |expr| facts.uses.inits.values().any(|&init| init == expr);
    if uses.any(|one| one.kind == UseKind::Read && !is_alias(one.expr)) {
        return None;
    }
    let other_uses = facts.uses.fields.iter().any(|one| {
        let same = facts
            .index(one.expr)
            .is_some_and(|(base, name)| name == key && facts.global(base) == Some(library));
        same && one.kind != UseKind::Call
    });
    (kind == UseKind::Call && !other_uses).then_some(entry)
}

fn diagnostic(facts: &Facts, entry: &LuaEntry, expr: ExprId, fun: FunId) -> Diagnostic {
    let program = facts.solver.program;
    let name = entry.qualified_name();
    let message = match entry.availability {
        Availability::Absent => format!("{name} belongs to Lua 5.1: it is nil in HALion"),
        _ => format!("HALion leaves {name} out of Lua: it is nil here"),
    };
    Diagnostic {
        function: Some(name),
        help: entry
            .instead
            .iter()
            .map(|instead| format!("use {instead} instead"))
            .collect(),
        ..Diagnostic::new(
            Code::RemovedFunction,
            facts.severity(fun, Severity::Warning),
            program.expr(expr).file,
            program.name_range(expr),
            message,
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn what_halion_leaves_out_is_nil() {
        check(
            r#"
            function onNote(event)
              os.execute("ls") -- warning: [removed-function] "execute"
              local co = coroutine.create(print) -- warning: [removed-function] "create"
              local create = coroutine.wrap -- warning: [removed-function] "wrap"
              setfenv(1, {}) -- warning: [removed-function] "setfenv"
              print(os.time())
              local o = os
              o.exit() -- warning: [removed-function] "exit"
            end
            local function unused()
              io.popen("x") -- information: [removed-function] "popen"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_script_that_tests_for_it_or_brings_its_own_is_left_alone() {
        check(
            r#"
            local home = os.getenv and os.getenv("HOME")
            if coroutine then coroutine.yield() end
            local co = coroutine
            if co then co.yield() end
            for _, library in ipairs({ os }) do library.exit = print end
            os.exit()
            function setfenv() end
            setfenv(1)
            if type(io.popen) == "function" then io.popen("x") end
            "#,
            "",
        );
    }
}
