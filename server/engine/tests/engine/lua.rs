//! Chapter 11: Lua, files, output.

use crate::support::*;

/// HALion semantics 11.1: what is missing is nil.
#[test]
fn removed_functions_are_nil() {
    check_prints(
        "print(coroutine, io.popen, io.tmpfile, os.execute, os.exit, os.getenv, os.setlocale, os.tmpname) coroutine.wrap(print)",
        "",
        "0 ms controller #1 print nil nil nil nil nil nil nil nil
        0 ms controller #1 error script.lua: 1: attempt to index global 'coroutine' (a nil value): print(coroutine, io.popen, io.tmpfile, os.execute, os.exit, os.getenv, os.setlocale, os.tmpname) coroutine.wrap(print)",
    );
}

/// HALion semantics 11.1: everything else of Lua 5.2 is there, apart from what could leave the simulation or break it.
#[test]
fn the_rest_of_lua_is_there() {
    use halion_api::api;
    let left_out = "getfenv setfenv package.loadlib package.searchers package.searchpath package.loaders
        io.close io.read io.stderr io.stdin io.stdout io.write debug.debug debug.gethook debug.getmetatable debug.getregistry
        debug.getuservalue debug.sethook debug.setlocal debug.setmetatable debug.setupvalue debug.setuservalue debug.upvaluejoin";
    let script: String = api()
        .lua()
        .entries()
        .filter(|entry| entry.library != "file" && entry.availability.is_there())
        .map(halion_api::LuaEntry::qualified_name)
        .filter(|name| !left_out.split_whitespace().any(|left_out| left_out == name))
        .map(|name| format!("if {name} == nil then print('{name}') end\n"))
        .collect();
    check_prints(&script, "", "");
}

/// What the data says other versions of Lua have is not there.
#[test]
fn names_of_other_versions_are_nil() {
    use halion_api::{Availability, api};
    let script: String = api()
        .lua()
        .entries()
        .filter(|entry| entry.library != "file" && entry.availability == Availability::Absent)
        .map(|entry| {
            let (library, name) = (&entry.library, &entry.name);
            format!("if ({library} or {{}}).{name} ~= nil then print('{library}.{name}') end\n")
        })
        .collect();
    assert!(
        script.contains("table.getn") && script.contains("utf8.char"),
        "{script}"
    );
    check_prints(&script, "", "");
}

/// `debug` looks at Lua functions, not into the engine.
#[test]
fn debug_sees_lua_functions_only() {
    check_prints(
        "local up = 1 local function f(a) local b = a + up print(debug.getlocal(1, 2)) return b end
        f(1) print(debug.getupvalue(f, 1)) print(debug.getupvalue(wait, 1)) print(debug.getlocal(0, 1)) print(debug.getinfo(f, 'S').linedefined)",
        "",
        "0 ms controller #1 print b 2
        0 ms controller #1 print up 1
        0 ms controller #1 print
        0 ms controller #1 print
        0 ms controller #1 print 1",
    );
}

/// HALion semantics 11.3: modules come from the loader, once, with their name and path.
#[test]
fn require_loads_a_module_once() {
    let script = "local a = require 'a' print(a.name, require('a') == a, package.loaded.a == a) print(require 'b')";
    let modules = [
        (
            "a",
            "local name, path = ... print('loading', path) return { name = name }",
        ),
        ("b", "flag = true"),
    ];
    compare(
        &run_with(script, "", &modules).prints(),
        "0 ms controller #1 print loading a.lua
        0 ms controller #1 print a true true
        0 ms controller #1 print true",
    );
}

/// HALion semantics 11.3, 11.9: a missing module, one that does not compile, one that fails.
#[test]
fn require_says_what_is_wrong() {
    let script = "print(pcall(require, 'missing')) print(pcall(require, 'broken')) require 'fails'";
    let modules = [("broken", "local = 1"), ("fails", "\n\n  error('no luck')")];
    compare(
        &run_with(script, "", &modules).prints(),
        "0 ms controller #1 print false module 'missing' not found: no such file
        0 ms controller #1 print false error loading module 'broken': broken.lua:1: <name> expected near '='
        0 ms controller #1 error script.lua: 3: no luck:   error('no luck')",
    );
}

/// HALion semantics 11.4: `print` separates with a space, `printRaw` with nothing.
#[test]
fn print_and_print_raw() {
    check_prints(
        "print('a', 1, 2.5, true, nil, 1e100) printRaw('a', 1, 'b') print()",
        "",
        "0 ms controller #1 print a 1 2.5 true nil 1e+100
        0 ms controller #1 print a1b
        0 ms controller #1 print",
    );
}

/// HALion semantics 11.5: an event prints its fields in the order of the manual.
#[test]
fn print_shows_an_event() {
    check_prints(
        "function onNote(e) print(e) end",
        "0 ms note 60 1",
        "0 ms processor #2 print noteOn id=1 note=60 velocity=100 tuning=0 ppqPosition=0",
    );
}

/// HALion semantics 11.7: `messageBox` is answered at once.
#[test]
fn message_box_has_an_answer() {
    check_prints(
        "print(messageBox('Really?'))",
        "",
        "0 ms controller #1 print [messageBox] Really? -> button1\n0 ms controller #1 print 2",
    );
}

/// HALion semantics 11.9: runtime errors have the shape of the wrong-context error.
#[test]
fn runtime_errors_have_halions_shape() {
    check_prints(
        "local function add(x)\n    return x + nil\nend\nfunction onNote(event)\n  add(event)\nend",
        "0 ms note 60 1",
        "0 ms processor #2 error onNote: 2: attempt to perform arithmetic on local 'x' (a table value):     return x + nil",
    );
}

/// HALion semantics 11.9: the stack of an error, innermost first.
#[test]
fn an_error_has_its_stack() {
    use halion_engine::RecordKind;
    let ran = run(
        "local function inner()\n  error('x', 2)\nend\nlocal function outer()\n  inner()\n  return 1\nend\nfunction onNote()\n  outer()\n  return 1\nend",
        "0 ms note 60 1",
    );
    let error = ran.records.iter().find_map(|record| match &record.kind {
        RecordKind::Error(error) => Some(error.clone()),
        _ => None,
    });
    let error = error.unwrap();
    let stack: Vec<String> = error
        .stack
        .iter()
        .map(|frame| format!("{} {}:{}", frame.function, frame.path, frame.line))
        .collect();
    assert_eq!(
        stack,
        [
            "inner script.lua:2",
            "outer script.lua:5",
            "onNote script.lua:9"
        ]
    );
    assert_eq!((error.line, error.source_line.as_str()), (5, "  inner()"));
}

/// The 5.1 names that Lua 5.2 keeps for compatibility are there.
#[test]
fn names_of_lua_5_1() {
    check_prints(
        "print(unpack({ 1, 2 })) print(loadstring('return 3')(), math.log10(100), table.maxn({ 1, 2 }))",
        "",
        "0 ms controller #1 print 1 2\n0 ms controller #1 print 3 2 2",
    );
}

/// Bytecode is refused: it can crash the interpreter.
#[test]
fn bytecode_is_refused() {
    check_prints(
        "print(load(string.dump(function() end))) print(load('return 1', 'x', 'b')) print(load('return x', 'x', 't', { x = 5 })())",
        "",
        "0 ms controller #1 print nil attempt to load a binary chunk (mode is 't')
        0 ms controller #1 print nil attempt to load a text chunk (mode is 'b')
        0 ms controller #1 print 5",
    );
}

/// `tostring` gives a string back byte by byte, also when it is no text.
#[test]
fn tostring_keeps_bytes() {
    check_prints(
        r"local shown = setmetatable({}, { __tostring = function() return '\255' end })
        print(#tostring('\255'), tostring('\255') == '\255', #tostring(shown), #string.format('%s', shown))",
        "",
        "0 ms controller #1 print 1 true 1 1",
    );
}

/// Errors from `__tostring` and from readers are strings, with one position.
#[test]
fn errors_of_functions_that_lua_calls_are_strings() {
    check_prints(
        "local object = setmetatable({}, { __tostring = function() error('no') end })
        print(pcall(tostring, object)) print(pcall(string.format, '%s', object)) print(pcall(print, object))
        print(load(function() error('boom') end)) print(pcall(load, function() return {} end))",
        "",
        "0 ms controller #1 print false script.lua:1: no
        0 ms controller #1 print false script.lua:1: no
        0 ms controller #1 print false script.lua:1: no
        0 ms controller #1 print nil script.lua:3: boom
        0 ms controller #1 print true nil reader function must return a string",
    );
}

/// A zero byte in a text is no reason to refuse it.
#[test]
fn load_takes_zero_bytes() {
    check_prints(
        r"print(#load('return \'a\0b\'')())",
        "",
        "0 ms controller #1 print 3",
    );
}

/// HALion semantics 11.1: the coroutine library is nowhere.
#[test]
fn require_finds_no_coroutines() {
    check_prints(
        "print(package.loaded.coroutine, pcall(require, 'coroutine'))",
        "",
        "0 ms controller #1 print nil false module 'coroutine' not found: no such file",
    );
}

/// Dates that no calendar has are errors.
#[test]
fn os_time_refuses_impossible_dates() {
    check_prints(
        "print(pcall(os.time, { year = 1e30, month = -1e30, day = 0 / 0 }))",
        "",
        "0 ms controller #1 print false field 'year' is out of range",
    );
}
