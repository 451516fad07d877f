//! What the rules about the text share: the solved script, the uses of names, and how certainly each function runs.

use crate::heap::HostWrites;
use halion_api::{Class, Threads, api};
use smallvec::SmallVec;

use super::Solved;
use crate::diagnostic::Severity;
use crate::graph::Grade;
use crate::instance::Phase;
use crate::ir::{ExprId, ExprKind, FunId, Name};
use crate::lines::Lines;
use crate::solve::Solver;
use crate::uses::{Use, UseKind, Uses, place};
use crate::value::{ClassId, InstId, Value};

/// Constants with more parts than this are not reckoned.
const MAX_TERMS: usize = 64;

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

    /// A number constant: written there, in a local or global that never changes, or reckoned from such ones.
    pub fn number(&self, expr: ExprId, fun: FunId) -> Option<f64> {
        self.reckon(expr, fun, &mut MAX_TERMS.clone())
    }

    fn reckon(&self, expr: ExprId, fun: FunId, left: &mut usize) -> Option<f64> {
        *left = left.checked_sub(1)?;
        let program = self.solver.program;
        let (expr, fun) = self.resolve(expr, fun);
        match &program.expr(expr).kind {
            ExprKind::Num(number) => {
                self.solver.values.origins.open_literal(expr);
                Some(*number)
            }
            ExprKind::Operation(operator, operands) => {
                let numbers: Option<SmallVec<[f64; 2]>> = operands
                    .iter()
                    .map(|&operand| self.reckon(operand, fun, left))
                    .collect();
                match (operator.event, &numbers?[..]) {
                    ("__unm", [a]) => Some(-a),
                    ("__add", [a, b]) => Some(a + b),
                    ("__sub", [a, b]) => Some(a - b),
                    ("__mul", [a, b]) => Some(a * b),
                    ("__div", [a, b]) => Some(a / b),
                    ("__mod", [a, b]) => Some(a - (a / b).floor() * b),
                    ("__pow", [a, b]) => Some(a.powf(*b)),
                    _ => None,
                }
            }
            ExprKind::Index { .. } => {
                let (base, key) = self.index(expr)?;
                let library = self.global(base)?;
                let is_math = self.text(library) == "math" && !self.uses.is_assigned(library);
                match self.text(key) {
                    "huge" if is_math => Some(f64::INFINITY),
                    "pi" if is_math => Some(std::f64::consts::PI),
                    _ => None,
                }
            }
            ExprKind::Global(name) => {
                let one = self.only_value(*name)?;
                let UseKind::Write(Some(value)) = one.kind else {
                    return None;
                };
                let (file, start) = place(program, expr);
                let is_later = !program.fun(fun).is_chunk()
                    || program.expr(one.expr).file == file && one.end <= start;
                // Only what is written itself: a chain of names could lead back here.
                match program.expr(value).kind {
                    ExprKind::Num(_) if is_later => self.reckon(value, one.fun, left),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn only_value(&self, name: Name) -> Option<&Use> {
        let is_seen = !self.uses.hidden_globals && !self.is_host_variable(name);
        let one = self.uses.only_value(self.solver.program, name);
        one.filter(|_| is_seen)
    }

    /// Whether the host gives this global its values: a parameter or a slot local.
    pub fn is_host_variable(&self, name: Name) -> bool {
        let solver = self.solver;
        solver
            .values
            .find(Value::Str(name))
            .and_then(|key| solver.heap.find_field(solver.globals, key))
            .is_some_and(|loc| solver.heap.locs[loc.idx()].host != HostWrites::Nothing)
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
            || api().lua().has_global(text)
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
