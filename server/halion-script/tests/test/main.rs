//! `test` as a user sees it: what passes, what fails and how it is told, scenarios, golden traces.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod failures;
mod formats;

use common::{Said, folder, halion_script, root};
use expect_test::{Expect, expect};

/// A script that sends each note on, and again after 100 ms, softer.
const ECHO: &str = "\
defineParameter('time', 'Time', 100, 0, 1000, 1)
function onNote(event)
  print('note', event.note)
  postEvent(event)
  wait(time)
  playNote(event.note, math.floor(event.velocity / 2), 20)
end
";

/// Runs the tests of one file beside [`ECHO`].
fn test(text: &str, args: &[&str]) -> Said {
    let folder = folder(&[("echo.lua", ECHO), ("echo.test.lua", text)]);
    halion_script(folder.path(), &[&["test"], args].concat())
}

fn check(text: &str, args: &[&str], expected: Expect) {
    expected.assert_eq(&test(text, args).all());
}

/// The exit code, and a part of what is said.
#[track_caller]
fn fails(text: &str, part: &str) {
    let said = test(text, &[]);
    assert!(said.out.contains(part), "{}", said.all());
    assert_eq!(said.code, 1, "{}", said.all());
}

fn it(body: &str) -> String {
    format!("it('works', function()\n  local script = load_script()\n  {body}\nend)\n")
}

#[test]
fn the_samples_pass_their_tests() {
    let said = halion_script(root(), &["test", "samples"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let scripts = std::fs::read_dir(root().join("samples")).unwrap();
    for folder in scripts
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        assert!(
            folder.join("script.test.lua").is_file(),
            "{} has no tests",
            folder.display()
        );
    }
}

#[test]
fn what_passes_and_what_fails() {
    check(
        "
describe('the echo', function()
  local script

  before_each(function()
    script = load_script()
  end)

  it('passes each note on', function()
    script:play(60, 80, 50)
    script:expect_note { note = 60, velocity = 80, at = 0 }
    script:expect_print('note 60')
  end)

  it('repeats each note', function()
    script:play(60, 80, 50)
    script:advance(200)
    script:expect_note { at = 0 }
    script:expect_note { note = 60, velocity = 20, at = 100 }
  end)

  pending('takes the tempo')

  it('has the velocities', function()
    script:play(60, 80, 50)
    script:settle()
    local velocities = {}
    for _, note in ipairs(script:notes()) do
      velocities[#velocities + 1] = { velocity = note.velocity, at = note.at, comment = 'a long one, so that it takes lines' }
    end
    assert.same({
      { velocity = 80, at = 0, comment = 'a long one, so that it takes lines' },
      { velocity = 45, at = 100, comment = 'a long one, so that it takes lines' },
    }, velocities)
  end)
end)
",
        &[],
        expect![[r#"
            echo.test.lua 4 tests
            test the echo > passes each note on ... ok
            test the echo > repeats each note ... FAILED
            test the echo > takes the tempo ... pending
            test the echo > has the velocities ... FAILED

            ---- the echo > repeats each note ----
            error: the script did not send this event
              --> echo.test.lua:19:5
               |
            19 |     script:expect_note { note = 60, velocity = 20, at = 100 }
               |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  expected  note_on note=60 velocity=20 at 100 ms
                     found  100 ms note_on id=2 note=60 velocity=40
                     trace  0 ms processor #2 event_out note_on id=1 note=60 velocity=80
                            0 ms processor #2 suspend wait 100 ms
                            50 ms processor event_in note_off id=1 note=60 velocity=0
                            50 ms processor event_out note_off id=1 note=60 velocity=0
                            100 ms processor #2 resume
                            100 ms processor #2 event_out note_on id=2 note=60 velocity=40
                            100 ms processor #2 task_end
                            120 ms processor event_out note_off id=2 note=60 velocity=0

            ---- the echo > has the velocities ----
            error: the values are not the same
              --> echo.test.lua:31:5
               |
            31 |     assert.same({
               |     ^^^^^^^^^^^^^
              - expected  + actual
                  {
                    at = 100,
                    comment = "a long one, so that it takes lines",
              -     velocity = 45,
              +     velocity = 40,
                  },
                }
                     trace  0 ms processor #2 event_out note_on id=1 note=60 velocity=80
                            0 ms processor #2 suspend wait 100 ms
                            50 ms processor event_in note_off id=1 note=60 velocity=0
                            50 ms processor event_out note_off id=1 note=60 velocity=0
                            100 ms processor #2 resume
                            100 ms processor #2 event_out note_on id=2 note=60 velocity=40
                            100 ms processor #2 task_end
                            120 ms processor event_out note_off id=2 note=60 velocity=0

            test result: FAILED. 1 passed, 2 failed, 1 pending, 1 ms
            --- exit 1
        "#]],
    );
}

#[test]
fn a_script_error_that_nobody_expects_fails_the_test() {
    let folder = folder(&[
        (
            "script.lua",
            "function onNote(event)\n  openURL('x')\nend\n",
        ),
        (
            "script.test.lua",
            "it('is silent', function() load_script():hold(60) end)\n
             it('is known', function()
               local script = load_script()
               script:hold(60)
               script:expect_wrong_thread('openURL')
             end)",
        ),
    ]);
    let said = halion_script(folder.path(), &["test"]);
    expect![[r#"
        script.test.lua 2 tests
        test is silent ... FAILED
        test is known ... ok

        ---- is silent ----
        error: a script error that the test does not expect
          script error  onNote: 2: Function HALion::openURL is not available in the Processor context.:   openURL('x')
                 trace  0 ms controller #1 task_start <main>
                        0 ms controller #1 task_end
                        0 ms processor event_in note_on id=1 note=60 velocity=100
                        0 ms processor #2 task_start onNote
                        0 ms processor #2 error onNote: 2: Function HALion::openURL is not available in the Processor context.:   openURL('x')

        test result: FAILED. 1 passed, 1 failed, 1 ms
        --- exit 1
    "#]].assert_eq(&said.all());
}

#[test]
fn what_stands_before_and_after_each_test_runs_in_order() {
    let said = test(
        "before_each(function() print('outer before') end)
         after_each(function() print('outer after') end)
         describe('group', function()
           before_each(function() print('inner before') end)
           after_each(function() print('inner after') end)
           it('fails', function() print('test') error('on purpose') end)
         end)",
        &[],
    );
    let order = [
        "outer before",
        "inner before",
        "test",
        "inner after",
        "outer after",
    ];
    let shown = said.out.split("printed").nth(1).unwrap_or_default();
    let lines: Vec<&str> = shown.lines().map(str::trim).take(5).collect();
    assert_eq!(lines, order, "{}", said.all());
}

#[test]
fn golden_traces_are_compared_and_written_on_demand() {
    let text = it("script:play(60, 80, 50) script:settle() script:expect_trace('one_note')");
    let files = folder(&[("echo.lua", ECHO), ("echo.test.lua", &text)]);
    let run = |args: &[&str]| halion_script(files.path(), &[&["test"], args].concat());
    let said = run(&[]);
    assert!(
        said.out
            .contains("there is no echo.one_note.trace yet; --bless writes it"),
        "{}",
        said.all()
    );
    let said = run(&["--bless"]);
    assert!(
        said.out.contains("wrote echo.one_note.trace"),
        "{}",
        said.all()
    );
    assert_eq!(said.code, 0);
    let golden = std::fs::read_to_string(files.path().join("echo.one_note.trace")).unwrap();
    assert!(
        golden.contains("100 ms processor #2 event_out note_on id=2 note=60 velocity=40\n"),
        "{golden}"
    );
    assert_eq!(run(&[]).code, 0);
    std::fs::write(
        files.path().join("echo.one_note.trace"),
        golden.replace("velocity=40", "velocity=41"),
    )
    .unwrap();
    let said = run(&[]);
    assert!(
        said.out
            .contains("  - 100 ms processor #2 event_out note_on id=2 note=60 velocity=41\n"),
        "{}",
        said.all()
    );
    assert!(
        said.out
            .contains("  + 100 ms processor #2 event_out note_on id=2 note=60 velocity=40\n"),
        "{}",
        said.all()
    );
}

#[test]
fn a_scenario_plays_while_time_goes_on() {
    let scenario = "tempo = 60\n[[input]]\nat_ms = 40\nkind = 'note'\nnote = 62\nvelocity = 9\nlength_ms = 10\n";
    let text = "it('plays', function()
        local script = load_script { scenario = 'song.toml', seed = 3 }
        script:advance(39)
        script:expect_no_note()
        script:advance_beats(0.002)
        script:expect_note { note = 62, at = 40 }
        assert.same({ 62 }, script:held())
        assert.same({ 62 }, script:sounding())
        assert.same({}, script:errors())
        script:advance_samples(441)
        assert.near(51, script:now(), 0.1)
        assert.same({}, script:held())
      end)";
    let files = folder(&[
        ("echo.lua", ECHO),
        ("echo.test.lua", text),
        ("song.toml", scenario),
    ]);
    let said = halion_script(files.path(), &["test"]);
    assert_eq!(said.code, 0, "{}", said.all());
}

#[test]
fn the_order_of_files_is_their_order_by_path() {
    let text = it("script:hold(60)");
    let names: Vec<String> = (10..30).map(|n| format!("{n}.test.lua")).collect();
    let mut files = vec![("script.lua", ECHO)];
    files.extend(names.iter().map(|name| (name.as_str(), text.as_str())));
    let files = folder(&files);
    let first = halion_script(files.path(), &["test"]);
    assert_eq!(first.code, 0, "{}", first.all());
    let shown: Vec<&str> = first
        .out
        .lines()
        .filter_map(|line| line.strip_suffix(" 1 test"))
        .collect();
    assert_eq!(shown, names);
    assert_eq!(halion_script(files.path(), &["test"]).out, first.out);
}
