//! Where globals and fields are read, called and assigned, and which calls and loops there are: one walk over all functions, for rules
//! that look at the text. Conditions are not followed: everything written counts, in the order of the text.

use std::collections::BTreeMap;

use halion_syntax::TextSize;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Block, ExprId, ExprKind, FunId, Item, Loop, Name, Program, Stat, VarIdx};
use crate::script::{FileId, Script};
use crate::value::Names;

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
}

/// A `while` or `repeat` loop, or a `for` with a limit that may be `math.huge`.
pub(crate) struct LoopUse<'a> {
    /// The function it stands in.
    pub fun: FunId,
    /// Its condition.
    pub condition: ExprId,
    /// Whether it goes on while the condition holds, or until it does.
    pub is_while: bool,
    /// Its statements.
    pub body: &'a Loop,
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
    /// Loops with a condition.
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
    /// Globals that are assigned somewhere.
    assigned: FxHashSet<Name>,
    /// Globals whose own value is looked at somewhere, and not only called or indexed.
    tested: FxHashSet<Name>,
    /// Whether globals may come and go unseen: `_G`, `_ENV`, `load`, a module that is not there.
    pub hidden_globals: bool,
}

/// Walks a whole script.
pub(crate) fn uses<'a>(program: &'a Program, names: &Names, script: &Script) -> Uses<'a> {
    let mut walk = Walk {
        program,
        uses: Uses::default(),
        fun: FunId(0),
        straight: true,
        end: 0.into(),
        part: Part(0),
    };
    for (idx, fun) in program.funs.iter().enumerate() {
        walk.fun = FunId(u32::try_from(idx).expect("fewer than 2^32 functions"));
        walk.straight = fun.is_chunk();
        walk.part = walk.new_part(None);
        walk.block(&fun.body);
    }
    let mut uses = walk.uses;
    uses.hidden_globals = uses.hides_globals(program, names, script);
    uses
}

/// The calls in statements, those in functions made there left out.
pub(crate) fn calls_in(program: &Program, block: &Block) -> Vec<ExprId> {
    let mut walk = Walk {
        program,
        uses: Uses::default(),
        fun: FunId(0),
        straight: false,
        end: 0.into(),
        part: Part(0),
    };
    walk.part = walk.new_part(None);
    walk.block(block);
    walk.uses.calls.iter().map(|call| call.expr).collect()
}

impl Uses<'_> {
    /// Uses of a global.
    pub fn of(&self, name: Name) -> &[Use] {
        self.globals.get(&name).map_or(&[], Vec::as_slice)
    }

    /// Whether the script assigns this global anywhere.
    pub fn is_assigned(&self, name: Name) -> bool {
        self.assigned.contains(&name)
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

    fn hides_globals(&self, program: &Program, names: &Names, script: &Script) -> bool {
        let occurs = |text: &str| {
            names
                .find(text)
                .is_some_and(|name| !self.of(name).is_empty())
        };
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
        if hidden.into_iter().any(occurs) {
            return true;
        }
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

struct Walk<'a> {
    program: &'a Program,
    uses: Uses<'a>,
    fun: FunId,
    straight: bool,
    end: TextSize,
    part: Part,
}

impl<'a> Walk<'a> {
    fn block(&mut self, block: &'a Block) {
        let part = self.part;
        for stat in &block.0 {
            self.stat(stat);
            if let Stat::If(arms, otherwise) = stat
                && arms.iter().map(|(_, arm)| arm).chain(otherwise).any(leaves)
            {
                self.part = self.new_part(Some(self.part));
            }
        }
        self.part = part;
    }

    fn new_part(&mut self, around: Option<Part>) -> Part {
        let part = u32::try_from(self.uses.parts.len()).expect("fewer than 2^32 parts");
        self.uses.parts.push(around);
        Part(part)
    }

    fn guarded(&mut self, block: &'a Block) -> Part {
        let straight = std::mem::replace(&mut self.straight, false);
        let inner = self.new_part(Some(self.part));
        let part = std::mem::replace(&mut self.part, inner);
        self.block(block);
        self.part = part;
        self.straight = straight;
        inner
    }

    fn exprs(&mut self, exprs: &[ExprId]) {
        for &expr in exprs {
            self.expr(expr);
        }
    }

    fn stat(&mut self, stat: &'a Stat) {
        match stat {
            Stat::Local(vars, exprs) => {
                self.exprs(exprs);
                for (&var, &expr) in vars.iter().zip(exprs) {
                    self.uses.inits.insert((self.fun, var), expr);
                }
            }
            Stat::Return(exprs) => self.exprs(exprs),
            Stat::LocalFunction(_, expr) | Stat::Call(expr) => self.expr(*expr),
            Stat::Assign(targets, exprs) => {
                let last = targets.iter().chain(exprs).map(|&expr| {
                    let expr = self.program.expr(expr);
                    expr.range.end()
                });
                self.end = last.max().unwrap_or_default();
                self.exprs(exprs);
                for (position, &target) in targets.iter().enumerate() {
                    self.target(target, exprs.get(position).copied());
                }
            }
            Stat::Do(block) => self.block(block),
            Stat::While(condition, body) => {
                self.loop_use(*condition, true, body);
                self.expr(*condition);
                self.guarded(&body.body);
            }
            Stat::Repeat(body, condition) => {
                self.loop_use(*condition, false, body);
                self.guarded(&body.body);
                self.expr(*condition);
            }
            Stat::If(arms, otherwise) => {
                let mut parts = Vec::new();
                for (condition, block) in arms {
                    self.expr(*condition);
                    parts.push(self.guarded(block));
                }
                if let Some(block) = otherwise {
                    parts.push(self.guarded(block));
                    self.uses.joins.push((parts, self.part));
                }
            }
            Stat::NumericFor(_, bounds, body) => {
                if let [_, limit] = bounds[..]
                    && matches!(self.program.expr(limit).kind, ExprKind::Index { .. })
                {
                    self.loop_use(limit, true, body);
                }
                self.exprs(bounds);
                let straight = std::mem::replace(&mut self.straight, false);
                for &(_, item) in &body.items {
                    self.expr(item);
                }
                self.straight = straight;
                self.guarded(&body.body);
            }
            Stat::GenericFor(_, exprs, _, body) => {
                self.exprs(exprs);
                self.guarded(&body.body);
            }
            Stat::Break | Stat::Goto(_) | Stat::Label(_) => {}
        }
    }

    fn loop_use(&mut self, condition: ExprId, is_while: bool, body: &'a Loop) {
        self.uses.loops.push(LoopUse {
            fun: self.fun,
            condition,
            is_while,
            body,
        });
    }

    fn target(&mut self, target: ExprId, value: Option<ExprId>) {
        match self.program.expr(target).kind {
            ExprKind::Global(name) => self.global(name, target, UseKind::Write(value)),
            ExprKind::Index { base, key, .. } => {
                self.field(target, UseKind::Write(value));
                self.base(base);
                self.expr(key);
            }
            ExprKind::Local(var) => {
                self.uses.assigned_locals.insert((self.fun, var));
            }
            ExprKind::Upvalue(levels, var) => {
                let mut owner = Some(self.fun);
                for _ in 0..levels {
                    owner = owner.and_then(|fun| self.program.fun(fun).parent);
                }
                self.uses
                    .assigned_locals
                    .extend(owner.map(|owner| (owner, var)));
            }
            _ => {}
        }
    }

    fn one(&self, expr: ExprId, kind: UseKind) -> Use {
        let end = match kind {
            UseKind::Write(_) => self.end,
            _ => self.program.expr(expr).range.end(),
        };
        Use {
            expr,
            fun: self.fun,
            kind,
            end,
            part: self.part,
        }
    }

    fn global(&mut self, name: Name, expr: ExprId, kind: UseKind) {
        let one = self.one(expr, kind);
        match kind {
            UseKind::Write(_) => self.uses.assigned.insert(name),
            UseKind::Read => self.uses.tested.insert(name),
            UseKind::Base | UseKind::Call => false,
        };
        self.uses.globals.entry(name).or_default().push(one);
    }

    fn field(&mut self, expr: ExprId, kind: UseKind) {
        let one = self.one(expr, kind);
        self.uses.fields.push(one);
    }

    /// What stands before a dot or a colon.
    fn base(&mut self, base: ExprId) {
        match self.program.expr(base).kind {
            ExprKind::Global(name) => self.global(name, base, UseKind::Base),
            _ => self.expr(base),
        }
    }

    fn expr(&mut self, expr: ExprId) {
        let program = self.program;
        match &program.expr(expr).kind {
            ExprKind::Global(name) => self.global(*name, expr, UseKind::Read),
            ExprKind::Index { base, key, .. } => {
                self.field(expr, UseKind::Read);
                self.base(*base);
                self.expr(*key);
            }
            ExprKind::Call { callee, args } => {
                self.call(expr);
                match &program.expr(*callee).kind {
                    ExprKind::Global(name) => self.global(*name, *callee, UseKind::Call),
                    ExprKind::Index { base, key, .. } => {
                        self.field(*callee, UseKind::Call);
                        self.base(*base);
                        self.expr(*key);
                    }
                    _ => self.expr(*callee),
                }
                self.exprs(args);
            }
            ExprKind::Method { receiver, args, .. } => {
                self.call(expr);
                self.base(*receiver);
                self.exprs(args);
            }
            ExprKind::Table(items) => {
                for item in items {
                    match item {
                        Item::Positional(value) => self.expr(*value),
                        Item::Keyed(key, value) => self.exprs(&[*key, *value]),
                    }
                }
            }
            ExprKind::And(terms) | ExprKind::Or(terms) => {
                let straight = self.straight;
                for &term in terms {
                    self.expr(term);
                    self.straight = false;
                }
                self.straight = straight;
            }
            ExprKind::Equal(left, right, _) => self.exprs(&[*left, *right]),
            ExprKind::Operation(_, operands) => self.exprs(operands),
            ExprKind::Not(inner) | ExprKind::Paren(inner) => self.expr(*inner),
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Num(_)
            | ExprKind::Str(_)
            | ExprKind::Vararg
            | ExprKind::Fun(_)
            | ExprKind::Local(_)
            | ExprKind::Upvalue(..)
            | ExprKind::Unknown => {}
        }
    }

    fn call(&mut self, expr: ExprId) {
        if self.uses.parts[self.part.0 as usize].is_some() {
            self.uses.guarded.insert(expr);
        }
        self.uses.calls.push(CallUse {
            expr,
            fun: self.fun,
            straight: self.straight,
        });
    }
}

/// Whether what follows a block may not run after it.
fn leaves(block: &Block) -> bool {
    block.0.iter().any(|stat| match stat {
        Stat::Return(_) | Stat::Break | Stat::Goto(_) => true,
        Stat::Do(block) => leaves(block),
        Stat::If(arms, otherwise) => arms.iter().map(|(_, arm)| arm).chain(otherwise).any(leaves),
        _ => false,
    })
}

/// The file and start of an expression, to order uses by.
pub(crate) fn place(program: &Program, expr: ExprId) -> (FileId, TextSize) {
    let expr = program.expr(expr);
    (expr.file, expr.range.start())
}
