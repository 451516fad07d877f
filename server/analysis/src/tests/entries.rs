//! Traps 1 to 12: entries, callbacks, hops.

use crate::check::check;

#[test]
fn direct_calls_in_callbacks_and_global_statements() {
    check(
        r#"
        local t = getTempo() -- error: [wrong-thread] "getTempo" <main>
        function onRelease(e)
          messageBox("x") -- error: [wrong-thread] "messageBox" onRelease
          wait(10)
        end
        onNote = function(e) openURL("u") end -- error: [wrong-thread] "openURL" onNote
        function onLoad() openURL("u") end
        "#,
        "trap 1",
    );
}

#[test]
fn helpers_are_followed_with_the_chain() {
    check(
        r#"
        local function notify(u) openURL(u) end -- error: [wrong-thread] "openURL" onNote > playAll > notify
        function playAll(e) notify("u") playNote(60) end
        function onNote(e) playAll(e) end
        "#,
        "helpers",
    );
}

#[test]
fn change_callbacks_run_in_the_controller() {
    check(
        r#"
        defineParameter("A", nil, 0, 0, 1, function() pitchBend(0) end) -- error: [wrong-thread] "pitchBend" <anonymous>
        function bend() pitchBend(0) end -- error: [wrong-thread] "pitchBend" bend
        defineParameter("B", "b", 0, bend)
        local function controlled() controlChange(1, 2) end -- error: [wrong-thread] "controlChange" controlled
        defineParameter("C", controlled)
        defineParameter("D", "d", {"a", "b"}, function() openURL("u") end)
        defineParameter { name = "E", onChanged = function() afterTouch(1) end } -- error: [wrong-thread] "afterTouch" onChanged
        local options = { name = "F" }
        options.onChanged = function() playNote(60) end -- error: [wrong-thread] "playNote" options.onChanged
        defineParameter(options)
        "#,
        "trap 2",
    );
}

#[test]
fn processor_callback() {
    check(
        r#"
        local function f() this:setName("x") end -- error: [wrong-thread] "setName" f
        defineParameter { name = "A", onChanged = f, processorCallback = true }
        defineParameter { name = "B", onChanged = function() playNote(60) end, processorCallback = true }
        defineParameter { name = "C", onChanged = function() openURL("u") end, processorCallback = false }
        defineParameter { name = "D", onChanged = function() openURL("u") end }
        "#,
        "trap 3",
    );
}

#[test]
fn a_callback_that_is_nil_registers_nothing() {
    check(
        r#"
        defineParameter("A", nil, true, f) -- warning: [nil-callback] "f"
        function f() openURL("u") end -- hint: [needs-controller] "f"
        "#,
        "trap 4",
    );
}

#[test]
fn a_local_named_like_a_callback_is_none() {
    check(
        r#"
        local function onNote() loadPreset(p) end -- hint: [needs-controller] "onNote"
        local M = {}
        function M.onRelease() loadPreset(p) end -- hint: [needs-controller] "onRelease"
        "#,
        "trap 5",
    );
}

#[test]
fn callbacks_by_key() {
    check(
        r#"
        local function f() openURL("u") end -- error: [wrong-thread] "openURL" onNote
        _G["on" .. "Note"] = f
        "#,
        "trap 6",
    );
    check(
        r#"
        local function f() openURL("u") end -- error: [wrong-thread] "openURL" onRelease
        local name = "Release"
        _G["on" .. name] = f
        rawset(_G, "onInit", function() openURL("u") end) -- error: [wrong-thread] "openURL" onInit
        "#,
        "trap 6",
    );
    check(
        r#"
        local function f() openURL("u") end -- warning: [wrong-thread] "openURL"
        _G[this.name] = f
        "#,
        "trap 6, unknown",
    );
}

#[test]
fn an_overwritten_callback_never_runs() {
    check(
        r#"
        function onNote(e) openURL("u") end
        function onNote(e) playNote(60) end
        onRelease = function() openURL("u") end
        onRelease = nil
        "#,
        "trap 7",
    );
}

#[test]
fn hops() {
    check(
        r#"
        local p, l
        function onNote()
          runAsync(savePreset, p, l)
          runAsync(function() openURL("u") end)
          runSync(function() playNote(60) end) -- error: [wrong-thread] "runSync" onNote
          runAsync(function() playNote(60) end) -- error: [wrong-thread] "playNote" onNote > runAsync > <anonymous>
        end
        function onIdle()
          runAsync(function() openURL("u") end) -- error: [wrong-thread] "runAsync" onIdle
          runSync(function() playNote(60) end)
          runSync(function() openURL("u") end) -- error: [wrong-thread] "openURL" onIdle > runSync > <anonymous>
          runSync(openURL) -- error: [wrong-thread] "openURL" onIdle > runSync
        end
        "#,
        "trap 8",
    );
}

#[test]
fn a_double_hop_is_back_where_it_started() {
    check(
        r#"
        local function g() openURL("u") end
        function onLoad() runSync(function() runAsync(g) end) end
        "#,
        "trap 9",
    );
}

#[test]
fn spawn_stays_on_the_thread() {
    check(
        r#"
        local function f() messageBox("x") end -- error: [wrong-thread] "messageBox" onNote > spawn > f
        function onNote() spawn(f) end
        function onIdle() spawn(f) end
        "#,
        "trap 10",
    );
}

#[test]
fn queues_run_where_they_are_emptied() {
    check(
        r#"
        local queue = {}
        function onNote(e)
          table.insert(queue, function() openURL("u") end)
          queue[#queue + 1] = function() openURL("v") end
          queue[#queue + 1] = function() playNote(60) end -- error: [wrong-thread] "playNote" onIdle > <anonymous>
        end
        function onIdle()
          for i = 1, #queue do queue[i]() end
          queue = {}
        end
        "#,
        "trap 11",
    );
}

#[test]
fn completion_callbacks_run_in_the_controller() {
    check(
        r#"
        function onLoad()
          loadPresetAsync("p", function(progress)
            playNote(60) -- error: [wrong-thread] "playNote" onLoad > loadPresetAsync > <anonymous>
            this.parent:appendLayer(progress.root)
          end)
        end
        "#,
        "trap 12",
    );
}
