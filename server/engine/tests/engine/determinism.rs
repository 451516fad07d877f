//! Same inputs, same bytes (HALion semantics 12.4).

use std::process::Command;

use crate::support::*;

/// A script that shows everything that could differ between runs.
const SCRIPT: &str = include_str!("../../examples/everything.lua");

/// HALion semantics 12.4: several runs in one process.
#[test]
fn runs_in_one_process_are_alike() {
    let first = run(SCRIPT, "0 ms note 60 100").json();
    for _ in 0..5 {
        assert_eq!(run(SCRIPT, "0 ms note 60 100").json(), first);
    }
}

/// HALion semantics 12.4: runs in fresh processes.
#[test]
fn runs_in_fresh_processes_are_alike() {
    let trace = || {
        let output = Command::new(example()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    let first = trace();
    assert!(!first.is_empty());
    for _ in 0..5 {
        assert_eq!(
            String::from_utf8_lossy(&trace()),
            String::from_utf8_lossy(&first)
        );
    }
}

/// Cargo builds examples before integration tests, beside their directory.
fn example() -> std::path::PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(format!("trace{}", std::env::consts::EXE_SUFFIX))
}

/// No address of this machine's memory reaches the script.
#[test]
fn objects_show_no_addresses() {
    check_prints(
        "local t, f = {}, function() end print(t, f, t, tostring(t) == tostring(t)) print(string.format('%s %d %5.1f %%s', t, 1, 2, t), this)",
        "",
        "0 ms controller #1 print table: 0x00000001 function: 0x00000002 table: 0x00000001 true
        0 ms controller #1 print table: 0x00000001 1   2.0 %s MidiModule: 0x00000003",
    );
}

/// `math.random` follows the scenario's seed.
#[test]
fn random_numbers_follow_the_seed() {
    let script = "for i = 1, 3 do print(math.random(100)) end";
    assert_eq!(
        run(script, "seed = 7").text(),
        run(script, "seed = 7").text()
    );
    assert_ne!(
        run(script, "seed = 7").text(),
        run(script, "seed = 8").text()
    );
    check_prints(
        "print(pcall(math.random, 2, 1)) local r = math.random() print(r >= 0 and r < 1) math.randomseed(1) local a = math.random() math.randomseed(1) print(a == math.random())",
        "",
        "0 ms controller #1 print false bad argument #2 to 'random' (interval is empty)
        0 ms controller #1 print true
        0 ms controller #1 print true",
    );
}

/// The clocks of the `os` library are virtual.
#[test]
fn os_clocks_are_virtual() {
    check_prints(
        "function onNote() print(os.time(), os.clock(), os.date('%Y-%m-%d %H:%M:%S'), os.time{ year = 2024, month = 1, day = 1, hour = 0 }, os.date('*t', 0).year) end",
        "2000 ms note 60 1",
        "2000 ms processor #2 print 1704067202 2 2024-01-01 00:00:02 1704067200 1970",
    );
}
