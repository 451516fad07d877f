//! Views of expressions.

use rowan::NodeOrToken;

use super::{
    AstNode, Block, TableExpr, ast_enum, ast_node, child, child_after, children, token, tokens,
};
use crate::kind::{SyntaxKind, SyntaxNode};
use crate::literal;
use crate::tree::{TreeNode, TreeToken};

ast_enum! {
    /// An expression.
    Expr {
        /// `a`
        Name(NameExpr),
        /// `nil`, `true`, `false`, `1`, `"a"`
        Literal(LiteralExpr),
        /// `...`
        Vararg(VarargExpr),
        /// `function() ... end`
        Function(FunctionExpr),
        /// `{ ... }`
        Table(TableExpr),
        /// `a + b`
        Binary(BinaryExpr),
        /// `-a`
        Unary(UnaryExpr),
        /// `(a)`
        Paren(ParenExpr),
        /// `a.b`, `a[b]`
        Index(IndexExpr),
        /// `f(...)`
        Call(CallExpr),
        /// `a:b(...)`
        MethodCall(MethodCallExpr),
    }
}

impl<N: TreeNode> Expr<N> {
    /// What the parentheses around it hold; itself if there are none.
    pub fn without_parens(self) -> Option<Expr<N>> {
        let mut expr = self;
        while let Expr::Paren(paren) = &expr {
            expr = paren.inner()?;
        }
        Some(expr)
    }
}

ast_node! {
    /// A name that stands for a value.
    NameExpr
}

impl<N: TreeNode> NameExpr<N> {
    /// The name.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }
}

/// What a literal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// `nil`
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// A number.
    Number,
    /// A string.
    String,
}

impl LiteralKind {
    fn of(kind: SyntaxKind) -> Option<LiteralKind> {
        Some(match kind {
            SyntaxKind::Nil => LiteralKind::Nil,
            SyntaxKind::True => LiteralKind::True,
            SyntaxKind::False => LiteralKind::False,
            SyntaxKind::Number => LiteralKind::Number,
            SyntaxKind::Str => LiteralKind::String,
            _ => return None,
        })
    }
}

/// What a literal stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralValue {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// The bytes of a string; they need not be UTF-8.
    String(Vec<u8>),
}

ast_node! {
    /// `nil`, `true`, `false`, a number, a string.
    LiteralExpr
}

impl<N: TreeNode> LiteralExpr<N> {
    /// The one token.
    pub fn token(&self) -> Option<N::Token> {
        self.syntax.elements().find_map(NodeOrToken::into_token)
    }

    /// What it is.
    pub fn kind(&self) -> Option<LiteralKind> {
        LiteralKind::of(self.token()?.kind())
    }

    /// What it stands for; `None` if it is malformed.
    pub fn value(&self) -> Option<LiteralValue> {
        let token = self.token()?;
        Some(match LiteralKind::of(token.kind())? {
            LiteralKind::Nil => LiteralValue::Nil,
            LiteralKind::True => LiteralValue::Bool(true),
            LiteralKind::False => LiteralValue::Bool(false),
            LiteralKind::Number => LiteralValue::Number(literal::number_value(token.text())?),
            LiteralKind::String => LiteralValue::String(literal::string_value(token.text())?),
        })
    }

    /// The bytes that a string stands for; they need not be UTF-8.
    pub fn string_value(&self) -> Option<Vec<u8>> {
        literal::string_value(token(&self.syntax, SyntaxKind::Str)?.text())
    }

    /// The value of a number; `None` if it is malformed.
    pub fn number_value(&self) -> Option<f64> {
        literal::number_value(token(&self.syntax, SyntaxKind::Number)?.text())
    }
}

ast_node! {
    /// `...`
    VarargExpr
}

ast_node! {
    /// `function() ... end`
    FunctionExpr
}

impl<N: TreeNode> FunctionExpr<N> {
    /// The word `function`.
    pub fn keyword(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Function)
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
    /// The parameters of a function, with their parentheses.
    ParamList
}

impl<N: TreeNode> ParamList<N> {
    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = N::Token> + use<N> {
        tokens(&self.syntax, SyntaxKind::Name)
    }

    /// Whether `...` closes the list.
    pub fn is_vararg(&self) -> bool {
        token(&self.syntax, SyntaxKind::Dots).is_some()
    }
}

ast_node! {
    /// `a + b`. Holds more than two operands only past [`MAX_CHAIN`](crate::MAX_CHAIN) operators in a row.
    BinaryExpr
}

impl<N: TreeNode> BinaryExpr<N> {
    /// The operator.
    pub fn operator(&self) -> Option<N::Token> {
        self.operators().next()
    }

    /// The left operand.
    pub fn lhs(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The right operand.
    pub fn rhs(&self) -> Option<Expr<N>> {
        self.syntax
            .elements()
            .filter_map(|c| c.into_node())
            .filter_map(Expr::cast)
            .nth(1)
    }

    /// Further operators with their right operands; the left one of each is all before it.
    pub fn rest(&self) -> impl Iterator<Item = (N::Token, Expr<N>)> + use<N> {
        let (mut operator, mut n_operators) = (None, 0);
        self.syntax.elements().filter_map(move |child| match child {
            NodeOrToken::Token(token) => {
                if !token.kind().is_trivia() {
                    operator = Some(token);
                    n_operators += 1;
                }
                None
            }
            NodeOrToken::Node(node) => {
                let operator = operator.take().filter(|_| n_operators > 1)?;
                Expr::cast(node).map(|expr| (operator, expr))
            }
        })
    }

    /// The operator and all operands in order, read once.
    pub fn parts(&self) -> (Option<N::Token>, Vec<Expr<N>>) {
        let (mut operator, mut operands) = (None, Vec::with_capacity(2));
        for child in self.syntax.elements() {
            match child {
                NodeOrToken::Node(node) => operands.extend(Expr::cast(node)),
                NodeOrToken::Token(token) if operator.is_none() && !token.kind().is_trivia() => {
                    operator = Some(token);
                }
                NodeOrToken::Token(_) => {}
            }
        }
        (operator, operands)
    }

    /// All operands, in order.
    pub fn operands(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children(&self.syntax)
    }

    fn operators(&self) -> impl Iterator<Item = N::Token> + use<N> {
        let tokens = self.syntax.elements().filter_map(NodeOrToken::into_token);
        tokens.filter(|token| !token.kind().is_trivia())
    }
}

ast_node! {
    /// `-a`, `not a`, `#a`
    UnaryExpr
}

impl<N: TreeNode> UnaryExpr<N> {
    /// The operator.
    pub fn operator(&self) -> Option<N::Token> {
        self.syntax.elements().find_map(NodeOrToken::into_token)
    }

    /// The operand.
    pub fn operand(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `(a)`
    ParenExpr
}

impl<N: TreeNode> ParenExpr<N> {
    /// What the parentheses hold.
    pub fn inner(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `a.b` or `a[b]`
    IndexExpr
}

/// All of an index.
#[derive(Clone, Debug)]
pub struct IndexParts<N: TreeNode = SyntaxNode> {
    /// The `a`.
    pub base: Option<Expr<N>>,
    /// The `b` of `a.b`.
    pub name: Option<N::Token>,
    /// The `b` of `a[b]`.
    pub index: Option<Expr<N>>,
}

impl<N: TreeNode> IndexExpr<N> {
    /// The `a`.
    pub fn base(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The `b` of `a.b`.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The `b` of `a[b]`.
    pub fn index(&self) -> Option<Expr<N>> {
        child_after(&self.syntax, SyntaxKind::LBracket)
    }

    /// All of it, read once.
    pub fn parts(&self) -> IndexParts<N> {
        let (mut base, mut name, mut index) = (None, None, None);
        let mut is_behind_bracket = false;
        for child in self.syntax.elements() {
            match child {
                NodeOrToken::Token(token) => match token.kind() {
                    SyntaxKind::LBracket => is_behind_bracket = true,
                    SyntaxKind::Name if name.is_none() => name = Some(token),
                    _ => {}
                },
                NodeOrToken::Node(node) => {
                    let expr = Expr::cast(node);
                    if is_behind_bracket && index.is_none() {
                        index.clone_from(&expr);
                    }
                    if base.is_none() {
                        base = expr;
                    }
                }
            }
        }
        IndexParts { base, name, index }
    }

    /// The `.` of `a.b`.
    pub fn dot(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Dot)
    }
}

ast_node! {
    /// `f(...)`, `f{...}`, `f"..."`
    CallExpr
}

impl<N: TreeNode> CallExpr<N> {
    /// The `f`.
    pub fn callee(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The arguments with what encloses them.
    pub fn arg_list(&self) -> Option<ArgList<N>> {
        child(&self.syntax)
    }

    /// The arguments.
    pub fn args(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        self.arg_list().into_iter().flat_map(|list| list.args())
    }
}

ast_node! {
    /// `a:b(...)`
    MethodCallExpr
}

impl<N: TreeNode> MethodCallExpr<N> {
    /// The `a`.
    pub fn receiver(&self) -> Option<Expr<N>> {
        child(&self.syntax)
    }

    /// The `b`.
    pub fn name(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The `:`.
    pub fn colon(&self) -> Option<N::Token> {
        token(&self.syntax, SyntaxKind::Colon)
    }

    /// The arguments with what encloses them; `a` is not among them.
    pub fn arg_list(&self) -> Option<ArgList<N>> {
        child(&self.syntax)
    }

    /// The arguments.
    pub fn args(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        self.arg_list().into_iter().flat_map(|list| list.args())
    }
}

ast_node! {
    /// The arguments of a call: `(...)`, a table or a string.
    ArgList
}

impl<N: TreeNode> ArgList<N> {
    /// The arguments, in order.
    pub fn args(&self) -> impl Iterator<Item = Expr<N>> + use<N> {
        children(&self.syntax)
    }
}
