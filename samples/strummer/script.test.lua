describe("the strummer", function()
  local script

  before_each(function()
    script = load_script()
  end)

  it("strums downwards, string by string", function()
    script:hold(40, 100)
    script:advance(200)
    for place, note in ipairs { 40, 47, 52, 56, 59 } do
      script:expect_note { note = note, velocity = 100, at = (place - 1) * 25 }
    end
    script:expect_no_note()
  end)

  it("lets the strings ring while the key is down", function()
    script:hold(40)
    script:advance(5000)
    assert.same({ 40, 47, 52, 56, 59 }, script:sounding())
  end)

  it("damps them when the key comes up, and strums upwards, softer", function()
    script:play(40, 100, 1000)
    script:advance(999)
    script:clear()
    script:advance(100)
    script:expect_event("note_off", { note = 40, at = 1000 })
    for place, note in ipairs { 59, 56, 52, 47, 40 } do
      script:expect_note { note = note, velocity = 60, at = 1000 + (place - 1) * 12.5 }
    end
    script:settle()
    script:expect_no_hanging_note()
  end)

  it("finishes the downstroke of a key that comes up too early", function()
    script:play(40, 100, 10)
    script:settle()
    assert.equal(10, #script:notes())
    script:expect_no_hanging_note()
  end)

  it("keeps the end of the key to itself", function()
    script:play(40, 100, 300)
    script:settle()
    script:expect_no_event("note_off", { id = 1 })
  end)

  it("strums two keys at once, each with its own hand", function()
    script:hold(40)
    script:advance(10)
    script:hold(45)
    script:advance(10)
    script:expect_note { note = 40, at = 0 }
    script:expect_note { note = 45, at = 10 }
  end)

  it("leaves out keys without room for all strings", function()
    script:hold(120)
    script:advance(200)
    script:expect_no_note()
  end)
end)
