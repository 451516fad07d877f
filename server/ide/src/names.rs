//! What a name in the text stands for, by Lua's rules of scope: a local, a global, or a member of something.
//!
//! Works on broken trees too; a name in a place where none belongs stands for nothing.

use halion_syntax::{Parse, SyntaxKind, SyntaxNode, SyntaxToken, TextSize, TokenAtOffset};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A local, with the name in its declaration.
    Local(LocalKind, SyntaxToken),
    /// The `self` of `function a:b()`, which is written nowhere.
    ImplicitSelf,
    /// A global variable.
    Global,
    /// `a.name`, with what stands before the sign.
    Field(Option<SyntaxNode>),
    /// `a:name()`, with what stands before the sign.
    Method(Option<SyntaxNode>),
    /// The path of a function statement from its second name on: `function a.b.name()`.
    FunctionPath,
    /// `{ name = value }`.
    Key,
}

/// How a local came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalKind {
    /// `local name`.
    Variable,
    /// `local function name()`.
    Function,
    /// `function(name)`.
    Parameter,
    /// `for name`.
    Loop,
}

/// The name at an offset; between two tokens, the one that is a name.
pub(crate) fn name_at(parse: &Parse, offset: TextSize) -> Option<SyntaxToken> {
    let root = parse.syntax();
    if offset > root.text_range().end() {
        return None;
    }
    match root.token_at_offset(offset) {
        TokenAtOffset::None => None,
        TokenAtOffset::Single(token) => Some(token),
        TokenAtOffset::Between(left, right) => Some(if right.kind() == SyntaxKind::Name {
            right
        } else {
            left
        }),
    }
    .filter(|token| token.kind() == SyntaxKind::Name)
}

/// What `name` stands for.
pub(crate) fn meaning(name: &SyntaxToken) -> Option<Meaning> {
    let parent = name.parent()?;
    match parent.kind() {
        SyntaxKind::NameExpr => Some(variable(name.text(), &parent)),
        SyntaxKind::FunctionName => match names_in(&parent).next() {
            Some(first) if first == *name => Some(variable(name.text(), &parent.parent()?)),
            _ => Some(Meaning::FunctionPath),
        },
        SyntaxKind::IndexExpr => Some(Meaning::Field(first_node(&parent))),
        SyntaxKind::MethodCallExpr => Some(Meaning::Method(first_node(&parent))),
        SyntaxKind::Field => Some(Meaning::Key),
        SyntaxKind::LocalStat => Some(Meaning::Local(LocalKind::Variable, name.clone())),
        SyntaxKind::LocalFunctionStat => Some(Meaning::Local(LocalKind::Function, name.clone())),
        SyntaxKind::ParamList => Some(Meaning::Local(LocalKind::Parameter, name.clone())),
        SyntaxKind::NumericForStat | SyntaxKind::GenericForStat => {
            Some(Meaning::Local(LocalKind::Loop, name.clone()))
        }
        // The links beyond the deepest nesting lie side by side.
        SyntaxKind::LongChain => match before(name)?.kind() {
            SyntaxKind::Colon => Some(Meaning::Method(None)),
            _ => Some(Meaning::Field(None)),
        },
        _ => None,
    }
}

/// What a variable called `name` is at `node`: the innermost declaration that is visible there, else a global.
pub(crate) fn variable(name: &str, node: &SyntaxNode) -> Meaning {
    let mut node = node.clone();
    while let Some(parent) = node.parent() {
        if let Some(found) = declared_in(name, &parent, &node) {
            return found;
        }
        node = parent;
    }
    Meaning::Global
}

/// The declaration of `name` that `parent` adds for its child `node`.
fn declared_in(name: &str, parent: &SyntaxNode, node: &SyntaxNode) -> Option<Meaning> {
    let local = |kind, token| Meaning::Local(kind, token);
    let is_body = node.kind() == SyntaxKind::Block;
    match parent.kind() {
        SyntaxKind::Block => declared_before(name, node.prev_sibling()),
        SyntaxKind::RepeatStat if !is_body => {
            let body = parent
                .children()
                .find(|child| child.kind() == SyntaxKind::Block)?;
            declared_before(name, body.last_child())
        }
        SyntaxKind::NumericForStat | SyntaxKind::GenericForStat if is_body => {
            last_named(names_in(parent), name).map(|token| local(LocalKind::Loop, token))
        }
        SyntaxKind::FunctionExpr | SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat
            if is_body =>
        {
            let params = parent
                .children()
                .find(|child| child.kind() == SyntaxKind::ParamList);
            let param = params.and_then(|params| last_named(names_in(&params), name));
            if let Some(token) = param {
                return Some(local(LocalKind::Parameter, token));
            }
            if name == "self" && is_method(parent) {
                return Some(Meaning::ImplicitSelf);
            }
            let own = (parent.kind() == SyntaxKind::LocalFunctionStat)
                .then(|| names_in(parent))
                .into_iter()
                .flatten();
            last_named(own, name).map(|token| local(LocalKind::Function, token))
        }
        _ => None,
    }
}

/// The last declaration of `name` among `statement` and those before it.
fn declared_before(name: &str, statement: Option<SyntaxNode>) -> Option<Meaning> {
    let mut statements = std::iter::successors(statement, SyntaxNode::prev_sibling);
    statements.find_map(|statement| {
        let kind = match statement.kind() {
            SyntaxKind::LocalStat => LocalKind::Variable,
            SyntaxKind::LocalFunctionStat => LocalKind::Function,
            _ => return None,
        };
        last_named(names_in(&statement), name).map(|token| Meaning::Local(kind, token))
    })
}

fn last_named(names: impl Iterator<Item = SyntaxToken>, name: &str) -> Option<SyntaxToken> {
    names.filter(|token| token.text() == name).last()
}

/// The names that stand directly in a node.
pub(crate) fn names_in(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    let tokens = node
        .children_with_tokens()
        .filter_map(|element| element.into_token());
    tokens.filter(|token| token.kind() == SyntaxKind::Name)
}

fn first_node(node: &SyntaxNode) -> Option<SyntaxNode> {
    node.first_child()
}

/// The last token before `token` that is no blank and no comment.
pub(crate) fn before(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut before = std::iter::successors(token.prev_token(), SyntaxToken::prev_token);
    before.find(|token| !token.kind().is_trivia())
}

fn is_method(function: &SyntaxNode) -> bool {
    let name = function
        .children()
        .find(|child| child.kind() == SyntaxKind::FunctionName);
    name.is_some_and(|name| {
        name.children_with_tokens()
            .any(|element| element.kind() == SyntaxKind::Colon)
    })
}

/// The locals that are visible at `offset`, which is in or right behind `node`; inner ones first, each name once.
pub(crate) fn visible_locals(node: &SyntaxNode, offset: TextSize) -> Vec<(LocalKind, String)> {
    let mut found: Vec<(LocalKind, String)> = Vec::new();
    let mut add = |kind, names: &mut dyn Iterator<Item = SyntaxToken>| {
        let mut names: Vec<String> = names.map(|name| name.text().to_owned()).collect();
        names.reverse();
        for name in names {
            if !found.iter().any(|(_, known)| *known == name) {
                found.push((kind, name));
            }
        }
    };
    for node in node.ancestors() {
        match node.kind() {
            SyntaxKind::Block => {
                let before: Vec<SyntaxNode> = node
                    .children()
                    .take_while(|statement| statement.text_range().start() < offset)
                    .collect();
                for statement in before.iter().rev() {
                    let is_over = statement.text_range().end() < offset;
                    match statement.kind() {
                        SyntaxKind::LocalStat if is_over => {
                            add(LocalKind::Variable, &mut names_in(statement))
                        }
                        SyntaxKind::LocalFunctionStat => {
                            add(LocalKind::Function, &mut names_in(statement))
                        }
                        _ => {}
                    }
                }
            }
            SyntaxKind::NumericForStat | SyntaxKind::GenericForStat if goes_on(&node, offset) => {
                add(LocalKind::Loop, &mut names_in(&node));
            }
            SyntaxKind::FunctionExpr | SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat => {
                let params = node
                    .children()
                    .find(|child| child.kind() == SyntaxKind::ParamList);
                if let Some(params) = params.filter(|_| goes_on(&node, offset)) {
                    add(LocalKind::Parameter, &mut names_in(&params));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether `offset` is before the `end` of a function or loop, or that is still to be written.
fn goes_on(node: &SyntaxNode, offset: TextSize) -> bool {
    let is_closed = node
        .last_token()
        .is_some_and(|token| token.kind() == SyntaxKind::End);
    !is_closed || offset < node.text_range().end()
}

/// A name with what stands before it, with dots for colons: `a.b.c`.
pub(crate) fn path(name: &SyntaxToken) -> String {
    let parent = name.parent();
    if let Some(function) = parent
        .as_ref()
        .filter(|parent| parent.kind() == SyntaxKind::FunctionName)
    {
        let names: Vec<String> = names_in(function).map(|name| name.to_string()).collect();
        return names.join(".");
    }
    let base = parent.and_then(|parent| parent.first_child());
    base.map_or_else(
        || name.to_string(),
        |base| {
            format!(
                "{}.{name}",
                base.text().to_string().trim().replace(':', ".")
            )
        },
    )
}

/// What is called by a name: for `f(...)` and `a.f(...)` and `a:f(...)` the call that has it as its callee.
pub(crate) fn call_of(name: &SyntaxToken) -> Option<SyntaxNode> {
    let parent = name.parent()?;
    if parent.kind() == SyntaxKind::MethodCallExpr {
        return Some(parent);
    }
    let call = parent
        .parent()
        .filter(|node| node.kind() == SyntaxKind::CallExpr)?;
    (first_node(&call).as_ref() == Some(&parent)).then_some(call)
}

/// The name of the global that an expression is.
pub(crate) fn global_name(node: &SyntaxNode) -> Option<String> {
    let token = (node.kind() == SyntaxKind::NameExpr).then(|| names_in(node).next())??;
    (meaning(&token)? == Meaning::Global).then(|| token.text().to_owned())
}

#[cfg(test)]
mod tests {
    use halion_syntax::parse;

    use super::*;

    /// What the name at `$0` means; a local with the line of its declaration, from 1.
    fn check(text: &str, expected: &str) {
        let offset = text.find("$0").unwrap();
        let text = text.replace("$0", "");
        let parse = parse(&text);
        let token = name_at(&parse, TextSize::new(u32::try_from(offset).unwrap()));
        let found = match token.as_ref().and_then(meaning) {
            None => "nothing".to_owned(),
            Some(Meaning::Local(kind, token)) => {
                let start = usize::from(token.text_range().start());
                format!("{kind:?} {}", text[..start].matches('\n').count() + 1)
            }
            Some(Meaning::Field(base)) => format!("Field of {}", base.unwrap()),
            Some(Meaning::Method(base)) => format!("Method of {}", base.unwrap()),
            Some(other) => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_innermost_declaration_counts() {
        check("local a\ndo\nlocal a\nprint($0a)\nend", "Variable 3");
        check("local a\ndo\nlocal a\nend\nprint($0a)", "Variable 1");
        check("local a = $0a", "Global");
        check("local a\nlocal a = $0a", "Variable 1");
    }

    #[test]
    fn functions_bring_parameters_self_and_their_own_name() {
        check("function f(a, b)\nreturn $0b end", "Parameter 1");
        check("function t:f() return $0self end", "ImplicitSelf");
        check("function t.f() return $0self end", "Global");
        check("local function f()\nreturn $0f end", "Function 1");
        check("local f = function()\nreturn $0f end", "Global");
        check(
            "f = function(x)\nreturn function()\nreturn $0x end end",
            "Parameter 1",
        );
    }

    #[test]
    fn loops_bring_their_variables_into_their_body_only() {
        check("for i = 1, 2 do\nprint($0i) end", "Loop 1");
        check("for i = $0i, 2 do end", "Global");
        check("for k, v in pairs(t) do\nprint(k, $0v) end", "Loop 1");
        check("repeat\nlocal done = true\nuntil $0done", "Variable 2");
    }

    #[test]
    fn members_know_what_they_belong_to() {
        check("print(this.$0program)", "Field of this");
        check("a.b:$0c()", "Method of a.b");
        check("function a.$0b() end", "FunctionPath");
        check("function $0a.b() end", "Global");
        check("x = { $0a = 1 }", "Key");
        check("local $0a", "Variable 1");
    }

    #[test]
    fn a_name_is_found_from_both_ends_and_nothing_elsewhere() {
        check("print$0(1)", "Global");
        check("pr$0int(1)", "Global");
        check("print(1) $0 x", "nothing");
        check("goto $0a", "nothing");
    }
}
