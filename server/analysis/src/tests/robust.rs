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
    let is_whole = next.files[0].parse.errors().is_empty();
    assert_eq!(known.next(next).is_moved(), is_whole);
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
    for n in [3, 9] {
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
