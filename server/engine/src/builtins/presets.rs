//! Presets: loading, saving, and loading in the background (HALion semantics 9.11, 9.12). A preset is a text in the form of
//! `[program]` of a scenario; those of HALion itself are not read.

use halion_api::{Thread, api};
use mlua::{Function, Lua, MultiValue, Table, Value};

use crate::{
    builtins::{elements, tree_changes, types},
    files::{self, Reach},
    native::{self, Body, Call, Raise},
    proposed,
    record::TaskId,
    runtime::{self, Host, Start},
    scenario::{parse_described, write_as},
    tree::{Class, Described, NodeId},
};

pub(super) fn body(name: &str) -> Option<Body> {
    Some(match name {
        "loadPreset" => load,
        "savePreset" => save,
        "loadPresetAsync" => load_async,
        "appendLayerAsync" => |call| insert_async(call, None, 2),
        "insertLayerAsync" => |call| {
            let position = tree_changes::position(call, 2)?;
            insert_async(call, Some(position), 3)
        },
        "getUserPresetPath" => |call| user_path(call, "Presets"),
        "getUserSubPresetPath" => |call| user_path(call, "Sub Presets"),
        _ => return None,
    })
}

/// What happens in the background, in the Controller steps to come.
pub(crate) struct Load {
    /// The LoadProgress that the script polls.
    object: Table,
    callback: Option<Function>,
    work: Work,
    steps_left: u32,
    parent: Option<TaskId>,
}

enum Work {
    Preset(String),
    Insert {
        parent: NodeId,
        layer: NodeId,
        position: Option<usize>,
    },
}

/// Reads a preset; the error names the file.
fn read(host: &Host, path: &str) -> Result<Described, String> {
    let fail = |why: &dyn std::fmt::Display| format!("{path}: {why}");
    let bytes = files::read(host, path.as_bytes(), Reach::Halion).map_err(|e| fail(&e.text()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        fail(&"not a text; presets of HALion itself cannot be read, only descriptions of a tree")
    })?;
    parse_described(&text).map_err(|error| fail(&error))
}

/// `loadPreset(path)`: a detached copy, or nil (HALion semantics 9.11); the pane tells why.
fn load(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    match read(call.host, &call.string(1)?) {
        Ok(described) => {
            elements::make_room(call, described.tree.len())?;
            let root = call.world(|world| world.tree.graft(&described.tree, described.root));
            elements::reply(call, root)
        }
        Err(why) => {
            call.world(|world| world.print(format!("[loadPreset] {why}")));
            native::value(Value::Nil)
        }
    }
}

/// `savePreset(filename, layer, plugin, attr)`: true if the file was written.
fn save(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let (path, layer) = (call.string(1)?, elements::argument(call, 2)?);
    if !matches!(call.value(3), Value::Nil) && !["H7", "HS"].contains(&call.string(3)?.as_str()) {
        let got = call.string(3)?;
        return Err(call.bad(3, &format!("\"H7\" or \"HS\" expected, got \"{got}\"")));
    }
    let own = call.world(|world| world.tree.get(layer).map(|node| node.class));
    let class = attributes(call)?.or(own).unwrap_or(Class::Layer);
    let text = call.world(|world| write_as(&world.tree, layer, class));
    let written = files::locate(call.host, path.as_bytes(), Reach::Halion)
        .and_then(|place| call.host.files.borrow_mut().write(&place, text.as_bytes()));
    if let Err(error) = &written {
        let text = format!("[savePreset] {path}: {}", error.text());
        call.world(|world| world.print(text));
    }
    native::boolean(written.is_ok())
}

/// Checks argument 4; a program preset says so. Attributes for the MediaBay are checked and not kept.
fn attributes(call: &Call<'_>) -> Result<Option<Class>, Raise> {
    let attributes = match call.value(4) {
        Value::Nil => return Ok(None),
        Value::Table(attributes) => attributes,
        _ if call.string(4)? == "program" => return Ok(Some(Class::Program)),
        _ => {
            let got = call.string(4)?;
            return Err(call.bad(
                4,
                &format!("\"program\" or a table expected, got \"{got}\""),
            ));
        }
    };
    let function = api().function("savePreset");
    let known = function
        .and_then(|function| function.params.get(3))
        .map(|param| &param.keys);
    for pair in attributes.pairs::<Value, Value>() {
        let (key, _) = pair?;
        let name = match &key {
            Value::String(name) => name.to_string_lossy(),
            other => types::type_name(call.lua, other),
        };
        if !known.is_some_and(|keys| keys.iter().any(|key| key.name == name)) {
            return Err(call.bad(4, &format!("there is no attribute '{name}'")));
        }
    }
    let kind = attributes.raw_get::<Option<String>>("VST3UnitTypePath");
    Ok(match kind?.as_deref() {
        Some("program") => Some(Class::Program),
        _ => None,
    })
}

/// `loadPresetAsync(path, callback)`.
fn load_async(call: &Call<'_>) -> native::Result {
    elements::checked(call)?;
    let work = Work::Preset(call.string(1)?);
    begin(call, work, 2)
}

/// `appendLayerAsync(layer, callback)` and `insertLayerAsync(layer, position, callback)`.
fn insert_async(call: &Call<'_>, position: Option<usize>, callback_at: usize) -> native::Result {
    let (parent, layer) = (elements::receiver(call)?, elements::argument(call, 1)?);
    for (position, at) in [(None, 1), (position, 2)] {
        call.world(|world| world.tree.may_insert(parent, layer, position))
            .map_err(|why| call.bad(at, &why))?;
    }
    let work = Work::Insert {
        parent,
        layer,
        position,
    };
    begin(call, work, callback_at)
}

/// Queues the work and gives the object to poll.
fn begin(call: &Call<'_>, work: Work, callback_at: usize) -> native::Result {
    let callback = match call.value(callback_at) {
        Value::Nil => None,
        _ => Some(call.function(callback_at)?),
    };
    call.host.meter.charge_memory(1024);
    let object = call.lua.create_table()?;
    object.raw_set(raw_key("progress"), 0.0)?;
    object.raw_set(raw_key("cancel"), false)?;
    let metatable: Table = call.lua.named_registry_value("halion.LoadProgress")?;
    object.set_metatable(Some(metatable))?;
    call.world(|world| {
        let parent = world.current;
        world.loads.push_back(Load {
            object: object.clone(),
            callback,
            work,
            steps_left: proposed::LOAD_STEPS,
            parent,
        });
    });
    native::value(Value::Table(object))
}

fn raw_key(field: &str) -> String {
    format!("__{field}")
}

/// Reads a field of a LoadProgress.
pub(super) fn progress_field(object: &Value, key: &str) -> native::Result {
    match object {
        Value::Table(object) => native::value(object.raw_get(raw_key(key))?),
        _ => native::nothing(),
    }
}

/// Assigns `cancel` or `info`.
pub(super) fn set_progress_field(call: &Call<'_>, object: &Value, key: &str) -> native::Result {
    let (Value::Table(object), value) = (object, call.value(3)) else {
        return native::nothing();
    };
    let (fits, expected) = match key {
        "cancel" => (matches!(value, Value::Boolean(_)), "boolean"),
        _ => {
            let fits = matches!(value, Value::Nil | Value::String(_) | Value::Table(_));
            (fits, "string or table")
        }
    };
    if !fits {
        let got = types::type_name(call.lua, &value);
        return Err(Raise::Script(format!(
            "field '{key}': {expected} expected, got {got}"
        )));
    }
    object.raw_set(raw_key(key), value)?;
    native::nothing()
}

/// One Controller step of everything that loads in the background; what is done calls back (HALion semantics 12.3). Gives
/// whether there was anything to do.
pub(crate) fn step(lua: &Lua, host: &Host) -> bool {
    let loads = std::mem::take(&mut host.world.borrow_mut().loads);
    let any = !loads.is_empty();
    for mut load in loads {
        load.steps_left -= 1;
        if load.steps_left > 0 {
            let progress = 1.0 - f64::from(load.steps_left) / f64::from(proposed::LOAD_STEPS);
            let _ = load.object.raw_set(raw_key("progress"), progress);
            host.world.borrow_mut().loads.push_back(load);
        } else if let Err(error) = finish(lua, host, &load) {
            // Fails only without memory.
            let text = format!("[load] {}", runtime::plain_error(&error));
            host.world.borrow_mut().print(text);
        }
    }
    any
}

fn finish(lua: &Lua, host: &Host, load: &Load) -> mlua::Result<()> {
    let object = &load.object;
    let is_cancelled: bool = object.raw_get(raw_key("cancel"))?;
    let done = if is_cancelled {
        Err(proposed::LOAD_CANCELLED.to_owned())
    } else {
        perform(host, &load.work)
    };
    match done {
        Ok(root) => {
            object.raw_set(raw_key("progress"), 1.0)?;
            object.raw_set(raw_key("root"), elements::object(lua, host, root)?)?;
        }
        Err(why) => {
            if !is_cancelled {
                object.raw_set(raw_key("progress"), 1.0)?;
            }
            object.raw_set(raw_key("error"), why)?;
        }
    }
    if let Some(callback) = &load.callback {
        let arguments = MultiValue::from_iter([Value::Table(object.clone())]);
        let callback = callback.clone();
        let task = Start::function(host, Thread::Controller, callback, arguments, load.parent);
        runtime::start(lua, host, task);
    }
    Ok(())
}

fn perform(host: &Host, work: &Work) -> Result<NodeId, String> {
    match work {
        Work::Preset(path) => {
            let described = read(host, path)?;
            let tree = &mut host.world.borrow_mut().tree;
            if tree.len() + described.tree.len() > proposed::MOST_ELEMENTS {
                let most = proposed::MOST_ELEMENTS;
                return Err(format!(
                    "{path}: not enough memory: more than {most} elements"
                ));
            }
            tree.graft(&described.tree, described.root)
                .ok_or_else(|| format!("{path}: it is empty"))
        }
        Work::Insert {
            parent,
            layer,
            position,
        } => {
            let world = &mut host.world.borrow_mut();
            world.put(*parent, *layer, *position)?;
            Ok(*layer)
        }
    }
}

/// Where presets of the user are, below Documents/Steinberg; the manual's listing looks for `Steinberg/` in it.
fn user_path(call: &Call<'_>, folder: &str) -> native::Result {
    elements::checked(call)?;
    let product = match call.value(1) {
        Value::Nil => proposed::PRODUCT_NAME.to_owned(),
        _ => call.string(1)?,
    };
    let path = format!("{}/{product}/{folder}", proposed::STEINBERG_FOLDER);
    native::value(Value::String(call.lua.create_string(path)?))
}
