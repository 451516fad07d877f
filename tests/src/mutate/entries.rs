//! Where a planted chain starts: callbacks of both threads in the spellings that scripts use, and the scenario that reaches them all.

/// A place that HALion calls.
pub struct Entry {
    /// What a report calls it.
    pub name: &'static str,
    /// Whether the call stands on the Processor.
    pub processor: bool,
    /// The text; `CALL` is the call.
    pub text: &'static str,
}

const fn processor(name: &'static str, text: &'static str) -> Entry {
    Entry {
        name,
        processor: true,
        text,
    }
}

const fn controller(name: &'static str, text: &'static str) -> Entry {
    Entry {
        name,
        processor: false,
        text,
    }
}

/// All of them.
pub const ENTRIES: &[Entry] = &[
    processor(
        "onNote",
        "function onNote(event)\n  postEvent(event)\n  CALL\nend\n",
    ),
    processor(
        "onRelease",
        "function onRelease(event)\n  CALL\n  postEvent(event)\nend\n",
    ),
    processor("onInit", "function onInit()\n  CALL\nend\n"),
    processor(
        "onController",
        "function onController(event)\n  if event.controller == 1 then CALL end\nend\n",
    ),
    processor("onPitchBend", "function onPitchBend(event)\n  CALL\nend\n"),
    processor(
        "onAfterTouch",
        "onAfterTouch = function(event)\n  CALL\nend\n",
    ),
    processor(
        "callback by key",
        "_G[\"on\" .. \"Note\"] = function(event)\n  CALL\nend\n",
    ),
    processor(
        "callback of a table",
        "local callbacks = { note = function(event) CALL end }\nonNote = callbacks.note\n",
    ),
    processor(
        "callback defined twice",
        "function onNote(event) print(event.note) end\nfunction onNote(event)\n  CALL\nend\n",
    ),
    processor(
        "callback wrapped",
        "function onNote(event) print(event.note) end\nlocal first = onNote\nfunction onNote(event)\n  first(event)\n  CALL\nend\n",
    ),
    processor(
        "callback set by a function",
        "local function install(name, f) _G[name] = f end\ninstall(\"onNote\", function(event) CALL end)\n",
    ),
    processor(
        "spawn",
        "function onNote(event)\n  spawn(function() CALL end)\nend\n",
    ),
    processor(
        "behind a wait",
        "function onNote(event)\n  wait(10)\n  CALL\nend\n",
    ),
    processor(
        "runSync",
        "function onLoadIntoSlot()\n  runSync(function() CALL end)\nend\n",
    ),
    processor(
        "runSync inside runAsync",
        "function onNote()\n  runAsync(function()\n    runSync(function() CALL end)\n  end)\nend\n",
    ),
    processor(
        "processorCallback",
        "defineParameter{ name = \"Amount\", default = 0, min = 0, max = 1, processorCallback = true, onChanged = function() CALL end }\n",
    ),
    processor(
        "processorCallback of a variable",
        "local onProcessor = true\nlocal function changed() CALL end\nlocal definition = { name = \"Amount\", default = 0, min = 0, max = 1 }\ndefinition.processorCallback = onProcessor\ndefinition.onChanged = changed\ndefineParameter(definition)\n",
    ),
    controller("<main>", "CALL\n"),
    controller("<main> in a block", "do\n  if this then CALL end\nend\n"),
    controller("onLoadIntoSlot", "function onLoadIntoSlot()\n  CALL\nend\n"),
    controller("onIdle", "function onIdle()\n  CALL\nend\n"),
    controller(
        "runAsync",
        "function onNote(event)\n  runAsync(function() CALL end)\nend\n",
    ),
    controller(
        "runAsync inside runSync",
        "function onLoadIntoSlot()\n  runSync(function()\n    runAsync(function() CALL end)\n  end)\nend\n",
    ),
    controller(
        "spawn inside runAsync",
        "function onNote(event)\n  runAsync(function()\n    spawn(function() CALL end)\n  end)\nend\n",
    ),
    controller(
        "queue run in onIdle",
        "local jobs = {}\nfunction onNote(event)\n  jobs[#jobs + 1] = function() CALL end\nend\nfunction onIdle()\n  while #jobs > 0 do table.remove(jobs, 1)() end\nend\n",
    ),
    controller(
        "change callback",
        "defineParameter(\"Amount\", \"The Amount\", 0, 0, 1, function() CALL end)\n",
    ),
    controller(
        "change callback by name",
        "local function changed() CALL end\ndefineParameter(\"Amount\", nil, 0, 0, 1, 0.1, changed)\n",
    ),
    controller(
        "change callback in a table",
        "defineParameter { name = \"Amount\", default = 0, min = 0, max = 1, onChanged = function() CALL end }\n",
    ),
];

/// The scenario that reaches every entry.
pub const SCENARIO: &str = r#"
[[input]]
at_ms = 0
kind = "note"
note = 60
velocity = 100
length_ms = 50
[[input]]
at_ms = 5
kind = "parameter"
name = "Amount"
value = 1
[[input]]
at_ms = 6
kind = "controller"
number = 1
value = 64
[[input]]
at_ms = 7
kind = "pitch_bend"
bend = 0.5
[[input]]
at_ms = 8
kind = "after_touch"
value = 64
"#;
