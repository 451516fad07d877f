-- Wrong on purpose: key switches that tell which articulation is on.
--
-- What fails stands three calls away from onNote, and nothing there reminds of the Processor thread.
-- Only the Controller may open a message box.
local articulations = { [24] = "legato", [25] = "staccato" }
local current = "legato"

local function tell(text)
  messageBox(text)
end

local function choose(name)
  current = name
  tell("Now " .. current)
end

function onNote(event)
  local name = articulations[event.note]
  if name then
    choose(name)
  else
    postEvent(event)
  end
end
