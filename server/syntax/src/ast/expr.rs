//! Views of expressions.

use super::{AstNode, Block, ast_enum, ast_node, child, child_after, children, token, tokens};
use crate::kind::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
use crate::literal;

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

impl Expr {
    /// What the parentheses around it hold; itself if there are none.
    pub fn without_parens(self) -> Option<Expr> {
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

impl NameExpr {
    /// The name.
    pub fn name(&self) -> Option<SyntaxToken> {
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

impl LiteralExpr {
    /// The one token.
    pub fn token(&self) -> Option<SyntaxToken> {
        self.syntax
            .children_with_tokens()
            .find_map(SyntaxElement::into_token)
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

impl FunctionExpr {
    /// The word `function`.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(&self.syntax, SyntaxKind::Function)
    }

    /// The parameters.
    pub fn params(&self) -> Option<ParamList> {
        child(&self.syntax)
    }

    /// The body.
    pub fn block(&self) -> Option<Block> {
        child(&self.syntax)
    }
}

ast_node! {
    /// The parameters of a function, with their parentheses.
    ParamList
}

impl ParamList {
    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        tokens(&self.syntax, SyntaxKind::Name)
    }

    /// Whether `...` closes the list.
    pub fn is_vararg(&self) -> bool {
        token(&self.syntax, SyntaxKind::Dots).is_some()
    }
}

ast_node! {
    /// `{ ... }`
    TableExpr
}

impl TableExpr {
    /// The entries, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        children(&self.syntax)
    }
}

/// How an entry of a table gets its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// `value`: the next number from 1.
    Positional,
    /// `name = value`
    Named,
    /// `[key] = value`
    Keyed,
}

ast_node! {
    /// An entry of a table.
    Field
}

/// All of an entry.
#[derive(Clone, Debug)]
pub struct FieldParts {
    /// How it gets its key.
    pub kind: FieldKind,
    /// The name in `name = value`.
    pub name: Option<SyntaxToken>,
    /// The key in `[key] = value`.
    pub key: Option<Expr>,
    /// The value.
    pub value: Option<Expr>,
}

impl Field {
    /// All of it, read once.
    pub fn parts(&self) -> FieldParts {
        let mut parts = FieldParts {
            kind: FieldKind::Positional,
            name: None,
            key: None,
            value: None,
        };
        let (mut is_behind_key, mut is_behind_eq) = (false, false);
        for child in self.syntax.children_with_tokens() {
            match child {
                SyntaxElement::Token(token) => match token.kind() {
                    SyntaxKind::LBracket => parts.kind = FieldKind::Keyed,
                    SyntaxKind::RBracket => is_behind_key = true,
                    SyntaxKind::Eq => {
                        is_behind_eq = true;
                        parts.value = None;
                        if parts.kind == FieldKind::Positional {
                            parts.kind = FieldKind::Named;
                        }
                    }
                    SyntaxKind::Name if parts.name.is_none() => parts.name = Some(token),
                    _ => {}
                },
                SyntaxElement::Node(node) => {
                    let is_key = parts.kind == FieldKind::Keyed && !is_behind_key;
                    let is_value = is_behind_eq || parts.kind == FieldKind::Positional;
                    if is_key && parts.key.is_none() {
                        parts.key = Expr::cast(node);
                    } else if is_value && parts.value.is_none() {
                        parts.value = Expr::cast(node);
                    }
                }
            }
        }
        parts
    }

    /// How the entry gets its key.
    pub fn kind(&self) -> FieldKind {
        self.parts().kind
    }

    /// The name in `name = value`.
    pub fn name(&self) -> Option<SyntaxToken> {
        self.parts().name
    }

    /// The key in `[key] = value`.
    pub fn key(&self) -> Option<Expr> {
        self.parts().key
    }

    /// The value.
    pub fn value(&self) -> Option<Expr> {
        self.parts().value
    }
}

ast_node! {
    /// `a + b`. Holds more than two operands only past [`MAX_CHAIN`](crate::MAX_CHAIN) operators in a row.
    BinaryExpr
}

impl BinaryExpr {
    /// The operator.
    pub fn operator(&self) -> Option<SyntaxToken> {
        self.operators().next()
    }

    /// The left operand.
    pub fn lhs(&self) -> Option<Expr> {
        child(&self.syntax)
    }

    /// The right operand.
    pub fn rhs(&self) -> Option<Expr> {
        self.syntax
            .children_with_tokens()
            .filter_map(|c| c.into_node())
            .filter_map(Expr::cast)
            .nth(1)
    }

    /// Further operators with their right operands; the left one of each is all before it.
    pub fn rest(&self) -> impl Iterator<Item = (SyntaxToken, Expr)> + use<> {
        self.operators().skip(1).filter_map(|operator| {
            let expr = operator.next_sibling_or_token()?;
            let mut next = Some(expr);
            while let Some(element) = next {
                if let SyntaxElement::Node(node) = &element {
                    return Expr::cast(node.clone()).map(|expr| (operator, expr));
                }
                next = element.next_sibling_or_token();
            }
            None
        })
    }

    /// The operator and all operands in order, read once.
    pub fn parts(&self) -> (Option<SyntaxToken>, Vec<Expr>) {
        let (mut operator, mut operands) = (None, Vec::with_capacity(2));
        for child in self.syntax.children_with_tokens() {
            match child {
                SyntaxElement::Node(node) => operands.extend(Expr::cast(node)),
                SyntaxElement::Token(token) if operator.is_none() && !token.kind().is_trivia() => {
                    operator = Some(token);
                }
                SyntaxElement::Token(_) => {}
            }
        }
        (operator, operands)
    }

    /// All operands, in order.
    pub fn operands(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.syntax)
    }

    fn operators(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        let tokens = self
            .syntax
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token);
        tokens.filter(|token| !token.kind().is_trivia())
    }
}

ast_node! {
    /// `-a`, `not a`, `#a`
    UnaryExpr
}

impl UnaryExpr {
    /// The operator.
    pub fn operator(&self) -> Option<SyntaxToken> {
        self.syntax.first_token()
    }

    /// The operand.
    pub fn operand(&self) -> Option<Expr> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `(a)`
    ParenExpr
}

impl ParenExpr {
    /// What the parentheses hold.
    pub fn inner(&self) -> Option<Expr> {
        child(&self.syntax)
    }
}

ast_node! {
    /// `a.b` or `a[b]`
    IndexExpr
}

impl IndexExpr {
    /// The `a`.
    pub fn base(&self) -> Option<Expr> {
        child(&self.syntax)
    }

    /// The `b` of `a.b`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The `b` of `a[b]`.
    pub fn index(&self) -> Option<Expr> {
        child_after(&self.syntax, SyntaxKind::LBracket)
    }

    /// The `a`, and the `b` of `a.b` or of `a[b]`, read once.
    pub fn parts(&self) -> (Option<Expr>, Option<SyntaxToken>, Option<Expr>) {
        let (mut base, mut name, mut index) = (None, None, None);
        let mut is_behind_bracket = false;
        for child in self.syntax.children_with_tokens() {
            match child {
                SyntaxElement::Token(token) => match token.kind() {
                    SyntaxKind::LBracket => is_behind_bracket = true,
                    SyntaxKind::Name if name.is_none() => name = Some(token),
                    _ => {}
                },
                SyntaxElement::Node(node) => {
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
        (base, name, index)
    }

    /// The `.` of `a.b`.
    pub fn dot(&self) -> Option<SyntaxToken> {
        token(&self.syntax, SyntaxKind::Dot)
    }
}

ast_node! {
    /// `f(...)`, `f{...}`, `f"..."`
    CallExpr
}

impl CallExpr {
    /// The `f`.
    pub fn callee(&self) -> Option<Expr> {
        child(&self.syntax)
    }

    /// The arguments with what encloses them.
    pub fn arg_list(&self) -> Option<ArgList> {
        child(&self.syntax)
    }

    /// The arguments.
    pub fn args(&self) -> impl Iterator<Item = Expr> + use<> {
        self.arg_list().into_iter().flat_map(|list| list.args())
    }
}

ast_node! {
    /// `a:b(...)`
    MethodCallExpr
}

impl MethodCallExpr {
    /// The `a`.
    pub fn receiver(&self) -> Option<Expr> {
        child(&self.syntax)
    }

    /// The `b`.
    pub fn name(&self) -> Option<SyntaxToken> {
        token(&self.syntax, SyntaxKind::Name)
    }

    /// The `:`.
    pub fn colon(&self) -> Option<SyntaxToken> {
        token(&self.syntax, SyntaxKind::Colon)
    }

    /// The arguments with what encloses them; `a` is not among them.
    pub fn arg_list(&self) -> Option<ArgList> {
        child(&self.syntax)
    }

    /// The arguments.
    pub fn args(&self) -> impl Iterator<Item = Expr> + use<> {
        self.arg_list().into_iter().flat_map(|list| list.args())
    }
}

ast_node! {
    /// The arguments of a call: `(...)`, a table or a string.
    ArgList
}

impl ArgList {
    /// The arguments, in order.
    pub fn args(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.syntax)
    }
}
