//! `unknown-field`: a field that objects of HALion do not have, on an argument that HALion hands in, on `this` or on an object in one of
//! its fields, such as `this.program`; and a misspelt constant of an enumeration.
//!
//! Only where the class is certain: a parameter that is never assigned and never holds anything else. A field that looks like a real one
//! is a Warning, any other an Information.

use std::collections::{BTreeMap, BTreeSet};

use halion_api::{Class, api};

use super::facts::Facts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ir::{ExprId, ExprKind, FunId, Name, VarIdx};
use crate::script::ScriptKind;
use crate::similar::similar;
use crate::uses::{Use, UseKind};

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut fields_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in &facts.uses.fields {
        let Some((base, key)) = facts.index(one.expr) else {
            continue;
        };
        if let Some(diagnostic) = constant(facts, base, key, one) {
            diagnostics.push(diagnostic);
        }
        let Some(class) = class_of(facts, base, one.fun) else {
            continue;
        };
        let field = facts.text(key);
        let known = fields_of
            .entry(&class.name)
            .or_insert_with(|| fields(class));
        if known.contains(field) || !api().methods_named(field).is_empty() {
            continue;
        }
        let meant = similar(field, known.iter().copied());
        let mut help = Vec::new();
        if meant.is_none() && class.name != "Event" && !matches!(one.kind, UseKind::Call) {
            help.push(
                "what HALion shows as a parameter is read with getParameter and set with setParameter"
                    .to_owned(),
            );
        }
        diagnostics.push(Diagnostic {
            help,
            ..missing(facts, (one.expr, one.fun), class, ("field", field), meant)
        });
    }
    diagnostics.extend(methods(facts));
    diagnostics
}

/// A class has nothing of this sort and name; perhaps another one was meant.
fn missing(
    facts: &Facts,
    (expr, fun): (ExprId, FunId),
    class: &Class,
    (sort, name): (&str, &str),
    meant: Option<&str>,
) -> Diagnostic {
    let class = &class.name;
    let (proven, question) = match meant {
        Some(meant) => (Severity::Warning, format!(": did you mean {meant}?")),
        None => (Severity::Information, String::new()),
    };
    let program = facts.solver.program;
    Diagnostic {
        meant: meant.map(str::to_owned),
        ..Diagnostic::new(
            Code::UnknownField,
            facts.severity(fun, proven),
            program.expr(expr).file,
            program.name_range(expr),
            format!("{class} has no {sort} {name}{question}"),
        )
    }
}

/// `object:method()`, where no object of this class has such a method.
fn methods(facts: &Facts) -> Vec<Diagnostic> {
    let program = facts.solver.program;
    let mut diagnostics = Vec::new();
    for call in &facts.uses.calls {
        let ExprKind::Method { receiver, name, .. } = program.expr(call.expr).kind else {
            continue;
        };
        let text = facts.text(name);
        if !api().methods_named(text).is_empty() {
            continue;
        }
        let Some(class) = class_of(facts, receiver, call.fun) else {
            continue;
        };
        if fields(class).contains(text) {
            continue;
        }
        let methods = api().methods().iter().filter(|method| {
            let owner = method.class.as_deref().and_then(|name| api().class(name));
            owner.is_some_and(|owner| are_related(owner, class))
        });
        let meant = similar(text, methods.map(|method| method.name.as_str()));
        let at = (call.expr, call.fun);
        diagnostics.push(missing(facts, at, class, ("method", text), meant));
    }
    diagnostics
}

/// `EventType.noteon`, which is nil.
fn constant(facts: &Facts, base: ExprId, key: Name, one: &Use) -> Option<Diagnostic> {
    let (base, _) = facts.resolve(base, one.fun);
    let name = facts.global(base)?;
    let enumeration = api().enumeration(facts.text(name))?;
    let constants = enumeration.constants.iter();
    let meant = similar(facts.text(key), constants.map(|one| one.name.as_str()))?;
    let is_read = !matches!(one.kind, UseKind::Write(_));
    let is_own = facts.uses.is_assigned(name) || facts.uses.hidden_globals;
    if !is_read || is_own || enumeration.constant(facts.text(key)).is_some() {
        return None;
    }
    let program = facts.solver.program;
    Some(Diagnostic {
        meant: Some(meant.to_owned()),
        ..Diagnostic::new(
            Code::UnknownField,
            facts.severity(one.fun, Severity::Warning),
            program.expr(one.expr).file,
            program.name_range(one.expr),
            format!(
                "{} has no constant {}: did you mean {meant}?",
                enumeration.name,
                facts.text(key)
            ),
        )
    })
}

/// The class of an object that can be nothing else.
fn class_of(facts: &Facts, expr: ExprId, fun: FunId) -> Option<&'static Class> {
    let program = facts.solver.program;
    let (expr, fun) = facts.resolve(expr, fun);
    match program.expr(expr).kind {
        ExprKind::Global(name) => {
            let global = api().global(facts.text(name))?;
            let certain = facts.solver.kind == ScriptKind::Midi
                && !facts.solver.kind_is_unsure
                && !facts.uses.hidden_globals
                && !facts.uses.is_assigned(name)
                && !facts.is_host_variable(name);
            api().class(&global.value_type).filter(|_| certain)
        }
        ExprKind::Index { .. } => {
            let (base, key) = facts.index(expr)?;
            let class = class_of(facts, base, fun)?;
            let mut classes = api().ancestry(&class.name);
            let field = classes.find_map(|class| {
                let mut fields = class.fields.iter();
                fields.find(|field| field.name == facts.text(key))
            })?;
            match &field.types[..] {
                [one] => api().class(one),
                _ => None,
            }
        }
        ExprKind::Local(var) => class_of_param(facts, fun, var),
        ExprKind::Upvalue(levels, var) => {
            let mut owner = fun;
            for _ in 0..levels {
                owner = program.fun(owner).parent?;
            }
            class_of_param(facts, owner, var)
        }
        _ => None,
    }
}

fn class_of_param(facts: &Facts, fun: FunId, var: VarIdx) -> Option<&'static Class> {
    let is_param = var.idx() < facts.solver.program.fun(fun).n_params;
    if !is_param || facts.uses.assigned_locals.contains(&(fun, var)) {
        return None;
    }
    facts.class_of_param(fun, var.idx())
}

/// Fields of a class, of those it extends and of those that extend it: an object may be of one of the latter.
fn fields(class: &Class) -> BTreeSet<&'static str> {
    let related = api()
        .classes()
        .iter()
        .filter(|other| are_related(other, class));
    related
        .flat_map(|class| class.fields.iter().map(|field| field.name.as_str()))
        .collect()
}

/// Whether one of the classes extends the other, or is it.
fn are_related(one: &Class, other: &Class) -> bool {
    let extends = |class: &Class, base: &Class| {
        let mut ancestry = api().ancestry(&class.name);
        ancestry.any(|ancestor| ancestor.name == base.name)
    };
    extends(one, other) || extends(other, one)
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn events_and_the_module_have_the_fields_of_their_class() {
        check(
            r#"
            local function louder(e)
              e.velocity = e.velocty + 1 -- warning: [unknown-field] "velocty"
            end
            function onNote(event)
              louder(event)
              print(event.note, event.tune, event.bogus) -- information: [unknown-field] "bogus"
              print(this.parent.name, this.moduleTyp) -- warning: [unknown-field] "moduleTyp"
              this.setName = nil -- no hint
              local program = this.program
              print(program.nmae, program.name) -- warning: [unknown-field] "nmae"
              print(this.program.instance.nmae) -- warning: [unknown-field] "nmae"
              if event.type == EventType.noteon then end -- warning: [unknown-field] "noteon"
              spawn(function() print(event.nots) end) -- warning: [unknown-field] "nots"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_misspelt_method_is_told() {
        check(
            r#"
            function onSave()
              local layer = this.parent
              layer:setname("x") -- warning: [unknown-field] "setname"
              this.program:findZone(true) -- warning: [unknown-field] "findZone"
              this.program:setKeyRange(1, 2) -- information: [unknown-field] "setKeyRange"
              this:setParameter("a", 1) -- no hint
              layer:insertZone(layer:getZone(1), 1) -- no hint
            end
            "#,
            "",
        );
    }

    #[test]
    fn what_may_be_something_else_is_left_alone() {
        check(
            r#"
            function onNote(event)
              event = { pitch = event.note }
              print(event.pitch)
            end
            function onRelease(event) print(event.custom) end
            function onInit() onRelease({ custom = 1 }) end
            function onTriggerPad(number) print(number.x) end
            function onLoad(data) print(data.anything) end
            local program = this.program
            program = { nmae = 1 }
            print(program.nmae, EventType.noteOn, EventType.fresh)
            local EventType = { noteon = 1 }
            print(EventType.noteon)
            "#,
            "",
        );
    }
}
