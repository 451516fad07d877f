-- An echo: each note comes again, softer every time, in time with the song.
--
-- spawn starts a task that lives on when its caller has ended, and when the key has come up. So onNote passes the note on
-- and is done, while the repeats take all the time they need.
local noteValues = { "1/4", "1/8 dotted", "1/8", "1/16" }
local beats = { 1, 0.75, 0.5, 0.25 }

defineParameter("delay", "Delay", 2, noteValues)
defineParameter("feedback", "Feedback", 60, 0, 95, 1)

-- Ends by itself: a duration for playNote would be cut short when the key comes up.
local function playRepeat(note, velocity)
  local id = playNote(note, velocity, 0)
  waitBeat(beats[delay] / 2)
  releaseVoice(id)
end

local function repeatNote(note, velocity)
  repeat
    waitBeat(beats[delay])
    velocity = math.floor(velocity * feedback / 100)
    if velocity > 0 then
      spawn(playRepeat, note, velocity)
    end
  until velocity == 0
end

function onNote(event)
  postEvent(event)
  spawn(repeatNote, event.note, event.velocity)
end
