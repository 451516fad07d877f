-- The fix for the sample open_url: the note is passed on at once, and the help page is opened on the Controller thread.
--
-- runAsync hands a function to the Controller. The callback that called it is on hold until the function is done, at
-- least until the next audio block, so postEvent stands before it and the note is not delayed.
local helpPage = "https://www.example.org/help"

local function showHelp(note)
  print("opening the help for key", note)
  openURL(helpPage)
end

function onNote(event)
  postEvent(event)
  runAsync(showHelp, event.note)
  print("the help for key", event.note, "is open")
end
