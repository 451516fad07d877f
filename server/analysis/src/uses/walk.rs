//! The walk over all functions, in the order of the text.

use halion_api::{LuaKind, api};
use halion_syntax::TextSize;
use rustc_hash::FxHashSet;

use super::{CallUse, LoopKind, LoopUse, Part, Use, UseKind, Uses};
use crate::ir::{Block, ExprId, ExprKind, FunId, Item, Name, Program, Stat, VarIdx};
use crate::value::Names;

/// One walk, at a place in the text.
pub(super) struct Walk<'a, 'n> {
    program: &'a Program,
    names: &'n Names,
    pub(super) uses: Uses<'a>,
    fun: FunId,
    straight: bool,
    end: TextSize,
    part: Part,
    is_versioned: bool,
    /// Locals of interest, and those of them that are looked at.
    watched: FxHashSet<(FunId, VarIdx)>,
    pub(super) looked_at: FxHashSet<(FunId, VarIdx)>,
}

impl<'a, 'n> Walk<'a, 'n> {
    /// At the start; `watched` are locals of interest.
    pub(super) fn new(
        program: &'a Program,
        names: &'n Names,
        watched: FxHashSet<(FunId, VarIdx)>,
    ) -> Self {
        Walk {
            program,
            names,
            uses: Uses::default(),
            fun: FunId(0),
            straight: false,
            end: 0.into(),
            part: Part(0),
            is_versioned: false,
            watched,
            looked_at: FxHashSet::default(),
        }
    }

    /// Through all functions.
    pub(super) fn through(mut self) -> Self {
        for (idx, fun) in self.program.funs.iter().enumerate() {
            self.fun = FunId(u32::try_from(idx).expect("fewer than 2^32 functions"));
            self.straight = fun.is_chunk();
            self.part = self.new_part(None);
            self.block(&fun.body);
        }
        self
    }

    fn block(&mut self, block: &'a Block) {
        let part = self.part;
        for (idx, stat) in block.0.iter().enumerate() {
            if let Stat::Label(label) = stat {
                self.jump_back(*label, &block.0[idx + 1..]);
            }
            self.stat(stat);
            if let Stat::If(arms, otherwise) = stat
                && arms.iter().map(|(_, arm)| arm).chain(otherwise).any(leaves)
            {
                self.part = self.new_part(Some(self.part));
            }
        }
        self.part = part;
    }

    /// A `goto` to a label above it in the same block.
    fn jump_back(&mut self, label: Name, behind: &'a [Stat]) {
        let back = behind
            .iter()
            .enumerate()
            .find_map(|(idx, stat)| match stat {
                Stat::Goto(name, range) if *name == label => Some((idx, *range)),
                _ => None,
            });
        if let Some((idx, range)) = back {
            let file = self.program.fun(self.fun).file;
            self.loop_use(LoopKind::Goto(file, range), &behind[..idx]);
        }
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
                self.loop_use(LoopKind::While(*condition), &body.body.0);
                self.expr(*condition);
                self.guarded(&body.body);
            }
            Stat::Repeat(body, condition) => {
                self.loop_use(LoopKind::Until(*condition), &body.body.0);
                self.guarded(&body.body);
                self.expr(*condition);
            }
            Stat::If(arms, otherwise) => {
                let mut conditions = arms.iter().map(|&(condition, _)| condition);
                let around = self.is_versioned;
                self.is_versioned |= conditions.any(|condition| self.asks_for_version(condition));
                let mut parts = Vec::new();
                for (condition, block) in arms {
                    self.expr(*condition);
                    parts.push(self.guarded(block));
                }
                if let Some(block) = otherwise {
                    parts.push(self.guarded(block));
                    self.uses.joins.push((parts, self.part));
                }
                self.is_versioned = around;
            }
            Stat::NumericFor(_, bounds, body) => {
                self.loop_use(LoopKind::For(bounds), &body.body.0);
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
            Stat::Break | Stat::Goto(..) | Stat::Label(_) => {}
        }
    }

    fn loop_use(&mut self, kind: LoopKind<'a>, body: &'a [Stat]) {
        let fun = self.fun;
        self.uses.loops.push(LoopUse { fun, kind, body });
    }

    /// The value of a local, if anybody wants to know.
    fn local(&mut self, levels: u32, var: VarIdx) {
        if self.watched.is_empty() {
            return;
        }
        let owner = (0..levels).try_fold(self.fun, |fun, _| self.program.fun(fun).parent);
        if let Some(local) = owner.map(|owner| (owner, var))
            && self.watched.contains(&local)
        {
            self.looked_at.insert(local);
        }
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
                let owner = (0..levels).try_fold(self.fun, |fun, _| self.program.fun(fun).parent);
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
            is_versioned: self.is_versioned,
        }
    }

    /// Whether a condition looks at something of Lua that other versions may lack: `bit32`, `table.unpack`, `_VERSION == "Lua 5.2"`.
    fn asks_for_version(&self, condition: ExprId) -> bool {
        let ask = |&expr: &ExprId| self.asks_for_version(expr);
        match &self.program.expr(condition).kind {
            ExprKind::Global(name) => {
                let name = self.names.text(*name);
                api().lua().entry(name).is_some() || api().lua().library(name).is_some()
            }
            ExprKind::Index { base, key, .. } => {
                let kinds = (
                    &self.program.expr(*base).kind,
                    &self.program.expr(*key).kind,
                );
                let (ExprKind::Global(library), ExprKind::Str(key)) = kinds else {
                    return false;
                };
                let (library, key) = (self.names.text(*library), self.names.text(*key));
                let entry = || api().lua().entry(&format!("{library}.{key}"));
                // `math.huge` is a number to compare with.
                api().lua().library(library).is_some()
                    && entry().is_none_or(|entry| entry.kind == LuaKind::Function)
            }
            ExprKind::Not(inner) | ExprKind::Paren(inner) => ask(inner),
            ExprKind::And(terms) | ExprKind::Or(terms) => terms.iter().any(ask),
            ExprKind::Equal(a, b, _) => ask(a) || ask(b),
            ExprKind::Operation(_, operands) => operands.iter().any(ask),
            // `type(table.unpack)`
            ExprKind::Call { args, .. } => args.iter().any(ask),
            ExprKind::Method { receiver, .. } => ask(receiver),
            _ => false,
        }
    }

    fn global(&mut self, name: Name, expr: ExprId, kind: UseKind) {
        let one = self.one(expr, kind);
        match kind {
            UseKind::Write(_) => {
                let known = self.uses.assigned.entry(name);
                known.and_modify(|known| *known = None).or_insert(Some(one));
            }
            UseKind::Read => {
                self.uses.tested.insert(name);
            }
            UseKind::Base | UseKind::Call => {}
        }
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
            ExprKind::Local(_) | ExprKind::Upvalue(..) => {}
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
                    ExprKind::Local(_) | ExprKind::Upvalue(..) => {}
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
                let (straight, around) = (self.straight, self.is_versioned);
                self.is_versioned |= terms.iter().any(|&term| self.asks_for_version(term));
                for &term in terms {
                    self.expr(term);
                    self.straight = false;
                }
                (self.straight, self.is_versioned) = (straight, around);
            }
            ExprKind::Equal(left, right, _) => self.exprs(&[*left, *right]),
            ExprKind::Operation(_, operands) => self.exprs(operands),
            ExprKind::Not(inner) | ExprKind::Paren(inner) => self.expr(*inner),
            ExprKind::Local(var) => self.local(0, *var),
            ExprKind::Upvalue(levels, var) => self.local(*levels, *var),
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Num(_)
            | ExprKind::Str(_)
            | ExprKind::Vararg
            | ExprKind::Fun(_)
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
            is_versioned: self.is_versioned,
        });
    }
}

/// Whether what follows a block may not run after it.
fn leaves(block: &Block) -> bool {
    block.0.iter().any(|stat| match stat {
        Stat::Return(_) | Stat::Break | Stat::Goto(..) => true,
        Stat::Do(block) => leaves(block),
        Stat::If(arms, otherwise) => arms.iter().map(|(_, arm)| arm).chain(otherwise).any(leaves),
        _ => false,
    })
}
