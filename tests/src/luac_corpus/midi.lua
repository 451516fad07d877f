-- What a script for a sampler looks like.
local notes, held = {}, 0
defineParameter { name = "Depth", default = 50, min = 0, max = 100, onChanged = function() fade(Depth) end }

local function scale(value, low, high)
  return low + (high - low) * value / 127
end

function onNote(event)
  local id = playNote(event.note, event.velocity, -1)
  notes[event.note] = { id = id, at = getTime and getTime() or 0 }
  held = held + 1
  while held > 0 do
    wait(10)
    changeVolume(id, scale(event.velocity, 0, 1) ^ 0.5, false)
    if not notes[event.note] then return end
  end
end

function onRelease(event)
  local note = notes[event.note]
  if note ~= nil and note.id then
    releaseVoice(note.id)
    notes[event.note], held = nil, held - 1
  else
    print("nothing is held: " .. tostring(event.note))
  end
end

function onController(event)
  runAsync(function()
    for index, layer in ipairs(this.parent:findLayers(true)) do
      layer:setParameter("Level", scale(controllerValues[event.controller] or 0, -12, 0))
    end
  end)
  postEvent(event)
end
