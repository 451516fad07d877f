-- A modulation source: a vibrato and a tremolo in time with the song.
--
-- defineModulation names the outputs, which zones find as sources in their modulation matrix. HALion then calls
-- calcModulation every 32 samples, on the Processor, and takes its results in the same order.
local cycleBeats = { 2, 1, 0.5, 0.25 }

defineParameter("rate", "Rate", 2, { "1/2", "1/4", "1/8", "1/16" })
defineModulation("Vibrato", true) -- -1 to 1
defineModulation("Tremolo", false) -- 0 to 1

local samplesPerCall = 32
local modulationWheel = 1
local phase = 0 -- of one cycle, 0 to below 1

local function advance()
  local beatMs = getBeatDuration()
  if beatMs <= 0 then
    beatMs = 500 -- the host tells no tempo
  end
  local cycleMs = beatMs * cycleBeats[rate]
  phase = (phase + samples2ms(samplesPerCall) / cycleMs) % 1
end

function calcModulation()
  local sine = math.sin(2 * math.pi * phase)
  advance()
  local vibrato = sine * getCC(modulationWheel) / 127
  local tremolo = 0.5 + 0.5 * sine
  return vibrato, tremolo
end
