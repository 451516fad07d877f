//! What the rules about the text share: the solved script, the uses of names, and how certainly each function runs.

use halion_api::{Class, Threads, api};

use super::Solved;
use crate::diagnostic::Severity;
use crate::graph::Grade;
use crate::instance::Phase;
use crate::ir::{ExprId, ExprKind, FunId, Name};
use crate::lines::Lines;
use crate::solve::Solver;
use crate::uses::Uses;
use crate::value::{ClassId, InstId, Value};

/// Everything a rule looks at.
pub(crate) struct Facts<'a> {
    pub solver: &'a Solver<'a>,
    pub solved: &'a Solved,
    pub uses: &'a Uses<'a>,
    pub lines: &'a Lines,
    /// For each function, how certainly it runs, if it runs.
    grades: Vec<Option<Grade>>,
    /// For each function, the threads it runs in once the script is loaded and its data restored.
    threads: Vec<Threads>,
    /// For each function, the instances that run for certain.
    runs: Vec<Vec<InstId>>,
    /// For each function, what its parameters hold.
    params: Vec<Vec<Held>>,
}

/// What a parameter holds in all calls together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// Always an object of this class.
    Host(ClassId),
    Anything,
}

impl<'a> Facts<'a> {
    /// Of a solved script.
    pub fn new(
        solver: &'a Solver<'a>,
        solved: &'a Solved,
        lines: &'a Lines,
        uses: &'a Uses<'a>,
    ) -> Facts<'a> {
        let n_funs = solver.program.funs.len();
        let mut grades: Vec<Option<Grade>> = vec![None; n_funs];
        let mut threads = vec![Threads::NONE; n_funs];
        let mut runs: Vec<Vec<InstId>> = vec![Vec::new(); n_funs];
        let mut params: Vec<Vec<Held>> = vec![Vec::new(); n_funs];
        for (inst, grade) in solved.reached() {
            let instance = &solver.insts[inst.idx()];
            let fun = instance.fun.idx();
            // One round of a loop shares the arguments of its function.
            if !instance.params.is_empty() {
                params[fun].resize(instance.params.len(), Held::Nothing);
            }
            for (held, &set) in params[fun].iter_mut().zip(&instance.params) {
                *held = match (solver.values.single_kind(set), *held) {
                    (Some(Value::Host(class)), Held::Nothing) => Held::Host(class),
                    (Some(Value::Host(class)), Held::Host(known)) if class == known => *held,
                    _ => Held::Anything,
                };
            }
            if grade == Grade::Certain {
                runs[fun].push(inst);
            }
            grades[fun] = Some(grades[fun].map_or(grade, |known| known.min(grade)));
            if instance.phase != Phase::LoadC && grade == Grade::Certain && !restores(solved, inst)
            {
                threads[fun] = threads[fun].union(Threads::from(instance.phase.thread()));
            }
        }
        Facts {
            solver,
            solved,
            uses,
            lines,
            grades,
            threads,
            runs,
            params,
        }
    }

    /// The class of the object that a parameter always holds.
    pub fn class_of_param(&self, fun: FunId, position: usize) -> Option<&'static Class> {
        match self.params[fun.idx()].get(position) {
            Some(Held::Host(class)) => api().classes().get(class.idx()),
            _ => None,
        }
    }

    /// A severity for what stands in a function: less if it may not run, or if nobody sees it fail.
    pub fn severity(&self, fun: FunId, proven: Severity) -> Severity {
        match self.grades[fun.idx()] {
            Some(Grade::Certain) => proven,
            Some(Grade::Unsure) | None => proven.max(Severity::Information),
            Some(Grade::Protected) => Severity::Hint,
        }
    }

    /// The threads a function runs in for certain, loading and restoring left out.
    pub fn threads(&self, fun: FunId) -> Threads {
        self.threads[fun.idx()]
    }

    /// The instances of a function that run for certain.
    pub fn runs(&self, fun: FunId) -> &[InstId] {
        &self.runs[fun.idx()]
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.solver.names.text(name)
    }

    /// The name of a global that this expression is.
    pub fn global(&self, expr: ExprId) -> Option<Name> {
        match self.solver.program.expr(expr).kind {
            ExprKind::Global(name) => Some(name),
            _ => None,
        }
    }

    /// `base.key` with a constant key.
    pub fn index(&self, expr: ExprId) -> Option<(ExprId, Name)> {
        match self.solver.program.expr(expr).kind {
            ExprKind::Index { base, key, .. } => match self.solver.program.expr(key).kind {
                ExprKind::Str(name) => Some((base, name)),
                _ => None,
            },
            _ => None,
        }
    }

    /// What an expression stands for, with its function: a local that is never assigned again stands for its first value.
    pub fn resolve(&self, expr: ExprId, fun: FunId) -> (ExprId, FunId) {
        let program = self.solver.program;
        let (mut expr, mut fun) = (expr, fun);
        // A value that a call gives is not the call: only single values stand for themselves.
        loop {
            let (owner, var) = match program.expr(expr).kind {
                ExprKind::Paren(inner) => {
                    expr = inner;
                    continue;
                }
                ExprKind::Local(var) => (Some(fun), var),
                ExprKind::Upvalue(levels, var) => {
                    let outer = |fun: Option<FunId>, _| program.fun(fun?).parent;
                    ((0..levels).fold(Some(fun), outer), var)
                }
                _ => return (expr, fun),
            };
            let Some(owner) = owner else {
                return (expr, fun);
            };
            match self.uses.inits.get(&(owner, var)) {
                Some(&init) if !self.uses.assigned_locals.contains(&(owner, var)) => {
                    (expr, fun) = (init, owner);
                }
                _ => return (expr, fun),
            }
        }
    }

    /// A string constant.
    pub fn string(&self, expr: ExprId) -> Option<Name> {
        match self.solver.program.expr(expr).kind {
            ExprKind::Str(name) => {
                self.solver.values.origins.open_literal(expr);
                Some(name)
            }
            ExprKind::Paren(inner) => self.string(inner),
            _ => None,
        }
    }

    /// A number constant, with its sign.
    pub fn number(&self, expr: ExprId) -> Option<f64> {
        match &self.solver.program.expr(expr).kind {
            ExprKind::Num(number) => {
                self.solver.values.origins.open_literal(expr);
                Some(*number)
            }
            ExprKind::Paren(inner) => self.number(*inner),
            ExprKind::Operation(operator, operands) if operator.event == "__unm" => operands
                .first()
                .and_then(|&inner| self.number(inner))
                .map(|number| -number),
            _ => None,
        }
    }

    /// Whether the host gives this global its values: a parameter or a slot local.
    pub fn is_host_variable(&self, name: Name) -> bool {
        let solver = self.solver;
        solver
            .values
            .find(Value::Str(name))
            .and_then(|key| solver.heap.find_field(solver.globals, key))
            .is_some_and(|loc| solver.heap.locs[loc.idx()].host)
    }

    /// Whether Lua or HALion has a global of this name, or calls it.
    pub fn is_known(&self, name: Name) -> bool {
        let text = self.text(name);
        api().function(text).is_some()
            || api().constructor(text).is_some()
            || api().global(text).is_some()
            || api().enumeration(text).is_some()
            || api().callback(text).is_some()
            || api().ui_callback(text).is_some()
            || api().lua().entry(text).is_some()
            || api().lua().library(text).is_some()
    }

    /// Instances that run, with their grades.
    pub fn reached(&self) -> impl Iterator<Item = (InstId, Grade)> + '_ {
        self.solved.reached()
    }
}

/// Whether an instance only runs before the Processor does anything (HALion semantics 2.1).
fn restores(solved: &Solved, inst: InstId) -> bool {
    let mut entries = solved.entries[inst.idx()].iter();
    entries.all(|&root| {
        let callback = solved.roots[root].callback.as_deref();
        matches!(callback, Some("onLoad" | "onLoadIntoSlot"))
    })
}
