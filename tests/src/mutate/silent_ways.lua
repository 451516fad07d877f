-- Ways that lead nowhere: the clean twins of `ways.lua`, in the same format. `ELSEWHERE` is the thread the chain is not on, and
-- [no hop] says that a change of the thread behind it would lead somewhere.

-- way: false flag
local function maybeN(yes)
  if yes then
    local f = F
    f()
  end
end
-- call: function() maybeN(false) end

-- way: other mode
local function doN(mode)
  if mode == "on" then
    local f = F
    f()
  else
    print(mode)
  end
end
-- call: function() doN("off") end

-- way: flag left out
local function maybeN(x, yes)
  if yes then
    local f = F
    f()
  end
end
-- call: function() maybeN(1) end

-- way: guard ==
local function guardN()
  if getContext() == "ELSEWHERE" then
    local f = F
    f()
  end
end
-- call: guardN

-- way: guard ~= return
local function guardN()
  if getContext() ~= "ELSEWHERE" then return end
  local f = F
  f()
end
-- call: guardN

-- way: guard and
local function guardN()
  local right = getContext() == "ELSEWHERE"
  local f = F
  local done = right and f()
end
-- call: guardN

-- way: guard or
local function guardN()
  local f = F
  return getContext() ~= "ELSEWHERE" or f()
end
-- call: guardN

-- way: guard not
local function guardN()
  local f = F
  if not (getContext() == "ELSEWHERE") then
    print("no")
  else
    f()
  end
end
-- call: guardN

-- way: predicate
local function isN() return getContext() == "ELSEWHERE" end
local function guardN()
  if isN() then
    local f = F
    f()
  end
end
-- call: guardN

-- way: predicate with a name
local function onN(name) return getContext() == name end
local function guardN()
  if onN("ELSEWHERE") then
    local f = F
    f()
  end
end
-- call: guardN

-- way: assert
local function guardN()
  assert(getContext() == "ELSEWHERE")
  local f = F
  f()
end
-- call: function() pcall(guardN) end

-- way: error
local function guardN()
  if getContext() ~= "ELSEWHERE" then error("not here") end
  local f = F
  f()
end
-- call: function() pcall(guardN) end

-- way: dispatch table by thread
local byThreadN = {
  ELSEWHERE = F,
  HERE = print,
}
-- call: function() byThreadN[getContext()]() end

-- way: constant switch
local ENABLED_N = false
local function maybeN()
  if ENABLED_N then
    local f = F
    f()
  end
end
-- call: maybeN

-- way: other field
local tN = { go = F, stop = print }
-- call: tN.stop

-- way: other item
local tN = { F, print }
-- call: function() tN[2]() end

-- way: other key joined
local tN = { onStart = F, onStop = print }
local whichN = "Stop"
-- call: function() tN["on" .. whichN]() end

-- way: other instance
local function makeN(f)
  return function() f() end
end
local badN = makeN(F)
local goodN = makeN(print)
-- call: goodN

-- way: other instance of a nested factory
local function outerN(f)
  return function(g)
    return function() f() g() end
  end
end
local badN = outerN(print)(F)
local goodN = outerN(print)(print)
-- call: goodN

-- way: other object
local CN = {}
CN.__index = CN
function CN.new(f) return setmetatable({ f = f }, CN) end
function CN:go() self.f() end
local badN, goodN = CN.new(F), CN.new(print)
-- call: function() goodN:go() end

-- way: other object with a setter
local CN = {}
CN.__index = CN
function CN.new()
  local self = setmetatable({}, CN)
  self.f = print
  return self
end
function CN:set(f) self.f = f end
function CN:go() self.f() end
local badN, goodN = CN.new(), CN.new()
badN:set(F)
-- call: function() goodN:go() end

-- way: override
local BN = {}
BN.__index = BN
function BN:go()
  local f = F
  f()
end
local DN = setmetatable({}, { __index = BN })
DN.__index = DN
function DN:go() print(1) end
local iN = setmetatable({}, DN)
-- call: function() iN:go() end

-- way: base of an override
local BN = {}
BN.__index = BN
function BN:go() print(1) end
local DN = setmetatable({}, { __index = BN })
DN.__index = DN
function DN:go()
  local f = F
  f()
end
local iN = setmetatable({}, BN)
-- call: function() iN:go() end

-- way: first argument
local function applyN(...)
  local f = select(1, ...)
  f()
end
-- call: function() applyN(print, F) end

-- way: first of packed arguments
local function applyN(...)
  local list = { ... }
  list[1]()
end
-- call: function() applyN(print, F) end

-- way: unused argument
local function applyN(f, g) f() end
-- call: function() applyN(print, F) end

-- way: first result
local function bothN()
  return print, F
end
local firstN = bothN()
-- call: firstN

-- way: only one result
local function bothN()
  return print, F
end
local function takeN(a, b) a() if b then b() end end
-- call: function() takeN((bothN())) end

-- way: first of unpack
local listN = { print, F }
-- call: function() local f = table.unpack(listN) f() end

-- way: overwritten
local oN = F
oN = print
-- call: oN

-- way: overwritten alias
local aN = F
local oN = aN
oN = print
-- call: oN

-- way: overwritten global
oN = F
oN = print
-- call: function() oN() end

-- way: overwritten field
local tN = { go = F }
tN.go = print
-- call: function() tN.go() end

-- way: function defined twice
function twiceN()
  local f = F
  f()
end
function twiceN() print("second") end
-- call: function() twiceN() end

-- way: callback replaced before use
local handlersN = { note = F }
handlersN.note = nil
-- call: function() if handlersN.note then handlersN.note() end end

-- way: swapped
local aN, bN = print, F
aN, bN = bN, aN
-- call: function() bN() end

-- way: never called
local function deadN()
  local f = F
  f()
end
local function aliveN() print(1) end
-- call: aliveN

-- way: only stored
local tN = {}
-- call: function() tN.go = F end

-- way: only returned
local function giveN() return F end
-- call: function() giveN() end

-- way: only compared
local fN = F
-- call: function() return fN == print end

-- way: only in a type test
local fN = F
-- call: function() if type(fN) ~= "function" then fN() end end

-- way: after return
local function earlyN()
  do return end
  local f = F
  f()
end
-- call: earlyN

-- way: after error
local function earlyN()
  error("stop")
  local f = F
  f()
end
-- call: function() pcall(earlyN) end

-- way: below pcall [no hop]
local badN = F
-- call: function() pcall(badN) end

-- way: below pcall in a closure [no hop]
local badN = F
-- call: function() pcall(function() badN() end) end

-- way: other event
local handlersN = {}
local function onN(name, f)
  handlersN[name] = handlersN[name] or {}
  table.insert(handlersN[name], f)
end
local function fireN(name, ...)
  for _, f in ipairs(handlersN[name] or {}) do f(...) end
end
onN("good", print)
onN("bad", F)
-- call: function() fireN("good") end

-- way: other event of a bus with methods
local busN = { map = {} }
function busN:on(name, f) self.map[name] = f return self end
function busN:emit(name, ...)
  local f = self.map[name]
  if f then return f(...) end
end
busN:on("a", print):on("b", F)
-- call: function() busN:emit("a") end

-- way: empty list
local listN = {}
local unusedN = F
-- call: function() for _, f in ipairs(listN) do f() end end

-- way: other closure of a loop
local workN, callsN = { print, F }, {}
for i = 1, 2 do
  callsN[i] = function() workN[i]() end
end
-- call: function() callsN[1]() end

-- way: other closure of a list loop
local callsN = {}
for i, f in ipairs({ print, F }) do
  callsN[i] = function() f() end
end
-- call: callsN[1]

-- way: wrapped in a pairs loop
local apiN = { bad = F, good = print }
local wrappedN = {}
for name, f in pairs(apiN) do
  wrappedN[name] = function(...) return f(...) end
end
-- call: function() wrappedN.good() end

-- way: own function of a builtin's name
local callN
do
  local unused = F
  local function openURL(f) print(f) end
  local function playNote(f) print(f) end
  callN = function() openURL("x") playNote(60) end
end
-- call: callN

-- way: own runAsync that does nothing
local callN
do
  local function runAsync(f) print(f) end
  callN = function() runAsync(F) end
end
-- call: callN

-- way: __index not used
local pN = setmetatable({ own = 1 }, { __index = function()
  local f = F
  f()
end })
-- call: function() return pN.own end

-- way: __newindex not used
local pN = setmetatable({ own = 1 }, { __newindex = function()
  local f = F
  f()
end })
-- call: function() pN.own = 2 end

-- way: rawget past __index
local pN = setmetatable({}, { __index = function()
  local f = F
  f()
end })
-- call: function() return rawget(pN, "x") end

-- way: other operator
local mN = setmetatable({}, {
  __add = function()
    local f = F
    f()
    return 0
  end,
  __sub = function() return 0 end,
})
-- call: function() return mN - 1 end

-- way: metatable of another table
local metaN = { __call = function()
  local f = F
  f()
end }
local badN = setmetatable({}, metaN)
local goodN = setmetatable({}, { __call = print })
-- call: function() goodN() end

-- way: _ENV without the name
local function insideN()
  local unused = F
  local _ENV = { go = print }
  go()
end
-- call: insideN

-- way: global in another _ENV
goN = print
do
  local bad = F
  local _ENV = setmetatable({}, { __index = _G })
  function goN() bad() end
end
-- call: function() goN() end

-- way: module not called
-- file: moduleN
local M = {}
function M.call(f) f() end
function M.keep(f) M.kept = f end
return M
-- main:
local mN = require("moduleN")
-- call: function() mN.keep(F) end

-- way: other module function
-- file: moduleN
local M = {}
function M.bad(f) f() end
function M.good() print("good") end
return M
-- main:
local mN = require("moduleN")
local unusedN = F
-- call: function() mN.good(unusedN) end

-- way: loop that never runs
-- call: function() while false do local f = F  f() end end

-- way: recursion that ends elsewhere
local function downN(n, stop)
  if stop then return end
  if n < 0 then
    local f = F
    f()
  end
end
-- call: function() downN(3, true) end

-- way: parameter set
local unusedN = F
-- call: function() print(unusedN) end

-- way: queue run on the other thread [P>, no hop]
local queueN = {}
function onLoadIntoSlot()
  for _, f in ipairs(queueN) do f() end
end
-- call: function() queueN[#queueN + 1] = F end

-- way: other list position
local lN = {}
lN[#lN + 1] = print
lN[#lN + 1] = F
-- call: function() lN[1]() end

-- way: other list position by a function
local lN = {}
local function addN(f) lN[#lN + 1] = f return #lN end
local idN = addN(print)
addN(F)
-- call: function() lN[idN]() end

-- way: other one of many
local allN = {}
local function widgetN(name, f)
  local widget = { name = name, click = function(...) return f(...) end }
  allN[name] = widget
  return widget
end
for i = 1, 120 do widgetN("w" .. i, print) end
widgetN("bad", F)
-- call: function() allN.w119.click() end

-- way: taken out of a list
local lN = { print, F }
table.remove(lN, 2)
-- call: function() for i = 1, #lN do lN[i]() end end

-- way: taken out of a list by a function
local lN = {}
local function addN(f) table.insert(lN, f) end
local function takeN() return table.remove(lN) end
addN(print)
addN(F)
takeN()
-- call: function() for _, f in ipairs(lN) do f() end end

-- way: replaced by a function while loading
local MN = { go = F }
local function patchN(module) module.go = print end
patchN(MN)
-- call: function() MN.go() end

-- way: variable replaced by a function while loading
local handlerN = F
local function setN(f) handlerN = f end
setN(print)
-- call: function() handlerN() end

-- way: other parent
local function searchN(key, parents)
  for i = 1, #parents do
    local value = parents[i][key]
    if value then return value end
  end
end
local function classN(...)
  local parents = { ... }
  local class = setmetatable({}, { __index = function(_, key) return searchN(key, parents) end })
  class.__index = class
  function class:new(o) return setmetatable(o or {}, class) end
  return class
end
local NamedN, OpenerN = {}, {}
function NamedN:name() return "name" end
OpenerN.open = F
local oN = classN(NamedN, OpenerN):new()
-- call: function() oN:name() end

-- way: other callable class
local ClassN = setmetatable({}, { __call = function(class, ...) return class.new(...) end })
ClassN.__index = ClassN
function ClassN.new(f) return setmetatable({ f = f }, ClassN) end
function ClassN:fire(...) return self.f(...) end
local quietN, loudN = ClassN(print), ClassN(F)
-- call: function() quietN:fire() end

-- way: other case of a switch
local function switchN(value, cases)
  local case = cases[value] or cases.default
  if case then return case() end
end
-- call: function() switchN("a", { a = print, b = F }) end

-- way: other method behind a proxy
local function proxyN(target)
  return setmetatable({}, { __index = function(_, key)
    local value = target[key]
    if type(value) == "function" then
      return function(self, ...) return value(target, ...) end
    end
    return value
  end })
end
local pN = proxyN({ log = print, bad = F })
-- call: function() pN:log() end

-- way: other formatted key
local tN = { on_note = print, on_bad = F }
local function fireN(name) return tN[string.format("on_%s", name)]() end
-- call: function() return fireN("note") end

-- way: other concatenated key
local tN = { ["ui.good"] = print, ["ui.bad"] = F }
-- call: function() return tN[table.concat({ "ui", "good" }, ".")]() end

-- way: goto past it
local function skipN()
  local call = F
  for i = 1, 2 do
    if getContext() ~= "ELSEWHERE" then goto continue end
    call()
    ::continue::
  end
end
-- call: skipN

-- way: break before it
local function skipN()
  local call = F
  while true do
    if getContext() ~= "ELSEWHERE" then break end
    call()
  end
end
-- call: skipN

-- way: state that is never reached
local function machineN()
  local call = F
  local state = "start"
  ::again::
  if state == "start" then
    state = "stop"
    goto again
  elseif state == "work" then
    call()
  end
end
-- call: machineN

-- way: arithmetic condition
local limitN = 3
local function maybeN()
  local call = F
  if limitN * 2 > 10 or limitN % 2 == 0 then call() end
end
-- call: maybeN

-- way: number of arguments
local function callN(f, ...)
  if select("#", ...) == 0 then f() end
end
local fN = F
-- call: function() callN(fN, 1) end

-- way: options left out
local function requestN(f, options)
  options = options or {}
  local later = options.later
  if later == nil then later = true end
  if later then print("later") else f() end
end
local fN = F
-- call: function() requestN(fN) end

-- way: first letter of the thread
local function guardN()
  local f = F
  if getContext():sub(1, 1) == ("ELSEWHERE"):sub(1, 1) then f() end
end
-- call: guardN

-- way: other recursion
local function stepN(n, done)
  if n > 0 then stepN(n - 1, done) else done() end
end
local function badN() stepN(2, F) end
-- call: function() stepN(2, print) end

-- way: type that it is not
local function callN(what)
  if type(what) == "string" then return print(what) end
  if type(what) == "function" then return end
  what()
end
local fN = F
-- call: function() callN(fN) end

-- way: other part of a list
local lN = { F, print, print }
local function partN(from, to) return table.unpack(lN, from, to) end
-- call: function() local f, g = partN(2, 3) f() g() end

-- way: not the last argument
local function lastN(...) return (select(-1, ...)) end
-- call: function() lastN(F, print)() end

-- way: other bit flag
local function goN(flags, f) if bit32.band(flags, 2) ~= 0 then f() end end
local fN = F
-- call: function() goN(5, fN) end

-- way: other command per letter
local opsN = { p = print, b = F }
local function runN(text) for i = 1, #text do opsN[text:sub(i, i)]() end end
-- call: function() runN("pp") end

-- way: other field of a deep copy
local function copyN(o)
  if type(o) ~= "table" then return o end
  local result = {}
  for key, value in pairs(o) do result[copyN(key)] = copyN(value) end
  return setmetatable(result, getmetatable(o))
end
local cN = copyN({ deep = { go = F }, stop = print })
-- call: function() cN.stop() end

-- way: overridden in a merge
local function mergeN(a, b)
  local result = {}
  for key, value in pairs(a) do result[key] = value end
  for key, value in pairs(b) do result[key] = value end
  return result
end
local cN = mergeN({ go = F }, { go = print })
-- call: function() cN.go() end

-- way: record with another tag
local jobsN = {}
local function addN(kind, f) jobsN[#jobsN + 1] = { kind = kind, f = f } end
local function runN()
  for _, job in ipairs(jobsN) do
    if job.kind == "go" then job.f() end
  end
end
-- call: function() addN("go", print) addN("stop", F) runN() end

-- way: record with an option that is left out
local jobsN = {}
local function addN(f, options)
  table.insert(jobsN, { f = f, options = options or {} })
end
local function runN()
  while #jobsN > 0 do
    local job = table.remove(jobsN, 1)
    if job.options.now then job.f() end
  end
end
-- call: function() addN(print, { now = true }) addN(F) runN() end

-- way: record taken apart, another tag
local jobsN = {}
local function addN(kind, f) jobsN[#jobsN + 1] = { kind = kind, f = f } end
local function runN()
  for i = 1, #jobsN do
    local kind, f = jobsN[i].kind, jobsN[i].f
    if kind ~= "stop" then f() end
  end
end
-- call: function() addN("go", print) addN("stop", F) runN() end

-- way: record unpacked, another tag
local jobsN = {}
local function addN(...) jobsN[#jobsN + 1] = { ... } end
local function runN()
  while #jobsN > 0 do
    local kind, f = table.unpack(table.remove(jobsN))
    if kind == "go" then f() end
  end
end
-- call: function() addN("go", print) addN("stop", F) runN() end

-- way: record refused by a function
local function isWantedN(job) return job.kind == "go" end
local function runN(job)
  if isWantedN(job) then job.f() end
end
-- call: function() local jobs = { { kind = "go", f = print }, { kind = "stop", f = F } } for _, job in ipairs(jobs) do runN(job) end end

-- way: record of a class, another tag
local JN = {}
JN.__index = JN
function JN.new(kind, f) return setmetatable({ kind = kind, f = f }, JN) end
function JN:isWanted() return self.kind == "go" end
function JN:run()
  if self:isWanted() then self.f() end
end
-- call: function() local jobs = { JN.new("go", print), JN.new("stop", F) } for _, job in ipairs(jobs) do job:run() end end

-- way: record in a closure
local jobsN = {}
local function runN()
  while #jobsN > 0 do
    local job = table.remove(jobsN, 1)
    local function run() job.f() end
    if job.kind == "go" then run() end
  end
end
-- call: function() jobsN[1] = { kind = "go", f = print } jobsN[2] = { kind = "stop", f = F } runN() end

-- way: tasks with a flag [no hop]
local function runN(yes, f)
  if yes then f() end
end
-- call: function() spawn(runN, true, print) spawn(runN, false, F) end

-- way: pcall that tells the other thread
local function isN()
  local ok, context = pcall(getContext)
  if not ok then return true end
  return context == "ELSEWHERE"
end
local function guardN()
  local f = F
  if isN() then f() end
end
-- call: guardN

-- way: option that nobody sets
local optionsN = { loud = true }
local function maybeN()
  local f = F
  if optionsN.open then f() end
end
-- call: maybeN

-- way: record at a counted position
local jobsN = {}
local function runN()
  for i = 1, #jobsN do
    if jobsN[i].kind == "go" then jobsN[i].f() end
  end
end
-- call: function() jobsN[1] = { kind = "go", f = print } jobsN[2] = { kind = "stop", f = F } runN() end

-- way: method of every object from its constructor
local CN = {}
CN.__index = CN
local fN = F
function CN:go() fN() end
function CN.new(go)
  local o = setmetatable({}, CN)
  o.go = go
  return o
end
-- call: function() CN.new(print):go() end

-- way: other kept value
local keptN, otherN = {}, {}
local function keepN(number) keptN[number] = { go = print } otherN[number] = { go = F } end
-- call: function() local n = os.time() keepN(n) keptN[n].go() end

-- way: other padded key
local padN = { key007 = print, key7 = F }
-- call: function() padN["key" .. string.format("%03d", 7)]() end

-- way: other thrown
local function throwN(f) error({ go = f }) end
local function catchN(f)
  local ok, problem = pcall(throwN, f)
  if not ok and type(problem) == "table" then problem.go() end
end
local fN = F
local function unusedN() catchN(fN) end
-- call: function() catchN(print) end

-- way: thrown and caught further in
local fN = F
local function innerN() return (pcall(error, { go = fN })) end
-- call: function() local ok, problem = pcall(function() innerN() error({ go = print }) end) problem.go() end

-- way: other part of a text
local handlersN = { open = F, print = print }
local function runN(command)
  local name, now = command:match("^(%a+)/(%d)$")
  if now == "1" then handlersN[name]() end
end
-- call: function() runN("open/0") runN("print/1") end

-- way: other path of keys
local treeN = { a = { b = F, c = print } }
local function atN(path)
  local found = treeN
  for key in path:gmatch("%w+") do found = found[key] end
  return found
end
-- call: function() atN("a.c")() end

-- way: other searched text
local fN = F
local function openN(name) if name:find("bad") then fN() end end
-- call: function() openN("a good one") end

-- way: bits that are not set
local fN = F
local function fireN(flags) if bit32.btest(flags, 4) then fN() end end
-- call: function() fireN(bit32.bor(1, 2)) end

-- way: many records with another tag
local recordsN = {}
for i = 1, 15 do
  recordsN[#recordsN + 1] = { id = i, kind = "a", f = print }
  recordsN[#recordsN + 1] = { id = i, kind = "b", f = F }
end
local function allN(kind) for _, r in ipairs(recordsN) do if r.kind == kind then r.f() end end end
-- call: function() allN("a") end

-- way: loop that a test counts
local fN = F
-- call: function() for _ = 1, getContext() == "ELSEWHERE" and 1 or 0 do fN() end end

-- way: other table of an enumeration
local ModeN = { a = {}, b = {} }
local fN = F
local function runN(mode) if mode == ModeN.b then fN() end end
-- call: function() runN(ModeN.a) end

-- way: replaced behind a require
-- file: toolsN
local M = {}
function M.twice(x) return x * 2 end
return M
-- main:
actN = F
local stepN = actN
local listN = { act = actN }
local toolsN = require("toolsN")
actN = print
stepN = print
listN.act = print
-- call: function() actN() stepN() listN.act(toolsN.twice(1)) end

-- way: replaced by a module
-- file: settingsN
if not actN then
  return false
end
actN = print
return true
-- main:
actN = F
require "settingsN"
-- call: function() actN() end

-- way: module that returns before it sets a global
-- file: earlyN
local M = {}
if getContext() == "Controller" then
  return M
end
M.act = true
return M
-- main:
local fN = F
local earlyN = require("earlyN")
-- call: function() if earlyN.act then fN() end end

-- way: module that is required again
-- file: stateN
local M = { act = print }
return M
-- main:
require("stateN").act = F
local stateN = require("stateN")
stateN.act = print
-- call: function() require("stateN").act() end

-- way: other object of a wrapped factory
local function newN() return {} end
local function makeN() return newN() end
-- call: function() local a, b = makeN(), makeN() a.go = F b.go = print b.go() end

-- way: filled in like another one
local function fillN(t) t.inner = {} end
-- call: function() local a, b = {}, {} fillN(a) fillN(b) a.inner.go = F b.inner.go = print b.inner.go() end

-- way: read before a loop stores
local hooksN = {}
local earlyN = hooksN.go
for _ = 1, #getProductVersion() do hooksN.go = F end
-- call: function() if earlyN then earlyN() end end

-- way: field overwritten before the call
local fN = F
-- call: function() local t = { fN } t.f = fN t["f"] = print t[1] = tostring t.f() t[1](1) end

-- way: field set to nil before the call
local fN = F
-- call: function() local t = { f = fN } t.f = nil if t.f then t.f() end end

-- way: field set after the call
local fN = F
local function runN(t) if t.f then t.f() end end
-- call: function() local t = {} runN(t) t.f = fN end

-- way: overwritten in both arms
local fN = F
-- call: function() local t = { f = fN } if math.random() > 0.5 then t.f = print else t.f = tostring end t.f(1) end

-- way: table of a factory overwritten
local fN = F
local function makeN() local made = {} made.f = fN return made end
-- call: function() local t = makeN() t.f = print t.f() end

-- way: object overwritten
local fN = F
local ThingN = {}
ThingN.__index = ThingN
function ThingN.new() return setmetatable({ run = fN }, ThingN) end
function ThingN:calm() self.run = print end
-- call: function() local o = ThingN.new() o:calm() o:run() local p = setmetatable({ run = fN }, ThingN) p.run = print p:run() end

-- way: overwritten by a helper
local fN = F
local function calmN(t) t.f = print end
local function twiceN(t) t.f = fN calmN(t) end
-- call: function() local t = { f = fN } twiceN(t) t.f() end

-- way: overwritten in each round
local fN = F
-- call: function() for i = 1, math.random(3) do local t = { f = fN } t.f = print t.f() end end

-- way: overwritten while others run
local fN = F
local otherN = {}
local function touchN() otherN.f = fN end
-- call: function() local t = { f = fN } touchN() t.f = print touchN() t.f() end

-- way: item of a list overwritten
local fN = F
-- call: function() local list = { fN, fN } list[1], list[2] = print, print for _, f in ipairs(list) do f() end end

-- way: taken back by rawset and a metatable
local fN = F
local LazyN = { __newindex = function(t, key, value) rawset(t, key, print) end }
-- call: function() local t = setmetatable({}, LazyN) t.f = fN t.f() end
