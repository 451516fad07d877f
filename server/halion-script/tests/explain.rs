//! `explain` as a user sees it.

#![allow(clippy::unwrap_used)]

mod common;

use common::{halion_script, root};
use expect_test::expect;

#[test]
fn a_rule_is_told_with_examples() {
    expect![[r#"
        warning[nil-callback]: a change callback that does not exist yet

        `defineParameter` takes the function that the name holds at that moment. Further up than its
        definition, that is nil, which means no callback: HALion never calls it.

        Wrong

            defineParameter("volume", "Volume", 100, 0, 100, changed) -- warning: [nil-callback]

            function changed()
              print("volume", volume)
            end

        Right

            function changed()
              print("volume", volume)
            end

            defineParameter("volume", "Volume", 100, 0, 100, changed)

        What to do

        Move the call behind the function, or pass `function() changed() end`, which looks the name up when
        the parameter changes.
        --- exit 0
    "#]].assert_eq(&halion_script(root(), &["explain", "nil-callback"]).all());
}

#[test]
fn all_rules_are_listed() {
    expect![[r#"
        syntax-error          error    not Lua 5.2
        wrong-thread          error    a function is called on a thread where it is not available
        require-cycle         error    a module that is required again before it is loaded
        run-sync-argument     warning  the second argument of runSync is an id
        suspend-not-possible  warning  a call that waits where nothing can wait
        note-task-only        warning  a function for the task of a note, called elsewhere
        endless-loop          warning  a loop that never ends and never waits
        removed-function      warning  a function of Lua that HALion does not have
        unknown-function      warning  a function that nobody defines
        unknown-field         warning  a field that objects of this class do not have
        default-out-of-range  warning  a default outside the range of its parameter
        nil-callback          warning  a change callback that does not exist yet
        needs-both-threads    remark   a function that is in use needs both threads
        shared-global         remark   a global variable that both threads assign
        duplicate-parameter   remark   a parameter that is defined twice
        needs-controller      hint     a function that nobody calls needs the Controller
        no-thread             hint     a function that fails on both threads
        unused-suppression    hint     a comment for the checks that has no effect
        accidental-global     hint     a global variable where a local one was meant

        halion-script explain RULE tells more about one of them.
        --- exit 0
    "#]]
    .assert_eq(&halion_script(root(), &["explain"]).all());
}

#[test]
fn a_rule_that_does_not_exist_is_named_with_one_that_does() {
    let said = halion_script(root(), &["explain", "wrong-tread"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("'wrong-thread'"), "{}", said.err);
}
