describe("the list of sounds", function()
  local script

  before_each(function()
    script = load_script { script_kind = "ui" }
  end)

  local function drag(from, to)
    script:input {
      kind = "ui_callback",
      callback = "onTemplateListViewDrop",
      arguments = { viewname = "sounds", fromindex = from, toindex = to },
    }
  end

  it("tells what is selected", function()
    script:edit("sound", 3)
    script:expect_print("selected Strings")
  end)

  it("is filtered by what the user types", function()
    script:edit("filter", "string")
    script:edit("sound", 2)
    script:expect_print("selected String Quartet")
  end)

  it("says so when nothing is left", function()
    script:edit("filter", "drums")
    assert.equal(1, script:value("sound"))
    script:expect_no_errors()
  end)

  it("is sorted by dragging", function()
    drag(5, 1)
    script:expect_print("String Quartet, Bright Piano, Soft Piano, Strings, Choir")
    script:edit("sound", 2)
    script:expect_print("selected Bright Piano")
  end)

  it("keeps its order while it is filtered", function()
    script:edit("filter", "piano")
    drag(2, 1)
    script:expect_no_print()
  end)

  it("knows no notes", function()
    script:play(60)
    script:settle()
    script:expect_no_errors()
  end)
end)
