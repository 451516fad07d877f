-- Scales and the notes in them. Knows nothing of HALion, so any script can require it.
local scales = {}

scales.names = { "Major", "Minor", "Dorian", "Pentatonic", "Blues" }

local steps = {
  { 0, 2, 4, 5, 7, 9, 11 },
  { 0, 2, 3, 5, 7, 8, 10 },
  { 0, 2, 3, 5, 7, 9, 10 },
  { 0, 2, 4, 7, 9 },
  { 0, 3, 5, 6, 7, 10 },
}

--- Is a note in the scale with this number above this root?
function scales.contains(number, root, note)
  local interval = (note - root) % 12
  for _, step in ipairs(steps[number]) do
    if step == interval then
      return true
    end
  end
  return false
end

--- The nearest note of the scale; of two that are equally near, the lower one.
function scales.nearest(number, root, note)
  for distance = 0, 11 do
    if scales.contains(number, root, note - distance) then
      return note - distance
    end
    if scales.contains(number, root, note + distance) then
      return note + distance
    end
  end
end

return scales
