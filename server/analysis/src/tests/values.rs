//! Traps 13 to 16, 22, 26, 28, 29: functions as values.

use crate::check::check;

#[test]
fn filters_run_in_the_call() {
    check(
        r#"
        function onNote()
          findLayers(true, function(l) l:setName("x") end) -- error: [wrong-thread] "setName" onNote > findLayers > <anonymous>
          this.parent:findLayers(true, function(l) l:setName("y") end) -- error: [wrong-thread] "setName" onNote > findLayers > <anonymous>
          this.program:findZones(true, function(z) return z.keyLow > 3 end)
          local function filter(z) z:removeFromParent() return true end -- error: [wrong-thread] "removeFromParent" onNote > findZones > filter
          this.program:findZones(true, filter)
        end
        function onLoad()
          this.parent:findLayers(true, function(l) l:setName("x") return true end)
        end
        "#,
        "trap 13",
    );
}

#[test]
fn elements_from_find_and_get() {
    check(
        r#"
        function onNote()
          local layers = this.program:findLayers(true)
          for i, layer in ipairs(layers) do
            layer:setName("x") -- error: [wrong-thread] "setName" onNote
          end
          layers[1]:setName("y") -- error: [wrong-thread] "setName" onNote
          for i = 1, #layers do print(layers[i].name) end
          local zone = this.program:getZone("z")
          zone:setOutputBus(nil) -- error: [wrong-thread] "setOutputBus" onNote
          local child = this.parent:getChild("c")
          child:setName("c") -- error: [wrong-thread] "setName" onNote
          print(this.parent:getParameter("x"))
        end
        "#,
        "elements",
    );
}

#[test]
fn shared_helpers_fail_only_where_they_run() {
    check(
        r#"
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onNote > save
        function onSave() save() end
        function onNote() save() end
        "#,
        "trap 14",
    );
}

#[test]
fn generic_helpers_with_harmless_arguments() {
    check(
        r#"
        local function map(t, f) for i, v in ipairs(t) do f(v) end end
        local function save(x) savePreset(x) end
        function onNote() map({1, 2}, print) end
        function onLoad() map({1, 2}, save) end
        "#,
        "trap 15",
    );
    check(
        r#"
        local function map(t, f) for i, v in ipairs(t) do f(v) end end
        local function save(x) savePreset(x) end -- error: [wrong-thread] "savePreset" onRelease > map > save
        function onNote() map({1, 2}, print) end
        function onRelease() map({1, 2}, save) end
        "#,
        "trap 15, twin",
    );
    check(
        r#"
        local function relay(f, ...) return f(...) end -- error: [wrong-thread] "f" onRelease > relay3 > relay2 > relay
        local function relay2(f, ...) return relay(f, ...) end
        local function relay3(f, ...) return relay2(f, ...) end
        function onNote() relay3(print, "x") relay3(playNote, 60) end
        function onIdle() relay3(openURL, "x") end
        function onRelease() relay3(openURL, "x") end
        "#,
        "trap 15, relays",
    );
}

#[test]
fn factories_keep_their_products_apart() {
    check(
        r#"
        local function save() savePreset("p") end
        local function wrap(f) return function(...) return f(...) end end
        local later = wrap(save)
        local now = wrap(print)
        function onNote() now("x") end
        function onSave() later() end
        "#,
        "trap 16",
    );
    check(
        r#"
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onNote > <anonymous> > save
        local function wrap(f) return function(...) return f(...) end end
        local function wrap2(f) return wrap(f) end
        local later = wrap2(save)
        local now = wrap2(print)
        function onNote() later("x") end
        function onRelease() now("x") end
        "#,
        "trap 16, twin",
    );
    check(
        r#"
        local Job = {}
        Job.__index = Job
        function Job.new(f) return setmetatable({ f = f }, Job) end
        function Job:run() self.f() end
        local function save() savePreset("p") end
        local a, b = Job.new(save), Job.new(print)
        function onNote() b:run() end
        function onSave() a:run() end
        "#,
        "trap 16, class",
    );
    check(
        r#"
        local Job = {}
        Job.__index = Job
        function Job.new(f) local self = setmetatable({}, Job) self.f = f return self end
        function Job:run() self.f() end
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onRelease > Job:run > save
        local a, b = Job.new(save), Job.new(print)
        function onNote() b:run() end
        function onRelease() a:run() end
        "#,
        "trap 16, class twin",
    );
}

#[test]
fn aliases_and_overrides() {
    check(
        r#"
        local o = openURL
        openURL = print
        function onNote()
          o("u") -- error: [wrong-thread] "o" onNote
          openURL("u")
        end
        "#,
        "trap 22",
    );
    check(
        r#"
        go = openURL
        local api = { url = openURL, box = messageBox }
        api.box = print
        function onNote()
          go("u") -- error: [wrong-thread] "go" onNote
          api.url("u") -- error: [wrong-thread] "url" onNote
          api.box("u")
          local m = this.setName
          m(this, "x") -- error: [wrong-thread] "m" onNote
          runAsync(this.setName, this, "x")
        end
        "#,
        "trap 22, fields",
    );
}

#[test]
fn functions_of_the_user_with_names_of_builtins() {
    check(
        r#"
        function fade(a) return a end
        local function runAsync(f) f() end
        function onLoad() fade(1) end
        function onNote()
          runAsync(function() openURL("u") end) -- error: [wrong-thread] "openURL" onNote > runAsync > <anonymous>
        end
        function onIdle() runAsync(function() openURL("u") end) end
        "#,
        "trap 23",
    );
    check(
        r#"
        local function openURL(u) print(u) end
        function onNote() openURL("x") end
        function onRelease(messageBox) messageBox("x") end
        "#,
        "trap 23, shadowing",
    );
}

#[test]
fn flags_passed_as_constants() {
    check(
        r#"
        local function put(x, async)
          if async then runAsync(savePreset, x) else savePreset(x) end
        end
        function onNote() put("x", true) end
        function onSave() put("x", false) end
        "#,
        "trap 26",
    );
    check(
        r#"
        local function go(url, where)
          if where == "now" then
            openURL(url) -- error: [wrong-thread] "openURL" onNote > go
          elseif where == "later" then runAsync(openURL, url) end
        end
        function onNote() go("x", "now") end
        function onRelease() go("x", "later") end
        local DEBUG = false
        function onPitchBend() if DEBUG then openURL("debug") end end
        "#,
        "trap 26, strings",
    );
}

#[test]
fn unknown_keys_are_warnings() {
    check(
        r#"
        local cmd = { [60] = function() openURL("u") end, [61] = function() playNote(60) end } -- warning: [wrong-thread] "openURL"
        function onNote(event) cmd[event.note]() end
        "#,
        "trap 28",
    );
    check(
        r#"
        local cmd = {}
        cmd[60] = function() openURL("u") end
        cmd.x = function() playNote(60) end
        function onNote(event)
          local f = cmd[61]
          if f then f() end
          cmd["x"]()
          cmd.x()
        end
        function onRelease() cmd[60]() end
        "#
        .replace(
            "cmd[60] = function() openURL(\"u\") end",
            "cmd[60] = function() openURL(\"u\") end -- error: [wrong-thread] \"openURL\"",
        )
        .as_str(),
        "trap 28, constants",
    );
}

#[test]
fn positions_are_exact() {
    check(
        r#"
        local function second(...) local f = select(2, ...) f() end
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onRelease > second > save
        function onNote() second(save, print) end
        function onRelease() second(print, save) end
        local function both() return print, save end
        function onController() local a, b = both() a() end
        local t = { print, save }
        function onAfterTouch() local a, b = table.unpack(t) a() end
        local function first(a, ...) a(...) end
        function onPitchBend() first(table.unpack({ print, save })) end
        "#,
        "trap 29",
    );
    check(
        r#"
        local function save() savePreset("p") end -- error: [wrong-thread] "savePreset" onNote > save
        local function pick(...) local t = {...} return t[2] end
        function onNote() pick(print, save)() end
        function onRelease() pick(save, print)() end
        local function two() return save, print end
        function onInit() local _, b = two() b() (two())  end
        "#,
        "trap 29, tables",
    );
}

#[test]
fn forward_declarations_and_late_definitions() {
    check(
        r#"
        local f, g
        function onNote() f() M.a.b.go() onLater() end
        f = function() openURL("u") end -- error: [wrong-thread] "openURL" onNote > f
        M = { a = { b = {} } }
        M.a.b.go = function() messageBox("x") end -- error: [wrong-thread] "messageBox" onNote > M.a.b.go
        function onLater() loadPreset("p") end -- error: [wrong-thread] "loadPreset" onNote > onLater
        onRelease, onController = function() openURL("u") end, print -- error: [wrong-thread] "openURL" onRelease
        local callbacks = { init = function() openURL("u") end } -- error: [wrong-thread] "openURL" onInit
        onInit = callbacks.init
        "#,
        "late",
    );
}

#[test]
fn callbacks_defined_by_functions_and_conditions() {
    check(
        r#"
        local function setup() function onNote() openURL("u") end end -- error: [wrong-thread] "openURL" onNote
        setup()
        if this.name == "x" then
          function onRelease() openURL("u") end -- error: [wrong-thread] "openURL" onRelease
        end
        function onInit()
          onController = function() openURL("u") end -- error: [wrong-thread] "openURL" onController
        end
        defineParameter("Mode", nil, false)
        function onPitchBend() if Mode then openURL("u") end end -- error: [wrong-thread] "openURL" onPitchBend
        DEBUG = false
        function onAfterTouch() if DEBUG then openURL("u") end end
        function onData() while true do wait(10) end openURL("u") end
        "#,
        "callbacks",
    );
}

#[test]
fn event_buses() {
    check(
        r#"
        local handlers = {}
        local function on(name, f) handlers[name] = handlers[name] or {} table.insert(handlers[name], f) end
        local function fire(name, ...) for _, f in ipairs(handlers[name] or {}) do f(...) end end
        on("save", function() savePreset("p") end)
        on("note", function(e) playNote(e.note) end)
        on("release", function(e) openURL("u") end) -- error: [wrong-thread] "openURL" onRelease > fire > <anonymous>
        function onNote(e) fire("note", e) end
        function onSave() fire("save") end
        function onRelease(e) fire("release", e) end
        "#,
        "bus",
    );
    check(
        r#"
        local Bus = { map = {} }
        function Bus:on(name, f) self.map[name] = f return self end
        function Bus:emit(name, ...) local f = self.map[name] if f then return f(...) end end
        Bus:on("a", savePreset):on("b", print):on("c", openURL)
        function onNote() Bus:emit("b", 1) end
        function onIdle() Bus:emit("a", 1) Bus:emit("c", "u") end
        "#,
        "bus, methods",
    );
}

#[test]
fn wrappers_in_loops_stay_apart() {
    check(
        r#"
        local api = { save = function() savePreset("p") end, play = function() playNote(60) end }
        for name, f in pairs(api) do
          api[name] = function(...) print(name) return f(...) end
        end
        function onNote() api.play() end
        function onSave() api.save() end
        "#,
        "wrapped in a loop",
    );
    check(
        r#"
        local api = { save = function() savePreset("p") end, play = function() playNote(60) end } -- error: [wrong-thread] "savePreset" onNote > <anonymous> > save
        local wrapped = {}
        local function wrapAll(from, into)
          for name, f in pairs(from) do
            local label = name
            into[label] = function(...) return f(...) end
          end
        end
        wrapAll(api, wrapped)
        function onNote() wrapped.save() end
        function onRelease() wrapped.play() end
        "#,
        "wrapped in a loop of a function",
    );
}

#[test]
fn patched_builtins() {
    check(
        r#"
        local raw = savePreset
        function savePreset(...) if getContext() == "Processor" then runAsync(raw, ...) else raw(...) end end
        local direct = openURL
        local function openURL(u) runAsync(direct, u) end
        function onNote() savePreset("p") openURL("u") end
        function onSave() savePreset("p") end
        "#,
        "patched",
    );
}

#[test]
fn combinators() {
    check(
        r#"
        local function bind(f, ...) local args = {...} return function() return f(table.unpack(args)) end end
        local function compose(f, g) return function(...) return f(g(...)) end end
        local function once(f) local done return function(...) if not done then done = true return f(...) end end end
        local function call(f) return f() end
        local a, b = bind(openURL, "u"), bind(print, "x")
        local c, d = compose(tostring, loadPreset), compose(tostring, print)
        local e, f = once(messageBox), once(print)
        function onNote() b() d("x") f("x") call(b) end
        function onLoad() a() c("x") e("x") call(a) end
        "#,
        "combinators",
    );
    check(
        r#"
        local function bind(f, ...) local args = {...} return function() return f(table.unpack(args)) end end -- error: [wrong-thread] "f" onNote > call > <anonymous>
        local function call(f) return f() end
        local a, b = bind(openURL, "u"), bind(print, "x")
        function onNote() call(b) call(a) end
        "#,
        "combinators, twin",
    );
}

#[test]
fn functions_called_while_loading_see_what_is_stored_so_far() {
    check(
        r#"
        local function note() playNote(60) end
        local o = note
        local alias = function() o() end
        o = print
        alias()
        local t = { go = note }
        t.go = print
        local function goes() t.go() end
        goes()
        function twice() playNote(60) end
        function twice() print("second") end
        local function calls() twice() end
        calls()
        "#,
        "versions while loading",
    );
    check(
        r#"
        local function note() playNote(60) end -- error: [wrong-thread] "playNote" <main> > alias > note
        local o = print
        local alias = function() o() end
        alias()
        o = note
        alias()
        o = print
        "#,
        "versions while loading, twin",
    );
}
