//! Comments that suppress findings: `---@diagnostic disable-next-line: wrong-thread, endless-loop` (THREAD-ANALYSIS 2.6).
//!
//! `disable-line` and `disable-next-line` act on one line, `disable` on the file, or from there up to the next `enable`; behind an `enable`
//! it acts from there on. Without a code they act on every rule. Syntax errors cannot be suppressed. A code that suppresses nothing is reported, in a module only if no other script can
//! need it; codes of other tools are left alone.

use halion_syntax::{TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::annotation::{Annotation, NOT_MARKED};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lines::Lines;
use crate::script::FileId;
use crate::similar::similar;

/// One code of one comment.
struct Suppression {
    file: FileId,
    /// The line of the comment; lines count from 0.
    at: u32,
    /// The first and the last line it acts on.
    lines: (u32, u32),
    /// `None` acts on every rule.
    code: Option<Code>,
    /// What to mark if it is not used.
    range: TextRange,
    used: bool,
    /// Without a code, and for more than a line: most likely meant for other tools too.
    broad: bool,
}

/// Takes suppressed findings out, and adds those about the comments themselves.
pub(crate) fn apply(
    lines: &Lines,
    annotations: &[Annotation],
    diagnostics: &mut Vec<Diagnostic>,
    complete: bool,
) {
    let mut remarks = Vec::new();
    let mut suppressions = read(lines, annotations, &mut remarks);
    if suppressions.is_empty() && remarks.is_empty() {
        return;
    }
    let index = Index::new(&suppressions);
    diagnostics.retain(|diagnostic| !hits(&mut suppressions, &index, lines, diagnostic));
    if complete {
        for unused in suppressions.iter().filter(|suppression| {
            !suppression.used
                && !suppression.broad
                && !depends_on_main_file(suppression)
                && suppression.code != Some(Code::UnusedSuppression)
        }) {
            let what = unused.code.map_or("nothing", Code::as_str);
            let message = match unused.code {
                Some(_) => format!("there is no {what} here to suppress: delete this comment"),
                None => "there is nothing here to suppress: delete this comment".to_owned(),
            };
            remarks.push(remark(unused.file, unused.range, message));
        }
    }
    remarks.retain(|remark| !hits(&mut suppressions, &index, lines, remark));
    diagnostics.extend(remarks);
}

/// Suppressions by the line they act on, so that many of them cost no more than their number.
struct Index {
    by_line: FxHashMap<(FileId, u32), Vec<usize>>,
    /// Those that act on more than a line.
    wide: Vec<usize>,
}

impl Index {
    fn new(suppressions: &[Suppression]) -> Index {
        let mut index = Index {
            by_line: FxHashMap::default(),
            wide: Vec::new(),
        };
        for (idx, suppression) in suppressions.iter().enumerate() {
            let (first, last) = suppression.lines;
            if first == last {
                let place = (suppression.file, first);
                index.by_line.entry(place).or_default().push(idx);
            } else {
                index.wide.push(idx);
            }
        }
        index
    }
}

/// Whether a finding is suppressed; all comments that do so count as used.
fn hits(
    suppressions: &mut [Suppression],
    index: &Index,
    lines: &Lines,
    diagnostic: &Diagnostic,
) -> bool {
    if diagnostic.code == Code::SyntaxError {
        return false;
    }
    let line = lines.line(diagnostic.file, diagnostic.range.start());
    let here = index.by_line.get(&(diagnostic.file, line));
    let mut hit = false;
    for &idx in here.into_iter().flatten().chain(&index.wide) {
        let suppression = &mut suppressions[idx];
        let (first, last) = suppression.lines;
        let fits = suppression.code.is_none_or(|code| code == diagnostic.code);
        if fits && suppression.file == diagnostic.file && (first..=last).contains(&line) {
            suppression.used = true;
            hit = true;
        }
    }
    hit
}

/// Whether another script that loads this module may need the comment: it decides who calls what.
fn depends_on_main_file(suppression: &Suppression) -> bool {
    let by_text = [
        Code::RemovedFunction,
        Code::DefaultOutOfRange,
        Code::UnusedSuppression,
    ];
    suppression.file != FileId(0) && suppression.code.is_none_or(|code| !by_text.contains(&code))
}

fn remark(file: FileId, range: TextRange, message: String) -> Diagnostic {
    Diagnostic::new(
        Code::UnusedSuppression,
        Severity::Hint,
        file,
        range,
        message,
    )
}

const ACTIONS: [&str; 4] = ["disable-next-line", "disable-line", "disable", "enable"];

/// What a comment does, and the codes it names. A colon between them may be missing, if a code or what looks like one follows.
fn parts(text: &str) -> (&str, Option<&str>) {
    let end = text.find(|letter: char| letter == ':' || letter.is_whitespace());
    let (action, rest) = text.split_at(end.unwrap_or(text.len()));
    let rest = rest.trim_start();
    let is_code =
        |word| Code::named(word).is_some() || similar(word, Code::ALL.map(Code::as_str)).is_some();
    let codes = match rest.strip_prefix(':') {
        Some(codes) => Some(codes),
        None => {
            let first = rest.split([',', ' ', '\t']).next();
            first.is_some_and(is_code).then_some(rest)
        }
    };
    (action, codes)
}

fn read(
    lines: &Lines,
    annotations: &[Annotation],
    remarks: &mut Vec<Diagnostic>,
) -> Vec<Suppression> {
    let line_of = |one: &Annotation| (one.file, lines.line(one.file, one.range.start()));
    let alone = annotations.iter().filter(|one| one.is_alone);
    let comments: FxHashSet<(FileId, u32)> = alone.map(line_of).collect();
    let mut suppressions: Vec<Suppression> = Vec::new();
    // Behind an `enable`, a `disable` is for what follows.
    let mut enabled: Vec<(FileId, Option<Code>)> = Vec::new();
    for annotation in annotations.iter().filter(|one| one.tag == "diagnostic") {
        let line = lines.line(annotation.file, annotation.range.start());
        let (action, codes) = parts(&annotation.text);
        let action_range = TextRange::at(annotation.start, TextSize::of(action));
        if !annotation.is_marked {
            if ACTIONS.contains(&action) {
                remarks.push(remark(annotation.file, action_range, NOT_MARKED.to_owned()));
            }
            continue;
        }
        let acts_on = match action {
            "disable-line" => (line, line),
            "disable-next-line" => {
                // Comments one below the other act on the same line.
                let mut next = line + 1;
                while comments.contains(&(annotation.file, next)) {
                    next += 1;
                }
                (next, next)
            }
            "disable" => (0, u32::MAX),
            "enable" => (line, u32::MAX),
            _ => {
                if let Some(meant) = similar(action, ACTIONS) {
                    let message = format!("\"{action}\" is not known: did you mean {meant}?");
                    remarks.push(remark(annotation.file, action_range, message));
                }
                continue;
            }
        };
        for (code, range) in codes_of(annotation, codes) {
            let code = match code {
                None => None,
                Some(name) => match Code::named(name) {
                    Some(code) => Some(code),
                    None => {
                        // The Lua language server has codes of its own.
                        if let Some(meant) = similar(name, Code::ALL.map(Code::as_str)) {
                            let message =
                                format!("no rule is called {name}: did you mean {meant}?");
                            remarks.push(remark(annotation.file, range, message));
                        } else if ["all", "*"].contains(&name) {
                            let message = format!(
                                "no rule is called {name}: without a name, the comment acts on all of them"
                            );
                            remarks.push(remark(annotation.file, range, message));
                        }
                        continue;
                    }
                },
            };
            if action == "enable" {
                end(&mut suppressions, annotation.file, code, line);
                if !enabled.contains(&(annotation.file, code)) {
                    enabled.push((annotation.file, code));
                }
                continue;
            }
            let is_behind = action == "disable"
                && enabled.iter().any(|&(file, known)| {
                    file == annotation.file && (known.is_none() || code.is_none() || known == code)
                });
            let acts_on = if is_behind { (line, u32::MAX) } else { acts_on };
            suppressions.push(Suppression {
                file: annotation.file,
                at: line,
                lines: acts_on,
                code,
                range,
                used: false,
                broad: code.is_none() && action == "disable",
            });
        }
    }
    suppressions
}

/// `enable` ends what a `disable` above it started.
fn end(suppressions: &mut [Suppression], file: FileId, code: Option<Code>, line: u32) {
    for suppression in suppressions {
        let open = suppression.lines.1 == u32::MAX && suppression.file == file;
        if open && (code.is_none() || suppression.code == code) {
            suppression.lines = (suppression.at, line);
        }
    }
}

/// The codes with their places; `None` stands for all.
fn codes_of<'a>(
    annotation: &Annotation,
    codes: Option<&'a str>,
) -> Vec<(Option<&'a str>, TextRange)> {
    let Some(codes) = codes else {
        return vec![(None, annotation.range)];
    };
    let at = |offset: usize| {
        annotation.start + TextSize::try_from(offset).expect("a comment is shorter than 4 GB")
    };
    let mut offset = annotation.text.len() - codes.len();
    let mut found = Vec::new();
    for part in codes.split([',', ';']) {
        for (idx, (start, name)) in words(part).enumerate() {
            let bare = name.trim_matches(['"', '\'', '.', ':', '!']);
            let (start, name) = match name.find(bare) {
                Some(skipped) if !bare.is_empty() => (start + skipped, bare),
                _ => (start, name),
            };
            // Behind the last code, people write why.
            if idx > 0 && Code::named(name).is_none() {
                break;
            }
            let start = offset + start;
            let range = TextRange::new(at(start), at(start + name.len()));
            found.push((Some(name), range));
        }
        offset += part.len() + 1;
    }
    found
}

/// The words of a text with their offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    text.split_whitespace().filter_map(move |word| {
        let start = from + text[from..].find(word)?;
        from = start + word.len();
        Some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_finding_is_suppressed_on_its_line_on_the_next_line_or_in_the_file() {
        check(
            r#"
            function onNote(event)
              ---@diagnostic disable-next-line: wrong-thread
              openURL("a")
              openURL("b") ---@diagnostic disable-line: wrong-thread -- asked for by the tests
              ---@diagnostic disable-next-line
              openURL("c")
              openURL("d") -- error: [wrong-thread] "openURL"
            end
            "#,
            "lines",
        );
        check(
            r#"
            ---@diagnostic disable: wrong-thread, endless-loop
            function onNote(event)
              openURL("a")
              while true do end
            end
            "#,
            "file",
        );
        check(
            r#"
            function onNote(event)
              openURL("z") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable: wrong-thread
              openURL("a")
              ---@diagnostic enable: wrong-thread
              openURL("b") -- error: [wrong-thread] "openURL"
            end
            "#,
            "up to enable",
        );
        check(
            r#"
            function onNote(event)
              ---@diagnostic disable: wrong-thread
              openURL("a")
              ---@diagnostic enable: wrong-thread
              openURL("b") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable: wrong-thread
              openURL("c")
              ---@diagnostic enable
              openURL("d") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable
              openURL("e")
            end
            "#,
            "region after region",
        );
    }

    #[test]
    fn spellings_that_are_understood() {
        for comment in [
            "---@diagnostic disable-next-line:wrong-thread",
            "---  @diagnostic   disable-next-line :  wrong-thread  ",
            "---@diagnostic disable-next-line wrong-thread",
            "---@diagnostic: disable-next-line: wrong-thread -- asked for: the tests",
            "---@diagnostic disable-next-line -- see: the tests",
            "---@diagnostic disable-next-line: wrong-thread,",
            "---@diagnostic\tdisable-next-line:\twrong-thread – weil: ü",
            "---@diagnostic disable-next-line: wrong-thread.",
            "---@diagnostic disable-next-line: 'wrong-thread' (asked for)",
            "---@diagnostic disable-next-line: endless-loop; wrong-thread",
        ] {
            for newline in ["\n", "\r\n"] {
                let text = format!("function onNote(event)\n  {comment}\n  openURL('a')\nend");
                check(&text.replace('\n', newline), comment);
            }
        }
        check(
            r#"
            function onNote(event)
              ---@diagnostic disable-next-line: endless-loop wrong-thread in one line
              openURL("a") while true do end
            end
            "#,
            "blanks between codes",
        );
    }

    #[test]
    fn spellings_that_are_slips() {
        check(
            r#"
            function onNote(event)
              --@diagnostic disable-next-line: wrong-thread -- hint: [unused-suppression] "disable-next-line"
              openURL("a") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable-next-line wrong-tread -- hint: [unused-suppression] "wrong-tread"
              openURL("b") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable-nextline: wrong-thread -- hint: [unused-suppression] "disable-nextline"
              openURL("c") -- error: [wrong-thread] "openURL"
              --[[---@diagnostic disable-next-line: wrong-thread]]
              openURL("d") -- error: [wrong-thread] "openURL"
              local text = [[
              ---@diagnostic disable: wrong-thread
              ]]
              openURL(text) -- error: [wrong-thread] "openURL"
              -- @diagnostic tools are not meant
              ----@diagnostic disable-next-line: wrong-thread -- hint: [unused-suppression] "disable-next-line"
              openURL("e") -- error: [wrong-thread] "openURL"
              ---@Diagnostic disable-next-line: wrong-thread -- hint: [unused-suppression] "disable-next-line"
              openURL("f") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable-next-line: all -- hint: [unused-suppression] "all"
              openURL("g") -- error: [wrong-thread] "openURL"
              ---@diagnostic Disable-Next-Line: wrong-thread -- hint: [unused-suppression] "Disable-Next-Line"
              openURL("h") -- error: [wrong-thread] "openURL"
            end
            "#,
            "",
        );
    }

    #[test]
    fn a_comment_in_a_module_may_be_for_another_script() {
        check(
            r#"
            require "helper"
            -- file: helper.lua
            ---@diagnostic disable: removed-function -- hint: [unused-suppression] "removed-function"
            function help()
              ---@diagnostic disable-next-line: wrong-thread -- no hint
              openURL("a")
            end
            "#,
            "",
        );
    }

    #[test]
    fn what_suppresses_nothing_is_reported() {
        check(
            r#"
            function onNote(event)
              ---@diagnostic disable-next-line: wrong-thread, endless-loop -- hint: [unused-suppression] "endless-loop"
              openURL("a")
              ---@diagnostic disable-next-line: wrong-tread -- hint: [unused-suppression] "wrong-tread"
              openURL("b") -- error: [wrong-thread] "openURL"
              ---@diagnostic disable-next-line: undefined-global, lowercase-global -- no hint
              openURL("c") -- error: [wrong-thread] "openURL"
            end
            "#,
            "",
        );
    }
}
