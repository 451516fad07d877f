//! Chapters 2, 3.3 and 7: what happens to a script as a whole, also when everything in it goes wrong.

use crate::support::*;

/// HALion semantics 1.5: no task interrupts another one between two of its instructions.
#[test]
fn tasks_do_not_interrupt_each_other() {
    check_prints(
        "local inside = false
        function onNote() assert(not inside) inside = true for i = 1, 1e5 do end inside = false wait(1) end
        function onLoadIntoSlot() while true do assert(not inside) wait(20) end end
        function onIdle() assert(not inside) end",
        "slots = [0, 1]\n0 ms note 60 1\n0 ms note 61 1\n1 ms note 62 1\n99 ms controller number=1 value=1",
        "",
    );
}

/// HALion semantics 2.7, 3.3: an error in any callback is reported, kills that task only, and the script goes on.
#[test]
fn an_error_in_every_callback() {
    let callbacks = [
        "onInit",
        "onLoadIntoSlot",
        "onIdle",
        "onLoad",
        "onSave",
        "onSaveSubPreset",
        "onLoadSubPreset",
        "onRemoveFromSlot",
        "onNote",
        "onRelease",
        "onController",
        "onPitchBend",
        "onAfterTouch",
        "onTriggerPad",
        "calcModulation",
    ];
    let mut script = String::from(
        "defineModulation('m', false)
        defineParameter('p', 'P', 0, 0, 10, 1, function() error('in p') end)
        defineParameter{ name = 'q', default = 0, processorCallback = true, onChanged = function() error('in q') end }\n",
    );
    for callback in callbacks {
        script += &format!("function {callback}() error('in {callback}') end\n");
    }
    let inputs = "0 ms note 60 10
        20 ms controller number=1 value=1
        20 ms pitch_bend bend=0.5
        20 ms after_touch value=1
        20 ms trigger_pad pad=1
        30 ms parameter name='p' value=1
        30 ms parameter name='q' value=1
        40 ms save name='a'
        41 ms save_sub_preset name='s' section='x'
        42 ms load_sub_preset name='s' section='x'
        60 ms load name='a'
        200 ms note 61 10";
    let ran = run(&script, inputs);
    for callback in callbacks.into_iter().chain(["p", "q"]) {
        assert!(
            ran.text().contains(&format!("in {callback}:")),
            "{callback}: {}",
            ran.prints()
        );
    }
    let note_errors = ran.prints().matches("in onNote").count();
    assert_eq!(
        note_errors,
        4,
        "each error names its message and its line, for both notes: {}",
        ran.prints()
    );
}

/// HALion semantics 4.18: recursion and allocation without end are errors in callbacks of every sort.
#[test]
fn endless_things_in_callbacks_of_the_controller() {
    for body in [
        "local function f() return 1 + f() end f()",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end",
        "while true do end",
    ] {
        let script = format!(
            "function onSave() setScriptExecTimeOut(300) {body} end function onNote() print('alive') end"
        );
        let ran = run(&script, "0 ms save name='a'\n20 ms note 60 1");
        assert!(ran.outcome.n_errors >= 1, "{body}: {}", ran.text());
        assert!(
            ran.text().contains("saved a: nil"),
            "{body}: {}",
            ran.text()
        );
    }
}

/// HALion semantics 2.5, 3.3: `onSave` may wait; what it returns is taken when it ends.
#[test]
fn on_save_may_wait() {
    check_prints(
        "value = 1 function onSave() wait(30) return value end function onLoad(data) print('onLoad', data) end",
        "0 ms save name='a'\n100 ms load name='a'",
        "104.49 ms controller #4 print onLoad 1",
    );
}

/// HALion semantics 2.7: time starts at 0 again, random numbers too, and what waited is gone.
#[test]
fn a_reset_forgets_everything_but_parameters() {
    check_prints(
        "first = first or math.random(1000)
        defineParameter('keep', 'Keep', 1, 0, 10, 1) defineParameter('other', 'Other', reset and 1 or 'text')
        print(keep, first)
        function onNote() spawn(function() wait(100) print('never') end) runAsync(function() wait(100) print('never') end) end
        function onInit() print(getTime()) end",
        "10 ms parameter name='keep' value=7\n20 ms note 60 1\n50 ms reload",
        "0 ms controller #1 print 1 567
        0 ms processor #2 print 0
        58.05 ms controller #6 print 1 567
        58.05 ms processor #7 print 0",
    );
}

/// HALion semantics 2.10: the slot's tasks end, the other slot's and the Controller's do not.
#[test]
fn leaving_a_slot_ends_its_tasks_only() {
    check_prints(
        "function onInit() local slot = getSlotIndex() runAsync(function() wait(60) print('async of', slot) end) print('back', slot) end
        function onRemoveFromSlot() print('removed') end",
        "slots = [0, 5]\n20 ms remove_from_slot slot=0\n20 ms remove_from_slot slot=3",
        "23.22 ms controller #6 print removed
        23.22 ms controller print [scenario] the program does not sit in that slot
        81.27 ms controller #4 print async of 0
        104.49 ms controller #5 print async of 5
        104.49 ms processor #3 print back 5",
    );
}

/// HALion semantics 7.3: tables are copied deeply, for each slot; upvalues are shared.
#[test]
fn slot_locals_are_deep_copies() {
    check_prints(
        "defineSlotLocal('data') data = { list = { 1 } } local shared = { n = 0 }
        function onNote() data.list[1] = data.list[1] + 1 shared.n = shared.n + 1 print(getSlotIndex(), data.list[1], shared.n) end
        function onController() runAsync(function() print('Controller', data.list[1]) end) end",
        "slots = [0, 1]\n0 ms note 60 1\n10 ms note 60 1\n20 ms note 60 1 slot=1\n30 ms controller number=1 value=1",
        "0 ms processor slot 0 #2 print 0 2 1
        10 ms processor slot 0 #3 print 0 3 2
        20 ms processor slot 1 #4 print 1 2 3
        34.83 ms controller #6 print Controller 1",
    );
}

/// HALion semantics 7.2: a slot local that is defined on the Processor keeps the caller's value there.
#[test]
fn a_slot_local_may_be_defined_on_the_processor() {
    check_prints(
        "data = { 1 } function onInit() if getSlotIndex() == 0 then defineSlotLocal('data') end data[1] = data[1] + 1 print(getSlotIndex(), data[1]) end",
        "slots = [0, 1]",
        "0 ms processor slot 0 #2 print 0 2
        0 ms processor slot 1 #3 print 1 2",
    );
}

/// HALion semantics 3.3: `onIdle` comes at ticks without other work, never while an earlier call waits, and survives errors.
#[test]
fn on_idle_is_never_entered_twice() {
    check_prints(
        "local n = 0 function onIdle() n = n + 1 print('idle', n) if n == 1 then wait(50) print('done') end if n == 2 then error('idle') end end",
        "200 ms controller number=1 value=1",
        "23.22 ms controller #2 print idle 1
        81.27 ms controller #2 print done
        104.49 ms controller #3 print idle 2
        104.49 ms controller #3 error onIdle: 1: idle: local n = 0 function onIdle() n = n + 1 print('idle', n) if n == 1 then wait(50) print('done') end if n == 2 then error('idle') end end
        127.71 ms controller #4 print idle 3
        150.93 ms controller #5 print idle 4
        162.54 ms controller #6 print idle 5
        185.76 ms controller #7 print idle 6",
    );
}

/// A stretch of `calcModulation` that does not end is a time-out like any other (HALion semantics 3.3, 4.18).
#[test]
fn endless_modulation_ends_the_script() {
    let ran = run(
        "defineModulation('m', true) function onInit() setScriptExecTimeOut(1) end function calcModulation() while true do end end",
        "10 ms note 60 1",
    );
    assert!(
        ran.text()
            .contains("error calcModulation: 1: Script time out"),
        "{}",
        ran.text()
    );
    assert!(
        ran.events_out().contains("event_out note_on"),
        "{}",
        ran.text()
    );
}

/// HALion semantics 3.3: each slot has its own modulation.
#[test]
fn modulation_is_asked_in_each_slot() {
    let ran = run(
        "defineModulation('m', true) function calcModulation() return getSlotIndex() end",
        "slots = [0, 1]\n1 ms controller number=1 value=1",
    );
    let values: Vec<String> = ran
        .text()
        .lines()
        .filter(|line| line.contains("modulation"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        values,
        [
            "0 ms processor slot 0 #2 modulation 0",
            "0 ms processor slot 1 #3 modulation 1"
        ]
    );
}

/// HALion semantics 2.7: ten resets leave nothing behind that slows or changes the script.
#[test]
fn resets_are_alike() {
    let inputs: String = (1..=10).map(|at| format!("{at}00 ms reload\n")).collect();
    let ran = run(
        "local t = {} for i = 1, 50 do t[{}] = i end local s = 0 for k, v in pairs(t) do s = s * 3 % 1000003 + v end print(s, math.random())",
        &inputs,
    );
    let printed: Vec<String> = ran
        .prints()
        .lines()
        .filter_map(|line| line.split_once(" print ").map(|(_, text)| text.to_owned()))
        .collect();
    assert_eq!(printed.len(), 11);
    assert!(
        printed.iter().all(|text| *text == printed[0]),
        "{printed:?}"
    );
}

/// The trace names slots, and what was saved, in its JSON, too.
#[test]
fn records_of_the_whole_script_have_their_json() {
    let ran = run(
        "function onSave() return { a = '\\n' } end function onInit() end",
        "slots = [0, 1]\n0 ms save name='x'\n20 ms load name='x'\n30 ms reload\n40 ms remove_from_slot slot=1",
    );
    let json = ran.json();
    for line in [
        r#""kind":"saved","name":"x","data":"{ a = \"\\n\" }"}"#,
        r#""kind":"loaded","name":"x"}"#,
        r#""kind":"reloaded"}"#,
        r#""kind":"leaves_slot","slot":1}"#,
        r#""thread":"processor","slot":1,"task":4,"kind":"task_start","name":"onInit","parent":null}"#,
    ] {
        assert!(json.contains(line), "{line}: {json}");
    }
}
