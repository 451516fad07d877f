//! The report does not depend on what does not matter: the order of independent functions and files, running twice, comments.

use crate::check::script;
use crate::explain::short_chain;
use crate::{Analysis, FileId, Script, ScriptKind, analyze};

/// Parts of a script that only call each other once it is loaded, so that any order will do.
pub(super) const PARTS: &[&str] = &[
    "function open(address)\n  openURL(address)\nend",
    "function each(list, visit)\n  for _, item in ipairs(list) do visit(item) end\nend",
    "function onNote(event)\n  each({ \"a\" }, open)\n  note(event)\nend",
    "function onRelease(event)\n  each({ \"a\" }, print)\n  open(\"a\")\nend",
    "function onLoadIntoSlot()\n  each({ \"a\" }, open)\n  play(60)\n  runSync(function() play(60) end)\nend",
    "function note(event)\n  if getContext() == \"Controller\" then open(\"a\") end\n  play(event.note)\nend",
    "function play(number)\n  playNote(number, 100)\nend",
    "Page = {}\nPage.__index = Page\nfunction Page.new(address) return setmetatable({ address = address }, Page) end\nfunction Page:show() messageBox(self.address) end",
    "function onController(event)\n  Page.new(\"a\"):show()\n  pcall(open, \"a\")\nend",
    "function onIdle()\n  handlers[\"note\"](60)\n  spawn(play, 60)\nend",
    "handlers = { note = function(number) play(number) end, page = function() open(\"a\") end }",
    "function onAfterTouch(event)\n  handlers[event.value]()\nend",
    "function dead()\n  savePreset(\"p\")\nend",
    "local function change()\n  play(62)\n  open(\"b\")\nend\ndefineParameter(\"Amount\", nil, 0, 0, 1, change)",
    "local helpers = require \"helpers\"\nfunction onPitchBend(event)\n  helpers.box(\"x\")\nend",
    "local more = require \"more\"\nfunction onInit()\n  more.run(function() loadPreset(\"p\") end)\nend",
];

const HELPERS: &str = "local M = {}\nfunction M.box(text)\n  messageBox(text)\nend\nreturn M\n";
const MORE: &str = "local M = {}\nfunction M.run(f)\n  f()\nend\nreturn M\n";

/// Pseudo-random numbers (SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).expect("smaller than a usize")
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Everything a reader sees, without positions, in an order of its own.
fn report(script: &Script, analysis: &Analysis) -> Vec<String> {
    let mut lines: Vec<String> = analysis
        .diagnostics
        .iter()
        .map(|found| {
            let file = &script.files[found.file.idx()];
            let text = &file.text[found.range];
            let chain = short_chain(&found.chain);
            format!(
                "{:?} {:?} {} {text:?} {} {chain} {:?} {:?}",
                found.severity, found.code, file.path, found.message, found.also_from, found.help
            )
        })
        .chain(analysis.functions.iter().map(|function| {
            let path = &script.files[function.file.idx()].path;
            format!(
                "{path} {} {:?} {:?} {:?}",
                function.name, function.runs_on, function.entries, function.needs
            )
        }))
        .collect();
    lines.sort();
    lines
}

pub(super) fn whole(parts: &[&str], files: &[(&str, &str)]) -> Script {
    let mut text = parts.join("\n");
    for (name, module) in files {
        text.push_str(&format!("\n-- file: {name}\n{module}"));
    }
    script(&text, ScriptKind::Auto)
}

pub(super) const FILES: [(&str, &str); 2] = [("helpers.lua", HELPERS), ("more.lua", MORE)];

#[test]
fn the_order_of_independent_functions_and_files_is_nothing_to_the_report() {
    let first = whole(PARTS, &FILES);
    let expected = report(&first, &analyze(&first));
    assert!(
        expected.iter().any(|line| line.starts_with("Error")),
        "{expected:#?}"
    );
    let mut dice = Dice(1);
    for _ in 0..200 {
        let (mut parts, mut files) = (PARTS.to_vec(), FILES);
        dice.shuffle(&mut parts);
        dice.shuffle(&mut files);
        let script = whole(&parts, &files);
        let actual = report(&script, &analyze(&script));
        assert_eq!(expected, actual, "{}", script.files[0].text);
    }
}

#[test]
fn the_order_of_functions_that_nobody_calls_is_nothing_to_their_hints() {
    let dead = [
        "local function page()\n  if options.open then openURL(\"a\") end\nend",
        "local function more()\n  require \"more\"\nend",
    ];
    let of = |parts: [&str; 2]| {
        let text = format!("local options = {{ loud = true }}\n{}", parts.join("\n"));
        let script = script(&text, ScriptKind::Auto);
        report(&script, &analyze(&script))
    };
    assert_eq!(of(dead), of([dead[1], dead[0]]));
}

#[test]
fn equal_scripts_have_equal_reports() {
    let mut dice = Dice(2);
    for _ in 0..20 {
        let mut parts = PARTS.to_vec();
        dice.shuffle(&mut parts);
        let script = whole(&parts, &FILES);
        let (one, other) = (analyze(&script), analyze(&script));
        assert_eq!(one.diagnostics, other.diagnostics);
        assert_eq!(one.functions, other.functions);
        assert_eq!(one.steps, other.steps);
    }
}

#[test]
fn comments_and_blank_lines_only_move_findings() {
    let script = whole(PARTS, &FILES);
    let expected = report(&script, &analyze(&script));
    let parts: Vec<String> = PARTS
        .iter()
        .map(|part| part.replace('\n', "  -- a remark\n\n"))
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let script = whole(&parts, &FILES);
    assert_eq!(expected, report(&script, &analyze(&script)));
}

#[test]
fn a_module_can_stand_at_any_place_among_the_files() {
    let mut script = whole(PARTS, &FILES);
    let expected = report(&script, &analyze(&script));
    script.files.swap(1, 2);
    for file in script.modules.values_mut() {
        *file = FileId(3 - file.0);
    }
    assert_eq!(expected, report(&script, &analyze(&script)));
}
