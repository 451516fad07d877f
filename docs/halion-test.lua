---@meta
-- What `halion-script test` gives to test files, for editors with the Lua language server: add this file to its library.

---A group of tests.
---@param name string
---@param body fun()
function describe(name, body) end

---A test.
---@param name string
---@param body fun()
function it(name, body) end

---A test that is not written yet.
---@param name string
---@param body? fun()
function pending(name, body) end

---Runs before each test of the group and of the groups inside it.
---@param body fun()
function before_each(body) end

---Runs after each test, also after one that failed.
---@param body fun()
function after_each(body) end

---@class halion.Options
---@field script? string Path of the script; without one that beside the test file.
---@field scenario? string Path of a scenario or MIDI file that plays while time goes on.
---@field tempo? number Beats per minute; 0 is a host that tells none.
---@field seed? integer Seed of `math.random` in the script.
---@field block_size? integer Samples of an audio block.
---@field sample_rate? number Hz.
---@field slots? integer[] The slots that the program sits in.
---@field script_kind? "midi"|"ui"
---@field program? table|string The program tree.

---Loads a script and starts it.
---@param options? string|halion.Options
---@return halion.Script
function load_script(options) end

---@class halion.Event
---@field type string As in the trace, such as `note_on`.
---@field at number Milliseconds from the start of the script.
---@field id? integer
---@field note? number
---@field velocity? number
---@field length? number Milliseconds; missing while the note sounds.

---@class halion.Wanted
---@field at? number Milliseconds from the start of the script.
---@field tolerance? number Milliseconds, 1 if missing.
---@field length? number Milliseconds.
---@field note? number|fun(note: number): boolean
---@field velocity? number|fun(velocity: number): boolean
---@field [string] any

---@class halion.Error
---@field text string What HALion shows.
---@field message string
---@field callback string
---@field path string
---@field line integer
---@field thread "Controller"|"Processor"
---@field at number

---A script that plays.
---@class halion.Script
local Script = {}

---@param note integer
---@param velocity? integer
---@param length? number Milliseconds.
function Script:play(note, velocity, length) end
---@param note integer
---@param velocity? integer
function Script:hold(note, velocity) end
---@param note integer
---@param velocity? integer
function Script:release(note, velocity) end
---@param number integer
---@param value integer
function Script:controller(number, value) end
---@param bend number From -1 to 1.
function Script:bend(bend) end
---@param value integer
function Script:after_touch(value) end
---@param pad integer From 1 to 8.
function Script:trigger_pad(pad) end
---@param name string
---@param value number|boolean|string
function Script:edit(name, value) end
---@param bpm number
function Script:tempo(bpm) end
---@param playing boolean
function Script:transport(playing) end
---@param input table An `[[input]]` of a scenario, without its time.
function Script:input(input) end

---@param ms number
function Script:advance(ms) end
---@param beats number
function Script:advance_beats(beats) end
---@param samples integer
function Script:advance_samples(samples) end
---@param limit_ms? number
function Script:settle(limit_ms) end

---@return number ms
function Script:now() end
---@param name string
---@return number|boolean|string
function Script:value(name) end
---@return integer[] keys
function Script:held() end
---@return number[] keys
function Script:sounding() end
---@return halion.Event[]
function Script:notes() end
---@param type? string
---@return halion.Event[]
function Script:events(type) end
---@return string[]
function Script:prints() end
---@return halion.Error[]
function Script:errors() end
---@return number[]
function Script:modulation() end
---@return string[]
function Script:trace() end
---@param expression string
---@return any
function Script:evaluate(expression) end
function Script:clear() end

---@param note? integer|halion.Wanted
function Script:expect_note(note) end
---@param note? integer|halion.Wanted
function Script:expect_note_off(note) end
---@param fields halion.Wanted
function Script:expect_controller(fields) end
---@param type string
---@param fields? halion.Wanted
function Script:expect_event(type, fields) end
---@param note? integer|halion.Wanted
function Script:expect_no_note(note) end
---@param type string
---@param fields? halion.Wanted
function Script:expect_no_event(type, fields) end
function Script:expect_no_hanging_note() end
---@param text string
function Script:expect_print(text) end
---@param text? string
function Script:expect_no_print(text) end
---@param name string
---@param value number|boolean|string
function Script:expect_value(name, value) end
---@param text string
function Script:expect_error(text) end
---@param name string
function Script:expect_wrong_thread(name) end
function Script:expect_no_errors() end
---@param name string
function Script:expect_trace(name) end

---@class halion.Assert
---@field are halion.Assert
---@field is halion.Assert
---@field has halion.Assert
---@overload fun(condition: any, message?: string): any
assert = {}
---@param expected any
---@param actual any
---@param message? string
function assert.equal(expected, actual, message) end
---@param expected any
---@param actual any
---@param message? string
function assert.same(expected, actual, message) end
---@param expected number
---@param actual any
---@param tolerance number
function assert.near(expected, actual, tolerance) end
---@param body fun()
---@param text? string
function assert.has_error(body, text) end
---@param body fun()
---@param text? string
function assert.error(body, text) end
---@param value any
---@param message? string
function assert.is_true(value, message) end
---@param value any
---@param message? string
function assert.is_false(value, message) end
---@param value any
---@param message? string
function assert.is_nil(value, message) end
---@param value any
---@param message? string
function assert.is_not_nil(value, message) end
---@param value any
---@param message? string
function assert.is_truthy(value, message) end
---@param value any
---@param message? string
function assert.is_falsy(value, message) end
