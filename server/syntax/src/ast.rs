//! Typed views of the tree. Invariant: a view is a node with a name; anything may be missing in a half-typed file, so children are
//! `Option`s. Names and signs are tokens.

mod expr;
mod stat;

use crate::kind::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
use rowan::TextRange;

pub use expr::{
    ArgList, BinaryExpr, CallExpr, Expr, Field, FieldKind, FieldParts, FunctionExpr, IndexExpr,
    LiteralExpr, LiteralKind, LiteralValue, MethodCallExpr, NameExpr, ParamList, ParenExpr,
    TableExpr, UnaryExpr, VarargExpr,
};
pub use stat::{
    AssignStat, Block, BreakStat, CallStat, Chunk, DoStat, ElseClause, ElseIfClause, EmptyStat,
    FunctionName, FunctionStat, GenericForStat, GotoStat, IfStat, LabelStat, LocalFunctionStat,
    LocalStat, NumericForStat, RepeatStat, ReturnStat, Stat, WhileStat,
};

/// A typed view of a node.
pub trait AstNode: Sized {
    /// The view, if `node` is of this type.
    fn cast(node: SyntaxNode) -> Option<Self>;

    /// The node behind the view.
    fn syntax(&self) -> &SyntaxNode;

    /// From the node's first token to its last; no blanks around (but see [`Block`]).
    fn text_range(&self) -> TextRange {
        self.syntax().text_range()
    }
}

macro_rules! ast_node {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            syntax: SyntaxNode,
        }

        impl AstNode for $name {
            fn cast(syntax: SyntaxNode) -> Option<$name> {
                (syntax.kind() == SyntaxKind::$name).then_some($name { syntax })
            }

            fn syntax(&self) -> &SyntaxNode {
                &self.syntax
            }
        }
    };
}

macro_rules! ast_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident($node:ident),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant($node),)* }

        impl AstNode for $name {
            fn cast(syntax: SyntaxNode) -> Option<$name> {
                match syntax.kind() {
                    $(SyntaxKind::$node => $node::cast(syntax).map($name::$variant),)*
                    _ => None,
                }
            }

            fn syntax(&self) -> &SyntaxNode {
                match self { $($name::$variant(node) => node.syntax(),)* }
            }
        }
    };
}

pub(crate) use {ast_enum, ast_node};

/// The first child of a type.
fn child<T: AstNode>(node: &SyntaxNode) -> Option<T> {
    node.children().find_map(T::cast)
}

/// All children of a type.
fn children<T: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = T> + use<T> {
    node.children().filter_map(T::cast)
}

/// The first token of a kind right in the node.
fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(node, kind).next()
}

/// The tokens of a kind right in the node.
fn tokens(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens()
        .filter_map(SyntaxElement::into_token)
        .filter(move |token| token.kind() == kind)
}

/// The first child of a type behind the first token of a kind.
fn child_after<T: AstNode>(node: &SyntaxNode, kind: SyntaxKind) -> Option<T> {
    children_after(node, kind).next()
}

/// The children of a type behind the first token of a kind.
fn children_after<T: AstNode>(
    node: &SyntaxNode,
    kind: SyntaxKind,
) -> impl Iterator<Item = T> + use<T> {
    let behind = node
        .children_with_tokens()
        .skip_while(move |child| child.kind() != kind);
    behind
        .filter_map(SyntaxElement::into_node)
        .filter_map(T::cast)
}

/// The children of a type before the first token of a kind.
fn children_before<T: AstNode>(
    node: &SyntaxNode,
    kind: SyntaxKind,
) -> impl Iterator<Item = T> + use<T> {
    let before = node
        .children_with_tokens()
        .take_while(move |child| child.kind() != kind);
    before
        .filter_map(SyntaxElement::into_node)
        .filter_map(T::cast)
}
