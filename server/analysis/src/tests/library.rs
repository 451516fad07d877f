//! Traps 27 and 35: the Lua library as a way through, and what the reference disputes.

use crate::check::check;

#[test]
fn protected_calls_are_hints() {
    check(
        r#"
        function onNote()
          pcall(openURL, "u") -- hint: [wrong-thread] "openURL" onNote > pcall
          local ok = pcall(function()
            messageBox("x") -- hint: [wrong-thread] "messageBox" onNote > pcall > <anonymous>
          end)
          xpcall(print, function(e) messageBox(e) end) -- error: [wrong-thread] "messageBox" onNote > xpcall > <anonymous>
        end
        "#,
        "trap 27",
    );
    check(
        r#"
        local function f() openURL("u") end -- error: [wrong-thread] "openURL" onNote > f
        function onNote() pcall(f) f() end
        "#,
        "trap 27, another path is not protected",
    );
    check(
        r#"
        function onNote()
          pcall(runAsync, function() playNote(60) end) -- error: [wrong-thread] "playNote" onNote > pcall > runAsync > <anonymous>
        end
        "#,
        "trap 27, what runs later is not protected",
    );
}

#[test]
fn functions_given_to_the_library() {
    check(
        r#"
        function onNote()
          table.sort({ 3, 1 }, function(a, b) openURL("u") return a < b end) -- error: [wrong-thread] "openURL" onNote > sort > <anonymous>
          string.gsub("x", ".", function(c) messageBox(c) end) -- error: [wrong-thread] "messageBox" onNote > gsub > <anonymous>
          local s = ("x"):gsub(".", function(c) loadPreset(c) end) -- error: [wrong-thread] "loadPreset" onNote > gsub > <anonymous>
          local q = {}
          table.insert(q, openURL)
          q[1]("u") -- error: [wrong-thread]
          local f = table.remove(q)
          f("u") -- error: [wrong-thread] "f" onNote
        end
        "#
        .replace("-- error: [wrong-thread]\n", "-- error: [wrong-thread] \"q[1]\"\n")
        .as_str(),
        "library",
    );
}

#[test]
fn disputed_entries_are_never_errors() {
    check(
        r#"
        local e = Event(EventType.noteOn)
        defineModulation("m", false)
        local t = getTime() -- hint: [wrong-thread] "getTime"
        local row = this.program:getZone():getModulationMatrixRow(1)
        local a = row:getSource1()
        function onNote()
          this.parent:appendZone(nil) -- hint: [wrong-thread] "appendZone"
          local row = this.program:getZone():getModulationMatrixRow(1)
          row:getSource1() -- warning: [wrong-thread] "getSource1"
        end
        function onLoad() getTime() end -- warning: [wrong-thread] "getTime"
        "#,
        "trap 35",
    );
}

#[test]
fn clone_depends_on_its_argument() {
    check(
        r#"
        function onNote(event)
          local e = clone(event)
          e.note = 3
          local l = clone(this.program) -- error: [wrong-thread] "clone" onNote
        end
        function onLoad() local l = clone(this.program) end
        "#,
        "clone",
    );
}

#[test]
fn unknown_receivers_are_warnings() {
    check(
        r#"
        function onNote(event)
          local x = this:getParameter("x")
          x:setName("y") -- warning: [wrong-thread] "setName"
          x:getParameter("y")
        end
        local function set(l) l:setName("x") end
        function onLoad(data) set(data.layer) end
        "#,
        "unknown receivers",
    );
}

#[test]
fn pcall_does_not_protect_what_runs_later() {
    check(
        r#"
        function onNote()
          pcall(function() runAsync(function() playNote(60) end) end) -- error: [wrong-thread] "playNote" onNote > pcall > <anonymous> > runAsync > <anonymous>
          pcall(function() openURL("u") end) -- hint: [wrong-thread] "openURL"
        end
        "#,
        "trap 27, hop",
    );
}
