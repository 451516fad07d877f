describe("the dump", function()
  it("tells how much it wrote, and where", function()
    local script = load_script()
    script:expect_print("4 elements written to C:/Users/User/Documents/Steinberg/program_dump.toml")
  end)

  it("goes through a whole program", function()
    local script = load_script { scenario = "scenario.toml" }
    script:expect_print("5 elements written to C:/Users/User/Documents/Steinberg/program_dump.toml")
  end)
end)
