//! Chapter 1: the two contexts and the wrong-context error.

use halion_api::{FunctionKind, Thread, api};

use crate::support::*;

/// HALion semantics 1.1: work on the Controller does not hold the notes of the Processor.
#[test]
fn notes_are_played_while_the_controller_works() {
    check_prints(
        "function edited() print(getContext(), 'starts') wait(100) print(getContext(), 'ends') end
        defineParameter('A', nil, 0, 0, 10, edited)
        function onNote(event) print(getContext(), event.note) end",
        "0 ms parameter name='A' value=1
        50 ms note 60 1",
        "0 ms controller #2 print Controller starts
        50 ms processor #3 print Processor 60
        104.49 ms controller #2 print Controller ends",
    );
}

/// HALion semantics 1.2, 1.7: the error names callback, line and function, and shows the source line untrimmed.
#[test]
fn a_controller_function_fails_on_the_processor() {
    check(
        "function onNote(event)\n  openURL(\"https://example.com\")\nend",
        "0 ms note 60 20",
        "0 ms controller #1 task_start <main>
        0 ms controller #1 task_end
        0 ms processor event_in note_on id=1 note=60 velocity=100
        0 ms processor #2 task_start onNote
        0 ms processor #2 error onNote: 2: Function HALion::openURL is not available in the Processor context.:   openURL(\"https://example.com\")
        20 ms processor event_in note_off id=1 note=60 velocity=0
        20 ms processor event_out note_off id=1 note=60 velocity=0",
    );
}

/// HALion semantics 1.7: the first field is the chunk's name for global statements, the declared name of other functions,
/// and `?` for unnamed ones.
#[test]
fn the_first_field_of_an_error_names_where_it_came_from() {
    check_prints(
        "playNote(60, 100)",
        "",
        "0 ms controller #1 error script.lua: 1: Function HALion::playNote is not available in the Controller context.: playNote(60, 100)",
    );
    let script = "function work() getTime() end
        function onNote() runAsync(work) runAsync(function() getTime() end) end";
    let text = run(script, "0 ms note 60 1").prints();
    assert!(
        text.contains(
            "error work: 1: Function HALion::getTime is not available in the Controller context."
        ),
        "{text}"
    );
    assert!(
        text.contains("error ?: 2: Function HALion::getTime"),
        "{text}"
    );
}

/// HALion semantics 1.7: a method shows its bare name.
#[test]
fn a_method_shows_its_bare_name() {
    let script = "function onNote() this.parent:setName(\"x\") end";
    check_prints(
        script,
        "0 ms note 60 1",
        "0 ms processor #2 error onNote: 1: Function HALion::setName is not available in the Processor context.: function onNote() this.parent:setName(\"x\") end",
    );
}

/// HALion semantics 1.7: an ordinary Lua error with that message, so `pcall` catches it, as text with its position.
#[test]
fn pcall_catches_the_wrong_thread_error() {
    check_prints(
        "function onNote() print(pcall(openURL, 'x')) print(pcall(function() openURL('x') end)) end",
        "0 ms note 60 1",
        "0 ms processor #2 print false Function HALion::openURL is not available in the Processor context.
        0 ms processor #2 print false script.lua:1: Function HALion::openURL is not available in the Processor context.",
    );
}

/// HALion semantics 1.7: after the error the task is dead, and the module gets later events.
#[test]
fn the_module_lives_on_after_an_error() {
    let ran = run(
        "function onNote() openURL('x') end",
        "0 ms note 60 1\n10 ms note 60 1",
    );
    assert_eq!(ran.outcome.n_errors, 2);
}

/// HALion semantics 1.3.
#[test]
fn get_context_names_the_thread() {
    check_prints(
        "print(getContext()) function onNote() print(getContext()) end",
        "0 ms note 60 1",
        "0 ms controller #1 print Controller
        0 ms processor #2 print Processor",
    );
}

/// HALion semantics 1.4: one Lua state serves both contexts.
#[test]
fn globals_are_shared_by_both_threads() {
    check_prints(
        "count = 1 function onNote() count = count + 1 runAsync(function() print(count) end) end",
        "0 ms note 60 1",
        "11.61 ms controller #3 print 2",
    );
}

/// HALion semantics 1.6: constants are read on both threads.
#[test]
fn enumerations_are_plain_tables() {
    check_prints(
        "print(EventType.noteOn) function onNote() print(BypassMask.bypassAux) end",
        "0 ms note 60 1",
        "0 ms controller #1 print 1
        0 ms processor #2 print 4",
    );
}

/// HALion semantics 1.2: every function, method and constructor of the API is bound and checks its thread.
#[test]
fn every_function_of_the_api_checks_its_thread() {
    for function in api()
        .functions()
        .iter()
        .filter(|function| !function.ui_only)
    {
        for thread in Thread::ALL
            .into_iter()
            .filter(|&thread| !function.threads.contains(thread))
        {
            let name = function.qualified_name();
            expect_wrong_thread(&format!("{name}()"), &function.name, thread);
        }
    }
    for function in api().constructors() {
        for thread in Thread::ALL
            .into_iter()
            .filter(|&thread| !function.threads.contains(thread))
        {
            expect_wrong_thread(&format!("{}()", function.name), &function.name, thread);
        }
    }
}

/// HALion semantics 9.7: every method of `this` and its relatives checks its thread.
#[test]
fn every_method_of_the_tree_checks_its_thread() {
    for (object, class) in [
        ("this", "MidiModule"),
        ("this.parent", "Layer"),
        ("this.program", "Program"),
        ("this.parent:getZone()", "Zone"),
    ] {
        for method in api().ancestry(class).flat_map(|class| &class.methods) {
            assert_eq!(method.kind, FunctionKind::Method);
            for thread in Thread::ALL
                .into_iter()
                .filter(|&thread| !method.threads.contains(thread))
            {
                expect_wrong_thread(&format!("{object}:{}()", method.name), &method.name, thread);
            }
        }
    }
}

fn expect_wrong_thread(call: &str, name: &str, thread: Thread) {
    let script = match thread {
        Thread::Controller => call.to_owned(),
        Thread::Processor => format!("function onInit() {call} end"),
    };
    let text = run(&script, "").prints();
    let expected = halion_api::wrong_thread_message(name, thread);
    assert!(
        text.contains(&expected),
        "{call} on the {} should fail: {text}",
        thread.name()
    );
}

/// HALion semantics 10.7: `getElement` belongs to UI scripts.
#[test]
fn get_element_is_refused_in_a_midi_module_script() {
    let text = run("getElement()", "").prints();
    assert!(
        text.contains("Function HALion::getElement is not available in the Controller context."),
        "{text}"
    );
}

#[test]
fn a_missing_value_of_any_type_is_called_a_value() {
    check_prints(
        "defineParameter('a') print(pcall(this.setParameter, this, 'a'))",
        "",
        "0 ms controller #1 print false bad argument #2 to 'setParameter' (value expected, got no value)",
    );
}

/// What the engine knows and does not simulate says so once, by name.
#[test]
fn what_is_not_simulated_says_so_once() {
    check_prints(
        "local finalizer = { __gc = print } setmetatable({}, finalizer) setmetatable({}, finalizer)
        defineParameter{ name = 'a', maximum = 3 } defineParameter{ name = 'b', maximum = 3 }",
        "",
        "0 ms controller #1 not_simulated __gc
        0 ms controller #1 print defineParameter has no option 'maximum'; it does nothing",
    );
}
