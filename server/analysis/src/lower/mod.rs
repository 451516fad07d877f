//! Syntax trees to the analysis' own program: names resolved to locals, upvalues and globals.
//!
//! Takes half-typed code: a hole becomes [`ExprKind::Unknown`]. Recursion is bounded by the depth of the tree, which `syntax` bounds.

mod expr;
mod items;
mod stat;

use halion_api::api;
use halion_syntax::ast::{AstNode, Block as AstBlock, ParamList};
use halion_syntax::{PlainNode as Node, PlainToken as Token, TextRange, TreeToken};

use crate::ir::{Block, Expr, ExprId, ExprKind, Fun, FunId, Name, Program, Var, VarIdx};
use crate::script::{FileId, Script};

/// Lowers all files of a script.
#[must_use]
pub fn lower(script: &Script) -> Program {
    let mut program = Program::default();
    intern_known_names(&mut program);
    for (idx, file) in script.files.iter().enumerate() {
        let file_id = FileId(u32::try_from(idx).expect("fewer than 2^32 files"));
        let chunk = file.parse.plain_chunk();
        let first = (chunk.syntax().first_word())
            .map_or_else(|| TextRange::empty(0.into()), |token| token.text_range());
        let mut lowering = Lowering {
            program: &mut program,
            file: file_id,
            scopes: Vec::new(),
            depth: 0,
        };
        let fun = lowering.function(
            Header {
                range: chunk.text_range(),
                keyword: first,
                name: "<main>".to_owned(),
                name_range: first,
                is_declared: false,
            },
            false,
            None,
            chunk.block(),
        );
        lowering.program.funs[fun.idx()].is_vararg = true;
        program.chunks.push(fun);
    }
    program
}

/// Names that a script can put together at run time: `_G["on" .. "Note"]`.
fn intern_known_names(program: &mut Program) {
    for thread in [
        halion_api::Thread::Controller,
        halion_api::Thread::Processor,
    ] {
        program.names.id(thread.name());
    }
    for callback in api().callbacks().iter().chain(api().ui_callbacks()) {
        program.names.id(&callback.name);
    }
    for function in api().functions().iter().chain(api().methods()) {
        program.names.id(&function.name);
    }
}

/// What is known of a function before its body.
struct Header {
    range: TextRange,
    keyword: TextRange,
    name: String,
    name_range: TextRange,
    is_declared: bool,
}

/// A function being lowered.
struct Scope {
    fun: FunId,
    vars: Vec<Var>,
    /// Variables in scope, innermost last.
    visible: Vec<(Name, VarIdx)>,
    n_stats: u32,
    allocates: bool,
    has_goto: bool,
    jumps_back: bool,
    /// Labels passed in the blocks around.
    labels: Vec<Name>,
    /// How many loops are around.
    loops: u32,
    /// Counting loops around.
    counters: Vec<Counter>,
    /// Items of all counting loops.
    items: Vec<(VarIdx, ExprId)>,
}

use items::Counter;

struct Lowering<'a> {
    program: &'a mut Program,
    file: FileId,
    scopes: Vec<Scope>,
    /// Expressions around.
    depth: u32,
}

/// Where a name leads.
#[derive(Clone, Copy, PartialEq)]
enum Resolved {
    Local(VarIdx),
    Upvalue(u32, VarIdx),
    Global,
}

impl Lowering<'_> {
    fn scope(&mut self) -> &mut Scope {
        self.scopes
            .last_mut()
            .expect("lowering is inside a function")
    }

    fn function(
        &mut self,
        header: Header,
        has_self: bool,
        params: Option<ParamList<Node<'_>>>,
        body: Option<AstBlock<Node<'_>>>,
    ) -> FunId {
        let id = FunId(u32::try_from(self.program.funs.len()).expect("fewer than 2^32 functions"));
        let parent = self.scopes.last().map(|scope| scope.fun);
        self.program.funs.push(Fun {
            file: self.file,
            range: header.range,
            name_range: header.name_range,
            keyword_range: header.keyword,
            name: header.name,
            is_declared: header.is_declared,
            parent,
            vars: Vec::new(),
            items: Vec::new(),
            n_params: 0,
            is_vararg: params.as_ref().is_some_and(ParamList::is_vararg),
            body: Block::default(),
            n_stats: 0,
            allocates: false,
            has_goto: false,
            jumps_back: false,
        });
        self.scopes.push(Scope {
            fun: id,
            vars: Vec::new(),
            visible: Vec::new(),
            n_stats: 0,
            allocates: false,
            has_goto: false,
            jumps_back: false,
            labels: Vec::new(),
            loops: 0,
            counters: Vec::new(),
            items: Vec::new(),
        });
        if has_self {
            let name = self.program.names.id("self");
            self.declare_name(name);
        }
        if let Some(params) = params {
            for name in params.names() {
                self.declare(&name);
            }
        }
        let n_params = self.scope().vars.len();
        let body = self.block(body);
        let scope = self.scopes.pop().expect("pushed above");
        let fun = &mut self.program.funs[id.idx()];
        fun.vars = scope.vars;
        fun.items = scope.items;
        fun.n_params = n_params;
        fun.body = body;
        fun.n_stats = scope.n_stats;
        fun.allocates = scope.allocates;
        fun.has_goto = scope.has_goto;
        fun.jumps_back = scope.jumps_back;
        if let Some(outer) = self.scopes.last_mut() {
            outer.n_stats += scope.n_stats;
        }
        id
    }

    fn declare(&mut self, name: &Token<'_>) -> VarIdx {
        let name = self.program.names.id(name.text());
        self.declare_name(name)
    }

    fn declare_name(&mut self, name: Name) -> VarIdx {
        let scope = self.scope();
        let var = VarIdx(u32::try_from(scope.vars.len()).expect("fewer than 2^32 variables"));
        scope.vars.push(Var {
            captured: false,
            assigned_inside: false,
        });
        scope.visible.push((name, var));
        var
    }

    fn resolve(&mut self, name: Name, writes: bool) -> Resolved {
        let innermost = self.scopes.len() - 1;
        for level in (0..self.scopes.len()).rev() {
            let found = self.scopes[level]
                .visible
                .iter()
                .rev()
                .find(|(visible, _)| *visible == name);
            if let Some(&(_, var)) = found {
                if level == innermost {
                    return Resolved::Local(var);
                }
                let info = &mut self.scopes[level].vars[var.idx()];
                info.captured = true;
                info.assigned_inside |= writes;
                let levels = u32::try_from(innermost - level).expect("bounded depth");
                return Resolved::Upvalue(levels, var);
            }
        }
        Resolved::Global
    }

    fn add(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let id =
            ExprId(u32::try_from(self.program.exprs.len()).expect("fewer than 2^32 expressions"));
        self.program.exprs.push(Expr {
            kind,
            file: self.file,
            range,
        });
        id
    }

    /// A variable by name, as a value or as a target.
    fn name(&mut self, text: &str, range: TextRange, writes: bool) -> ExprId {
        let kind = self.name_kind(text, range, writes);
        self.add(kind, range)
    }

    fn name_kind(&mut self, text: &str, range: TextRange, writes: bool) -> ExprKind {
        let name = self.program.names.id(text);
        match self.resolve(name, writes) {
            Resolved::Local(var) => return ExprKind::Local(var),
            Resolved::Upvalue(levels, var) => return ExprKind::Upvalue(levels, var),
            Resolved::Global => {}
        }
        // In Lua 5.2 a global `x` is `_ENV.x`, whatever `_ENV` is here.
        let env = self.program.names.id("_ENV");
        let base = match self.resolve(env, false) {
            Resolved::Local(var) => ExprKind::Local(var),
            Resolved::Upvalue(levels, var) => ExprKind::Upvalue(levels, var),
            Resolved::Global if text == "_ENV" => {
                return ExprKind::Global(self.program.names.id("_G"));
            }
            Resolved::Global => return ExprKind::Global(name),
        };
        let base = self.add(base, range);
        let key = self.add(ExprKind::Str(name), range);
        ExprKind::Index {
            base,
            key,
            name_range: Some(range),
        }
    }
}
