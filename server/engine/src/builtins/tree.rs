//! The program tree as objects: `this`, its relatives, and one metatable for each class (HALion semantics 9).
//!
//! Invariant: an element has one object as long as it lives, so the same element compares equal (HALion semantics 9.4).
//! The tree is a default one: program > layer > script module and one zone.

use std::collections::BTreeMap;

use halion_api::{
    Access, Class, Function as ApiFunction, Thread, Threads, api, wrong_thread_message,
};
use mlua::{Lua, Table, Value};

use crate::{
    bindings,
    builtins::{element_parameters, find, types, types::CLASS},
    native::{self, Body, Call, Raise},
    parameter::Parameter,
    runtime::Host,
};

/// Raw key of an object that holds the number of its element.
const NODE: &str = "__node";

/// One element.
pub(crate) struct Node {
    pub class: &'static str,
    pub name: String,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    object: Option<Table>,
}

/// All elements; numbers are never used twice.
#[derive(Default)]
pub(crate) struct Tree {
    nodes: BTreeMap<usize, Node>,
    next: usize,
}

impl Tree {
    pub fn get(&self, node: usize) -> Option<&Node> {
        self.nodes.get(&node)
    }

    pub fn get_mut(&mut self, node: usize) -> Option<&mut Node> {
        self.nodes.get_mut(&node)
    }

    /// A new element, below `parent` or detached.
    pub fn add(&mut self, class: &'static str, name: &str, parent: Option<usize>) -> usize {
        let node = self.next;
        self.next += 1;
        self.nodes.insert(
            node,
            Node {
                class,
                name: name.to_owned(),
                parent,
                children: Vec::new(),
                object: None,
            },
        );
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            parent.children.push(node);
        }
        node
    }

    /// The program above an element, or the element itself if it is one.
    fn program(&self, mut node: usize) -> Option<usize> {
        loop {
            let here = self.nodes.get(&node)?;
            if here.class == "Program" {
                return Some(node);
            }
            node = here.parent?;
        }
    }

    /// 1 for the program, one more for each layer below (HALion semantics 9.2).
    fn level(&self, node: usize) -> usize {
        let above = self.nodes.get(&node).and_then(|node| node.parent);
        above.map_or(1, |parent| self.level(parent) + 1)
    }
}

/// Makes metatables, constructors and `this`.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let globals = lua.globals();
    for class in api().classes().iter().filter(|class| class.name != "Event") {
        lua.set_named_registry_value(&registry_name(&class.name), metatable(lua, host, class)?)?;
    }
    for constructor in api()
        .constructors()
        .filter(|constructor| constructor.name != "Event")
    {
        let bound = native::api_function(lua, host, constructor, constructor.threads, construct)?;
        globals.raw_set(constructor.name.as_str(), bound)?;
    }
    let this = {
        let tree = &mut host.world.borrow_mut().tree;
        let program = tree.add("Program", "Program", None);
        let layer = tree.add("Layer", "Layer", Some(program));
        let module = tree.add("MidiModule", "Script", Some(layer));
        tree.add("Zone", "Zone", Some(layer));
        module
    };
    globals.raw_set("this", object(lua, host, this)?)
}

fn registry_name(class: &str) -> String {
    format!("halion.{class}")
}

/// Methods first, then fields; neither can be replaced by a script.
fn metatable(lua: &Lua, host: &Host, class: &'static Class) -> mlua::Result<Table> {
    let metatable = lua.create_table()?;
    let methods = lua.create_table()?;
    for ancestor in api().ancestry(&class.name) {
        for method in &ancestor.methods {
            if methods.raw_get::<Value>(method.name.as_str())?.is_nil() {
                let body = method_body(method).unwrap_or(super::not_simulated);
                methods.raw_set(
                    method.name.as_str(),
                    native::api_function(lua, host, method, bindings::threads(method), body)?,
                )?;
            }
        }
    }
    metatable.raw_set(CLASS, class.name.as_str())?;
    metatable.raw_set("methods", methods)?;
    metatable.raw_set("__metatable", false)?;
    metatable.raw_set(
        "__index",
        native::function(lua, host, &class.name, Threads::BOTH, read_field)?,
    )?;
    metatable.raw_set(
        "__newindex",
        native::function(lua, host, &class.name, Threads::BOTH, write_field)?,
    )?;
    Ok(metatable)
}

fn method_body(method: &ApiFunction) -> Option<Body> {
    element_parameters::body(&method.name)
        .or_else(|| find::body(&method.name))
        .or(match method.name.as_str() {
            "setName" => Some(set_name as Body),
            _ => None,
        })
}

/// The object of an element.
pub(crate) fn object(lua: &Lua, host: &Host, node: usize) -> mlua::Result<Table> {
    let (class, object) = match host.world.borrow().tree.get(node) {
        Some(node) => (node.class, node.object.clone()),
        None => return Err(mlua::Error::runtime("element does not exist any more")),
    };
    if let Some(object) = object {
        return Ok(object);
    }
    let object = lua.create_table()?;
    object.raw_set(NODE, node)?;
    object.set_metatable(Some(lua.named_registry_value(&registry_name(class))?))?;
    if let Some(node) = host.world.borrow_mut().tree.get_mut(node) {
        node.object = Some(object.clone());
    }
    Ok(object)
}

/// The element a method was called on.
pub(crate) fn self_node(call: &Call<'_>) -> Result<usize, Raise> {
    let value = call.args.front().cloned().unwrap_or(Value::Nil);
    node_of(&value).ok_or_else(|| {
        let got = types::type_name(call.lua, &value);
        Raise::Script(format!(
            "calling '{}' on bad self (element expected, got {got}); write object:{}(...)",
            call.name, call.name
        ))
    })
}

/// The number of an element's object.
pub(crate) fn node_of(value: &Value) -> Option<usize> {
    types::class_of(value)?;
    let Value::Table(object) = value else {
        return None;
    };
    object.raw_get::<Option<usize>>(NODE).ok()?
}

/// `Layer()` and so on: detached, nameless objects (HALion semantics 9.10).
fn construct(call: &Call<'_>) -> native::Result {
    let Some(class) = api().class(call.name) else {
        return native::nothing();
    };
    let node = call.world(|world| world.tree.add(&class.name, "", None));
    native::value(Value::Table(object(call.lua, call.host, node)?))
}

fn set_name(call: &Call<'_>) -> native::Result {
    let (node, name) = (self_node(call)?, call.string(1)?);
    call.world(|world| {
        if let Some(node) = world.tree.get_mut(node) {
            node.name = name;
        }
    });
    native::nothing()
}

/// Object, key.
fn read_field(call: &Call<'_>) -> native::Result {
    let (object, key) = (call.table(1)?, call.value(2));
    let Value::String(key) = key else {
        return native::nothing();
    };
    let key = key.to_string_lossy();
    if let Some(metatable) = object.metatable() {
        let method = metatable
            .raw_get::<Table>("methods")?
            .raw_get::<Value>(key.as_str())?;
        if !method.is_nil() {
            return native::value(method);
        }
    }
    let value = Value::Table(object);
    if call.name == "ParameterDefinition" {
        return element_parameters::definition_field(call, &value, &key);
    }
    match node_of(&value) {
        Some(node) => element_field(call, node, &key),
        None => unknown_field(call, &key),
    }
}

fn element_field(call: &Call<'_>, node: usize, key: &str) -> native::Result {
    let relative = match key {
        "name" => {
            let name = call
                .world(|world| world.tree.get(node).map(|node| node.name.clone()))
                .unwrap_or_default();
            return native::value(Value::String(call.lua.create_string(name)?));
        }
        "type" => {
            let class = call
                .world(|world| world.tree.get(node).map(|node| node.class))
                .unwrap_or_default();
            return native::value(Value::String(call.lua.create_string(class)?));
        }
        "id" => return native::number(node as f64 + 1.0),
        "level" => return native::number(call.world(|world| world.tree.level(node)) as f64),
        "parameterDefinitions" => return element_parameters::definitions(call, node),
        "parent" => call.world(|world| world.tree.get(node).and_then(|node| node.parent)),
        "program" => call.world(|world| world.tree.program(node)),
        _ => return unknown_field(call, key),
    };
    native::value(match relative {
        Some(node) => Value::Table(object(call.lua, call.host, node)?),
        None => Value::Nil,
    })
}

/// A field of the API that is not simulated yet says so; any other is nil.
fn unknown_field(call: &Call<'_>, key: &str) -> native::Result {
    if api().field(call.name, key).is_some() {
        call.world(|world| world.not_simulated(&format!("{}.{key}", call.name)));
    }
    native::nothing()
}

/// Object, key, value. Assignable fields belong to the Controller (HALion semantics 9.17).
fn write_field(call: &Call<'_>) -> native::Result {
    let key = call.string(2)?;
    match api().field(call.name, &key) {
        Some(field) if field.access == Access::ReadWrite => {
            if call.thread() == Thread::Processor {
                return Err(Raise::Script(wrong_thread_message(&key, Thread::Processor)));
            }
            call.world(|world| world.not_simulated(&format!("{}.{key}", call.name)));
            native::nothing()
        }
        Some(_) => Err(Raise::Script(format!("{}.{key} is read-only", call.name))),
        None => Err(Raise::Script(format!("{} has no field '{key}'", call.name))),
    }
}

/// The definition that a ParameterDefinition object stands for; `None` for other tables.
pub(crate) fn definition_of(call: &Call<'_>, table: &Table) -> Result<Option<Parameter>, Raise> {
    element_parameters::definition_of(call, table)
}
