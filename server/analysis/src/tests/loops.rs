//! Loops that make functions, and builtins that are callbacks.

use crate::check::check;

#[test]
fn each_count_has_its_own_closure() {
    check(
        r#"
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onRelease > <anonymous> > save
        local list = { print, save }
        local calls = {}
        for i = 1, 2 do
          calls[i] = function() list[i]() end
        end
        function onNote() calls[1]() end
        function onRelease() calls[2]() end
        "#,
        "constant bounds",
    );
    check(
        r#"
        local function save() savePreset("p") end
        local list, calls = { print, save }, {}
        for i = 1, #list do
          calls[i] = function() list[i]() end
        end
        function onNote() calls[1]() end
        function onSave() calls[2]() end
        "#,
        "the length of a list",
    );
    check(
        r#"
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onNote > <anonymous> > save
        local list, calls = { print }, {}
        list[#list + 1] = save
        for i = 1, #list do
          calls[i] = function() list[i]() end
        end
        function onNote() for i = 1, #calls do calls[i]() end end
        "#,
        "a list that grows",
    );
}

#[test]
fn a_builtin_can_be_a_callback() {
    check(
        r#"
        onNote = openURL -- error: [wrong-thread] "openURL" onNote
        onRelease = print
        onSave = savePreset
        "#,
        "a builtin as a callback",
    );
}

#[test]
fn an_overwritten_callback_asks_for_nothing() {
    check(
        r#"
        local function open() openURL("u") end
        function onNote() open() end -- no hint
        function onNote() print("x") end
        onRelease = function() openURL("u") end -- no hint
        onRelease = nil
        "#,
        "trap 7",
    );
}

#[test]
fn a_loop_without_rounds_does_not_run_inside_another_loop_either() {
    check(
        r#"
        function onNote(event)
          for i = 1, 3 do
            for j = 1, getContext() == "Controller" and 1 or 0 do openURL("u") end
            for j = 1, 2 do openURL("u") end -- error: [wrong-thread] "openURL"
          end
        end
        "#,
        "a count of zero",
    );
}
