//! Plants a wrong-thread call at every place of your own scripts, one at a time, and shows where the analysis and the engine disagree.
//!
//! `cargo run -p tests --example plant FILES`, with files as `tests::own` reads them. The scenario is the mutation test's, or that of the file
//! that the variable `SCENARIO` names. What is not played there cannot be judged, so a planted call that is an error for the analysis
//! only is shown with `FALSE=1`; with `CHAINS=1`, chains that are not the calls of the engine's stack are shown.

use halion_analysis::{Code, Script, Severity, Why};
use halion_engine::{RecordKind, Scenario};
use halion_syntax::SyntaxKind;
use tests::both;
use tests::own;

fn main() {
    let scenario = own::scenario();
    let (mut planted, mut raised, mut missed, mut weak, mut alone) = (0, 0, 0, 0, 0);
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for (name, text) in own::cases(&text) {
            let files = own::files(text);
            for (idx, (file, text)) in files.iter().enumerate() {
                for (offset, line) in places(text) {
                    for call in [" openURL('planted'); ", " pitchBend(0); "] {
                        let mut files = files.clone();
                        files[idx].1.insert_str(offset, call);
                        planted += 1;
                        let found = judge(&own::script(&files), &scenario, file, line, call.trim());
                        let Some((kind, told)) = found else {
                            raised += 1;
                            continue;
                        };
                        match kind {
                            "MISSED" => missed += 1,
                            "WEAK" => weak += 1,
                            "FALSE" => alone += 1,
                            _ => {}
                        }
                        if kind != "-" && (kind != "FALSE" || std::env::var_os("FALSE").is_some()) {
                            println!("{kind} {path} {name} {file}:{line}:{offset}{call}{told}");
                        }
                    }
                }
            }
        }
    }
    println!(
        "{planted} planted, {raised} as the engine, {missed} missed, {weak} weak, {alone} errors for the analysis only"
    );
}

/// Offsets and lines where a statement can begin.
fn places(text: &str) -> Vec<(usize, usize)> {
    let tree = halion_syntax::parse(text).syntax();
    let tokens = tree.descendants_with_tokens();
    let tokens = tokens.filter_map(|element| element.into_token());
    let begins = tokens.filter(|token| match token.kind() {
        SyntaxKind::Then | SyntaxKind::Do | SyntaxKind::Else | SyntaxKind::Repeat => true,
        SyntaxKind::RParen => token
            .parent()
            .is_some_and(|node| node.kind() == SyntaxKind::ParamList),
        _ => false,
    });
    begins
        .map(|token| {
            let offset = usize::from(token.text_range().end());
            (offset, text[..offset].matches('\n').count() + 1)
        })
        .collect()
}

fn judge(
    script: &Script,
    scenario: &Scenario,
    path: &str,
    line: usize,
    call: &str,
) -> Option<(&'static str, String)> {
    let records = both::play(script, scenario.clone());
    let name = call.split('(').next();
    let here = |place: &both::Place| place.path == path && place.line == line;
    let planted = format!("Function HALion::{} ", name.unwrap_or_default());
    let of_planted = records.iter().filter(
        |record| matches!(&record.kind, RecordKind::Error(error) if error.message.contains(&planted)),
    );
    let is_raised = both::refused(of_planted).iter().any(here);
    let analysis = halion_analysis::analyze(script);
    let found = analysis.diagnostics.iter().filter(|found| {
        found.code == Code::WrongThread
            && script.files[found.file.idx()].path == path
            && both::line_of(script, found.file, found.range.start()) == line
            && found.function.as_deref() == name
    });
    let found = found.min_by_key(|found| found.severity);
    let told = |found: &halion_analysis::Diagnostic| {
        format!("{} {}", found.severity.as_str(), found.message)
    };
    match found {
        None if is_raised => Some(("MISSED", String::new())),
        None => Some(("-", String::new())),
        Some(found) if found.severity == Severity::Error && !is_raised => {
            Some(("FALSE", told(found)))
        }
        Some(found) if found.severity == Severity::Error => {
            if found
                .chain
                .first()
                .is_none_or(|step| step.why != Why::Entry)
            {
                return Some(("NOCHAIN", told(found)));
            }
            std::env::var_os("CHAINS")?;
            let hop = found.chain.iter().rposition(|step| {
                matches!(
                    step.why,
                    Why::Entry | Why::RunAsync | Why::RunSync | Why::Spawn
                )
            });
            let mut lines: Vec<_> = found.chain[hop.unwrap_or(0) + 1..]
                .iter()
                .map(|step| both::line_of(script, step.file, step.range.start()))
                .collect();
            lines.push(line);
            lines.dedup();
            let stacks: Vec<Vec<usize>> = records
                .iter()
                .filter_map(|record| match &record.kind {
                    RecordKind::Error(error) if error.line as usize == line => Some(
                        error
                            .stack
                            .iter()
                            .rev()
                            .map(|frame| frame.line as usize)
                            .filter(|line| *line > 0)
                            .collect(),
                    ),
                    _ => None,
                })
                .collect();
            // A tail call leaves no frame.
            let fits = |stack: &Vec<usize>| {
                let mut stack = stack.clone();
                stack.dedup();
                let mut lines = lines.iter();
                (stack.iter()).all(|frame| lines.any(|line| line == frame))
            };
            if stacks.iter().any(fits) {
                None
            } else {
                Some((
                    "CHAIN",
                    format!("{lines:?} not {stacks:?} {}", found.message),
                ))
            }
        }
        Some(found) if is_raised => Some(("WEAK", told(found))),
        Some(_) => Some(("-", String::new())),
    }
}
