//! Scripts that misbehave: the engine reports a script error and goes on.

use halion_api::api;

use crate::support::*;

/// Recursion without end is a script error.
#[test]
fn endless_recursion_is_a_script_error() {
    let ran = run(
        "local function f() return 1 + f() end function onNote() f() end",
        "0 ms note 60 1\n5 ms note 60 1",
    );
    let text = ran.prints();
    assert!(text.contains("onNote: 1: stack overflow"), "{text}");
    assert_eq!(ran.outcome.n_errors, 2);
}

/// A script that allocates without end gets a clear error and can be played on.
#[test]
fn endless_allocation_is_a_script_error() {
    let ran = run(
        "function onNote() local t, s = {}, ('x'):rep(1000000) while true do t[#t + 1] = s .. #t end end",
        "0 ms note 60 1\n5 ms note 60 1",
    );
    let text = ran.prints();
    assert!(text.contains("not enough memory"), "{text}");
    assert_eq!(ran.outcome.n_errors, 2);
}

/// A change callback that sets its own parameter again and again is a script error.
#[test]
fn endless_change_callbacks_are_a_script_error() {
    let script = "defineParameter{ name = 'a', writeAlways = true, onChanged = function() this:setParameter('a', a + 1) end }
        this:setParameter('a', 1) print('survived')";
    let text = run(script, "").prints();
    assert!(
        text.contains("C stack overflow") && text.contains("survived"),
        "{text}"
    );
}

/// An error inside `__tostring`, called by `print`.
#[test]
fn errors_inside_tostring() {
    check_prints(
        "local t = setmetatable({}, { __tostring = function() error('no text', 0) end })
        print(pcall(print, t)) print(pcall(tostring, t)) print(tostring(setmetatable({}, { __tostring = function() return 'text' end })))
        print(pcall(tostring, setmetatable({}, { __tostring = function() return {} end })))",
        "",
        "0 ms controller #1 print false no text
        0 ms controller #1 print false no text
        0 ms controller #1 print text
        0 ms controller #1 print false 'tostring' must return a string to 'print'",
    );
}

/// Errors that are not texts.
#[test]
fn errors_of_any_type() {
    let script = "local errors = { nil, {}, setmetatable({}, { __tostring = function() return 'mine' end }), 7 }
        function onNote(e)
          error(errors[e.note])
        end";
    check_prints(
        script,
        "0 ms note 1 1\n0 ms note 2 1\n0 ms note 3 1\n0 ms note 4 1",
        "0 ms processor #2 error onNote: 3: nil:           error(errors[e.note])
        0 ms processor #3 error onNote: 3: (error object is a table value):           error(errors[e.note])
        0 ms processor #4 error onNote: 3: mine:           error(errors[e.note])
        0 ms processor #5 error onNote: 3: 7:           error(errors[e.note])",
    );
}

/// Every function of the API survives nonsense, on both threads.
#[test]
fn nonsense_arguments_are_script_errors() {
    let nonsense = [
        "",
        "nil",
        "0/0",
        "1/0",
        "-1/0",
        "1e300",
        "-1",
        "{}",
        "'text'",
        "print",
        "true",
        "this",
        "1, 2, 3, 4, 5, 6, 7",
        "{}, {}, {}",
        "'a', 'b', 'c'",
        "print, print",
    ];
    let names: Vec<String> = api()
        .functions()
        .iter()
        .map(halion_api::Function::qualified_name)
        .chain(api().constructors().map(|function| function.name.clone()))
        .collect();
    for name in names
        .iter()
        .filter(|name| !matches!(name.as_str(), "setScriptExecTimeOut"))
    {
        let calls: String = nonsense
            .iter()
            .map(|arguments| format!("print(pcall({name}, {arguments}))\n").replace(", )", ")"))
            .collect();
        let script = format!("{calls}\nspawn(print, 'survived') function onNote(e) {calls} end");
        let ran = run(&script, "0 ms note 60 1");
        let text = ran.prints();
        assert!(text.contains("survived"), "{name}: {text}");
        assert_eq!(ran.outcome.n_errors, 0, "{name}: {text}");
    }
}

/// Finalizers would run where no time-out reaches and while the engine is at work: they do not, and the trace says so.
#[test]
fn finalizers_are_not_run() {
    check_prints(
        "defineParameter('t', 'T', 'abc')
        local class = { __gc = function() while true do end end }
        for i = 1, 100 do setmetatable({}, class) t = i end
        collectgarbage() print(t, type(class.__gc), getmetatable(setmetatable({}, class)) == class)
        print(type(class.__gc), pcall(setmetatable, setmetatable({}, { __metatable = 1 }), class))",
        "",
        "0 ms controller #1 not_simulated __gc
        0 ms controller #1 print 100 function true
        0 ms controller #1 print function false cannot change a protected metatable",
    );
}

/// HALion semantics 4.18: an endless loop in the `__tostring` of an error object ends, too.
#[test]
fn an_error_that_never_shows_itself_times_out() {
    check_prints(
        "function onNote() error(setmetatable({}, { __tostring = function() while true do end end })) end",
        "0 ms note 60 1",
        "0 ms processor #2 error onNote: 1: Script time out: function onNote() error(setmetatable({}, { __tostring = function() while true do end end })) end",
    );
}

/// HALion semantics 4.18, 4.19: setting the time-out does not give back what is used already.
#[test]
fn setting_the_time_out_again_and_again_does_not_help() {
    check_prints(
        "function onNote() while true do setScriptExecTimeOut(10) for i = 1, 1000 do end end end",
        "0 ms note 60 1",
        "0 ms processor #2 error onNote: 1: Script time out: function onNote() while true do setScriptExecTimeOut(10) for i = 1, 1000 do end end end",
    );
}

/// A script that digs out a function of the engine and calls it wrongly gets an error.
#[test]
fn functions_of_the_engine_check_what_they_get() {
    check_prints(
        "this.program:findChildren(true, function() keep = debug.getinfo(2, 'f').func end)
        print(pcall(keep, 'aaaaaaaa', print)) print(#keep({ 1, 2 }, function() return true end, 5, 6))",
        "",
        "0 ms controller #1 print false bad argument #1 to 'keep' (table expected, got string)
        0 ms controller #1 print 2",
    );
}

/// HALion semantics 4.18: work that C does, unseen by the count of instructions, counts as well.
#[test]
fn filling_memory_takes_time() {
    check_prints(
        "function onNote() while true do local text = ('x'):rep(5e7) end end",
        "0 ms note 60 1",
        "0 ms processor #2 error onNote: 1: Script time out: function onNote() while true do local text = ('x'):rep(5e7) end end",
    );
}

/// HALion semantics 4.18, 4.19: time inside calls counts, so a loop that prints or spawns for ever ends soon, too.
#[test]
fn loops_that_call_out_end_soon() {
    for call in [
        "print('x')",
        "spawn(function() wait(1) end)",
        "postEvent(event)",
    ] {
        let script =
            format!("function onNote(event) setScriptExecTimeOut(10) while true do {call} end end");
        let run = run(&script, "0 ms note 60 1");
        assert!(run.text().contains("Script time out"), "{call}");
        assert!(run.text().lines().count() < 2_000, "{call}");
    }
}

/// HALion semantics 4.18: a search inside Lua's library that would take for ever ends like any other work, also below `pcall`.
#[test]
fn searches_that_take_for_ever_time_out() {
    for call in [
        "text:find('.-.-.-.-b')",
        "text:match('(a*)*(a*)b', 1)",
        "text:gsub('.-.-.-.-b', print)",
        "text:gsub('.-.-.-.-b', 'x', -1)",
        "text:gsub('', ('%0'):rep(100000))",
        "text:find('.-.-.-.-b', -math.huge)",
        "for word in text:gmatch('.-.-.-.-b') do end",
        "string.find(text .. text, text .. 'b', 1, true)",
        "(''):rep(2^31 - 1)",
        "pcall(string.find, text, '.-.-.-.-b')",
    ] {
        let script = format!(
            "local text = ('a'):rep(100000) function onNote() setScriptExecTimeOut(10); {call} print('on') end"
        );
        let run = run(&script, "0 ms note 60 1");
        assert!(run.text().contains("Script time out"), "{call}");
        assert!(!run.text().contains("print on"), "{call}");
    }
}

/// HALion semantics 4.18: going through lists, compiling and collecting inside Lua's library counts as well.
#[test]
fn loops_of_long_calls_end_soon() {
    for call in [
        "table.insert(list, 1, '')",
        "list[#list + 1] = table.remove(list, 1)",
        "table.concat(list)",
        "table.sort(list)",
        "collectgarbage()",
        "load(text)",
    ] {
        let script = format!(
            "local list, text = {{}}, (' '):rep(100000) for i = 1, 100000 do list[i] = '' end
            function onNote() setScriptExecTimeOut(10) local n = 0 while n < 1000 do n = n + 1; {call} end print('on') end"
        );
        let run = run(&script, "0 ms note 60 1");
        assert!(run.text().contains("Script time out"), "{call}");
        assert!(!run.text().contains("print on"), "{call}");
    }
}

/// Only what is looked for counts.
#[test]
fn short_searches_in_long_texts_go_on() {
    check_prints(
        "local list, text = {}, ('ab '):rep(30000) for i = 1, 30000 do list[i] = '' end
        function onNote() setScriptExecTimeOut(10)
        for n = 1, 1000 do
            text:gmatch('%a+')() text:find('b') text:match('%s', n) table.insert(list, '') table.remove(list)
            table.insert(list, #list - 5, '') table.concat(list, '', 5, 9)
        end
        local next, n = text:gmatch('^?(%a)()'), 0 for letter, at in next do n = n + at end print(n, next()) end",
        "0 ms note 60 1",
        "0 ms processor #2 print 2700060000",
    );
}

/// Searches do what Lua's do.
#[test]
fn searches_that_take_long_are_made() {
    check_prints(
        "local text = ('key = value; '):rep(500)
        print(select(2, text:gsub('(%w+) = (%w+)', '%2')), text:find('(%w+) = (%w+); $'))
        local n = 0 for key in text:gmatch('%w+ = ()') do n = n + 1 end print(n)
        print(text:match('^(.-);'), text:find('; key', -20), text:find('=', 6490, true), string.rep(1234, 2))
        print(pcall(string.find, text, '[a')) print(pcall(string.find, text, '%')) print(pcall(string.gsub, text, '(', print))
        print(pcall(string.find)) print(pcall(string.rep, 'x')) print(pcall(string.match, {}, 'x'))",
        "",
        "0 ms controller #1 print 500 6488 6500 key value
        0 ms controller #1 print 500
        0 ms controller #1 print key = value 6486 6492 12341234
        0 ms controller #1 print false malformed pattern (missing ']')
        0 ms controller #1 print false malformed pattern (ends with '%')
        0 ms controller #1 print false unfinished capture
        0 ms controller #1 print false bad argument #1 to 'string.find' (string expected, got no value)
        0 ms controller #1 print false bad argument #2 to 'string.rep' (number expected, got no value)
        0 ms controller #1 print false bad argument #1 to 'string.match' (string expected, got table)",
    );
}
