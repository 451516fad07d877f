-- A riff under every key: plays a MIDI file in time with the song, higher or lower with the key, until that comes up.
--
-- Reading a file takes longer than an audio block may last, so it is the Controller's work. Global statements run there,
-- when the script is loaded; the notes find the riff in memory.
local folder = debug.getinfo(1, "S").source:match("^@?(.*)[/\\]") or "."
local originalKey = 60

local function readRiff(path)
  local sequence = readMidiFile(path)
  if not sequence then
    print("there is no riff to play")
    return {}
  end
  local notes = {}
  for _, track in ipairs(sequence.tracks) do
    for _, event in ipairs(track.events) do
      if event.type == EventType.noteOn or event.type == EventType.noteOff then
        table.insert(notes, event)
      end
    end
  end
  sortEvents(notes)
  return notes
end

local riff = readRiff(folder .. "/riff.mid")

local function play(event, transpose, level, sounding)
  local note = event.note + transpose
  if event.type == EventType.noteOff and sounding[note] then
    releaseVoice(sounding[note])
    sounding[note] = nil
  elseif event.type == EventType.noteOn and note >= 0 and note <= 127 then
    sounding[note] = playNote(note, math.max(1, math.floor(event.velocity * level)), -1)
  end
end

function onNote(event)
  local transpose = event.note - originalKey
  local level = event.velocity / 127
  local sounding = {} -- ids by note
  local position = 0 -- in quarter notes
  for _, next in ipairs(riff) do
    if next.ppqPosition > position then
      waitBeat(next.ppqPosition - position)
      position = next.ppqPosition
    end
    if not isNoteHeld() then
      return -- what still sounds ends with the key
    end
    play(next, transpose, level, sounding)
  end
end
