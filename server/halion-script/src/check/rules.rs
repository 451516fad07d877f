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
