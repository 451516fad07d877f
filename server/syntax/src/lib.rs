//! Lua 5.2 text to a lossless tree and what is wrong with it. Invariants: [`parse`] never fails and never overflows the stack; the
//! tree keeps every byte; one file at a time; no other crate names `rowan`. Offsets are bytes.
//!
//! ```
//! use halion_syntax::ast::Stat;
//!
//! let parse = halion_syntax::parse("function onNote(event)\n  playNote(\nend");
//! assert_eq!(parse.errors()[0].message, "an argument or `)` expected after `(`");
//! let Some(Stat::Function(function)) = parse.chunk().block().and_then(|block| block.statements().next()) else { panic!() };
//! assert_eq!(function.name().map(|name| name.path()).as_deref(), Some("onNote"));
//! ```
//!
//! To read in this order: [`kind`](SyntaxKind), `lexer` (text to tokens), `parser` (tokens to tree), `parser/scope.rs` (locals,
//! labels, limits), `parser/structure.rs` (which blocks lack their `end`), `parser/errors.rs`
//! (one hole is told once), `edit` (a tree after an edit), `moves` (where its tokens went), `tree` (nodes with parents and
//! without), [`ast`] (typed views of both), [`LineIndex`].
//!
//! # Accepts and rejects as `luac5.2 -p`
//! [`Parse::errors`] is empty if and only if `luac5.2 -p` takes the file, numbers, escapes, labels, `break`, `...`, 200 locals, 255
//! upvalues and 200 levels of nesting included. Not modelled, because they are limits of code generation far beyond what people
//! write: the 250 registers of a function ("function or expression too complex", for example 250 arguments in one call), jumps over
//! more than 131071 instructions ("control structure too long") and the numbers of constants and functions in one function.
//!
//! # Depth of the tree
//! Lua stops at 200 levels of nesting; what lies deeper is kept flat in an [`SyntaxKind::Error`] node under one error. Chains such as
//! `a.b.c` or `1 + 2 + 3` have no limit in Lua: the tree nests the first [`MAX_CHAIN`] links, and keeps the others side by side (see
//! [`ast::BinaryExpr::rest`] and [`SyntaxKind::LongChain`]). So a tree is never deeper than [`MAX_DEPTH`], and may be walked
//! recursively.

pub mod ast;
mod edit;
mod kind;
mod lexer;
mod line_index;
mod literal;
mod moves;
mod parser;
mod tree;

use std::sync::Arc;

pub use kind::{Lua, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use line_index::{LineCol, LineIndex};
pub use literal::number_value;
pub use moves::{Moves, Sameness};
pub use parser::{MAX_CHAIN, MAX_DEPTH, MAX_ERRORS};
pub use rowan::{
    Direction, NodeOrToken, SyntaxText, TextRange, TextSize, TokenAtOffset, WalkEvent,
};
pub use tree::{PlainElements, PlainNode, PlainToken, TreeNode, TreeToken};

/// A file's tree and errors. Cheap to clone, and free to go to other threads.
#[derive(Clone, Debug)]
pub struct Parse {
    green: rowan::GreenNode,
    errors: Arc<[SyntaxError]>,
    /// Of a file that can be edited statement by statement.
    extent: Option<parser::Extent>,
}

impl PartialEq for Parse {
    fn eq(&self, other: &Parse) -> bool {
        self.green == other.green && self.errors == other.errors
    }
}

impl Eq for Parse {}

/// What is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The token that does not fit, or the last one before something that is missing.
    pub range: TextRange,
    /// Plain words, no full stop.
    pub message: String,
}

/// Parses a file. Text of any length up to 4 GiB, right or wrong, gives a tree that holds all of it.
pub fn parse(text: &str) -> Parse {
    let (green, errors, extent) = parser::parse(text);
    Parse {
        green,
        errors: errors.into(),
        extent,
    }
}

impl Parse {
    /// The root: a [`SyntaxKind::Chunk`].
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The root as a typed node.
    pub fn chunk(&self) -> ast::Chunk {
        ast::Chunk::of_root(self.syntax())
    }

    /// The same for those who only look down, which is faster.
    pub fn plain_chunk(&self) -> ast::Chunk<PlainNode<'_>> {
        ast::Chunk::of_root(PlainNode::root(&self.green))
    }

    /// Whether both are one and the same tree, which is told at once.
    pub fn is_shared_with(&self, other: &Parse) -> bool {
        std::ptr::eq::<rowan::GreenNodeData>(&*self.green, &*other.green)
    }

    /// In the order of the text; at most [`MAX_ERRORS`].
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }
}
