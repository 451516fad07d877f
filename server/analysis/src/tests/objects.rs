//! Traps 17 to 21 and 30: classes, mixins, metamethods, iterators, strings, `_ENV`.

use crate::check::check;

#[test]
fn overrides() {
    check(
        r#"
        local Base = {} Base.__index = Base
        function Base:play() openURL("u") end -- no hint
        function Base:run() self:play() end
        local Derived = setmetatable({}, { __index = Base }) Derived.__index = Derived
        function Derived.new() return setmetatable({}, Derived) end
        function Derived:play() playNote(60) end
        local d = Derived.new()
        function onNote() d:run() d:play() end
        "#
        .replace(" -- no hint", "")
        .as_str(),
        "trap 17",
    );
    check(
        r#"
        local Base = {} Base.__index = Base
        function Base:play() openURL("u") end -- error: [wrong-thread] "openURL" onNote > Base:run > Base:play
        function Base:run() self:play() end
        local Derived = setmetatable({}, { __index = Base }) Derived.__index = Derived
        function Derived.new() return setmetatable({}, Derived) end
        function Derived:stop() playNote(60) end
        function onNote() Derived.new():run() end
        "#,
        "trap 17, twin",
    );
}

#[test]
fn mixins() {
    check(
        r#"
        local M = { bad = function() openURL("u") end, good = function() playNote(60) end } -- error: [wrong-thread] "openURL" onNote > bad
        local C = {}
        for k, v in pairs(M) do C[k] = v end
        function onNote() C.bad() end
        function onRelease() C.good() end
        "#,
        "trap 18",
    );
    check(
        r#"
        local M = { bad = function() openURL("u") end, good = function() playNote(60) end }
        local C = {}
        local function mixin(into, from) for k, v in pairs(from) do into[k] = v end return into end
        mixin(C, M)
        local D = mixin({}, M)
        function onNote() C.good() D.good() end
        function onLoad() C.bad() end
        "#,
        "trap 18, twin",
    );
}

#[test]
fn metamethods() {
    check(
        r#"
        local mt = {}
        mt.__index = function(t, k) openURL(k) end -- error: [wrong-thread] "openURL" onNote > __index > mt.__index
        mt.__newindex = function(t, k, v) messageBox(k) end -- error: [wrong-thread] "messageBox" onNote > __newindex > mt.__newindex
        mt.__call = function(t) loadPreset("p") end -- error: [wrong-thread] "loadPreset" onNote > __call > mt.__call
        mt.__add = function(a, b) savePreset("p") end -- error: [wrong-thread] "savePreset" onNote > __add > mt.__add
        mt.__lt = function(a, b) readMidiFile("p") return true end -- error: [wrong-thread] "readMidiFile" onNote > __lt > mt.__lt
        mt.__tostring = function(a) getUndoContext() return "" end -- error: [wrong-thread] "getUndoContext" onNote > __tostring > mt.__tostring
        mt.__len = function(a) endUndoBlock() return 1 end -- error: [wrong-thread] "endUndoBlock" onNote > __len > mt.__len
        local o = setmetatable({}, mt)
        function onNote()
          local x = o.foo
          o.bar = 1
          o()
          x = o + 1
          x = o < o
          print(o)
          x = #o
        end
        "#,
        "trap 19",
    );
    check(
        r#"
        local o = setmetatable({ foo = 1 }, {
          __index = function(t, k) openURL(k) end,
          __newindex = function(t, k, v) openURL(k) end,
          __concat = function() openURL("u") end,
          __unm = function() openURL("u") end,
        })
        function onNote() local x = o.foo o.foo = 2 end
        function onLoad() local x = o.bar o.baz = 2 x = o .. "x" x = -o end
        "#,
        "trap 19, clean",
    );
}

#[test]
fn iterators() {
    check(
        r#"
        local function it(s, i) openURL("u") return nil end -- error: [wrong-thread] "openURL" onNote > it
        local function each(t) return function() messageBox("x") return nil end end -- error: [wrong-thread] "messageBox" onNote > <anonymous>
        local function safe(t) local i = 0 return function() i = i + 1 return t[i] end end
        function onNote()
          for x in it do print(x) end
          for x in each({}) do print(x) end
          for x in safe({ 1, 2 }) do print(x) end
        end
        "#,
        "trap 20",
    );
}

#[test]
fn string_methods() {
    check(
        r#"
        function string.open(s) openURL(s) end -- error: [wrong-thread] "openURL" onNote > string.open
        function string:shout() print(self:upper()) end
        getmetatable("").__index.box = function(s) messageBox(s) end -- error: [wrong-thread] "messageBox" onNote > <anonymous>
        function onNote()
          ("u"):open();
          ("u"):box();
          ("u"):shout()
          print(("%d"):format(3))
        end
        "#,
        "trap 21",
    );
}

#[test]
fn environments() {
    check(
        r#"
        local _ENV = setmetatable({}, { __index = _G })
        function onNote() openURL("u") end
        "#,
        "trap 30",
    );
    check(
        r#"
        local function f()
          local _ENV = { print = print, openURL = print }
          openURL("u")
        end
        function onNote() f() _ENV.openURL("u") end -- error: [wrong-thread] "openURL" onNote
        "#,
        "trap 30, inside",
    );
}

#[test]
fn dispatch_by_method_name() {
    check(
        r#"
        local Voice = {} Voice.__index = Voice
        function Voice:stop() openURL("u") end -- error: [wrong-thread] "openURL" onRelease > Voice:stop
        function Voice:go() playNote(60) end
        local voices = {}
        function onNote(e) voices[e.id] = setmetatable({}, Voice) end
        function onRelease(e) voices[e.id]:stop() end
        function onIdle() for id, v in pairs(voices) do v:stop() end end
        "#,
        "objects in tables",
    );
}

#[test]
fn class_libraries() {
    check(
        r#"
        local function class(base)
          local c = {}
          c.__index = c
          return setmetatable(c, {
            __index = base,
            __call = function(cls, ...) local o = setmetatable({}, cls) if o.init then o:init(...) end return o end,
          })
        end
        local Animal = class()
        function Animal:init(name) self.name = name end
        function Animal:speak() openURL(self.name) end
        function Animal:act() self:speak() end
        local Dog = class(Animal)
        function Dog:speak() playNote(60) end
        local Cat = class(Animal)
        local dog, cat = Dog("rex"), Cat("tom")
        function onNote() dog:act() end
        function onLoad() cat:act() end
        "#,
        "class library",
    );
    check(
        r#"
        local function class(base)
          local c = {}
          c.__index = c
          return setmetatable(c, { __index = base, __call = function(cls, ...) local o = setmetatable({}, cls) o:init(...) return o end })
        end
        local Job = class()
        function Job:init(f) self.f = f end
        function Job:call(name) return self[name]() end
        local a, b = Job(savePreset), Job(print)
        function onNote() b:call("f") end
        function onLoad() a:call("f") end
        "#,
        "class library, fields by name",
    );
}

#[test]
fn setters_and_state_machines() {
    check(
        r#"
        local Button = {} Button.__index = Button
        function Button.new() return setmetatable({ handler = nil }, Button) end
        function Button:onClick(f) self.handler = f return self end
        function Button:click() if self.handler then self.handler() end end
        local a = Button.new():onClick(function() openURL("u") end)
        local b = Button.new():onClick(function() playNote(60) end)
        function onIdle() a:click() end
        function onNote() b:click() end
        local states = { idle = { enter = function() openURL("u") end }, busy = { enter = function() playNote(60) end } } -- error: [wrong-thread] "openURL" onRelease > enter
        local state = "idle"
        function onRelease() states[state].enter() state = "busy" end
        "#,
        "setters",
    );
}
