//! `require-cycle`: a module requires itself again, through others or at once, before it is loaded.
//!
//! Lua 5.2 notes a module as loaded only when its text has run, so it runs the text again and again until it gives up with `too many C
//! levels` (HALion semantics 11.1). A module that puts its table into `package.loaded` before it requires the others is fine.

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::explain::chain_to;
use crate::graph::{Grade, grade_of};

/// One finding at each `require` that closes a cycle.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let (solver, solved) = (facts.solver, facts.solved);
    let mut diagnostics = Vec::new();
    for (&at, cycle) in &solver.require_cycles {
        let Some(reached) = solved.reach.get(cycle.inst) else {
            continue;
        };
        let grade = reached.grade.max(grade_of(cycle.unsure, cycle.protected));
        let severity = match grade {
            Grade::Certain => Severity::Error,
            Grade::Unsure => Severity::Warning,
            Grade::Protected => Severity::Hint,
        };
        let paths: Vec<&str> = cycle
            .files
            .iter()
            .map(|file| solver.script.files[file.idx()].path.as_str())
            .collect();
        let expr = solver.program.expr(at);
        diagnostics.push(Diagnostic {
            function: Some("require".to_owned()),
            chain: chain_to(solver, &solved.reach, &solved.roots, cycle.inst),
            help: vec![
                "call require inside the function that needs the module, so that it runs when both are loaded".to_owned(),
                "or give both a third module with what they share".to_owned(),
            ],
            ..Diagnostic::new(
                Code::RequireCycle,
                severity,
                expr.file,
                solver.program.name_range(at),
                format!(
                    "{} is required again before it is loaded, so Lua runs it again and again until it fails: {}",
                    paths.first().copied().unwrap_or_default(),
                    paths.join(" > "),
                ),
            )
        });
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn the_require_that_closes_the_cycle() {
        check(
            r#"
            local a = require "a"
-- file: a.lua
            local b = require "b"
            return { b = b }
-- file: b.lua
            local a = require "a" -- error: [require-cycle] "require" <main> > require > <main> > require > <main>
            return { a = a }
            "#,
            "two modules",
        );
        check(
            r#"
            require "a"
-- file: a.lua
            pcall(require, "a")
            "#,
            "a module itself, silently",
        );
    }

    #[test]
    fn a_module_that_is_loaded_by_then() {
        check(
            r#"
            local a = require "a"
            function onNote() a.go() end
-- file: a.lua
            local M = {}
            function M.go() require("b").go() end
            return M
-- file: b.lua
            local a = require "a"
            return { go = function() print(a) end }
            "#,
            "required when it is called",
        );
        check(
            r#"
            require "a"
-- file: a.lua
            local M = {}
            package.loaded["a"] = M
            M.b = require "b"
            return M
-- file: b.lua
            local a = require "a"
            return { a = a }
            "#,
            "put into package.loaded before",
        );
    }
}
