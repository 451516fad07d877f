//! The rules as code scanning shows them: one entry for each code that a finding can have (a test compares).

use crate::report::Severity;

/// A rule in general, apart from any finding.
pub struct Rule {
    /// The code of its findings.
    pub code: &'static str,
    /// The severity of a finding that is certain.
    pub severity: Severity,
    /// In a few words.
    pub summary: &'static str,
    /// What it finds, and why that is wrong.
    pub description: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

/// All rules.
pub const RULES: &[Rule] = &[
    Rule {
        code: "syntax-error",
        severity: Severity::Error,
        summary: "Not Lua 5.2",
        description: "The text is not a Lua 5.2 program, so HALion cannot load the script.",
        help: "Correct the text at the place that is named; the first one often explains the others.",
    },
    Rule {
        code: "wrong-thread",
        severity: Severity::Error,
        summary: "Function called on a thread where it is not available",
        description: "Most HALion functions work in the Controller or in the Processor only. The call is reached, by the path that is \
                      shown, on the other one, where HALion stops the callback with a script error.",
        help: "In the Processor, hand the call to the Controller with runAsync; in the Controller, hand it to the Processor with \
               runSync; or make the call in a callback of the right thread.",
    },
    Rule {
        code: "needs-controller",
        severity: Severity::Hint,
        summary: "Function that nobody calls needs the Controller",
        description: "Nothing calls the function yet. When something does, it has to be in the Controller.",
        help: "Call it from a Controller callback, or through runAsync.",
    },
    Rule {
        code: "no-thread",
        severity: Severity::Hint,
        summary: "Function that fails on both threads",
        description: "The function makes a call that only works in the Controller and one that only works in the Processor.",
        help: "Split it, or hand one half to the other thread with runAsync or runSync.",
    },
    Rule {
        code: "needs-both-threads",
        severity: Severity::Information,
        summary: "Function that needs both threads",
        description: "A function that is in use makes calls for the Controller and calls for the Processor, so one of them fails.",
        help: "Split it, or hand one half to the other thread with runAsync or runSync.",
    },
    Rule {
        code: "run-sync-argument",
        severity: Severity::Warning,
        summary: "The second argument of runSync is an id",
        description: "runSync calls the function without arguments; what follows the function is an id, under which a later call replaces \
                      a pending one.",
        help: "Wrap the call in a function: runSync(function() f(x) end).",
    },
    Rule {
        code: "unused-suppression",
        severity: Severity::Hint,
        summary: "Comment that has no effect",
        description: "A comment suppresses a finding that is not there, names a rule that does not exist, or states a thread for \
                      nothing.",
        help: "Delete the comment, or correct the name in it.",
    },
    Rule {
        code: "suspend-not-possible",
        severity: Severity::Warning,
        summary: "Call that waits where nothing can wait",
        description: "wait, waitBeat, waitForRelease and runAsync put their caller on hold. Global statements, calcModulation, and \
                      functions that table.sort, string.gsub or a filter calls cannot be put on hold.",
        help: "Wait in another callback, in a function given to spawn, or behind the call that cannot be interrupted.",
    },
    Rule {
        code: "note-task-only",
        severity: Severity::Warning,
        summary: "Function for the task of a note called elsewhere",
        description: "waitForRelease and isNoteHeld ask about the note that started the task, and only onNote is started by one.",
        help: "Call it in onNote, or in a function that onNote calls.",
    },
    Rule {
        code: "endless-loop",
        severity: Severity::Warning,
        summary: "Loop that never ends and never waits",
        description: "HALion stops a script that runs for more than a second in the Processor, or five in the Controller, without \
                      waiting.",
        help: "Call wait or waitBeat in the loop, or give it an end.",
    },
    Rule {
        code: "removed-function",
        severity: Severity::Warning,
        summary: "Function that HALion leaves out of Lua",
        description: "The coroutine library and some functions of io and os are missing in HALion, so their names are nil.",
        help: "Use what HALion has for it, such as spawn and wait, or test for the name first.",
    },
    Rule {
        code: "unknown-function",
        severity: Severity::Warning,
        summary: "Function that nobody defines",
        description: "A global is called that neither the script nor HALion defines, and that looks like a function of HALion or \
                      Lua.",
        help: "Correct the name, or define the function before it is called.",
    },
    Rule {
        code: "unknown-field",
        severity: Severity::Warning,
        summary: "Field that objects of this class do not have",
        description: "Objects of HALion have the fields of their class and no others; what HALion shows as parameters is not among \
                      them.",
        help: "Correct the name, or use getParameter and setParameter.",
    },
    Rule {
        code: "shared-global",
        severity: Severity::Information,
        summary: "Global variable that both threads assign",
        description: "Both threads share one Lua state, so the variable holds what the last one gave it.",
        help: "Let one thread own the variable, and pass changes on with runSync or runAsync.",
    },
    Rule {
        code: "accidental-global",
        severity: Severity::Hint,
        summary: "Global variable where a local one was meant",
        description: "An assignment without local makes a variable that all calls, files and slots share, but only one function \
                      uses it.",
        help: "Write local in front of the first assignment.",
    },
    Rule {
        code: "default-out-of-range",
        severity: Severity::Warning,
        summary: "Default outside the range of its parameter",
        description: "The default of a parameter lies outside the range that the same call defines.",
        help: "Correct the default or the range.",
    },
    Rule {
        code: "nil-callback",
        severity: Severity::Warning,
        summary: "Change callback that does not exist yet",
        description: "defineParameter takes the function that the name holds at that moment; further up than its definition, that \
                      is nil.",
        help: "Move the call behind the function, or pass function() changed() end.",
    },
    Rule {
        code: "duplicate-parameter",
        severity: Severity::Information,
        summary: "Parameter that is defined twice",
        description: "Global statements define two parameters of one name, and the second one replaces the first.",
        help: "Give one of them another name, or delete it.",
    },
    Rule {
        code: "require-cycle",
        severity: Severity::Error,
        summary: "Module that is required again before it is loaded",
        description: "Lua 5.2 notes a module as loaded when its text has run, so a cycle of require runs the texts again and again until it fails.",
        help: "Call require inside the function that needs the module, or give both a third module with what they share.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_rule_and_every_rule_a_code() {
        let rules: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(rules, halion_ide::Code::ALL.map(halion_ide::Code::as_str));
    }
}
