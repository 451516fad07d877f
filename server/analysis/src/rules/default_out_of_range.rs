//! `default-out-of-range`: a parameter's constant default outside its constant range, or a range that is upside down.
//!
//! HALion does not say what it does then; the simulator takes the nearest value (HALion semantics 6.4).

use super::facts::Facts;
use super::parameter_definition::definitions;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// All findings.
pub(crate) fn check(facts: &Facts) -> Vec<Diagnostic> {
    let program = facts.solver.program;
    let mut diagnostics = Vec::new();
    for definition in definitions(facts) {
        let (Some(min), Some(max)) = (definition.min, definition.max) else {
            continue;
        };
        let name = definition
            .name
            .map_or("this parameter", |(name, _)| facts.text(name));
        let (at, message) = match definition.default {
            _ if min > max => (
                definition.callee,
                format!("the range of {name} is upside down: from {min} to {max}"),
            ),
            Some((default, at)) if default < min || default > max => (
                at,
                format!(
                    "the default of {name} is {default}, outside its range from {min} to {max}"
                ),
            ),
            _ => continue,
        };
        let expr = program.expr(at);
        diagnostics.push(Diagnostic::new(
            Code::DefaultOutOfRange,
            facts.severity(definition.fun, Severity::Warning),
            expr.file,
            expr.range,
            message,
        ));
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::check::check;

    #[test]
    fn a_default_lies_in_its_own_range() {
        check(
            r#"
            defineParameter("a", "A", 0, 1, 10) -- warning: [default-out-of-range] "0"
            defineParameter("b", "B", -3, -2, 2, 1, print) -- warning: [default-out-of-range] "-3"
            defineParameter { name = "c", default = 11, min = 0, max = 10 } -- warning: [default-out-of-range] "11"
            local low, high = 1, 4
            defineParameter("e", "E", 0, low, high) -- warning: [default-out-of-range] "0"
            defineParameter("f", "F", 4, {"a", "b", "c"}) -- warning: [default-out-of-range] "4"
            defineParameter { name = "g", default = 3, strings = {[0] = "a", "b"} } -- warning: [default-out-of-range] "3"
            defineParameter("d", "D", 5, 10, 0) -- warning: [default-out-of-range] "defineParameter"
            "#,
            "",
        );
    }

    #[test]
    fn limits_and_unknown_values_are_fine() {
        check(
            r#"
            local limit, list = tonumber("10"), { "a" }
            list[2] = "b"
            defineParameter("a", "A", 1, 1, 10)
            defineParameter("b", "B", -2, -2, 2, 1, print)
            defineParameter("c", "C", 0, limit, 10)
            defineParameter("d", "D", 0, { [0] = "off", "on" })
            defineParameter("e", "E", true)
            defineParameter { name = "f", default = 11 }
            defineParameter("g", "G", 2, list)
            defineParameter("h", "H", 2, { "a", "b" })
            defineParameter("i", "I", 3, { "a", limit })
            "#,
            "",
        );
    }

    #[test]
    fn constants_are_reckoned() {
        check(
            r#"
            local define, MAX, MIN = defineParameter, 64, -(2 ^ 3)
            LIMIT, changing = 10, 10
            define("a", nil, 2 * 64, 0, 100) -- warning: [default-out-of-range] "2 * 64"
            defineParameter("b", nil, MAX + 1, 0, MAX) -- warning: [default-out-of-range] "MAX + 1"
            defineParameter("c", nil, MIN - 1, MIN, MAX / 2) -- warning: [default-out-of-range] "MIN - 1"
            defineParameter("d", nil, 20, 0, LIMIT) -- warning: [default-out-of-range] "20"
            defineParameter { name = "e", default = 300, min = 0, max = 2 ^ 8 } -- warning: [default-out-of-range] "300"
            defineParameter("f", nil, 20, 0, changing)
            defineParameter("g", nil, MIN, MIN, MAX * 2 - 1)
            defineParameter("h", nil, 20, 0, later)
            later = 10
            function onNote(event) changing = 30 end
            "#,
            "",
        );
    }
}
