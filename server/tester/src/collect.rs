//! `describe`, `it`, `before_each`, `after_each` and `pending`: the file runs once and says which tests there are.

use mlua::{Function, Lua, Result, Table};

use crate::bench::bench;
use crate::failure::fail;

/// A `describe`; the first one is the file itself.
#[derive(Default)]
pub(crate) struct Group {
    pub name: String,
    pub parent: Option<usize>,
    pub before_each: Vec<Function>,
    pub after_each: Vec<Function>,
}

/// An `it`, or a `pending` without a body.
pub(crate) struct Test {
    pub name: String,
    /// From 1.
    pub line: u32,
    /// Place in [`Collected::groups`].
    pub group: usize,
    pub body: Option<Function>,
}

/// All that a file declares.
pub(crate) struct Collected {
    pub groups: Vec<Group>,
    pub tests: Vec<Test>,
    /// The group whose body runs.
    current: usize,
}

impl Default for Collected {
    fn default() -> Self {
        Collected {
            groups: vec![Group::default()],
            tests: Vec::new(),
            current: 0,
        }
    }
}

impl Collected {
    /// A group and those around it, the outermost first.
    pub fn path_of(&self, group: usize) -> Vec<usize> {
        let up = |group: &usize| self.groups[*group].parent;
        let mut path: Vec<usize> = std::iter::successors(Some(group), up).collect();
        path.reverse();
        path
    }

    /// `the echo > repeats each note`.
    pub fn full_name(&self, test: &Test) -> String {
        let groups = self.path_of(test.group).into_iter().skip(1);
        let names = groups.map(|group| self.groups[group].name.as_str());
        names
            .chain([test.name.as_str()])
            .collect::<Vec<_>>()
            .join(" > ")
    }

    /// What the functions of a file leave to be freed with its state.
    pub fn clear(&mut self) {
        *self = Collected::default();
    }
}

/// Puts the functions into the globals.
pub(crate) fn install(lua: &Lua, globals: &Table) -> Result<()> {
    globals.raw_set("describe", lua.create_function(describe)?)?;
    globals.raw_set("it", lua.create_function(it)?)?;
    globals.raw_set("pending", lua.create_function(pending)?)?;
    globals.raw_set(
        "before_each",
        lua.create_function(|lua, body: Function| {
            let bench = bench(lua);
            declaring(lua, "before_each")?;
            let mut collected = bench.collected.borrow_mut();
            let group = collected.current;
            collected.groups[group].before_each.push(body);
            Ok(())
        })?,
    )?;
    globals.raw_set(
        "after_each",
        lua.create_function(|lua, body: Function| {
            let bench = bench(lua);
            declaring(lua, "after_each")?;
            let mut collected = bench.collected.borrow_mut();
            let group = collected.current;
            collected.groups[group].after_each.push(body);
            Ok(())
        })?,
    )
}

/// Inside a test nothing can be declared any more: it would never run.
fn declaring(lua: &Lua, what: &str) -> Result<()> {
    if bench(lua).in_test.get() {
        return Err(fail(
            lua,
            format!("{what} stands inside a test; put it beside the test, into the describe"),
        ));
    }
    Ok(())
}

fn describe(lua: &Lua, (name, body): (String, Function)) -> Result<()> {
    declaring(lua, "describe")?;
    let bench = bench(lua);
    let parent = {
        let mut collected = bench.collected.borrow_mut();
        let parent = collected.current;
        collected.groups.push(Group {
            name,
            parent: Some(parent),
            ..Group::default()
        });
        collected.current = collected.groups.len() - 1;
        parent
    };
    let result = body.call::<()>(());
    bench.collected.borrow_mut().current = parent;
    result
}

fn it(lua: &Lua, (name, body): (String, Option<Function>)) -> Result<()> {
    declaring(lua, "it")?;
    if body.is_none() {
        let message = format!(
            "it({name:?}) has no function; a test that is not written yet is pending({name:?})"
        );
        return Err(fail(lua, message));
    }
    add(lua, name, body);
    Ok(())
}

fn pending(lua: &Lua, (name, _body): (String, Option<Function>)) -> Result<()> {
    declaring(lua, "pending")?;
    add(lua, name, None);
    Ok(())
}

fn add(lua: &Lua, name: String, body: Option<Function>) {
    let line = lua.inspect_stack(1, |call| call.current_line()).flatten();
    let bench = bench(lua);
    let mut collected = bench.collected.borrow_mut();
    let group = collected.current;
    collected.tests.push(Test {
        name,
        line: line.unwrap_or(0) as u32,
        group,
        body,
    });
}
