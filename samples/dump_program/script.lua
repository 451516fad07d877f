-- Writes the program that this script module stands in to a text file: all elements with all parameters.
-- Paste it into a script module of HALion; the pane tells where the file is.

-- Waveforms make a file large, and few scripts look at them.
local withWavetables = false

setScriptExecTimeOut(600000)

-- Texts

local function quoted(text)
  local escaped = text:gsub('[%c"\\]', function(c)
    return string.format("\\u%04x", c:byte())
  end)
  return '"' .. escaped .. '"'
end

local function key(name)
  return name:find("^[%w_-]+$") and name or quoted(name)
end

local function numberText(number)
  if number ~= number then
    return "nan"
  elseif number == math.huge then
    return "inf"
  elseif number == -math.huge then
    return "-inf"
  elseif number == math.floor(number) and math.abs(number) < 1e15 then
    return string.format("%d", number)
  end
  local short = string.format("%.15g", number)
  return tonumber(short) == number and short or string.format("%.17g", number)
end

-- Places: `layer:1/zone:2` is the second zone of the first layer.

local finders = {
  MidiModule = "findMidiModules",
  Layer = "findLayers",
  Zone = "findZones",
  Bus = "findBusses",
  Effect = "findEffects",
}
local keys = { MidiModule = "module", Layer = "layer", Zone = "zone", Bus = "bus", Effect = "effect" }

-- The path from the program down; nil for elements outside of it.
local function path(element)
  local parts = {}
  while element ~= this.program do
    local parent = element.parent
    if not (parent and keys[element.type]) then
      return nil
    end
    for position, sibling in ipairs(parent[finders[element.type]](parent)) do
      if sibling == element then
        table.insert(parts, 1, keys[element.type] .. ":" .. position)
      end
    end
    element = parent
  end
  return table.concat(parts, "/")
end

local function sortedNames(t)
  local names = {}
  for name in pairs(t) do
    if type(name) == "string" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

-- A value in the file's form; nil for what it cannot hold.
local function valueText(value)
  local kind = type(value)
  if kind == "number" then
    return numberText(value)
  elseif kind == "boolean" then
    return tostring(value)
  elseif kind == "string" then
    return quoted(value)
  elseif keys[kind] or kind == "Program" then
    return quoted(path(value) or "")
  elseif kind ~= "table" then
    return nil
  end
  local parts, names = {}, sortedNames(value)
  for _, item in ipairs(value) do
    parts[#parts + 1] = valueText(item) or '""'
  end
  if #names == 0 then
    return "[" .. table.concat(parts, ", ") .. "]"
  end
  if #parts > 0 then
    parts = { "waves = [" .. table.concat(parts, ", ") .. "]" }
  end
  for _, name in ipairs(names) do
    parts[#parts + 1] = key(name) .. " = " .. (valueText(value[name]) or '""')
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

-- Parameters: elements with the same definitions share one set.

local types = { integer = true, float = true, boolean = true, string = true, variant = true, envelope = true }
local setLines, setNames, numSets = {}, {}, 0

-- The texts that stand for whole numbers, such as the names of waveforms.
local function choices(def)
  if type(def.min) ~= "number" or type(def.max) ~= "number" or def.max - def.min > 200 or def.max <= def.min then
    return nil
  end
  local texts = {}
  for value = def.min, def.max do
    local text = def:getDisplayString(value)
    if text:match("^%-?%d+") or text == "" then
      return nil
    end
    texts[#texts + 1] = quoted(text)
  end
  return "[" .. table.concat(texts, ", ") .. "]"
end

local function definitionText(def, value)
  local default = def.default
  if type(default) ~= type(value) then
    default = value
  end
  local parts = { "name = " .. quoted(def.name), "id = " .. numberText(def.id) }
  local function add(name, text)
    if text then
      parts[#parts + 1] = name .. " = " .. text
    end
  end
  add("type", types[def.type] and quoted(def.type))
  add("default", valueText(default))
  if type(value) == "number" then
    add("min", type(def.min) == "number" and numberText(def.min))
    add("max", type(def.max) == "number" and numberText(def.max))
    add("strings", def.type == "integer" and choices(def))
  end
  add("long_name", def.longName ~= def.name and def.longName and quoted(def.longName))
  add("unit", def.unit and def.unit ~= "" and quoted(def.unit))
  add("read_only", def.readOnly and "true")
  add("write_always", def.writeAlways and "true")
  add("automatable", not def.automatable and "false")
  add("persistent", not def.persistent and "false")
  return "  { " .. table.concat(parts, ", ") .. " },"
end

-- Writes set and values of an element.
local function writeParameters(write, element)
  local definitions, values = {}, {}
  for _, def in ipairs(element.parameterDefinitions) do
    local value = element:getParameter(def.id)
    if value ~= nil and valueText(value) then
      definitions[#definitions + 1] = definitionText(def, value)
      local text = valueText(value)
      if text ~= valueText(def.default) then
        if text:sub(1, 1) == "{" then
          text = "{ value = " .. text .. " }"
        end
        values[#values + 1] = key(def.name) .. " = " .. text
      end
    end
  end
  local signature = table.concat(definitions, "\n")
  local name = setNames[signature]
  if not name then
    numSets = numSets + 1
    name = element.type .. " " .. numSets
    setNames[signature] = name
    setLines[#setLines + 1] = "[[parameter_set]]\nname = " .. quoted(name) .. "\nparameters = ["
    setLines[#setLines + 1] = signature
    setLines[#setLines + 1] = "]\n"
  end
  write("parameter_set", quoted(name))
  if #values > 0 then
    write("parameters", "{ " .. table.concat(values, ", ") .. " }")
  end
end

-- Elements

local lines = {}

local function write(name, text)
  lines[#lines + 1] = name .. " = " .. text
end

-- Results of a call that HALion may refuse on this kind of element; nil then.
local function try(f, ...)
  local results = { pcall(f, ...) }
  if results[1] then
    return table.unpack(results, 2)
  end
end

local function writeOutput(element)
  local bus = element:getOutputBus()
  local place = bus and path(bus)
  if place then
    write("output_bus", quoted(place))
  end
end

local sourceNames = {}
for name, number in pairs(ModulationSource) do
  sourceNames[number] = name
end

local function writeSource(name, source, info1, info2)
  if source and source ~= ModulationSource.unassigned then
    write(name, quoted(sourceNames[source] or "unassigned"))
    if info1 then
      write(name .. "_info1", valueText(info1))
    end
    if info2 then
      write(name .. "_info2", valueText(info2))
    end
  end
end

-- Is anything set in a row of a modulation matrix?
local function isUsed(row)
  if (try(row.getSource1, row) or 0) ~= 0 or (try(row.getSource2, row) or 0) ~= 0 then
    return true
  end
  for _, def in ipairs(row.parameterDefinitions) do
    if row:getParameter(def.id) ~= def.default then
      return true
    end
  end
  return false
end

local function writeModulation(zone, heading)
  for number = 1, 32 do
    local row = zone:getModulationMatrixRow(number)
    if isUsed(row) then
      lines[#lines + 1] = "\n[[" .. heading .. ".modulation]]"
      write("row", numberText(number))
      writeSource("source1", try(row.getSource1, row))
      writeSource("source2", try(row.getSource2, row))
      writeParameters(write, row)
    end
  end
end

local function writeQuickControls(layer, heading)
  for qc = 1, 11 do
    for at = 1, layer:getNumQCAssignments(qc) do
      local scope = layer:getQCAssignmentScope(qc, at)
      lines[#lines + 1] = "\n[[" .. heading .. ".quick_control]]"
      write("qc", numberText(qc))
      write("parameter", numberText(layer:getQCAssignmentParamId(qc, at)))
      write("scope", quoted(scope and path(scope) or ""))
      write("min", numberText(layer:getQCAssignmentMin(qc, at)))
      write("max", numberText(layer:getQCAssignmentMax(qc, at)))
      write("curve", numberText(layer:getQCAssignmentCurve(qc, at)))
      write("mode", numberText(layer:getQCAssignmentMode(qc, at)))
      write("bypass", tostring(layer:getQCAssignmentBypass(qc, at)))
    end
  end
end

local writers = {
  MidiModule = function(module)
    write("type", quoted(module.moduleType))
    if module == this then
      write("script", "true")
    end
  end,
  Zone = function(zone)
    write("keys", "[" .. numberText(zone.keyLow) .. ", " .. numberText(zone.keyHigh) .. "]")
    write("velocities", "[" .. numberText(zone.velLow) .. ", " .. numberText(zone.velHigh) .. "]")
    writeOutput(zone)
    for index = 1, withWavetables and 2 or 0 do
      local wavetable = try(zone.getWavetable, zone, index)
      if wavetable then
        write("wavetable" .. index, valueText(wavetable))
      end
    end
  end,
  Bus = function(bus)
    if bus.isAuxBus then
      write("aux", numberText(bus.auxNumber))
    end
    write("channels", numberText(bus.numChannels))
    write("active", tostring(bus.active))
    write("bypass_mask", numberText(bus.bypassMask))
    writeOutput(bus)
  end,
  Effect = function(effect)
    write("type", quoted(effect.moduleType))
    write("bypass_mask", numberText(effect.bypassMask))
  end,
}

local inside = {
  Program = { "MidiModule", "Layer", "Zone", "Bus" },
  Layer = { "MidiModule", "Layer", "Zone", "Bus" },
  Bus = { "Effect" },
}

local numElements = 0

local function writeElement(element, opening, heading, closing)
  numElements = numElements + 1
  lines[#lines + 1] = "\n" .. opening .. heading .. closing
  write("name", quoted(element.name))
  if writers[element.type] then
    writers[element.type](element)
  end
  writeParameters(write, element)
  if element.type == "Zone" then
    writeModulation(element, heading)
  elseif inside[element.type] and element.type ~= "Bus" then
    writeQuickControls(element, heading)
  end
  for _, class in ipairs(inside[element.type] or {}) do
    for _, child in ipairs(element[finders[class]](element)) do
      writeElement(child, "[[", heading .. "." .. keys[class], "]]")
    end
  end
end

writeElement(this.program, "[", "program", "]")

-- The file: Documents/Steinberg is where scripts may write.

local presets = getUserSubPresetPath()
local _, last = presets:find("Steinberg[/\\]")
local fileName = presets:sub(1, last) .. "program_dump.toml"
local file, why = io.open(fileName, "w")
if file then
  file:write("# Program ", quoted(this.program.name), ", written by HALion ", getProductVersion(), "\n\n")
  file:write(table.concat(setLines, "\n"), table.concat(lines, "\n"), "\n")
  file:close()
  print(numElements .. " elements written to " .. fileName)
else
  print("cannot write " .. fileName .. ": " .. tostring(why))
end
