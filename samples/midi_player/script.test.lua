describe("the riff", function()
  local script

  before_each(function()
    script = load_script { tempo = 120 } -- a quarter note is 500 ms
  end)

  local function keys()
    local found = {}
    for place, note in ipairs(script:notes()) do
      found[place] = note.note
    end
    return found
  end

  it("plays as it was written", function()
    script:hold(60, 127)
    script:settle()
    assert.same({ 60, 63, 65, 67, 65, 63, 60, 58, 60 }, keys())
    script:expect_note { note = 60, velocity = 100, at = 0, length = 200 }
    script:expect_note { note = 67, velocity = 70, at = 750, length = 100 }
    script:expect_no_hanging_note()
  end)

  it("keeps the time of the song", function()
    script:tempo(60)
    script:hold(60)
    script:settle()
    script:expect_note { note = 63, at = 500 }
  end)

  it("moves with the key", function()
    script:hold(72)
    script:advance(600)
    assert.same({ 72, 75, 77 }, keys())
  end)

  it("is as loud as the key", function()
    script:hold(60, 64)
    script:expect_note { note = 60, velocity = 50 }
  end)

  it("ends with the key, in the middle of a note", function()
    script:play(60, 127, 300)
    script:settle()
    assert.same({ 60, 63 }, keys())
    script:expect_note { note = 63, at = 250, length = 50 }
    script:expect_no_hanging_note()
  end)

  it("leaves out what lies beyond the keyboard", function()
    script:hold(124)
    script:settle()
    assert.same({ 124, 127, 127, 124, 122, 124 }, keys())
  end)
end)
