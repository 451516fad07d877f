//! The picture of small runs.

use expect_test::{Expect, expect};
use halion_engine::{Engine, Record, Source, Surroundings};
use std::{cell::RefCell, rc::Rc};

use super::*;

fn timeline(script: &str, inputs: &str) -> Timeline {
    let scenario = Scenario::parse(inputs).unwrap();
    let records = Rc::new(RefCell::new(Vec::new()));
    let observed = Rc::clone(&records);
    let observer = Box::new(move |record: &Record| observed.borrow_mut().push(record.clone()));
    let source = Source {
        path: "script.lua".to_owned(),
        text: script.to_owned(),
    };
    let mut engine = Engine::new(source, Surroundings::none(), scenario.clone(), observer).unwrap();
    let end = engine.run(None).sample;
    drop(engine);
    Timeline::new("script.lua".to_owned(), &scenario, &records.take(), end)
}

fn check(script: &str, inputs: &str, expected: Expect) {
    let timeline = timeline(script, inputs);
    let mut text = String::new();
    for bar in &timeline.bars {
        let waits: Vec<String> = bar
            .waits
            .iter()
            .map(|wait| format!(" [{}..{} {}]", wait.start, wait.end, wait.reason))
            .collect();
        let end = if bar.open {
            " open"
        } else if bar.failed {
            " failed"
        } else {
            ""
        };
        text.push_str(&format!(
            "{} lane {} row {} {}..{}{}{end}\n",
            bar.name,
            bar.lane,
            bar.row,
            bar.start,
            bar.end,
            waits.concat()
        ));
    }
    for arrow in &timeline.arrows {
        let (from, to) = (
            &timeline.bars[arrow.from].name,
            &timeline.bars[arrow.to].name,
        );
        text.push_str(&format!(
            "{} {from} {} -> {to} {}\n",
            arrow.kind, arrow.start, arrow.end
        ));
    }
    for note in &timeline.notes {
        let way = if note.sent { "sent" } else { "in" };
        text.push_str(&format!(
            "{way} {} {}..{}{}\n",
            note.key,
            note.start,
            note.end,
            if note.open { " open" } else { "" }
        ));
    }
    for mark in &timeline.marks {
        text.push_str(&format!("{} {} {}\n", mark.at, mark.kind, mark.text));
    }
    expected.assert_eq(&text);
}

const NOTE: &str =
    "[[input]]\nat_ms = 0\nkind = 'note'\nnote = 60\nvelocity = 100\nlength_ms = 30\n";

#[test]
fn waits_and_spawned_tasks() {
    check(
        "local function tail() wait(10) playNote(64, 50, 5) end
         function onNote(event) postEvent(event) spawn(tail) wait(5) print('done') end",
        NOTE,
        expect![[r#"
            <main> lane 0 row 0 0..0
            onNote lane 1 row 0 0..5.011 [0..5.011 wait 5 ms]
            tail lane 1 row 1 0..10 [0..10 wait 10 ms]
            spawn onNote 0 -> tail 0
            in 60 0..30
            sent 60 0..30
            sent 64 10..15.011
            5.011 print done
        "#]],
    );
}

#[test]
fn both_hops_and_the_way_back() {
    check(
        "local function slow() wait(20) end
         local function later() print('on the Processor') end
         defineParameter('mode', 'Mode', 0, 0, 10, 1, function() runSync(later) end)
         function onNote() runAsync(slow) this:setParameter('mode', 5) end",
        NOTE,
        expect![[r#"
            <main> lane 0 row 0 0..0
            onNote lane 1 row 0 0..46.44 [0..46.44 runAsync]
            slow lane 0 row 0 11.61..46.44 [11.61..46.44 wait 20 ms]
            <anonymous> lane 0 row 0 58.05..58.05
            later lane 1 row 0 58.05..58.05
            runAsync onNote 0 -> slow 11.61
            back slow 46.44 -> onNote 46.44
            change onNote 46.44 -> <anonymous> 58.05
            runSync <anonymous> 58.05 -> later 58.05
            in 60 0..30
            46.44 parameter mode = 5
            58.05 print on the Processor
        "#]],
    );
}

#[test]
fn errors_and_what_is_open_at_the_end() {
    check(
        "function onInit() while true do wait(4000) end end
         function onNote(event) postEvent(event) openURL('x') end
         function onRelease() end",
        NOTE,
        expect![[r#"
            <main> lane 0 row 0 0..0
            onInit lane 1 row 0 0..10007.8 [0..4000 wait 4000 ms] [4000..8000 wait 4000 ms] [8000..10007.8 wait 4000 ms] open
            onNote lane 1 row 1 0..0 failed
            onRelease lane 1 row 2 30..30
            in 60 0..30
            sent 60 0..10007.8 open
            0 error onNote: 2: Function HALion::openURL is not available in the Processor context.:          function onNote(event) postEvent(event) openURL('x') end
        "#]],
    );
}

#[test]
fn thousands_of_tasks_keep_to_the_rows() {
    let timeline = timeline(
        "function onInit() for i = 1, 1000 do spawn(function() wait(100) end) end end",
        "",
    );
    assert_eq!(timeline.bars.len(), 1002);
    assert!(timeline.bars.iter().all(|bar| bar.row < MOST_ROWS));
}
