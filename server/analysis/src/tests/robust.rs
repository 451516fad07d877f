//! Half-typed, deep, long and hostile input: an answer, in time, on a small stack.

use halion_api::Threads;
use halion_syntax::TextSize;

use crate::check::{check, script};
use crate::{FileId, ScriptKind, Severity, analyze};

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
