//! Trap 34 and UI scripts: several files, and scripts without a Processor.

use crate::check::{check, check_kind};
use crate::script::ScriptKind;

#[test]
fn modules_are_part_of_the_script() {
    check(
        r#"
        local helper = require "helper"
        function onNote() helper.go() end
        -- file: helper.lua
        local M = {}
        function M.go() openURL("u") end -- error: [wrong-thread] "openURL" onNote > M.go
        return M
        "#,
        "trap 34",
    );
    check(
        r#"
        require "callbacks"
        require("callbacks")
        -- file: callbacks.lua
        function onNote() openURL("u") end -- error: [wrong-thread] "openURL" onNote
        getTempo() -- error: [wrong-thread] "getTempo" <main> > require > <main>
        "#,
        "trap 34, callbacks in a module",
    );
    check(
        r#"
        function onNote() openURL("u") end
        require "override"
        local missing = require "missing"
        missing.setup(function() openURL("u") end)
        -- file: override.lua
        require "script"
        require "override" -- error: [require-cycle] "require"
        function onNote() playNote(60) end
        "#,
        "trap 34, overrides, cycles and missing modules",
    );
    check(
        r#"
        local a = require "a"
        function onRelease() a.later() end
        function onSave() a.now() end
        -- file: a.lua
        local b = require "b"
        return { later = b.wrap(print), now = b.wrap(savePreset) }
        -- file: b.lua
        return { wrap = function(f) return function() return f("x") end end }
        "#,
        "trap 34, factories across modules",
    );
}

#[test]
fn ui_scripts_have_one_thread() {
    check(
        r#"
        local element = getElement()
        defineParameter("A", nil, 0, 0, 1, function() openURL("u") end)
        function onDropInsert() openURL("u") element:setName("x") end
        function onIdle() playNote(60) end -- error: [wrong-thread] "playNote" onIdle
        "#,
        "ui script",
    );
    check_kind(
        r#"
        function onNote() openURL("u") end
        runAsync(print) -- error: [wrong-thread] "runAsync" <main>
        "#,
        "ui script by settings",
        ScriptKind::Ui,
    );
    check(
        r#"
        function onNote() playNote(60) end
        local e = getElement() -- hint: [wrong-thread] "getElement"
        "#,
        "unclear kind",
    );
}
