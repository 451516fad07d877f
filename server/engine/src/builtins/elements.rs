//! Elements as a script sees them: one object for each as long as anybody holds it, so the same element compares equal
//! (HALion semantics 9.4), with fields and methods of its class.

use halion_api::{Access, Class as ApiClass, Function as ApiFunction, api, wrong_thread_message};
use mlua::{Lua, Table, Value};

use crate::{
    bindings,
    builtins::{arguments, element_fields, element_parameters, types, types::CLASS},
    native::{self, Body, Call, Raise},
    proposed,
    runtime::Host,
    tree::{Class, NodeId, Search},
};

/// Raw key of an object that holds the number of its element.
const NODE: &str = "__node";

/// Keys of a metatable that hold what only debuggers show: an element's contents, and values of its parameters.
pub(crate) const CHILDREN: &str = "children";
pub(crate) const PARAMETERS: &str = "parameters";

/// Registry name of all objects by number, held weakly.
const OBJECTS: &str = "halion.elements";

/// Makes metatables, constructors and `this`.
pub(crate) fn install(lua: &Lua, host: &Host) -> mlua::Result<()> {
    let objects = lua.create_table()?;
    let weak = lua.create_table()?;
    weak.raw_set("__mode", "v")?;
    objects.set_metatable(Some(weak))?;
    lua.set_named_registry_value(OBJECTS, objects)?;
    for class in api().classes().iter().filter(|class| class.name != "Event") {
        lua.set_named_registry_value(&registry_name(&class.name), metatable(lua, host, class)?)?;
    }
    for constructor in api()
        .constructors()
        .filter(|function| function.name != "Event")
    {
        lua.globals().raw_set(
            constructor.name.as_str(),
            constructor_table(lua, host, constructor)?,
        )?;
    }
    let module = host.world.borrow().module;
    if let Some(module) = module {
        let this = object(lua, host, module)?;
        // Held for good: the script may clear the global.
        lua.set_named_registry_value("halion.this", &this)?;
        lua.globals().raw_set("this", this)?;
    }
    Ok(())
}

fn registry_name(class: &str) -> String {
    format!("halion.{class}")
}

/// `Layer()`: a table that can be called (HALion semantics 9.10).
fn constructor_table(lua: &Lua, host: &Host, constructor: &ApiFunction) -> mlua::Result<Table> {
    let metatable = lua.create_table()?;
    metatable.raw_set(
        "__call",
        native::constructor(lua, host, constructor, construct)?,
    )?;
    metatable.raw_set("__metatable", false)?;
    let table = lua.create_table()?;
    table.set_metatable(Some(metatable))?;
    Ok(table)
}

/// Methods first, then fields; neither can be replaced by a script.
fn metatable(lua: &Lua, host: &Host, class: &'static ApiClass) -> mlua::Result<Table> {
    let metatable = lua.create_table()?;
    let methods = lua.create_table()?;
    for ancestor in api().ancestry(&class.name) {
        for method in &ancestor.methods {
            if methods.raw_get::<Value>(method.name.as_str())?.is_nil() {
                let body = super::method_body(&method.name).unwrap_or(super::not_simulated);
                let bound =
                    native::api_function(lua, host, method, bindings::threads(method), body)?;
                methods.raw_set(method.name.as_str(), bound)?;
            }
        }
    }
    let field =
        |body: Body| native::function(lua, host, &class.name, halion_api::Threads::BOTH, body);
    metatable.raw_set(CLASS, class.name.as_str())?;
    metatable.raw_set("methods", methods)?;
    metatable.raw_set("__metatable", false)?;
    if class.name == "Element" || class.extends.is_some() {
        metatable.raw_set(CHILDREN, field(children)?)?;
        metatable.raw_set(PARAMETERS, field(element_parameters::values)?)?;
    }
    metatable.raw_set("__index", field(read_field)?)?;
    metatable.raw_set("__newindex", field(write_field)?)?;
    Ok(metatable)
}

/// The object of an element.
pub(crate) fn object(lua: &Lua, host: &Host, node: NodeId) -> mlua::Result<Table> {
    let class = match host.world.borrow().tree.get(node) {
        Some(node) => node.class,
        None => return Err(mlua::Error::runtime("the element does not exist any more")),
    };
    let objects: Table = lua.named_registry_value(OBJECTS)?;
    if let Some(object) = objects.raw_get::<Option<Table>>(node.0)? {
        return Ok(object);
    }
    let object = lua.create_table()?;
    object.raw_set(NODE, node.0)?;
    object.set_metatable(Some(
        lua.named_registry_value(&registry_name(class.name()))?,
    ))?;
    objects.raw_set(node.0, &object)?;
    Ok(object)
}

/// The object of an element as a result; nil for none.
pub(crate) fn reply(call: &Call<'_>, node: Option<NodeId>) -> native::Result {
    native::value(match node {
        Some(node) => Value::Table(object(call.lua, call.host, node)?),
        None => Value::Nil,
    })
}

/// An array of objects as a result.
pub(crate) fn array(call: &Call<'_>, nodes: Vec<NodeId>) -> Result<Table, Raise> {
    let objects = call.lua.create_table()?;
    for (at, node) in (1..).zip(nodes) {
        objects.raw_set(at, object(call.lua, call.host, node)?)?;
    }
    Ok(objects)
}

/// The number of an element's object.
pub(crate) fn node_of(value: &Value) -> Option<NodeId> {
    types::class_of(value)?;
    let Value::Table(object) = value else {
        return None;
    };
    object.raw_get::<Option<u32>>(NODE).ok()?.map(NodeId)
}

/// The class of an element's object.
pub(crate) fn class_of(call: &Call<'_>, value: &Value) -> Option<Class> {
    let node = node_of(value)?;
    call.world(|world| world.tree.get(node).map(|node| node.class))
}

/// The element a method was called on, its arguments checked.
pub(crate) fn receiver(call: &Call<'_>) -> Result<NodeId, Raise> {
    let node = receiver_alone(call)?;
    let class = call.qualified.split(':').next().unwrap_or("Element");
    if let Some(method) = api().method(class, call.name) {
        arguments::check(call, method)?;
    }
    Ok(node)
}

/// The element a method was called on, its arguments unchecked.
pub(crate) fn receiver_alone(call: &Call<'_>) -> Result<NodeId, Raise> {
    let class = call.qualified.split(':').next().unwrap_or("Element");
    let value = call.args.front().cloned().unwrap_or(Value::Nil);
    let node = node_of(&value).filter(|_| class_of(call, &value).is_some_and(|own| own.is(class)));
    node.ok_or_else(|| {
        let got = types::type_name(call.lua, &value);
        let what = if class == "Element" { "element" } else { class };
        Raise::Script(format!(
            "calling '{}' on bad self ({what} expected, got {got}); write object:{}(...)",
            call.name, call.name
        ))
    })
}

/// Checks the arguments of a function that is no method.
pub(crate) fn checked(call: &Call<'_>) -> Result<(), Raise> {
    match api().function(call.qualified) {
        Some(function) => arguments::check(call, function),
        None => Ok(()),
    }
}

/// The element in an argument, whose class was checked.
pub(crate) fn argument(call: &Call<'_>, at: usize) -> Result<NodeId, Raise> {
    node_of(&call.value(at)).ok_or_else(|| call.expected(at, "element"))
}

/// Room for more elements: what nobody holds any more is forgotten first.
pub(crate) fn make_room(call: &Call<'_>, n_more: usize) -> Result<(), Raise> {
    let is_full = || call.world(|world| world.tree.len() + n_more > proposed::MOST_ELEMENTS);
    call.host.meter.charge_memory(n_more * 256);
    if !is_full() {
        return Ok(());
    }
    // Looking at everything takes its time, however often a script tries.
    call.host.meter.charge_memory(proposed::MOST_ELEMENTS * 256);
    call.lua.gc_collect()?;
    let objects: Table = call.lua.named_registry_value(OBJECTS)?;
    for root in call.world(|world| world.tree.detached()) {
        let inner = call.world(|world| world.tree.subtree(root));
        let mut is_held = false;
        for node in inner {
            is_held |= !objects.raw_get::<Value>(node.0)?.is_nil();
        }
        if !is_held && call.world(|world| world.module) != Some(root) {
            call.world(|world| world.tree.forget(root));
        }
    }
    if is_full() {
        let most = proposed::MOST_ELEMENTS;
        return Err(Raise::Script(format!(
            "not enough memory: more than {most} elements"
        )));
    }
    Ok(())
}

/// `Layer()` and so on: detached, nameless objects (HALion semantics 9.10).
fn construct(call: &Call<'_>) -> native::Result {
    let Some(function) = api().constructor(call.name) else {
        return native::nothing();
    };
    arguments::check(call, function)?;
    let Some(class) = Class::named(call.name) else {
        return super::not_simulated(call);
    };
    make_room(call, 1)?;
    let module_type = match class {
        Class::MidiModule | Class::Effect => call.string(1)?,
        _ => String::new(),
    };
    let node = call.world(|world| world.tree.add_typed(class, &module_type));
    reply(call, Some(node))
}

/// Object: an array of what the script may see inside.
fn children(call: &Call<'_>) -> native::Result {
    let Some(node) = node_of(&call.value(1)) else {
        return native::nothing();
    };
    let found = call.world(|world| {
        let search = Search {
            class: "Element",
            recursive: false,
            passwords: &world.passwords,
        };
        world.tree.find(node, &search)
    });
    native::value(Value::Table(array(call, found)?))
}

/// Object, key.
fn read_field(call: &Call<'_>) -> native::Result {
    let (object, key) = (call.table(1)?, call.value(2));
    let Value::String(key) = key else {
        return native::nothing();
    };
    let key = key.to_string_lossy();
    if let Some(metatable) = object.metatable()
        && let Some(methods) = metatable.raw_get::<Option<Table>>("methods")?
    {
        let method = methods.raw_get::<Value>(key.as_str())?;
        if !method.is_nil() {
            return native::value(method);
        }
    }
    element_fields::read(call, &Value::Table(object), &key)
}

/// Object, key, value. The API data says in which threads a field may be assigned (HALion semantics 9.17).
fn write_field(call: &Call<'_>) -> native::Result {
    let (object, key) = (call.table(1)?, call.string(2)?);
    match api().field(call.name, &key) {
        Some(field) if field.access == Access::ReadWrite => {
            let thread = call.thread();
            if !field.assigned_in.contains(thread) {
                return Err(Raise::Script(wrong_thread_message(&key, thread)));
            }
            element_fields::write(call, &Value::Table(object), &key)
        }
        Some(_) => Err(Raise::Script(format!("{}.{key} is read-only", call.name))),
        None => Err(Raise::Script(format!("{} has no field '{key}'", call.name))),
    }
}
