-- A switch on the user interface fades out whatever is held.
--
-- The change callback of a parameter runs on the Controller thread, fade works on the Processor thread only. runSync
-- hands a function to the Processor, which calls it at the start of the next audio block; the Controller goes on at once.
defineSlotLocal("held")
held = {}

function onNote(event)
  held[event.note] = postEvent(event)
end

function onRelease(event)
  held[event.note] = nil
  postEvent(event)
end

local function fadeHeldNotes()
  for note, id in pairs(held) do
    print("fading key", note)
    fade(id, nil, 0, fadeTime, true)
  end
  held = {}
end

local function onFadeVoices()
  if fadeVoices then
    runSync(fadeHeldNotes, "fade")
  end
end

defineParameter("fadeTime", "Fade Time", 500, 0, 5000, 1)
defineParameter("fadeVoices", "Fade Voices", false, onFadeVoices)
