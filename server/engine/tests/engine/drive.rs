//! The engine driven from outside, step by step.

use std::{cell::RefCell, rc::Rc};

use halion_engine::{
    End, Engine, InputKind, Record, Scenario, Source, Surroundings, Value, VoiceValue,
};

use crate::support::{Ran, compare, run};

const ECHO: &str = "
    defineParameter('time', 'Time', 100, 0, 1000, 1, function() print('time is', time) end)
    function onInit() print('ready') end
    function onNote(event)
      postEvent(event)
      wait(time)
      playNote(event.note, 50, 20)
    end";

fn start(script: &str, scenario: Scenario) -> (Engine, Rc<RefCell<Vec<Record>>>) {
    let records = Rc::new(RefCell::new(Vec::new()));
    let observed = records.clone();
    let observer = move |record: &Record| observed.borrow_mut().push(record.clone());
    let source = Source {
        path: "script.lua".to_owned(),
        text: script.to_owned(),
    };
    let engine = Engine::new(source, Surroundings::none(), scenario, Box::new(observer));
    (engine.expect("Lua can be set up"), records)
}

fn key(note: u8) -> InputKind {
    InputKind::NoteOn {
        note,
        velocity: 100,
        tuning: 0.0,
    }
}

fn text(records: &RefCell<Vec<Record>>) -> String {
    let records = records.borrow();
    records
        .iter()
        .map(|record| record.text(44100.0) + "\n")
        .collect()
}

/// What came since the last look.
fn fresh(records: &RefCell<Vec<Record>>) -> String {
    let text = text(records);
    records.borrow_mut().clear();
    text
}

#[test]
fn a_run_in_steps_leaves_the_records_of_a_run_in_one_go() {
    let inputs = "3 ms note_on note=60 velocity=100\n 5.5 ms controller number=7 value=9\n 40 ms note_off note=60";
    let Ran { records, .. } = run(ECHO, inputs);
    let in_one_go: String = records
        .iter()
        .map(|record| record.text(44100.0) + "\n")
        .collect();
    for step in [1, 7, 100, 511, 512, 513, 4410] {
        let text_of_inputs = "[[input]]\nat_ms = 3\nkind = \"note_on\"\nnote = 60\nvelocity = 100
            [[input]]\nat_ms = 5.5\nkind = \"controller\"\nnumber = 7\nvalue = 9
            [[input]]\nat_ms = 40\nkind = \"note_off\"\nnote = 60";
        let (mut engine, records) = start(ECHO, Scenario::parse(text_of_inputs).unwrap());
        while engine.now() < 8820 {
            engine.run_until(engine.now() + step);
        }
        compare(&text(&records), &in_one_go);
    }
}

#[test]
fn an_event_reaches_the_script_at_once_and_time_stands() {
    let (mut engine, records) = start(ECHO, Scenario::silent());
    engine.run_until(100);
    fresh(&records);
    engine.input(key(60));
    assert_eq!(engine.now(), 100);
    assert_eq!(engine.held_notes(), [60]);
    assert_eq!(engine.sounding_notes(), [60.0]);
    compare(
        &fresh(&records),
        "2.268 ms processor event_in note_on id=1 note=60 velocity=100
         2.268 ms processor #3 task_start onNote
         2.268 ms processor #3 event_out note_on id=1 note=60 velocity=100
         2.268 ms processor #3 suspend wait 100 ms",
    );
    engine.run_until(100 + 4409);
    assert_eq!(fresh(&records), "");
    engine.run_until(100 + 4410);
    compare(
        &fresh(&records),
        "102.268 ms processor #3 resume
         102.268 ms processor #3 event_out note_on id=2 note=60 velocity=50
         102.268 ms processor #3 task_end",
    );
    assert_eq!(engine.now(), 4510);
}

#[test]
fn an_edit_takes_effect_in_the_next_controller_step() {
    let (mut engine, records) = start(ECHO, Scenario::silent());
    engine.run_until(100);
    fresh(&records);
    assert_eq!(engine.parameter("time"), Some(Value::Number(100.0)));
    engine.input(InputKind::Parameter {
        name: "time".to_owned(),
        value: Value::Number(250.0),
    });
    assert_eq!(engine.now(), 512);
    assert_eq!(engine.parameter("time"), Some(Value::Number(250.0)));
    assert_eq!(engine.parameter("nothing"), None);
    assert_eq!(engine.parameter_names(), ["time"]);
    compare(
        &fresh(&records),
        "11.61 ms controller parameter time = 250 (ui)
         11.61 ms controller #3 task_start <anonymous>
         11.61 ms controller #3 print time is 250
         11.61 ms controller #3 task_end",
    );
}

#[test]
fn an_edit_with_a_processor_callback_takes_effect_at_once() {
    let script = "defineParameter { name = 'mode', default = 0, processorCallback = true, onChanged = function() print('mode', mode) end }";
    let (mut engine, records) = start(script, Scenario::silent());
    engine.run_until(100);
    fresh(&records);
    engine.input(InputKind::Parameter {
        name: "mode".to_owned(),
        value: Value::Number(1.0),
    });
    assert_eq!(engine.now(), 100);
    compare(
        &fresh(&records),
        "2.268 ms processor parameter mode = 1 (ui)
         2.268 ms processor #2 task_start onChanged
         2.268 ms processor #2 print mode 1
         2.268 ms processor #2 task_end",
    );
}

#[test]
fn expressions_see_the_globals_and_the_controller_functions() {
    let script = "function onNote() held = { 60, name = 'C' } end getKeyProperties()[36] = { color = 3 } odd = print";
    let (mut engine, _) = start(script, Scenario::silent());
    engine.run_until(0);
    let value = |engine: &Engine, source: &str| match engine.evaluate(source) {
        Ok(data) => data.to_string(),
        Err(problem) => problem,
    };
    assert_eq!(value(&engine, "held"), "nil");
    engine.input(key(60));
    assert_eq!(value(&engine, "held"), "{ 60, name = \"C\" }");
    assert_eq!(value(&engine, "getKeyProperties()[36].color + 1"), "4");
    assert_eq!(value(&engine, "getContext()"), "\"Controller\"");
    assert!(value(&engine, "odd").contains("function"));
    assert_eq!(
        value(&engine, "wait(1)"),
        "attempt to yield from outside a coroutine"
    );
    assert_eq!(value(&engine, "1 +"), "unexpected symbol near <eof>");
}

#[test]
fn between_steps_a_run_goes_on_until_nothing_is_left() {
    let (mut engine, records) = start(ECHO, Scenario::silent());
    engine.input(key(60));
    assert!(engine.is_busy());
    let outcome = engine.run(None);
    assert_eq!(outcome.end, End::NothingLeft);
    assert!(!engine.is_busy());
    assert_eq!(engine.now(), outcome.sample);
    fresh(&records);
    engine.input(key(61));
    let first = records.borrow()[0].clone();
    assert_eq!(first.sample, outcome.sample);
    assert_eq!(engine.tempo(), Some(120.0));
}

/// HALion semantics 5.10, 5.12: where a note's values stand can be asked at any sample.
#[test]
fn values_of_a_note_can_be_asked_at_any_sample() {
    let script = "function onNote(e) local id = postEvent(e) fade(id, 0, 1, 100) changeTune(id, 12, false, 50) end function onRelease() end";
    let (mut engine, _) = start(script, Scenario::silent());
    engine.input(key(60));
    let values = [0, 1102, 2205, 3307, 4410].map(|sample| {
        engine.run_until(sample);
        [VoiceValue::Fade, VoiceValue::Tune].map(|what| engine.note_value(1, what))
    });
    let rounded = values.map(|pair| pair.map(|value| (value.unwrap() * 100.0).round() / 100.0));
    assert_eq!(
        rounded,
        [
            [0.0, 0.0],
            [0.25, 6.0],
            [0.5, 12.0],
            [0.75, 12.0],
            [1.0, 12.0]
        ]
    );
    assert_eq!(engine.note_value(1, VoiceValue::NoteExpression(1)), None);
    assert_eq!(engine.note_value(2, VoiceValue::Volume), None);
}
