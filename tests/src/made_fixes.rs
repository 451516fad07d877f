//! Every fix that is offered for made scripts: the finding goes away, the engine plays the changed place, line ends and comments stay.
//!
//! `N=5000` asks for more scripts than usual; a complaint names the seed of its script.

use std::collections::BTreeMap;

use halion_analysis::{Script, SourceFile};
use halion_engine::Scenario;
use halion_ide::{FixKind, fixes_for};
use tests::{both, editor, fixes, mutate};

/// A note and an edit.
const SCENARIO: &str = "[[input]]\nat_ms = 0\nkind = \"note\"\nnote = 60\nvelocity = 100\nlength_ms = 100\n\n[[input]]\nat_ms = 50\nkind = \"parameter\"\nname = \"A\"\nvalue = 1\n";

/// How many scripts, unless `N` asks for another number.
const N: u64 = 150;

/// Calls that are wrong in the Processor, most of them with a use of their result.
const CALLS: &[&str] = &[
    "openURL('a')",
    "this.parent:setName('a')",
    "this.parent.program:setName('a')",
    "local p = loadPreset('a')\n  print(p)",
    "local p, q = loadPreset('a'), 1\n  print(q)\n  print(p)\n  print(q)",
    "x = messageBox('a')",
    "if messageBox('a') == 2 then print('two') else print('none') end",
    "print(messageBox('a'))",
    "local n = 0\n  n = n + #tostring(messageBox('a'));\n  print(n)",
    "getKeyProperties()[1] = { color = 1 }",
    "local keys = getKeyProperties()\n  keys[2] = nil",
    "local keys = getKeyProperties() -- why\n  for k in pairs(keys) do print(k) end",
    "openURL('a')\n  openURL('b')\n  print(1)\n  openURL('c')",
    "openURL [[\n  two lines\n]]",
];

/// What can be round them; `CALL` stands for one of them.
const PLACES: &[&str] = &[
    "CALL",
    "for i = 1, 2 do\n  CALL\n  end",
    "for i = 1, 2 do CALL end",
    "for _, v in ipairs { 1, 2 } do\n  for i = 1, 2 do\n  CALL\n  end\n  print(v)\n  end",
    "for i = 1, 3 do\n  if i == 2 then break end\n  CALL\n  end",
    "for i = 1, 3 do\n  CALL\n  if i == 2 then return end\n  end",
    "local i = 0\n  while i < 2 do\n  i = i + 1\n  CALL\n  end",
    "local done\n  repeat\n  done = true\n  CALL\n  until done",
    "if event.note > 1 then\n  CALL\n  else\n  print('low')\n  end",
    "do CALL end print('behind')",
    "local function inner()\n  CALL\n  end\n  inner()",
    "spawn(function()\n  CALL\n  end)",
    "local p, keys, n = 1, 2, 3\n  CALL\n  print(p, keys, n)",
    "playNote(60, 1)\n  CALL\n  playNote(62, 1)",
    "wait(1) CALL wait(1)",
    "(print)(1);\n  CALL\n  ;(print)(2)",
];

/// Global statements for the Processor, with what else stands in the script.
const GLOBAL_STATEMENTS: &[&str] = &[
    "local t = getTempo()\nfunction onNote(event) print(t) end",
    "t = getTempo() -- a comment\nfunction onNote(event) print(t) end\nfunction onRelease(event) print(t) end",
    "local t = getTempo()\nlocal u = getBeatDuration() * (t or 1)\nfunction onNote(event) print(t, u) end",
    "local t\nlocal u = 1\nt = getTempo() * u\nfunction onInit()\n  print(t)\nend",
    "local function f() return 1 end\nlocal t = beat2ms(f())\nfunction onNote(event) print(t) end",
    "controlChange(1, 2)\ncontrolChange(3, 4)\nfunction onNote(event) postEvent(event) end",
    "local t = getTempo()\nprint(t)",
    "local t = getTempo()\nfunction onLoadIntoSlot() print(t) end",
    "local a, b = getTimeSignature()\nfunction onInit() print(a) end",
    "defineParameter('A', nil, 0, 0, 1, function() pitchBend(A) end)",
    "defineParameter('A', 'Long', 1, { 'x', 'y' }, function()\n  controlChange(1, A)\nend)",
    "local function f() pitchBend(0) end\ndefineParameter { name = 'A', onChanged = f }\ndefineParameter('B', f)",
    "function onLoadIntoSlot()\n  for i = 1, 2 do\n    playNote(i, i + 1)\n  end\nend",
    "function onIdle()\n  runAsync(print, 1)\n  runAsync(function() print(2) end)\nend\nfunction onNote(event)\n  runSync(print)\n  runSync(function()\n    print(3)\n  end)\nend",
];

/// Makes every fix for a script.
fn complaints(
    script: &Script,
    counts: &mut BTreeMap<FixKind, usize>,
    scenario: &Scenario,
) -> Vec<String> {
    let script = with_comments(script);
    let mut problems = Vec::new();
    let analysis = halion_analysis::analyze(&script);
    fixes::compare(&script, &analysis, scenario, &mut problems);
    compare_texts(&script, counts, &mut problems);
    problems
}

/// The script with line ends of CR LF and a comment behind every line that calls something.
fn with_comments(script: &Script) -> Script {
    let files = script.files.iter().map(|file| {
        let lines = file.text.lines().map(|line| match line.ends_with(')') {
            true => format!("{line} -- why\r\n"),
            false => format!("{line}\r\n"),
        });
        let text: String = lines.collect();
        SourceFile {
            path: file.path.clone(),
            parse: halion_syntax::parse(&text),
            text: text.into(),
        }
    });
    Script {
        files: files.collect(),
        modules: script.modules.clone(),
        kind: script.kind,
    }
}

/// What is wrong with the texts after each fix, and how many fixes of each sort there are.
fn compare_texts(
    script: &Script,
    counts: &mut BTreeMap<FixKind, usize>,
    problems: &mut Vec<String>,
) {
    let snapshot = editor::snapshot(script);
    for idx in 0..snapshot.analysis().diagnostics.len() {
        for fix in fixes_for(&snapshot, idx) {
            *counts.entry(fix.kind).or_default() += 1;
            let changed = fix.apply(&snapshot);
            for (before, after) in snapshot.files().iter().zip(changed.files()) {
                let (before, after) = (before.text(), after.text());
                if after.matches('\n').count() != after.matches("\r\n").count() {
                    problems.push(format!("fix \"{}\": mixed line ends\n{after}", fix.title));
                }
                if after.matches("-- why").count() < before.matches("-- why").count() {
                    problems.push(format!("fix \"{}\": a comment is lost\n{after}", fix.title));
                }
            }
        }
    }
}

#[test]
fn every_fix_for_a_made_script_settles_it() {
    let asked = std::env::var("N").ok().and_then(|n| n.parse().ok());
    let scenario = Scenario::parse(mutate::SCENARIO).expect("the scenario is well-formed");
    let mut counts = BTreeMap::new();
    let mut complaints = Vec::new();
    for seed in 0..asked.unwrap_or(N) {
        let script = mutate::plant(seed, false).script();
        let problems = self::complaints(&script, &mut counts, &scenario);
        complaints.extend(
            problems
                .iter()
                .map(|problem| format!("SEED={seed}: {problem}")),
        );
    }
    println!("{counts:?}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let n_moved: usize = counts
        .iter()
        .filter(|(kind, _)| **kind != FixKind::Suppress)
        .map(|(_, n)| n)
        .sum();
    assert!(n_moved > 20, "the scripts hardly need any fix: {counts:?}");
}

#[test]
fn every_fix_for_calls_in_all_sorts_of_places_settles_them() {
    let scenario = Scenario::parse(SCENARIO).expect("the scenario is well-formed");
    let mut counts = BTreeMap::new();
    let mut found = Vec::new();
    let in_callbacks = PLACES.iter().flat_map(|place| {
        let bodies = CALLS.iter().map(|call| place.replace("CALL", call));
        bodies.map(|body| format!("function onNote(event)\n  {body}\nend\n"))
    });
    let at_the_top = GLOBAL_STATEMENTS.iter().map(|text| format!("{text}\n"));
    for text in in_callbacks.chain(at_the_top) {
        let problems = complaints(&both::script(&text), &mut counts, &scenario);
        found.extend(problems.iter().map(|problem| format!("{text}{problem}")));
    }
    println!("{counts:?}");
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    for kind in [
        FixKind::UnwrapHop,
        FixKind::Hoist,
        FixKind::MoveToInit,
        FixKind::ProcessorCallback,
    ] {
        assert!(counts.contains_key(&kind), "{kind:?} is never offered");
    }
    assert!(counts[&FixKind::OneHop] > 50, "{counts:?}");
}
