//! Literals that nothing has looked at: another one in their place gives what an analysis from scratch gives.

use halion_syntax::{SyntaxKind, TextRange};

use super::incremental::{agree, edited, moves};
use super::stability::Dice;
use crate::check::script;
use crate::origin::MAX_CHANGED;
use crate::{Known, Script, ScriptKind};

/// Numbers and texts are few, so that equal ones meet.
const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "5", "60", "0.5", "1e2", "1.0", "0x1", "0x.8p1", "1e999", ".5",
];
const TEXTS: &[&str] = &[
    "\"a b\"",
    "\"c d\"",
    "\"- -\"",
    "'a b'",
    "\"a\\032b\"",
    "\"%d %s\"",
    "\"1 \"",
    "\"\\65 b\"",
];

/// Statements about numbers (`N`) and texts (`T`) that are passed on, stored, computed with, compared, counted and used as keys.
const STATEMENTS: &[&str] = &[
    "a = N",
    "b = a",
    "a = a + N",
    "b = (a * N - N) / N",
    "c = -a",
    "t.x = N",
    "t.y = t.x",
    "t.x = t.x + N",
    "t[N] = openURL",
    "t[a] = savePreset",
    "t[a]()",
    "t[b + N]()",
    "list[#list + 1] = N",
    "table.insert(list, a)",
    "local first = list[1] if first == N then openURL() end",
    "for i, item in ipairs(list) do if item == a then savePreset() end end",
    "for i = a, N do t[i] = openURL end",
    "for i = 1, 3 do b = b + N end",
    "if a == b then openURL() end",
    "if a < N then savePreset() end",
    "if a ~= N and b >= a then openURL() else c = N end",
    "while a < N do a = a + N end",
    "pick(a, openURL, savePreset)()",
    "give(N, a)",
    "keep(N)",
    "keep(a)",
    "a = keep(b)",
    "a = b or N",
    "b = getTempo() and N or a",
    "c = math.max(a, N)",
    "t[math.floor(c)] = openURL",
    "s = T",
    "s = s .. T",
    "t[s] = openURL",
    "t[T]()",
    "if s == T then savePreset() end",
    "t[tostring(a)] = openURL",
    "t[\"k\" .. a]()",
    "s = string.sub(T, N, a)",
    "obj = setmetatable({ n = N }, meta)",
    "c = obj + N",
    "if obj.n == c then openURL() end",
    "keep(T)",
    "print(s, a, T)",
    "wait(N)",
    "local ok = pcall(keep, N)",
    "f = function(n) return n == N and openURL or print end f(a)()",
    "v = N",
    "v = T",
    "v = openURL",
    "v = function() savePreset(T) end",
    "v = a or T",
    "v()",
    "if type(v) == \"string\" then openURL() end",
    "if type(v) == \"number\" then savePreset(N) end",
    "a, b = b, a",
    "a, v = N, N",
    "a = select(\"#\", N, a, b) t[a] = openURL",
    "c = select(N, openURL, print, a) if c then c() end",
    "c = #T t[c] = savePreset",
    "s = (\"%s %d\"):format(T, a)",
    "s = string.format(\"%d\", a) .. T",
    "a = tonumber(s) or N",
    "a = #list + N",
    "list = { N, N, a, openURL }",
    "list = { N, T, x = N, [N] = openURL, [a] = savePreset }",
    "a = table.unpack(list)",
    "v = table.unpack(list, N)",
    "table.remove(list, N)",
    "table.insert(list, N, openURL)",
    "s = table.concat({ T, T }, T) t[s] = openURL",
    "for key, item in pairs(list) do v = item t[key] = item end",
    "for key, item in pairs(t) do if key == N then item() end end",
    "for i = N, N, N do v = i if i == N then openURL() end end",
    "repeat a = a - N until a < N",
    "repeat b = N if b == a then break end savePreset() until T",
    "while N do if a == b then break end a = b end",
    "do goto out if N == a then openURL() end ::out:: end",
    "local ok, why = pcall(function() error(T) end) v = why",
    "if keep(N) == keep(N) then openURL() end",
    "local p = { N, N } if p[1] == p[2] then savePreset() end",
    "local p = N p = p + N if p == N then openURL() end",
    "local q = a == N and openURL or savePreset q()",
    "local q = ({ openURL, savePreset, print })[N] if q then q() end",
    "local q = ({ openURL, savePreset, print })[a] if q then q() end",
    "meta[N] = openURL",
    "local g = obj[N] if g then g() end",
    "obj.n = obj.n * N",
    "local same = rawequal(a, N) if same then openURL() end",
    "rawset(t, N, openURL) local g = rawget(t, a) if g then g() end",
    "v = -a",
    "v = not a",
    "v = N < N and openURL or N",
    "v = a % N == 0 and savePreset or T",
    "defineParameter(T, nil, N, N, N, function() openURL() end)",
    "defineParameter { name = T, default = N, min = N, max = N, onChanged = savePreset }",
    "runSync(keep, N)",
    "runAsync(keep, T)",
    "spawn(keep, N)",
    "postEvent({ type = N, note = a })",
    "if event then playNote(a + N, N, b) end",
    "local function inner(n) if n > N then return inner(n - N) end openURL() end inner(a)",
    "local w = coroutine.wrap(function(n) coroutine.yield(N) return T end) v = w(N)",
    "t[T] = t[T] or {}",
    "t.x = t.x or N",
    "_G[T] = openURL",
    "_G[\"on\" .. T] = openURL",
    "if N < N then openURL() end",
    "if a < N and N <= b then openURL() elseif a == N then savePreset() end",
    "v = a if v == N then v = openURL end if v then keep(v) end",
    "local q = b if q ~= N then q = c end if q == c then openURL() end",
    "for i = 1, 2 do if i == N then savePreset() end end",
    "function onNote() keep(N) end",
    "while c < N do c = c + N if c == a then openURL() end end",
    "local o = { N, N } a = o[1] b = o[2]",
    "a = N b = N c = N",
    "if event.note == N then openURL() end",
    "bits = bit32.band(a, N) t[bits] = savePreset",
    "while event do c = c + N end t[c] = savePreset",
    "while event do c = c - N end local g = t[c] if g then g() end",
    "local n = N while event do n = n + N if n == a then openURL() end end keep(n)",
    "local n = N repeat n = n - N if n == N then savePreset() end until event keep(n)",
    "local n = N for _ in pairs(t) do n = n + N end if n == N then openURL() end",
    "local n = N for _ in pairs(list) do a = n n = n + b end v = { n = n } if v.n == N then openURL() end",
    "count = (count or N) + N if count == N then openURL() end",
    "local n = a local function tick() n = n + N return n end if tick() == N then savePreset() end tick()",
    "local n = N local function tick() n = n + N if n > N then n = N end end tick() tick() if n == N then openURL() end",
    "local n = N while event do n = a + n if n == N then openURL() end end",
    "local n = N while event do n = n % N + N end t[n] = openURL",
];

const START: &str = "
local t, list, a, b, c, s, v, bits, f = {}, {}, 1, 2, 3, \"a b\"
local meta = { __add = function(one, other) return other end }
meta.__index = meta
local obj = setmetatable({ n = 3 }, meta)
local function pick(n, ...) return (select(n, ...)) or print end
local function give(n, m) if n == m then openURL() end return n end
local function keep(n) t.kept = n return n end
";

/// A script of such statements: global ones, and those of a callback of each thread.
fn made(dice: &mut Dice) -> String {
    let mut text = START.to_owned();
    for head in ["do", "function onNote(event)", "function onSave()"] {
        text += head;
        for _ in 0..2 + dice.below(8) {
            text += "\n  ";
            for letter in STATEMENTS[dice.below(STATEMENTS.len())].chars() {
                match letter {
                    'N' => text += NUMBERS[dice.below(NUMBERS.len())],
                    'T' => text += TEXTS[dice.below(TEXTS.len())],
                    letter => text.push(letter),
                }
            }
        }
        text += "\nend\n";
    }
    text
}

/// Another literal in place of one of the script's.
fn other_literal(dice: &mut Dice, script: &mut Script) {
    let file = &script.files[0];
    let root = file.parse.syntax();
    let tokens = root.descendants_with_tokens();
    let tokens = tokens.filter_map(|element| element.into_token());
    let literals: Vec<(SyntaxKind, TextRange)> = tokens
        .filter(|token| matches!(token.kind(), SyntaxKind::Number | SyntaxKind::Str))
        .map(|token| (token.kind(), token.text_range()))
        .collect();
    let (kind, range) = literals[dice.below(literals.len())];
    let piece = match kind {
        SyntaxKind::Number => NUMBERS[dice.below(NUMBERS.len())],
        _ => TEXTS[dice.below(TEXTS.len())],
    };
    script.files[0] = edited(file, range.start().into()..range.end().into(), piece);
}

#[test]
fn thousands_of_other_literals_give_what_a_fresh_analysis_gives() {
    let (mut n_moved, mut n_edits) = (0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let mut script = script(&made(&mut dice), ScriptKind::Auto);
        let mut known = Known::first(script.clone());
        for edit in 0..24 {
            for _ in 0..[1, 1, 1, 2, 4][dice.below(5)] {
                other_literal(&mut dice, &mut script);
            }
            known = known.next(script.clone());
            n_edits += 1;
            n_moved += usize::from(known.is_moved());
            agree(&known, &script, &format!("seed {seed}, edit {edit}"));
        }
    }
    assert!(n_moved * 4 > n_edits, "{n_moved} of {n_edits} were moved");
}

#[test]
fn a_counter_is_free() {
    let text = "
local count, turns = 0, 5
function onNote(event)
  count = count + 1
  turns = turns - 2
  keep(count, turns)
end
function keep(...) kept = { ... } end
";
    for (find, insert) in [
        ("= 0,", "= 7,"),
        ("5\n", "6\n"),
        ("+ 1", "+ 3"),
        ("- 2", "- 1"),
    ] {
        assert!(moves(text, find, insert), "{find} > {insert}");
    }
    // Nothing is counted any more.
    assert!(!moves(text, "+ 1", "+ 0"));
    assert!(!moves(text, "- 2", "- 0"));
}

/// Functions take up room in a set, too: whether its constants are merged must not depend on one whose seal is closed.
#[test]
fn other_elements_of_a_set_count() {
    for n_functions in 20..50 {
        let functions = "held = function() end\n".repeat(n_functions);
        let numbers: String = (1..8).map(|n| format!("held = {n}\n")).collect();
        let text = format!(
            "function onSave() {functions}{numbers}held = 0.5 end
            function onNote() if type(held) == \"string\" then openURL() end end"
        );
        let mut script = script(&text, ScriptKind::Auto);
        let known = Known::first(script.clone());
        let at = text.find("0.5").unwrap();
        script.files[0] = edited(&script.files[0], at..at + "0.5".len(), "7");
        agree(
            &known.next(script.clone()),
            &script,
            &n_functions.to_string(),
        );
    }
}

#[test]
fn what_is_only_passed_on_and_computed_with_is_free() {
    let text = "
        local function play(note, length) playNote(note + 12, 100, length * 2) end
        local low = 20
        function onNote(event)
          play(60, 500) play(64, 500) play(67, 500)
          if event.note > low then wait(low * 3 + 7) end
          print(\"a note\", low)
        end";
    for (find, insert) in [
        ("60", "61"),
        ("64", "60"),
        ("67, 500", "67, 250"),
        ("12", "5"),
        ("= 20", "= 21"),
        ("* 3", "* 8"),
        ("a note", "one note"),
    ] {
        assert!(moves(text, find, insert), "{find} > {insert}");
    }
}

#[test]
fn what_decides_is_not() {
    let text = "
        local t = { [2] = openURL }
        local two, six = 1 + 1, 6
        local function act(n) if n == 4 then savePreset() end end
        for i = 1, 5 do t[i] = print end
        function onNote(event)
          t[two](\"a page\")
          act(4) act(7)
          if six < 8 then openURL() end
          if (\"a b\"):len() == 3 then loadPreset() end
        end";
    for (find, insert) in [
        ("1 + 1", "1 + 2"),
        ("6\n", "9\n"),
        ("< 8", "< 3"),
        ("== 4", "== 5"),
        ("act(7)", "act(4)"),
        ("1, 5 do", "1, 1 do"),
        ("a b", "a longer one"),
        ("== 3", "== 4"),
    ] {
        assert!(!moves(text, find, insert), "{find} > {insert}");
    }
}

#[test]
fn what_is_compared_is_free_where_nothing_comes_out_otherwise() {
    let text = "
        local most = 8
        local function act(n)
          if n > most then openURL() elseif n == 2 then savePreset() end
        end
        function onNote() act(4) end";
    for (find, insert, is_free) in [
        ("= 8", "= 80", true),
        ("= 8", "= 5", true),
        ("= 8", "= 4", true),
        ("= 8", "= 3", false),
        ("act(4)", "act(7)", true),
        ("act(4)", "act(9)", false),
        ("act(4)", "act(2)", false),
        ("== 2", "== 3", true),
        ("== 2", "== 4", false),
    ] {
        assert_eq!(moves(text, find, insert), is_free, "{find} > {insert}");
    }
}

#[test]
fn one_compared_literal_may_differ_at_once() {
    let text = "if 1 < 5 then x = 1 end if 2 < 6 then x = 2 end if 5 < 3 then openURL(\"a\") end";
    let mut script = script(text, ScriptKind::Auto);
    let mut known = Known::first(script.clone());
    let mut moved = Vec::new();
    for (find, insert) in [
        ("1 < 5", "1 < 7"),
        ("1 < 7", "1 < 5"),
        ("2 < 6", "2 < 8"),
        ("2 < 8", "2 < 88"),
        ("1 < 5", "1 < 4"),
        ("5 < 3", "5 < 4"),
    ] {
        let file = &script.files[0];
        let at = file.text.find(find).unwrap();
        script.files[0] = edited(file, at..at + find.len(), insert);
        known = known.next(script.clone());
        moved.push(known.is_moved());
        agree(&known, &script, &format!("{find} > {insert}"));
    }
    // The first one is back when the second one is typed; then there are two, and everything is analysed again, and then again.
    assert_eq!(moved, [true, true, true, true, false, true]);
}

#[test]
fn a_few_mixed_literals_may_differ_at_once() {
    let calls: String = (0..10).map(|n| format!("  keep({n}.5)\n")).collect();
    let text = format!("local function keep(n) kept = n end\nfunction onNote()\n{calls}end");
    let mut script = script(&text, ScriptKind::Auto);
    let mut known = Known::first(script.clone());
    let mut n_moved = 0;
    for n in 0..10 {
        let file = &script.files[0];
        let at = file.text.find(&format!("keep({n}.5")).unwrap() + "keep(".len();
        script.files[0] = edited(file, at..at, "7");
        known = known.next(script.clone());
        n_moved += usize::from(known.is_moved());
        agree(&known, &script, &format!("the literal {n}"));
    }
    // After one too many, everything is analysed again, and the next one is the first again.
    assert_eq!(n_moved, MAX_CHANGED + 1);
}

/// Equal literals that met are one value, but not one literal; and 0 / 0 is not even equal to itself.
#[test]
fn what_is_compared_with_itself_may_be_made_of_literals() {
    let met = "
        local a = 1
        function onSave() a = 1 end
        function onNote() local b = a if b == a then print() else openURL() end end";
    let made = "function onNote() local n = 5 / 5 if n ~= n then openURL() end end";
    for (text, find) in [(met, "1 end"), (made, "5 /"), (made, "5 if")] {
        let mut script = script(text, ScriptKind::Auto);
        let mut known = Known::first(script.clone());
        for piece in ["0", "2", "1e999"] {
            let at = text.find(find).unwrap();
            script.files[0] = edited(&script.files[0], at..at + 1, piece);
            known = known.next(script.clone());
            agree(&known, &script, &format!("{find} > {piece}"));
            script.files[0] = edited(&script.files[0], at..at + piece.len(), &find[..1]);
            known = known.next(script.clone());
        }
    }
    let text = made.replace('5', "0");
    let mut script = script(&text, ScriptKind::Auto);
    let known = Known::first(script.clone());
    let at = text.find("0 if").unwrap();
    script.files[0] = edited(&script.files[0], at..at + 1, "1");
    agree(&known.next(script.clone()), &script, "0 / 1");
}
