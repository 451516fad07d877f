//! `run` as a user sees it: the table, HALion's words, the trace, and exit codes.

#![allow(clippy::unwrap_used)]

mod common;

use common::{folder, halion_script, root};
use expect_test::{Expect, expect};

fn run(args: &[&str], expected: Expect) {
    expected.assert_eq(&halion_script(root(), args).all());
}

#[test]
fn the_wrong_sample_shows_the_finding_the_error_and_what_happened() {
    run(
        &["run", "samples/open_url"],
        expect![[r#"
            error[wrong-thread]: openURL only works in Controller, but this runs in Processor: onNote
             --> samples/open_url/script.lua:9:3
              |
            8 | function onNote(event)
              |          ------ `onNote` runs in the Processor
            9 |   openURL(helpPage)
              |   ^^^^^^^ only works in the Controller
              |
              = note: HALion says: Function HALion::openURL is not available in the Processor context.
              = help: wrap the call in runAsync, as in runAsync(openURL, ...); the callback is on hold until the Controller has done it

            1 error in 1 file, 1 ms

            Playing samples/open_url/script.lua with scenario.toml

                 ms  block  thread      task       what
            ──────────────────────────────────────────────────────────────────────────────────────────────────
               0.00      0  Controller  <main> #1  starts, ends
               0.00      0  Processor              in  note_on id=1 note=60 velocity=100
               0.00      0  Processor   onNote #2  starts
               0.00      0  Processor   onNote #2  error in script.lua:9: Function HALion::openURL is not
                                                   available in the Processor context.
             500.00     43  Processor              in  note_off id=1 note=60 velocity=0
             500.00     43  Processor              out note_off id=1 note=60 velocity=0

            onNote: 9: Function HALion::openURL is not available in the Processor context.:   openURL(helpPage)
              in onNote (samples/open_url/script.lua:9)

            1 script error in 511 ms of playing time, 2 events in, 1 out
            --- exit 1
        "#]],
    );
}

#[test]
fn the_fixed_sample_is_clean() {
    run(
        &["run", "samples/open_url_async"],
        expect![[r#"
            no findings in 1 file, 1 ms

            Playing samples/open_url_async/script.lua with scenario.toml

                 ms  block  thread      task         what
            ───────────────────────────────────────────────────────────────────────────────────────
               0.00      0  Controller  <main> #1    starts, ends
               0.00      0  Processor                in  note_on id=1 note=60 velocity=100
               0.00      0  Processor   onNote #2    starts
               0.00      0  Processor   onNote #2    out note_on id=1 note=60 velocity=100
               0.00      0  Processor   onNote #2    waits: runAsync
               5.01      0  Processor                in  note_on id=2 note=64 velocity=90
               5.01      0  Processor   onNote #3    starts
               5.01      0  Processor   onNote #3    out note_on id=2 note=64 velocity=90
               5.01      0  Processor   onNote #3    waits: runAsync
              11.61      1  Controller  showHelp #4  starts (from onNote #2)
              11.61      1  Controller  showHelp #4  prints opening the help for key 60
              11.61      1  Controller  showHelp #4  prints [openURL] https://www.example.org/help
              11.61      1  Controller  showHelp #4  ends
              11.61      1  Processor   onNote #2    goes on
              11.61      1  Processor   onNote #2    prints the help for key 60 is open
              11.61      1  Processor   onNote #2    ends
              23.22      2  Controller  showHelp #5  starts (from onNote #3)
              23.22      2  Controller  showHelp #5  prints opening the help for key 64
              23.22      2  Controller  showHelp #5  prints [openURL] https://www.example.org/help
              23.22      2  Controller  showHelp #5  ends
              23.22      2  Processor   onNote #3    goes on
              23.22      2  Processor   onNote #3    prints the help for key 64 is open
              23.22      2  Processor   onNote #3    ends
             500.00     43  Processor                in  note_off id=1 note=60 velocity=0
             500.00     43  Processor                out note_off id=1 note=60 velocity=0
             505.01     43  Processor                in  note_off id=2 note=64 velocity=0
             505.01     43  Processor                out note_off id=2 note=64 velocity=0

            no script errors in 511 ms of playing time, 4 events in, 4 out
            --- exit 0
        "#]],
    );
}

#[test]
fn the_fade_is_started_by_the_parameter_and_runs_in_the_next_block() {
    run(
        &["run", "samples/fade_parameter", "--no-check"],
        expect![[r#"
            Playing samples/fade_parameter/script.lua with scenario.toml

                  ms  block  thread      task              what
            ───────────────────────────────────────────────────────────────────────────────────────────────
                0.00      0  Controller  <main> #1         starts, ends
                0.00      0  Processor                     in  note_on id=1 note=60 velocity=100
                0.00      0  Processor   onNote #2         starts
                0.00      0  Processor   onNote #2         out note_on id=1 note=60 velocity=100
                0.00      0  Processor   onNote #2         ends
               20.00      1  Processor                     in  note_on id=2 note=64 velocity=90
               20.00      1  Processor   onNote #3         starts
               20.00      1  Processor   onNote #3         out note_on id=2 note=64 velocity=90
               20.00      1  Processor   onNote #3         ends
              255.42     22  Controller                    fadeVoices = true (ui)
              255.42     22  Controller  onFadeVoices #4   starts, ends
              255.42     22  Processor   fadeHeldNotes #5  starts (from onFadeVoices #4)
              255.42     22  Processor   fadeHeldNotes #5  prints fading key 60
              255.42     22  Processor   fadeHeldNotes #5  out fade id=1 from=1 to=0 ramp_ms=500 kill=true
              255.42     22  Processor   fadeHeldNotes #5  prints fading key 64
              255.42     22  Processor   fadeHeldNotes #5  out fade id=2 from=1 to=0 ramp_ms=500 kill=true
              255.42     22  Processor   fadeHeldNotes #5  ends
              755.42     65  Processor                     fade of note 1 arrives at 0
              755.42     65  Processor                     voices of note 1 end (fade)
              755.42     65  Processor                     fade of note 2 arrives at 0
              755.42     65  Processor                     voices of note 2 end (fade)
             1000.00     86  Processor                     in  note_off id=1 note=60 velocity=0
             1000.00     86  Processor   onRelease #6      starts
             1000.00     86  Processor   onRelease #6      out note_off id=1 note=60 velocity=0
             1000.00     86  Processor   onRelease #6      ends
             1020.00     87  Processor                     in  note_off id=2 note=64 velocity=0
             1020.00     87  Processor   onRelease #7      starts
             1020.00     87  Processor   onRelease #7      out note_off id=2 note=64 velocity=0
             1020.00     87  Processor   onRelease #7      ends

            no script errors in 1022 ms of playing time, 4 events in, 6 out
            --- exit 0
        "#]],
    );
}

#[test]
fn a_script_without_scenario_gets_one_note_and_until_ends_early() {
    let folder = folder(&[(
        "a.lua",
        "function onNote(event)\n  while true do\n    wait(100)\n    print(getTime())\n  end\nend\n",
    )]);
    expect![[r#"
        no findings in 1 file, 1 ms

        Playing a.lua with one middle C of 500 ms

             ms  block  thread      task       what
        ─────────────────────────────────────────────────────────────────────────────
           0.00      0  Controller  <main> #1  starts, ends
           0.00      0  Processor              in  note_on id=1 note=60 velocity=100
           0.00      0  Processor   onNote #2  starts
           0.00      0  Processor   onNote #2  waits: wait 100 ms
         100.00      8  Processor   onNote #2  goes on
         100.00      8  Processor   onNote #2  prints 100
         100.00      8  Processor   onNote #2  waits: wait 100 ms
         200.00     17  Processor   onNote #2  goes on
         200.00     17  Processor   onNote #2  prints 200
         200.00     17  Processor   onNote #2  waits: wait 100 ms
         300.00     25  Processor   onNote #2  goes on
         300.00     25  Processor   onNote #2  prints 300
         300.00     25  Processor   onNote #2  waits: wait 100 ms

        no script errors in 360 ms of playing time, 1 event in, 0 out
        --- exit 0
    "#]]
    .assert_eq(&halion_script(folder.path(), &["run", "a.lua", "--until", "350"]).all());
}

#[test]
fn a_long_run_is_cut_in_the_middle() {
    let folder = folder(&[(
        "a.lua",
        "function onNote(event)\n  for i = 1, 100 do print(i) end\nend\n",
    )]);
    let said = halion_script(folder.path(), &["run", "a.lua", "--no-check"]);
    assert!(
        said.out
            .contains(" rows in between: see all with --trace FILE"),
        "{}",
        said.out
    );
    assert!(said.out.lines().count() < 80, "{}", said.out);
    assert!(
        said.out.contains("prints 1\n")
            && said.out.contains("prints 100\n")
            && !said.out.contains("prints 70\n")
    );
}

#[test]
fn the_table_keeps_to_100_columns() {
    let folder = folder(&[(
        "a.lua",
        "function onNote(event)\n  print(string.rep(\"word \", 60))\nend\n",
    )]);
    let said = halion_script(folder.path(), &["run", "a.lua"]);
    let widest = said.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}\n{}", said.out);
}

#[test]
fn a_module_is_required_from_the_script_folder_or_a_library() {
    let folder = folder(&[
        (
            "s/a.lua",
            "local near = require \"near\"\nlocal far = require \"far.away\"\nprint(near, far)\n",
        ),
        ("s/near.lua", "return \"near\"\n"),
        ("lib/far/away.lua", "return \"far\"\n"),
    ]);
    let said = halion_script(folder.path(), &["run", "s/a.lua", "--library", "lib"]);
    assert!(said.out.contains("prints near far\n"), "{}", said.all());
    assert_eq!(said.code, 0);
    let said = halion_script(folder.path(), &["run", "s/a.lua", "--no-check"]);
    assert!(said.out.contains("far.away"), "{}", said.all());
    assert_eq!(said.code, 1);
}

#[test]
fn the_trace_goes_to_standard_output_alone_and_is_the_same_each_time() {
    let first = halion_script(root(), &["run", "samples/open_url", "--trace", "-"]);
    assert_eq!(first.code, 1);
    for line in first.out.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["sample", "ms", "block", "thread", "task", "kind"] {
            assert!(!object[key].is_null(), "no {key} in {line}");
        }
    }
    assert!(
        first.err.contains("Playing samples/open_url/script.lua"),
        "what is for people goes to standard error"
    );
    let folder = folder(&[]);
    let file = folder.path().join("trace.jsonl");
    let second = halion_script(
        root(),
        &[
            "run",
            "samples/open_url",
            "--no-check",
            "--trace",
            file.to_str().unwrap(),
        ],
    );
    assert!(second.out.contains("Playing"), "{}", second.all());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first.out);
}

#[test]
fn every_sample_has_one_trace() {
    for sample in [
        "samples/open_url",
        "samples/open_url_async",
        "samples/fade_parameter",
    ] {
        let trace = || halion_script(root(), &["run", sample, "--no-check", "--trace", "-"]).out;
        assert_eq!(trace(), trace());
    }
}

#[test]
fn nothing_that_a_script_says_reaches_the_terminal_as_a_command() {
    let text = "t = {}\nt[\"\\27[2J\"] = function() print(\"\\27[2J\\n\\7x\") openURL(\"\\27[2J\") end\nfunction onNote() t[\"\\27[2J\"]() end\n";
    let folder = folder(&[("a.lua", text)]);
    let mut command = common::command(folder.path(), &["run", "a.lua"]);
    let said = command.env("CLICOLOR_FORCE", "1").output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("openURL only works in Controller"), "{said}");
    assert!(
        !said.contains("\x1b[2J") && !said.contains('\x07'),
        "{said:?}"
    );
}

#[test]
fn an_error_that_repeats_is_shown_once_with_its_number() {
    let text = "function onNote() end\nfunction onController(event)\n  openURL(\"x\")\nend\n";
    let input = |ms: u32| {
        format!("[[input]]\nat_ms = {ms}\nkind = \"controller\"\nnumber = 1\nvalue = 1\n")
    };
    let scenario: String = (0..50).map(input).collect();
    let folder = folder(&[("a.lua", text), ("s.toml", &scenario)]);
    let said = halion_script(
        folder.path(),
        &["run", "a.lua", "--no-check", "--scenario", "s.toml"],
    );
    let line = "onController: 3: Function HALion::openURL is not available in the Processor context.:   openURL(\"x\") (50 times)\n";
    assert_eq!(said.out.matches(line).count(), 1, "{}", said.out);
    assert!(said.out.contains("50 script errors in "), "{}", said.out);
}

#[test]
fn an_error_that_no_line_made_has_no_line() {
    let scenario = "[[input]]\nat_ms = 0\nkind = \"save\"\nname = \"s\"\n";
    let folder = folder(&[
        ("a.lua", "function onSave() return print end\n"),
        ("s.toml", scenario),
    ]);
    let said = halion_script(folder.path(), &["run", "a.lua", "--scenario", "s.toml"]);
    assert!(
        said.out
            .contains("error in a.lua: a value of type function"),
        "{}",
        said.out
    );
}

#[test]
fn a_stack_that_overflows_shows_each_place_once() {
    let text = "local function f(n)\n  return f(n + 1) + 1\nend\nfunction onNote() f(1) end\n";
    let folder = folder(&[("a.lua", text)]);
    let said = halion_script(folder.path(), &["run", "a.lua", "--no-check"]);
    assert_eq!(
        said.out.matches("in f (a.lua:2)").count(),
        1,
        "{}",
        said.out
    );
    assert!(said.out.contains(" times\n"), "{}", said.out);
}

#[test]
fn a_scenario_says_that_a_script_is_one_of_a_user_interface() {
    let folder = folder(&[
        ("page.lua", "print(type(getElement()))\n"),
        ("scenario.toml", "script_kind = \"ui\"\n"),
    ]);
    let output = halion_script(
        folder.path(),
        &["run", "--scenario", "scenario.toml", "page.lua"],
    );
    assert!(output.all().contains("no findings"), "{}", output.all());
    assert!(output.all().contains("prints Program"), "{}", output.all());
}

#[test]
fn slots_saving_and_resets_have_their_rows() {
    let script = "defineSlotLocal('n')\nfunction onInit() n = getSlotIndex() print(n) end\nfunction onSave() return { 1, x = 2 } end\n";
    let scenario = "slots = [0, 1]\n[[input]]\nat_ms = 10\nkind = 'save'\nname = 'a'\n[[input]]\nat_ms = 30\nkind = 'reload'\n[[input]]\nat_ms = 50\nkind = 'load'\nname = 'a'\n";
    let folder = folder(&[("script.lua", script), ("scenario.toml", scenario)]);
    let output = halion_script(
        folder.path(),
        &[
            "run",
            "--no-check",
            "--scenario",
            "scenario.toml",
            "script.lua",
        ],
    );
    expect![[r#"
        Playing script.lua with scenario.toml

            ms  block  thread       task        what
        ──────────────────────────────────────────────────────────────
          0.00      0  Controller   <main> #1   starts, ends
          0.00      0  Processor 0  onInit #2   starts
          0.00      0  Processor 0  onInit #2   prints 0
          0.00      0  Processor 0  onInit #2   ends
          0.00      0  Processor 1  onInit #3   starts
          0.00      0  Processor 1  onInit #3   prints 1
          0.00      0  Processor 1  onInit #3   ends
         11.61      1  Controller   onSave #4   starts, ends
         11.61      1  Controller   onSave #4   saved a: { 1, x = 2 }
         34.83      3  Controller               reloaded
         34.83      3  Controller   <main> #5   starts, ends
         34.83      3  Processor 0  onInit #6   starts
         34.83      3  Processor 0  onInit #6   prints 0
         34.83      3  Processor 0  onInit #6   ends
         34.83      3  Processor 1  onInit #7   starts
         34.83      3  Processor 1  onInit #7   prints 1
         34.83      3  Processor 1  onInit #7   ends
         58.05      5  Controller               loaded a
         58.05      5  Controller   <main> #8   starts, ends
         58.05      5  Processor 0  onInit #9   starts
         58.05      5  Processor 0  onInit #9   prints 0
         58.05      5  Processor 0  onInit #9   ends
         58.05      5  Processor 1  onInit #10  starts
         58.05      5  Processor 1  onInit #10  prints 1
         58.05      5  Processor 1  onInit #10  ends

        no script errors in 70 ms of playing time, 0 events in, 0 out
        --- exit 0
    "#]]
    .assert_eq(&output.all());
}
