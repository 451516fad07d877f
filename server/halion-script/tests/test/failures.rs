//! What fails says what there was instead; what hangs is ended; what cannot be run has its own exit code.

use crate::common::{folder, halion_script};
use crate::{fails, it, test};

#[test]
fn failures_say_what_there_was_instead() {
    let hold = "script:hold(60)";
    fails(
        &it(&format!("{hold} script:expect_note(61)")),
        "expected  note_on note=61\n",
    );
    fails(
        &it(&format!("{hold} script:expect_note(61)")),
        "found  0 ms note_on id=1 note=60 velocity=100\n",
    );
    fails(&it("script:expect_note(61)"), "found  nothing\n");
    fails(
        &it(&format!(
            "{hold} script:expect_note(60) script:expect_note(60)"
        )),
        "did not send this event",
    );
    fails(
        &it(&format!("{hold} script:expect_no_note()")),
        "no note_on",
    );
    fails(
        &it(&format!("{hold} script:expect_no_hanging_note()")),
        "notes hang: nothing ends the notes of key 60",
    );
    fails(
        &it(&format!("{hold} script:expect_print('note 61')")),
        "found  0 ms \"note 60\"",
    );
    fails(
        &it("script:expect_value('time', 99)"),
        "the parameter time has another value",
    );
    fails(
        &it("script:value('tim')"),
        "the script has no parameter \"tim\"; it has time",
    );
    fails(
        &it("script:expect_error('boom')"),
        "expected  a script error with \"boom\"",
    );
    // A slip in an expectation of nothing would make it come true for ever.
    fails(
        &it("script:expect_no_note { noet = 60 }"),
        "note_on has no field `noet`; it has id, note, velocity",
    );
    fails(
        &it("script:expect_no_event('note_of')"),
        "a script sends no event `note_of`; there are note_on, note_off",
    );
    fails(
        &it("script:expect_no_event('fade', { length = 5 })"),
        "fade has no field `length`",
    );
    fails(
        &it("script:input { kind = 'data', bytes = { 240, 1, 247 } }
            script:expect_no_event('data', { bytes = { 240, 1, 247 } })"),
        "0 ms data bytes=f001f7",
    );
    fails(&it("script:edit('time', {})"), "`value` must be");
    fails(&it("script:hold(128)"), "`note` is 128; it must be");
    fails(&it("script:input { kind = 'nonsense' }"), "nonsense");
    fails(
        &it("script:advance(-1)"),
        "time can go on by 0 to 3600000 ms",
    );
    fails(
        &it("script:advance(0/0)"),
        "time can go on by 0 to 3600000 ms",
    );
    fails(&it("script:nonsense()"), "nonsense");
    fails(&it("script.hold(60)"), "bad argument");
    fails(
        &it("load_script('gone.lua')"),
        "there is no file or folder `gone.lua`",
    );
    fails(
        &it("load_script { nonsense = 1 }"),
        "unknown key `nonsense`",
    );
    fails(
        &it("load_script { tempo = 'fast' }"),
        "`tempo` must be a number",
    );
    fails(
        &it("load_script(5)"),
        "load_script takes a path or a table of options, not a",
    );
    fails(
        &it("load_script { scenario = 'gone.toml' }"),
        "there is no file or folder `gone.toml`",
    );
    fails(&it("assert(1 == 2)"), "assertion failed!");
    fails(&it("assert(1 == 2, 'one is not two')"), "one is not two");
    fails(&it("assert.equal({}, {})"), "see assert.same");
    fails(
        &it("assert.has_error(function() end)"),
        "ends without an error",
    );
    fails(&it("error { 1 }"), "works");
    fails(
        &it("local x = nil + 1"),
        "attempt to perform arithmetic on a nil value",
    );
    fails(&it("script:expect_trace('../x')"), "letters, digits");
}

#[test]
fn a_script_that_never_rests_is_told_by_its_tasks() {
    let folder = folder(&[
        (
            "script.lua",
            "function onInit() while true do wait(5) end end",
        ),
        (
            "script.test.lua",
            "it('rests', function() load_script():settle(100) end)",
        ),
    ]);
    let said = halion_script(folder.path(), &["test"]);
    assert!(
        said.out
            .contains("does not come to rest: onInit #2 waits: wait 5 ms"),
        "{}",
        said.all()
    );
}

#[test]
fn a_test_that_never_ends_is_ended() {
    for body in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(error) end",
        "local s = string.rep('a', 30) .. 'b' while true do s = s .. s end",
        "local function f() return f() + 1 end f()",
    ] {
        let said = test(
            &format!("it('ends', function() {body} end)\nit('goes on', function() end)"),
            &[],
        );
        assert_eq!(said.code, 1, "{}", said.all());
        assert!(said.out.contains("test goes on ... ok"), "{}", said.all());
    }
    fails(&it("while true do end"), "the test computes for too long");
}

#[test]
fn a_test_sees_neither_files_nor_the_clock() {
    let said = test(
        "it('is alone', function()
           for _, name in ipairs { 'io', 'os', 'require', 'dofile', 'loadfile', 'debug', 'package' } do
             assert.is_nil(_G[name], name)
           end
           print(math.random(100), math.random(100), math.random())
           error('to see what is printed')
         end)",
        &[],
    );
    assert!(said.out.contains("printed  57 "), "{}", said.all());
}

#[test]
fn what_cannot_be_run() {
    let cases = [
        ("it('has no end', function()", "'end' expected"),
        ("error('before any test')", "before any test"),
        ("load_script()", "load_script stands outside a test"),
        (
            "describe('x', function() nonsense() end)",
            "attempt to call global 'nonsense'",
        ),
        ("while true do end", "computes for too long"),
        ("\nit('is to come')", "echo.test.lua:2:1"),
        (
            "it('is to come')",
            "a test that is not written yet is pending(\"is to come\")",
        ),
        ("\u{1b}Lua", "binary chunk"),
    ];
    for (text, part) in cases {
        let said = test(text, &[]);
        assert!(said.out.contains(part), "{}", said.all());
        assert!(
            said.out.contains("echo.test.lua could not be run"),
            "{}",
            said.all()
        );
        assert_eq!(said.code, 2, "{}", said.all());
    }
    let said = test("", &[]);
    assert!(
        said.err.contains("the test files declare no test"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 2);
    let said = test(&it(""), &["--filter", "nothing of this name"]);
    assert!(
        said.err
            .contains("no test has `nothing of this name` in its name"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 2);
    let said = test("", &["gone.lua", "echo.lua"]);
    assert!(
        said.err.contains("there is no file or folder `gone.lua`"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 2);
    let untested = folder(&[("script.lua", "")]);
    let said = halion_script(untested.path(), &["test"]);
    assert!(said.err.contains("`.` has no tests"), "{}", said.all());
    assert_eq!(said.code, 2);
    fails(
        &it("it('within', function() end)"),
        "it stands inside a test",
    );
}

#[test]
fn a_script_with_a_syntax_error_is_an_error_of_the_script() {
    let folder = folder(&[
        ("script.lua", "function onNote(\n"),
        (
            "script.test.lua",
            "it('starts', function() load_script() end)",
        ),
    ]);
    let said = halion_script(folder.path(), &["test"]);
    assert!(
        said.out.contains("script error  script.lua: 2:"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 1);
}
