//! What the parser says: the line, the marked text, the message.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use expect_test::{Expect, expect};
use halion_syntax::{LineIndex, parse};

fn check(source: &str, expected: Expect) {
    let lines = LineIndex::new(source);
    let mut text = String::new();
    for error in parse(source).errors() {
        let line = lines.line_col(error.range.start()).line + 1;
        writeln!(
            text,
            "{line}: {:?}: {}",
            &source[error.range], error.message
        )
        .unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn what_is_missing_is_named_with_what_it_follows() {
    check(
        "local x =\nlocal y = (1 + 2\nfoo(1,\nlocal t = { 1, 2\nfor i = 1\n  print(i)\nend\n",
        expect![[r#"
            1: "=": a value expected after `=`
            2: "2": `)` expected to close `(` at line 2
            3: ",": an argument or `)` expected after `,`
            4: "2": `}` expected to close `{` at line 4
            5: "1": `,` and the last value expected, as in `for i = 1, 10 do`
        "#]],
    );
}

#[test]
fn a_block_without_end_is_told_at_its_last_line() {
    check(
        "function f()\n  if x then\n    y()\nend\n\nfunction g()\n  while true do\n    z()\nend\n",
        expect![[r#"
            3: ")": `end` expected to close `if` at line 2
            8: ")": `end` expected to close `while` at line 7
        "#]],
    );
}

#[test]
fn an_end_too_much_is_told() {
    check(
        "function f()\n  x()\nend\nend\n",
        expect![[r#"
        4: "end": this `end` closes nothing: remove it, or add what it should close
    "#]],
    );
}

#[test]
fn words_of_other_languages_get_an_answer() {
    check(
        "x += 1\ni++\nif a = 1 then b() end\nif a != 1 then b() end\nx = a && b || !c\n// comment\nwhile x do\n  continue\nend\nx = 7 // 2\n",
        expect![[r#"
            1: "+": Lua has no `+=`: write `x = x + 1` with your names
            2: "+": Lua has no `++`: write `x = x + 1`
            3: "=": `then` expected, not `=`: two values are compared with `==`
            4: "!=": `!=` is not Lua: write `~=`
            5: "&&": `&&` is not Lua: write `and`
            5: "||": `||` is not Lua: write `or`
            5: "!": `!` is not Lua: write `not`
            6: "//": a comment starts with `--` in Lua, not with `//`
            8: "continue": Lua has no `continue`: write `goto continue`, and `::continue::` before the `end` of the loop
            10: "//": `//` is not in Lua 5.2: write `math.floor(a / b)`, or `--` for a comment
        "#]],
    );
}

#[test]
fn wrong_literals_say_how_to_write_them() {
    check(
        "x = 1e\nx = 0xg\nx = 1..2\nx = '\\q'\nx = '\\x1'\nx = '\\300'\nx = 'abc\nx = [=a\n",
        expect![[r#"
            1: "1e": `1e` is not a number: digits are missing after the exponent
            2: "0x": `0x` is not a number: after `0x` come hexadecimal digits, as in `0xFF` or `0x1p4`
            3: "1..2": `1..2` is not a number: put a blank before `..`
            4: "\\q": `\q` is no escape of Lua 5.2: write `\\` for a backslash
            5: "\\x1": `\x` needs two hexadecimal digits, as in `\x7F`
            6: "\\300": `\300` is too large: a byte goes up to `\255`
            7: "'abc": this string is never closed: add ' at its end
            8: "[=": a long string starts with `[[` or `[=[`: add the second `[`
        "#]],
    );
}

#[test]
fn labels_and_jumps() {
    check(
        "goto a\nlocal b\n::a::\n::a::\nprint(b)\nbreak\ngoto nowhere\n",
        expect![[r#"
            1: "a": `goto a` jumps into the scope of local `b`: declare the local before the `goto`, or put it into `do ... end`
            4: "a": label `a` is already defined on line 3: choose another name
            6: "break": `break` outside of a loop: use `return` to leave the function
            7: "nowhere": no label `nowhere` is visible here: write `::nowhere::` in this or an outer block
        "#]],
    );
}

#[test]
fn statements_that_are_none() {
    check(
        "x\nx.y\n5\nx = 1 2\n(f) = 1\nf() = 1\nreturn 1\nx = 2\n",
        expect![[r#"
            1: "x": `x` is no statement: call it with `()`, or assign to it with `=`
            2: "y": `x.y` is no statement: call it with `()`, or assign to it with `=`
            4: "2": `2` does not fit here: the statement before it is complete
            5: "=": cannot assign to `(f)`: only to a name, `a.b` or `a[b]`
            6: "=": cannot assign to `f()`: only to a name, `a.b` or `a[b]`
            7: "1": `return` must be the last statement of its block: write `do return end` to leave early
        "#]],
    );
}

#[test]
fn wide_letters_and_blanks() {
    check(
        "grö = 1\nlocal a\u{a0}= 1\n",
        expect![[r#"
        1: "grö": `ö` cannot be in a name: use A-Z, a-z, 0-9 and _
        2: "\u{a0}": an invisible character (U+00A0) that Lua does not take for a blank: delete it
    "#]],
    );
}

#[test]
fn other() {
    check(
        "function f() return ... end\nx = function g() end\na.end = 1\nlocal end = 1\nfoo(a b)\nelse\n",
        expect![[r#"
            2: "g": a function inside an expression has no name: remove it, or make it a statement of its own
            3: "end": `end` is a word of Lua, not a name: write `["..."]` with the name in quotes
            4: "end": the name of a local variable expected: `end` is a word of Lua, choose another name
            5: "b": `,` or `)` expected, not `b`
        "#]],
    );
}
