-- What HALion says to this script. `halion-script check` says so before a note is played.

describe("openURL in onNote", function()
  it("is an error for every note", function()
    local script = load_script()
    script:play(60)
    script:expect_wrong_thread("openURL")
    script:play(64)
    script:expect_wrong_thread("openURL")
  end)

  it("ends the callback, so the print below it is never reached", function()
    local script = load_script()
    script:play(60)
    script:settle()
    script:expect_wrong_thread("openURL")
    script:expect_no_print()
  end)
end)
