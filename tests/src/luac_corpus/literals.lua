-- Numbers, strings, comments.
local n = { 0, 1, 007, 3.14, .5, 5., 1e3, 1E-3, 1.5e+10, 0x10, 0XaF, 0x.8, 0x1.8p4, 0xA.p-2, 0x1P+3, 1e999 }
local s = { "", '', "a'b", 'a"b', "\a\b\f\n\r\t\v\\\"\'", "\0\00\000\255\65", "\x00\xfF\x7f" }
s = "a\
b"
s = "a\z
     b\z c"
s = [[]] s = [==[ ]] ]=] ]==] s = [[
first line break falls away
]]
s = [=[[[nested]]]=]
-- short --[[ not long
--[[ long
comment ]] s = 1 --[==[ x ]] ]==] s = 2
--[=[]=]
--[ short
--[==
--
s = #"x" .. 1 .. 2. .. .3
s = 1 --[[x]]+--[[y]]2 -- end
