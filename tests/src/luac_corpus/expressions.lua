-- Operators, calls, tables and functions as values.
local a, b, c, t = 1, 2, 3, {}
local x = a + b * c ^ 2 ^ -1 / 4 % 5 - -6
x = not a == b and c or nil
x = a < b or a <= b or a > b or a >= b or a ~= b or a == b
x = "a" .. 1 .. 'b' .. #"c" .. -a ^ 2
x = (a + b) * (c - (a)) ; x = ((((a))))
x = - - a; x = not not a; x = - not #t
x = true, false, nil
t = {}
t = { 1, 2, 3 }
t = { 1, 2; 3, }
t = { a = 1, ["b c"] = 2, [1 + 1] = 3, a, b, f = function() return 1 end; }
t = { { {} }, {}, { a = { b = {} } } }
x = t.a.b["c"][1].d
x = t[t[t[1]]]
x = f(1, 2)(3):m(4).n[5]:o "s" { 1 }
x = function(...) local p, q = ... return select("#", ...), ... end
x = function(a, b, ...) return a + b, function() return a end end
x = (function() return 1 end)()
x = f((g()), (...))
x = ("%d"):format(1) .. ("x"):rep(3)
x = #t > 0 and t[#t] or {}
