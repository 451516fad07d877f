//! Typed views of the tree. Invariant: a view is a node with a name; anything may be missing in a half-typed file, so children are
//! `Option`s. Names and signs are tokens. Views look at either kind of node; those that say nothing of it are of [`SyntaxNode`](crate::SyntaxNode).

mod expr;
mod stat;
mod table;

use rowan::{NodeOrToken, TextRange};

use crate::kind::SyntaxKind;
use crate::tree::{TreeNode, TreeToken};

pub use expr::{
    ArgList, BinaryExpr, CallExpr, Expr, FunctionExpr, IndexExpr, IndexParts, LiteralExpr,
    LiteralKind, LiteralValue, MethodCallExpr, NameExpr, ParamList, ParenExpr, UnaryExpr,
    VarargExpr,
};
pub use stat::{
    AssignStat, Block, BreakStat, CallStat, Chunk, DoStat, ElseClause, ElseIfClause, EmptyStat,
    FunctionName, FunctionStat, GenericForStat, GotoStat, IfStat, LabelStat, LocalFunctionStat,
    LocalStat, NumericForStat, RepeatStat, ReturnStat, Stat, WhileStat,
};
pub use table::{Field, FieldKind, FieldParts, TableExpr};

/// A typed view of a node.
pub trait AstNode: Sized {
    /// The kind of node that it looks at.
    type Node: TreeNode;

    /// The view, if `node` is of this type.
    fn cast(node: Self::Node) -> Option<Self>;

    /// The node behind the view.
    fn syntax(&self) -> &Self::Node;

    /// From the node's first token to its last; no blanks around (but see [`Block`]).
    fn text_range(&self) -> TextRange {
        self.syntax().text_range()
    }
}

macro_rules! ast_node {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name<N = SyntaxNode> {
            syntax: N,
        }

        impl<N: TreeNode> AstNode for $name<N> {
            type Node = N;

            fn cast(syntax: N) -> Option<$name<N>> {
                (syntax.kind() == SyntaxKind::$name).then_some($name { syntax })
            }

            fn syntax(&self) -> &N {
                &self.syntax
            }
        }
    };
}

macro_rules! ast_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident($node:ident),)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name<N = SyntaxNode> { $($(#[$variant_doc])* $variant($node<N>),)* }

        impl<N: TreeNode> AstNode for $name<N> {
            type Node = N;

            fn cast(syntax: N) -> Option<$name<N>> {
                match syntax.kind() {
                    $(SyntaxKind::$node => $node::cast(syntax).map($name::$variant),)*
                    _ => None,
                }
            }

            fn syntax(&self) -> &N {
                match self { $($name::$variant(node) => node.syntax(),)* }
            }
        }
    };
}

pub(crate) use {ast_enum, ast_node};

/// The first child of a type.
fn child<T: AstNode>(node: &T::Node) -> Option<T> {
    children(node).next()
}

/// All children of a type.
fn children<T: AstNode>(node: &T::Node) -> impl Iterator<Item = T> + use<T> {
    node.elements()
        .filter_map(NodeOrToken::into_node)
        .filter_map(T::cast)
}

/// The first token of a kind right in the node.
fn token<N: TreeNode>(node: &N, kind: SyntaxKind) -> Option<N::Token> {
    tokens(node, kind).next()
}

/// The tokens of a kind right in the node.
fn tokens<N: TreeNode>(node: &N, kind: SyntaxKind) -> impl Iterator<Item = N::Token> + use<N> {
    node.elements()
        .filter_map(NodeOrToken::into_token)
        .filter(move |token| token.kind() == kind)
}

fn kind_of<N: TreeNode>(element: &NodeOrToken<N, N::Token>) -> SyntaxKind {
    match element {
        NodeOrToken::Node(node) => node.kind(),
        NodeOrToken::Token(token) => token.kind(),
    }
}

/// The first child of a type behind the first token of a kind.
fn child_after<T: AstNode>(node: &T::Node, kind: SyntaxKind) -> Option<T> {
    children_after(node, kind).next()
}

/// The children of a type behind the first token of a kind.
fn children_after<T: AstNode>(
    node: &T::Node,
    kind: SyntaxKind,
) -> impl Iterator<Item = T> + use<T> {
    let behind = node
        .elements()
        .skip_while(move |child| kind_of(child) != kind);
    behind
        .filter_map(NodeOrToken::into_node)
        .filter_map(T::cast)
}

/// The children of a type before the first token of a kind.
fn children_before<T: AstNode>(
    node: &T::Node,
    kind: SyntaxKind,
) -> impl Iterator<Item = T> + use<T> {
    let before = node
        .elements()
        .take_while(move |child| kind_of(child) != kind);
    before
        .filter_map(NodeOrToken::into_node)
        .filter_map(T::cast)
}
