local function keys(script)
  local found = {}
  for _, note in ipairs(script:notes()) do
    found[#found + 1] = note.note
  end
  table.sort(found)
  return found
end

describe("the chord", function()
  local script

  before_each(function()
    script = load_script()
  end)

  it("is major at first", function()
    script:hold(60, 90)
    assert.same({ 60, 64, 67 }, keys(script))
    script:expect_note { note = 67, velocity = 90 }
  end)

  it("follows its parameter", function()
    script:edit("chord", 7)
    script:hold(60)
    assert.same({ 60, 63, 67, 70 }, keys(script))
  end)

  it("lifts its lowest notes in an inversion", function()
    script:edit("inversion", 1)
    script:hold(60)
    assert.same({ 64, 67, 72 }, keys(script))
  end)

  it("ends with its key", function()
    script:play(60, 100, 200)
    script:settle()
    for _, note in ipairs { 60, 64, 67 } do
      script:expect_note { note = note, length = 200 }
    end
    script:expect_no_hanging_note()
  end)

  it("stays on the keyboard", function()
    script:hold(127)
    assert.same({ 127 }, keys(script))
  end)

  it("keeps its notes when the parameter moves while the key is down", function()
    script:hold(60)
    script:edit("chord", 1)
    script:release(60)
    script:expect_no_hanging_note()
  end)
end)
