//! Tokens to tree: the frame that the grammar in `stat.rs` and `expr.rs` hangs on. Invariant: every token goes into the tree once and
//! in order, whatever the grammar does, and no node lies deeper than [`MAX_DEPTH`].

mod control;
mod errors;
mod expr;
mod function;
mod jump;
mod recovery;
mod scope;
mod stat;
mod structure;
mod table;
mod upvalues;

use std::cell::OnceCell;

use rowan::{Checkpoint, GreenNode, GreenNodeBuilder, Language, NodeOrToken};
use rustc_hash::FxHashMap;

use crate::kind::{Lua, SyntaxKind};
use crate::lexer::{Token, tokenize, tokenize_part};
use crate::{LineIndex, SyntaxError};
use scope::Scopes;
pub(crate) use scope::{MAX_ENTRIES, MAX_LOCALS};
use structure::Unclosed;

/// The deepest that a node can lie in a tree.
pub const MAX_DEPTH: u32 = 1000;
/// The links of a chain (`a.b.c`, `f()()`, `1 + 2 + 3`) that nest; those beyond lie side by side.
pub const MAX_CHAIN: u32 = 200;
/// Errors kept per file; a file with more has more than anybody reads.
pub const MAX_ERRORS: usize = 500;

/// The deepest that a chain may push its first link. With 199 levels of at most 3 nodes each the grammar alone reaches this too, and
/// past it each level adds 2 nodes at most: the flat rest of a chain and of a row of operators. Together that is [`MAX_DEPTH`].
const MAX_CHAIN_DEPTH: u32 = 590;
/// Nodes that are safe in any case, however the chains around nest.
pub(crate) const MAX_NODES: u32 = MAX_CHAIN_DEPTH;
/// Nested C calls that Lua allows (`LUAI_MAXCCALLS`), less those that `luac` itself needs.
const MAX_LEVELS: u32 = 200 - OWN_LEVELS;
const OWN_LEVELS: u32 = 1;

/// The tree and the errors of `text`, and what later edits need to know. A file with blocks that lack their `end` is read twice:
/// indentation then tells where they end.
pub(crate) fn parse(text: &str) -> (GreenNode, Vec<SyntaxError>, Option<Extent>) {
    let (tokens, lexer_errors) = tokenize(text);
    let mut first = Parser::new(text, &tokens, FxHashMap::default());
    first.chunk();
    let extent = first.extent();
    let (mut green, mut errors) = first.finish();
    if errors.n_broken_blocks > 0 {
        let unclosed = structure::find_unclosed(text, &tokens);
        let mut second = Parser::new(text, &tokens, unclosed);
        second.chunk();
        let (second_green, second_errors) = second.finish();
        if second_errors.n_broken_blocks <= errors.n_broken_blocks {
            (green, errors) = (second_green, second_errors);
        }
    }
    let mut list = lexer_errors;
    list.append(&mut errors.list);
    if list.is_empty() && errors.has_many_locals {
        list = upvalues::check(&green);
    }
    list.sort_by_key(|error| error.range.start());
    list.truncate(MAX_ERRORS);
    let extent = extent.filter(|_| list.is_empty());
    (green, list, extent)
}

/// Where a run of statements stands.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// It begins where the file begins.
    pub(crate) is_file_start: bool,
    pub(crate) is_vararg: bool,
    pub(crate) is_in_loop: bool,
}

/// What a block gets in place of `text`, if that is a run of whole statements without errors.
pub(crate) fn parse_statements(
    text: &str,
    around: Surroundings,
) -> Option<(
    Vec<rowan::NodeOrToken<GreenNode, rowan::GreenToken>>,
    Extent,
)> {
    let (tokens, lexer_errors) = tokenize_part(text, around.is_file_start);
    if !lexer_errors.is_empty() {
        return None;
    }
    let mut parser = Parser::new(text, &tokens, FxHashMap::default());
    parser.scopes.open_function(around.is_vararg);
    if around.is_in_loop {
        parser.scopes.open_block(true);
    }
    parser.block(None);
    let extent = parser.extent()?;
    let (green, errors) = parser.finish();
    let children = green.children().map(|child| match child {
        NodeOrToken::Node(node) => NodeOrToken::Node(node.to_owned()),
        NodeOrToken::Token(token) => NodeOrToken::Token(token.to_owned()),
    });
    errors.list.is_empty().then(|| (children.collect(), extent))
}

/// How near statements come to the limits of Lua. Text with errors, labels or very many locals has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// The most locals that are declared at one place, those of outer functions included.
    pub(crate) n_locals: usize,
    /// Of these, the ones that go on behind the statements.
    pub(crate) n_left: usize,
    /// The most entries that Lua keeps for one function.
    pub(crate) n_entries: usize,
    /// The most levels of nesting.
    pub(crate) n_levels: u32,
    /// The deepest node.
    pub(crate) n_nodes: u32,
}

/// What a pass over the tokens reports.
#[derive(Default)]
struct Errors {
    list: Vec<SyntaxError>,
    /// Each `end` or `until` that is missing or too much, told or not.
    n_broken_blocks: usize,
    /// A function sees enough outer locals to break the limit of 255 upvalues.
    has_many_locals: bool,
}

/// What [`Extent`] is made of.
#[derive(Default)]
struct Most {
    n_levels: u32,
    n_nodes: usize,
    /// A chain was kept flat because of where it stands.
    is_flattened: bool,
    has_labels: bool,
}

/// An expression that is in the tree.
#[derive(Clone, Copy)]
struct Done {
    kind: SyntaxKind,
    /// Nodes from this one down to its deepest, itself included.
    height: u32,
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The first token that is not in the tree yet.
    position: usize,
    /// The first token from `position` on that is no trivia; the last one is `Eof`.
    current: usize,
    /// The kind of `current`.
    kind: SyntaxKind,
    builder: GreenNodeBuilder<'static>,
    /// For each open node the greatest height of its children so far.
    heights: Vec<u32>,
    errors: Errors,
    /// `current` when the last error was reported, as long as no line has begun since: further ones would tell of the same hole.
    error_at: Option<usize>,
    /// Nested statements and expressions, as `luac` counts them.
    level: u32,
    scopes: Scopes<'t>,
    most: Most,
    /// What is wrong with locals and labels; told in files without holes only, since a hole may hold the label.
    scope_errors: Vec<SyntaxError>,
    /// Errors so far, told or not.
    n_holes: usize,
    /// A hole has been told since the last whole function: an `end` too much then most likely lost its opener in that hole.
    is_stray_end_told: bool,
    /// The last chain is a [`SyntaxKind::LongChain`] that ends with a call.
    chain_ends_with_call: bool,
    /// Levels that the next statement does not count.
    n_free_levels: u32,
    is_too_deep_told: bool,
    /// Tokens that opened the blocks around.
    openers: Vec<usize>,
    /// Openers without their `end`, by token; empty in the first pass.
    unclosed: FxHashMap<usize, Unclosed>,
    lines: OnceCell<LineIndex>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, tokens: &'t [Token], unclosed: FxHashMap<usize, Unclosed>) -> Parser<'t> {
        let mut parser = Parser {
            text,
            tokens,
            position: 0,
            current: 0,
            kind: SyntaxKind::Eof,
            builder: GreenNodeBuilder::new(),
            heights: Vec::new(),
            errors: Errors::default(),
            error_at: None,
            level: 0,
            scopes: Scopes::default(),
            most: Most::default(),
            scope_errors: Vec::new(),
            n_holes: 0,
            is_stray_end_told: false,
            chain_ends_with_call: false,
            n_free_levels: 0,
            is_too_deep_told: false,
            openers: Vec::new(),
            unclosed,
            lines: OnceCell::new(),
        };
        parser.find_current();
        parser
    }

    fn finish(mut self) -> (GreenNode, Errors) {
        debug_assert_eq!(
            self.position,
            self.tokens.len() - 1,
            "every token but `Eof` is in the tree"
        );
        if self.errors.list.is_empty() {
            self.errors.list.append(&mut self.scope_errors);
        }
        (self.builder.finish(), self.errors)
    }

    /// `None` if the statements bear on others, or others on them.
    fn extent(&self) -> Option<Extent> {
        let is_plain = self.errors.list.is_empty()
            && self.scope_errors.is_empty()
            && self.errors.n_broken_blocks == 0
            && !self.errors.has_many_locals
            && !self.most.has_labels
            && !self.most.is_flattened;
        is_plain.then(|| Extent {
            n_locals: self.scopes.most_locals(),
            n_left: self.scopes.n_locals(),
            n_entries: self.scopes.most_entries(),
            n_levels: self.most.n_levels,
            n_nodes: u32::try_from(self.most.n_nodes).unwrap_or(u32::MAX),
        })
    }

    fn find_current(&mut self) {
        let mut current = self.position;
        while self.tokens[current].kind.is_trivia() {
            current += 1;
        }
        self.current = current;
        self.kind = self.tokens[current].kind;
    }

    fn at(&self, kind: SyntaxKind) -> bool {
        self.kind == kind
    }

    /// The kind of the token after the current one.
    fn next_kind(&self) -> SyntaxKind {
        let rest = self.tokens.get(self.current + 1..).unwrap_or_default();
        rest.iter()
            .find(|token| !token.kind.is_trivia())
            .map_or(SyntaxKind::Eof, |token| token.kind)
    }

    fn first_on_line(&self) -> bool {
        self.tokens[self.current].first_on_line
    }

    /// Moves the blanks and comments before the current token into the open node.
    fn skip_trivia(&mut self) {
        while self.position < self.current {
            self.push_token(self.position);
            self.position += 1;
        }
    }

    fn push_token(&mut self, index: usize) {
        let token = self.tokens[index];
        let text = &self.text[token.start as usize..self.tokens[index + 1].start as usize];
        self.builder.token(Lua::kind_to_raw(token.kind), text);
    }

    /// Moves the current token into the open node. Never moves `Eof`.
    fn bump(&mut self) {
        self.skip_trivia();
        if self.kind == SyntaxKind::Eof {
            return;
        }
        let token = self.tokens[self.current];
        if token.first_on_line {
            self.error_at = None;
        }
        self.push_token(self.current);
        self.position = self.current + 1;
        self.find_current();
        if token.is_bad {
            self.error_at = Some(self.current);
        }
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let is_there = self.at(kind);
        if is_there {
            self.bump();
        }
        is_there
    }

    /// Opens a node at the current token.
    fn start(&mut self, kind: SyntaxKind) {
        self.skip_trivia();
        self.start_with_trivia(kind);
    }

    /// Opens a node that begins with the blanks before the current token.
    fn start_with_trivia(&mut self, kind: SyntaxKind) {
        self.builder.start_node(Lua::kind_to_raw(kind));
        self.heights.push(0);
        self.most.n_nodes = self.most.n_nodes.max(self.heights.len());
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.skip_trivia();
        self.builder.checkpoint()
    }

    /// Opens a node around what lies behind `checkpoint`, which is as high as `height`.
    fn start_at(&mut self, checkpoint: Checkpoint, kind: SyntaxKind, height: u32) {
        self.builder
            .start_node_at(checkpoint, Lua::kind_to_raw(kind));
        self.heights.push(height);
        let deepest = self.heights.len() + height as usize;
        self.most.n_nodes = self.most.n_nodes.max(deepest);
    }

    /// Closes the node opened last.
    fn close(&mut self, kind: SyntaxKind) -> Done {
        self.builder.finish_node();
        let height = self.heights.pop().unwrap_or(0) + 1;
        if let Some(parent) = self.heights.last_mut() {
            *parent = (*parent).max(height);
        }
        Done { kind, height }
    }

    /// Whether another node of a chain fits around `inner`, which holds `n_links` of it.
    fn may_wrap(&mut self, inner: Done, n_links: u32) -> bool {
        let is_shallow = inner.height + self.heights.len() as u32 <= MAX_CHAIN_DEPTH;
        self.most.is_flattened |= !is_shallow;
        n_links < MAX_CHAIN && is_shallow
    }

    /// Enters a statement or an expression. `false` at the limit of nesting: an error is reported, and nothing is to be parsed here.
    fn enter_level(&mut self) -> bool {
        let n_free = std::mem::take(&mut self.n_free_levels);
        if self.level < MAX_LEVELS + n_free {
            self.level += 1;
            self.most.n_levels = self.most.n_levels.max(self.level);
            return true;
        }
        self.too_deep();
        false
    }

    /// Whether this many further C calls pass the limit.
    fn is_over_limit(&mut self, n_calls: u32) -> bool {
        self.most.n_levels = self.most.n_levels.max(self.level + n_calls);
        self.level + n_calls > MAX_LEVELS
    }

    fn leave_level(&mut self) {
        self.level -= 1;
    }
}
