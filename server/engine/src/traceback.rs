//! Reads Lua stacks: where an error happened, and the name a function was declared with.
//!
//! Invariant: only calls that raise no Lua error (`lua_getstack`, `lua_getinfo`). Lines are 1-based, as Lua counts them.

use std::ffi::CStr;

use mlua::{Function, Lua, ffi};

use crate::{
    error::{ScriptError, StackFrame},
    record::TaskId,
    runtime::Runtime,
};

/// Frames kept of a stack; a runaway recursion has 200,000.
const MAX_FRAMES: usize = 100;

/// The error of a dead coroutine, whose stack is still there.
pub(crate) fn script_error(
    lua: &Lua,
    runtime: &Runtime,
    id: TaskId,
    state: *mut ffi::lua_State,
    message: String,
) -> ScriptError {
    let (error_name, task_name, thread) = {
        let world = runtime.world.borrow();
        match world.tasks.get(&id) {
            Some(task) => (task.error_name.clone(), task.name.clone(), task.thread),
            None => (String::new(), String::new(), world.thread),
        }
    };
    let (mut stack, short_sources) = read_stack(lua, runtime, state);
    if let Some(bottom) = stack.last_mut()
        && stack_is_whole(&short_sources)
    {
        bottom.function = task_name;
    }
    let (position, message) = split_position(&message, &short_sources);
    let (path, line) = match (position, stack.first()) {
        (Some((short, line)), _) => (path_of(&short_sources, short), line),
        (None, Some(frame)) => (frame.path.clone(), frame.line),
        (None, None) => (String::new(), 0),
    };
    let source_line = source_line(runtime, &path, line);
    let message = explain(message);
    ScriptError {
        callback: error_name,
        path,
        line,
        message,
        source_line,
        thread,
        task: id,
        stack,
    }
}

/// The error of a chunk that does not compile, from Lua's message `path:line: text`.
pub(crate) fn syntax_error(runtime: &Runtime, path: &str, message: &str) -> ScriptError {
    let (line, text) = message
        .rsplit_once(&format!("{}:", short_source(path)))
        .map_or(message, |(_, rest)| rest)
        .split_once(": ")
        .and_then(|(line, text)| Some((line.parse().ok()?, text.to_owned())))
        .unwrap_or((0, message.to_owned()));
    let world = runtime.world.borrow();
    ScriptError {
        callback: path.to_owned(),
        path: path.to_owned(),
        line,
        message: text,
        source_line: source_line(runtime, path, line),
        thread: world.thread,
        task: world.current.unwrap_or(TaskId(0)),
        stack: Vec::new(),
    }
}

/// Says what to do where Lua's own words leave one alone.
fn explain(message: &str) -> String {
    if message == "not enough memory" {
        let limit_mb = crate::proposed::MEMORY_LIMIT >> 20;
        return format!("not enough memory (the script holds more than {limit_mb} MB)");
    }
    message.to_owned()
}

/// The frames of Lua functions, innermost first, and the short names of their sources beside their paths.
fn read_stack(
    lua: &Lua,
    runtime: &Runtime,
    state: *mut ffi::lua_State,
) -> (Vec<StackFrame>, Vec<(String, String)>) {
    let (mut frames, mut sources) = (Vec::new(), Vec::new());
    let _keeps_state_alive = lua;
    for level in 0.. {
        // SAFETY: the record is plain data; `state` is live as long as `lua`; the two calls raise nothing with "nSl".
        unsafe {
            let mut ar: ffi::lua_Debug = std::mem::zeroed();
            if ffi::lua_getstack(state, level, &mut ar) == 0 || frames.len() >= MAX_FRAMES {
                break;
            }
            ffi::lua_getinfo(state, c"nSl".as_ptr(), &mut ar);
            if ar.currentline < 0 {
                continue;
            }
            let path = text(ar.source).trim_start_matches(['@', '=']).to_owned();
            let function = if ar.name.is_null() {
                name_at(runtime, &path, ar.linedefined).unwrap_or_else(|| "<anonymous>".to_owned())
            } else {
                text(ar.name)
            };
            sources.push((text(ar.short_src.as_ptr()), path.clone()));
            frames.push(StackFrame {
                function,
                path,
                line: ar.currentline as u32,
            });
        }
    }
    (frames, sources)
}

fn stack_is_whole(sources: &[(String, String)]) -> bool {
    sources.len() < MAX_FRAMES
}

/// Splits `path:line: text` if the path is one of the stack.
fn split_position<'a>(
    message: &'a str,
    sources: &[(String, String)],
) -> (Option<(&'a str, u32)>, &'a str) {
    for (short, _) in sources {
        if let Some(rest) = message
            .strip_prefix(short.as_str())
            .and_then(|rest| rest.strip_prefix(':'))
            && let Some((line, text)) = rest.split_once(": ")
            && let Ok(line) = line.parse()
        {
            return (Some((&message[..short.len()], line)), text);
        }
    }
    (None, message)
}

fn path_of(sources: &[(String, String)], short: &str) -> String {
    sources
        .iter()
        .find(|(known, _)| known == short)
        .map(|(_, path)| path.clone())
        .unwrap_or_default()
}

/// What Lua makes of a long chunk name: dots and its last 56 bytes.
fn short_source(path: &str) -> String {
    const ROOM: usize = 59;
    if path.len() <= ROOM {
        return path.to_owned();
    }
    let tail = &path.as_bytes()[path.len() - (ROOM - 3)..];
    format!("...{}", String::from_utf8_lossy(tail))
}

fn source_line(runtime: &Runtime, path: &str, line: u32) -> String {
    let sources = runtime.sources.borrow();
    let text = sources
        .get(path)
        .and_then(|text| text.lines().nth(line.checked_sub(1)? as usize));
    text.unwrap_or_default().to_owned()
}

/// The name a function was declared with: `f` in `function f()`, `local function f()`, `f = function()`.
pub(crate) fn declared_name(runtime: &Runtime, function: &Function) -> Option<String> {
    let info = function.info();
    let path = info.source?;
    let line = info.line_defined?;
    let path = path.trim_start_matches(['@', '=']);
    let names = runtime.names.borrow();
    if let Some(known) = names.get(path).and_then(|lines| lines.get(&line)) {
        return known.clone();
    }
    drop(names);
    let name = name_at(runtime, path, line as i32);
    let mut names = runtime.names.borrow_mut();
    let lines = names.entry(path.to_owned()).or_default();
    lines.insert(line, name.clone());
    name
}

/// The name that the line gives to the function that begins there; none if several begin there.
pub(crate) fn name_at(runtime: &Runtime, path: &str, line_defined: i32) -> Option<String> {
    let line = source_line(runtime, path, u32::try_from(line_defined).ok()?);
    let code = line.split("--").next().unwrap_or_default();
    let starts: Vec<usize> = code
        .match_indices("function")
        .map(|(at, _)| at)
        .filter(|&at| is_word(code, at))
        .collect();
    let [at] = starts[..] else { return None };
    let after = code[at + "function".len()..].trim_start();
    let declared: String = after
        .chars()
        .take_while(|&c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))
        .collect();
    if !declared.is_empty() {
        return Some(declared);
    }
    let before = code[..at].trim_end().strip_suffix('=')?.trim_end();
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':')))
        .map_or(0, |at| at + 1);
    let assigned = &before[start..];
    (!assigned.is_empty()).then(|| assigned.to_owned())
}

/// Does the keyword at `at` stand alone?
fn is_word(code: &str, at: usize) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    !code[..at].chars().next_back().is_some_and(letter)
        && !code[at + "function".len()..]
            .chars()
            .next()
            .is_some_and(letter)
}

/// A C string of Lua's as text.
unsafe fn text(chars: *const std::ffi::c_char) -> String {
    if chars.is_null() {
        return String::new();
    }
    // SAFETY: Lua's strings end in a zero byte.
    unsafe { CStr::from_ptr(chars) }
        .to_string_lossy()
        .into_owned()
}
