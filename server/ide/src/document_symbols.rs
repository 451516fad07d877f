//! The outline of a file: its functions, nested as they are written, and the variables of its global statements.

use std::collections::BTreeMap;
use std::ops::Range;

use halion_analysis::{FileId, FunctionInfo};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};

use crate::Snapshot;
use crate::names::names_in;
use crate::place::{is_chunk, runs_in};

/// One entry of the outline. Ranges are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// As it is declared: `onNote`, `Voice:stop`.
    pub name: String,
    /// Where a function runs: `runs in Processor (onNote)`.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole declaration.
    pub range: Range<usize>,
    /// The name in it.
    pub name_range: Range<usize>,
    /// What is declared inside.
    pub children: Vec<Symbol>,
}

/// What an entry of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A function.
    Function,
    /// A function called with `:`.
    Method,
    /// A variable that holds something else.
    Variable,
}

/// The outline of `file`, in the order of the text.
#[must_use]
pub fn document_symbols(snapshot: &Snapshot, file: FileId) -> Vec<Symbol> {
    let Some(source) = snapshot.file(file) else {
        return Vec::new();
    };
    let mut symbols = Vec::new();
    let functions = snapshot.analysis().functions.iter();
    let functions = functions.filter(|info| info.file == file && !is_chunk(info));
    // Outer functions come first, and the first one of a place counts.
    let functions = functions.rev().map(|info| (info.name_range.end(), info));
    let mut outline = Outline {
        functions: functions.collect(),
    };
    outline.inside(&source.parse().syntax(), true, &mut symbols);
    symbols
}

struct Outline<'a> {
    /// What is known about the functions, by the end of their names.
    functions: BTreeMap<TextSize, &'a FunctionInfo>,
}

impl Outline<'_> {
    /// The declarations below `node`; variables only while `is_global`, outside of functions.
    fn inside(&mut self, node: &SyntaxNode, is_global: bool, symbols: &mut Vec<Symbol>) {
        for child in node.children() {
            match child.kind() {
                SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat => {
                    let name = child
                        .children()
                        .find(|node| node.kind() == SyntaxKind::FunctionName);
                    let path = name.as_ref().map_or_else(
                        || names_in(&child).next().map(|name| name.to_string()),
                        |name| Some(name.text().to_string().trim().to_owned()),
                    );
                    let last = names_in(name.as_ref().unwrap_or(&child)).last();
                    match (path, last) {
                        (Some(path), Some(last)) => {
                            symbols.push(self.function(&child, &child, path, &last))
                        }
                        _ => self.inside(&child, false, symbols),
                    }
                }
                SyntaxKind::LocalStat | SyntaxKind::AssignStat => {
                    self.assignment(&child, is_global, symbols)
                }
                _ => self.inside(
                    &child,
                    is_global && child.kind() != SyntaxKind::FunctionExpr,
                    symbols,
                ),
            }
        }
    }

    fn assignment(&mut self, statement: &SyntaxNode, is_global: bool, symbols: &mut Vec<Symbol>) {
        let sign = statement
            .children_with_tokens()
            .find(|element| element.kind() == SyntaxKind::Eq);
        let start = sign.map_or(statement.text_range().end(), |sign| {
            sign.text_range().start()
        });
        let values: Vec<SyntaxNode> = statement
            .children()
            .filter(|node| node.text_range().start() > start)
            .collect();
        let targets: Vec<(String, SyntaxToken)> = match statement.kind() {
            SyntaxKind::LocalStat => names_in(statement)
                .map(|name| (name.to_string(), name))
                .collect(),
            _ => {
                let targets = statement
                    .children()
                    .filter(|node| node.text_range().end() <= start);
                targets
                    .filter_map(|target| {
                        Some((
                            target.text().to_string().trim().to_owned(),
                            names_in(&target).last()?,
                        ))
                    })
                    .collect()
            }
        };
        for (idx, (path, name)) in targets.into_iter().enumerate() {
            match values.get(idx) {
                Some(value) if value.kind() == SyntaxKind::FunctionExpr => {
                    symbols.push(self.function(statement, value, path, &name));
                }
                _ if is_global
                    && name
                        .parent()
                        .is_some_and(|parent| parent.kind() != SyntaxKind::IndexExpr) =>
                {
                    symbols.push(Symbol {
                        name: path,
                        detail: None,
                        kind: SymbolKind::Variable,
                        range: bytes(statement),
                        name_range: name.text_range().into(),
                        children: Vec::new(),
                    });
                }
                _ => {}
            }
        }
        for value in values
            .iter()
            .filter(|value| value.kind() != SyntaxKind::FunctionExpr)
        {
            self.inside(value, false, symbols);
        }
    }

    fn function(
        &mut self,
        statement: &SyntaxNode,
        function: &SyntaxNode,
        name: String,
        last: &SyntaxToken,
    ) -> Symbol {
        let mut children = Vec::new();
        self.inside(function, false, &mut children);
        let info = self.functions.get(&last.text_range().end());
        Symbol {
            kind: if name.contains(':') {
                SymbolKind::Method
            } else {
                SymbolKind::Function
            },
            name,
            detail: info.map(|info| runs_in(info)),
            range: bytes(statement),
            name_range: last.text_range().into(),
            children,
        }
    }
}

fn bytes(node: &SyntaxNode) -> Range<usize> {
    node.text_range().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use halion_analysis::ScriptKind;

    use super::*;
    use crate::File;

    fn show(symbols: &[Symbol], depth: usize, shown: &mut Vec<String>) {
        for symbol in symbols {
            let detail = symbol
                .detail
                .as_ref()
                .map(|detail| format!(", {detail}"))
                .unwrap_or_default();
            shown.push(format!(
                "{}{:?} {}{detail}",
                " ".repeat(depth),
                symbol.kind,
                symbol.name
            ));
            show(&symbol.children, depth + 1, shown);
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let snapshot = Snapshot::new(
            vec![File::new("a.lua".into(), text.into())],
            &BTreeMap::new(),
            ScriptKind::Auto,
        );
        let mut shown = Vec::new();
        show(&document_symbols(&snapshot, FileId(0)), 0, &mut shown);
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn functions_are_listed_with_their_threads() {
        check(
            "function onNote(e) go() end\nfunction go() end\nlocal function idle() end",
            &[
                "Function onNote, runs in Processor (onNote)",
                "Function go, runs in Processor (onNote)",
                "Function idle, is called by nobody",
            ],
        );
    }

    #[test]
    fn functions_nest_and_variables_inside_them_are_left_out() {
        check(
            "x = 1\nlocal a, b = 1, function() local c = 1; local function d() end end\nV = {}\nfunction V:stop() end\nV.go = function() end",
            &[
                "Variable x",
                "Variable a",
                "Function b, is called by nobody",
                " Function d, is called by nobody",
                "Variable V",
                "Method V:stop, is called by nobody",
                "Function V.go, is called by nobody",
            ],
        );
    }

    #[test]
    fn an_unfinished_function_keeps_the_others() {
        check(
            "function a(\nfunction b() end",
            &[
                "Function a, is called by nobody",
                "Function b, is called by nobody",
            ],
        );
    }
}
