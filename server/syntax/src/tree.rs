//! Two kinds of nodes for the typed views: [`SyntaxNode`], which knows its parents, and [`PlainNode`], which does not and costs nothing.

use rowan::{NodeOrToken, TextRange, TextSize};

use crate::kind::{Lua, SyntaxKind, SyntaxNode, SyntaxToken};

/// A node of a tree, as [`ast`](crate::ast) looks at it: its kind, its place and what lies in it.
pub trait TreeNode: Clone {
    /// The tokens of the tree.
    type Token: TreeToken;
    /// What lies right in a node.
    type Elements: Iterator<Item = NodeOrToken<Self, Self::Token>>;

    /// What it is.
    fn kind(&self) -> SyntaxKind;

    /// From the node's first token to its last.
    fn text_range(&self) -> TextRange;

    /// What lies right in it, in order.
    fn elements(&self) -> Self::Elements;
}

/// A token of a tree.
pub trait TreeToken: Clone {
    /// What it is.
    fn kind(&self) -> SyntaxKind;

    /// As it is written.
    fn text(&self) -> &str;

    /// Where it stands.
    fn text_range(&self) -> TextRange;
}

impl TreeNode for SyntaxNode {
    type Token = SyntaxToken;
    type Elements = rowan::SyntaxElementChildren<Lua>;

    fn kind(&self) -> SyntaxKind {
        SyntaxNode::kind(self)
    }

    fn text_range(&self) -> TextRange {
        SyntaxNode::text_range(self)
    }

    fn elements(&self) -> Self::Elements {
        self.children_with_tokens()
    }
}

impl TreeToken for SyntaxToken {
    fn kind(&self) -> SyntaxKind {
        SyntaxToken::kind(self)
    }

    fn text(&self) -> &str {
        SyntaxToken::text(self)
    }

    fn text_range(&self) -> TextRange {
        SyntaxToken::text_range(self)
    }
}

/// A node with its place in the text, but without its parents: nothing is allocated to go down a tree with it.
#[derive(Clone, Copy, Debug)]
pub struct PlainNode<'t> {
    green: &'t rowan::GreenNodeData,
    start: TextSize,
}

/// A token with its place in the text.
#[derive(Clone, Copy, Debug)]
pub struct PlainToken<'t> {
    green: &'t rowan::GreenTokenData,
    start: TextSize,
}

/// What lies right in a [`PlainNode`], in order.
#[derive(Clone, Debug)]
pub struct PlainElements<'t> {
    left: rowan::Children<'t>,
    start: TextSize,
}

fn kind_of(raw: rowan::SyntaxKind) -> SyntaxKind {
    <Lua as rowan::Language>::kind_from_raw(raw)
}

impl<'t> PlainNode<'t> {
    /// The root of a tree.
    pub(crate) fn root(green: &'t rowan::GreenNodeData) -> PlainNode<'t> {
        let start = TextSize::new(0);
        PlainNode { green, start }
    }

    /// The nodes in it, itself included, each before what lies in it.
    pub fn descendants(self) -> impl Iterator<Item = PlainNode<'t>> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let node = open.pop()?;
            let from = open.len();
            open.extend(node.elements().filter_map(NodeOrToken::into_node));
            open[from..].reverse();
            Some(node)
        })
    }

    /// Its first token that is neither blank nor comment.
    pub fn first_word(self) -> Option<PlainToken<'t>> {
        self.elements().find_map(|element| match element {
            NodeOrToken::Node(node) => node.first_word(),
            NodeOrToken::Token(token) => (!token.kind().is_trivia()).then_some(token),
        })
    }
}

impl<'t> TreeNode for PlainNode<'t> {
    type Token = PlainToken<'t>;
    type Elements = PlainElements<'t>;

    fn kind(&self) -> SyntaxKind {
        kind_of(self.green.kind())
    }

    fn text_range(&self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    fn elements(&self) -> PlainElements<'t> {
        PlainElements {
            left: self.green.children(),
            start: self.start,
        }
    }
}

impl TreeToken for PlainToken<'_> {
    fn kind(&self) -> SyntaxKind {
        kind_of(self.green.kind())
    }

    fn text(&self) -> &str {
        self.green.text()
    }

    fn text_range(&self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }
}

impl<'t> Iterator for PlainElements<'t> {
    type Item = NodeOrToken<PlainNode<'t>, PlainToken<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start;
        let (element, len) = match self.left.next()? {
            NodeOrToken::Node(green) => {
                let node = PlainNode { green, start };
                (NodeOrToken::Node(node), green.text_len())
            }
            NodeOrToken::Token(green) => {
                let token = PlainToken { green, start };
                (NodeOrToken::Token(token), green.text_len())
            }
        };
        self.start += len;
        Some(element)
    }
}
