-- An arpeggiator: plays the held keys one after the other, in time with the song.
--
-- A program can sit in several slots, and its globals are shared by all of them. defineSlotLocal gives each slot its own
-- list of held keys, so that two players do not meet in one arpeggio.
defineSlotLocal("held")
defineSlotLocal("isRunning")
held = {}
isRunning = false

local stepBeats = { 1, 1 / 2, 1 / 3, 1 / 4 }

defineParameter("direction", "Direction", 1, { "Up", "Down" })
defineParameter("rate", "Rate", 4, { "1/4", "1/8", "1/8 triplet", "1/16" })
defineParameter("gate", "Gate", 50, 5, 100, 1)

local function playStep(step, velocity)
  local place = (step - 1) % #held + 1
  if direction == 2 then
    place = #held + 1 - place
  end
  local length = stepBeats[rate]
  local id = playNote(held[place], velocity, 0)
  waitBeat(length * gate / 100)
  releaseVoice(id)
  if gate < 100 then
    waitBeat(length * (1 - gate / 100))
  end
end

-- The task of the first key plays for all of them, until no key is left.
function onNote(event)
  table.insert(held, event.note)
  table.sort(held)
  if isRunning then
    return
  end
  isRunning = true
  local step = 1
  while #held > 0 do
    playStep(step, event.velocity)
    step = step + 1
  end
  isRunning = false
end

function onRelease(event)
  for place, note in ipairs(held) do
    if note == event.note then
      table.remove(held, place)
      return
    end
  end
end
