//! Prints how long generated scripts of 0.5, 2 and 10 thousand lines take, parse and analysis apart, in milliseconds.
//!
//! `cargo run --release -p halion-analysis --example analysis_speed`; given paths, it times those scripts instead.
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement needs a clock, and paths come from the command line"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use halion_analysis::{Script, ScriptKind, SourceFile, analyze};

fn main() {
    println!(
        "{:<12} {:>8} {:>10} {:>10} {:>12} {:>10}",
        "script", "lines", "parse ms", "solve ms", "evaluations", "findings"
    );
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        for lines in [500, 1000, 2000, 10_000] {
            measure("generated", &generated(lines));
        }
    }
    for path in paths {
        match std::fs::read_to_string(&path) {
            Ok(text) => measure(&path, &text),
            Err(error) => eprintln!("failed to read {path}: {error}"),
        }
    }
}

fn measure(name: &str, text: &str) {
    let mut best: Option<(f64, f64, u64, usize)> = None;
    for _ in 0..20 {
        let start = Instant::now();
        let parse = halion_syntax::parse(text);
        let parsed = start.elapsed().as_secs_f64() * 1e3;
        let file = SourceFile {
            path: "script.lua".to_owned(),
            text: Arc::from(text),
            parse,
        };
        let script = Script {
            files: vec![file],
            modules: BTreeMap::new(),
            kind: ScriptKind::Auto,
        };
        let start = Instant::now();
        let analysis = analyze(&script);
        let solved = start.elapsed().as_secs_f64() * 1e3;
        if best.is_none_or(|best| solved < best.1) {
            best = Some((parsed, solved, analysis.steps, analysis.diagnostics.len()));
        }
    }
    if let Some((parsed, solved, steps, findings)) = best {
        println!(
            "{name:<12} {:>8} {parsed:>10.2} {solved:>10.2} {steps:>12} {findings:>10}",
            text.lines().count()
        );
    }
}

/// A script of about this many lines, with the shapes that scripts have: classes, tables of handlers, helpers, parameters, callbacks.
fn generated(lines: usize) -> String {
    let mut text = String::from(
        "local registry = {}\nlocal Base = {} Base.__index = Base\nfunction Base:run(f) f(self) end\n",
    );
    let mut n = 0;
    while text.lines().count() + 20 < lines {
        let _ = write!(
            text,
            r#"
Class{n} = setmetatable({{}}, {{ __index = Base }}) Class{n}.__index = Class{n}
function Class{n}.new(x) return setmetatable({{ x = x, items = {{}} }}, Class{n}) end
function Class{n}:add(item)
  self.items[#self.items + 1] = item
  for i, other in ipairs(self.items) do
    if other == item and i > 3 then print(i, other) end
  end
  return self
end
function Class{n}:play(event)
  local id = playNote(event.note + {n}, event.velocity)
  self:add(id)
  wait(10)
  releaseVoice(id)
end
function helper{n}(x) return math.floor(x * {n}) + helper{previous}(x) end
defineParameter("P{n}", "Parameter {n}", 0, 0, 100, 1, function() registry.value{n} = helper{n}(P{n}) end)
registry["class{n}"] = Class{n}.new({n}):add(helper{n}(1)):add("x")
registry.handler{n} = function(event) registry.class{n}:play(event) end
"#,
            previous = n / 2,
        );
        n += 1;
        if n % 8 == 0 {
            text.push_str("do\n");
            let _ = writeln!(
                text,
                "  local function note{n}(event) registry.handler{}(event) end\n  registry.note{n} = note{n}\nend",
                n - 1
            );
        }
    }
    text.push_str("function onNote(event)\n  postEvent(event)\n");
    for i in 0..n {
        let _ = writeln!(
            text,
            "  if event.note == {i} then registry.handler{i}(event) end"
        );
    }
    text.push_str(
        "end\nfunction onSave() openURL('u') end\nfunction onRelease() openURL('u') end\n",
    );
    text
}
