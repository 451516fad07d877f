//! Prints what the analysis finds in scripts given as paths, one line each. `cargo run -p halion-analysis --example analysis_report -- FILE...`
#![allow(
    clippy::disallowed_methods,
    reason = "an example reads the files it is given"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use halion_analysis::{Script, ScriptKind, SourceFile, analyze};
use halion_syntax::LineIndex;

fn main() {
    for path in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("failed to read {path}: {error}");
                continue;
            }
        };
        let lines = LineIndex::new(&text);
        let file = SourceFile {
            path: path.clone(),
            parse: halion_syntax::parse(&text),
            text: Arc::from(text),
        };
        let script = Script {
            files: vec![file],
            modules: BTreeMap::new(),
            kind: ScriptKind::Auto,
        };
        let analysis = analyze(&script);
        for found in &analysis.diagnostics {
            let line = lines.line_col(found.range.start()).line + 1;
            println!(
                "{path}:{line}: {} [{}] {}",
                found.severity.as_str(),
                found.code.as_str(),
                found.message
            );
        }
        println!(
            "{path}: {:?}, {} evaluations, {}",
            analysis.kind,
            analysis.steps,
            analysis.rung.describe()
        );
    }
}
