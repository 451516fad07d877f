//! Calls that pass the same share an instance, unless what the function makes leaves it.

use std::fmt::Write;

use crate::check::{check, script};
use crate::{ScriptKind, analyze};

#[test]
fn what_is_returned_is_told_apart() {
    for new in [
        "local function new() return {} end",
        "local function make() return {} end local function new() return make() end",
        "local function new() local t = {} t.more = {} return t.more end",
        "local function new() local list = { {} } for _, t in ipairs(list) do return t end end",
        "local C = {} C.__index = C local function new() return setmetatable({}, C) end",
        "local function new() local _, t = pcall(function() error({}) end) return t end",
        "local function new() local t = {} local function get() return t end return get() end",
    ] {
        let calls = "
            function onNote()
              local a, b = new(), new()
              a.call = openURL
              b.call = print
              a.call('u')
              b.call('u')
            end";
        let right = format!("{new} {}", calls.replace("a.call('u')", ""));
        check(&right, new);
        let wrong = calls.replace(
            "a.call('u')",
            "a.call('u') -- error: [wrong-thread] \"call\" onNote",
        );
        check(&format!("{new} {wrong}"), new);
    }
}

#[test]
fn what_leaves_by_closures_is_told_apart() {
    check(
        r#"
        local function box()
          local held
          return function(f) held = f end, function() return held end
        end
        function onNote()
          local put, get = box()
          local putOther, getOther = box()
          put(openURL)
          putOther(print)
          getOther()("u")
        end
        function onRelease()
          local put, get = box()
          local putOther, getOther = box()
          put(openURL)
          putOther(print)
          get()("u") -- error: [wrong-thread] "get()" onRelease
        end
        "#,
        "a variable behind two functions",
    );
}

#[test]
fn what_leaves_for_one_argument_only_is_told_apart() {
    check(
        r#"
        local function get(makes)
          local t = {}
          if makes then return t end
        end
        function onNote()
          get(false) get(false)
          local a, b = get(true), get(true)
          a.call = openURL
          b.call = print
          b.call("u")
        end
        "#,
        "seen late",
    );
}

#[test]
fn what_leaves_late_is_told_apart() {
    for new in [
        "local function new() local t = {} if late then return t end end",
        "local function new() local t = {} if late then error(t) end end",
        "local function make() return {} end local function new() local t = make() if late then return t end end",
    ] {
        let calls = "
            function onNote()
              local _, a = pcall(new)
              local _, b = pcall(new)
              if a and b then
                a.call = openURL
                b.call = print
                b.call('u')
              end
            end
            function onRelease() late = true end";
        check(&format!("{new} {calls}"), new);
    }
}

#[test]
fn what_is_stored_with_the_caller_is_told_apart() {
    check(
        r#"
        local function fill(t) t.inner = {} end
        function onNote()
          local a, b = {}, {}
          fill(a) fill(b)
          a.inner.call = openURL
          b.inner.call = print
          b.inner.call("u")
        end
        "#,
        "stored in an argument",
    );
    check(
        r#"
        local all = {}
        local function add(name) all[#all + 1] = { name = name } end
        local function text(name) local parts = { name } return table.concat(parts) end
        function onNote()
          add("a") add("a")
          text("a") text("a")
          for _, one in ipairs(all) do one.call = openURL end
          for _, one in ipairs(all) do one.call("u") end -- error: [wrong-thread] "call" onNote
        end
        "#,
        "stored for all",
    );
}

/// Each function calls the next one twice with the same, so that the last one is called so many times.
fn tree(depth: u32) -> u64 {
    let mut text = String::from("local function f0(x) local t = { x } return #t end\n");
    for level in 1..=depth {
        let below = level - 1;
        let _ = writeln!(
            text,
            "local function f{level}(x) local t = {{ f{below}(x) }} t[2] = f{below}(x) return #t end"
        );
    }
    let _ = writeln!(text, "function onNote(event) f{depth}(event.note) end");
    analyze(&script(&text, ScriptKind::Auto)).steps
}

#[test]
fn calls_that_are_alike_are_followed_once() {
    let (short, long) = (tree(3), tree(6));
    assert!(long < short * 3, "{short} and {long} evaluations");
}
