//! The limit of 255 upvalues of a function. Only looked at when a function sees more outer locals than that, so it may be slow.

use rowan::{GreenNode, WalkEvent};
use rustc_hash::FxHashSet;

use super::scope::MAX_UPVALUES;
use crate::SyntaxError;
use crate::kind::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// One function with its visible locals, by block.
struct Function {
    blocks: Vec<Vec<String>>,
    /// Names used from outside that are locals there; the global table counts as one more, named `_ENV`.
    upvalues: FxHashSet<String>,
    is_full: bool,
}

impl Function {
    fn has(&self, name: &str) -> bool {
        self.blocks.iter().flatten().any(|local| local == name)
    }
}

/// The functions with too many upvalues. Same names of different locals count once here: then Lua shares the upvalue too.
pub(super) fn check(green: &GreenNode) -> Vec<SyntaxError> {
    let root = SyntaxNode::new_root(green.clone());
    let mut functions = vec![Function {
        blocks: vec![vec!["_ENV".to_owned()]],
        upvalues: FxHashSet::default(),
        is_full: false,
    }];
    let mut errors = Vec::new();
    for event in root.preorder_with_tokens() {
        match event {
            WalkEvent::Enter(SyntaxElement::Node(node)) => enter(&node, &mut functions),
            WalkEvent::Leave(SyntaxElement::Node(node)) => leave(&node, &mut functions),
            WalkEvent::Enter(SyntaxElement::Token(token)) if token.kind() == SyntaxKind::Name => {
                visit(&token, &mut functions, &mut errors);
            }
            _ => {}
        }
    }
    errors
}

fn enter(node: &SyntaxNode, functions: &mut Vec<Function>) {
    match node.kind() {
        SyntaxKind::FunctionExpr => functions.push(new_function()),
        SyntaxKind::Block => {
            let locals = node
                .parent()
                .map(|parent| header_locals(&parent))
                .unwrap_or_default();
            if let Some(function) = functions.last_mut() {
                function.blocks.push(locals);
            }
        }
        _ => {}
    }
}

fn new_function() -> Function {
    Function {
        blocks: vec![Vec::new()],
        upvalues: FxHashSet::default(),
        is_full: false,
    }
}

/// The loop variables of a `for`.
fn header_locals(node: &SyntaxNode) -> Vec<String> {
    match node.kind() {
        SyntaxKind::NumericForStat | SyntaxKind::GenericForStat => names(node),
        _ => Vec::new(),
    }
}

fn names(node: &SyntaxNode) -> Vec<String> {
    let tokens = node
        .children_with_tokens()
        .filter_map(SyntaxElement::into_token);
    tokens
        .filter(|token| token.kind() == SyntaxKind::Name)
        .map(|token| token.text().to_owned())
        .collect()
}

fn leave(node: &SyntaxNode, functions: &mut Vec<Function>) {
    match node.kind() {
        SyntaxKind::FunctionExpr | SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat => {
            functions.pop();
        }
        // The condition of a `repeat` sees the locals of its block.
        SyntaxKind::Block
            if node
                .parent()
                .is_none_or(|parent| parent.kind() != SyntaxKind::RepeatStat) =>
        {
            pop_block(functions)
        }
        SyntaxKind::RepeatStat => pop_block(functions),
        SyntaxKind::LocalStat => {
            let locals = names(node);
            declare(functions, locals);
        }
        SyntaxKind::FunctionName => {
            let is_method = node
                .children_with_tokens()
                .any(|child| child.kind() == SyntaxKind::Colon);
            functions.push(new_function());
            if is_method {
                declare(functions, vec!["self".to_owned()]);
            }
        }
        _ => {}
    }
}

fn pop_block(functions: &mut [Function]) {
    if let Some(function) = functions.last_mut() {
        function.blocks.pop();
    }
}

fn declare(functions: &mut [Function], locals: Vec<String>) {
    if let Some(block) = functions
        .last_mut()
        .and_then(|function| function.blocks.last_mut())
    {
        block.extend(locals);
    }
}

fn visit(token: &SyntaxToken, functions: &mut Vec<Function>, errors: &mut Vec<SyntaxError>) {
    let Some(parent) = token.parent() else { return };
    match parent.kind() {
        SyntaxKind::NameExpr => use_name(token, functions, errors),
        SyntaxKind::FunctionName if token.prev_sibling_or_token().is_none() => {
            use_name(token, functions, errors)
        }
        SyntaxKind::ParamList => declare(functions, vec![token.text().to_owned()]),
        SyntaxKind::LocalFunctionStat => {
            declare(functions, vec![token.text().to_owned()]);
            functions.push(new_function());
        }
        _ => {}
    }
}

/// Adds the name to the upvalues of all functions between its use and its local.
fn use_name(token: &SyntaxToken, functions: &mut [Function], errors: &mut Vec<SyntaxError>) {
    let name = token.text();
    let name = if functions.iter().any(|function| function.has(name)) {
        name
    } else {
        "_ENV"
    };
    for function in functions.iter_mut().rev() {
        if function.has(name) {
            return;
        }
        function.upvalues.insert(name.to_owned());
        if function.upvalues.len() > MAX_UPVALUES && !std::mem::replace(&mut function.is_full, true)
        {
            errors.push(SyntaxError {
                range: token.text_range(),
                message:
                    "this function uses more than 255 outer local variables: put some into a table"
                        .to_owned(),
            });
        }
    }
}
