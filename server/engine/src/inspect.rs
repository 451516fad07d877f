//! Reads and changes the frames of a task: calls, locals, upvalues, and expressions evaluated inside a frame.
//!
//! Works on any coroutine while it stands still: the one inside whose hook we are, a suspended one, one that died of an
//! error. Levels count from 0 at the innermost call, as `lua_getstack` does; lines count from 1. A [`Frame`] keeps a
//! `lua_State`, but never looks at it after [`expire_frames`].

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;

pub use mlua;

use halion_api::api;
use mlua::{Function, Lua, MultiValue, Table, Value, ffi, thread::ThreadStatus};

use crate::builtins::types;

/// One call on a task's stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to find it again, see [`Frame`].
    pub level: i32,
    /// The function as its caller names it; `None` when the caller has no name for it.
    pub name: Option<String>,
    /// Where it stands; `None` for functions that are not the script's.
    pub place: Option<CallPlace>,
    /// Whether the caller's frame is gone because this was a tail call.
    pub is_tail_call: bool,
}

/// A place in the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPlace {
    /// File of the function.
    pub path: String,
    /// Line that executes, from 1.
    pub line: u32,
    /// Line of the `function` keyword, from 1; 0 for global statements.
    pub function_line: u32,
}

/// A named value in a frame.
#[derive(Debug, Clone)]
pub struct Named {
    /// The variable's name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// A call to look into, until the script goes on; from then on it has no variables. (A function made by an evaluation
/// can outlive the stop it was made in.)
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    state: *mut ffi::lua_State,
    level: i32,
    stop: u64,
}

thread_local! {
    /// Counts the times this OS thread's scripts went on after a stop.
    static STOP: Cell<u64> = const { Cell::new(0) };
}

/// Every [`Frame`] made so far is dead: the script goes on.
pub(crate) fn expire_frames() {
    STOP.set(STOP.get() + 1);
}

/// The calls of a coroutine, innermost first, without those below level `from`.
pub(crate) fn calls(state: *mut ffi::lua_State, from: i32) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut level = from;
    while let Some(mut activation) = activation(state, level) {
        // SAFETY: the record was filled by lua_getstack just now; "nSlt" pushes nothing.
        unsafe { ffi::lua_getinfo(state, c"nSlt".as_ptr(), &mut activation) };
        calls.push(describe(level, &activation));
        level += 1;
    }
    calls
}

/// How many calls a coroutine has below level `from`.
pub(crate) fn depth(state: *mut ffi::lua_State, from: i32) -> u32 {
    let mut n = 0;
    while activation(state, from + n as i32).is_some() {
        n += 1;
    }
    n
}

/// Whether a coroutine has at most `depth` calls on its stack; called inside a hook, where no closure is in the way.
pub(crate) fn is_within(state: *mut ffi::lua_State, depth: u32) -> bool {
    activation(state, i32::try_from(depth).unwrap_or(i32::MAX)).is_none()
}

/// One call of a coroutine.
pub(crate) fn call_at(state: *mut ffi::lua_State, level: i32) -> Option<Call> {
    let mut activation = activation(state, level)?;
    // SAFETY: as in `calls`.
    unsafe { ffi::lua_getinfo(state, c"nSlt".as_ptr(), &mut activation) };
    Some(describe(level, &activation))
}

/// The path of a chunk that was loaded from a file, from its `source`.
pub(crate) fn path_of(source: &CStr) -> Option<&str> {
    source.to_str().ok()?.strip_prefix('@')
}

fn describe(level: i32, activation: &ffi::lua_Debug) -> Call {
    let text = |pointer: *const std::ffi::c_char| {
        // SAFETY: Lua's strings in the record end with 0 and live as long as the call does.
        (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
    };
    let path = text(activation.source).and_then(path_of);
    let line = u32::try_from(activation.currentline).unwrap_or(0);
    Call {
        level,
        name: text(activation.name).map(|name| name.to_string_lossy().into_owned()),
        place: path.filter(|_| line > 0).map(|path| CallPlace {
            path: path.to_owned(),
            line,
            function_line: u32::try_from(activation.linedefined).unwrap_or(0),
        }),
        is_tail_call: activation.istailcall != 0,
    }
}

fn activation(state: *mut ffi::lua_State, level: i32) -> Option<ffi::lua_Debug> {
    let mut record = MaybeUninit::<ffi::lua_Debug>::zeroed();
    // SAFETY: lua_getstack reads the call list of a coroutine that stands still and writes the record; all zeros is a
    // valid record.
    unsafe {
        (ffi::lua_getstack(state, level, record.as_mut_ptr()) != 0).then(|| record.assume_init())
    }
}

impl Frame {
    pub(crate) fn new(state: *mut ffi::lua_State, level: i32) -> Frame {
        Frame {
            state,
            level,
            stop: STOP.get(),
        }
    }

    fn activation(&self) -> Option<ffi::lua_Debug> {
        (self.stop == STOP.get())
            .then(|| activation(self.state, self.level))
            .flatten()
    }

    /// Parameters and locals that are in scope, in order of declaration. Of several with one name only the one that
    /// the name means here.
    pub fn locals(&self, lua: &Lua) -> Vec<Named> {
        let mut locals: Vec<Named> = Vec::new();
        for (slot, name) in self.local_names() {
            let Some(value) = self.local(lua, slot) else {
                continue;
            };
            locals.retain(|local| local.name != name);
            locals.push(Named { name, value });
        }
        locals
    }

    /// The extra arguments (`...`) of a vararg function.
    pub fn varargs(&self, lua: &Lua) -> Vec<Value> {
        (1..).map_while(|n| self.local(lua, -n)).collect()
    }

    /// Locals of the functions around this one that it uses, `_ENV` left out.
    pub fn upvalues(&self, lua: &Lua) -> Vec<Named> {
        let names = self.upvalue_names();
        let named = names.into_iter().filter(|(_, name)| name != "_ENV");
        named
            .filter_map(|(index, name)| {
                Some(Named {
                    name,
                    value: self.upvalue(lua, index)?,
                })
            })
            .collect()
    }

    /// What a name means in this frame.
    pub fn get(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        match self.find(name) {
            Some(Found::Local(slot)) => Ok(self.local(lua, slot).unwrap_or(Value::Nil)),
            Some(Found::Upvalue(index)) => Ok(self.upvalue(lua, index).unwrap_or(Value::Nil)),
            None => self.environment(lua).get(name),
        }
    }

    /// Assigns to what a name means in this frame.
    pub fn set(&self, lua: &Lua, name: &str, value: Value) -> mlua::Result<()> {
        match self.find(name) {
            Some(Found::Local(slot)) => self.set_local(lua, slot, &value),
            Some(Found::Upvalue(index)) => self.set_upvalue(lua, index, &value),
            None => self.environment(lua).set(name, value),
        }
    }

    /// The table in which the function of this frame finds its globals.
    fn environment(&self, lua: &Lua) -> Table {
        let found = match self.find("_ENV") {
            Some(Found::Local(slot)) => self.local(lua, slot),
            Some(Found::Upvalue(index)) => self.upvalue(lua, index),
            None => None,
        };
        match found {
            Some(Value::Table(table)) => table,
            _ => lua.globals(),
        }
    }

    fn find(&self, name: &str) -> Option<Found> {
        let local = self
            .local_names()
            .into_iter()
            .rev()
            .find(|(_, local)| local == name);
        let upvalue = || {
            self.upvalue_names()
                .into_iter()
                .find(|(_, upvalue)| upvalue == name)
        };
        local
            .map(|(slot, _)| Found::Local(slot))
            .or_else(|| upvalue().map(|(index, _)| Found::Upvalue(index)))
    }

    /// Slots and names of the locals in scope; Lua's own, such as `(for index)`, are left out.
    fn local_names(&self) -> Vec<(c_int, String)> {
        let Some(activation) = self.activation() else {
            return Vec::new();
        };
        let name = |slot: c_int| {
            // SAFETY: the coroutine stands still; one slot of stack is checked for, and the value pushed is popped.
            unsafe {
                if ffi::lua_checkstack(self.state, 1) == 0 {
                    return None;
                }
                let name = ffi::lua_getlocal(self.state, &activation, slot);
                if name.is_null() {
                    return None;
                }
                let name = CStr::from_ptr(name).to_string_lossy().into_owned();
                ffi::lua_pop(self.state, 1);
                Some((slot, name))
            }
        };
        (1..)
            .map_while(name)
            .filter(|(_, name)| !name.starts_with('('))
            .collect()
    }

    fn local(&self, lua: &Lua, slot: c_int) -> Option<Value> {
        let activation = self.activation()?;
        // SAFETY: as in `local_names`; `take` pops what was pushed.
        unsafe {
            if ffi::lua_checkstack(self.state, 1) == 0 {
                return None;
            }
            let name = ffi::lua_getlocal(self.state, &activation, slot);
            (!name.is_null()).then(|| self.take(lua))
        }
    }

    fn set_local(&self, lua: &Lua, slot: c_int, value: &Value) -> mlua::Result<()> {
        let Some(activation) = self.activation() else {
            return Ok(());
        };
        self.put(lua, value)?;
        // SAFETY: `put` pushed the value that lua_setlocal pops.
        unsafe { ffi::lua_setlocal(self.state, &activation, slot) };
        Ok(())
    }

    fn upvalue_names(&self) -> Vec<(c_int, String)> {
        let mut names = Vec::new();
        self.with_function(|| {
            for index in 1.. {
                // SAFETY: the function is on top; the value pushed is popped.
                unsafe {
                    let name = ffi::lua_getupvalue(self.state, -1, index);
                    if name.is_null() {
                        break;
                    }
                    names.push((index, CStr::from_ptr(name).to_string_lossy().into_owned()));
                    ffi::lua_pop(self.state, 1);
                }
            }
        });
        names
    }

    fn upvalue(&self, lua: &Lua, index: c_int) -> Option<Value> {
        let mut value = None;
        self.with_function(|| {
            // SAFETY: the function is on top; `take` pops the value.
            unsafe {
                if !ffi::lua_getupvalue(self.state, -1, index).is_null() {
                    value = Some(self.take(lua));
                }
            }
        });
        value
    }

    fn set_upvalue(&self, lua: &Lua, index: c_int, value: &Value) -> mlua::Result<()> {
        let mut result = Ok(());
        self.with_function(|| {
            result = self.put(lua, value);
            if result.is_ok() {
                // SAFETY: the function lies below the value, which lua_setupvalue pops.
                unsafe { ffi::lua_setupvalue(self.state, -2, index) };
            }
        });
        result
    }

    /// Runs `look` with this frame's function on top of the coroutine's stack.
    fn with_function(&self, look: impl FnOnce()) {
        let Some(mut activation) = self.activation() else {
            return;
        };
        // SAFETY: "f" pushes the function, for which there is room, and it is popped again.
        unsafe {
            if ffi::lua_checkstack(self.state, 3) == 0 {
                return;
            }
            ffi::lua_getinfo(self.state, c"f".as_ptr(), &mut activation);
            look();
            ffi::lua_pop(self.state, 1);
        }
    }

    /// Pops the value on top of the frame's coroutine.
    ///
    /// # Safety
    /// The coroutine's stack holds a value above its base.
    unsafe fn take(&self, lua: &Lua) -> Value {
        lua.exec_raw_lua(|raw| unsafe {
            if ffi::lua_checkstack(raw.state(), 2) == 0 {
                ffi::lua_pop(self.state, 1);
                return Value::Nil;
            }
            if raw.state() != self.state {
                ffi::lua_xmove(self.state, raw.state(), 1);
            }
            raw.pop::<Value>().unwrap_or(Value::Nil)
        })
    }

    /// Pushes a value on the frame's coroutine.
    fn put(&self, lua: &Lua, value: &Value) -> mlua::Result<()> {
        // SAFETY: room is made on both stacks; the value goes from one to the other.
        lua.exec_raw_lua(|raw| unsafe {
            if ffi::lua_checkstack(raw.state(), 2) == 0 || ffi::lua_checkstack(self.state, 2) == 0 {
                return Err(mlua::Error::StackError);
            }
            raw.push(value.clone())?;
            if raw.state() != self.state {
                ffi::lua_xmove(raw.state(), self.state, 1);
            }
            Ok(())
        })
    }
}

enum Found {
    Local(c_int),
    Upvalue(c_int),
}

/// One of HALion's own objects: an event, a layer, a parameter definition.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its class.
    pub class: String,
    /// What distinguishes it from others of its class, if it has a name.
    pub title: Option<String>,
    /// Its fields that have a value, in the order of the manual.
    pub fields: Vec<Named>,
}

/// The class of one of HALion's objects; `None` for every other value.
pub fn class_name(value: &Value) -> Option<String> {
    types::class_of(value)
}

/// One of HALion's objects with its fields; `None` for every other value.
pub fn object(value: &Value) -> Option<Object> {
    let class = types::class_of(value)?;
    let Value::Table(table) = value else {
        return None;
    };
    let is_event = class == "Event";
    // An event's object holds what was set; an element's fields are all behind its class.
    let get = |name: &str| {
        if is_event {
            table.raw_get::<Value>(name)
        } else {
            table.get::<Value>(name)
        }
    };
    let fields = api().ancestry(&class).flat_map(|class| &class.fields);
    let named = |name: &String| {
        Some(Named {
            name: name.clone(),
            value: get(name).ok().filter(|value| !value.is_nil())?,
        })
    };
    let fields: Vec<Named> = fields.filter_map(|field| named(&field.name)).collect();
    let title = fields
        .iter()
        .find(|field| field.name == "name")
        .and_then(|field| field.value.to_string().ok());
    Some(Object {
        class,
        title,
        fields,
    })
}

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

/// What a compiled text tells about its lines, all from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeLines {
    /// Lines that hold code, in all functions.
    pub lines: BTreeSet<u32>,
    /// Lines in the middle of a statement, below the line of their function: the arguments of a call that ends on the
    /// line where it began. A step has no reason to stop there.
    pub inner: BTreeSet<(u32, u32)>,
    /// How often such a statement comes back to its first line, below the line of its function.
    pub returns: BTreeMap<(u32, u32), u32>,
}

/// Reads the line tables of a compiled chunk of Lua 5.2. The layout is that of `ldump.c`; sizes stand in its header.
pub(crate) fn lines_of_dump(dump: &[u8]) -> CodeLines {
    const HEADER: usize = 18;
    let mut lines = CodeLines::default();
    let size_t = dump.get(8).copied().unwrap_or(8);
    let mut reader = DumpReader {
        rest: dump.get(HEADER..).unwrap_or_default(),
        size_t: size_t.into(),
    };
    reader.function(&mut lines);
    lines
}

/// Walks a dump; anything unexpected ends the walk.
struct DumpReader<'a> {
    rest: &'a [u8],
    size_t: usize,
}

impl DumpReader<'_> {
    fn function(&mut self, lines: &mut CodeLines) -> Option<()> {
        let function_line = u32::try_from(self.int()?).ok()?;
        self.skip(4 + 3)?; // last line, parameters, vararg, stack size
        let mut opcodes = Vec::new();
        for _ in 0..self.int()? {
            // The lowest six bits of an instruction.
            opcodes.push(self.int32()? as u8 & 0x3f);
        }
        for _ in 0..self.int()? {
            match self.byte()? {
                0 => {}
                1 => self.skip(1)?,
                3 => self.skip(8)?,
                _ => self.string()?,
            }
        }
        for _ in 0..self.int()? {
            self.function(lines)?;
        }
        let n_upvalues = self.int()?;
        self.skip(2 * n_upvalues)?;
        self.string()?; // source
        let mut own = Vec::new();
        for _ in 0..self.int()? {
            own.push(u32::try_from(self.int()?).ok()?);
        }
        let (inner, returns) = inner_lines(&opcodes, &own);
        for line in returns {
            *lines.returns.entry((function_line, line)).or_default() += 1;
        }
        lines
            .inner
            .extend(inner.into_iter().map(|line| (function_line, line)));
        lines.lines.extend(own);
        for _ in 0..self.int()? {
            self.string()?;
            self.skip(4 + 4)?; // a local and where it begins and ends
        }
        for _ in 0..self.int()? {
            self.string()?; // name of an upvalue
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let size = self.rest.get(..self.size_t)?;
        let size = size
            .iter()
            .rev()
            .fold(0usize, |size, &byte| size << 8 | usize::from(byte));
        self.skip(self.size_t)?;
        self.skip(size)
    }

    fn int(&mut self) -> Option<usize> {
        usize::try_from(self.int32()?).ok()
    }

    fn int32(&mut self) -> Option<i32> {
        let bytes = self.rest.get(..4)?.try_into().ok()?;
        self.skip(4)?;
        Some(i32::from_ne_bytes(bytes))
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.rest.first()?;
        self.skip(1)?;
        Some(byte)
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.rest = self.rest.get(n..)?;
        Some(())
    }
}

/// Lines between the beginning of an expression and the instruction that ends it on the line where it began. Lua gives
/// a call and an operator the line where they were written, which may come after those of their operands; so do loops,
/// whose instructions are left out here. Also gives the line it comes back to, for each time.
fn inner_lines(opcodes: &[u8], lines: &[u32]) -> (BTreeSet<u32>, Vec<u32>) {
    /// `JMP`, `RETURN` and the four of `for`, as `lopcodes.h` of 5.2 numbers them.
    const LOOPS_AND_JUMPS: [u8; 6] = [23, 31, 32, 33, 34, 35];
    let (mut inner, mut returns) = (BTreeSet::new(), Vec::new());
    for at in 1..lines.len().min(opcodes.len()) {
        let line = lines[at];
        if line >= lines[at - 1] || LOOPS_AND_JUMPS.contains(&opcodes[at]) {
            continue;
        }
        let between = lines[..at]
            .iter()
            .rev()
            .take_while(|&&before| before > line);
        let n_between = between.clone().count();
        let begins_here = n_between < at && lines[at - 1 - n_between] == line;
        if begins_here {
            inner.extend(between);
            returns.push(line);
        }
    }
    (inner, returns)
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

    #[test]
    fn lines_inside_a_statement_are_known() {
        let lines = |text: &str| {
            let lua = Lua::new();
            lines_of_dump(&lua.load(text).into_function().unwrap().dump(false))
        };
        let call = "local x = 1\nrun(function()\n  x = 2\nend, x)\nx = 3";
        assert_eq!(lines(call).lines, BTreeSet::from([1, 2, 3, 4, 5]));
        assert_eq!(lines(call).inner, BTreeSet::from([(0, 4)]));
        assert_eq!(lines(call).returns, BTreeMap::from([((0, 2), 1)]));
        let loops = "for i = 1, 3 do\n  f(i)\nend\nwhile g() do\n  f(1)\nend\nfor k in pairs(t) do\n  f(k)\nend";
        assert_eq!(lines(loops).inner, BTreeSet::new());
    }

    #[test]
    fn a_dead_coroutine_still_shows_its_frames() {
        let lua = Lua::new();
        let script = "local function f(a)\n  local b = a .. '!'\n  error('no')\nend\nf('x')";
        let thread = lua
            .create_thread(
                lua.load(script)
                    .set_name("@script.lua")
                    .into_function()
                    .unwrap(),
            )
            .unwrap();
        thread.resume::<()>(()).unwrap_err();
        let calls = calls(thread.state(), 0);
        let seen: Vec<_> = calls
            .iter()
            .map(|call| {
                (
                    call.name.as_deref(),
                    call.place.as_ref().map(|place| place.line),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [(Some("error"), None), (Some("f"), Some(3)), (None, Some(5))]
        );
        let locals = Frame::new(thread.state(), 1).locals(&lua);
        let shown: Vec<_> = locals
            .iter()
            .map(|local| format!("{}={}", local.name, local.value.to_string().unwrap()))
            .collect();
        assert_eq!(shown, ["a=x", "b=x!"]);
    }
}
