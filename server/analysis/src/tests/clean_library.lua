-- Library code: an encoder, jobs for later, pipes, protected calls, memoised getters; nothing in it runs in the wrong thread.
local json = {}
local escape = { ["\n"] = "\\n" }
local encoders
local function encode(v) local t = type(v) return (encoders[t] or error("bad"))(v) end
encoders = { table = function(t) local r = {} for k, v in pairs(t) do r[#r + 1] = encode(k) .. ":" .. encode(v) end return table.concat(r) end, string = function(s) return (s:gsub(".", escape)) end, number = tostring, boolean = tostring, ["nil"] = function() return "null" end }
json.encode = encode
local function save(x) local f = io.open("x", "w") f:write(json.encode(x)) f:close() savePreset("x", this.parent) end
function onSave() save({ a = 1 }) end
function onNote(e) print(json.encode({ a = e.note })) postEvent(e) end
-- state per thread
local work = {}
local function later(f, ...) local args = table.pack(...) work[#work + 1] = function() return f(table.unpack(args, 1, args.n)) end end
function onIdle() local job = table.remove(work, 1) if job then job() end end
function onRelease(e) later(openURL, "u") later(messageBox, "x") end
local Middle = {}
function Middle.pipe(...) local fs = {...} return function(x) for i = 1, #fs do x = fs[i](x) end return x end end
local p1 = Middle.pipe(tostring, print)
local p2 = Middle.pipe(tostring, openURL)
function onController(e) p1(e.value) end
function onLoad(d) p2(d) end
local function try(f, ...) local ok, err = pcall(f, ...) if not ok then print(err) end return ok end
function onData(e) try(print, "x") end
function onLoadIntoSlot() try(openURL, "x") end
local M = setmetatable({}, { __call = function(self, f) return f() end })
function onAfterTouch() M(function() return getTempo() end) end
function onRemoveFromSlot() M(function() return getUndoContext() end) end
local cache = {}
local function memo(f) return function(k) local v = cache[k] if v == nil then v = f(k) cache[k] = v end return v end end
local tempo, path = memo(function() return getTempo() end), memo(function(p) return getUserPresetPath(p) end)
function onPitchBend() tempo("x") end
function onLoadSubPreset() path("x") end
