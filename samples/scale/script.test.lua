describe("the scale", function()
  local script

  before_each(function()
    script = load_script()
  end)

  local function played(...)
    script:clear()
    local notes = {}
    for _, note in ipairs { ... } do
      script:play(note, 100, 10)
      script:advance(20)
    end
    for place, note in ipairs(script:notes()) do
      notes[place] = note.note
    end
    return notes
  end

  it("leaves right notes alone", function()
    assert.same({ 60, 62, 64, 65, 67, 69, 71, 72 }, played(60, 62, 64, 65, 67, 69, 71, 72))
  end)

  it("moves wrong ones to the nearest, downwards if two are near", function()
    assert.same({ 60, 62, 65 }, played(61, 63, 66))
  end)

  it("follows root and scale", function()
    script:edit("root", 3) -- D
    script:edit("scale", 4) -- pentatonic: D E F# A B
    assert.same({ 62, 62, 64, 66, 69 }, played(61, 62, 65, 67, 68))
  end)

  it("ends what it starts", function()
    played(61)
    script:expect_note { note = 60, length = 10 }
    script:expect_no_hanging_note()
  end)
end)
