//! `removed-function`: a function of Lua that is not there: what HALion leaves out, such as `os.execute` and all of `coroutine` (HALion
//! semantics 11.1), and what belongs to other versions of Lua, such as `table.getn` and `utf8`.
//!
//! Its name is nil, so the call fails. A script that tests for the name first or brings its own is left alone.

use std::cell::OnceCell;

use halion_api::{Availability, LuaEntry, LuaKind, api};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprId, ExprKind, FunId, Name, VarIdx};
use crate::uses::{UseKind, looked_at};

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut search = Search::new(facts);
    let mut diagnostics = Vec::new();
    for &(library, key, expr, fun, kind) in &search.fields_found() {
        let missing = search.field(library, key, kind, expr);
        diagnostics.extend(missing.map(|missing| diagnostic(facts, &missing, expr, fun)));
    }
    for call in &facts.uses.calls {
        // `coroutine:wrap(f)` is a call of nothing with a name.
        let ExprKind::Call { callee, .. } = facts.solver.program.expr(call.expr).kind else {
            continue;
        };
        if call.is_versioned {
            continue;
        }
        let (function, owner) = facts.resolve(callee, call.fun);
        let missing = match facts.global(function) {
            Some(name) => search.global(name),
            None if function == callee => None,
            // `local execute = os.execute`
            None => search.aliased_field(function, owner),
        };
        diagnostics.extend(missing.map(|missing| diagnostic(facts, &missing, callee, call.fun)));
    }
    diagnostics
}

/// Something that is nil.
struct Missing {
    /// `os.execute`, `utf8.len`, `setfenv`.
    name: String,
    availability: Availability,
    part_of: Option<&'static str>,
    instead: Option<&'static str>,
    is_function: bool,
    /// Whether its library is missing too.
    is_in_nothing: bool,
}

impl Missing {
    fn of(entry: &'static LuaEntry) -> Option<Missing> {
        (!entry.availability.is_there()).then(|| Missing {
            name: entry.qualified_name(),
            availability: entry.availability,
            part_of: entry.part_of.as_deref(),
            instead: entry.instead.as_deref(),
            is_function: entry.kind == LuaKind::Function,
            is_in_nothing: false,
        })
    }

    /// A field of a library, or any name in a library that is missing itself.
    fn field(library: &str, key: &str) -> Option<Missing> {
        let known = api().lua().library(library)?;
        let name = format!("{}.{key}", known.name);
        let is_in_nothing = !known.availability.is_there();
        match api().lua().entry(&name) {
            Some(entry) => Missing::of(entry).map(|missing| Missing {
                is_in_nothing,
                ..missing
            }),
            None => is_in_nothing.then_some(Missing {
                name,
                availability: known.availability,
                part_of: known.part_of.as_deref(),
                instead: None,
                is_function: true,
                is_in_nothing,
            }),
        }
    }
}

/// Locals that are another name for something.
struct Aliases {
    by_value: FxHashMap<ExprId, (FunId, VarIdx)>,
    /// Those whose value is looked at, so that the script may test it.
    looked_at: FxHashSet<(FunId, VarIdx)>,
}

struct Search<'a> {
    facts: &'a Facts<'a>,
    aliases: OnceCell<Aliases>,
    /// Values that are reckoned with.
    operands: OnceCell<FxHashSet<ExprId>>,
    /// Fields of libraries that are used other than by a call: they may be tested, or given a value.
    used: FxHashSet<(Name, Name)>,
    /// Whether the value of a global is looked at.
    tested: FxHashMap<Name, bool>,
}

/// A field of a library that is missing, and how it is used: library, key, expression, function.
type Field = (Name, Name, ExprId, FunId, UseKind);

impl<'a> Search<'a> {
    fn new(facts: &'a Facts<'a>) -> Self {
        Search {
            facts,
            aliases: OnceCell::new(),
            operands: OnceCell::new(),
            used: FxHashSet::default(),
            tested: FxHashMap::default(),
        }
    }

    fn fields_found(&mut self) -> Vec<Field> {
        let facts = self.facts;
        let mut found = Vec::new();
        for one in &facts.uses.fields {
            let Some((library, key)) = self.library_field(one.expr, one.fun) else {
                continue;
            };
            if Missing::field(facts.text(library), facts.text(key)).is_none() {
                continue;
            }
            let is_plain = match one.kind {
                UseKind::Call => true,
                UseKind::Read => self.is_alias(one.expr),
                UseKind::Base | UseKind::Write(_) => false,
            };
            if !is_plain {
                self.used.insert((library, key));
            }
            if !one.is_versioned {
                found.push((library, key, one.expr, one.fun, one.kind));
            }
        }
        found
    }

    /// `library.key`, where the library is a global.
    fn library_field(&self, expr: ExprId, fun: FunId) -> Option<(Name, Name)> {
        let (base, key) = self.facts.index(expr)?;
        let library = self.facts.global(self.facts.resolve(base, fun).0)?;
        Some((library, key))
    }

    /// What is missing, if this use of `library.key` fails.
    fn field(&mut self, library: Name, key: Name, kind: UseKind, expr: ExprId) -> Option<Missing> {
        let facts = self.facts;
        let missing = Missing::field(facts.text(library), facts.text(key))?;
        if facts.uses.is_assigned(library) || self.is_tested(library) {
            return None;
        }
        let fails = match kind {
            // Even to look for the function in nil fails.
            _ if missing.is_in_nothing => true,
            UseKind::Call => !self.used.contains(&(library, key)),
            UseKind::Read => !missing.is_function && self.is_operand(expr),
            UseKind::Base | UseKind::Write(_) => false,
        };
        fails.then_some(missing)
    }

    /// What is missing, if a call of this global fails.
    fn global(&mut self, name: Name) -> Option<Missing> {
        let missing = Missing::of(api().lua().entry(self.facts.text(name))?)?;
        let fails = !self.facts.uses.is_assigned(name) && !self.is_tested(name);
        fails.then_some(missing)
    }

    /// What is missing, if a call of a local that stands for `library.key` fails.
    fn aliased_field(&mut self, field: ExprId, fun: FunId) -> Option<Missing> {
        let (library, key) = self.library_field(field, fun)?;
        let missing = self.field(library, key, UseKind::Call, field)?;
        // Where the library is nil, the local is never reached.
        (!missing.is_in_nothing).then_some(missing)
    }

    /// Whether the value of a global is looked at: the script may test it, or what it is given to may add to it.
    fn is_tested(&mut self, name: Name) -> bool {
        if !self.facts.uses.is_tested(name) {
            return false;
        }
        if let Some(&known) = self.tested.get(&name) {
            return known;
        }
        let mut uses = self.facts.uses.of(name).iter();
        let is_tested = uses.any(|one| one.kind == UseKind::Read && !self.is_alias(one.expr));
        self.tested.insert(name, is_tested);
        is_tested
    }

    /// Whether an expression is all that a local ever holds, and the local is only called or indexed.
    fn is_alias(&self, value: ExprId) -> bool {
        let aliases = self.aliases.get_or_init(|| {
            let uses = self.facts.uses;
            let program = self.facts.solver.program;
            let inits = uses.inits.iter().filter(|&(local, &value)| {
                let kind = &program.expr(value).kind;
                matches!(kind, ExprKind::Global(_) | ExprKind::Index { .. })
                    && !uses.assigned_locals.contains(local)
            });
            let by_value: FxHashMap<_, _> = inits.map(|(&local, &value)| (value, local)).collect();
            let locals = by_value.values().copied().collect();
            let looked_at = looked_at(program, &self.facts.solver.names, locals);
            Aliases {
                by_value,
                looked_at,
            }
        });
        let local = aliases.by_value.get(&value);
        local.is_some_and(|local| !aliases.looked_at.contains(local))
    }

    /// Whether a value is reckoned with, which fails for nil.
    fn is_operand(&self, expr: ExprId) -> bool {
        let operands = self.operands.get_or_init(|| {
            let exprs = self.facts.solver.program.exprs.iter();
            let operations = exprs.filter_map(|expr| match &expr.kind {
                ExprKind::Operation(_, operands) => Some(operands),
                _ => None,
            });
            operations.flatten().copied().collect()
        });
        operands.contains(&expr)
    }
}

fn diagnostic(facts: &Facts, missing: &Missing, expr: ExprId, fun: FunId) -> Diagnostic {
    let program = facts.solver.program;
    let name = &missing.name;
    let (message, proven) = match (missing.availability, missing.part_of) {
        (Availability::Absent, Some(part_of)) => (
            format!("{name} belongs to {part_of}: it is nil in HALion, which has Lua 5.2"),
            // Code that cannot be seen may bring it.
            match facts.uses.unseen_code {
                true => Severity::Information,
                false => Severity::Warning,
            },
        ),
        _ => (
            format!("HALion leaves {name} out of Lua: it is nil here"),
            Severity::Warning,
        ),
    };
    let help = missing.instead.iter();
    Diagnostic {
        function: Some(name.clone()),
        help: help
            .map(|instead| format!("use {instead} instead"))
            .collect(),
        ..Diagnostic::new(
            Code::RemovedFunction,
            facts.severity(fun, proven),
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

    #[test]
    fn what_other_versions_of_lua_have_is_nil_too() {
        check(
            r#"
            local getn, execute, co = table.getn, os.execute, coroutine
            function onNote(event)
              print(table.getn({})) -- warning: [removed-function] "getn"
              for w in string.gfind("a", "%a") do end -- warning: [removed-function] "gfind"
              print(utf8.len("x")) -- warning: [removed-function] "len"
              print(math.maxinteger + 1) -- warning: [removed-function] "maxinteger"
              print(getn({})) -- warning: [removed-function] "getn"
              local t = table
              local count = t.getn
              print(count({})) -- warning: [removed-function] "count"
              execute("x") -- warning: [removed-function] "execute"
              co.yield() -- warning: [removed-function] "yield"
              print(coroutine.isyieldable()) -- warning: [removed-function] "isyieldable"
              warn("x") -- warning: [removed-function] "warn"
              print(unpack({}), math.log10(3), table.unpack({}), bit32.band(1, 2))
            end
            "#,
            "",
        );
        check(
            r#"
            require "compat53"
            print(table.move({}, 1, 1, 1)) -- information: [removed-function] "move"
            "#,
            "a module that cannot be seen may bring it",
        );
    }

    #[test]
    fn scripts_for_several_versions_are_left_alone() {
        check(
            r#"
            local unpack = unpack or table.unpack
            local getn = table.getn or function(t) return #t end
            local mod, len = math.mod or math.fmod, utf8 and utf8.len or string.len
            if not table.move then function table.move(a) return a end end
            if setfenv then setfenv(1, {}) else print(1) end
            local exit = os.exit
            if exit then exit() end
            local most = math.maxinteger or 2 ^ 53
            local band, rol
            if bit32 then band = bit32.band else band = bit.band end
            rol = bit32 and bit32.lrotate or bit.rol
            if _VERSION == "Lua 5.3" then table.move({}, 1, 2, 3) end
            function warn(text) print(text) end
            function onNote(event)
              print(unpack({}), getn({}), mod(3, 2), len("x"), table.move({}), band(1, 2), rol, most)
              warn("x")
              local utf8 = require "utf8"
              print(utf8.len("x"))
            end
            -- file: utf8.lua
            return { len = function(text) return #text end }
            "#,
            "",
        );
    }

    #[test]
    fn the_arm_for_another_lua_does_not_run() {
        check(
            r#"
            function onNote(event)
              if setfenv then openURL("a") else openURL("b") end -- error: [wrong-thread] "openURL"
              if utf8 or table.move or coroutine then openURL("c") end
            end
            "#,
            "",
        );
    }
}
