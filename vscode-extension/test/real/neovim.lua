-- Runs in Neovim (0.7 or later) without configuration: the language server as Neovim's own client uses it.
-- Takes its paths from the environment and writes one JSON line for each step; `neovim.test.ts` reads them.

local report = assert(io.open(os.getenv("HALION_NVIM_REPORT"), "w"))
local failed = false

local function step(name, action)
  local ok, problem = xpcall(action, debug.traceback)
  failed = failed or not ok
  report:write(vim.fn.json_encode({ name = name, problem = not ok and problem or nil }), "\n")
  report:flush()
end

local function wait_for(what, condition)
  assert(vim.wait(20000, condition, 10), "timed out: " .. what)
end

local server = os.getenv("HALION_NVIM_SERVER")
local script = os.getenv("HALION_NVIM_SCRIPT")
local exit_code, client_id

local function client()
  return vim.lsp.get_client_by_id(client_id)
end

local function errors()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end

local function position_of(word)
  for row = 0, vim.api.nvim_buf_line_count(0) - 1 do
    local line = vim.api.nvim_buf_get_lines(0, row, row + 1, true)[1]
    local column = line:find(word .. "%s*%(")
    if column and not line:match("^%s*%-%-") then
      return row, column - 1
    end
  end
  error("no call of " .. word)
end

step("the server starts and answers initialize", function()
  vim.cmd("edit " .. vim.fn.fnameescape(script))
  vim.bo.filetype = "lua"
  client_id = vim.lsp.start_client({
    name = "halion-script",
    cmd = { server, "lsp" },
    root_dir = vim.fn.fnamemodify(script, ":h"),
    init_options = { halionScript = { scriptKind = "auto", libraryDirs = {} } },
    on_exit = function(code)
      exit_code = code
    end,
  })
  assert(client_id, "the client did not start")
  assert(vim.lsp.buf_attach_client(0, client_id), "the buffer was not attached")
  wait_for("initialize", function()
    return client() and client().initialized
  end)
  assert(client().server_capabilities.hoverProvider, "no hover")
  assert(client().offset_encoding == "utf-16", client().offset_encoding)
end)

step("the wrong call is the one error", function()
  wait_for("diagnostics", function()
    return #errors() == 1
  end)
  local row, column = position_of("openURL")
  assert(errors()[1].lnum == row and errors()[1].col == column, vim.inspect(errors()))
  assert(errors()[1].message:find("openURL", 1, true), errors()[1].message)
end)

step("hovering over openURL tells its thread", function()
  local row, column = position_of("openURL")
  vim.api.nvim_win_set_cursor(0, { row + 1, column })
  local answers = assert(vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(), 10000))
  local answer = assert(answers[client_id].result, vim.inspect(answers))
  assert(vim.inspect(answer.contents):find("Controller", 1, true), vim.inspect(answer))
end)

step("the line above a function tells its thread, and its command names the way there", function()
  local document = { textDocument = vim.lsp.util.make_text_document_params() }
  local answers = assert(vim.lsp.buf_request_sync(0, "textDocument/codeLens", document, 10000))
  local lens = assert(answers[client_id].result[1], vim.inspect(answers))
  assert(lens.command.title == "Processor", vim.inspect(lens))
  local command = { command = lens.command.command, arguments = lens.command.arguments }
  answers = assert(vim.lsp.buf_request_sync(0, "workspace/executeCommand", command, 10000))
  local answer = assert(answers[client_id].result, vim.inspect(answers))
  assert(answer.paths[1] == "onNote, in the Processor", vim.inspect(answer))
end)

step("incremental edits keep the server's text in step", function()
  local row, column = position_of("openURL")
  vim.api.nvim_buf_set_text(0, row, column, row, column + #"openURL", { "print" })
  wait_for("no error after the edit", function()
    return #errors() == 0
  end)
  vim.cmd("undo")
  wait_for("the error after undo", function()
    return #errors() == 1
  end)
  -- Characters of two UTF-16 units and of two bytes above the call, then one more line.
  vim.api.nvim_buf_set_lines(0, 0, 0, true, { "-- 🎵 é", "local tune = '🎵'" })
  vim.api.nvim_buf_set_text(0, 1, 14, 1, 14, { "é" })
  wait_for("the error two lines further down", function()
    return #errors() == 1 and errors()[1].lnum == row + 2
  end)
end)

step("a hundred single keystrokes end in the right state", function()
  local row = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, row, row, true, { "" })
  local text = "local function late() openURL('x') end function onRelease(event) late() postEvent(event) end"
  for column = 1, #text do
    vim.api.nvim_buf_set_text(0, row, column - 1, row, column - 1, { text:sub(column, column) })
  end
  wait_for("a second error", function()
    return #errors() == 2
  end)
end)

step("the server ends by itself, with code 0", function()
  vim.lsp.stop_client(client_id)
  wait_for("exit", function()
    return exit_code ~= nil
  end)
  assert(exit_code == 0, "exit code " .. tostring(exit_code))
end)

report:close()
vim.cmd(failed and "cquit" or "qall!")
