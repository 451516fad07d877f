//! Views of statements.

use super::{
    AstNode, Expr, ParamList, ast_enum, ast_node, child, child_after, children, children_after,
    children_before, token, tokens,
};
use crate::kind::{SyntaxKind, SyntaxNode};
use crate::tree::{TreeNode, TreeToken};

ast_enum! {
    /// A statement.
    Stat {
        /// `local a, b = 1, 2`
        Local(LocalStat),
        /// `a, b.c = 1, 2`
        Assign(AssignStat),
        /// `f()`
        Call(CallStat),
        /// `do ... end`
        Do(DoStat),
        /// `while c do ... end`
        While(WhileStat),
        /// `repeat ... until c`
        Repeat(RepeatStat),
        /// `if c then ... elseif d then ... else ... end`
        If(IfStat),
        /// `for i = 1, 2, 3 do ... end`
        NumericFor(NumericForStat),
        /// `for k, v in e do ... end`
        GenericFor(GenericForStat),
        /// `function a.b:c() ... end`
        Function(FunctionStat),
        /// `local function f() ... end`
        LocalFunction(LocalFunctionStat),
        /// `return e`
        Return(ReturnStat),
        /// `break`
        Break(BreakStat),
        /// `goto label`
        Goto(GotoStat),
        /// `::label::`
        Label(LabelStat),
        /// `;`
        Empty(EmptyStat),
    }
}

ast_node! {
    /// A whole file.
    Chunk
}

impl<N: TreeNode> Chunk<N> {
    /// The view of a root.
    pub(crate) fn of_root(syntax: N) -> Chunk<N> {
        debug_assert_eq!(syntax.kind(), SyntaxKind::Chunk);
        Chunk { syntax }
    }

    /// The global statements.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// Statements. The range runs from the token before the first to the token behind the last, blanks and comments included.
    Block
}

impl<N: TreeNode> Block<N> {
    /// The statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = Stat<N>> + use<N> {
        children(&self.syntax)
    }
}

ast_node! {
    /// `local a, b = 1, 2`
    LocalStat
}

impl<N: TreeNode> LocalStat<N> {
    /// The declared names.
    pub fn names(&self) -> impl Iterator<Item = N::Token> + use<N> {
        tokens(&self.syntax, SyntaxKind::Name)
    }

    /// The values, as written.
    pub fn values(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children(&self.syntax)
    }
}

ast_node! {
    /// `a, b.c = 1, 2`
    AssignStat
}

impl<N: TreeNode> AssignStat<N> {
    /// What is assigned to: names and indices (in a wrong file anything).
    pub fn targets(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children_before(&self.syntax, SyntaxKind::Eq)
    }

    /// The values, as written.
    pub fn values(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children_after(&self.syntax, SyntaxKind::Eq)
    }
}

ast_node! {
    /// A call as a statement. In a half-typed file the expression may be none.
    CallStat
}

impl<N: TreeNode> CallStat<N> {
    /// The expression, call or not.
    pub fn expr(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The expression, if it is a call: [`Expr::Call`] or [`Expr::MethodCall`].
    pub fn call(&self) -> Option<Expr<N>> {
        self.expr()
            .filter(|expr| matches!(expr, Expr::Call(_) | Expr::MethodCall(_)))
    }
}

ast_node! {
    /// `do ... end`
    DoStat
}

impl<N: TreeNode> DoStat<N> {
    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `while c do ... end`
    WhileStat
}

impl<N: TreeNode> WhileStat<N> {
    /// The condition.
    pub fn condition(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `repeat ... until c`
    RepeatStat
}

impl<N: TreeNode> RepeatStat<N> {
    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }

    /// The condition; it sees the locals of the body.
    pub fn condition(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `if c then ... elseif d then ... else ... end`
    IfStat
}

impl<N: TreeNode> IfStat<N> {
    /// The first condition.
    pub fn condition(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// What runs if the first condition holds.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }

    /// The `elseif` parts.
    pub fn else_if_clauses(&self) -> impl Iterator<Item = ElseIfClause<N>> + use<N> {
        children(&self.syntax)
    }

    /// The `else` part.
    pub fn else_clause(&self) -> Option<ElseClause<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `elseif c then ...`
    ElseIfClause
}

impl<N: TreeNode> ElseIfClause<N> {
    /// The condition.
    pub fn condition(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// What runs if it holds.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `else ...`
    ElseClause
}

impl<N: TreeNode> ElseClause<N> {
    /// What runs if no condition holds.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `for i = 1, 2, 3 do ... end`
    NumericForStat
}

impl<N: TreeNode> NumericForStat<N> {
    /// The loop variable.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The first value.
    pub fn start(&self) -> Option<Expr<N>> {
        child_after(&self.syntax, SyntaxKind::Eq)
    }

    /// The last value.
    pub fn limit(&self) -> Option<Expr<N>> {
        child_after(&self.syntax, SyntaxKind::Comma)
    }

    /// The step; 1 if there is none.
    pub fn step(&self) -> Option<Expr<N>> {
        children_after(&self.syntax, SyntaxKind::Comma).nth(1)
    }

    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `for k, v in e do ... end`
    GenericForStat
}

impl<N: TreeNode> GenericForStat<N> {
    /// The loop variables.
    pub fn names(&self) -> impl Iterator<Item = N::Token> + use<N> {
        tokens(&self.syntax, SyntaxKind::Name)
    }

    /// What is iterated: one to three values.
    pub fn values(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children(&self.syntax)
    }

    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `function a.b:c() ... end`
    FunctionStat
}

impl<N: TreeNode> FunctionStat<N> {
    /// The `a.b:c`.
    pub fn name(&self) -> Option<FunctionName<N>> {
        child(&self.syntax)
    }

    /// The parameters; `self` of a method is not among them.
    pub fn params(&self) -> Option<ParamList<N>> {
        child(&self.syntax)
    }

    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// The name in a function statement: `f`, `a.b.c`, `a.b:c`.
    FunctionName
}

impl<N: TreeNode> FunctionName<N> {
    /// All names of the path, the method included. The first one is a variable, the others are fields.
    pub fn segments(&self) -> impl Iterator<Item = N::Token> + use<N> {
        tokens(&self.syntax, SyntaxKind::Name)
    }

    /// The last name, which the function is known by.
    pub fn last(&self) -> Option<N::Token> {
        self.segments().last()
    }

    /// The name behind `:`.
    pub fn method(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Colon)?;
        self.last()
    }

    /// The path without blanks, such as `a.b:c`.
    pub fn path(&self) -> String {
        let parts = self
            .syntax
            .elements()
            .filter_map(|child| child.into_token());
        parts
            .filter(|token| !token.kind().is_trivia())
            .map(|token| token.text().to_owned())
            .collect()
    }
}

ast_node! {
    /// `local function f() ... end`
    LocalFunctionStat
}

impl<N: TreeNode> LocalFunctionStat<N> {
    /// The name.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The parameters.
    pub fn params(&self) -> Option<ParamList<N>> {
        child(&self.syntax)
    }

    /// The body.
    pub fn block(&self) -> Option<Block<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `return e`
    ReturnStat
}

impl<N: TreeNode> ReturnStat<N> {
    /// The values.
    pub fn values(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children(&self.syntax)
    }
}

ast_node! {
    /// `break`
    BreakStat
}

ast_node! {
    /// `goto label`
    GotoStat
}

impl<N: TreeNode> GotoStat<N> {
    /// The label's name.
    pub fn label(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }
}

ast_node! {
    /// `::label::`
    LabelStat
}

impl<N: TreeNode> LabelStat<N> {
    /// The label's name.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }
}

ast_node! {
    /// `;`
    EmptyStat
}
