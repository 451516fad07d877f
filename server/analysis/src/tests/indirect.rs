//! Scripts as people write them: clean ones stay silent, and each way of getting to a call is followed.

use crate::check::check;

#[test]
fn clean_scripts_are_silent() {
    check(include_str!("clean_arpeggiator.lua"), "arpeggiator");
    check(include_str!("clean_library.lua"), "library");
}

#[test]
fn five_levels_of_indirection() {
    check(
        r#"
        local function a5(f) return f() end
        local function a4(f) return a5(f) end
        local function a3(f) return a4(f) end
        local function a2(f) return a3(f) end
        local function a1(f) return a2(f) end
        function onNote() a1(function() playNote(60) end) end
        function onRelease()
          a1(function() openURL("u") end) -- error: [wrong-thread] "openURL" onRelease > a1 > a2 > a3 > a4 > a5 > <anonymous>
        end
        function onSave() a1(function() openURL("u") end) end
        "#,
        "relays",
    );
}

#[test]
fn unusual_ways_to_a_call() {
    check(
        r#"
        local t = {}
        function t.f(x) for i = 1, 3 do if i == 2 then goto continue end openURL("u") ::continue:: end end -- error: [wrong-thread] "openURL" onController > t.f
        function onController() t.f() end
        local pack = table.pack(print, messageBox)
        function onPitchBend()
          pack[2]("x") -- error: [wrong-thread] "pack[2]"
          pack[1]("y")
        end
        function onAfterTouch()
          local k, g = next({ openURL })
          g("x") -- error: [wrong-thread] "g" onAfterTouch
        end
        function onData(e)
          local env = setmetatable({}, { __index = _G })
          env.openURL("x") -- error: [wrong-thread] "openURL" onData
          rawget(_G, "messageBox")("x") -- error: [wrong-thread] "rawget(_G, "messageBox")"
        end
        local s = {}
        function s.__index(t, k) return function() loadPreset(k) end end -- error: [wrong-thread] "loadPreset"
        function onRetrigger() setmetatable({}, s).anything() end
        function onTriggerPad() local q = {} q.f = q.f or function() savePreset("x") end q.f() end -- error: [wrong-thread] "savePreset"
        "#,
        "unusual",
    );
}

#[test]
fn calls_of_a_long_function_are_told_apart() {
    let filler = "count = count + page:len()\n".repeat(60);
    let text = format!(
        r#"
        local count = 0
        local function put(page, mode, f)
          {filler}
          if mode == "now" and page == "help" then openURL(page) end
          if mode == "later" then runAsync(f, page) else f(page) end -- error: [wrong-thread] "f" onRelease > put
        end
        function onNote()
          put("help", "later", openURL)
          put("count", "now", print)
        end
        function onRelease() put("page", "now", openURL) end
        "#
    );
    check(&text, "a long function");
}

#[test]
fn of_very_many_calls_only_what_all_share_is_proven() {
    let calls = (0..400).map(|n| format!("put('p{n}', 'now', print)\n"));
    let calls: String = calls.collect();
    let text = format!(
        r#"
        local function put(page, mode, f)
          if mode == "later" and page == "p7" then openURL(page) end -- warning: [wrong-thread] "openURL"
          if page then f(page) end -- warning: [wrong-thread] "f"
        end
        local function show(page) openURL(page) end -- error: [wrong-thread] "openURL"
        function onNote()
          {calls}
          put("x", "later", print)
          put("y", "now", openURL)
          show("y")
        end
        "#
    );
    check(&text, "very many calls");
}

#[test]
fn of_calls_of_a_function_that_is_too_long_only_what_all_share_is_proven() {
    let filler = "count = count + page:len()\n".repeat(420);
    let text = format!(
        r#"
        local count = 0
        local function put(page, mode)
          {filler}
          if mode == "now" and page == "help" then openURL(page) end -- warning: [wrong-thread] "openURL"
          savePreset(page, this) -- error: [wrong-thread] "savePreset"
        end
        function onNote()
          put("help", "later")
          put("count", "now")
        end
        "#
    );
    check(&text, "too long a function");
}
