//! `unknown-function`: a call of a global that nobody defines, and that looks like a function of HALion or Lua.
//!
//! Silent where globals may come from places that cannot be seen (`_G`, `load`, a missing module), and where the script tests the name.

use halion_api::api;

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::similar::similar;
use crate::uses::UseKind;

/// Names looked up in the API; a script with more unknown ones is not written for HALion.
const MAX_NAMES: usize = 500;

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if facts.uses.hidden_globals {
        return diagnostics;
    }
    let mut n_names = 0;
    for (&name, uses) in &facts.uses.globals {
        let text = facts.text(name);
        if facts.is_known(name)
            || facts.is_host_variable(name)
            // What other versions of Lua have is another finding.
            || api().lua().entry(text).is_some()
            || uses.iter().any(|one| one.kind != UseKind::Call)
        {
            continue;
        }
        n_names += 1;
        if n_names > MAX_NAMES {
            break;
        }
        let functions = api().functions().iter().map(|function| &function.name);
        let constructors = api().constructors().map(|function| &function.name);
        let basic = api().lua().library("_G").into_iter();
        let basic = basic.flat_map(|library| library.entries.iter());
        let basic = basic.filter(|entry| entry.availability.is_there());
        let basic = basic.map(|entry| &entry.name);
        let names = functions.chain(constructors).chain(basic);
        let Some(meant) = similar(text, names.map(String::as_str)) else {
            continue;
        };
        for one in uses {
            let program = facts.solver.program;
            diagnostics.push(Diagnostic {
                function: Some(text.to_owned()),
                meant: Some(meant.to_owned()),
                help: vec![format!(
                    "write {meant}, or define {text} before it is called"
                )],
                ..Diagnostic::new(
                    Code::UnknownFunction,
                    facts.severity(one.fun, Severity::Warning),
                    program.expr(one.expr).file,
                    program.expr(one.expr).range,
                    format!("nobody defines {text}: did you mean {meant}?"),
                )
            });
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_misspelt_function_is_told() {
        check(
            r#"
            function onNote(event)
              playnote(60, 100) -- warning: [unknown-function] "playnote"
              print(getSampleRate()) -- warning: [unknown-function] "getSampleRate"
              myOwnThing() -- no hint
              print(gcinfo(), newproxy()) -- warning: [removed-function] "gcinfo" -- warning: [removed-function] "newproxy"
            end
            local function unused()
              waitbeat(1) -- information: [unknown-function] "waitbeat"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_script_whose_globals_cannot_be_seen_is_left_alone() {
        for unseen in [
            "setmetatable(_G, {})",
            "load('x')()",
            "require 'missing'",
            "local _ENV = setmetatable({}, {__index = _G})",
            "function playnote() end",
            "if playnote then print() end",
            "for _, n in ipairs{'playnote'} do defineParameter(n) end",
        ] {
            check(
                &format!("{unseen}\nfunction onNote(event) playnote(60) end\n"),
                unseen,
            );
        }
    }
}
