//! The place of a finding: the call it is about, the statement and function round it, and what may run behind it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use halion_analysis::{Code, Diagnostic, Why};
use halion_api::{Function, Thread};
use halion_syntax::ast::{AstNode, Expr};
use halion_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize};

use crate::Snapshot;
use crate::diagnostics::function_named;
use crate::names::{Meaning, call_of, meaning, name_at, names_in, variable};

/// Where a finding is.
pub(super) struct Site<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) finding: &'a Diagnostic,
    /// The text of its file.
    pub(super) text: Arc<str>,
    /// The name that is underlined.
    pub(super) name: SyntaxToken,
    /// What is called in the Processor and is for the Controller, by place.
    wrong: OnceCell<Vec<TextRange>>,
    /// Strings and comments of several lines, by place.
    long_tokens: OnceCell<Vec<TextRange>>,
}

impl<'a> Site<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, finding: usize) -> Option<Self> {
        let finding = snapshot.analysis().diagnostics.get(finding)?;
        if !super::is_fixable(finding) {
            return None;
        }
        let file = snapshot.file(finding.file)?;
        let root = file.parse().syntax();
        let start = finding.range.start();
        let name =
            name_at(file.parse(), start).or_else(|| root.token_at_offset(start).right_biased())?;
        Some(Self {
            snapshot,
            finding,
            text: file.text().clone(),
            name,
            wrong: OnceCell::new(),
            long_tokens: OnceCell::new(),
        })
    }

    /// How many calls below a node are for the Controller, but run in the Processor.
    pub(super) fn n_wrong(&self, node: &SyntaxNode) -> usize {
        let wrong = self.wrong.get_or_init(|| self.find_wrong());
        let range = node.text_range();
        let place = |offset| wrong.partition_point(|name| name.start() < offset);
        place(range.end()) - place(range.start())
    }

    /// Of several calls in one line only the first is a finding.
    fn find_wrong(&self) -> Vec<TextRange> {
        let findings = self.snapshot.analysis().diagnostics.iter();
        let findings = findings.filter(|finding| {
            finding.file == self.finding.file
                && finding.code == Code::WrongThread
                && finding.thread == Some(Thread::Processor)
        });
        let starts: BTreeSet<TextSize> = findings.map(|found| found.range.start()).collect();
        let root = self.name.parent_ancestors().last();
        let elements = root
            .into_iter()
            .flat_map(|root| root.descendants_with_tokens());
        let mut wrong = Vec::new();
        // Names that are wrong in this line.
        let mut names: Vec<SyntaxToken> = Vec::new();
        for token in elements.filter_map(|element| element.into_token()) {
            let range = token.text_range();
            let is_again = || {
                let mut names = names.iter();
                token.kind() == SyntaxKind::Name
                    && names.any(|name| name.text() == token.text())
                    && call_of(&token).is_some()
            };
            if starts.contains(&range.start()) {
                wrong.push(range);
                names.push(token);
            } else if is_again() {
                wrong.push(range);
            } else if token.text().contains('\n') {
                names.clear();
            }
        }
        wrong
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &str {
        &self.text[bytes(range)]
    }

    /// The HALion function that is called in the wrong thread.
    pub(super) fn function(&self) -> Option<&'static Function> {
        function_named(self.finding.function.as_deref()?)
    }

    /// Whether the wrong thing is a hop itself.
    pub(super) fn is_hop(&self) -> bool {
        matches!(
            self.finding.function.as_deref(),
            Some("runAsync" | "runSync")
        )
    }

    /// The call, if it is in the wrong thread and calls the function without anything in between.
    pub(super) fn direct_call(&self, thread: Thread) -> Option<SyntaxNode> {
        self.direct(thread, call_of(&self.name)?)
    }

    /// The target `object.field` of an assignment, if HALion refuses that in the thread.
    pub(super) fn direct_assignment(&self, thread: Thread) -> Option<SyntaxNode> {
        let is_field = self.finding.function.as_deref() == Some(self.name.text());
        let target = self.name.parent().filter(|node| {
            let is_assigned = node
                .parent()
                .is_some_and(|node| node.kind() == SyntaxKind::AssignStat);
            is_field && is_assigned && node.kind() == SyntaxKind::IndexExpr
        })?;
        self.direct(thread, target)
    }

    fn direct(&self, thread: Thread, wrong: SyntaxNode) -> Option<SyntaxNode> {
        let is_wrong =
            self.finding.code == Code::WrongThread && self.finding.thread == Some(thread);
        // A call against a `---@thread` comment breaks a promise of the author, not a rule of HALion.
        if !is_wrong || self.finding.runtime_text.is_none() {
            return None;
        }
        let is_direct = |range: TextRange| !wrong.text_range().contains_range(range);
        // What stands for the global statements is their first token, and may be the call.
        let mut steps = self
            .finding
            .chain
            .iter()
            .filter(|step| step.name != "<main>");
        steps
            .all(|step| step.file != self.finding.file || is_direct(step.range))
            .then_some(wrong)
    }

    /// The call in the wrong thread, if it is a statement of its own.
    pub(super) fn wrong_call(&self, thread: Thread) -> Option<Expr> {
        let call = self.direct_call(thread)?;
        let is_statement = call.parent()?.kind() == SyntaxKind::CallStat;
        is_statement.then(|| Expr::cast(call))?
    }

    /// What HALion or the author calls the first to get here, for notes.
    pub(super) fn entry(&self) -> &str {
        self.finding.chain.first().map_or("it", |step| &step.name)
    }

    /// Whether the code can be put on hold on the path to the finding: not in `calcModulation`, not below what calls back.
    pub(super) fn can_be_on_hold(&self) -> bool {
        let entries = self.finding.chain.first().map(|step| &step.name);
        let mut entries = entries.into_iter().chain(&self.finding.also_from);
        let is_called_back = |why| why == Why::Callback;
        !entries.any(|entry| entry == "calcModulation")
            && !self
                .finding
                .chain
                .iter()
                .any(|step| is_called_back(step.why))
    }

    /// Whether a name is HALion's where the finding is, as far as locals go.
    pub(super) fn is_global(&self, name: &str) -> bool {
        self.name
            .parent()
            .is_some_and(|node| variable(name, &node) == Meaning::Global)
    }

    /// The white space in front of a statement, if the statement begins its line.
    pub(super) fn indent(&self, start: usize) -> Option<&str> {
        let line = self.text[..start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let indent = &self.text[line..start];
        indent
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'\t'))
            .then_some(indent)
    }

    /// Where the line of `end` ends, if nothing but blanks and a comment of one line follows there.
    pub(super) fn line_end(&self, end: usize) -> Option<usize> {
        let rest = &self.text[end..];
        let line = rest.lines().next().unwrap_or_default();
        let code = line.trim_start_matches([' ', '\t', ';']);
        let is_comment = code.starts_with("--") && !code.starts_with("--[");
        (code.is_empty() || is_comment).then_some(end + line.trim_end().len())
    }

    /// By how much the file indents: what its first indented line has.
    pub(super) fn step(&self) -> String {
        let mut starts = self.line_starts(0..self.text.len());
        let indent = starts.find_map(|line| {
            let code = self.text[line..].trim_start_matches([' ', '\t']);
            let indent = &self.text[line..self.text.len() - code.len()];
            (!indent.is_empty()).then_some(indent)
        });
        match indent {
            Some(indent) if indent.starts_with('\t') => "\t".to_owned(),
            Some(indent) => " ".repeat(indent.len().clamp(2, 8)),
            None => "  ".to_owned(),
        }
    }

    /// What moves the lines that begin inside `range` one step to the right; lines inside a string or comment stay.
    pub(super) fn deeper(&self, range: Range<usize>) -> Vec<(Range<usize>, String)> {
        let step = self.step();
        let lines = self.line_starts(range);
        lines.map(|line| (line..line, step.clone())).collect()
    }

    /// Where the lines begin that start in `range`, without blank ones and those inside a string or comment.
    fn line_starts(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let newlines = self.text[range.clone()].match_indices('\n');
        let lines = newlines.map(move |(idx, _)| range.start + idx + 1);
        lines.filter(move |&line| {
            let text = self.text[line..].lines().next();
            text.is_some_and(|text| !text.trim().is_empty()) && !self.is_in_long_token(line)
        })
    }

    /// Whether a line begins inside a string or comment.
    fn is_in_long_token(&self, line: usize) -> bool {
        let tokens = self.long_tokens.get_or_init(|| self.find_long_tokens());
        let next = tokens.partition_point(|range| usize::from(range.end()) <= line);
        let token = tokens.get(next);
        token.is_some_and(|range| usize::from(range.start()) < line)
    }

    fn find_long_tokens(&self) -> Vec<TextRange> {
        let root = self.name.parent_ancestors().last();
        let elements = root
            .into_iter()
            .flat_map(|root| root.descendants_with_tokens());
        let tokens = elements.filter_map(|element| element.into_token());
        let long = tokens.filter(|token| {
            matches!(token.kind(), SyntaxKind::Str | SyntaxKind::Comment)
                && token.text().contains('\n')
        });
        long.map(|token| token.text_range()).collect()
    }

    /// The file's line break.
    pub(super) fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }
}

/// A range as offsets.
pub(super) fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// The innermost function around a node; the whole file if there is none.
pub(super) fn function_around(node: &SyntaxNode) -> Option<SyntaxNode> {
    node.ancestors()
        .skip(1)
        .find(|node| is_function(node.kind()) || node.kind() == SyntaxKind::Chunk)
}

/// The outermost loop around a node inside its function.
pub(super) fn outermost_loop(node: &SyntaxNode) -> Option<SyntaxNode> {
    let function = function_around(node)?;
    let inside = node
        .ancestors()
        .skip(1)
        .take_while(|node| *node != function);
    inside.filter(|node| is_loop(node.kind())).last()
}

/// Whether it repeats its statements.
pub(super) fn is_loop(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::WhileStat
            | SyntaxKind::RepeatStat
            | SyntaxKind::NumericForStat
            | SyntaxKind::GenericForStat
    )
}

/// Whether a node is a function with statements of its own.
pub(super) fn is_function(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::FunctionExpr | SyntaxKind::FunctionStat | SyntaxKind::LocalFunctionStat
    )
}

/// All names below a node, in the order of the text.
pub(super) fn all_names(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    tokens.filter(|token| token.kind() == SyntaxKind::Name)
}

/// A name, or names with dots between them: reading it twice gives the same as reading it once.
pub(super) fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Index(index) => {
            index.name().is_some() && index.base().is_some_and(|base| is_path(&base))
        }
        _ => false,
    }
}

/// Whether an expression is a local that keeps its first value.
pub(super) fn is_constant_local(expr: &Expr) -> bool {
    let Expr::Name(name) = expr else { return false };
    let Some(token) = name.name() else {
        return false;
    };
    let declaration = match meaning(&token) {
        Some(Meaning::ImplicitSelf) => None,
        Some(Meaning::Local(_, declaration)) => Some(declaration),
        _ => return false,
    };
    let Some(root) = expr.syntax().ancestors().last() else {
        return false;
    };
    let assigned = root
        .descendants()
        .filter(|node| node.kind() == SyntaxKind::AssignStat)
        .flat_map(|node| node.children().collect::<Vec<_>>())
        .filter(|node| node.kind() == SyntaxKind::NameExpr)
        .chain(
            root.descendants()
                .filter(|node| node.kind() == SyntaxKind::FunctionStat)
                .filter_map(|node| node.first_child()),
        )
        .filter_map(|node| names_in(&node).next());
    let mut same_name = assigned.filter(|other| other.text() == token.text());
    match declaration {
        None => same_name.next().is_none(),
        Some(declaration) => !same_name.any(|other| {
            matches!(meaning(&other), Some(Meaning::Local(_, place)) if place == declaration)
        }),
    }
}
