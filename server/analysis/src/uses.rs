//! Where globals and fields are read, called and assigned, and which calls and loops there are: one walk over all functions, for rules
//! that look at the text. Conditions are not followed: everything written counts, in the order of the text.

mod walk;

use std::collections::BTreeMap;

use halion_syntax::{TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{ExprId, ExprKind, FunId, Name, Program, Stat, VarIdx};
use crate::script::{FileId, Script};
use crate::value::Names;

use walk::Walk;

/// What is done with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UseKind {
    /// Its value is used.
    Read,
    /// A field of it is used.
    Base,
    /// It is called.
    Call,
    /// It is assigned; by the expression, if there is one of its own.
    Write(Option<ExprId>),
}

/// One use of a global or of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    /// The expression that names it.
    pub expr: ExprId,
    /// The function it stands in.
    pub fun: FunId,
    /// What is done with it.
    pub kind: UseKind,
    /// Where the statement ends; uses in the same statement come before an assignment.
    pub end: TextSize,
    /// The part of the function it stands in.
    pub part: Part,
    /// Whether a condition around it asks what this Lua has: `if bit32 then`.
    pub is_versioned: bool,
}

/// What runs together if no error is raised: a function, an arm of an `if`, the body of a loop, or what follows an `if` that may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part(u32);

/// A call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallUse {
    /// The call.
    pub expr: ExprId,
    /// The function it stands in.
    pub fun: FunId,
    /// Whether it is a global statement that runs once, under no condition.
    pub straight: bool,
    /// Whether a condition around it asks what this Lua has: `if bit32 then`.
    pub is_versioned: bool,
}

/// What keeps a loop going.
#[derive(Clone, Copy)]
pub(crate) enum LoopKind<'a> {
    /// It goes on while this holds.
    While(ExprId),
    /// It goes on until this holds.
    Until(ExprId),
    /// It counts: from, to, and by how much if that is written.
    For(&'a [ExprId]),
    /// A `goto` back, which always happens.
    Goto(FileId, TextRange),
}

/// A loop that may have no end.
#[derive(Clone, Copy)]
pub(crate) struct LoopUse<'a> {
    /// The function it stands in.
    pub fun: FunId,
    /// What keeps it going.
    pub kind: LoopKind<'a>,
    /// Its statements.
    pub body: &'a [Stat],
}

/// Everything found.
#[derive(Default)]
pub(crate) struct Uses<'a> {
    /// Uses of each global, in the order of the files and their text.
    pub globals: BTreeMap<Name, Vec<Use>>,
    /// `a.b` and `a[b]`.
    pub fields: Vec<Use>,
    /// `f()` and `o:m()`.
    pub calls: Vec<CallUse>,
    /// Loops that may have no end.
    pub loops: Vec<LoopUse<'a>>,
    /// The first value of each local that has an expression of its own, by the function that declares it.
    pub inits: FxHashMap<(FunId, VarIdx), ExprId>,
    /// Calls that a condition in their function may leave out.
    pub guarded: FxHashSet<ExprId>,
    /// `if`s with an `else`: their arms, and the part around.
    pub joins: Vec<(Vec<Part>, Part)>,
    /// For each part, the one around it in its function.
    parts: Vec<Option<Part>>,
    /// Assigned locals, by the function that declares them.
    pub assigned_locals: FxHashSet<(FunId, VarIdx)>,
    /// Globals that are assigned somewhere; where, if that is in one place.
    assigned: FxHashMap<Name, Option<Use>>,
    /// Globals whose own value is looked at somewhere, and not only called or indexed.
    tested: FxHashSet<Name>,
    /// Whether globals may come and go unseen: `_G`, `_ENV`, `load`, a module that is not there.
    pub hidden_globals: bool,
    /// Whether code that cannot be seen may add to Lua's libraries: another file, a module that is not there.
    pub unseen_code: bool,
}

/// Walks a whole script.
pub(crate) fn uses<'a>(program: &'a Program, names: &Names, script: &Script) -> Uses<'a> {
    let mut uses = Walk::new(program, names, FxHashSet::default())
        .through()
        .uses;
    let occurs = |text: &str| {
        names
            .find(text)
            .is_some_and(|name| !uses.of(name).is_empty())
    };
    let unknown_module = uses.requires_the_unknown(program, names, script);
    let hidden = [
        "_G",
        "load",
        "loadstring",
        "loadfile",
        "dofile",
        "setfenv",
        "module",
        "debug",
    ];
    let hidden_globals = unknown_module || hidden.into_iter().any(occurs);
    uses.unseen_code = unknown_module || ["loadfile", "dofile"].into_iter().any(occurs);
    uses.hidden_globals = hidden_globals;
    uses
}

/// Which of these locals are looked at, and not only called or indexed.
pub(crate) fn looked_at(
    program: &Program,
    names: &Names,
    locals: FxHashSet<(FunId, VarIdx)>,
) -> FxHashSet<(FunId, VarIdx)> {
    Walk::new(program, names, locals).through().looked_at
}

impl Uses<'_> {
    /// Uses of a global.
    pub fn of(&self, name: Name) -> &[Use] {
        self.globals.get(&name).map_or(&[], Vec::as_slice)
    }

    /// Whether the script assigns this global anywhere.
    pub fn is_assigned(&self, name: Name) -> bool {
        self.assigned.contains_key(&name)
    }

    /// The one value that a global ever gets, if a global statement gives it under no condition.
    pub fn only_value(&self, program: &Program, name: Name) -> Option<&Use> {
        let one = self.assigned.get(&name)?.as_ref()?;
        let is_straight =
            program.fun(one.fun).is_chunk() && self.parts[one.part.0 as usize].is_none();
        is_straight.then_some(one)
    }

    /// Whether a global's own value is looked at, and not only called or indexed: the script may test whether it is there.
    pub fn is_tested(&self, name: Name) -> bool {
        self.tested.contains(&name)
    }

    /// Whether whatever runs this part has entered the other one.
    pub fn is_within(&self, part: Part, outer: Part) -> bool {
        let mut at = Some(part);
        while let Some(part) = at {
            if part == outer {
                return true;
            }
            at = self.parts[part.0 as usize];
        }
        false
    }

    fn requires_the_unknown(&self, program: &Program, names: &Names, script: &Script) -> bool {
        let Some(require) = names.find("require") else {
            return false;
        };
        let found = |call: &CallUse| match &program.expr(call.expr).kind {
            ExprKind::Call { callee, args } => match program.expr(*callee).kind {
                ExprKind::Global(name) if name == require => {
                    args.first()
                        .is_some_and(|&arg| match program.expr(arg).kind {
                            ExprKind::Str(name) => script.modules.contains_key(names.text(name)),
                            _ => false,
                        })
                }
                _ => true,
            },
            _ => true,
        };
        !self.calls.iter().all(found)
            || self.of(require).iter().any(|one| one.kind != UseKind::Call)
    }
}

/// The file and start of an expression, to order uses by.
pub(crate) fn place(program: &Program, expr: ExprId) -> (FileId, TextSize) {
    let expr = program.expr(expr);
    (expr.file, expr.range.start())
}
