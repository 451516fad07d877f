//! What is known of a version after any edits is what an analysis from scratch says: findings, steps, functions, kind, all positions.

use std::sync::Arc;

use halion_syntax::{TextRange, TextSize, parse};

use super::robust::flooded;
use super::stability::{Dice, FILES, PARTS, whole};
use crate::check::script;
use crate::{Known, Rung, Script, ScriptKind, SourceFile, analyze};

/// What is typed or pasted.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "x",
    "1",
    "20",
    ".5",
    "(",
    ")",
    "\"a\"",
    "\"a b\"",
    "'",
    "--",
    "-- a remark\n",
    "--[[ a remark ]]",
    "---@diagnostic disable-next-line: wrong-thread\n",
    "---@thread processor\n",
    " end ",
    " or ",
    " * 2",
    "wait(20)\n",
    "print(\"hello you\", 3)\n",
    "openURL(\"a b\")\n",
    "local a = 3\n",
    "function onNote(event)\n",
    "end\n",
    "handlers.note(1)\n",
    "open",
    ".y",
    ", 2",
    "defineParameter(\"Amount\", nil, 0, 0, 1, change)\n",
    "if x < 4 then open(\"c\") end\n",
    "\r\n",
    "runAsync(open, \"a\")\n",
    "t[3] = openURL\n",
    "u[1 + 2]()\n",
    "getElement = 1\n",
];

fn size(bytes: usize) -> TextSize {
    TextSize::try_from(bytes).unwrap()
}

/// The file with `piece` in place of the bytes, read from the tree before.
pub(super) fn edited(file: &SourceFile, bytes: std::ops::Range<usize>, piece: &str) -> SourceFile {
    let text = [&file.text[..bytes.start], piece, &file.text[bytes.end..]].concat();
    let replaced = TextRange::new(size(bytes.start), size(bytes.end));
    SourceFile {
        path: file.path.clone(),
        parse: file.parse.edited(&text, replaced, size(piece.len())),
        text: Arc::from(text),
    }
}

#[track_caller]
pub(super) fn agree(known: &Known, script: &Script, what: &str) {
    let scratch = analyze(script);
    let text = &script.files[0].text;
    assert_eq!(
        known.analysis().diagnostics,
        scratch.diagnostics,
        "{what}\n{text}"
    );
    assert_eq!(
        known.analysis().functions,
        scratch.functions,
        "{what}\n{text}"
    );
    assert_eq!(known.analysis().kind, scratch.kind, "{what}\n{text}");
    assert_eq!(known.analysis().rung, scratch.rung, "{what}\n{text}");
}

/// One edit: anything anywhere, or a blank, a comment or another number where there is one already.
fn edit(dice: &mut Dice, file: &SourceFile) -> SourceFile {
    let text = &file.text;
    let at = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = at(dice.below(text.len() + 1));
    let next = |wanted: fn(char) -> bool| text[start..].find(wanted).map(|found| start + found);
    let gap = next(char::is_whitespace);
    let digit = next(|letter| letter.is_ascii_digit());
    match (dice.below(6), gap, digit) {
        (0..=2, Some(gap), _) => {
            let blank = ["  ", "\n", " --[[ why ]] ", " -- why\n", "\r\n"][dice.below(5)];
            edited(file, gap..gap, blank)
        }
        (3, _, Some(digit)) => edited(file, digit..digit + 1, ["7", "12", "0.5"][dice.below(3)]),
        (4, ..) => {
            let from = at(dice.below(text.len() + 1));
            let to = at(from + dice.below(60));
            edited(file, start..start, &text[from..to.max(from)])
        }
        _ => {
            let end = at(start + [0, 0, 0, 1, 1, 5, 30][dice.below(7)]);
            edited(
                file,
                start..end.max(start),
                PIECES[dice.below(PIECES.len())],
            )
        }
    }
}

/// Edits at random; returns how many of them moved what was known.
fn type_at_random(seed: u64, n_edits: usize) -> usize {
    let mut dice = Dice(seed);
    let mut parts = PARTS.to_vec();
    dice.shuffle(&mut parts);
    let mut script = whole(&parts[..8], &FILES);
    let mut known = Known::first(script.clone());
    let mut undo: Vec<Script> = Vec::new();
    let mut n_moved = 0;
    for step in 0..n_edits {
        let mut files = script.files.iter();
        let is_broken = files.any(|file| !file.parse.errors().is_empty());
        let takes_back = dice.below(8) < if is_broken { 6 } else { 1 };
        match undo.pop() {
            Some(before) if takes_back => script = before,
            before => {
                undo.extend(before);
                undo.push(script.clone());
                let idx = dice.below(script.files.len());
                script.files[idx] = edit(&mut dice, &script.files[idx]);
            }
        }
        known = known.next(script.clone());
        n_moved += usize::from(known.is_moved());
        agree(&known, &script, &format!("seed {seed}, edit {step}"));
    }
    n_moved
}

#[test]
fn a_thousand_random_edits_give_what_a_fresh_analysis_gives() {
    let n_moved: usize = (0..10).map(|seed| type_at_random(seed, 100)).sum();
    assert!(n_moved > 200, "{n_moved} were moved");
}

/// Whether an edit of the first file moves what is known.
#[track_caller]
pub(super) fn moves(text: &str, find: &str, insert: &str) -> bool {
    let mut script = script(text, ScriptKind::Auto);
    let known = Known::first(script.clone());
    let start = script.files[0].text.find(find).unwrap();
    script.files[0] = edited(&script.files[0], start..start + find.len(), insert);
    let next = known.next(script.clone());
    agree(&next, &script, &format!("{find} > {insert}"));
    next.is_moved()
}

#[test]
fn behind_a_coarse_version_the_next_one_begins_there() {
    let flooded = flooded(40);
    let mut script = script(&flooded, ScriptKind::Auto);
    let first = Known::first(script.clone());
    assert_eq!(first.analysis().rung, Rung::Coarse);
    script.files[0] = edited(&script.files[0], 0..0, "wait(openURL)\n");
    let next = first.next(script.clone());
    agree(&next, &script, "still flooded");
    assert!(!next.is_moved());
    let (before, after) = (first.analysis().steps, next.analysis().steps);
    assert!(
        after < before / 10 * 7,
        "{after} evaluations after {before}"
    );
    // A number that nobody looks at still moves what is known.
    let text = flooded + "limit = 40";
    script.files[0] = edited(&script.files[0], 0..script.files[0].text.len(), &text);
    let next = next.next(script.clone());
    script.files[0] = edited(&script.files[0], text.len() - 2..text.len(), "50");
    let next = next.next(script.clone());
    agree(&next, &script, "another number");
    assert!(next.is_moved());
    let small = "function onNote(e) openURL('u') end\n";
    script.files[0] = edited(&script.files[0], 0..script.files[0].text.len(), small);
    assert_eq!(next.next(script.clone()).analysis().rung, Rung::Coarse);
    assert_eq!(Known::first(script).analysis().rung, Rung::Full);
}

const TEXT: &str = "
function onNote(event)
  local length = event.velocity * 10 + 5
  wait(20)
  if length < 300 then openURL(\"the page\") end
  if count == 60 then savePreset(\"p\", 1) end
  handlers[7](event)
  handlers[40 + 2](event)
end
count, handlers = 59, {}
";

#[test]
fn blanks_comments_and_free_literals_move_what_is_known() {
    for (find, insert) in [
        ("\nfunction", "\n-- a line above\n\nfunction"),
        ("wait(20)", "wait( 20 ) -- why"),
        ("* 10", "* 1000"),
        ("+ 5", "+ .5"),
        ("wait(20)", "wait(30)"),
        ("300", "0x1p4"),
        ("the page", "another page"),
    ] {
        assert!(moves(TEXT, find, insert), "{find} > {insert}");
    }
}

#[test]
fn what_may_count_is_analysed_again() {
    for (find, insert) in [
        ("== 60 then", "== 59 then"),
        ("59", "60"),
        ("40 + 2", "40 + 3"),
        ("[7]", "[8]"),
        ("\"the page\"", "\"onChanged\""),
        ("wait(20)", "wait(n)"),
        ("  wait(20)", "  wait(20"),
        ("  wait(20)\n", ""),
        ("then openURL", "then\n    openURL"),
        ("\nfunction", "\n---@thread controller\nfunction"),
    ] {
        assert!(!moves(TEXT, find, insert), "{find} > {insert}");
    }
}

#[test]
fn a_function_that_is_the_scripts_own_may_use_its_arguments() {
    let own = "t = {}\nfunction wait(n) t[n]() end\nfunction onNote() wait(20) end\n";
    assert!(!moves(own, "(20)", "(30)"));
}

#[test]
fn in_a_broken_file_what_the_parser_says_is_told_anew() {
    let broken =
        "function onNote()\n  local length = 20\n  if length then\n  openURL(\"a\")\nend\n";
    assert!(moves(broken, "function", "-- y\nfunction"));
    assert!(moves(broken, "20", "  20 -- why"));
    assert!(!moves(broken, "end", "end end"));
    // A function that is not closed goes on to the next one.
    let unclosed = "function M.run({} -- why\nfunction onNote()\n  openURL(\"a\")\nend\n";
    assert!(moves(unclosed, "-- why", "  -- why not"));
    assert!(!moves(broken, "then", ""));
    let all_of_it = "function onNote()\n  openURL(\"a\")\n";
    assert!(!moves(all_of_it, "function", "-- why\nfunction"));
    assert!(!moves("x = \"a b\n", "a b", "ü ü"));
    assert!(!moves("--[[a\n", "--", "\n--"));
    let mut script = whole(PARTS, &FILES);
    script.files[1].parse = parse("x = ");
    let known = Known::first(script.clone());
    script.files[0] = edited(&script.files[0], 0..0, "-- another file may be typed in\n");
    let next = known.next(script.clone());
    assert!(next.is_moved());
    agree(&next, &script, "a comment in another file");
}

#[test]
fn a_file_without_a_token_keeps_nothing_else_from_moving() {
    let mut script = whole(PARTS, &FILES);
    script.files[1].parse = parse("");
    script.files[1].text = Arc::from("");
    let known = Known::first(script.clone());
    script.files[0] = edited(&script.files[0], 0..0, "-- typed\n");
    assert!(known.next(script.clone()).is_moved());
    script.files[1] = edited(&script.files[1], 0..0, "-- typed\n");
    assert!(!known.next(script).is_moved());
}
