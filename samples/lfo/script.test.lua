describe("the LFO", function()
  local script

  before_each(function()
    script = load_script { tempo = 120 } -- a quarter note is 500 ms
  end)

  local function vibrato()
    return script:modulation()[1]
  end

  local function tremolo()
    return script:modulation()[2]
  end

  it("goes through one cycle in a quarter note", function()
    for quarter, expected in ipairs { 1, 0.5, 0, 0.5 } do
      script:advance(125)
      assert.near(expected, tremolo(), 0.01)
    end
  end)

  it("has no vibrato until the modulation wheel is up", function()
    script:advance(125)
    assert.near(0, vibrato(), 0.001)
    script:controller(1, 127)
    script:advance(250)
    assert.near(-1, vibrato(), 0.01)
  end)

  it("takes its rate from the parameter", function()
    script:edit("rate", 1)
    local start = script:now()
    script:advance(250 - start)
    assert.near(1, tremolo(), 0.05)
  end)

  it("has a tempo of its own when the host tells none", function()
    script = load_script { tempo = 0 }
    script:advance(125)
    assert.near(1, tremolo(), 0.01)
  end)
end)
