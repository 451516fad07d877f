//! Half-typed, deep, long and hostile input: an answer, in time, on a small stack.

use halion_api::Threads;
use halion_syntax::{TextRange, TextSize};

use crate::check::{check, script};
use crate::{FileId, Known, Rung, ScriptKind, Severity, analyze};

fn run_on_a_small_stack(text: String) {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            let analysis = analyze(&script(&text, ScriptKind::Auto));
            assert!(
                analysis
                    .diagnostics
                    .iter()
                    .any(|found| found.severity == Severity::Error)
            );
        })
        .unwrap()
        .join()
        .unwrap();
}

const BAD: &str = "\nfunction onNote() openURL('u') end\n";

#[test]
fn ten_thousand_of_everything() {
    let n = 10_000;
    run_on_a_small_stack(format!("x = {}1{}{BAD}", "(".repeat(n), ")".repeat(n)));
    run_on_a_small_stack(format!("x = {}{}{BAD}", "{".repeat(n), "}".repeat(n)));
    run_on_a_small_stack(format!("x = 'a'{}{BAD}", " .. 'a'".repeat(n)));
    run_on_a_small_stack(format!("x = a{}{BAD}", ".b".repeat(n)));
    run_on_a_small_stack(format!("f{}{BAD}", "()".repeat(n)));
    run_on_a_small_stack(format!("x = 1{}{BAD}", " or 1".repeat(n)));
    run_on_a_small_stack(format!("x = {}1{BAD}", "not ".repeat(n)));
    run_on_a_small_stack(format!(
        "if a then {} end{BAD}",
        "elseif b then x = 1 ".repeat(n)
    ));
    run_on_a_small_stack(format!("{}{}{BAD}", "do ".repeat(n), "end ".repeat(n)));
    run_on_a_small_stack(format!(
        "{}{}{BAD}",
        "while x do ".repeat(150),
        "end ".repeat(150)
    ));
    run_on_a_small_stack(format!(
        "{}{}{BAD}",
        "f(function() ".repeat(n),
        "end) ".repeat(n)
    ));
    run_on_a_small_stack(format!("{}{BAD}", "f() ".repeat(n)));
}

#[test]
fn chains_of_functions() {
    let mut text = String::from("function f0() openURL('u') end\n");
    for n in 1..3000 {
        text += &format!("function f{n}() f{}() end\n", n - 1);
    }
    text += "function onNote() f2999() end\n";
    run_on_a_small_stack(text);
}

#[test]
fn recursion_ends() {
    check(
        r#"
        local function walk(t, f) for k, v in pairs(t) do if type(v) == "table" then walk(v, f) else f(v) end end end
        local function even(n) if n == 0 then openURL("u") else return odd(n - 1) end end -- error: [wrong-thread] "openURL" onNote > even > odd > even > odd > even
        function odd(n) if n == 0 then return false else return even(n - 1) end end
        function onNote() walk({ a = { b = 1 } }, print) even(4) end
        function onLoad() walk({ a = { b = 1 } }, openURL) end
        "#,
        "recursion",
    );
}

#[test]
fn threads_at_an_offset() {
    let text = "function onNote() helper() end\nfunction onLoad() helper() end\nfunction helper() end\nfunction dead() end\n";
    let analysis = analyze(&script(text, ScriptKind::Auto));
    let at = |needle: &str| {
        let offset = TextSize::try_from(text.find(needle).unwrap() + needle.len()).unwrap();
        analysis.thread_at(FileId(0), offset)
    };
    assert_eq!(at("onNote() "), Threads::PROCESSOR);
    assert_eq!(at("onLoad() "), Threads::CONTROLLER);
    assert_eq!(at("function helper("), Threads::BOTH);
    assert_eq!(at("function dead("), Threads::NONE);
    let helper = analysis
        .functions
        .iter()
        .find(|function| function.name == "helper")
        .unwrap();
    assert_eq!(helper.entries, ["onLoad", "onNote"]);
}

/// Analyses a text, and a comment typed into it: work is counted in evaluations, which are the same on every machine.
fn evaluations(text: &str) -> u64 {
    let script = script(text, ScriptKind::Auto);
    let known = Known::first(script.clone());
    let mut next = script;
    let typed = format!("-- typed\n{}", next.files[0].text);
    let start = TextRange::empty(0.into());
    next.files[0].parse = next.files[0].parse.edited(&typed, start, 9.into());
    next.files[0].text = typed.into();
    assert!(known.next(next).is_moved());
    known.analysis().steps
}

#[test]
fn work_on_monstrous_scripts_is_bounded() {
    let n = 10_000;
    let million = "x = 1 ".repeat(170_000);
    let five_megabytes = "function f(a) return g(a.b, 'text', 10) end\n".repeat(115_000);
    for (what, text, most) in [
        ("one line of 1 MB", million, 1_000_000),
        ("a script of 5 MB", five_megabytes, 4_000_000),
        (
            "nested tables",
            format!("x = {}{}", "{".repeat(n), "}".repeat(n)),
            10_000,
        ),
        (
            "nested calls",
            format!("{}{}", "f(".repeat(n), ")".repeat(n)),
            10_000,
        ),
        (
            "tables in a row",
            format!("x = {{ {} }}", "{ y = 1 }, ".repeat(n)),
            200_000,
        ),
    ] {
        let evaluations = evaluations(&format!("{text}\nfunction onNote() openURL('u') end\n"));
        assert!(evaluations <= most, "{what}: {evaluations}");
    }
}

#[test]
fn each_rung_of_the_budget_ladder_gives_up_more_and_never_the_thread() {
    let mut rungs = Vec::new();
    for n in [3, 20] {
        let mut text = String::from("all = {}\n");
        for i in 0..n {
            text += &format!(
                "function all.f{i}(v) for k, f in pairs(all) do f({{ v }}, k) end return {{ v }} end\n"
            );
        }
        text += "function onNote(e) for k, f in pairs(all) do f(e) end openURL('u') end\n";
        text += "function onSave() openURL('u') end\n";
        let analysis = analyze(&script(&text, ScriptKind::Auto));
        let errors = analysis.diagnostics.iter();
        let errors = errors.filter(|found| found.severity == Severity::Error);
        assert_eq!(errors.count(), 1, "{n}: {:?}", analysis.rung);
        rungs.push(analysis.rung);
    }
    assert_eq!(rungs[0], Rung::Full);
    assert!(rungs[1] > Rung::Full, "{rungs:?}");
}

/// Rung, steps and the severities of what is found at `openURL`.
fn outcome(text: &str) -> (Rung, u64, Vec<Severity>) {
    let analysis = analyze(&script(text, ScriptKind::Auto));
    let found = analysis.diagnostics.iter();
    let found = found.filter(|found| found.function.as_deref() == Some("openURL"));
    let severities = found.map(|found| found.severity).collect();
    (analysis.rung, analysis.steps, severities)
}

#[test]
fn sixty_thousand_registrations() {
    let handlers = |key: fn(u32) -> String| {
        let mut text = String::from("handlers = {}\n");
        for n in 0..60_000 {
            let key = key(n);
            text += &format!("handlers[{key}] = function(e) playNote(e.note, {n}) end\n");
        }
        text + "function onNote(e) handlers[e.note](e) openURL('u') end\n"
    };
    for text in [handlers(|n| n.to_string()), handlers(|n| format!("'k{n}'"))] {
        let (rung, steps, found) = outcome(&text);
        assert_eq!((rung, found), (Rung::Full, vec![Severity::Error]));
        assert!(steps < 2_000_000, "{steps}");
    }
    let mut text = String::new();
    for n in 0..60_000 {
        text += &format!("defineParameter('P{n}', nil, 0, 0, 1, function() changed({n}) end)\n");
    }
    text += "function changed(n) playNote(60, 100) end\nfunction onNote() openURL('u') end\n";
    let (rung, steps, found) = outcome(&text);
    assert_eq!((rung, found), (Rung::Full, vec![Severity::Error]));
    assert!(steps < 2_000_000, "{steps}");
}

#[test]
fn twenty_thousand_objects() {
    let mut text = String::from("Voice = {}\nVoice.__index = Voice\n");
    text += "function Voice.new(n) return setmetatable({ n = n }, Voice) end\n";
    text += "function Voice:go(x) self.last = x return self.n end\n";
    for n in 0..20_000 {
        text += &format!("v{n} = Voice.new({n}) v{n}:go({n})\n");
    }
    text += "function onNote() v1:go(1) openURL('u') end\n";
    let (rung, steps, found) = outcome(&text);
    assert!(rung < Rung::Incomplete, "{rung:?}");
    assert_eq!(found, [Severity::Error]);
    assert!(steps < 1_500_000, "{steps}");
}

/// Objects whose fields, methods, metatables and methods of metatables may each be any of all.
pub(super) fn flooded(n_classes: u32) -> String {
    let mut text = String::from("all = {}\nlocal function any(k) return all[k] or all[1] end\n");
    for n in 0..n_classes {
        text += &format!(
            r#"
            C{n} = {{}}
            C{n}.__index = function(t, k) return C{n}[k] or any(k) end
            C{n}.__call = function(t, f) for k, v in pairs(all) do f(v, t) end return any(f) end
            C{n}.__add = function(a, b) return any(a):m{n}(b) end
            function C{n}:m{n}(x) self[x] = any(x) return x(self), any(self) + x end
            function C{n}:go(f) for _, v in pairs(all) do v:go(function(y) f(y) self(v) end) end end
            all[#all + 1] = setmetatable({{ name = "c{n}" }}, C{n})
            "#
        );
    }
    text + "function onNote(e) any(e.note):go(function(v) v(v) end) openURL('u') end\n"
}

#[test]
fn what_floods_ends_on_a_coarse_rung_with_its_findings() {
    for n_classes in [20, 40, 160] {
        let (rung, steps, found) = outcome(&flooded(n_classes));
        assert_eq!(rung, Rung::Coarse, "{n_classes} classes: {steps}");
        assert_eq!(found, [Severity::Error], "{n_classes} classes");
        assert!(steps < 900_000, "{n_classes} classes: {steps}");
    }
}

#[test]
fn what_is_analysed_coarsely_proves_less_and_nothing_wrong() {
    let text = flooded(40)
        + r#"
        local function put(page, mode) if mode == "on" and page == "a" then openURL(page) end end
        local function show() openURL("x") end
        function onRelease(e) put("a", "off") put("b", "on") end
        function onController(e) show() end
        "#;
    let (rung, _, found) = outcome(&text);
    assert_eq!(rung, Rung::Coarse);
    let errors = found.iter().filter(|&&found| found == Severity::Error);
    assert_eq!(errors.count(), 2, "onNote and show, not put: {found:?}");
}

#[test]
fn constants_past_all_use_end() {
    let mut text = String::from("local t = {}\n");
    text += "local function put(k) t[k] = t.last t.last = k return t[k] end\n";
    text += "local function again() for k, v in pairs(t) do put(v) put(k) end end\n";
    for n in 0..300 {
        text += &format!("put('k{n}') put({n}) again()\n");
    }
    text += "function onNote() again() openURL('u') end\n";
    let (rung, steps, found) = outcome(&text);
    assert!(rung < Rung::Incomplete, "{rung:?} {steps}");
    assert_eq!(found, [Severity::Error]);
}

#[test]
fn long_lists_of_numbers_are_data() {
    let mut text = String::from("local data = {\n");
    for _ in 0..2000 {
        text += &format!("  {{ {} }},\n", "-1, 2, 3, 4.5, ".repeat(100));
    }
    text += "}\nfunction onNote(e) local f = data[e.note] openURL(data[1][2]) end\n";
    let (rung, steps, found) = outcome(&text);
    assert_eq!((rung, found), (Rung::Full, vec![Severity::Error]));
    assert!(steps < 100_000, "{steps}");
}

#[test]
fn modules_that_are_missing_half_typed_or_require_each_other() {
    check(
        r#"
        local missing = require("nowhere")
        local half = require("half")
        local ring = require("ring")
        function onNote(e)
            missing.go(e) half.go(e) ring.go(e)
            openURL("u") -- error: [wrong-thread] "openURL" onNote
        end
        -- file: half.lua
        local M = {}
        function M.go(e) openURL("u") end -- error: [wrong-thread] "openURL" onNote > M.go
        function M.stop(e) if e.note then M.
        return M
        -- file: ring.lua
        local M = {}
        local back = require("back")
        function M.go(e) back.go(e) end
        return M
        -- file: back.lua
        local ring = require("ring") -- error: [require-cycle] "require"
        return { go = function(e) openURL("u") end } -- error: [wrong-thread] "openURL" onNote > M.go > go
        "#,
        "modules",
    );
}
