//! The analysis' own program: functions, blocks and expressions with resolved names, in arenas.
//!
//! Made once per file by `lower`; holds no values. All ranges are bytes of the file's text.

use halion_syntax::TextRange;

use crate::ids::ids;
use crate::script::FileId;
use crate::value::Names;

ids! {
    /// A function literal or a file's main chunk.
    FunId
    /// An expression of any file.
    ExprId
    /// A local variable of one function, in the order of declaration.
    VarIdx
    /// An interned name or string constant.
    Name
}

/// Everything lowered.
#[derive(Default)]
pub struct Program {
    /// Functions of all files, outer ones first.
    pub funs: Vec<Fun>,
    /// Expressions of all files.
    pub exprs: Vec<Expr>,
    /// Main chunk of each file.
    pub chunks: Vec<FunId>,
    /// Names and string constants.
    pub names: Names,
}

impl Program {
    /// A function.
    #[must_use]
    pub fn fun(&self, id: FunId) -> &Fun {
        &self.funs[id.idx()]
    }

    /// An expression.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.idx()]
    }

    /// Where the name of what is called or passed stands: the whole name `f`, the last part of `a.b.f`.
    #[must_use]
    pub fn name_range(&self, id: ExprId) -> TextRange {
        match &self.expr(id).kind {
            ExprKind::Index {
                name_range: Some(range),
                ..
            }
            | ExprKind::Method {
                name_range: range, ..
            } => *range,
            ExprKind::Paren(inner) => self.name_range(*inner),
            ExprKind::Fun(fun) => self.fun(*fun).keyword_range,
            _ => self.expr(id).range,
        }
    }
}

/// A function literal, or the main chunk of a file.
pub struct Fun {
    /// The file it stands in.
    pub file: FileId,
    /// All of it.
    pub range: TextRange,
    /// Its name where it is declared; its keyword if it has none; the first token of a main chunk.
    pub name_range: TextRange,
    /// The keyword `function`.
    pub keyword_range: TextRange,
    /// Whether a statement declares it under its name: `local function f`, `function a.b:c`.
    pub is_declared: bool,
    /// What a chain calls it: `onNote`, `Voice:stop`, `<anonymous>`, `<main>`.
    pub name: String,
    /// The function around it; none for a main chunk.
    pub parent: Option<FunId>,
    /// Parameters first, then locals.
    pub vars: Vec<Var>,
    /// Variables that stand for items in counting loops, with the items as they are written.
    pub items: Vec<(VarIdx, ExprId)>,
    /// How many of `vars` are parameters, `self` included.
    pub n_params: usize,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// Its statements.
    pub body: Block,
    /// How many statements it has, nested ones included.
    pub n_stats: u32,
    /// Whether it creates tables or functions.
    pub allocates: bool,
    /// Whether it has a `goto`.
    pub has_goto: bool,
    /// Whether a `goto` leads back to a label further up: what stands behind a label is then a loop.
    pub jumps_back: bool,
}

impl Fun {
    /// Whether it is the main chunk of a file.
    #[must_use]
    pub fn is_chunk(&self) -> bool {
        self.parent.is_none()
    }

    /// The name in a message; what has none is described.
    #[must_use]
    pub fn shown_name(&self) -> &str {
        match self.name.as_str() {
            "<main>" => "global statements",
            "<anonymous>" => "a function without name",
            name => name,
        }
    }
}

/// A local variable or parameter.
pub struct Var {
    /// Whether an inner function reads or writes it.
    pub captured: bool,
    /// Whether an inner function writes it.
    pub assigned_inside: bool,
}

/// Statements in order.
#[derive(Default)]
pub struct Block(pub Vec<Stat>);

/// A loop's facts.
pub struct Loop {
    /// The statements.
    pub body: Block,
    /// Variables from here on are declared inside.
    pub first_var: u32,
    /// For a counting loop: items at the counted position whose fields the body looks at, `jobs[i]` in `jobs[i].kind`, and variables
    /// that hold them from the start of each round.
    pub items: Vec<(VarIdx, ExprId)>,
    /// Whether it creates tables or functions.
    pub allocates: bool,
}

/// A statement.
pub enum Stat {
    /// `local a, b = x, y`.
    Local(Vec<VarIdx>, Vec<ExprId>),
    /// `local function f`: the variable is in scope inside.
    LocalFunction(VarIdx, ExprId),
    /// `a, b.c = x, y`, also `function a.b:c`.
    Assign(Vec<ExprId>, Vec<ExprId>),
    /// A call for its effect.
    Call(ExprId),
    /// `do ... end`.
    Do(Block),
    /// `while c do ... end`.
    While(ExprId, Loop),
    /// `repeat ... until c`.
    Repeat(Loop, ExprId),
    /// `if`, with its arms in order.
    If(Vec<(ExprId, Block)>, Option<Block>),
    /// `for i = a, b, c do`.
    NumericFor(VarIdx, Vec<ExprId>, Loop),
    /// `for a, b in x do`.
    GenericFor(Vec<VarIdx>, Vec<ExprId>, ExprId, Loop),
    /// `return`.
    Return(Vec<ExprId>),
    /// `break`.
    Break,
    /// `goto name`, with its place.
    Goto(Name, TextRange),
    /// `::name::`.
    Label(Name),
}

/// An expression with its place.
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The file it stands in.
    pub file: FileId,
    /// All of it.
    pub range: TextRange,
}

/// A binary or unary operator that can call a metamethod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The metamethod: `__add`.
    pub event: &'static str,
    /// Whether it is `>` or `>=`, which ask the metamethod of `<` and `<=` the other way round.
    pub is_greater: bool,
}

/// An item of a table constructor.
pub enum Item {
    /// `x`.
    Positional(ExprId),
    /// `k = x`, `[k] = x`.
    Keyed(ExprId, ExprId),
}

/// What an expression is.
pub enum ExprKind {
    /// `nil`.
    Nil,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Num(f64),
    /// A string.
    Str(Name),
    /// `...`.
    Vararg,
    /// A function literal.
    Fun(FunId),
    /// A variable of this function.
    Local(VarIdx),
    /// A variable of a function so many levels out (1 = the one around).
    Upvalue(u32, VarIdx),
    /// A global variable.
    Global(Name),
    /// `a.b`, `a[b]`.
    Index {
        /// `a`.
        base: ExprId,
        /// `b`.
        key: ExprId,
        /// The range of `b` in `a.b`.
        name_range: Option<TextRange>,
    },
    /// `f(x)`.
    Call {
        /// `f`.
        callee: ExprId,
        /// `x`.
        args: Vec<ExprId>,
    },
    /// `o:m(x)`.
    Method {
        /// `o`.
        receiver: ExprId,
        /// `m`.
        name: Name,
        /// Where `m` stands.
        name_range: TextRange,
        /// `x`.
        args: Vec<ExprId>,
    },
    /// `{ ... }`.
    Table(Vec<Item>),
    /// `a and b and c`.
    And(Vec<ExprId>),
    /// `a or b or c`.
    Or(Vec<ExprId>),
    /// `not a`.
    Not(ExprId),
    /// `a == b`; the flag is true for `~=`.
    Equal(ExprId, ExprId, bool),
    /// `a + b`, `a < b`, `-a`, `#a`: the operands in order.
    Operation(Operator, Vec<ExprId>),
    /// `(a)`: one value.
    Paren(ExprId),
    /// A hole in half-typed code, or nested deeper than we follow.
    Unknown,
}
