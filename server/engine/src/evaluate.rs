//! Expressions and statements evaluated inside a frame, for the debugger.
//!
//! Invariant: an evaluation runs on a coroutine of its own with a budget of instructions, so it can neither wait nor hang.

use std::{cell::Cell, ffi::c_int};

use mlua::{Function, Lua, MultiValue, Table, Value, ffi, thread::ThreadStatus};

use crate::inspect::Frame;

/// Instructions an evaluation may take: a fraction of a second.
const EVALUATION_BUDGET: u32 = 20_000_000;
const EVALUATION_STEP: c_int = 1000;
const EVALUATION_NAME: &str = "=(evaluation)";

thread_local! {
    static EVALUATION_LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Evaluates an expression, or runs statements, with the names of a frame; without a frame, with the globals. Runs on
/// a coroutine of its own: one that waits or takes too long fails with a message, the script stays where it is.
pub fn evaluate(lua: &Lua, frame: Option<Frame>, source: &str) -> Result<Vec<Value>, String> {
    let environment = match frame {
        Some(frame) => scope(lua, frame).map_err(|error| message(&error))?,
        None => lua.globals(),
    };
    let function = compile(lua, source, &environment)?;
    let varargs = frame.map(|frame| frame.varargs(lua)).unwrap_or_default();
    call(lua, function, varargs)
}

fn compile(lua: &Lua, source: &str, environment: &Table) -> Result<Function, String> {
    let load = |text: String| {
        let chunk = lua
            .load(text)
            .set_name(EVALUATION_NAME)
            .set_environment(environment.clone());
        chunk
            .set_mode(mlua::chunk::ChunkMode::Text)
            .into_function()
            .map_err(|error| message(&error))
    };
    let as_expression = load(format!("return {source}\n"));
    as_expression.or_else(|expression_error| {
        let first = source
            .trim_start()
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or("");
        load(source.to_owned()).map_err(|statement_error| {
            // An expression that breaks at its very first word was meant as a statement.
            let is_statement =
                !first.is_empty() && expression_error.contains(&format!("near '{first}'"));
            if is_statement {
                statement_error
            } else {
                expression_error
            }
        })
    })
}

/// Calls a function as [`evaluate`] runs its text.
pub fn call(lua: &Lua, function: Function, arguments: Vec<Value>) -> Result<Vec<Value>, String> {
    let thread = lua
        .create_thread(function)
        .map_err(|error| message(&error))?;
    EVALUATION_LEFT.set(EVALUATION_BUDGET);
    // SAFETY: the new coroutine is suspended; the hook only raises an error.
    unsafe {
        ffi::lua_sethook(
            thread.state(),
            Some(evaluation_hook),
            ffi::LUA_MASKCOUNT,
            EVALUATION_STEP,
        )
    };
    let result = thread.resume::<MultiValue>(MultiValue::from_iter(arguments));
    match result {
        Ok(_) if thread.status() == ThreadStatus::Resumable => Err(String::from(
            "this would have to wait, and time stands still here",
        )),
        Ok(values) => Ok(values.into_iter().collect()),
        Err(error) => Err(message(&error)),
    }
}

/// Ends an evaluation that takes too long. From then on it fires at every instruction, so that a `pcall` inside cannot
/// go on.
unsafe extern "C-unwind" fn evaluation_hook(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    let left = EVALUATION_LEFT.get();
    if left > EVALUATION_STEP as u32 {
        EVALUATION_LEFT.set(left - EVALUATION_STEP as u32);
        return;
    }
    // SAFETY: called by Lua on `state`; no Rust value with a destructor is alive when luaL_error leaves.
    unsafe {
        ffi::lua_sethook(state, Some(evaluation_hook), ffi::LUA_MASKCOUNT, 1);
        ffi::luaL_error(state, c"this takes too long".as_ptr());
    }
}

/// A table that stands for the names of a frame: its locals, then its upvalues, then its globals.
fn scope(lua: &Lua, frame: Frame) -> mlua::Result<Table> {
    let index = lua.create_function(move |lua, (_, key): (Value, Value)| match name_of(&key) {
        Some(name) => frame.get(lua, &name),
        None => frame.environment(lua).get(key),
    })?;
    let new_index = lua.create_function(move |lua, (_, key, value): (Value, Value, Value)| {
        match name_of(&key) {
            Some(name) => frame.set(lua, &name, value),
            None => frame.environment(lua).set(key, value),
        }
    })?;
    let meta = lua.create_table()?;
    meta.raw_set("__index", index)?;
    meta.raw_set("__newindex", new_index)?;
    let scope = lua.create_table()?;
    scope.set_metatable(Some(meta))?;
    Ok(scope)
}

fn name_of(key: &Value) -> Option<String> {
    match key {
        Value::String(name) => name.to_str().ok().map(|name| name.to_owned()),
        _ => None,
    }
}

/// Lua's message without the traceback that mlua adds and without our chunk name.
pub(crate) fn message(error: &mlua::Error) -> String {
    let text = match error {
        mlua::Error::CallbackError { cause, .. } => return message(cause),
        mlua::Error::RuntimeError(text) | mlua::Error::SyntaxError { message: text, .. } => {
            text.clone()
        }
        other => other.to_string(),
    };
    let text = text.split("\nstack traceback:").next().unwrap_or_default();
    text.strip_prefix("(evaluation):1: ")
        .or(text.strip_prefix("(evaluation):2: "))
        .unwrap_or(text)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `script` to its `stop()`, evaluates there, and gives what came out or the error.
    fn check(script: &str, source: &'static str, expected: &str) {
        let lua = Lua::new();
        let stop = lua.create_function(move |lua, ()| {
            let state = lua.exec_raw_lua(|raw| raw.state());
            let shown = match evaluate(lua, Some(Frame::new(state, 1)), source) {
                Ok(values) => values
                    .iter()
                    .map(|value| value.to_string().unwrap())
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(error) => format!("({error})"),
            };
            lua.globals().set("shown", shown)
        });
        let globals = lua.globals();
        globals.set("stop", stop.unwrap()).unwrap();
        let wait = "coroutine.yield()";
        globals
            .set("wait", lua.load(wait).into_function().unwrap())
            .unwrap();
        let thread = lua
            .create_thread(
                lua.load(script)
                    .set_name("@script.lua")
                    .into_function()
                    .unwrap(),
            )
            .unwrap();
        thread.resume::<()>(()).unwrap();
        assert_eq!(
            globals.get::<String>("shown").unwrap(),
            expected,
            "{source}"
        );
    }

    const SCRIPT: &str = "local up = 7\nglobal = 3\nlocal function f(a, ...)\n  local b, none = a + 1\n  local b = up * b\n  stop()\n  after = tostring(a) .. tostring(up)\nend\nf(2, 'x', 'y')";

    #[test]
    fn names_mean_what_they_mean_in_the_frame() {
        check(SCRIPT, "a, b, up, global, none", "2 21 7 3 nil");
        check(SCRIPT, "...", "x y");
        check(SCRIPT, "_ENV == nil", "false");
    }

    #[test]
    fn evaluations_can_assign() {
        check(
            SCRIPT,
            "a = 5; up = 8; global = a + up; return global",
            "13",
        );
        check("local none; none = nil; stop()", "none = 4", "");
    }

    #[test]
    fn what_cannot_be_evaluated_says_why() {
        check(
            SCRIPT,
            "a.b.c",
            "(attempt to index global 'a' (a number value))",
        );
        check(SCRIPT, "1 +", "(unexpected symbol near <eof>)");
        check(SCRIPT, "local x =", "(unexpected symbol near <eof>)");
        check(SCRIPT, "error('no')", "(no)");
        check(
            SCRIPT,
            "wait()",
            "(this would have to wait, and time stands still here)",
        );
    }

    #[test]
    fn an_evaluation_cannot_hang() {
        check(
            SCRIPT,
            "(function() while true do end end)()",
            "(this takes too long)",
        );
        check(
            SCRIPT,
            "(function() while true do pcall(function() while true do end end) end end)()",
            "(this takes too long)",
        );
    }
}
