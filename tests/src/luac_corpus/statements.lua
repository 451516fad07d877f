#!/usr/bin/lua
-- Every statement of Lua 5.2.
local a, b, c = 1, 2
local d
;;;
a = b; b, a = a, b
d = { x = { y = {} } }
d.x.y, d["z"], d[1] = 1, 2, 3, 4
do
  local inner = a
  do end
end
while a < 3 do
  a = a + 1
  if a == 2 then break end
end
repeat
  local done = a > 1
  a = a + 1
until done or a > 10
if a then
  b = 1
elseif b then
  b = 2
elseif c then b = 3
else
  b = 4
end
for i = 1, 10 do print(i) end
for i = 10, 1, -1 do
  if i % 2 == 0 then break; end
end
for k in pairs(d) do print(k) end
for k, v, w in next, d, nil do
  print(k, v, w)
end
function f() end
function f(x) return x end
function d.f(x, y) return x, y; end
function d.x.g(...) return ... end
function d.x:h(x, ...) return self, x, ... end
local function r(n) if n == 0 then return end return r(n - 1) end
print(f(1), d.f, d.x:h(2))
print"text" print{1} print[[long]] d.x:h"text" d.x:h{} f()()(1).x = 2
;(f or print)(1)
return a, b
