-- One key, a whole chord: a parameter says which.
--
-- playNote without a duration lets a note sound as long as the key that caused it, so nothing has to be done when the key
-- comes up. Notes that would lie above the keyboard are left out.
local chords = {
  { name = "Octave", intervals = { 0, 12 } },
  { name = "Power", intervals = { 0, 7, 12 } },
  { name = "Major", intervals = { 0, 4, 7 } },
  { name = "Minor", intervals = { 0, 3, 7 } },
  { name = "Suspended 4", intervals = { 0, 5, 7 } },
  { name = "Major 7", intervals = { 0, 4, 7, 11 } },
  { name = "Minor 7", intervals = { 0, 3, 7, 10 } },
}

local names = {}
for place, each in ipairs(chords) do
  names[place] = each.name
end

defineParameter("chord", "Chord", 3, names)
defineParameter("inversion", "Inversion", 0, 0, 3, 1)

-- An inversion lifts that many of the lowest notes by an octave.
local function intervalsNow()
  local intervals = {}
  for place, interval in ipairs(chords[chord].intervals) do
    intervals[place] = place <= inversion and interval + 12 or interval
  end
  return intervals
end

function onNote(event)
  for _, interval in ipairs(intervalsNow()) do
    local note = event.note + interval
    if note <= 127 then
      playNote(note, event.velocity)
    end
  end
end
