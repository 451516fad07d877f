//! Reads and changes the frames of a task: calls, locals, upvalues, and the objects found in them.
//!
//! Works on any coroutine while it stands still: the one inside whose hook we are, a suspended one, one that died of an
//! error. Levels count from 0 at the innermost call, as `lua_getstack` does; lines count from 1. A [`Frame`] keeps a
//! `lua_State`, but never looks at it after [`expire_frames`].

use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;

mod objects;

pub use mlua;

pub use objects::{Object, class_name, n_fields, object, title};

use mlua::{Lua, Table, Value, ffi};

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
    pub(crate) fn environment(&self, lua: &Lua) -> Table {
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

#[cfg(test)]
mod tests {
    use super::*;

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
