describe("openURL by runAsync", function()
  local script

  before_each(function()
    script = load_script()
  end)

  it("passes the note on at once", function()
    script:hold(60)
    script:expect_note { note = 60, at = 0 }
    script:expect_no_print()
  end)

  it("opens the help on the Controller thread, in the next block", function()
    script:hold(60)
    script:advance(12)
    script:expect_print("opening the help for key 60")
    script:expect_print("[openURL] https://www.example.org/help")
    script:expect_print("the help for key 60 is open")
  end)

  it("does not hold up a second note", function()
    script:hold(60)
    script:advance(5)
    script:hold(64)
    script:expect_note { note = 64, at = 5 }
  end)
end)
