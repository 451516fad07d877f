-- Wrong on purpose: opens a help page when a note is played.
--
-- HALion runs onNote on the Processor thread, inside the audio block. A browser can only be opened
-- from the Controller thread, so every note ends in a script error.
-- The sample open_url_async shows the way out.
local helpPage = "https://www.example.org/help"

function onNote(event)
  openURL(helpPage)
  print("the help for key", event.note, "is open")
end
