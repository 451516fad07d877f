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
