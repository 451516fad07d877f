//! Views of tables.

use rowan::NodeOrToken;

use super::{AstNode, Expr, ast_node, children};
use crate::kind::{SyntaxKind, SyntaxNode};
use crate::tree::{TreeNode, TreeToken};

ast_node! {
    /// `{ ... }`
    TableExpr
}

impl<N: TreeNode> TableExpr<N> {
    /// The entries, in order.
    pub fn fields(&self) -> impl Iterator<Item = Field<N>> + use<N> {
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
pub struct FieldParts<N: TreeNode = SyntaxNode> {
    /// How it gets its key.
    pub kind: FieldKind,
    /// The name in `name = value`.
    pub name: Option<N::Token>,
    /// The key in `[key] = value`.
    pub key: Option<Expr<N>>,
    /// The value.
    pub value: Option<Expr<N>>,
}

impl<N: TreeNode> Field<N> {
    /// All of it, read once.
    pub fn parts(&self) -> FieldParts<N> {
        let mut parts = FieldParts {
            kind: FieldKind::Positional,
            name: None,
            key: None,
            value: None,
        };
        let (mut is_behind_key, mut is_behind_eq) = (false, false);
        for child in self.syntax.elements() {
            match child {
                NodeOrToken::Token(token) => match token.kind() {
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
                NodeOrToken::Node(node) => {
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
    pub fn name(&self) -> Option<N::Token> {
        self.parts().name
    }

    /// The key in `[key] = value`.
    pub fn key(&self) -> Option<Expr<N>> {
        self.parts().key
    }

    /// The value.
    pub fn value(&self) -> Option<Expr<N>> {
        self.parts().value
    }
}
