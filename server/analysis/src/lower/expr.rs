//! Lowering expressions.

use halion_syntax::ast::{self, AstNode, FieldKind, LiteralValue};
use halion_syntax::{PlainNode as Node, SyntaxKind, TextRange, TreeToken};

use super::stat::string_key;
use super::{Header, Lowering};
use crate::ir::{ExprId, ExprKind, Item, Operator};

/// Expressions nested deeper are not followed; Lua stops at 200 levels of its own.
const MAX_NESTING: u32 = 260;

impl Lowering<'_> {
    pub(super) fn expr(&mut self, expr: &ast::Expr<Node<'_>>) -> ExprId {
        self.named_expr(expr, || None)
    }

    /// An expression that is given a name, which a function literal carries from then on.
    pub(super) fn named_expr(
        &mut self,
        expr: &ast::Expr<Node<'_>>,
        name: impl FnOnce() -> Option<(String, TextRange)>,
    ) -> ExprId {
        let range = expr.text_range();
        self.depth += 1;
        if self.depth > MAX_NESTING {
            self.depth -= 1;
            return self.add(ExprKind::Unknown, range);
        }
        let has_name = matches!(expr, ast::Expr::Function(_) | ast::Expr::Paren(_));
        let name = if has_name { name() } else { None };
        let kind = self.kind(expr, range, name);
        self.depth -= 1;
        self.add(kind, range)
    }

    fn kind(
        &mut self,
        expr: &ast::Expr<Node<'_>>,
        range: TextRange,
        name: Option<(String, TextRange)>,
    ) -> ExprKind {
        match expr {
            ast::Expr::Name(name) => match name.name() {
                Some(token) => self.name_kind(token.text(), token.text_range(), false),
                None => ExprKind::Unknown,
            },
            ast::Expr::Literal(literal) => self.literal(literal),
            ast::Expr::Vararg(_) => ExprKind::Vararg,
            ast::Expr::Function(function) => {
                let keyword = function.keyword().map_or(range, |token| token.text_range());
                let (name, name_range) =
                    name.unwrap_or_else(|| ("<anonymous>".to_owned(), keyword));
                let header = Header {
                    range,
                    keyword,
                    name,
                    name_range,
                    is_declared: false,
                };
                let fun = self.function(header, false, function.params(), function.block());
                self.scope().allocates = true;
                ExprKind::Fun(fun)
            }
            ast::Expr::Table(table) => self.table(table),
            ast::Expr::Binary(binary) => self.binary(binary),
            ast::Expr::Unary(unary) => self.unary(unary),
            ast::Expr::Paren(paren) => match paren.inner() {
                Some(inner) => ExprKind::Paren(self.named_expr(&inner, || name)),
                None => ExprKind::Unknown,
            },
            ast::Expr::Index(index) => self.index(index),
            ast::Expr::Call(call) => {
                let callee = self.optional(call.callee(), range);
                let args = call.args().map(|arg| self.expr(&arg)).collect();
                ExprKind::Call { callee, args }
            }
            ast::Expr::MethodCall(call) => {
                let receiver = self.record(call.receiver(), range);
                let args = call.args().map(|arg| self.expr(&arg)).collect();
                match call.name() {
                    Some(token) => {
                        let name = self.program.names.id(token.text());
                        ExprKind::Method {
                            receiver,
                            name,
                            name_range: token.text_range(),
                            args,
                        }
                    }
                    None => ExprKind::Unknown,
                }
            }
        }
    }

    pub(super) fn optional(
        &mut self,
        expr: Option<ast::Expr<Node<'_>>>,
        range: TextRange,
    ) -> ExprId {
        match expr {
            Some(expr) => self.expr(&expr),
            None => self.add(ExprKind::Unknown, range),
        }
    }

    fn literal(&mut self, literal: &ast::LiteralExpr<Node<'_>>) -> ExprKind {
        match literal.value() {
            Some(LiteralValue::Nil) => ExprKind::Nil,
            Some(LiteralValue::Bool(yes)) => ExprKind::Bool(yes),
            Some(LiteralValue::Number(number)) => ExprKind::Num(number),
            Some(LiteralValue::String(bytes)) => {
                ExprKind::Str(self.program.names.id(&String::from_utf8_lossy(&bytes)))
            }
            None => ExprKind::Unknown,
        }
    }

    fn table(&mut self, table: &ast::TableExpr<Node<'_>>) -> ExprKind {
        self.scope().allocates = true;
        let mut items = Vec::new();
        for field in table.fields() {
            let parts = field.parts();
            let Some(value) = parts.value else { continue };
            match parts.kind {
                FieldKind::Positional => items.push(Item::Positional(self.expr(&value))),
                FieldKind::Named => {
                    let Some(token) = parts.name else { continue };
                    let name = self.program.names.id(token.text());
                    let key = self.add(ExprKind::Str(name), token.text_range());
                    let name = || Some((token.text().to_owned(), token.text_range()));
                    let value = self.named_expr(&value, name);
                    items.push(Item::Keyed(key, value));
                }
                FieldKind::Keyed => {
                    let Some(key) = parts.key else { continue };
                    let name = || string_key(&key);
                    let key = self.expr(&key);
                    let value = self.named_expr(&value, name);
                    items.push(Item::Keyed(key, value));
                }
            }
        }
        ExprKind::Table(items)
    }

    fn index(&mut self, index: &ast::IndexExpr<Node<'_>>) -> ExprKind {
        let range = index.text_range();
        let parts = index.parts();
        let base = self.record(parts.base, range);
        if let Some(token) = parts.name {
            let name = self.program.names.id(token.text());
            let key = self.add(ExprKind::Str(name), token.text_range());
            return ExprKind::Index {
                base,
                key,
                name_range: Some(token.text_range()),
            };
        }
        let key = self.optional(parts.index, range);
        ExprKind::Index {
            base,
            key,
            name_range: None,
        }
    }

    fn binary(&mut self, binary: &ast::BinaryExpr<Node<'_>>) -> ExprKind {
        let (operator, operands) = binary.parts();
        let Some(operator) = operator.map(|token| token.kind()) else {
            return ExprKind::Unknown;
        };
        if matches!(operator, SyntaxKind::And | SyntaxKind::Or) {
            let mut terms = Vec::new();
            self.logic_terms(operands, operator, &mut terms);
            return if operator == SyntaxKind::And {
                ExprKind::And(terms)
            } else {
                ExprKind::Or(terms)
            };
        }
        let operands = operands.iter();
        let operands: Vec<ExprId> = operands.map(|operand| self.expr(operand)).collect();
        let event = match operator {
            SyntaxKind::EqEq | SyntaxKind::NotEq => {
                return match operands[..] {
                    [left, right] => ExprKind::Equal(left, right, operator == SyntaxKind::NotEq),
                    _ => ExprKind::Unknown,
                };
            }
            SyntaxKind::Plus => "__add",
            SyntaxKind::Minus => "__sub",
            SyntaxKind::Star => "__mul",
            SyntaxKind::Slash => "__div",
            SyntaxKind::Percent => "__mod",
            SyntaxKind::Caret => "__pow",
            SyntaxKind::Concat => "__concat",
            SyntaxKind::Less | SyntaxKind::Greater => "__lt",
            SyntaxKind::LessEq | SyntaxKind::GreaterEq => "__le",
            _ => return ExprKind::Unknown,
        };
        if operands.len() < 2 {
            return ExprKind::Unknown;
        }
        let is_greater = matches!(operator, SyntaxKind::Greater | SyntaxKind::GreaterEq);
        ExprKind::Operation(Operator { event, is_greater }, operands)
    }

    /// The terms of `a and b and c` in order, however the tree nests them.
    fn logic_terms(
        &mut self,
        operands: Vec<ast::Expr<Node<'_>>>,
        operator: SyntaxKind,
        out: &mut Vec<ExprId>,
    ) {
        for operand in operands {
            if let ast::Expr::Binary(inner) = &operand {
                let (own, operands) = inner.parts();
                if own.map(|token| token.kind()) == Some(operator) {
                    self.logic_terms(operands, operator, out);
                    continue;
                }
            }
            out.push(self.expr(&operand));
        }
    }

    fn unary(&mut self, unary: &ast::UnaryExpr<Node<'_>>) -> ExprKind {
        let Some(operand) = unary.operand() else {
            return ExprKind::Unknown;
        };
        let operand = self.expr(&operand);
        let event = match unary.operator().map(|token| token.kind()) {
            Some(SyntaxKind::Not) => return ExprKind::Not(operand),
            Some(SyntaxKind::Minus) => "__unm",
            Some(SyntaxKind::Hash) => "__len",
            _ => return ExprKind::Unknown,
        };
        let operator = Operator {
            event,
            is_greater: false,
        };
        ExprKind::Operation(operator, vec![operand])
    }
}
