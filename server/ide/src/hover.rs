//! What stands under the cursor: HALion's functions, callbacks, objects and constants, Lua's library, the script's own names.
//!
//! A function of HALion comes with its threads and with whether this very place satisfies them.

use std::ops::Range;

use halion_analysis::{FileId, FunctionInfo};
use halion_api::{Function, api};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

use crate::class_of::class_of;
use crate::names::{LocalKind, Meaning, global_name, meaning, name_at, path};
use crate::place::{is_chunk, runs_in};
use crate::verdict::verdict;
use crate::{Snapshot, facts};

/// What to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of the name it is about.
    pub range: Range<usize>,
    /// Markdown.
    pub markdown: String,
}

impl Hover {
    /// The same without marks, for editors that do not render Markdown.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let lines = self
            .markdown
            .lines()
            .filter(|line| !line.starts_with("```"));
        let plain = lines.map(|line| {
            match line
                .strip_prefix('[')
                .and_then(|link| link.strip_suffix(')')?.split_once("]("))
            {
                Some((title, url)) => format!("{title} {url}"),
                None => line
                    .replace("**", "")
                    .replace('`', "")
                    .trim_end()
                    .to_owned(),
            }
        });
        plain.collect::<Vec<_>>().join("\n")
    }
}

/// What the name at byte `offset` of `file` is; `None` where there is no name, or nothing is known about it.
pub fn hover(snapshot: &Snapshot, file: FileId, offset: usize) -> Option<Hover> {
    let parse = snapshot.file(file)?.parse();
    let token = name_at(parse, TextSize::try_from(offset).ok()?)?;
    let range = token.text_range();
    let asked = Asked {
        snapshot,
        file,
        token: &token,
    };
    let markdown = match meaning(&token)? {
        Meaning::Local(kind, declaration) => asked.local(kind, &declaration),
        Meaning::ImplicitSelf => {
            facts::code(&["self".into()]) + "The object the method was called on."
        }
        Meaning::Global => asked.global()?,
        Meaning::Field(base) => asked.field(base.as_ref())?,
        Meaning::Method(base) => asked.method(base.as_ref())?,
        Meaning::FunctionPath => asked.declared(asked.function_at(&token)?),
        Meaning::Key => asked.key()?,
    };
    Some(Hover {
        range: range.start().into()..range.end().into(),
        markdown,
    })
}

/// A name and where it stands.
struct Asked<'a> {
    snapshot: &'a Snapshot,
    file: FileId,
    token: &'a SyntaxToken,
}

impl Asked<'_> {
    fn local(&self, kind: LocalKind, declaration: &SyntaxToken) -> String {
        if let Some(function) = self.function_at(declaration) {
            return self.declared(function);
        }
        let what = match kind {
            LocalKind::Parameter => "(parameter)",
            LocalKind::Loop => "(loop variable)",
            LocalKind::Variable | LocalKind::Function => "local",
        };
        facts::code(&[format!("{what} {}", declaration.text())]) + &doc_comment(declaration)
    }

    fn global(&self) -> Option<String> {
        let name = self.token.text();
        let api = api();
        let own = self.global_function(name);
        if let Some(callback) = api.callback(name).or_else(|| api.ui_callback(name)) {
            let runs = own.map(|function| format!("Here it {}.", runs_in(function)));
            return Some(facts::callback(callback, runs.as_deref()));
        }
        if let Some(function) = own {
            return Some(self.declared(function));
        }
        if let Some(function) = api.function(name) {
            return Some(facts::function(function, self.verdict(function).as_deref()));
        }
        if let Some(class) = api.class(name).filter(|class| class.constructor.is_some()) {
            let verdict = class
                .constructor
                .as_ref()
                .and_then(|constructor| self.verdict(constructor));
            return Some(facts::class(class, verdict.as_deref()));
        }
        if let Some(enumeration) = api.enumeration(name) {
            return Some(facts::enumeration(enumeration));
        }
        if let Some(global) = api.global(name) {
            return Some(facts::global(global));
        }
        if let Some(entry) = api.lua().entry(name) {
            return Some(facts::lua(entry));
        }
        if let Some(library) = api.lua().library(name) {
            return Some(facts::code(std::slice::from_ref(&library.name)) + &library.description);
        }
        Some(facts::code(&[format!("global {name}")]))
    }

    fn field(&self, base: Option<&SyntaxNode>) -> Option<String> {
        let (name, api) = (self.token.text(), api());
        let global = base.and_then(global_name);
        if let Some(global) = &global {
            if let Some(enumeration) = api.enumeration(global) {
                return Some(facts::constant(enumeration, enumeration.constant(name)?));
            }
            if let Some(function) = api.function(&format!("{global}.{name}")) {
                return Some(facts::function(function, self.verdict(function).as_deref()));
            }
            if let Some(entry) = api.lua().entry(&format!("{global}.{name}")) {
                return Some(facts::lua(entry));
            }
        }
        if let Some(function) = self.function_named(&path(self.token)) {
            return Some(self.declared(function));
        }
        self.member(base)
    }

    fn method(&self, base: Option<&SyntaxNode>) -> Option<String> {
        if let Some(function) = self.function_named(&path(self.token)) {
            return Some(self.declared(function));
        }
        self.member(base).or_else(|| {
            let file = api().lua().entry(&format!("file:{}", self.token.text()))?;
            Some(facts::lua(file))
        })
    }

    /// A method or field of an object whose class may be known; if not, of every class that has one.
    fn member(&self, base: Option<&SyntaxNode>) -> Option<String> {
        let (name, api) = (self.token.text(), api());
        let class = base.and_then(class_of);
        if let Some(method) = class.and_then(|class| api.method(class, name)) {
            return Some(facts::function(method, self.verdict(method).as_deref()));
        }
        let methods = api.methods_named(name);
        if let Some(method) = methods.first() {
            let texts = methods
                .iter()
                .map(|method| facts::function(method, self.verdict(method).as_deref()));
            let is_one = methods.len() == 1;
            return Some(if is_one {
                facts::function(method, self.verdict(method).as_deref())
            } else {
                texts.collect::<Vec<_>>().join("\n\n---\n")
            });
        }
        let ancestry: Vec<_> = class
            .map(|class| api.ancestry(class).collect())
            .unwrap_or_default();
        let classes: Vec<_> = if ancestry.is_empty() {
            api.classes().iter().collect()
        } else {
            ancestry
        };
        let fields: Vec<String> = classes
            .into_iter()
            .filter_map(|class| Some(facts::field(class, class.field(name)?)))
            .collect();
        (!fields.is_empty()).then(|| fields.join("\n\n---\n"))
    }

    /// A key of the table given to a function that takes named arguments, `defineParameter{ name = ... }`.
    fn key(&self) -> Option<String> {
        let name = self.token.text();
        let table = self.token.parent()?.parent()?;
        let call = table
            .ancestors()
            .find(|node| node.kind() == SyntaxKind::CallExpr)?;
        let function = api().function(&global_name(&call.first_child()?)?)?;
        let value = function
            .named_params
            .iter()
            .find(|value| value.name == name)?;
        Some(format!(
            "{}{}",
            facts::code(&[format!("{}{{ {name} = ... }}", function.name)]),
            facts::value_line(value)
        ))
    }

    /// A function of the script: its declaration, its comment, and where it runs.
    fn declared(&self, function: &FunctionInfo) -> String {
        let source = self.snapshot.file(function.file);
        let token = source.and_then(|file| name_at(file.parse(), function.name_range.start()));
        let params = token.as_ref().and_then(declaration).and_then(|node| {
            node.descendants()
                .find(|node| node.kind() == SyntaxKind::ParamList)
                .map(|params| params.to_string())
        });
        let mut text = facts::code(&[format!(
            "function {}{}",
            function.name,
            params.unwrap_or_default()
        )]);
        let runs = runs_in(function);
        text.push_str(&format!("**{}{}**\n", runs[..1].to_uppercase(), &runs[1..]));
        if let Some(comment) = token
            .as_ref()
            .map(doc_comment)
            .filter(|comment| !comment.is_empty())
        {
            text.push('\n');
            text.push_str(&comment);
        }
        text
    }

    fn verdict(&self, function: &Function) -> Option<String> {
        verdict(self.snapshot, self.file, self.token, function)
    }

    /// The function of the script whose declaration has its name here.
    fn function_at(&self, declaration: &SyntaxToken) -> Option<&FunctionInfo> {
        let range = declaration.text_range();
        let functions = self.snapshot.analysis().functions.iter();
        functions
            .filter(|function| !is_chunk(function))
            .find(|function| {
                function.file == self.file
                    && function.name_range.contains_range(range)
                    && function.name_range.end() == range.end()
            })
    }

    /// The last function of the script that is stored in a global of this name.
    fn global_function(&self, name: &str) -> Option<&FunctionInfo> {
        let functions = self
            .snapshot
            .analysis()
            .functions
            .iter()
            .rev()
            .filter(|function| function.name == name);
        functions.into_iter().find(|function| {
            let token = self
                .snapshot
                .file(function.file)
                .and_then(|file| name_at(file.parse(), function.name_range.start()));
            token.is_some_and(|token| meaning(&token) == Some(Meaning::Global))
        })
    }

    /// A function declared by this path: `a.b`, `a:b`.
    fn function_named(&self, path: &str) -> Option<&FunctionInfo> {
        let functions = self.snapshot.analysis().functions.iter();
        functions
            .into_iter()
            .find(|function| function.name.replace(':', ".") == path)
    }
}

/// The statement that declares the function with this name, or the function assigned to it.
fn declaration(name: &SyntaxToken) -> Option<SyntaxNode> {
    name.parent_ancestors().find(|node| {
        let kinds = [
            SyntaxKind::FunctionStat,
            SyntaxKind::LocalFunctionStat,
            SyntaxKind::LocalStat,
            SyntaxKind::AssignStat,
        ];
        kinds.contains(&node.kind())
    })
}

/// The comment lines right above the statement that declares a name, without their dashes.
fn doc_comment(name: &SyntaxToken) -> String {
    let Some(statement) = declaration(name) else {
        return String::new();
    };
    let mut lines = Vec::new();
    let mut token = statement.first_token().and_then(|token| token.prev_token());
    while let Some(before) = token {
        match before.kind() {
            SyntaxKind::Whitespace if before.text().matches('\n').count() <= 1 => {}
            SyntaxKind::Comment if starts_line(&before) => {
                let line = before.text().trim_start_matches('-').trim();
                lines.push(
                    line.trim_start_matches("[[")
                        .trim_end_matches("]]")
                        .trim()
                        .to_owned(),
                );
            }
            _ => break,
        }
        token = before.prev_token();
    }
    lines.reverse();
    lines.join("\n")
}

fn starts_line(token: &SyntaxToken) -> bool {
    token.prev_token().is_none_or(|before| {
        before.kind() == SyntaxKind::Whitespace && before.text().contains('\n')
    })
}

#[cfg(test)]
mod tests;
