-- What HALion says to this script. `halion-script check` says so before a key is pressed.

describe("a key switch that opens a message box", function()
  it("is an error, three calls away from onNote", function()
    local script = load_script()
    script:play(24)
    script:expect_wrong_thread("messageBox")
  end)

  it("leaves other notes alone", function()
    local script = load_script()
    script:play(60)
    script:expect_note(60)
  end)
end)
