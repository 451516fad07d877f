-- A guitar hand: a key strums a chord downwards, and upwards again when it comes up.
--
-- onNote is a task of its own for each key. So the whole gesture can be written down from top to bottom, with
-- waitForRelease in the middle, and no onRelease has to remember anything.
defineParameter("spread", "Spread", 25, 1, 120, 1) -- ms from string to string
defineParameter("ring", "Ring", 400, 20, 3000, 1) -- ms that the upstroke sounds

local strings = { 0, 7, 12, 16, 19 } -- an open major chord above the key

local function downstroke(root, velocity)
  local ids = {}
  for place, interval in ipairs(strings) do
    ids[place] = playNote(root + interval, velocity, 0)
    wait(spread)
  end
  return ids
end

local function damp(ids)
  for _, id in ipairs(ids) do
    releaseVoice(id)
  end
end

local function upstroke(root, velocity)
  for place = #strings, 1, -1 do
    playNote(root + strings[place], velocity, ring)
    wait(spread / 2)
  end
end

function onNote(event)
  if event.note > 127 - strings[#strings] then
    return -- no room for the highest string
  end
  local ids = downstroke(event.note, event.velocity)
  waitForRelease()
  damp(ids)
  upstroke(event.note, math.max(1, math.floor(event.velocity * 0.6)))
end

-- The key itself makes no sound, so its end must not reach anybody either.
function onRelease(event) end
