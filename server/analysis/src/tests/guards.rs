//! Traps 24, 25, 31 to 33: guards, and functions that need both threads.

use crate::check::{check, script};
use crate::{ScriptKind, Severity, analyze};

#[test]
fn spellings_of_a_guard() {
    check(
        r#"
        local function isController() return getContext() == "Controller" end
        local function a() if getContext() == "Controller" then openURL("u") end end
        local function b() if getContext() ~= "Controller" then return end openURL("u") end
        local function c() local ctx = getContext() if ctx == "Controller" then openURL("u") end end
        local function d() if isController() then openURL("u") else playNote(60) end end
        local function e() local ok = getContext() == "Controller" and openURL("u") end
        local function f() local ok = getContext() == "Processor" or openURL("u") end
        local function g() assert(getContext() == "Controller") openURL("u") end
        local function h() if getContext() == "Processor" then runAsync(openURL, "u") else openURL("u") end end
        local function i() if not isController() then error("no") end openURL("u") end
        local function j() while getContext() == "Controller" do openURL("u") end end
        local function k() local names = { Controller = openURL, Processor = playNote } names[getContext()](60) end
        local function l() repeat if getContext() == "Processor" then break end openURL("u") until true end
        local function m() local f = isController() and openURL or print f("u") end
        local function need(context) if getContext() ~= context then error("wrong thread") end end
        local function n() need("Controller") openURL("u") end
        local function all() a() b() c() d() e() f() g() h() i() j() k() l() m() n() end
        function onNote() a() b() c() d() e() f() h() j() k() l() m() spawn(g) spawn(i) spawn(n) end
        function onLoad() all() end
        "#,
        "trap 24",
    );
}

#[test]
fn guards_the_wrong_way_round() {
    check(
        r#"
        local function a() if getContext() ~= "Controller" then openURL("u") end end -- error: [wrong-thread] "openURL" onNote > a
        local function b() if getContext() == "Controller" then return end openURL("u") end -- error: [wrong-thread] "openURL" onNote > b
        function onNote() a() b() end
        function onLoad() a() b() end
        "#,
        "trap 24, twin",
    );
}

#[test]
fn stale_guards() {
    check(
        r#"
        local ctx = getContext()
        local function f()
          if ctx == "Controller" then openURL("u") end -- error: [wrong-thread] "openURL" onNote > f
        end
        function onNote() f() end
        "#,
        "trap 25",
    );
    check(
        r#"
        local later
        function onLoad()
          if getContext() == "Controller" then
            later = function() openURL("u") end -- error: [wrong-thread] "openURL" onNote > later
          end
        end
        function onNote() if later then later() end end
        "#,
        "trap 25, closure",
    );
}

#[test]
fn both_threads_needed() {
    check(
        r#"
        function onNote(e) -- information: [needs-both-threads] "onNote"
          releaseVoice(e.id)
          messageBox("x") -- error: [wrong-thread] "messageBox" onNote
        end
        function onRelease(e)
          releaseVoice(e.id)
          runAsync(function() messageBox("x") end)
        end
        local function dead() playNote(60) openURL("u") end -- hint: [no-thread] "dead"
        "#,
        "trap 31",
    );
}

#[test]
fn the_id_of_run_sync() {
    check(
        r#"
        function onLoad()
          local id = 1
          runSync(releaseVoice, id) -- warning: [run-sync-argument] "id"
          runSync(function() releaseVoice(id) end, id)
        end
        "#,
        "trap 32",
    );
}

#[test]
fn setting_a_parameter_is_no_call() {
    check(
        r#"
        defineParameter("A", nil, 0, 0, 10, function() openURL("u") end)
        function onNote()
          this:setParameter("A", 1)
          A = 3
        end
        "#,
        "trap 33",
    );
}

/// A callback that gives very many functions to one helper, with a flag that says on which thread they belong.
fn handed_on(depth: usize, n_calls: usize, last: &str) -> Vec<Severity> {
    let mut text =
        String::from("local function go1(f, later) if later then runAsync(f) else f() end end\n");
    for level in 2..=depth {
        let below = level - 1;
        text += &format!("local function go{level}(f, later) go{below}(f, later) end\n");
    }
    text += "function onNote(event)\n";
    for call in 0..n_calls {
        text += &match call % 2 {
            0 => format!("  go{depth}(function() openURL(\"a\") end, true)\n"),
            _ => format!("  go{depth}(function() playNote({call}, 100) end, false)\n"),
        };
    }
    text += &format!("{last}\nend\n");
    let found = analyze(&script(&text, ScriptKind::Auto)).diagnostics;
    found.into_iter().map(|found| found.severity).collect()
}

#[test]
fn helpers_may_be_called_from_very_many_places() {
    for depth in 1..=5 {
        let wrong = format!("  go{depth}(function() openURL(\"a\") end, false)");
        assert_eq!(handed_on(depth, 60, ""), [], "{depth} deep");
        assert_eq!(
            handed_on(depth, 60, &wrong),
            [Severity::Error],
            "{depth} deep"
        );
        // Where they are not told apart any more, nothing is certain.
        let many = handed_on(depth, 600, &wrong);
        assert!(!many.is_empty(), "{depth} deep");
        assert!(!many.contains(&Severity::Error), "{depth} deep");
    }
}
