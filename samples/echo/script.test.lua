describe("the echo", function()
  local script

  before_each(function()
    script = load_script { tempo = 120 }
  end)

  it("passes the note on at once", function()
    script:hold(60, 90)
    script:expect_note { note = 60, velocity = 90, at = 0 }
  end)

  it("repeats the note, softer every time", function()
    script:play(60, 100, 100)
    script:settle()
    local velocities = {}
    for i, note in ipairs(script:notes()) do
      assert.near((i - 1) * 375, note.at, 1)
      velocities[i] = note.velocity
    end
    assert.same({ 100, 60, 36, 21, 12, 7, 4, 2, 1 }, velocities)
  end)

  it("keeps the time of the song", function()
    script:tempo(60)
    script:edit("delay", 1)
    script:edit("feedback", 10)
    local start = script:now()
    script:play(60, 50, 100)
    script:settle()
    script:expect_note { note = 60, velocity = 50, at = start }
    script:expect_note { note = 60, velocity = 5, at = start + 1000, length = 500 }
    script:expect_no_note()
  end)

  it("goes on when the key has come up, and comes to an end", function()
    script:play(60, 100, 10)
    script:settle()
    script:expect_no_hanging_note()
  end)

  it("repeats each key of a chord", function()
    script:edit("feedback", 10)
    local start = script:now()
    for _, note in ipairs { 60, 64, 67 } do
      script:hold(note, 99)
    end
    script:advance_beats(0.75)
    for _, note in ipairs { 60, 64, 67 } do
      script:expect_note { note = note, velocity = 9, at = start + 375 }
    end
  end)
end)
