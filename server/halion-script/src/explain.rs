//! `explain`: the page of a rule as text for a terminal, or the list of all rules.

use halion_ide::{Code, RulePage, Severity};

use crate::args::ExplainArgs;
use crate::output::{self, BOLD, DIM, Exit};

/// The indentation of examples.
const INDENT: &str = "    ";

/// Text is wrapped to the terminal, but not to lines that are hard to read.
const MAX_WIDTH: usize = 100;

/// Runs the command.
pub fn explain(args: &ExplainArgs) -> Exit {
    let code = args.rule.as_deref().and_then(Code::named);
    output::out(&match code {
        Some(code) => page(&code.page(), output::width().min(MAX_WIDTH)),
        None => list(),
    });
    Exit::Clean
}

/// All rules, a line each, the worst first.
fn list() -> String {
    let mut pages = Code::ALL.map(Code::page);
    pages.sort_by_key(|page| page.severity);
    let width = pages.iter().map(|page| page.code.as_str().len()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for page in pages {
        let (code, severity) = (page.code.as_str(), word(page.severity));
        text.push_str(&format!(
            "{BOLD}{code:width$}{BOLD:#}  {DIM}{severity:7}{DIM:#}  {}\n",
            page.summary
        ));
    }
    text.push_str("\nhalion-script explain RULE tells more about one of them.\n");
    text
}

/// One page.
fn page(page: &RulePage, width: usize) -> String {
    let (code, severity) = (page.code.as_str(), word(page.severity));
    let parts = [
        format!("{BOLD}{severity}[{code}]: {}{BOLD:#}", page.summary),
        rendered(page.why, width),
        format!("{BOLD}Wrong{BOLD:#}"),
        rendered(page.wrong, width),
        format!("{BOLD}Right{BOLD:#}"),
        rendered(page.right, width),
        format!("{BOLD}What to do{BOLD:#}"),
        rendered(page.fix, width),
    ];
    parts.join("\n\n") + "\n"
}

/// Markdown as text of a terminal: paragraphs wrapped, code indented.
fn rendered(markdown: &str, width: usize) -> String {
    let mut parts = Vec::new();
    for (idx, part) in markdown.split("```").enumerate() {
        // Every other part is code, with the language in its first line.
        let text = match part.split_once('\n') {
            Some((_, code)) if idx % 2 == 1 => indented(code),
            _ => wrapped(part.trim(), width),
        };
        if !text.is_empty() {
            parts.push(text);
        }
    }
    parts.join("\n\n")
}

/// The severity as `check` writes it.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Information => "remark",
        other => other.as_str(),
    }
}

fn indented(code: &str) -> String {
    let lines = code.lines().map(|line| match line {
        "" => String::new(),
        line => format!("{INDENT}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Paragraphs of Markdown as lines of a terminal: emphasis goes, backticks help and stay.
fn wrapped(markdown: &str, width: usize) -> String {
    let paragraphs = markdown.split("\n\n").map(|paragraph| {
        let mut lines = vec![String::new()];
        for word in paragraph.split_whitespace() {
            let word = word.replace('*', "");
            let line = lines.last_mut().expect("there is always a line");
            let is_full = line.chars().count() + 1 + word.chars().count() > width;
            match (line.is_empty(), is_full) {
                (true, _) => line.push_str(&word),
                (false, false) => {
                    line.push(' ');
                    line.push_str(&word);
                }
                (false, true) => lines.push(word),
            }
        }
        lines.join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_lose_their_emphasis() {
        assert_eq!(
            wrapped("One *two* three\nfour.\n\n`five`", 9),
            "One two\nthree\nfour.\n\n`five`"
        );
    }
}
