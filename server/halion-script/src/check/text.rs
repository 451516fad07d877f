//! `check` for people: the source with the place and the steps that lead to it, in the look of rustc.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, normalize_untrusted_str};

use crate::output;
use crate::report::{File, Finding, Report, Severity, Step, plural};

/// Of a long chain, so many steps are shown at its start and at its end.
const STEPS_AT_EITHER_END: usize = 4;

/// Of the findings in one file, so many are shown: more than anybody reads.
const MAX_FINDINGS: usize = 200;

/// The findings with colours (whoever prints them strips these when need be); hints only when asked for. Of a file with very many the
/// worst ones are shown, in the order of the text.
pub fn render(report: &Report, hints: bool) -> String {
    let mut out = String::new();
    let findings: Vec<_> = report.findings(hints).collect();
    for findings in findings.chunk_by(|(file, _), (other, _)| std::ptr::eq(*file, *other)) {
        for (file, finding) in worst(findings) {
            out.push_str(&render_finding(report, file, finding));
            out.push_str("\n\n");
        }
        if let [(file, _), ..] = findings
            && findings.len() > MAX_FINDINGS
        {
            let n = plural(findings.len() - MAX_FINDINGS, "further finding");
            let path = normalize_untrusted_str(&file.path);
            out.push_str(&format!(
                "{path}: {n} not shown here (see --format json)\n\n"
            ));
        }
    }
    out
}

/// The worst ones of these, as many as are shown.
fn worst<'a>(findings: &[(&'a File, &'a Finding)]) -> Vec<(&'a File, &'a Finding)> {
    let mut places: Vec<usize> = (0..findings.len()).collect();
    places.sort_by_key(|&place| findings[place].1.severity);
    places.truncate(MAX_FINDINGS);
    places.sort_unstable();
    places.into_iter().map(|place| findings[place]).collect()
}

/// The last line: what was found, in how many files, and how long it took.
pub fn summary(report: &Report, hints: bool) -> String {
    let ms = report.elapsed.as_millis();
    let hidden = match report.n_hints() {
        n if n > 0 && !hints => format!(" ({} with --hints)", plural(n, "hint")),
        _ => String::new(),
    };
    let known = match &report.baseline {
        Some(baseline) if baseline.n_hidden > 0 => {
            format!(" ({} in the baseline)", baseline.n_hidden)
        }
        _ => String::new(),
    };
    format!("{}{hidden}{known}, {ms} ms\n", report.summary(hints))
}

/// Where to read more about what was found, with the worst of it as the example.
pub fn more(report: &Report, hints: bool) -> String {
    let findings = report.findings(hints).map(|(_, finding)| finding);
    let Some(worst) = findings.min_by_key(|finding| finding.severity) else {
        return String::new();
    };
    let mut others = report.findings(hints).map(|(_, finding)| finding);
    let others = match others.any(|finding| finding.code != worst.code) {
        true => " (or another code in brackets)",
        false => "",
    };
    format!(
        "For why and examples: halion-script explain {}{others}\n",
        worst.code
    )
}

fn render_finding(report: &Report, file: &File, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO.with_name("remark"),
        Severity::Hint => Level::INFO.with_name("hint"),
    };
    let steps = shown_steps(&finding.chain);
    let mut group = level
        .primary_title(&finding.message)
        .id(finding.code)
        .element(snippet(report, file, finding, &steps));
    let home = file_idx(report, file);
    let mut shown = vec![home];
    for other in steps
        .iter()
        .flat_map(|step| {
            [
                Some(step.file),
                step.supplied.as_ref().map(|(file, _)| *file),
            ]
        })
        .flatten()
        .chain(finding.supplied.as_ref().map(|supply| supply.file))
    {
        if !shown.contains(&other) {
            shown.push(other);
            group = group.element(snippet_of_steps(report, finding, home, other, &steps));
        }
    }
    if steps.len() < finding.chain.len() {
        let n = finding.chain.len() - steps.len();
        group = group.element(Level::NOTE.message(format!(
            "{} in between not shown here (see --format json)",
            plural(n, "step")
        )));
    }
    if !finding.also_from.is_empty() {
        let entries = normalize_untrusted_str(&finding.also_from.join(", "));
        group = group.element(Level::NOTE.message(format!("also from {entries}")));
    }
    if let Some(text) = &finding.runtime_text {
        group = group.element(
            Level::NOTE.message(format!("HALion says: {}", normalize_untrusted_str(text))),
        );
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    Renderer::styled()
        .term_width(output::width())
        .render(&[group])
}

fn shown_steps(chain: &[Step]) -> Vec<&Step> {
    let hidden = STEPS_AT_EITHER_END..chain.len().saturating_sub(STEPS_AT_EITHER_END);
    chain
        .iter()
        .enumerate()
        .filter(|(idx, _)| !hidden.contains(idx))
        .map(|(_, step)| step)
        .collect()
}

/// The file with the finding; the steps that lie in the same file are marked too.
fn snippet<'a>(
    report: &'a Report,
    file: &'a File,
    finding: &'a Finding,
    steps: &[&'a Step],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let home = file_idx(report, file);
    let marks = marks(finding, home, steps, home);
    let ranges = marks
        .iter()
        .map(|(range, _)| range.clone())
        .chain([finding.span.range.clone()]);
    let window = Window::around(&file.text, ranges);
    let place = AnnotationKind::Primary
        .span(window.relative(&finding.span.range))
        .label(label(finding));
    let context = marks.into_iter().map(|(range, label)| {
        AnnotationKind::Context
            .span(window.relative(&range))
            .label(label)
    });
    window
        .snippet(&file.path)
        .annotation(place)
        .annotations(context)
}

/// Another file that the steps pass through.
fn snippet_of_steps<'a>(
    report: &'a Report,
    finding: &'a Finding,
    home: usize,
    file_idx: usize,
    steps: &[&'a Step],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let file = &report.files[file_idx];
    let marks = marks(finding, home, steps, file_idx);
    let window = Window::around(&file.text, marks.iter().map(|(range, _)| range.clone()));
    let context = marks.into_iter().map(|(range, label)| {
        AnnotationKind::Context
            .span(window.relative(&range))
            .label(label)
    });
    window.snippet(&file.path).annotations(context)
}

/// The places in one file with what happens there, numbered when there are several; what happens at one place shares its mark. The
/// finding's own place, in the file `home`, is marked elsewhere.
fn marks(
    finding: &Finding,
    home: usize,
    steps: &[&Step],
    file_idx: usize,
) -> Vec<(Range<usize>, String)> {
    let chain = &finding.chain;
    let mut marks: Vec<(Range<usize>, String)> = Vec::new();
    let mut mark = |range: &Range<usize>, text: String| {
        // A name can be any string of the script, `t["\27[2J"]` too.
        let text = normalize_untrusted_str(&text);
        match marks.iter_mut().find(|(other, _)| other == range) {
            Some((_, label)) => *label = format!("{label}, {text}"),
            None => marks.push((range.clone(), text)),
        }
    };
    for step in steps {
        let number = match chain.iter().position(|other| std::ptr::eq(other, *step)) {
            Some(idx) if chain.len() > 1 => format!("{}. ", idx + 1),
            _ => String::new(),
        };
        if step.file == file_idx {
            mark(&step.span.range, format!("{number}{}", step.text()));
        }
        match &step.supplied {
            Some((file, span))
                if *file == file_idx && (*file, &span.range) != (step.file, &step.span.range) =>
            {
                mark(&span.range, format!("{number}{}", step.supply()));
            }
            _ => {}
        }
    }
    if let Some(supply) = &finding.supplied
        && supply.file == file_idx
        && (home, &finding.span.range) != (supply.file, &supply.span.range)
    {
        mark(&supply.span.range, supply.text());
    }
    marks
}

fn file_idx(report: &Report, file: &File) -> usize {
    let place = report
        .files
        .iter()
        .position(|other| std::ptr::eq(other, file));
    place.expect("the file of a finding is a file of its report")
}

fn label(finding: &Finding) -> Option<String> {
    match (finding.code, finding.thread, &finding.function) {
        ("wrong-thread", Some("processor"), Some(_)) => {
            Some("only works in the Controller".to_owned())
        }
        ("wrong-thread", Some(_), Some(_)) => Some("only works in the Processor".to_owned()),
        _ => None,
    }
}

/// The lines of a text that a snippet needs: rendering costs as much as the text it is given.
struct Window<'a> {
    text: &'a str,
    /// Offset of its first line in bytes.
    start: usize,
    /// Number of its first line, from 1.
    line: usize,
}

impl<'a> Window<'a> {
    fn around(text: &'a str, ranges: impl Iterator<Item = Range<usize>>) -> Self {
        let (mut start, mut end) = (text.len(), 0);
        for range in ranges {
            (start, end) = (start.min(range.start), end.max(range.end));
        }
        let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[end..]
            .find('\n')
            .map_or(text.len(), |newline| end + newline);
        // Lines that end in CR LF: the renderer knows the pair, and would show a CR alone as a picture.
        let end = match text[end..line_end].strip_suffix('\r') {
            Some(rest) => end + rest.len(),
            None => line_end,
        };
        let line = 1 + text[..start].bytes().filter(|byte| *byte == b'\n').count();
        Self {
            text: &text[start..end],
            start,
            line,
        }
    }

    fn relative(&self, range: &Range<usize>) -> Range<usize> {
        range.start - self.start..range.end - self.start
    }

    fn snippet(&self, path: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        Snippet::source(self.text).path(path).line_start(self.line)
    }
}
