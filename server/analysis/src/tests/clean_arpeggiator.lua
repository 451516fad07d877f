-- An arpeggiator with presets, queues, zones and guarded calls: nothing in it runs in the wrong thread.
local held = {}
local running = false
defineParameter("Rate", "Rate", 0.25, 0.05, 4)
defineParameter("Mode", "Mode", 1, {"up", "down", "random"}, function() modeChanged() end)
defineParameter{ name = "Preset", longName = "Preset", default = 1, min = 1, max = 10, increment = 1, onChanged = function() loadAll(Preset) end }
local order = { up = function(t) table.sort(t) return t end, down = function(t) table.sort(t, function(a, b) return a > b end) return t end }
function modeChanged() print(Mode) if needsReload then loadAll(1) end end
function loadAll(n)
  local path = getUserPresetPath() .. n
  loadPresetAsync(path, function(p) if p.root then this.parent:appendLayerAsync(p.root, function(q) print(q.progress) end) end end)
end
local function step(i)
  local names = { "up", "down" }
  local f = order[names[Mode]] or order.up
  local t = f(held)
  local n = t[(i - 1) % #t + 1]
  if n then playNote(n, 100, getBeatDuration() * Rate) end
end
function arp()
  running = true
  local i = 1
  while #held > 0 do step(i) i = i + 1 waitBeat(Rate) end
  running = false
end
function onNote(e)
  held[#held + 1] = e.note
  if not running then spawn(arp) end
end
function onRelease(e)
  for i, n in ipairs(held) do if n == e.note then table.remove(held, i) break end end
end
function onSave() return { held = held, mode = Mode } end
function onLoad(data) if data then held = data.held end end
local zones = this.program:findZones(true, function(z) return z.keyLow > 10 end)
for i, z in ipairs(zones) do z:setName("zone " .. i) z.keyLow = i end
local seq = readMidiFile("x.mid")
for _, track in ipairs(seq.tracks) do for _, ev in ipairs(track.events) do if ev.type == EventType.noteOn then insertEvent(track.events, ev) end end end
local Queue = {}
Queue.__index = Queue
function Queue.new(run) return setmetatable({ items = {}, run = run }, Queue) end
function Queue:push(x) self.items[#self.items + 1] = x return #self.items end
function Queue:flush() for _, item in ipairs(self.items) do self.run(item) end self.items = {} end
local saves = Queue.new(function(f) savePreset(f) end)
local notes = Queue.new(function(n) playNote(n) end)
function onIdle() saves:flush() end
function onController(e) if e.controller == 1 then notes:push(60) notes:flush() elseif e.controller == 2 then saves:push("x") end end
local log = setmetatable({}, { __index = function(t, k) local f = function(...) print(k, ...) end rawset(t, k, f) return f end })
function onPitchBend(e) log.info(e.bend) postEvent(e) end
local function async(f) return function(...) if getContext() == "Processor" then return runAsync(f, ...) end return f(...) end end
local open = async(openURL)
local box = async(function(s) return messageBox(s) end)
function onAfterTouch(e) open("u") box("x") end
function onLoadIntoSlot() open("u") box("x") end
local actions = { [1] = function() open("a") end, [2] = function() playNote(1) end }
function onTriggerPad(n) local a = actions[n] if a then a() end end
local handlers = {}
for i = 1, 8 do handlers[i] = function(v) print(i, v) end end
function onNoteExpression(e) handlers[1](e.value) end
