//! How a script calls us: every builtin is a Rust function behind one raw C function.
//!
//! Invariant: the Rust half returns a value, never jumps; the C half raises and yields, and holds no Rust value. So
//! errors reach `pcall` as plain strings with a position, and a builtin may suspend its caller.

use std::ffi::{c_char, c_int};

use halion_api::{Function as ApiFunction, FunctionKind, Thread, Threads, wrong_thread_message};
use mlua::{FromLua as _, Function, Lua, MultiValue, Table, Value, ffi};

use crate::{
    runtime::{Host, plain_error},
    world::World,
};

/// A builtin in the making: what it is called with.
pub(crate) struct Call<'a> {
    pub lua: &'a Lua,
    pub host: &'a Host,
    /// Name for messages, without the class.
    pub name: &'a str,
    /// Name with its class, such as `Zone:getWavetable`.
    pub qualified: &'a str,
    pub args: MultiValue,
    /// 1 for methods, whose first value is the object and does not count as an argument.
    pub first: usize,
}

/// What a builtin does next.
pub(crate) enum Reply {
    /// Returns to the script.
    Values(MultiValue),
    /// Suspends the running task, whose `waiting` is set.
    Suspend,
    /// Calls a function of the script, unprotected and not resumable, so that its errors keep their stack and a `wait` inside
    /// is refused (HALion semantics 4.6). Its results, behind `extra`, are the arguments of `after`, whose results are ours.
    Call {
        function: Function,
        arguments: Vec<Value>,
        after: Function,
        extra: Value,
    },
}

/// Why a builtin fails.
pub(crate) enum Raise {
    /// A script error; the position of the caller is put in front.
    Script(String),
    /// A script error that has its position already.
    Placed(String),
    /// Lua itself failed, usually out of memory.
    Lua(mlua::Error),
}

impl From<mlua::Error> for Raise {
    fn from(error: mlua::Error) -> Raise {
        Raise::Lua(error)
    }
}

impl From<String> for Raise {
    fn from(message: String) -> Raise {
        Raise::Script(message)
    }
}

/// Result of a builtin.
pub(crate) type Result = std::result::Result<Reply, Raise>;

/// The Rust half of a builtin.
pub(crate) type Body = fn(&Call<'_>) -> Result;

const RETURN: i32 = 0;
const SUSPEND: i32 = 1;
const RAISE: i32 = 2;
const CALL: i32 = 3;
const RAISE_PLACED: i32 = 4;

/// A Lua function that checks the thread and runs `body`.
pub(crate) fn function(
    lua: &Lua,
    host: &Host,
    name: &str,
    threads: Threads,
    body: Body,
) -> mlua::Result<Function> {
    make(lua, host, (name, name), threads, (0, false), body)
}

/// A method of an object of Lua's libraries, such as a file: the object goes in front and does not count as an argument.
pub(crate) fn method(lua: &Lua, host: &Host, name: &str, body: Body) -> mlua::Result<Function> {
    make(lua, host, (name, name), Threads::BOTH, (1, false), body)
}

/// A function that remembers something.
pub(crate) fn closure(
    lua: &Lua,
    host: &Host,
    name: &str,
    body: impl Fn(&Call<'_>) -> Result + 'static,
) -> mlua::Result<Function> {
    make(lua, host, (name, name), Threads::BOTH, (0, false), body)
}

/// The same for an entry of the API; a method is called with its object in front.
pub(crate) fn api_function(
    lua: &Lua,
    host: &Host,
    function: &ApiFunction,
    threads: Threads,
    body: Body,
) -> mlua::Result<Function> {
    make(
        lua,
        host,
        (&function.name, &function.qualified_name()),
        threads,
        (usize::from(function.kind == FunctionKind::Method), true),
        body,
    )
}

/// The same for a constructor behind `__call`: the class's table comes in front.
pub(crate) fn constructor(
    lua: &Lua,
    host: &Host,
    function: &ApiFunction,
    body: Body,
) -> mlua::Result<Function> {
    let name = function.name.as_str();
    make(lua, host, (name, name), function.threads, (1, true), body)
}

fn make(
    lua: &Lua,
    host: &Host,
    names: (&str, &str),
    threads: Threads,
    (first, is_api): (usize, bool),
    body: impl Fn(&Call<'_>) -> Result + 'static,
) -> mlua::Result<Function> {
    let (host, name, qualified) = (host.clone(), names.0.to_owned(), names.1.to_owned());
    let inner = lua.create_function(move |lua, args: MultiValue| {
        let thread = host.world.borrow().thread;
        if !threads.contains(thread) {
            return fail(lua, wrong_thread_message(&name, thread));
        }
        if is_api {
            host.meter.charge_call();
        }
        match body(&Call {
            lua,
            host: &host,
            name: &name,
            qualified: &qualified,
            args,
            first,
        }) {
            Ok(Reply::Values(mut values)) => {
                values.push_front(Value::Integer(RETURN.into()));
                Ok(values)
            }
            Ok(Reply::Suspend) => Ok(MultiValue::from_iter([Value::Integer(SUSPEND.into())])),
            Ok(Reply::Call {
                function,
                arguments,
                after,
                extra,
            }) => {
                let head = [
                    Value::Integer(CALL.into()),
                    Value::Function(after),
                    extra,
                    Value::Function(function),
                ];
                Ok(head.into_iter().chain(arguments).collect())
            }
            Err(Raise::Script(message)) => fail(lua, message),
            Err(Raise::Placed(message)) => fail_with(lua, RAISE_PLACED, message),
            // As a string like every other error of Lua, not as mlua's object.
            Err(Raise::Lua(error)) => fail(lua, plain_error(&error)),
        }
    })?;
    wrap(lua, inner)
}

fn fail(lua: &Lua, message: String) -> mlua::Result<MultiValue> {
    fail_with(lua, RAISE, message)
}

fn fail_with(lua: &Lua, tag: i32, message: String) -> mlua::Result<MultiValue> {
    Ok(MultiValue::from_iter([
        Value::Integer(tag.into()),
        Value::String(lua.create_string(message)?),
    ]))
}

/// Puts the C half around the Rust half.
fn wrap(lua: &Lua, inner: Function) -> mlua::Result<Function> {
    // SAFETY: `inner` is on top of the stack and becomes the upvalue; `exec_raw` catches an error of the allocation.
    unsafe { lua.exec_raw(inner, |l| ffi::lua_pushcclosure(l, call, 1)) }
}

/// The C half: `inner` tells what to do with its further results.
unsafe extern "C-unwind" fn call(l: *mut ffi::lua_State) -> c_int {
    // SAFETY: called by Lua with its arguments; no Rust value with a destructor is alive in this frame.
    unsafe {
        let n = ffi::lua_gettop(l);
        ffi::luaL_checkstack(l, 4, std::ptr::null::<c_char>());
        ffi::lua_pushvalue(l, ffi::lua_upvalueindex(1));
        ffi::lua_insert(l, 1);
        ffi::lua_call(l, n, ffi::LUA_MULTRET);
        match ffi::lua_tointeger(l, 1) as i32 {
            RETURN => ffi::lua_gettop(l) - 1,
            SUSPEND => {
                ffi::lua_settop(l, 0);
                ffi::lua_yieldk(l, 0, 0, None)
            }
            CALL => {
                ffi::lua_remove(l, 1);
                ffi::lua_call(l, ffi::lua_gettop(l) - 3, ffi::LUA_MULTRET);
                ffi::lua_call(l, ffi::lua_gettop(l) - 1, ffi::LUA_MULTRET);
                ffi::lua_gettop(l)
            }
            RAISE_PLACED => ffi::lua_error(l),
            _ => {
                ffi::luaL_where(l, 1);
                ffi::lua_insert(l, 2);
                ffi::lua_concat(l, 2);
                ffi::lua_error(l)
            }
        }
    }
}

/// No results.
pub(crate) fn nothing() -> Result {
    Ok(Reply::Values(MultiValue::new()))
}

/// One result.
pub(crate) fn value(value: Value) -> Result {
    Ok(Reply::Values(MultiValue::from_iter([value])))
}

/// One number.
pub(crate) fn number(number: f64) -> Result {
    value(Value::Number(number))
}

/// One boolean.
pub(crate) fn boolean(boolean: bool) -> Result {
    value(Value::Boolean(boolean))
}

impl Call<'_> {
    /// Argument `at`, from 1; nil if it is missing.
    pub fn value(&self, at: usize) -> Value {
        self.args
            .get(at - 1 + self.first)
            .cloned()
            .unwrap_or(Value::Nil)
    }

    /// Is the argument there, even as nil?
    pub fn has(&self, at: usize) -> bool {
        self.args.len() >= at + self.first
    }

    /// A number, or a string that reads as one.
    pub fn number(&self, at: usize) -> std::result::Result<f64, Raise> {
        match self.value(at) {
            Value::Integer(number) => Ok(number as f64),
            Value::Number(number) => Ok(number),
            text @ Value::String(_) => {
                f64::from_lua(text, self.lua).map_err(|_| self.expected(at, "number"))
            }
            _ => Err(self.expected(at, "number")),
        }
    }

    /// A number within a range, both ends included.
    pub fn number_in(&self, at: usize, low: f64, high: f64) -> std::result::Result<f64, Raise> {
        let number = self.number(at)?;
        if (low..=high).contains(&number) {
            return Ok(number);
        }
        Err(self.bad(at, &format!("{low} to {high} expected, got {number}")))
    }

    /// A number without a fraction within a range, both ends included.
    pub fn whole_in(&self, at: usize, low: i64, high: i64) -> std::result::Result<i64, Raise> {
        let number = self.number_in(at, low as f64, high as f64)?;
        if number.fract() == 0.0 {
            return Ok(number as i64);
        }
        Err(self.bad(at, &format!("whole number expected, got {number}")))
    }

    /// A key, 0 to 127; a fraction is cut off.
    pub fn key(&self, at: usize) -> std::result::Result<i64, Raise> {
        Ok(self.number_in(at, 0.0, 127.0)? as i64)
    }

    /// The id of a note; what can be none is one that no note has.
    pub fn note_id(&self, at: usize) -> std::result::Result<i64, Raise> {
        let number = self.number(at)?;
        let is_id = number.fract() == 0.0 && number.abs() < 1e15;
        Ok(if is_id { number as i64 } else { -1 })
    }

    /// A number or nothing.
    pub fn number_or(&self, at: usize, default: f64) -> std::result::Result<f64, Raise> {
        if matches!(self.value(at), Value::Nil) {
            Ok(default)
        } else {
            self.number(at)
        }
    }

    /// A number within a range, or nothing.
    pub fn number_in_or(
        &self,
        at: usize,
        low: f64,
        high: f64,
        default: f64,
    ) -> std::result::Result<f64, Raise> {
        if matches!(self.value(at), Value::Nil) {
            Ok(default)
        } else {
            self.number_in(at, low, high)
        }
    }

    /// A boolean or nothing; a missing one is false.
    pub fn flag(&self, at: usize) -> bool {
        !matches!(self.value(at), Value::Nil | Value::Boolean(false))
    }

    /// A string, or a number written as one.
    pub fn string(&self, at: usize) -> std::result::Result<String, Raise> {
        match self.value(at) {
            Value::String(text) => Ok(text.to_string_lossy()),
            Value::Integer(number) => Ok(number.to_string()),
            Value::Number(number) => Ok(crate::event::short(number)),
            _ => Err(self.expected(at, "string")),
        }
    }

    /// The bytes of a string, or of a number written as one.
    pub fn bytes(&self, at: usize) -> std::result::Result<Vec<u8>, Raise> {
        match self.value(at) {
            Value::String(text) => Ok(text.as_bytes().to_vec()),
            _ => self.string(at).map(String::into_bytes),
        }
    }

    /// A function.
    pub fn function(&self, at: usize) -> std::result::Result<Function, Raise> {
        match self.value(at) {
            Value::Function(function) => Ok(function),
            _ => Err(self.expected(at, "function")),
        }
    }

    /// A table.
    pub fn table(&self, at: usize) -> std::result::Result<Table, Raise> {
        match self.value(at) {
            Value::Table(table) => Ok(table),
            _ => Err(self.expected(at, "table")),
        }
    }

    /// The arguments from `at` on.
    pub fn rest(&self, at: usize) -> MultiValue {
        self.args
            .iter()
            .skip(at - 1 + self.first)
            .cloned()
            .collect()
    }

    /// `bad argument #1 to 'wait' (number expected, got nil)`.
    pub fn expected(&self, at: usize, what: &str) -> Raise {
        let got = if self.has(at) {
            crate::builtins::types::type_name(self.lua, &self.value(at))
        } else {
            "no value".to_owned()
        };
        self.bad(at, &format!("{what} expected, got {got}"))
    }

    /// `bad argument #1 to 'wait' (why)`.
    pub fn bad(&self, at: usize, why: &str) -> Raise {
        Raise::Script(format!("bad argument #{at} to '{}' ({why})", self.name))
    }

    /// Looks at or changes the world.
    pub fn world<R>(&self, work: impl FnOnce(&mut World) -> R) -> R {
        work(&mut self.host.world.borrow_mut())
    }

    /// The thread this runs on.
    pub fn thread(&self) -> Thread {
        self.host.world.borrow().thread
    }
}
