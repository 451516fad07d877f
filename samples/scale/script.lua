-- Only right notes: every key is moved to the nearest note of a scale.
--
-- What is music stands in a module of its own, scales.lua; what is HALion stands here. require finds the module beside the
-- script, and each script that uses it has it once.
local scales = require "scales"

local noteNames = { "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" }

defineParameter("root", "Root", 1, noteNames)
defineParameter("scale", "Scale", 1, scales.names)

-- The note-off carries the id of its note-on, so it ends the right note without our help.
function onNote(event)
  event.note = scales.nearest(scale, root - 1, event.note)
  postEvent(event)
end
