-- Shows whatever could differ from run to run: orders, random numbers, clocks, names of objects.
local byName, byObject = {}, {}
for i = 1, 50 do
  byName["key" .. i * 7] = i
  byObject[{}] = i
  byObject[function() return i end] = -i
end

local function keys(t)
  local list = {}
  for _, v in pairs(t) do
    list[#list + 1] = tostring(v)
  end
  return table.concat(list, " ")
end

print(keys(byName))
print(keys(byObject))
print(math.random(1000), math.random(1000), os.time(), os.clock(), tostring({}), print)
for name in pairs(_G) do
  printRaw(name)
end

function onNote(event)
  postEvent(event)
  for i = 1, 3 do
    spawn(function(n) wait(n * math.random(10)) playNote(60 + n, 100, 20) end, i)
    byObject[{ i }] = event.id
  end
  print(keys(byObject))
  collectgarbage()
  waitForRelease()
  runAsync(function() print(getContext(), keys(byObject)) end)
end
