-- Ways from a caller to a callee, as `mutate.rs` reads them. `F` is an expression for the callee, which takes no arguments and stands
-- once; names that end in `N` get a number. What follows `-- call:` is an expression that calls the callee when it is called.
-- `-- file:` opens a module. Marks in brackets: [no wait] the callee cannot suspend; [C>P] and the like change the thread.

-- way: local function
local function hN()
  local f = F
  f()
end
-- call: hN

-- way: global function
function gN()
  local f = F
  f()
end
-- call: gN

-- way: local alias
local aN = F
-- call: aN

-- way: global alias
aN = F
-- call: function() aN() end

-- way: table field
local tN = { go = F, stop = print }
-- call: tN.go

-- way: field assigned later
local tN = { stop = print }
tN.go = F
-- call: function() tN.go() end

-- way: function of a path
local tN = { deep = {} }
function tN.deep.go()
  local f = F
  f()
end
-- call: function() tN.deep.go() end

-- way: string key
local tN = { ["go"] = F }
-- call: tN["go"]

-- way: joined key
local tN = {}
tN["go" .. "Now"] = F
-- call: function() tN.goNow() end

-- way: joined key of a variable
local prefixN = "on"
local tN = { onStart = F }
-- call: function() tN[prefixN .. "Start"]() end

-- way: number key
local tN = { [7] = F }
-- call: function() tN[7]() end

-- way: boolean key
local tN = { [true] = F, [false] = print }
-- call: function() tN[true]() end

-- way: key is a table
local keyN = {}
local tN = { [keyN] = F }
-- call: function() tN[keyN]() end

-- way: nested table
local tN = { deep = { deeper = { F } } }
-- call: tN.deep.deeper[1]

-- way: global by name
_G["byName" .. "N"] = F
-- call: function() _G.byNameN() end

-- way: method
local oN = {}
function oN:go() self.call() end
oN.call = F
-- call: function() oN:go() end

-- way: method with a value
local oN = {}
function oN:go(f) f() end
oN:go(print)
-- call: function() oN:go(F) end

-- way: method called with a dot
local oN = {}
function oN:go(f) f() end
-- call: function() oN.go(oN, F) end

-- way: method as a value
local oN = { call = F }
function oN:go() self.call() end
local mN = oN.go
-- call: function() mN(oN) end

-- way: class
local CN = {}
CN.__index = CN
function CN.new(call) return setmetatable({ call = call }, CN) end
function CN:go() self.call() end
local otherN = CN.new(print)
otherN:go()
local iN = CN.new(F)
-- call: function() iN:go() end

-- way: class with a setter
local CN = {}
CN.__index = CN
function CN.new() return setmetatable({}, CN) end
function CN:set(call) self.call = call return self end
function CN:go() self.call() end
local iN = CN.new():set(F)
-- call: function() iN:go() end

-- way: class made by a function
local function classN(base)
  local class = setmetatable({}, { __index = base })
  class.__index = class
  class.new = function(...)
    local o = setmetatable({}, class)
    o:init(...)
    return o
  end
  return class
end
local BN = classN()
function BN:init(f) self.f = f end
function BN:go() self.f() end
local DN = classN(BN)
local iN = DN.new(F)
-- call: function() iN:go() end

-- way: inherited method
local BN = {}
BN.__index = BN
function BN:go()
  local f = F
  f()
end
local DN = setmetatable({}, { __index = BN })
DN.__index = DN
local iN = setmetatable({}, DN)
-- call: function() iN:go() end

-- way: super call
local BN = {}
BN.__index = BN
function BN:go()
  local f = F
  f()
end
local DN = setmetatable({}, { __index = BN })
DN.__index = DN
function DN:go() BN.go(self) end
local iN = setmetatable({}, DN)
-- call: function() iN:go() end

-- way: template method
local BN = {}
BN.__index = BN
function BN:run() self:step() end
function BN:step() print("base") end
local DN = setmetatable({}, { __index = BN })
DN.__index = DN
function DN:step()
  local f = F
  f()
end
local iN = setmetatable({}, DN)
-- call: function() iN:run() end

-- way: factory
local function makeN(f)
  return function() f() end
end
local otherN = makeN(print)
otherN()
local kN = makeN(F)
-- call: kN

-- way: nested factory
local function outerN(f)
  return function(g)
    return function() f() g() end
  end
end
local harmlessN = outerN(print)(print)
harmlessN()
local kN = outerN(print)(F)
-- call: kN

-- way: factory of an object
local function makeN(f)
  local count = 0
  return {
    go = function()
      count = count + 1
      f(count)
    end,
  }
end
makeN(print).go()
local oN = makeN(F)
-- call: function() oN.go() end

-- way: argument
local function applyN(f)
  f()
end
applyN(print)
-- call: function() applyN(F) end

-- way: second argument
local function applyN(x, f)
  f(x)
end
applyN(1, print)
-- call: function() applyN(2, F) end

-- way: argument passed on
local function innerN(f) f() end
local function middleN(f) innerN(f) end
local function outerN(f) middleN(f) end
outerN(print)
-- call: function() outerN(F) end

-- way: named arguments
local function applyN(options)
  if options.before then options.before() end
  options.call()
end
applyN { call = print }
-- call: function() applyN { call = F } end

-- way: compose
local function composeN(f, g)
  return function(...) return f(g(...)) end
end
local bothN = composeN(print, F)
-- call: bothN

-- way: callback with a result
local function withN(f)
  local result = f()
  return result
end
withN(function() return 1 end)
-- call: function() return withN(F) end

-- way: tail call
local function tailN(f) return f() end
tailN(print)
-- call: function() return tailN(F) end

-- way: varargs
local function applyN(...)
  local f = select(2, ...)
  f()
end
-- call: function() applyN(print, F) end

-- way: varargs to locals
local function applyN(...)
  local a, b = ...
  b(a)
end
applyN(1, print)
-- call: function() applyN(1, F) end

-- way: varargs passed on
local function callN(f, ...) return f(...) end
callN(print, "x")
-- call: function() callN(callN, F) end

-- way: packed varargs
local function applyN(...)
  local list = { ... }
  list[1]()
end
applyN(print)
-- call: function() applyN(F) end

-- way: table.pack
local function applyN(...)
  local list = table.pack(...)
  for i = 1, list.n do list[i]() end
end
-- call: function() applyN(print, F) end

-- way: select from the end
local function lastN(...)
  local f = select(select("#", ...), ...)
  f()
end
lastN(print)
-- call: function() lastN(print, F) end

-- way: loop over select
local function eachN(...)
  for i = 1, select("#", ...) do
    local f = select(i, ...)
    f()
  end
end
-- call: function() eachN(print, F) end

-- way: table.unpack
local listN = { print, F }
-- call: function() local _, f = table.unpack(listN) f() end

-- way: unpack into a call
local function secondN(a, b) b(a) end
local listN = { 1, F }
-- call: function() secondN(table.unpack(listN)) end

-- way: multiple returns
local function bothN()
  return print, F
end
local firstN, secondN = bothN()
firstN()
-- call: secondN

-- way: multiple assignment
local aN, bN = print, F
aN, bN = bN, aN
-- call: function() aN() end

-- way: return value
local function giveN()
  return F
end
-- call: function() giveN()() end

-- way: lazy value
local cacheN
local function getN()
  if not cacheN then cacheN = F end
  return cacheN
end
-- call: function() getN()() end

-- way: memo table
local memoN = {}
local function getN(key)
  memoN[key] = memoN[key] or F
  return memoN[key]
end
-- call: function() getN("a")() end

-- way: numeric for
local listN = { F }
local function allN()
  for i = 1, #listN do
    listN[i]()
  end
end
-- call: allN

-- way: backward for
local listN = { print, F }
-- call: function() for i = #listN, 1, -1 do listN[i]() end end

-- way: closures of a numeric loop
local workN, callsN = { print, F }, {}
for i = 1, 2 do
  callsN[i] = function() workN[i]() end
end
callsN[1]()
-- call: function() callsN[2]() end

-- way: closures of a list loop
local callsN = {}
for i, f in ipairs({ print, F }) do
  callsN[i] = function() f() end
end
callsN[1]()
-- call: callsN[2]

-- way: ipairs
local listN = { print, F }
local function allN()
  for i, f in ipairs(listN) do
    f()
  end
end
-- call: allN

-- way: pairs
local setN = { a = F }
local function allN()
  for _, f in pairs(setN) do
    f()
  end
end
-- call: allN

-- way: next
local setN = { a = F }
-- call: function() local _, f = next(setN) f() end

-- way: keys that are functions
local setN = { [F] = true }
-- call: function() for f in pairs(setN) do f() end end

-- way: while over a list
local listN = { print, F }
local function allN()
  local i = 1
  while listN[i] do
    listN[i]()
    i = i + 1
  end
end
-- call: allN

-- way: repeat
local function untilN()
  local tries = 0
  repeat
    tries = tries + 1
    local f = F
    f()
  until tries > 0
end
-- call: untilN

-- way: linked list
local headN = nil
headN = { call = print, next = headN }
headN = { call = F, next = headN }
local function allN()
  local node = headN
  while node do
    node.call()
    node = node.next
  end
end
-- call: allN

-- way: queue
local queueN = {}
local function pushN(f) queueN[#queueN + 1] = f end
local function drainN()
  while #queueN > 0 do
    table.remove(queueN, 1)()
  end
end
-- call: function() pushN(F) drainN() end

-- way: table.insert
local listN = {}
table.insert(listN, print)
table.insert(listN, F)
-- call: function() for _, f in ipairs(listN) do f() end end

-- way: event bus
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
fireN("good")
-- call: function() fireN("bad") end

-- way: event bus with methods
local busN = { map = {} }
function busN:on(name, f) self.map[name] = f return self end
function busN:emit(name, ...)
  local f = self.map[name]
  if f then return f(...) end
end
busN:on("a", print):on("b", F)
busN:emit("a")
-- call: function() busN:emit("b") end

-- way: state machine
local stateN = "idle"
local statesN = {
  idle = function() return "busy" end,
  busy = F,
}
-- call: function() stateN = statesN[stateN]() or stateN  statesN.busy() end

-- way: visitor
local function walkN(node, visit)
  visit(node)
  for _, child in ipairs(node) do walkN(child, visit) end
end
walkN({}, print)
-- call: function() walkN({ {}, {} }, function(node) local f = F  f() end) end

-- way: later assignment
local laterN
local function callN()
  laterN()
end
laterN = F
-- call: callN

-- way: assigned by a function
local laterN
local function setN(f) laterN = f end
setN(F)
-- call: function() laterN() end

-- way: assigned in a branch
local chosenN = print
if #"abc" > 2 then chosenN = F end
-- call: function() chosenN() end

-- way: replaced function
local function oldN() print(1) end
oldN = F
-- call: oldN

-- way: wrapped function
local function workN()
  local f = F
  f()
end
local innerN = workN
function workN(...)
  print("before")
  return innerN(...)
end
-- call: workN

-- way: alias before override
local savedN = F
local currentN = savedN
savedN = print
-- call: function() currentN() end

-- way: shadowed name
local function nameN() print("outer") end
local callN
do
  local function nameN()
    local f = F
    f()
  end
  callN = nameN
end
nameN()
-- call: callN

-- way: do block
local resultN
do
  local hidden = F
  resultN = function() hidden() end
end
-- call: resultN

-- way: mutual recursion
local evenN, oddN
function evenN(n)
  if n == 0 then
    local f = F
    f()
  else
    oddN(n - 1)
  end
end
function oddN(n)
  if n == 0 then print("odd") else evenN(n - 1) end
end
-- call: function() evenN(4) end

-- way: recursion
local function downN(n)
  if n == 0 then
    local f = F
    f()
  else
    downN(n - 1)
  end
end
-- call: function() downN(3) end

-- way: continuation
local function stepN(n, done)
  if n > 0 then stepN(n - 1, done) else done() end
end
stepN(1, print)
-- call: function() stepN(2, F) end

-- way: goto
local function loopN()
  local n = 0
  ::again::
  n = n + 1
  if n < 3 then goto again end
  local f = F
  f()
end
-- call: loopN

-- way: goto continue
local listN = { 1, 2, 3 }
local function loopN()
  local call = F
  for _, item in ipairs(listN) do
    if item < 3 then goto continue end
    call()
    ::continue::
  end
end
-- call: loopN

-- way: break
local listN = { print, F }
local function firstN()
  local found
  for _, f in ipairs(listN) do
    found = f
    if f ~= print then break end
  end
  found()
end
-- call: firstN

-- way: __call
local cN = setmetatable({}, { __call = function()
  local f = F
  f()
end })
-- call: function() cN() end

-- way: __call with arguments
local cN = setmetatable({}, { __call = function(self, f) f() end })
cN(print)
-- call: function() cN(F) end

-- way: __index
local pN = setmetatable({}, { __index = function(t, k)
  local f = F
  f()
  return nil
end })
-- call: function() return pN.anything end

-- way: __index by key
local actionsN = { good = print, bad = F }
local pN = setmetatable({}, { __index = function(t, k) return actionsN[k] end })
pN.good()
-- call: function() pN.bad() end

-- way: __newindex
local pN = setmetatable({}, { __newindex = function(t, k, v)
  local f = F
  f()
  rawset(t, k, v)
end })
-- call: function() pN.fresh = 1 end

-- way: __newindex to a table
local storeN = {}
local pN = setmetatable({}, { __newindex = storeN, __index = storeN })
pN.go = F
-- call: function() pN.go() end

-- way: __add
local mN = setmetatable({}, { __add = function()
  local f = F
  f()
  return nil
end })
-- call: function() return mN + 1 end

-- way: __sub on the right
local mN = setmetatable({}, { __sub = function()
  local f = F
  f()
  return 0
end })
-- call: function() return 1 - mN end

-- way: __unm
local mN = setmetatable({}, { __unm = function()
  local f = F
  f()
  return 0
end })
-- call: function() return -mN end

-- way: __concat
local mN = setmetatable({}, { __concat = function()
  local f = F
  f()
  return "x"
end })
-- call: function() return "a" .. mN end

-- way: __len
local mN = setmetatable({}, { __len = function()
  local f = F
  f()
  return 0
end })
-- call: function() return #mN end

-- way: __eq
local metaN = { __eq = function()
  local f = F
  f()
  return true
end }
local aN, bN = setmetatable({}, metaN), setmetatable({}, metaN)
-- call: function() return aN == bN end

-- way: __lt
local metaN = { __lt = function()
  local f = F
  f()
  return true
end }
local aN, bN = setmetatable({}, metaN), setmetatable({}, metaN)
-- call: function() return aN < bN end

-- way: __lt behind >=
local metaN = { __lt = function()
  local f = F
  f()
  return true
end }
local aN, bN = setmetatable({}, metaN), setmetatable({}, metaN)
-- call: function() return aN >= bN end

-- way: __tostring [no wait]
local oN = setmetatable({}, { __tostring = function()
  local f = F
  f()
  return "o"
end })
-- call: function() return tostring(oN) end

-- way: __pairs [no wait]
local oN = setmetatable({}, { __pairs = function(t)
  local f = F
  f()
  return next, t, nil
end })
-- call: function() for k in pairs(oN) do print(k) end end

-- way: mixin
local MN = { go = F }
local XN = {}
for k, v in pairs(MN) do XN[k] = v end
-- call: function() XN.go() end

-- way: mixin by a function
local function mixN(into, from)
  for k, v in pairs(from) do into[k] = v end
  return into
end
local XN = mixN({}, { go = F })
-- call: function() XN.go() end

-- way: rawget and rawset
local tN = setmetatable({}, { __index = function() return print end })
rawset(tN, "go", F)
-- call: function() rawget(tN, "go")() end

-- way: flag
local function maybeN(yes)
  if yes then
    local f = F
    f()
  end
end
-- call: function() maybeN(true) end

-- way: mode string
local function doN(mode)
  if mode == "off" then
    print("off")
  elseif mode == "on" then
    local f = F
    f()
  end
end
doN("off")
-- call: function() doN("on") end

-- way: guard that holds
local function guardN()
  if getContext() == "HERE" then
    local f = F
    f()
  end
end
-- call: guardN

-- way: stale guard
local contextN = getContext()
local function guardN()
  if contextN == "Controller" then
    local f = F
    f()
  end
end
-- call: guardN

-- way: closure made under a guard
local heldN
if getContext() == "Controller" then heldN = F end
-- call: function() heldN() end

-- way: and or
local function chooseN(yes)
  local call = yes and F or print
  call()
end
chooseN(false)
-- call: function() chooseN(true) end

-- way: or default
local function withN(f)
  f = f or print
  f()
end
-- call: function() withN(F) end

-- way: and call
local function tryN(f) return f and f() end
tryN(nil)
-- call: function() tryN(F) end

-- way: type test
local function runN(x)
  if type(x) == "function" then x() elseif type(x) == "table" then x.go() end
end
runN(print)
-- call: function() runN({ go = F }) end

-- way: sort [no wait]
local function sortN()
  table.sort({ 2, 1 }, function(a, b)
    local f = F
    f()
    return a < b
  end)
end
-- call: sortN

-- way: gsub [no wait]
local function subN()
  string.gsub("x", "x", function()
    local f = F
    f()
    return "y"
  end)
end
-- call: subN

-- way: gsub as a method [no wait]
local function subN()
  local text = ("x"):gsub("x", function()
    local f = F
    f()
    return "y"
  end)
  return text
end
-- call: subN

-- way: filter [no wait]
local function findN()
  this.program:findZones(true, function(zone)
    local f = F
    f()
    return true
  end)
end
-- call: findN

-- way: iterator
local function loopN()
  for x in F do print(x) end
end
-- call: loopN

-- way: stateful iterator
local function iterN(n)
  local i = 0
  return function()
    i = i + 1
    local f = F
    f()
    if i <= n then return i end
  end
end
-- call: function() for i in iterN(2) do print(i) end end

-- way: stateless iterator
local function nextN(list, i)
  local f = F
  f()
  if i < #list then return i + 1, list[i + 1] end
end
-- call: function() for i, x in nextN, { 1 }, 0 do print(x) end end

-- way: string method
function string.goN()
  local f = F
  f()
end
-- call: function() ("x"):goN() end

-- way: field of a library
math.doN = F
-- call: function() math.doN() end

-- way: field of a global
ModuleN = ModuleN or {}
ModuleN.go = F
-- call: function() ModuleN.go() end

-- way: global used before it is defined
function firstN() secondN() end
function secondN()
  local f = F
  f()
end
-- call: function() firstN() end

-- way: _ENV
local function insideN()
  local call = F
  local _ENV = { go = call }
  go()
end
-- call: insideN

-- way: _ENV that inherits
local callN
do
  local bad = F
  local _ENV = setmetatable({}, { __index = _G })
  function runN() bad() end
  callN = runN
end
-- call: callN

-- way: behind pcall
local function safelyN()
  local ok = pcall(error, "x")
  if not ok then
    local f = F
    f()
  end
end
-- call: safelyN

-- way: method of a HALion object kept as a value
local programN = this.program
local actN = F
-- call: function() if programN then actN() end end

-- way: module function
-- file: moduleN
local M = {}
function M.call(f)
  f()
end
return M
-- main:
local mN = require("moduleN")
mN.call(print)
-- call: function() mN.call(F) end

-- way: module that sets a global
-- file: moduleN
function callFromModuleN(f)
  f()
end
-- main:
require "moduleN"
callFromModuleN(print)
-- call: function() callFromModuleN(F) end

-- way: module that is a function
-- file: moduleN
return function(f) return function() f() end end
-- main:
local makeN = require("moduleN")
local harmlessN = makeN(print)
harmlessN()
local kN = makeN(F)
-- call: kN

-- way: module that is a class
-- file: moduleN
local C = {}
C.__index = C
function C.new(f) return setmetatable({ f = f }, C) end
function C:go() self.f() end
return C
-- main:
local CN = require("moduleN")
local otherN = CN.new(print)
otherN:go()
local iN = CN.new(F)
-- call: function() iN:go() end

-- way: module required twice
-- file: moduleN
local M = { handlers = {} }
function M.set(f) M.handlers.go = f end
function M.fire() M.handlers.go() end
return M
-- main:
require("moduleN").set(F)
-- call: function() require("moduleN").fire() end

-- way: module with a global it calls later
-- file: moduleN
return { go = function() sharedN() end }
-- main:
local mN = require("moduleN")
sharedN = F
-- call: function() mN.go() end

-- way: runAsync [P>C]
-- call: function() runAsync(F) end

-- way: runAsync with arguments [P>C]
local function laterN(x, f) f(x) end
-- call: function() runAsync(laterN, 1, F) end

-- way: runAsync of a closure [P>C]
-- call: function() runAsync(function() local f = F  f() end) end

-- way: runSync [C>P]
-- call: function() runSync(F) end

-- way: runSync of a closure [C>P]
-- call: function() runSync(function() local f = F  f() end) end

-- way: spawn [P>P]
-- call: function() spawn(F) end

-- way: spawn with arguments [P>P]
local function laterN(x, f) f(x) end
-- call: function() spawn(laterN, 1, F) end

-- way: spawn in the Controller [C>C]
-- call: function() spawn(F) end

-- way: hop by a dispatcher [P>C]
local function onControllerN(f, ...)
  if getContext() == "Controller" then f(...) else runAsync(f, ...) end
end
-- call: function() onControllerN(F) end

-- way: hop by a dispatcher already there [C>C]
local function onControllerN(f, ...)
  if getContext() == "Controller" then f(...) else runAsync(f, ...) end
end
-- call: function() onControllerN(F) end

-- way: alias of runAsync [P>C]
local hopN = runAsync
-- call: function() hopN(F) end

-- way: list position
local lN = {}
lN[#lN + 1] = print
lN[#lN + 1] = F
-- call: function() lN[2]() end

-- way: list position by a function
local lN = {}
local function addN(f) lN[#lN + 1] = f return #lN end
addN(print)
local idN = addN(F)
-- call: function() lN[idN]() end

-- way: inserted at the front
local lN = {}
table.insert(lN, 1, F)
table.insert(lN, 1, print)
-- call: function() lN[2]() end

-- way: one of many
local allN = {}
local function widgetN(name, f)
  local widget = { name = name, click = function(...) return f(...) end }
  allN[name] = widget
  return widget
end
for i = 1, 120 do widgetN("w" .. i, print) end
widgetN("bad", F)
-- call: function() allN.bad.click() end

-- way: multiple inheritance
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
-- call: function() oN:open() end

-- way: callable class with a mixin
local MixinN = { fire = function(self, ...) return self.f(...) end }
local ClassN = setmetatable({}, { __call = function(class, ...) return class.new(...) end })
ClassN.__index = ClassN
for name, method in pairs(MixinN) do ClassN[name] = method end
function ClassN.new(f) return setmetatable({ f = f }, ClassN) end
local quietN, loudN = ClassN(print), ClassN(F)
-- call: function() loudN:fire() end

-- way: memoize
local function memoizeN(f)
  local cache = {}
  return function(x)
    local result = cache[x]
    if result == nil then
      result = f(x)
      cache[x] = result
    end
    return result
  end
end
local harmlessN = memoizeN(tostring)
local kN = memoizeN(F)
harmlessN(1)
-- call: function() kN("x") end

-- way: curry
local function curryN(f, a) return function(...) return f(a, ...) end end
local sayN = curryN(print, "x")
local kN = curryN(function(_, f) f() end, "x")
sayN()
-- call: function() kN(F) end

-- way: pipe
local function pipeN(...)
  local steps = { ... }
  return function(...)
    local values = { ... }
    for i = 1, #steps do values = { steps[i](table.unpack(values)) } end
    return table.unpack(values)
  end
end
local harmlessN = pipeN(print, print)
local kN = pipeN(print, F)
harmlessN()
-- call: function() return kN() end

-- way: decorator
local function tracedN(name, f)
  return function(...)
    print("enter", name)
    local result = f(...)
    print("leave", name)
    return result
  end
end
local harmlessN = tracedN("harmless", print)
local kN = tracedN("bad", F)
harmlessN()
-- call: kN

-- way: once
local function onceN(f)
  local done = false
  return function(...)
    if not done then
      done = true
      return f(...)
    end
  end
end
local kN = onceN(F)
-- call: kN

-- way: switch
local function switchN(value, cases)
  local case = cases[value] or cases.default
  if case then return case() end
end
switchN("a", { a = print })
-- call: function() switchN("b", { a = print, b = F }) end

-- way: switch by default
local function switchN(value, cases)
  local case = cases[value] or cases.default
  if case then return case() end
end
-- call: function() switchN("c", { a = print, default = F }) end

-- way: object behind a proxy
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
pN:log()
-- call: function() pN:bad() end

-- way: delegated methods
local function delegateN(to, names)
  local o = {}
  for _, name in ipairs(names) do o[name] = function(self, ...) return to[name](to, ...) end end
  return o
end
local dN = delegateN({ log = print, bad = F }, { "log", "bad" })
dN:log()
-- call: function() dN:bad() end

-- way: formatted key
local tN = { on_note = print, on_bad = F }
local function fireN(name) return tN[string.format("on_%s", name)]() end
-- call: function() return fireN("bad") end

-- way: upper-case key
local tN = { NOTE = print, BAD = F }
local function fireN(name) return tN[name:upper()]() end
-- call: function() return fireN("bad") end

-- way: concatenated key
local tN = { ["ui.good"] = print, ["ui.bad"] = F }
-- call: function() return tN[table.concat({ "ui", "bad" }, ".")]() end

-- way: goto states
local function machineN()
  local call = F
  local state = "start"
  ::again::
  if state == "start" then
    state = "work"
    goto again
  elseif state == "work" then
    call()
  end
end
-- call: machineN

-- way: guard with goto
local function guardN()
  local call = F
  for i = 1, 2 do
    if getContext() == "ELSEWHERE" then goto continue end
    call()
    ::continue::
  end
end
-- call: guardN

-- way: search with goto
local rowsN = { { print }, { F } }
local function findN()
  local found
  for _, row in ipairs(rowsN) do
    for _, f in ipairs(row) do
      if f ~= print then
        found = f
        goto done
      end
    end
  end
  do return end
  ::done::
  found()
end
-- call: findN

-- way: package.preload
package.preload["preloadedN"] = function() return { go = F } end
-- call: function() require("preloadedN").go() end

-- way: package.loaded
package.loaded["loadedN"] = { go = F }
-- call: function() require("loadedN").go() end

-- way: recursive varargs
local function eachN(f, ...)
  if f == nil then return end
  f()
  return eachN(...)
end
eachN(print, print)
-- call: function() return eachN(print, F) end

-- way: iterators in a chain
local function valuesN(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end
local function mappedN(next, f)
  return function()
    local value = next()
    if value ~= nil then return f(value) end
  end
end
-- call: function() for f in mappedN(valuesN({ print, F }), function(f) return f end) do f() end end

-- way: options with defaults
local function requestN(options)
  options = options or {}
  local later = options.later
  if later == nil then later = true end
  if later then print("later") else options.f() end
end
requestN()
-- call: function() requestN { later = false, f = F } end

-- way: lazy field
local lazyN = setmetatable({}, { __index = function(t, key)
  local value = key == "bad" and F or print
  rawset(t, key, value)
  return value
end })
lazyN.good()
-- call: function() lazyN.bad() end

-- way: state kept by object
local stateN = setmetatable({}, { __mode = "k" })
local CN = {}
CN.__index = CN
function CN.new(f)
  local o = setmetatable({}, CN)
  stateN[o] = { f = f }
  return o
end
function CN:go() stateN[self].f() end
local quietN, loudN = CN.new(print), CN.new(F)
quietN:go()
-- call: function() loudN:go() end

-- way: trampoline
local function trampolineN(f)
  local result = f()
  while type(result) == "function" do result = result() end
  return result
end
local function countN(n)
  if n == 0 then
    local f = F
    return f()
  end
  return function() return countN(n - 1) end
end
-- call: function() return trampolineN(function() return countN(2) end) end

-- way: part of a list
local lN = { print, F, print }
local function partN(from, to) return table.unpack(lN, from, to) end
-- call: function() local f = partN(2, 3) f() end

-- way: job with arguments
local jobsN = {}
local function postN(f, ...) jobsN[#jobsN + 1] = { f, ... } end
local function runN()
  while #jobsN > 0 do
    local job = table.remove(jobsN, 1)
    job[1](table.unpack(job, 2))
  end
end
local function callN(x, f) f(x) end
-- call: function() postN(callN, 1, F) runN() end

-- way: last argument
local function lastN(...) return (select(-1, ...)) end
lastN(print)
-- call: function() lastN(print, F)() end

-- way: bit flag
local function goN(flags, f) if bit32.band(flags, 2) ~= 0 then f() end end
goN(1, print)
-- call: function() goN(3, F) end

-- way: command per letter
local opsN = { p = print, b = F }
local function runN(text) for i = 1, #text do opsN[text:sub(i, i)]() end end
runN("pp")
-- call: function() runN("pb") end

-- way: deep copy
local function copyN(o)
  if type(o) ~= "table" then return o end
  local result = {}
  for key, value in pairs(o) do result[copyN(key)] = copyN(value) end
  return setmetatable(result, getmetatable(o))
end
local cN = copyN({ deep = { go = F }, stop = print })
-- call: function() cN.deep.go() end

-- way: record with a tag
local jobsN = {}
local function addN(kind, f) jobsN[#jobsN + 1] = { kind = kind, f = f } end
local function runN()
  for _, job in ipairs(jobsN) do
    if job.kind == "go" then job.f() end
  end
end
-- call: function() addN("stop", print) addN("go", F) runN() end

-- way: record with an option
local jobsN = {}
local function addN(f, options)
  table.insert(jobsN, { f = f, options = options or {} })
end
local function runN()
  while #jobsN > 0 do
    local job = table.remove(jobsN, 1)
    if not job.options.later then job.f() end
  end
end
-- call: function() addN(print, { later = true }) addN(F) runN() end

-- way: record taken apart
local jobsN = {}
local function addN(kind, f) jobsN[#jobsN + 1] = { kind = kind, f = f } end
local function runN()
  for i = 1, #jobsN do
    local kind, f = jobsN[i].kind, jobsN[i].f
    if kind ~= "stop" then f() end
  end
end
-- call: function() addN("stop", print) addN("go", F) runN() end

-- way: record unpacked
local jobsN = {}
local function addN(...) jobsN[#jobsN + 1] = { ... } end
local function runN()
  for i = 1, #jobsN do
    local kind, f = table.unpack(jobsN[i])
    if kind == "go" then f() end
  end
end
-- call: function() addN("stop", print) addN("go", F) runN() end

-- way: record asked by a function
local jobsN = {}
local function isWantedN(job) return job.kind == "go" end
local function runN(job)
  if isWantedN(job) then job.f() end
end
-- call: function() jobsN[1] = { kind = "stop", f = print } jobsN[2] = { kind = "go", f = F } for _, job in ipairs(jobsN) do runN(job) end end

-- way: record of a class
local JN = {}
JN.__index = JN
function JN.new(kind, f) return setmetatable({ kind = kind, f = f }, JN) end
function JN:isWanted() return self.kind == "go" end
function JN:run()
  if self:isWanted() then self.f() end
end
-- call: function() local jobs = { JN.new("stop", print), JN.new("go", F) } for _, job in ipairs(jobs) do job:run() end end

-- way: module loaded when needed [no wait]
-- file: lateN
calledByLateN()
return {}
-- main:
calledByLateN = F
-- call: function() require("lateN") end

-- way: pcall that tells the thread
local function isN()
  local ok, context = pcall(getContext)
  if not ok then return false end
  return context == "HERE"
end
local function guardN()
  local f = F
  if isN() then f() end
end
-- call: guardN

-- way: loop over an enumeration
local function eachN()
  local f = F
  for name, value in pairs(EventType) do f() end
end
-- call: eachN

-- way: record at a counted position
local jobsN = {}
local function runN()
  for i = 1, #jobsN do
    if jobsN[i].kind == "go" then jobsN[i].f() end
  end
end
-- call: function() jobsN[1] = { kind = "stop", f = print } jobsN[2] = { kind = "go", f = F } runN() end

-- way: value made by __index
local cacheN = setmetatable({}, { __index = function(t, key)
  local value = F
  rawset(t, key, value)
  value()
  return value
end })
-- call: function() local _ = cacheN.first end

-- way: value made by __index for any key
local cacheN = setmetatable({}, { __index = function(t, key)
  local f = F
  f()
  t[key] = true
  return true
end })
-- call: function() local _ = cacheN[os.time()] end

-- way: method that replaces itself
local CN = {}
CN.__index = CN
local fN = F
function CN:go() fN() self.go = print end
local oN = setmetatable({}, CN)
-- call: function() oN:go() end

-- way: method given back
local CN = {}
CN.__index = CN
local fN = F
function CN:go() fN() end
local oN = setmetatable({}, CN)
oN.go = print
oN.go = nil
-- call: function() oN:go() end

-- way: kept by a number
local keptN = {}
local function keepN(number) keptN[number] = { print = print, go = F } end
-- call: function() local n = os.time() keepN(n) keptN[n].go() end

-- way: random item
local fN = F
local listN = { fN, fN }
-- call: function() listN[math.random(#listN)]() end

-- way: padded key
local padN = { key007 = F, key7 = print }
-- call: function() padN["key" .. string.format("%03d", 7)]() end

-- way: text of what may be nil
local machineN = { state = "idle", onidle = print }
local nextN = { idle = "busy" }
machineN.onbusy = F
local function stepN() return machineN["on" .. nextN[machineN.state]] end
-- call: function() stepN()() end

-- way: thrown
local function throwN(f) error({ go = f }) end
local function catchN(f)
  local ok, problem = pcall(throwN, f)
  if not ok and type(problem) == "table" then problem.go() end
end
-- call: function() catchN(F) end

-- way: method of an error
local EN = {}
EN.__index = EN
EN.go = F
local function tryN(f)
  local ok, problem = pcall(f)
  if not ok and getmetatable(problem) == EN then problem:go() end
end
-- call: function() tryN(function() error(setmetatable({}, EN), 0) end) end

-- way: __tostring in a format [no wait]
local oN = setmetatable({}, { __tostring = function() local f = F f() return "" end })
-- call: function() local _ = string.format("%s", oN) end

-- way: part of a text
local handlersN = { open = F, print = print }
local function runN(command)
  local name, now = command:match("^(%a+)/(%d)$")
  if now == "1" then handlersN[name]() end
end
-- call: function() runN("open/0") runN("print/1") runN("open/1") end

-- way: path of keys
local treeN = { a = { b = F, c = print } }
local function atN(path)
  local found = treeN
  for key in path:gmatch("%w+") do found = found[key] end
  return found
end
-- call: function() atN("a.b")() end

-- way: capital letter
local namedN = { doOpen = F, doopen = print }
local function doN(name) namedN["do" .. name:gsub("^%l", string.upper)]() end
-- call: function() doN("open") end

-- way: searched text
local fN = F
local function openN(name) if string.find(name, "bad", 1, true) then fN() end end
-- call: function() openN("a bad one") end

-- way: one of many records
local recordsN = {}
for i = 1, 15 do
  recordsN[#recordsN + 1] = { id = i, kind = "a", f = print }
  recordsN[#recordsN + 1] = { id = i, kind = "b", f = print }
end
recordsN[#recordsN + 1] = { id = 0, kind = "b", f = F }
local function allN(kind) for _, r in ipairs(recordsN) do if r.kind == kind then r.f() end end end
-- call: function() allN("b") end

-- way: loop of many rounds
local afterN = { a = "b", b = "c", c = "d", d = "e", e = "f", f = "g", g = "h", h = "a" }
local function turnN(f)
  local state = "a"
  for i = 1, 9 do
    if state == "h" then f() end
    state = afterN[state]
  end
end
-- call: function() turnN(F) end

-- way: shifted along
local function shiftN(last)
  local a, b, c, d, e, f, g = print, print, print, print, print, print, last
  for i = 1, 7 do
    a() a, b, c, d, e, f = b, c, d, e, f, g
  end
end
-- call: function() shiftN(F) end

-- way: table of an enumeration
local ModeN = { a = {}, b = {} }
local fN = F
local function runN(mode) if mode == ModeN.b then fN() end end
-- call: function() runN(ModeN.a) runN(ModeN.b) end

-- way: set behind a require
-- file: toolsN
local M = {}
function M.twice(x) return x * 2 end
return M
-- main:
actN = print
local toolsN = require("toolsN")
actN = F
-- call: function() actN(toolsN.twice(1)) end

-- way: set by a module that returns early
-- file: settingsN
if not actN then
  actN = print
  return false
end
keepN = actN
return true
-- main:
actN = F
local isSetN = require("settingsN")
-- call: function() if isSetN then keepN() end end

-- way: set in a module that is required again
-- file: stateN
local M = { act = print }
return M
-- main:
require("stateN").act = F
-- call: function() require("stateN").act() end

-- way: module that requires the next one
-- file: outerN
local inner = require("innerN")
return { act = function(f) inner.act(f) end }
-- file: innerN
local M = {}
if not _G then
  return M
end
function M.act(f) f() end
return M
-- main:
local outerN = require("outerN")
-- call: function() outerN.act(F) end

-- way: object of a wrapped factory
local function newN() return {} end
local function makeN() return newN() end
-- call: function() local a, b = makeN(), makeN() a.go = F b.go = print b.go() a.go() end

-- way: filled in twice
local function fillN(t) t.inner = {} end
-- call: function() local a, b = {}, {} fillN(a) fillN(b) a.inner.go = F b.inner.go = print b.inner.go() a.inner.go() end

-- way: stored in one of the rounds
local hooksN, lastN = {}, nil
for _ = 1, #getProductVersion() do
  lastN = hooksN.go
  hooksN.go = F
end
-- call: function() if lastN then lastN() end end

-- way: field overwritten by it
local fN = F
-- call: function() local t = { print } t.f = print t["f"] = fN t[1] = tostring t.f() t[1](1) end

-- way: field set before the call and to nil after it
local fN = F
-- call: function() local t = {} t.f = nil t.f = fN if t.f then t.f() end t.f = nil end

-- way: field set before the second call
local fN = F
local function runN(t) if t.f then t.f() end end
-- call: function() local t = {} runN(t) t.f = fN runN(t) end

-- way: overwritten in one arm
local fN = F
-- call: function() local t = { f = fN } if math.random() > 2 then t.f = print else t.g = tostring end t.f() end

-- way: table of a factory overwritten by it
local fN = F
local function makeN() local made = {} made.f = print return made end
-- call: function() local t = makeN() t.f = fN local u = makeN() u.f = print t.f() end

-- way: object overwritten by it
local fN = F
local ThingN = {}
ThingN.__index = ThingN
function ThingN.new() return setmetatable({ run = print }, ThingN) end
function ThingN:wake() self.run = fN end
-- call: function() local o = ThingN.new() o:run() o:wake() o:run() end

-- way: set by a helper of a helper
local fN = F
local function wakeN(t) t.f = fN end
local function twiceN(t) t.f = print wakeN(t) end
-- call: function() local t = { f = print } twiceN(t) t.f() end

-- way: left by an earlier round
local fN = F
-- call: function() local old for i = 1, 2 do local t = { f = print } if old then old.f() end t.f = fN old = t end end

-- way: overwritten, then set by a closure
local fN = F
-- call: function() local t = { f = fN } local function wake() t.f = fN end t.f = print wake() t.f() end

-- way: overwritten, then set where it is stored
local fN = F
local keptN = {}
local function touchN() keptN.t.f = fN end
-- call: function() local t = { f = print } keptN.t = t t.f = print touchN() t.f() end

-- way: overwritten in a helper that is not called
local fN = F
local function calmN(t) t.f = print end
-- call: function() local t = { f = fN } local calm = math.random() > 2 and calmN(t) t.f(calm) end

-- way: overwritten in a helper that fails
local fN = F
local function calmN(t) error("not today") t.f = print end
-- call: function() local t = { f = fN } pcall(calmN, t) t.f() end

-- way: set while its table is gone through
local fN = F
-- call: function() local t = { a = print, b = print } for _, f in pairs(t) do f() t.a, t.b = fN, fN end end

-- way: set while its table is a key
local fN = F
local function wakeN(set) for t in pairs(set) do t.f = fN end end
-- call: function() local t = { f = print } wakeN({ [t] = true }) t.f() end

-- way: two assigned at once
local fN = F
-- call: function() local t = {} t.f, t.f = fN, print t.f() end

-- way: behind a call that takes fewer arguments
local fN = F
local function showN() print("shown") end
-- call: function() local t = {} showN(t) t.go = fN t.go() end
