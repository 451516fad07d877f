-- A UI script: a list of sounds that the user sorts by dragging, and a field that filters it.
--
-- Scripts of macro pages run on the Controller alone, while the user interface is open. There are no notes here; what
-- happens are edits of parameters, and the callbacks of lists.
local sounds = { "Bright Piano", "Soft Piano", "Strings", "Choir", "String Quartet" }
local shown = {}

-- A parameter that is defined again gets new texts; the list on the macro page follows.
local function refresh()
  shown = {}
  for _, sound in ipairs(sounds) do
    if sound:lower():find(filter:lower(), 1, true) then
      table.insert(shown, sound)
    end
  end
  defineParameter("sound", "Sound", 1, #shown > 0 and shown or { "(nothing found)" }, function()
    print("selected", shown[sound] or "nothing")
  end)
end

defineParameter("filter", "Filter", "", refresh)
refresh()

-- An element of the list was dragged; places count from 1.
function onTemplateListViewDrop(viewname, fromindex, toindex)
  if filter ~= "" then
    return -- a part of the list has no order of its own
  end
  table.insert(sounds, toindex, table.remove(sounds, fromindex))
  refresh()
  print(table.concat(sounds, ", "))
end
