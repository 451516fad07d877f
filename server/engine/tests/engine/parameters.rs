//! Chapter 6: parameters.

use crate::support::*;

/// HALion semantics 6.1, 6.2, 6.4: positional forms and the global variable.
#[test]
fn positional_forms() {
    check_prints(
        "defineParameter('a') defineParameter('b', 'B', 500, 0, 400, 1) defineParameter('c', nil, 2, { 'x', 'y', 'z' })
        defineParameter('d', 'D', true) defineParameter('e', 'E', 'text') defineParameter('f', 'F', { 1, 2 })
        defineParameter('g', 'G', 0, { [0] = 'x', 'y' })
        print(a, b, c, d, e, f[2], g)",
        "",
        "0 ms controller #1 print 0 400 2 true text 2 0",
    );
}

/// HALion semantics 6.2, 6.11: named arguments.
#[test]
fn named_form() {
    check_prints(
        "defineParameter{ name = 'a', longName = 'A', default = 5, min = 0, max = 10, increment = 2, type = 'integer', format = 'f', persistent = false }
        defineParameter{ name = 'b', type = 'string' } defineParameter{ name = 'c', default = true } defineParameter{ name = 'd', default = 1, strings = { 'x', 'y' } }
        print(a, b == '', c, d) print(pcall(defineParameter, { name = 'x', type = 'odd' })) print(pcall(defineParameter, { longName = 'x' }))",
        "",
        "0 ms controller #1 print 6 true true 1
        0 ms controller #1 print false bad argument #1 to 'defineParameter' (field 'type' is \"odd\"; known types are integer, float, boolean, string, variant, envelope)
        0 ms controller #1 print false bad argument #1 to 'defineParameter' (field 'name': string expected, got nil)",
    );
}

/// HALion semantics 6.2: an existing definition, and 6.14: definitions are read-only.
#[test]
fn definitions_are_objects() {
    check_prints(
        "defineParameter('a', 'Long', 5, 0, 10, 0.5) local d = this:getParameterDefinition('a')
        print(type(d), d.name, d.longName, d.type, d.default, d.min, d.max, d.readOnly, d.automatable, d:getDisplayString(2))
        defineParameter('b', 'B', d) print(b, #this.parameterDefinitions, this:getParameterDefinition('missing'))
        print(pcall(function() d.min = 1 end))",
        "",
        "0 ms controller #1 print ParameterDefinition a Long float 5 0 10 false true 2.0
        0 ms controller #1 print 5 2 nil
        0 ms controller #1 print false script.lua:4: ParameterDefinition.min is read-only",
    );
}

/// HALion semantics 6.3: the callback is the first function, wherever it stands.
#[test]
fn the_callback_follows_fewer_arguments() {
    check_prints(
        "local function changed() print('changed', a, b, c) end
        defineParameter('a', 'A', 1, 0, 10, changed) defineParameter('b', changed) defineParameter('c', 'C', false, changed) defineParameter('d', 'D', 1, 0, 10, 1, nil)
        this:setParameter('a', 2) this:setParameter('b', 3) this:setParameter('c', true) this:setParameter('d', 4)",
        "",
        "0 ms controller #2 print changed 2 0 false
        0 ms controller #3 print changed 2 3 false
        0 ms controller #4 print changed 2 3 true",
    );
}

/// HALion semantics 6.4: clamped, rounded to the grid; redefinition keeps a value that still fits.
#[test]
fn values_fit_their_definition() {
    check_prints(
        "defineParameter('a', 'A', 0, 0, 10, 0.25) a = 3.3 print(a) a = 99 print(a) defineParameter('a', 'A', 0, 0, 20, 1) print(a) defineParameter('a', 'A', 1, 0, 5, 1) print(a)",
        "",
        "0 ms controller #1 print 3.25
        0 ms controller #1 print 10
        0 ms controller #1 print 10
        0 ms controller #1 print 1",
    );
}

/// HALion semantics 6.5: the callback runs for edits and `setParameter`, not for assignments or equal values.
#[test]
fn when_the_callback_runs() {
    check_prints(
        "defineParameter('a', 'A', 1, 0, 10, 1, function(...) print('a', a, select('#', ...)) end)
        defineParameter{ name = 'b', default = 1, writeAlways = true, onChanged = function() print('b', b) end }
        a = 2 this:setParameter('a', 2) this:setParameter('a', 3) this:setParameter('b', 1)",
        "100 ms parameter name='a' value=4\n200 ms parameter name='a' value=4",
        "0 ms controller #2 print a 3 0
        0 ms controller #3 print b 1
        104.49 ms controller #4 print a 4 0",
    );
}

/// HALion semantics 6.6: with `processorCallback` the callback runs on the Processor, at the very sample.
#[test]
fn a_processor_callback_runs_at_the_sample() {
    check_prints(
        "defineParameter{ name = 'a', processorCallback = true, onChanged = function() print(getContext(), a) end }
        this:setParameter('a', 5)",
        "100 ms parameter name='a' value=4",
        "0 ms processor #2 print Processor 5
        100 ms processor #3 print Processor 4",
    );
}

/// HALion semantics 6.7: from the Processor the value changes at once and the callback runs at the next Controller step.
#[test]
fn set_parameter_from_the_processor() {
    check_prints(
        "defineParameter('a', 'A', 1, 0, 10, 1, function() print(getContext(), a) end)
        function onNote() this:setParameter('a', 7) print('now', a) end",
        "0 ms note 60 1",
        "0 ms processor #2 print now 7
        11.61 ms controller #3 print Controller 7",
    );
}

/// HALion semantics 6.7: in the Controller the callback runs to its first suspension before `setParameter` returns.
#[test]
fn set_parameter_in_the_controller_runs_the_callback() {
    check_prints(
        "defineParameter('a', 'A', 1, 0, 10, 1, function() print('before') wait(20) print('after') end)
        this:setParameter('a', 7) print('returned')",
        "",
        "0 ms controller #2 print before
        0 ms controller #1 print returned
        23.22 ms controller #2 print after",
    );
}

/// HALion semantics 6.9: `readOnly` blocks changes from outside only; `_G` and locals work as in Lua.
#[test]
fn parameters_are_globals() {
    check_prints(
        "defineParameter{ name = 'a', default = 1, readOnly = true } a = 5 print(a, _G['a'], rawget(_G, 'a')) _G.a = 6 print(a) local a = 'local' print(a)
        new = 1 print(rawget(_G, 'new'))",
        "10 ms parameter name='a' value=9",
        "0 ms controller #1 print 5 5 nil
        0 ms controller #1 print 6
        0 ms controller #1 print local
        0 ms controller #1 print 1
        11.61 ms controller print [scenario] parameter \"a\" is read-only; the edit is ignored",
    );
}

/// HALion semantics 6.10: numbers and numeric texts, booleans and 0 or 1 convert; the rest is an error.
#[test]
fn wrong_types_convert_or_fail() {
    check_prints(
        "defineParameter('n', 'N', 1, 0, 10, 1) defineParameter('b', 'B', false) defineParameter('s', 'S', 'x')
        n = '7' b = 1 s = 12 print(n, b, s) n = true print(n) print(pcall(function() n = {} end)) print(pcall(function() b = 'yes' end))",
        "",
        "0 ms controller #1 print 7 true 12
        0 ms controller #1 print 1
        0 ms controller #1 print false script.lua:2: parameter 'n': integer expected, got table
        0 ms controller #1 print false script.lua:2: parameter 'b': boolean expected, got string",
    );
}

/// HALion semantics 6.13: missing parameters, ids, fractions of the range.
#[test]
fn element_access() {
    check_prints(
        "defineParameter('a', 'A', 5, 0, 20) local id = this:getParameterDefinition('a').id
        print(this:getParameter('a'), this:getParameter(id), this:getParameterNormalized('a'), this:hasParameter('a'), this:hasParameter('x'), this:getParameter('x'))
        this:setParameterNormalized('a', 0.5) print(a) this:setParameterNormalized('a', 'text') this:setParameter('x', 1) print(a)",
        "",
        "0 ms controller #1 print 5 5 0.25 true false nil
        0 ms controller #1 print 10
        0 ms controller #1 print 10",
    );
}

/// HALion semantics 2.6, 6.8: an edit in the scenario counts like one on the user interface; an unknown name is told.
#[test]
fn unknown_parameters_of_the_scenario_are_told() {
    check_prints(
        "",
        "10 ms parameter name='a' value=1",
        "11.61 ms controller print [scenario] the script has no parameter \"a\"; the edit is ignored",
    );
}
