describe("the key switches", function()
  local script

  before_each(function()
    script = load_script()
  end)

  local function colour(note)
    return script:evaluate("getKeyProperties()[" .. note .. "].color")
  end

  it("are known to the host by name", function()
    assert.equal(3, script:evaluate("#getKeySwitches()"))
    assert.equal("Staccato", script:evaluate("getKeyProperties()[25].tooltip"))
  end)

  it("start with the first one lit", function()
    assert.same({ 5, 14, 14 }, { colour(24), colour(25), colour(26) })
  end)

  it("make no sound", function()
    script:hold(25)
    script:expect_no_note()
  end)

  it("change the next note at once, and their colours a block later", function()
    script:hold(25)
    script:play(60, 100, 500)
    assert.equal(14, colour(25))
    script:advance(12)
    assert.same({ 14, 5, 14 }, { colour(24), colour(25), colour(26) })
    script:advance(100)
    script:expect_note { note = 60, length = 90 }
  end)

  it("double the note in octaves", function()
    script:hold(26)
    script:hold(60)
    script:expect_note(60)
    script:expect_note(72)
  end)

  it("go back to what they were", function()
    script:hold(25)
    script:hold(24)
    script:advance(50)
    assert.same({ 5, 14, 14 }, { colour(24), colour(25), colour(26) })
    script:play(60, 100, 500)
    script:settle()
    script:expect_note { note = 60, length = 500 }
  end)
end)
