-- Key switches that light up: three low keys choose the articulation, and the keyboard shows which one is on.
--
-- The keyboard's colours belong to the Controller, and keys are played on the Processor. So onNote changes what the next
-- note does at once, and leaves the colours to runAsync.
local switches = {
  [24] = { name = "Sustain" },
  [25] = { name = "Staccato" },
  [26] = { name = "Octaves" },
}
local colourOn, colourOff = 5, 14
local staccatoMs = 90

local active = 24

-- Runs on the Controller.
local function showActive()
  local keyboard = getKeyProperties()
  for note, switch in pairs(switches) do
    keyboard[note] = {
      color = note == active and colourOn or colourOff,
      tooltip = switch.name,
    }
  end
end

for note, switch in pairs(switches) do
  table.insert(getKeySwitches(), { name = switch.name, keyMin = note })
end
showActive()

local function play(event)
  if active == 25 then
    playNote(event.note, event.velocity, staccatoMs)
  elseif active == 26 then
    playNote(event.note, event.velocity)
    playNote(math.min(event.note + 12, 127), event.velocity)
  else
    postEvent(event)
  end
end

function onNote(event)
  if switches[event.note] then
    active = event.note
    runAsync(showActive)
  else
    play(event)
  end
end
