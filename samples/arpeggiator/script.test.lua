local function keys(script)
  local found = {}
  for _, note in ipairs(script:notes()) do
    found[#found + 1] = note.note
  end
  return found
end

describe("the arpeggiator", function()
  local step = 125 -- ms of a sixteenth note at 120 beats per minute
  local script

  before_each(function()
    script = load_script { tempo = 120 }
  end)

  local function hold(...)
    for _, note in ipairs { ... } do
      script:hold(note)
    end
  end

  it("plays the held keys from the lowest to the highest, again and again", function()
    hold(67, 60, 64)
    script:advance(5.5 * step)
    assert.same({ 67, 64, 67, 60, 64, 67 }, keys(script))
  end)

  it("keeps its steps in time", function()
    hold(60)
    script:advance(3.5 * step)
    for n = 0, 3 do
      script:expect_note { note = 60, at = n * step }
    end
    script:expect_no_note()
  end)

  it("plays downwards", function()
    script:edit("direction", 2)
    hold(60, 64, 67)
    script:advance(3.5 * step)
    assert.same({ 60, 64, 60, 67 }, keys(script))
  end)

  it("ends with the last key, and leaves nothing hanging", function()
    hold(60, 64)
    script:advance(300)
    script:release(60)
    script:release(64)
    script:settle()
    script:expect_no_hanging_note()
    script:clear()
    script:advance(1000)
    script:expect_no_note()
  end)

  it("does not play twice when a key follows before the last step is over", function()
    hold(60)
    script:advance(10)
    script:release(60)
    hold(72)
    script:advance(4.5 * step)
    assert.same({ 60, 72, 72, 72, 72 }, keys(script))
  end)

  it("has lengths from the gate", function()
    script:edit("gate", 20)
    local start = script:now()
    hold(60)
    script:advance(100)
    script:expect_note { note = 60, at = start, length = 25 }
  end)

  it("keeps the slots apart", function()
    script = load_script { tempo = 120, slots = { 0, 1 } }
    script:input { kind = "note_on", note = 60, velocity = 100, slot = 0 }
    script:input { kind = "note_on", note = 72, velocity = 100, slot = 1 }
    script:advance(2.5 * step)
    assert.same({ 60, 72, 60, 72, 60, 72 }, keys(script))
  end)
end)
